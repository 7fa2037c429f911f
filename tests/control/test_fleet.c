/* Goal: a fleet keeps to the pace that was asked for and pauses after failures; who serves nobody
 * is worked on all the same; a pause ends when somebody resumes it or something else is asked for.
 */
#include "desk.h"

#include <ev.h>

#include "control/fleet.h"
#include "control/session_parts.h"

enum { AGENTS = 4, MANY = 32, MINUTE = 60 * 1000, AN_HOUR = 60 * MINUTE };

static const char *const ids[AGENTS] = {"one", "two", "three", "four"};

/* What is asked for; a test changes it and looks again. */
static struct {
    const char *prompt[AGENTS], *core_extra;
    int64_t parallelism, delay_s, max_failures;
    bool pause[AGENTS], absent[AGENTS];
} wish;

static struct session *session;
static struct fleet *fleet;

static struct begun {
    const char *id;
    int64_t at_ms;
} begun[MANY];
static struct ended {
    const char *id;
    int64_t at_ms;
    enum agent_result result;
} ended[MANY];
static size_t n_begun, n_ended, n_turns;
static const char *not_admitted; /* id */

/* --- what is asked for ----------------------------------------------------------------------- */

static struct agent_spec agent_spec_of(size_t i)
{
    static const struct origin none = {0};
    struct agent_spec spec = {.key = ids[i]};
    struct value *image = arena_alloc(arena, sizeof *image);
    struct env_var *env = arena_alloc(arena, 2 * sizeof *env);

    *image = (struct value){.text = "any:1"};
    env[0] = (struct env_var){.name = "PORT", .value = engine.port};
    env[1] = (struct env_var){.name = "PROMPT", .value = wish.prompt[i]};
    spec.port = (struct number){atoi(engine.port), true, none};
    spec.rollout.monitor_s = (struct number){2, true, none};
    spec.rollout.failure_action.text = wish.pause[i] ? "pause" : NULL;
    spec.has_role[ROLE_STS] = spec.has_role[ROLE_CORE] = true;
    spec.role[ROLE_STS].image = spec.role[ROLE_CORE].image = (struct values){image, 1, true};
    spec.role[ROLE_STS].environment = (struct env_list){env, 2};
    if (wish.core_extra) {
        struct env_var *extra = arena_alloc(arena, sizeof *extra);
        *extra = (struct env_var){.name = "EXTRA", .value = wish.core_extra};
        spec.role[ROLE_CORE].environment = (struct env_list){extra, 1};
    }
    return spec;
}

static const struct sources *sources_now(void)
{
    static const struct origin none = {0};
    struct sources *s = arena_alloc(arena, sizeof *s);
    struct agent_spec *agents = arena_alloc(arena, AGENTS * sizeof *agents);
    struct database db = {0};
    struct host host = {.core_default_image = "any:1"};
    static const struct value network = {.text = "avr"};

    for (size_t i = 0; i < AGENTS; i++)
        if (!wish.absent[i])
            agents[s->spec.n_agents++] = agent_spec_of(i);
    s->spec.agents = agents;
    s->spec.defaults.healthcheck.kind.text = "TCP";
    s->spec.defaults.networks = (struct values){&network, 1, true};
    s->spec.rollout.parallelism = (struct number){wish.parallelism, true, none};
    s->spec.rollout.delay_s = (struct number){wish.delay_s, true, none};
    s->spec.rollout.max_failures = (struct number){wish.max_failures, true, none};
    merge(arena, &s->spec, &db, &host, NULL, true, &s->desired);
    for (size_t i = 0; i < s->desired.n_agents; i++)
        assert_null(s->desired.agents[i].problem);
    s->text = "test";
    return s;
}

static void ask_all_for(const char *prompt)
{
    for (size_t i = 0; i < AGENTS; i++)
        wish.prompt[i] = prompt;
}

/* --- the fleet's owner ----------------------------------------------------------------------- */

static bool admits(void *ctx, const struct agent_plan *plan)
{
    (void)ctx;
    return plan->n_steps && !text_is(plan->agent->id, not_admitted);
}

static void on_begin(void *ctx, const struct agent_plan *plan)
{
    (void)ctx;
    assert_true(n_begun < MANY);
    begun[n_begun++] = (struct begun){plan->agent->id, virtual_ms()};
}

static void on_end(void *ctx, const struct agent_outcome *outcome)
{
    (void)ctx;
    assert_true(n_ended < MANY);
    ended[n_ended++] = (struct ended){outcome->agent->id, virtual_ms(), outcome->result};
}

static void on_turns(void *ctx)
{
    (void)ctx;
    n_turns++;
}

static void take(void)
{
    struct look look;
    struct err err;

    n_begun = n_ended = n_turns = 0;
    if (session_look(session, arena, sources_now(), &(struct plan_options){0}, NULL, 0, &look,
                     &err) < 0)
        fail_msg("%s", err.text);
    fleet_take(fleet, arena, &look, &(struct fleet_terms){0});
}

static void until_idle(void)
{
    while (!fleet_is_idle(fleet))
        ev_run(session_loop(session), EVRUN_ONCE);
    assert_null(engine.violation);
}

static void take_all(void)
{
    take();
    until_idle();
}

static const struct ended *end_of(const char *id)
{
    for (size_t i = 0; i < n_ended; i++)
        if (text_is(ended[i].id, id))
            return &ended[i];
    fail_msg("%s did not end", id);
    return NULL;
}

static const struct begun *begin_of(const char *id)
{
    for (size_t i = 0; i < n_begun; i++)
        if (text_is(begun[i].id, id))
            return &begun[i];
    return NULL;
}

static struct fake_box *sts_of(const char *id)
{
    return fake_named(arena_printf(arena, "avr-sts-%s", id));
}

static void expect_prompt(const char *id, const char *prompt)
{
    assert_true(fake_has_env(sts_of(id), arena_printf(arena, "PROMPT=%s", prompt)));
}

/* All of them serve "v0", and their replacement is a matter of seconds. */
static int set_up(void **state)
{
    static const struct fleet_owner owner = {
        .admits = admits, .on_begin = on_begin, .on_end = on_end, .on_turns = on_turns};

    desk_set_up(state);
    memset(&wish, 0, sizeof wish);
    ask_all_for("v0");
    wish.parallelism = 4;
    not_admitted = NULL;
    session = session_new(&config, false);
    fleet = fleet_new(session, &owner);
    take_all();
    assert_int_equal(n_begun, AGENTS);
    for (size_t i = 0; i < AGENTS; i++)
        assert_int_equal(ended[i].result, RESULT_SYNC);
    wish.parallelism = 1;
    return 0;
}

static int tear_down(void **state)
{
    ev_run(session_loop(session), EVRUN_NOWAIT);
    fleet_free(fleet);
    session_free(session);
    return desk_tear_down(state);
}

/* --- delay ----------------------------------------------------------------------------------- */

static void each_keeps_its_distance_from_the_one_before(void **state)
{
    (void)state;
    ask_all_for("v1");
    wish.delay_s = 60;
    take_all();
    assert_int_equal(n_begun, AGENTS);
    for (size_t i = 0; i + 1 < AGENTS; i++) {
        assert_string_equal(begun[i].id, ended[i].id);
        assert_in_range(begun[i + 1].at_ms - ended[i].at_ms, MINUTE, MINUTE + 1000);
    }
}

static void as_many_as_may_begin_together(void **state)
{
    (void)state;
    ask_all_for("v1");
    wish.delay_s = 60;
    wish.parallelism = 2;
    take_all();
    assert_in_range(begun[1].at_ms - begun[0].at_ms, 0, 1000);
    assert_in_range(begun[2].at_ms - ended[1].at_ms, MINUTE, MINUTE + 1000);
}

static void a_mend_neither_waits_nor_makes_wait(void **state)
{
    (void)state;
    ask_all_for("v1");
    wish.prompt[1] = "v0";
    wish.delay_s = 3600;
    take();
    while (n_ended == 0)
        ev_run(session_loop(session), EVRUN_ONCE);
    sts_of("two")->state = BOX_EXITED;
    int64_t died_ms = virtual_ms();
    take();
    while (n_ended == 0)
        ev_run(session_loop(session), EVRUN_ONCE);
    assert_string_equal(ended[0].id, "two");
    assert_in_range(ended[0].at_ms - died_ms, 0, MINUTE);
    until_idle();
    assert_in_range(begun[1].at_ms - died_ms, AN_HOUR - MINUTE, AN_HOUR);
}

/* As for whoever waits for calls: they may last for hours. */
static void a_drain_is_no_replacement_under_way(void **state)
{
    (void)state;
    ask_all_for("v0");
    wish.prompt[0] = wish.prompt[1] = "v1";
    wish.delay_s = 60;
    sts_of("one")->calls_until_ms = sts_of("two")->calls_until_ms = virtual_ms() + AN_HOUR / 2;
    take_all();
    assert_in_range(begun[1].at_ms - begun[0].at_ms, MINUTE, 2 * MINUTE);
}

static void an_interrupt_ends_the_delay(void **state)
{
    (void)state;
    ask_all_for("v1");
    wish.delay_s = 3600;
    take();
    while (n_ended == 0)
        ev_run(session_loop(session), EVRUN_ONCE);
    int64_t now_ms = virtual_ms();
    assert_false(fleet_is_idle(fleet));
    fleet_interrupt(fleet);
    until_idle();
    assert_in_range(virtual_ms() - now_ms, 0, 1000);
    assert_int_equal(n_begun, 1);
    assert_int_equal(end_of("two")->result, RESULT_INTERRUPTED);
}

static void an_apply_keeps_to_it_as_well(void **state)
{
    struct apply_options options = {.wait_timeout_s = -1};
    struct outcome outcome;
    struct err err;
    int64_t began_ms = virtual_ms();

    (void)state;
    ask_all_for("v1");
    wish.delay_s = 600;
    assert_int_equal(session_apply(session, arena, sources_now(), &options, &outcome, &err), 0);
    assert_int_equal(outcome.n_agents, AGENTS);
    assert_in_range(virtual_ms() - began_ms, 30 * MINUTE, 33 * MINUTE);
}

/* --- pause ----------------------------------------------------------------------------------- */

static void so_many_failures_pause_it(void **state)
{
    (void)state;
    ask_all_for("bad");
    wish.max_failures = 2;
    take_all();
    assert_int_equal(n_begun, 2);
    assert_int_equal(n_ended, AGENTS);
    assert_int_equal(ended[0].result, RESULT_FAILED);
    assert_int_equal(ended[1].result, RESULT_FAILED);
    assert_int_equal(ended[2].result, RESULT_HELD);
    assert_int_equal(ended[3].result, RESULT_HELD);
    assert_string_equal(fleet_paused(fleet, arena),
                        arena_printf(arena, "2 agents failed, %s was the last", ended[1].id));
    for (size_t i = 0; i < AGENTS; i++)
        expect_prompt(ids[i], "v0");

    take_all(); /* another look changes nothing, and nobody is told twice */
    assert_int_equal(n_begun, 0);
    assert_int_equal(n_ended, 0);
    assert_true(n_turns > 0);
    assert_non_null(fleet_paused(fleet, arena));
}

static void one_that_asks_for_it_pauses_it(void **state)
{
    (void)state;
    ask_all_for("v1");
    for (size_t i = 0; i < AGENTS; i++)
        wish.pause[i] = true;
    wish.prompt[0] = "bad"; /* sorted by name: four, one, three, two */
    take_all();
    assert_int_equal(n_begun, 2);
    assert_string_equal(fleet_paused(fleet, arena), "one failed");
    expect_prompt("four", "v1");
    expect_prompt("two", "v0");
}

/* Its core was replaced and waits for a call to end, so others might begin; its sts has failed. */
static void a_failure_counts_before_the_agent_is_through(void **state)
{
    (void)state;
    ask_all_for("v1");
    wish.prompt[3] = "bad";
    wish.core_extra = "1";
    wish.max_failures = 1;
    fake_named("avr-core-four")->calls_until_ms = virtual_ms() + AN_HOUR / 2;
    take_all();
    assert_int_equal(n_begun, 1);
    assert_true(fake_has_env(fake_named("avr-core-four"), "EXTRA=1"));
    assert_string_equal(fleet_paused(fleet, arena), "four failed");
}

static void whoever_serves_nobody_is_mended_in_a_pause(void **state)
{
    (void)state;
    ask_all_for("v1");
    wish.prompt[3] = "bad";
    wish.max_failures = 1;
    take_all();
    assert_string_equal(fleet_paused(fleet, arena), "four failed");
    sts_of("two")->state = BOX_EXITED;
    take_all();
    assert_int_equal(n_begun, 1);
    assert_int_equal(end_of("two")->result, RESULT_SYNC);
    assert_int_equal(sts_of("two")->state, BOX_RUNNING);
    expect_prompt("one", "v0");
    assert_non_null(fleet_paused(fleet, arena));
}

static void something_else_that_is_asked_for_ends_it(void **state)
{
    (void)state;
    ask_all_for("bad");
    wish.max_failures = 1;
    take_all();
    assert_int_equal(n_begun, 1);
    ask_all_for("v2");
    take_all();
    assert_null(fleet_paused(fleet, arena));
    for (size_t i = 0; i < AGENTS; i++)
        expect_prompt(ids[i], "v2");
}

static void a_person_ends_it(void **state)
{
    (void)state;
    ask_all_for("v1");
    wish.prompt[3] = "bad";
    wish.max_failures = 1;
    take_all();
    assert_int_equal(n_begun, 1);
    fleet_resume(fleet);
    take_all();
    assert_null(fleet_paused(fleet, arena));
    expect_prompt("one", "v1");
    expect_prompt("three", "v1");
}

static void it_is_agents_that_are_counted_not_failures(void **state)
{
    (void)state;
    wish.prompt[0] = "bad";
    wish.prompt[1] = "v1";
    wish.max_failures = 2;
    not_admitted = "two"; /* so the roll-out is not over */
    for (int i = 0; i < 3; i++) {
        take_all();
        assert_int_equal(end_of("one")->result, RESULT_FAILED);
        assert_null(fleet_paused(fleet, arena));
        virtual_pass(AN_HOUR);
    }
    wish.prompt[2] = "bad"; /* another wish, so another roll-out */
    take_all();
    assert_string_equal(fleet_paused(fleet, arena), "2 agents failed, three was the last");
}

/* Something in front of the engine takes this one's settings away. */
static void forget_two(struct fake_box *b)
{
    if (text_is(fake_slot(b), "avr-sts-two"))
        b->config =
            "{\"Image\":\"any:1\",\"Labels\":{\"app\":\"AVR\",\"agentName\":\"avr-sts-two\"}}";
}

static void a_roll_out_that_is_over_counts_no_more(void **state)
{
    (void)state;
    wish.prompt[0] = "bad";
    wish.max_failures = 2;
    take_all();
    assert_int_equal(end_of("one")->result, RESULT_FAILED);
    take_all(); /* nothing but its back-off is left */
    sts_of("two")->state = BOX_EXITED;
    fake_remove(sts_of("two"));
    engine.on_create = forget_two;
    take_all();
    assert_int_equal(end_of("two")->result, RESULT_FAILED);
    assert_null(fleet_paused(fleet, arena));
}

/* --- whoever may not begin ------------------------------------------------------------------- */

static void what_was_begun_is_finished_as_it_was_begun(void **state)
{
    (void)state;
    wish.prompt[0] = "v1";
    sts_of("one")->calls_until_ms = virtual_ms() + AN_HOUR / 2;
    take();
    while (!sts_of("one") || !fake_has_env(sts_of("one"), "PROMPT=v1"))
        ev_run(session_loop(session), EVRUN_ONCE);
    for (int64_t until_ms = virtual_ms() + MINUTE; virtual_ms() < until_ms;)
        ev_run(session_loop(session), EVRUN_ONCE); /* it drains */
    wish.prompt[0] = "v2";
    not_admitted = "one";
    take_all();
    assert_int_equal(n_begun, 0);
    assert_int_equal(end_of("one")->result, RESULT_SYNC);
    expect_prompt("one", "v1");
    not_admitted = NULL;
    take_all();
    assert_non_null(begin_of("one"));
    expect_prompt("one", "v2");
}

static void whoever_is_gone_is_not_made_anew(void **state)
{
    (void)state;
    wish.prompt[0] = "v1";
    sts_of("one")->calls_until_ms = virtual_ms() + AN_HOUR / 2;
    take();
    while (!sts_of("one") || !fake_has_env(sts_of("one"), "PROMPT=v1"))
        ev_run(session_loop(session), EVRUN_ONCE);
    for (size_t i = engine.n_boxes; i-- > 0;) /* somebody deletes the agent while it drains */
        if (strstr(fake_slot(&engine.boxes[i]), "-one")) {
            engine.boxes[i].state = BOX_EXITED;
            fake_remove(&engine.boxes[i]);
        }
    unsigned made = engine.made;
    wish.absent[0] = true;
    take_all();
    assert_int_equal(engine.made, made);
    assert_null(sts_of("one"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_keeps_its_distance_from_the_one_before),
        TEST(as_many_as_may_begin_together),
        TEST(a_mend_neither_waits_nor_makes_wait),
        TEST(a_drain_is_no_replacement_under_way),
        TEST(an_interrupt_ends_the_delay),
        TEST(an_apply_keeps_to_it_as_well),
        TEST(so_many_failures_pause_it),
        TEST(one_that_asks_for_it_pauses_it),
        TEST(a_failure_counts_before_the_agent_is_through),
        TEST(whoever_serves_nobody_is_mended_in_a_pause),
        TEST(something_else_that_is_asked_for_ends_it),
        TEST(a_person_ends_it),
        TEST(it_is_agents_that_are_counted_not_failures),
        TEST(a_roll_out_that_is_over_counts_no_more),
        TEST(what_was_begun_is_finished_as_it_was_begun),
        TEST(whoever_is_gone_is_not_made_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
