/* Goal: which boxes a core dials, and what of a kept failure counts, from every side. */
#include "core/material.h"

#include "core/view.h"

static const char *const alias[] = {"avrd-llm-0123456789ab"};
static const struct box_network on_alias = {.name = "avr", .aliases = alias, .n_aliases = 1};

/* A view of a core and an LLM, with what a test puts into their slots. */
struct seen {
    struct agent_view v;
    struct slot *core, *llm;
    struct pair core_env[2];
    struct box now, before, live, next, failed, drained;
    const struct box *cores[1], *llms[1];
    struct image image;
    struct observed o;
};

static struct box runs_as(const char *name)
{
    return (struct box){.name = name, .state = BOX_RUNNING, .health_text = ""};
}

static struct seen *seen_new(struct arena *a, const char *variable, const char *url)
{
    struct seen *s = arena_alloc(a, sizeof *s);

    *s = (struct seen){.now = runs_as("avr-core-b2"),
                       .before = runs_as("avrd-drain-000000000001"),
                       .live = runs_as("avr-llm-b2"),
                       .next = runs_as("avrd-next-000000000002"),
                       .failed = runs_as("avrd-failed-000000000003"),
                       .drained = runs_as("avrd-drain-000000000004")};
    s->v = (struct agent_view){.arena = a, .observed = &s->o};
    s->core = &s->v.role[ROLE_CORE].slot;
    s->llm = &s->v.role[ROLE_LLM].slot;
    s->core_env[0] = (struct pair){variable, url};
    s->now.env = s->before.env = s->core_env;
    s->now.n_env = s->before.n_env = 1;
    s->core->live = &s->now;
    s->llm->live = &s->live;
    s->cores[0] = &s->before, s->core->drains = s->cores;
    s->llms[0] = &s->drained, s->llm->drains = s->llms;
    return s;
}

#define NAMED   "http://avr-llm-b2:6030/prompt-stream"
#define ALIASED "http://avrd-llm-0123456789ab:6030/prompt-stream"

static const struct {
    const char *variable, *url;
    bool dialled, dead;
} urls[] = {
    {"LLM_URL", NAMED, true, false},
    {"llm_URL", NAMED, true, false}, /* the name AVR's main branch writes */
    {"LLM_URL", ALIASED, false, true},
    {"LLM_URL", "http://else.test/prompt-stream", false, false},
    {"LLM_URL", "nonsense", false, false},
    {"OTHER", NAMED, false, false},
};

static void an_address_leads_to_a_box_or_to_none(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();

    (void)state;
    for (size_t i = 0; i < N_OF(urls); i++) {
        struct seen *s = seen_new(a, urls[i].variable, urls[i].url);
        assert_ptr_equal(view_dialled_box(&s->v, &s->now, ROLE_LLM),
                         urls[i].dialled ? &s->live : NULL);
        assert_int_equal(view_was_to_dial(&s->v, &s->now, ROLE_LLM, &s->live), urls[i].dialled);
        assert_int_equal(view_is_dialled(&s->v, ROLE_LLM, &s->live), urls[i].dialled);
        assert_int_equal(view_is_dialled_by_name(&s->v, ROLE_LLM, &s->live), urls[i].dialled);
        assert_int_equal(view_dials_a_dead_alias(&s->v, &s->now, ROLE_LLM), urls[i].dead);
        assert_false(view_is_dialled(&s->v, ROLE_CORE, &s->now)); /* nobody dials a core */
        s->now.state = BOX_EXITED;
        assert_false(view_is_dialled(&s->v, ROLE_LLM, &s->live));
        s->core->live = NULL;
        assert_false(view_is_dialled(&s->v, ROLE_LLM, &s->live));
    }
}

static void with_alias(struct box *b)
{
    b->networks = &on_alias;
    b->n_networks = 1;
}

/* Several may answer to one alias: one that runs answers, and core needs the live one alone. */
static void of_two_behind_an_alias_the_running_one_is_dialled(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct seen *s = seen_new(a, "LLM_URL", ALIASED);

    (void)state;
    s->llm->next = &s->next;
    s->llm->n_drains = 1;
    with_alias(&s->next);
    with_alias(&s->drained);
    assert_ptr_equal(view_dialled_box(&s->v, &s->now, ROLE_LLM), &s->next);
    assert_true(view_is_dialled(&s->v, ROLE_LLM, &s->next));
    assert_false(view_is_dialled_by_name(&s->v, ROLE_LLM, &s->next));
    assert_false(view_dials_a_dead_alias(&s->v, &s->now, ROLE_LLM));
    s->next.state = BOX_EXITED;
    assert_ptr_equal(view_dialled_box(&s->v, &s->now, ROLE_LLM), &s->drained);
    s->drained.state = BOX_EXITED;
    assert_ptr_equal(view_dialled_box(&s->v, &s->now, ROLE_LLM), &s->next);
    with_alias(&s->live);
    assert_ptr_equal(view_dialled_box(&s->v, &s->now, ROLE_LLM), &s->live);
    assert_false(view_is_dialled(&s->v, ROLE_LLM, &s->next));
    s->live.state = BOX_EXITED; /* it cannot answer, so the other is needed */
    assert_true(view_is_dialled(&s->v, ROLE_LLM, &s->next));
    s->llm->live = NULL;
    assert_true(view_is_dialled(&s->v, ROLE_LLM, &s->next));
}

static void a_core_that_drains_still_dials(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct seen *s = seen_new(a, "LLM_URL", NAMED);

    (void)state;
    s->core->live = NULL;
    assert_false(view_is_dialled(&s->v, ROLE_LLM, &s->live));
    s->core->n_drains = 1;
    assert_true(view_is_dialled(&s->v, ROLE_LLM, &s->live));
    assert_false(view_is_dialled(&s->v, ROLE_LLM, &s->drained));
    s->before.state = BOX_EXITED;
    assert_false(view_is_dialled(&s->v, ROLE_LLM, &s->live));
}

static void a_failure_counts_only_against_what_can_be_built(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct material m = running(a, "booking");
    struct seen *s = seen_new(a, "LLM_URL", NAMED);
    struct wanted w = m.w[ROLE_LLM];
    struct box same = *box_named(&m, "avr-llm-b2");

    (void)state;
    s->o = m.o;
    assert_true(view_fits(&s->v, &w, &same));
    assert_false(view_fits(&s->v, &w, NULL));
    assert_false(view_failed_with(&s->v, &w, ROLE_LLM)); /* nothing failed */
    s->llm->failed = &same;
    assert_true(view_failed_with(&s->v, &w, ROLE_LLM));
    w.alias = "avrd-llm-0123456789ab"; /* by another name, but the same */
    assert_true(view_failed_with(&s->v, &w, ROLE_LLM));
    w.image_id = "id-other";
    assert_false(view_failed_with(&s->v, &w, ROLE_LLM));
    w = m.w[ROLE_LLM];
    w.problem = "no image";
    assert_false(view_failed_with(&s->v, &w, ROLE_LLM));
    assert_false(view_fits(&s->v, &w, &same));
    w.spec = NULL;
    assert_false(view_failed_with(&s->v, &w, ROLE_LLM));
    assert_false(view_fits(&s->v, &w, &same));
}

static void a_failure_is_in_the_way_while_it_answers_to_the_alias(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct seen *s = seen_new(a, "LLM_URL", NAMED);
    struct role_view *rv = &s->v.role[ROLE_LLM];

    (void)state;
    rv->wanted.alias = alias[0];
    assert_false(view_failure_has_alias(&s->v, ROLE_LLM));
    s->llm->failed = &s->failed;
    assert_false(view_failure_has_alias(&s->v, ROLE_LLM));
    with_alias(&s->failed);
    assert_true(view_failure_has_alias(&s->v, ROLE_LLM));
    s->failed.state = BOX_EXITED;
    assert_false(view_failure_has_alias(&s->v, ROLE_LLM));
    s->failed.state = BOX_RUNNING;
    rv->wanted.alias = NULL;
    assert_false(view_failure_has_alias(&s->v, ROLE_LLM));
}

static void the_earliest_moment_to_come_is_when_to_look_again(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct seen *s = seen_new(a, "LLM_URL", NAMED);

    (void)state;
    s->o.now_ms = 1000;
    assert_int_equal(view_again_ms(&s->v), 0);
    s->v.role[ROLE_LLM].held_until_ms = 900; /* past */
    assert_int_equal(view_again_ms(&s->v), 0);
    s->llm->failed = &s->failed; /* kept for an hour since its name was given */
    assert_int_equal(view_again_ms(&s->v), 3600003);
    s->v.role[ROLE_CORE].held_until_ms = 3600004;
    assert_int_equal(view_again_ms(&s->v), 3600003);
    s->v.role[ROLE_CORE].held_until_ms = 2000;
    assert_int_equal(view_again_ms(&s->v), 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_leads_to_a_box_or_to_none),
        cmocka_unit_test(of_two_behind_an_alias_the_running_one_is_dialled),
        cmocka_unit_test(a_core_that_drains_still_dials),
        cmocka_unit_test(a_failure_counts_only_against_what_can_be_built),
        cmocka_unit_test(a_failure_is_in_the_way_while_it_answers_to_the_alias),
        cmocka_unit_test(the_earliest_moment_to_come_is_when_to_look_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
