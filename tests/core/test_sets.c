/* Goal: a new core with the providers that came with it is judged as one, while the core before is
 * still there. */
#include "core/material.h"

#include "core/sets.h"

#define ALIAS_NOW    "avrd-llm-000000000002"
#define ALIAS_BEFORE "avrd-llm-000000000001"

static const char *const alias_now[] = {ALIAS_NOW}, *const alias_before[] = {ALIAS_BEFORE};
static const struct box_network net_now = {.name = "avr", .aliases = alias_now, .n_aliases = 1};
static const struct box_network net_before = {
    .name = "avr", .aliases = alias_before, .n_aliases = 1};
static const struct pair dials_now[] = {{"LLM_URL", "http://" ALIAS_NOW ":6030/prompt-stream"}};
static const struct pair dials_before[] = {
    {"LLM_URL", "http://" ALIAS_BEFORE ":6030/prompt-stream"}};
static const struct container_spec spec = {.role = ROLE_LLM};

struct set {
    struct agent_view v;
    struct slot *core, *llm;
    struct box core_now, core_before, llm_now, llm_before;
    const struct box *cores[1], *llms[1];
};

static struct set *set_new(struct arena *a)
{
    struct set *s = arena_alloc(a, sizeof *s);

    *s = (struct set){.core_now = {.name = "avr-core-b2", .env = dials_now},
                      .core_before = {.name = "avrd-drain-000000000001", .env = dials_before},
                      .llm_now = {.name = "avr-llm-b2", .networks = &net_now},
                      .llm_before = {.name = "avrd-drain-000000000002", .networks = &net_before}};
    struct box *const all[] = {&s->core_now, &s->core_before, &s->llm_now, &s->llm_before};
    for (size_t i = 0; i < N_OF(all); i++) {
        all[i]->state = BOX_RUNNING;
        all[i]->health_text = "";
        all[i]->health = HEALTH_GOOD;
        all[i]->n_env = i < 2;
        all[i]->n_networks = i >= 2;
    }
    s->v.arena = a;
    s->core = &s->v.role[ROLE_CORE].slot;
    s->llm = &s->v.role[ROLE_LLM].slot;
    s->cores[0] = &s->core_before, s->llms[0] = &s->llm_before;
    *s->core = (struct slot){.live = &s->core_now, .drains = s->cores, .n_drains = 1};
    *s->llm = (struct slot){.live = &s->llm_now, .drains = s->llms, .n_drains = 1};
    s->v.role[ROLE_LLM].wanted.spec = &spec;
    return s;
}

static void is_well(struct set *s)
{
    (void)s;
}

static void health_is_bad(struct set *s)
{
    s->llm_now.health = HEALTH_BAD;
    s->llm_now.health_text = "does not answer";
}

static void restarts(struct set *s)
{
    s->llm_now.state = BOX_RESTARTING;
}

static void is_paused(struct set *s)
{
    health_is_bad(s);
    s->llm_now.state = BOX_PAUSED;
}

static void failed_and_stands(struct set *s)
{
    s->llm_now.name = "avrd-failed-000000000003";
    s->llm_now.state = BOX_EXITED;
}

static void failed_and_runs(struct set *s)
{
    s->llm_now.name = "avrd-failed-000000000003";
}

static void drains_and_stands(struct set *s)
{
    s->llm_now.name = "avrd-drain-000000000003";
    s->llm_now.state = BOX_EXITED;
}

static void is_gone(struct set *s)
{
    s->llm->live = NULL;
}

static void was_bad_before(struct set *s)
{
    health_is_bad(s);
    s->llm_before.health = HEALTH_BAD;
}

static void stood_before(struct set *s)
{
    health_is_bad(s);
    s->llm_before.state = BOX_EXITED;
}

static void was_gone_before(struct set *s)
{
    health_is_bad(s);
    s->llm->n_drains = 0;
}

static void serves_both(struct set *s)
{
    health_is_bad(s);
    s->core_before.env = dials_now;
}

static void core_before_stands(struct set *s)
{
    health_is_bad(s);
    s->core_before.state = BOX_EXITED;
}

static void nothing_was_replaced(struct set *s)
{
    health_is_bad(s);
    s->core->n_drains = 0;
}

static const struct {
    void (*happens)(struct set *);
    const char *why; /* NULL: the new core keeps its name */
} broken[] = {
    {is_well, NULL},
    {health_is_bad, "its llm does not work: does not answer"},
    {restarts, "its llm does not work: it does not stay up"},
    {is_paused, NULL},
    {failed_and_stands, "its llm does not work: it does not stay up"},
    {failed_and_runs, NULL},
    {drains_and_stands, NULL},
    {is_gone, "its llm does not work: it is gone"},
    {was_bad_before, NULL},
    {stood_before, NULL},
    {was_gone_before, NULL},
    {serves_both, NULL},
    {core_before_stands, NULL},
    {nothing_was_replaced, NULL},
};

static void the_old_core_comes_back_only_to_a_provider_that_works(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();

    (void)state;
    for (size_t i = 0; i < N_OF(broken); i++) {
        struct set *s = set_new(a);
        broken[i].happens(s);
        const char *why = set_broken(&s->v);
        if (!text_is(why, broken[i].why))
            fail_msg("case %zu: %s", i, why ? why : "nothing");
    }
}

static const struct {
    enum box_state state;
    enum health health;
    int64_t asked_ms; /* core was asked at 500 */
    enum role role;
} asked[] = {
    {BOX_RUNNING, HEALTH_GOOD, 400, ROLE_LLM},
    {BOX_RUNNING, HEALTH_GOOD, 600, ROLE_CORE},
    {BOX_RUNNING, HEALTH_UNKNOWN, 600, ROLE_LLM},
    {BOX_EXITED, HEALTH_UNKNOWN, 0, ROLE_CORE},
};

static void who_was_not_asked_for_longest_is_next(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const struct box *b;

    (void)state;
    for (size_t i = 0; i < N_OF(asked); i++) {
        struct set *s = set_new(a);
        s->core_now.asked_ms = 500;
        s->llm_now.state = asked[i].state;
        s->llm_now.health = asked[i].health;
        s->llm_now.asked_ms = asked[i].asked_ms;
        assert_int_equal(set_least_asked(&s->v, &b), asked[i].role);
        assert_ptr_equal(b, asked[i].role == ROLE_LLM ? &s->llm_now : &s->core_now);
    }
}

/* One that did not come with this core is not its core's business. */
static void only_what_came_with_it_is_part_of_a_set(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const struct box *b;

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct set *s = set_new(a);
        s->core_now.asked_ms = 500;
        if (i == 0)
            s->v.role[ROLE_LLM].wanted.spec = NULL;
        else if (i == 1)
            s->llm->n_drains = 0;
        else if (i == 2)
            s->llm->live = NULL;
        else
            s->core_before.env = dials_now;
        assert_int_equal(set_least_asked(&s->v, &b), ROLE_CORE);
        assert_ptr_equal(b, &s->core_now);
    }
}

static const struct {
    bool as_set, differs, held, next_fits;
    enum health next;
    bool ready;
} readiness[] = {
    {false, true, false, false, HEALTH_BAD, true}, {true, false, false, false, HEALTH_BAD, true},
    {true, true, true, false, HEALTH_BAD, true},   {true, true, false, false, HEALTH_GOOD, false},
    {true, true, false, true, HEALTH_BAD, false},  {true, true, false, true, HEALTH_GOOD, true},
};

static void core_comes_up_when_all_it_dials_is_there(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();

    (void)state;
    for (size_t i = 0; i < N_OF(readiness); i++) {
        struct set *s = set_new(a);
        struct role_view *rv = &s->v.role[ROLE_LLM];
        struct box next = {.health = readiness[i].next};
        rv->wanted.as_set = readiness[i].as_set;
        rv->differs = readiness[i].differs;
        rv->held = readiness[i].held;
        rv->next_fits = readiness[i].next_fits;
        rv->slot.next = &next;
        assert_int_equal(set_is_ready(&s->v), readiness[i].ready);
        rv->slot.live = NULL;
        assert_false(set_is_ready(&s->v));
        rv->wanted.spec = NULL;
        assert_true(set_is_ready(&s->v));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_old_core_comes_back_only_to_a_provider_that_works),
        cmocka_unit_test(who_was_not_asked_for_longest_is_next),
        cmocka_unit_test(only_what_came_with_it_is_part_of_a_set),
        cmocka_unit_test(core_comes_up_when_all_it_dials_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
