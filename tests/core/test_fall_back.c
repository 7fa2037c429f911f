/* Goal: where what is wanted failed and nothing that it replaced is left, what was last good
 * serves, of a pipeline all of it; and if that fails as well, both are left alone. */
#include "core/plan_case.h"

static void next_is(struct planning *p, const char *agent, const char *want)
{
    assert_string_equal(next_text(p, agent), want);
}

/* What was good is what sales was asked to be in the beginning. */
static void remember_the_beginning(struct planning *p)
{
    remember_good(p, "sales");
}

/* Somebody removed the replaced one, and the new one does not work. */
static void nothing_left_to_put_back(struct planning *p, struct arena *a)
{
    story_begin(p, a);
    remember_the_beginning(p);
    drop_box(p, "avr-sts-a1");
    sales_says(p, "Be brief");
    struct box *live = put_box(p, "sales", ROLE_STS, PLACE_LIVE, 8000);
    live->state = BOX_EXITED;
    live->health = HEALTH_BAD;
    live->health_text = "it exited at once with code 1";
}

static void what_was_good_serves_where_nothing_is_left_to_put_back(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct planning p;

    (void)state;
    nothing_left_to_put_back(&p, a);
    next_is(&p, "sales",
            "rename  sts  avr-sts-a1 -> avrd-failed-#1 (it exited at once with code 1)");
    struct box *failed = retire_live(&p, "avr-sts-a1", PLACE_FAILED, 0);
    failed->health = HEALTH_UNKNOWN;
    next_is(&p, "sales",
            "create  sts  avrd-next-#1 (what is wanted failed: the previous image and settings)");
    struct step s = agent_next(a, &p.m.d, agent_of(&p.m, "sales"), &p.m.o, &test_key, &p.options);
    assert_string_equal(env_get(&s.wanted->env, "AGENT_PROMPT")->value, "Be kind");

    p.m.o.now_ms += 3600000; /* the back-off is over: what is wanted is tried again */
    next_is(&p, "sales", "create  sts  avrd-next-#2, try 2 (missing)");
    p.m.o.now_ms -= 3600000;

    sales_says(&p, "Be kind"); /* it serves, and is left alone until then */
    put_box(&p, "sales", ROLE_STS, PLACE_LIVE, 0)->health = HEALTH_GOOD;
    sales_says(&p, "Be brief");
    s = agent_next(a, &p.m.d, agent_of(&p.m, "sales"), &p.m.o, &test_key, &p.options);
    assert_int_equal(s.kind, STEP_HOLD);
    assert_int_equal(s.hold, HOLD_FAILED);
}

static void if_that_fails_too_both_are_left_alone(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct planning p;

    (void)state;
    nothing_left_to_put_back(&p, a);
    drop_box(&p, "avr-sts-a1");
    sales_says(&p, "Be kind");
    put_box(&p, "sales", ROLE_STS, PLACE_FAILED, 5000)->state = BOX_EXITED;
    sales_says(&p, "Be brief");
    struct step s = agent_next(a, &p.m.d, agent_of(&p.m, "sales"), &p.m.o, &test_key, &p.options);
    assert_int_equal(s.kind, STEP_HOLD);
    assert_int_equal(s.hold, HOLD_FAILED);
    assert_true(text_starts(s.why, "the previous image and settings, too, failed 5s ago"));
    p.m.o.now_ms += 60000;
    next_is(&p, "sales", "create  sts  avrd-next-#1, try 2 (missing)");
}

static void what_is_good_itself_is_not_replaced_by_itself(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct planning p;

    (void)state;
    nothing_left_to_put_back(&p, a);
    remember_the_beginning(&p); /* which is now what is wanted */
    next_is(&p, "sales", "hold    sts  [unhealthy] (it exited at once with code 1)");
}

/* What it replaced is gone while it still has to prove itself: it is watched all the same. */
static void a_new_one_is_on_trial_though_the_old_one_is_gone(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct planning p;

    (void)state;
    nothing_left_to_put_back(&p, a);
    struct box *live = box_named(&p.m, "avr-sts-a1");
    live->state = BOX_RUNNING;
    live->health = HEALTH_UNKNOWN;
    live->started_ms = p.m.o.now_ms - 8000;
    next_is(&p, "sales", "probe   sts  avr-sts-a1 (new, and what it replaced is gone)");
    live->health = HEALTH_GOOD;
    next_is(&p, "sales", "wait    sts  avr-sts-a1 soak until +2s (must stay ready)");
    live->health = HEALTH_BAD;
    live->health_text = "it stopped answering";
    next_is(&p, "sales", "rename  sts  avr-sts-a1 -> avrd-failed-#1 (it stopped answering)");
    live->health = HEALTH_UNKNOWN;
    p.m.o.now_ms += 2000; /* its time is over */
    next_is(&p, "sales", "nothing core");
    p.m.o.now_ms -= 2000;
    remember_the_beginning(&p); /* it has proved itself before */
    next_is(&p, "sales", "nothing core");
}

/* Of several new ones each is asked in turn, and a bad one is not hidden by a good one. */
static void all_that_are_on_trial_are_asked(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    static const struct pair llm[] = {{"OPENAI_MODEL", "gpt-5"}}, tts[] = {{"VOICE", "Ada"}};
    struct planning p;

    (void)state;
    story_begin(&p, a);
    remember_good(&p, "booking");
    change_provider(&p, "p-llm", llm, 1);
    change_provider(&p, "p-tts", tts, 1);
    drop_box(&p, "avr-llm-b2");
    drop_box(&p, "avr-tts-b2");
    put_box(&p, "booking", ROLE_LLM, PLACE_LIVE, 9000);
    put_box(&p, "booking", ROLE_TTS, PLACE_LIVE, 9000);
    struct box *new_tts = &p.m.boxes.items[p.m.boxes.n - 1], *new_llm = new_tts - 1;
    new_llm->started_ms = new_tts->started_ms = p.m.o.now_ms - 9000;
    next_is(&p, "booking", "probe   llm  avr-llm-b2 (new, and what it replaced is gone)");
    new_llm->health = HEALTH_GOOD;
    new_llm->asked_ms = p.m.o.now_ms;
    next_is(&p, "booking", "probe   tts  avr-tts-b2 (new, and what it replaced is gone)");
    new_tts->health = HEALTH_GOOD;
    new_tts->asked_ms = p.m.o.now_ms - 100;
    next_is(&p, "booking", "wait    llm  avr-tts-b2 soak until +1s (must stay ready)");
}

static void name_it(struct planning *p, enum role r, const char *name, const char *now)
{
    put_box(p, "booking", r, PLACE_NEXT, 9000 - r)->health = HEALTH_GOOD;
    p->m.boxes.items[p->m.boxes.n - 1].name = now;
    if (name)
        drop_box(p, name);
}

static void llm_and_tts_change(struct planning *p)
{
    static const struct pair llm[] = {{"OPENAI_MODEL", "gpt-5"}}, tts[] = {{"VOICE", "Ada"}};

    change_provider(p, "p-llm", llm, 1);
    change_provider(p, "p-tts", tts, 1);
}

/* A new set has taken over, and nothing that it replaced is left: its llm dies. */
static void pipeline_goes_back(struct planning *p)
{
    remember_good(p, "booking");
    llm_and_tts_change(p);
    name_it(p, ROLE_LLM, NULL, "new-llm");
    name_it(p, ROLE_TTS, NULL, "new-tts");
    name_it(p, ROLE_CORE, "avr-core-b2", "avr-core-b2");
    drop_box(p, "avr-llm-b2");
    drop_box(p, "avr-tts-b2");
    box_named(&p->m, "new-tts")->name = "avr-tts-b2";
    struct box *llm = box_named(&p->m, "new-llm");
    llm->name = "avr-llm-b2";
    llm->state = BOX_EXITED;
    llm->health = HEALTH_BAD;
    llm->health_text = "it exited with code 3";
}

/* What the plan of that leads to. */
static void carry_out(struct planning *p)
{
    struct model m;

    model_init(&m, p->m.a, &p->m.o);
    for (int i = 0; i < 40; i++) {
        struct step s =
            agent_next(p->m.a, &p->m.d, agent_of(&p->m, "booking"), &m.now, &test_key, &p->options);
        if (s.kind == STEP_NOTHING || s.kind == STEP_HOLD)
            break;
        model_apply(&m, &s);
    }
    p->m.o = m.now;
    p->m.boxes.n = 0;
    for (size_t i = 0; i < m.now.n_boxes; i++)
        ARRAY_PUSH(p->m.a, p->m.boxes, m.now.boxes[i]);
    p->m.o.boxes = p->m.boxes.items;
}

/* It is not tried again before its time, and nothing of it alone. */
static void pipeline_went_back(struct planning *p)
{
    pipeline_goes_back(p);
    carry_out(p);
}

/* What was put back dies as well, and there is nothing older: nobody takes turns. */
static void pipeline_went_back_and_dies(struct planning *p)
{
    pipeline_went_back(p);
    struct box *llm = box_named(&p->m, "avr-llm-b2");
    llm->state = BOX_EXITED;
    llm->health = HEALTH_BAD;
    llm->health_text = "it exited with code 4";
}

/* The previous llm fails as well: both are left alone, and so is the rest of the new set. */
static void pipeline_fails_twice(struct planning *p)
{
    pipeline_goes_back(p);
    drop_box(p, "avr-llm-b2");
    struct desired asked = p->m.d;
    struct provider_row *rows = own_providers(&p->m);
    for (size_t i = 0; i < N_OF(provider_rows); i++)
        rows[i] = provider_rows[i];
    story_merge(p);
    put_box(p, "booking", ROLE_LLM, PLACE_FAILED, 5000)->state = BOX_EXITED;
    p->m.d = asked;
}

static const struct plan_case cases[] = {
    CASE(pipeline_goes_back, "booking"),
    CASE(pipeline_went_back, "booking"),
    CASE(pipeline_went_back_and_dies, "booking"),
    CASE(pipeline_fails_twice, "booking"),
};

static void the_plan_is(void **state)
{
    plan_case_check(&cases[(size_t)(uintptr_t)*state]);
}

int main(void)
{
#define PLAN(i)                                                                                    \
    {                                                                                              \
        .name = cases[i].name, .test_func = the_plan_is, .initial_state = (void *)(i)              \
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_good_serves_where_nothing_is_left_to_put_back),
        cmocka_unit_test(if_that_fails_too_both_are_left_alone),
        cmocka_unit_test(what_is_good_itself_is_not_replaced_by_itself),
        cmocka_unit_test(a_new_one_is_on_trial_though_the_old_one_is_gone),
        cmocka_unit_test(all_that_are_on_trial_are_asked),
        PLAN(0UL),
        PLAN(1UL),
        PLAN(2UL),
        PLAN(3UL),
    };

    return cmocka_run_group_tests_name("fall back", tests, NULL, NULL);
}
