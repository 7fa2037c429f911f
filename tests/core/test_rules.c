/* Goal: single rows of the rule table that no plan begins with: the one next step for a state that
 * only bad luck or people bring about. */
#include "core/planning.h"

static void next_is(struct planning *p, const char *agent, const char *want)
{
    assert_string_equal(next_text(p, agent), want);
}

static void candidate_that_failed_is_kept_for_its_logs(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct planning p;

    (void)state;
    story_begin(&p, a);
    sales_says(&p, "Be brief");
    struct box *b = put_box(&p, "sales", ROLE_STS, PLACE_NEXT, 1000);
    b->health = HEALTH_BAD;
    next_is(&p, "sales", "rename  sts  avrd-next-#1 -> avrd-failed-#1 (it did not become ready)");
    b->health_text = "it exited with code 3";
    next_is(&p, "sales", "rename  sts  avrd-next-#1 -> avrd-failed-#1 (it exited with code 3)");

    b = put_box(&p, "sales", ROLE_STS, PLACE_FAILED, 90000); /* one is kept, the newest */
    b->state = BOX_EXITED;
    next_is(&p, "sales",
            "remove  sts  avrd-failed-#2 (the logs of a newer failure take its place)");
}

static void failed_candidate_that_still_runs_is_stopped(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct planning p;

    (void)state;
    story_begin(&p, a);
    sales_says(&p, "Be brief");
    put_box(&p, "sales", ROLE_STS, PLACE_FAILED, 6000);
    next_is(&p, "sales", "stop    sts  avrd-failed-#1 (it failed; kept for its logs)");
    put_box(&p, "sales", ROLE_STS, PLACE_FAILED, 9000)->state = BOX_EXITED;
    next_is(&p, "sales", "remove  sts  avrd-failed-#2 (a leftover of an earlier try)");
}

static void live_that_works_no_more_and_matches_holds(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct planning p;

    (void)state;
    story_begin(&p, a);
    struct box *b = box_named(&p.m, "avr-sts-a1");
    b->health = HEALTH_BAD;
    b->health_text = "it never answered";
    next_is(&p, "sales", "hold    sts  [unhealthy] (it never answered)");
    b->health_text = "";
    next_is(&p, "sales", "hold    sts  [unhealthy] (it restarts again and again)");
}

static void stop_first_rolls_back_one_at_a_time(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct planning p;

    (void)state;
    story_begin(&p, a);
    published_port(&p);
    struct box *old = retire_live(&p, "avr-sts-a1", PLACE_DRAIN, 2000);
    old->state = BOX_EXITED;
    const char *old_name = old->name;
    struct box *b = put_box(&p, "sales", ROLE_STS, PLACE_LIVE, 3000);
    b->health = HEALTH_BAD;
    b->health_text = "it never answered";
    next_is(&p, "sales", "stop    sts  avr-sts-a1 (it failed)");
    b->state = BOX_EXITED;
    next_is(&p, "sales", "rename  sts  avr-sts-a1 -> avrd-failed-#1 (it never answered)");

    drop_box(&p, "avr-sts-a1"); /* between the two renames of a hand-over */
    put_box(&p, "sales", ROLE_STS, PLACE_NEXT, 3000)->state = BOX_CREATED;
    next_is(&p, "sales", "rename  sts  avrd-next-#1 -> avr-sts-a1 (takes over)");
    box_named(&p.m, old_name)->state = BOX_RUNNING;
    next_is(&p, "sales",
            "rename  sts  avrd-drain-#1 -> avr-sts-a1 (put back: it serves until another is "
            "ready)");
}

static void stop_first_and_does_not_work(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct planning p;

    (void)state;
    story_begin(&p, a);
    published_port(&p);
    box_named(&p.m, "avr-sts-a1")->health = HEALTH_BAD;
    put_box(&p, "sales", ROLE_STS, PLACE_NEXT, 3000)->state = BOX_CREATED;
    next_is(&p, "sales",
            "stop    sts  avr-sts-a1 (does not work, and cannot run beside its successor)");
}

static void drains_finish_one_by_one(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct planning p;

    (void)state;
    story_begin(&p, a);
    struct box *b = box_named(&p.m, "avr-sts-a1");
    b->health = HEALTH_GOOD;
    b->ready_ms = p.m.o.now_ms - 60000;
    put_box(&p, "sales", ROLE_STS, PLACE_DRAIN, 50000)->sockets = 1; /* the older one has a call */
    put_box(&p, "sales", ROLE_STS, PLACE_DRAIN, 40000);
    next_is(&p, "sales", "stop    sts  avrd-drain-#1 (replaced)");
    p.m.boxes.items[p.m.boxes.n - 1].state = BOX_EXITED;
    next_is(&p, "sales", "remove  sts  avrd-drain-#1 (replaced)");
    p.m.o.n_boxes = --p.m.boxes.n;
    next_is(&p, "sales",
            "wait    sts  avrd-drain-#2 drain, calls 1 (its live calls go on to their end)");
}

/* Each with the calls that are on it, newest first: not those that began when it had lost its name,
 * and not once it has stopped. */
static void drains_are_told_with_their_calls(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct planning p;

    (void)state;
    story_begin(&p, a);
    p.agent = (struct agent_spec){.key = "a1"};
    p.agent.rollout.drain_timeout_s = (struct number){.n = 300, .set = true};
    p.agent.rollout.on_timeout.text = "force";
    sales_says(&p, "Be brief");
    put_box(&p, "sales", ROLE_STS, PLACE_DRAIN, 60000)->sockets = 1;
    put_box(&p, "sales", ROLE_STS, PLACE_DRAIN, 50000)->state = BOX_EXITED;
    put_box(&p, "sales", ROLE_STS, PLACE_DRAIN, 30000)->sockets = 1;
    add_call(&p, "a1", 90000);
    add_call(&p, "a1", 40000);
    add_call(&p, "a1", 10000);
    const char *const only[] = {"sales"};
    struct plan plan = plan_make(a, &p.m.d, &p.m.o, &test_key, &p.options, only, 1);
    const struct role_plan *sts = plan.agents[0].roles;
    while (sts->role != ROLE_STS)
        sts++;
    assert_int_equal(sts->n_drains, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(sts->drains[i].calls, i == 0 ? 2 : 1);
        assert_int_equal(sts->drains[i].oldest_ms, p.m.o.now_ms - 90000);
        assert_int_equal(sts->drains[i].until_ms, box_since_ms(sts->drains[i].box) + 300000);
    }
    assert_int_equal(box_since_ms(sts->drains[0].box), p.m.o.now_ms - 30000);
}

/* While one container waits for its calls, another role of the agent is brought up. */
static void a_waiting_drain_keeps_nobody(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct planning p;

    (void)state;
    story_begin(&p, a);
    struct box *b = box_named(&p.m, "avr-sts-a1");
    b->health = HEALTH_GOOD;
    b->ready_ms = p.m.o.now_ms - 60000;
    put_box(&p, "sales", ROLE_STS, PLACE_DRAIN, 50000)->sockets = 1;
    drop_box(&p, "avr-core-a1");
    next_is(&p, "sales", "create  core avrd-next-#1 (missing)");
}

static void down_restarting_or_paused_while_another_drains(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct planning p;

    (void)state;
    story_begin(&p, a);
    put_box(&p, "sales", ROLE_STS, PLACE_DRAIN, 50000);
    struct box *b = box_named(&p.m, "avr-sts-a1");
    b->state = BOX_EXITED;
    next_is(&p, "sales", "start   sts  avr-sts-a1 (not running)");
    b->state = BOX_RESTARTING;
    next_is(&p, "sales", "rename  sts  avr-sts-a1 -> avrd-failed-#1 (it did not become ready)");
    b->state = BOX_PAUSED;
    next_is(&p, "sales", "hold    sts  [conflict] (somebody has paused it)");
}

static void nothing_to_build_a_missing_one_from(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    static const struct value image = {.text = "elsewhere/sts:2"};
    struct planning p;

    (void)state;
    story_begin(&p, a);
    p.agent = (struct agent_spec){.key = "a1", .has_role[ROLE_STS] = true};
    p.agent.role[ROLE_STS].image = (struct values){&image, 1, true};
    p.agent.role[ROLE_STS].pull_policy.text = "never";
    story_merge(&p);
    drop_box(&p, "avr-sts-a1");
    next_is(&p, "sales",
            "hold    sts  [problem] (image elsewhere/sts:2 is not on the engine and pull_policy is "
            "never)");
}

static void failed_before_and_nothing_serves(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct planning p;

    (void)state;
    story_begin(&p, a);
    put_box(&p, "sales", ROLE_STS, PLACE_FAILED, 10000)->state = BOX_EXITED;
    drop_box(&p, "avr-sts-a1");
    next_is(&p, "sales",
            "hold    sts  [failed] (the same image and settings failed 10s ago (kept as "
            "avrd-failed-#1); next try in 18s)");
}

/* A set has taken over: core and the llm are new, the old core still runs. */
static struct box *take_over_with_a_new_llm(struct planning *p, struct box **ret_llm)
{
    static const struct pair env[] = {{"OPENAI_MODEL", "gpt-5"}};

    change_provider(p, "p-llm", env, 1);
    material_resolve(&p->m, "booking");
    put_box(p, "booking", ROLE_LLM, PLACE_NEXT, 4000);
    put_box(p, "booking", ROLE_CORE, PLACE_NEXT, 3000);
    retire_live(p, "avr-core-b2", PLACE_DRAIN, 2000);
    struct box *core = &p->m.boxes.items[p->m.boxes.n - 1];
    core->name = "avr-core-b2";
    core->health = HEALTH_GOOD;
    core->ready_ms = p->m.o.now_ms - 2000;
    core->asked_ms = p->m.o.now_ms - 500;
    *ret_llm = core - 1;
    return core;
}

static void a_new_core_is_watched_with_all_that_came_with_it(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct planning p;
    struct box *llm;

    (void)state;
    story_begin(&p, a);
    struct box *core = take_over_with_a_new_llm(&p, &llm);
    next_is(&p, "booking", "probe   llm  avrd-next-#1 (the new core dials it)");
    llm->health = HEALTH_GOOD;
    llm->asked_ms = core->asked_ms - 1;
    next_is(&p, "booking",
            "wait    core avrd-next-#1 soak until +8s (must stay ready before the old one may go)");
    llm->asked_ms = core->asked_ms + 1;
    next_is(&p, "booking",
            "wait    core avr-core-b2 soak until +8s (must stay ready before the old one may go)");
    llm->state = BOX_PAUSED; /* somebody's business */
    next_is(&p, "booking",
            "wait    core avr-core-b2 soak until +8s (must stay ready before the old one may go)");
}

static void a_set_with_a_dead_part_is_swapped_back(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct planning p;
    struct box *llm;

    (void)state;
    story_begin(&p, a);
    take_over_with_a_new_llm(&p, &llm);
    llm->state = BOX_EXITED;
    llm->health = HEALTH_BAD;
    llm->health_text = "it exited with code 3";
    next_is(&p, "booking",
            "rename  core avr-core-b2 -> avrd-failed-#1 (its llm does not work: it exited with "
            "code 3)");
    llm->name = place_name(a, PLACE_FAILED, p.m.o.now_ms); /* also when that came first */
    llm->health = HEALTH_UNKNOWN;
    next_is(&p, "booking",
            "rename  core avr-core-b2 -> avrd-failed-#1 (its llm does not work: it exited with "
            "code 3)");

    llm->name = "gone", llm->labels = NULL, llm->n_labels = 0; /* somebody removed it */
    next_is(&p, "booking",
            "rename  core avr-core-b2 -> avrd-failed-#1 (its llm does not work: it is gone)");
}

/* Somebody started what had failed, and core, which was swapped back, still dials it. */
static void a_failed_one_that_core_dials_again_is_left_alone(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct planning p;
    struct box *llm;

    (void)state;
    story_begin(&p, a);
    take_over_with_a_new_llm(&p, &llm);
    for (size_t i = 0; i < p.m.boxes.n; i++)
        if (text_starts(p.m.boxes.items[i].name, "avrd-drain-"))
            p.m.boxes.items[i].labels = NULL, p.m.boxes.items[i].n_labels = 0;
    llm->name = place_name(a, PLACE_FAILED, p.m.o.now_ms - 7200000);
    next_is(&p, "booking", "create  core avrd-next-#1 (differs)");
    llm->state = BOX_EXITED; /* core dials nobody: the same settings may be tried again */
    next_is(&p, "booking", "create  llm  avrd-next-#1, try 2 (differs)");
}

static void core_waits_until_all_it_dials_is_there(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    static const struct foreign stranger[] = {{"0123456789abcdef", "avr-llm-b2"}};
    struct planning p;

    (void)state;
    story_begin(&p, a);
    drop_box(&p, "avr-llm-b2");
    drop_box(&p, "avr-core-b2");
    p.m.o.foreign = stranger;
    p.m.o.n_foreign = 1;
    next_is(&p, "booking",
            "hold    llm  [conflict] (the name avr-llm-b2 is held by a container that is not "
            "ours)");
}

static void the_llm_is_asked_to_be_another(struct planning *p)
{
    static const struct pair env[] = {{"OPENAI_MODEL", "gpt-5"}};

    change_provider(p, "p-llm", env, 1);
}

/* A set takes a while to prepare, and the agent is to answer meanwhile. */
static void a_dead_part_that_differs_serves_until_the_new_set_is_ready(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct planning p;

    (void)state;
    story_begin(&p, a);
    the_llm_is_asked_to_be_another(&p);
    struct box *core = box_named(&p.m, "avr-core-b2"), *llm = box_named(&p.m, "avr-llm-b2");
    core->state = llm->state = BOX_EXITED;
    next_is(&p, "booking", "start   llm  avr-llm-b2 (it serves until the new set is ready)");
    llm->state = BOX_RUNNING;
    next_is(&p, "booking", "start   core avr-core-b2 (it serves until the new set is ready)");
    core->state = BOX_RUNNING;
    next_is(&p, "booking", "create  llm  avrd-next-#1 (differs)");
    llm->state = BOX_EXITED; /* it cannot serve */
    llm->health = HEALTH_BAD;
    next_is(&p, "booking", "create  llm  avrd-next-#1 (differs)");
}

static void back_off_doubles_up_to_an_hour(void **state)
{
    static const struct pair odd[][1] = {{{LABEL_ATTEMPT, "x"}},
                                         {{LABEL_ATTEMPT, "-4"}},
                                         {{LABEL_ATTEMPT, "99999"}},
                                         {{LABEL_ATTEMPT, "7"}}};
    static const int attempts[] = {1, 1, 1000, 7};

    (void)state;
    assert_int_equal(backoff_ms(0, 0), 30000);
    assert_int_equal(backoff_ms(1, 0), 30000);
    assert_int_equal(backoff_ms(2, 0), 60000);
    assert_int_equal(backoff_ms(7, 0), 1920000);
    assert_int_equal(backoff_ms(8, 0), 3600000);
    assert_int_equal(backoff_ms(1000, 0), 3600000);
    for (size_t i = 0; i < N_OF(odd); i++)
        assert_int_equal(box_attempt(&(struct box){.labels = odd[i], .n_labels = 1}), attempts[i]);
    assert_int_equal(box_attempt(&(struct box){0}), 1);
}

/* What failed in one second is tried again spread over some. */
static void agents_do_not_march_in_step(void **state)
{
    int64_t shortest = INT64_MAX, longest = 0;

    (void)state;
    for (int64_t at = 1700000000000; at < 1700000001000; at += 20) {
        int64_t ms = backoff_ms(1, at);
        assert_in_range(ms, 24000, 30000);
        assert_int_equal(backoff_ms(1, at), ms);
        shortest = ms < shortest ? ms : shortest;
        longest = ms > longest ? ms : longest;
    }
    assert_true(longest - shortest > 4000);
    assert_in_range(backoff_ms(1000, 1700000000001), 2880000, 3600000);
}

/* So that whoever waits wakes up exactly then. */
static void a_back_off_and_a_kept_failure_tell_when_they_end(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct planning p;

    (void)state;
    story_begin(&p, a);
    sales_says(&p, "Be brief");
    int64_t failed_ms = p.m.o.now_ms - 10000;
    put_box(&p, "sales", ROLE_STS, PLACE_FAILED, 10000)->state = BOX_EXITED;
    const char *only[] = {"sales"};
    struct plan plan = plan_make(a, &p.m.d, &p.m.o, &test_key, &p.options, only, 1);
    assert_int_equal(plan.agents[0].hold.until_ms, failed_ms + backoff_ms(1, failed_ms));
    assert_int_equal(plan.agents[0].again_ms, plan.agents[0].hold.until_ms);

    p.m.o.now_ms = failed_ms + 60000;
    change_provider(&p, "p-sts", sts_env, N_OF(sts_env)); /* as the live one */
    plan = plan_make(a, &p.m.d, &p.m.o, &test_key, &p.options, only, 1);
    assert_int_equal(plan.agents[0].hold.kind, STEP_NOTHING);
    assert_int_equal(plan.agents[0].again_ms, failed_ms + 3600000);
    p.m.o.now_ms = plan.agents[0].again_ms;
    next_is(&p, "sales", "remove  sts  avrd-failed-#1 (kept for its logs for long enough)");
    plan = plan_make(a, &p.m.d, &p.m.o, &test_key, &p.options, only, 1);
    assert_int_equal(plan.agents[0].again_ms, 0);
}

static void absent_agents_go_like_stopped_ones(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct planning p;

    (void)state;
    story_begin(&p, a);
    p.agent = (struct agent_spec){.key = "a1", .state.text = "absent"};
    story_merge(&p);
    next_is(&p, "sales", "rename  core avr-core-a1 -> avrd-drain-#1 (nobody asks for it any more)");
    add_call(&p, "a1", 2000);
    p.calls.items[0].initiated_ms = p.calls.items[0].started_ms;
    p.calls.items[0].started_ms = 0;
    next_is(&p, "sales", "wait    core avr-core-a1 setup until +8s (a call is just being set up)");
}

/* What somebody else takes away or makes is left alone, our own half-done swap is not. */
static void while_others_are_at_work_nothing_is_changed(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct planning p;

    (void)state;
    story_begin(&p, a);
    p.options.others_until_ms = p.m.o.now_ms + 15000;
    struct box *b = box_named(&p.m, "avr-sts-a1");
    b->state = BOX_EXITED;
    next_is(&p, "sales",
            "wait    sts  others until +15s (somebody else is at work on its containers)");
    b->state = BOX_RUNNING;
    retire_live(&p, "avr-sts-a1", PLACE_DRAIN, 1000);
    next_is(&p, "sales",
            "wait    sts  others until +15s (somebody else is at work on its containers)");
    sales_says(&p, "Be brief");
    put_box(&p, "sales", ROLE_STS, PLACE_NEXT, 2000)->health = HEALTH_GOOD;
    next_is(&p, "sales", "rename  sts  avrd-next-#1 -> avr-sts-a1 (takes over)");

    story_begin(&p, a);
    p.agent = (struct agent_spec){.key = "a1", .state.text = "stopped"};
    story_merge(&p);
    p.options.others_until_ms = p.m.o.now_ms + 15000;
    next_is(&p, "sales",
            "wait    core others until +15s (somebody else is at work on its containers)");
    p.options.others_until_ms = p.m.o.now_ms;
    next_is(&p, "sales", "rename  core avr-core-a1 -> avrd-drain-#1 (the agent was stopped)");
}

static void who_was_renamed_gets_the_name_back_or_drains(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct planning p;

    (void)state;
    story_begin(&p, a);
    struct box *b = box_named(&p.m, "avr-sts-a1");
    b->name = "old-sts";
    next_is(&p, "sales", "rename  sts  old-sts -> avr-sts-a1 (somebody else renamed it)");
    put_box(&p, "sales", ROLE_STS, PLACE_LIVE, 3000);
    next_is(&p, "sales", "rename  sts  old-sts -> avrd-drain-#1 (somebody else renamed it)");
    box_named(&p.m, "old-sts")->state = BOX_EXITED; /* kept by somebody: not ours to clear away */
    next_is(&p, "sales", "nothing core");
    box_named(&p.m, "old-sts")->state = BOX_RUNNING;
    p.agent = (struct agent_spec){.key = "a1", .state.text = "stopped"};
    story_merge(&p);
    drop_box(&p, "avr-core-a1");
    next_is(&p, "sales", "rename  sts  old-sts -> avrd-drain-#1 (the agent was stopped)");
}

/* The agent's calls are on the box that serves: they do not hold up the next wish. */
static void a_candidate_that_is_not_wanted_goes_though_calls_are_open(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct planning p;

    (void)state;
    story_begin(&p, a);
    box_named(&p.m, "avr-sts-a1")->sockets = 1;
    add_call(&p, "a1", 60000);
    sales_says(&p, "Be brief");
    put_box(&p, "sales", ROLE_STS, PLACE_NEXT, 9000);
    sales_says(&p, "Be very brief");
    next_is(&p, "sales", "stop    sts  avrd-next-#1 (something else is wanted by now)");
}

/* Whoever looks only when something happens must know when to look again. */
static void a_back_off_says_when_it_ends(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct planning p;

    (void)state;
    story_begin(&p, a);
    sales_says(&p, "Be brief");
    struct box *b = put_box(&p, "sales", ROLE_STS, PLACE_FAILED, 9000);
    b->state = BOX_EXITED;
    struct step s = agent_next(a, &p.m.d, agent_of(&p.m, "sales"), &p.m.o, &test_key, &p.options);
    assert_int_equal(s.kind, STEP_HOLD);
    assert_int_equal(s.until_ms, box_since_ms(b) + backoff_ms(1, box_since_ms(b)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_candidate_that_is_not_wanted_goes_though_calls_are_open),
        cmocka_unit_test(a_back_off_says_when_it_ends),
        cmocka_unit_test(while_others_are_at_work_nothing_is_changed),
        cmocka_unit_test(who_was_renamed_gets_the_name_back_or_drains),
        cmocka_unit_test(candidate_that_failed_is_kept_for_its_logs),
        cmocka_unit_test(failed_candidate_that_still_runs_is_stopped),
        cmocka_unit_test(live_that_works_no_more_and_matches_holds),
        cmocka_unit_test(stop_first_rolls_back_one_at_a_time),
        cmocka_unit_test(stop_first_and_does_not_work),
        cmocka_unit_test(drains_finish_one_by_one),
        cmocka_unit_test(drains_are_told_with_their_calls),
        cmocka_unit_test(a_waiting_drain_keeps_nobody),
        cmocka_unit_test(down_restarting_or_paused_while_another_drains),
        cmocka_unit_test(nothing_to_build_a_missing_one_from),
        cmocka_unit_test(failed_before_and_nothing_serves),
        cmocka_unit_test(a_new_core_is_watched_with_all_that_came_with_it),
        cmocka_unit_test(a_set_with_a_dead_part_is_swapped_back),
        cmocka_unit_test(a_failed_one_that_core_dials_again_is_left_alone),
        cmocka_unit_test(core_waits_until_all_it_dials_is_there),
        cmocka_unit_test(a_dead_part_that_differs_serves_until_the_new_set_is_ready),
        cmocka_unit_test(back_off_doubles_up_to_an_hour),
        cmocka_unit_test(agents_do_not_march_in_step),
        cmocka_unit_test(a_back_off_and_a_kept_failure_tell_when_they_end),
        cmocka_unit_test(absent_agents_go_like_stopped_ones),
    };

    return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
