/* What each order would do: the page's buttons name it before they are pressed. */
#include "core/planning.h"
#include "render/api.h"

struct asked {
    struct planning p;
    struct agent_page page;
    const char *json;
};

static const char *ask_as(struct asked *q, const char *agent)
{
    struct render r = {.key = &test_key, .now_ms = q->p.m.o.now_ms};
    struct plan *plan = arena_alloc(q->p.m.a, sizeof *plan);
    const char *only[] = {agent};

    *plan = plan_make(q->p.m.a, &q->p.m.d, &q->p.m.o, &test_key, &q->p.options, only, 1);
    assert_int_equal(plan->n_agents, 1);
    q->page.desired = &q->p.m.d;
    q->page.observed = &q->p.m.o;
    q->page.plan = &plan->agents[0];
    q->page.looked_ms = q->p.m.o.now_ms;
    q->json = render_agent_json(q->p.m.a, &r, &q->page);
    return q->json;
}

static struct asked *story(void **state)
{
    struct asked *q = arena_alloc(*state, sizeof *q);

    story_begin(&q->p, *state);
    q->page.may_order = q->page.may_cut = true;
    q->page.no_goal = "no good generation before the present one is remembered";
    return q;
}

/* The object of one action as text, from its verb on. */
static const char *action(const struct asked *q, const char *verb)
{
    const char *list = strstr(q->json, "\"actions\": [");
    const char *at = strstr(list, arena_printf(q->p.m.a, "\"action\": \"%s\"", verb));
    const char *end = strstr(at + 1, "\"action\": ");

    return end ? arena_strndup(q->p.m.a, at, (size_t)(end - at)) : at;
}

#define assert_says(text, part)                                                                    \
    do {                                                                                           \
        if (!strstr(text, part))                                                                   \
            fail_msg("%s\nis not in\n%s", part, text);                                             \
    } while (0)

static void an_agent_in_sync_has_nothing_to_apply(void **state)
{
    struct asked *q = story(state);

    ask_as(q, "sales");
    assert_says(action(q, "apply"), "\"text\": \"nothing is to be done\"");
    assert_says(action(q, "apply"), "\"now\": null");
    assert_says(action(q, "apply"), "\"command\": \"avr-reconciler apply sales\"");
    assert_says(action(q, "resume"), "\"allowed\": false");
    assert_says(action(q, "start"), "it is not stopped");
    assert_says(action(q, "rollback"), "no good generation");
}

static void a_restart_spares_calls_and_its_hurry_names_them(void **state)
{
    struct asked *q = story(state);

    add_call(&q->p, "a1", 60000);
    add_call(&q->p, "a1", 30000);
    box_named(&q->p.m, "avr-core-a1")->sockets = 2;
    box_named(&q->p.m, "avr-sts-a1")->sockets = 2;
    ask_as(q, "sales");
    const char *restart = action(q, "restart");
    assert_says(restart, "\"allowed\": true");
    assert_says(restart, "replaces sts, core; 2 live calls go to the end first");
    assert_says(restart, "\"calls_cut\": 0");
    const char *now = strstr(restart, "\"now\": {");
    assert_says(now, "\"calls_cut\": 2,");
    assert_says(now, "\"command\": \"avr-reconciler restart sales --now\"");
}

static void a_stop_removes_once_calls_are_over(void **state)
{
    struct asked *q = story(state);

    ask_as(q, "sales");
    assert_says(action(q, "stop"), "\"text\": \"removes sts, core\"");
    assert_says(action(q, "stop"), "\"step\": \"remove\"");
}

/* The order that stands is not asked as if it were not there. */
static void orders_that_stand_refuse_what_makes_no_sense(void **state)
{
    static const struct order items[] = {
        {.agent_id = "a1", .kind = ORDER_PAUSE, .who = "root", .at_ms = 1},
        {.agent_id = "b2", .kind = ORDER_STOP, .who = "root", .at_ms = 1}};
    static const struct standing_orders orders = {.orders = {items, 2}};
    struct asked *q = story(state);

    q->p.m.orders = &orders;
    story_merge(&q->p);
    sales_says(&q->p, "Be quick");
    ask_as(q, "sales");
    assert_says(action(q, "pause"), "it is paused already");
    assert_says(action(q, "apply"), "paused");
    assert_says(action(q, "resume"), "\"allowed\": true");
    assert_says(action(q, "resume"), "replaces sts");
    ask_as(q, "booking");
    assert_says(action(q, "restart"), "it is stopped (order: stopped by root)");
    assert_says(action(q, "stop"), "it is stopped by an order already");
    assert_says(action(q, "start"), "\"allowed\": true");
}

static void whoever_may_only_look_is_told_what_would_be(void **state)
{
    struct asked *q = story(state);

    q->page.may_cut = false;
    ask_as(q, "sales");
    assert_says(action(q, "restart"), "\"allowed\": true");
    assert_says(action(q, "restart"), "\"now\": null");
    q->page.may_order = false;
    ask_as(q, "sales");
    assert_says(action(q, "restart"), "\"allowed\": false");
    assert_says(action(q, "restart"), "give no orders");
    assert_says(action(q, "restart"), "\"text\": \"replaces sts, core\"");
}

static void an_orphan_can_only_be_removed(void **state)
{
    struct asked *q = story(state);
    struct agent_row *rows = arena_memdup(*state, q->p.m.db.agents, sizeof agent_rows);

    q->p.m.db.agents = rows + 1;
    q->p.m.db.n_agents = 1;
    story_merge(&q->p);
    ask_as(q, text_is(rows[0].name, "sales") ? "a1" : "b2");
    assert_says(action(q, "apply"), "--prune\"");
    assert_says(action(q, "apply"), "removes");
    assert_says(action(q, "restart"), "it can only be removed");
    assert_says(q->json, "\"place\": \"live\"");
}

static void secrets_are_fingerprints_here_too(void **state)
{
    static const struct pair env[] = {{"DEEPGRAM_API_KEY", "CANARY-5eae1b"},
                                      {"AGENT_PROMPT", "Be kind"}};
    struct asked *q = story(state);

    change_provider(&q->p, "p-sts", env, 2);
    ask_as(q, "sales");
    assert_says(q->json, "\"fingerprint\": \"fp:");
    assert_says(q->json, "\"key\": \"DEEPGRAM_API_KEY\"");
    assert_null(strstr(q->json, "CANARY"));
}

static void containers_come_with_their_place(void **state)
{
    struct asked *q = story(state);

    add_call(&q->p, "a1", 60000);
    retire_live(&q->p, "avr-sts-a1", PLACE_DRAIN, 30000)->sockets = 1;
    put_box(&q->p, "sales", ROLE_STS, PLACE_LIVE, 30000)->sockets = 0;
    ask_as(q, "sales");
    assert_says(q->json, "\"place\": \"drain\"");
    assert_says(q->json, "\"connections\": 1");
    assert_null(strstr(q->json, "\"drain_until_ms\": 1")); /* it waits however long they last */
}

static void a_drain_tells_its_limit(void **state)
{
    struct asked *q = story(state);
    struct box *old = retire_live(&q->p, "avr-sts-a1", PLACE_DRAIN, 30000);

    add_call(&q->p, "a1", 60000);
    old->sockets = 1;
    put_box(&q->p, "sales", ROLE_STS, PLACE_LIVE, 30000)->sockets = 0;
    q->p.m.spec.rollout.drain_timeout_s = (struct number){600, true, SPEC_AT(1, 1)};
    q->p.m.spec.rollout.on_timeout = SAID("force", 1, 1);
    story_merge(&q->p);
    ask_as(q, "sales");
    int64_t limit_ms = box_since_ms(old) + 600000;
    assert_says(q->json, arena_printf(*state, "\"drain_until_ms\": %lld", (long long)limit_ms));
}

static void a_rollback_names_its_generation(void **state)
{
    static const struct generation goal = {.agent_id = "a1", .number = 3};
    struct asked *q = story(state);

    q->page.goal = &goal;
    ask_as(q, "sales");
    assert_says(action(q, "rollback"), "\"text\": \"back to generation 3");
    assert_says(action(q, "rollback"), "\"command\": \"avr-reconciler rollback sales --to 3\"");
}

/* A pause is lifted before a rollback is: one order at a time. */
static void resuming_takes_back_the_last_thing_that_holds(void **state)
{
    static const struct order items[] = {
        {.agent_id = "a1", .kind = ORDER_ROLLBACK, .who = "root", .at_ms = 1, .away_from = "then"},
        {.agent_id = "b2", .kind = ORDER_PAUSE, .who = "root", .at_ms = 1},
        {.agent_id = "b2", .kind = ORDER_ROLLBACK, .who = "root", .at_ms = 1, .away_from = "then"}};
    static const struct standing_orders orders = {.orders = {items, N_OF(items)}};
    struct asked *q = story(state);

    q->p.m.orders = &orders;
    story_merge(&q->p);
    ask_as(q, "sales");
    assert_says(action(q, "resume"), "\"allowed\": true");
    ask_as(q, "booking");
    assert_says(action(q, "resume"), "\"allowed\": true");
}

/* What the sources stopped no order starts. */
static void what_the_sources_stopped_is_started_there(void **state)
{
    struct asked *q = story(state);

    row_of(&q->p, "sales")->status = "stopped";
    story_merge(&q->p);
    ask_as(q, "sales");
    assert_says(action(q, "start"), "\"allowed\": false");
    assert_says(action(q, "start"), "it does not run because of agent");
}

static void calls_nobody_can_count_are_cut_unseen(void **state)
{
    struct asked *q = story(state);

    q->p.m.o.calls_known = q->p.m.o.sockets_known = false;
    q->p.options.now = true;
    sales_says(&q->p, "Be quick");
    ask_as(q, "sales");
    assert_says(strstr(action(q, "restart"), "\"now\": {"), "\"calls_cut\": null");
}

static int setup(void **state)
{
    *state = arena_new();
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_agent_in_sync_has_nothing_to_apply),
        TEST(a_restart_spares_calls_and_its_hurry_names_them),
        TEST(a_stop_removes_once_calls_are_over),
        TEST(orders_that_stand_refuse_what_makes_no_sense),
        TEST(whoever_may_only_look_is_told_what_would_be),
        TEST(an_orphan_can_only_be_removed),
        TEST(secrets_are_fingerprints_here_too),
        TEST(containers_come_with_their_place),
        TEST(a_drain_tells_its_limit),
        TEST(a_rollback_names_its_generation),
        TEST(resuming_takes_back_the_last_thing_that_holds),
        TEST(what_the_sources_stopped_is_started_there),
        TEST(calls_nobody_can_count_are_cut_unseen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
