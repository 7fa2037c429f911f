/* Goal: a new call is sent to a container that certainly serves its agent, by an address no other
 * container can ever get; in any doubt it is left to the name. */
#include "core/planning.h"

#include "core/serving.h"

static const char sales_id[] = "aaaaaaaaaaaabbbbbbbbbbbbccccccccccccddddddddddddeeeeeeeeeeeeffff";
static const char next_id[] = "111111111111bbbbbbbbbbbbccccccccccccddddddddddddeeeeeeeeeeeeffff";

static struct box *sts(struct planning *p)
{
    return box_named(&p->m, "avr-sts-a1");
}

static void story(struct planning *p, struct arena *a)
{
    story_begin(p, a);
    sts(p)->id = sales_id;
    box_env(&p->m, sts(p), "PORT", "6033");
    box_env(&p->m, box_named(&p->m, "avr-core-a1"), "STS_URL", "ws://avr-sts-a1:6033");
}

static const char *route(struct planning *p, const char *agent)
{
    const char *box_id = NULL;
    const char *url = serving_sts_url(p->m.a, &p->m.d, agent_of(&p->m, agent), &p->m.o, &box_id);

    return url ? arena_printf(p->m.a, "%s %.3s", url, box_id) : "by name";
}

#define STORY                                                                                      \
    struct arena *a CLEANUP_ARENA = arena_new();                                                   \
    struct planning p;                                                                             \
    (void)state;                                                                                   \
    story(&p, a)

static void the_one_that_has_the_name(void **state)
{
    STORY;
    assert_string_equal(route(&p, "sales"), "ws://aaaaaaaaaaaa:6033 aaa");
    box_env(&p.m, box_named(&p.m, "avr-core-a1"), "STS_URL", "ws://avr-sts-a1:6033/voice?x=1");
    assert_string_equal(route(&p, "sales"), "ws://aaaaaaaaaaaa:6033/voice?x=1 aaa");
    struct box *next = put_box(&p, "sales", ROLE_STS, PLACE_NEXT, 1000);
    next->health = HEALTH_GOOD;
    next->id = next_id;
    assert_string_equal(route(&p, "sales"), "ws://aaaaaaaaaaaa:6033/voice?x=1 aaa");
}

static void in_the_gap_of_a_hand_over(void **state)
{
    STORY;
    struct box *next = put_box(&p, "sales", ROLE_STS, PLACE_NEXT, 1000);
    next->id = next_id;
    box_env(&p.m, next, "PORT", "6033");
    retire_live(&p, "avr-sts-a1", PLACE_DRAIN, 10);
    next = &p.m.boxes.items[p.m.boxes.n - 1];
    next->health = HEALTH_GOOD;
    assert_string_equal(route(&p, "sales"), "ws://111111111111:6033 111");
    next->health = HEALTH_UNKNOWN;
    assert_string_equal(route(&p, "sales"), "ws://aaaaaaaaaaaa:6033 aaa");
}

static void nobody_serves(void **state)
{
    STORY;
    sts(&p)->state = BOX_EXITED;
    assert_string_equal(route(&p, "sales"), "by name");
    sts(&p)->state = BOX_RUNNING;
    sts(&p)->health = HEALTH_BAD;
    assert_string_equal(route(&p, "sales"), "by name");
    drop_box(&p, "avr-sts-a1");
    assert_string_equal(route(&p, "sales"), "by name");
}

static void core_was_wired_to_somewhere_else(void **state)
{
    static const char *const urls[] = {"wss://avr-sts-a1:6033",
                                       "ws://vendor.example/v1",
                                       "ws://avr-sts-a12:6033",
                                       "http://avr-sts-a1:6033",
                                       "undefined",
                                       NULL};

    STORY;
    for (size_t i = 0; i < N_OF(urls); i++) {
        box_env(&p.m, box_named(&p.m, "avr-core-a1"), "STS_URL", urls[i]);
        assert_string_equal(route(&p, "sales"), "by name");
    }
}

static void a_port_that_is_none(void **state)
{
    STORY;
    box_env(&p.m, sts(&p), "PORT", "60/33");
    assert_string_equal(route(&p, "sales"), "by name");
    box_env(&p.m, sts(&p), "PORT", NULL);
    assert_string_equal(route(&p, "sales"), "by name");
}

static void no_network_in_common(void **state)
{
    static const struct box_network other = {.name = "other"}, engines_own = {.name = "bridge"};

    STORY;
    sts(&p)->networks = &other;
    assert_string_equal(route(&p, "sales"), "by name");
    sts(&p)->networks = box_named(&p.m, "avr-core-a1")->networks = &engines_own;
    assert_string_equal(route(&p, "sales"), "by name");
}

static void other_agents(void **state)
{
    STORY;
    assert_string_equal(route(&p, "booking"), "by name"); /* a pipeline */
    row_of(&p, "sales")->status = "stopped";
    story_merge(&p);
    assert_string_equal(route(&p, "sales"), "by name");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_one_that_has_the_name),
        cmocka_unit_test(in_the_gap_of_a_hand_over),
        cmocka_unit_test(nobody_serves),
        cmocka_unit_test(core_was_wired_to_somewhere_else),
        cmocka_unit_test(a_port_that_is_none),
        cmocka_unit_test(no_network_in_common),
        cmocka_unit_test(other_agents),
    };

    return cmocka_run_group_tests_name("serving", tests, NULL, NULL);
}
