/* Goal: what a runner does when it is stopped, when calls outlast its patience, and when the world
 * moves under it at every try: the old container serves on, and the result says why. */
#include "desk.h"

static struct session *session;
static struct outcome outcome;

/* What happens to the world when a step of this kind begins. */
static enum step_kind disturbed;
static void (*disturbance)(const struct step *);
static unsigned begun; /* steps of that kind */

static void notice(void *ctx, const struct event *event)
{
    (void)ctx;
    if (!event->step || event->state != EVENT_STARTED || event->step->kind != disturbed)
        return;
    begun++;
    if (disturbance)
        disturbance(event->step);
}

static const struct agent_outcome *apply(const struct asked *wish, int wait_timeout_s)
{
    struct apply_options options = {.wait_timeout_s = wait_timeout_s, .on_event = notice};
    struct err err;

    begun = 0;
    session_free(session);
    session = session_new(&config, false);
    if (session_apply(session, arena, wish_sources(wish), &options, &outcome, &err) < 0)
        fail_msg("%s", err.text);
    assert_null(engine.violation);
    return outcome.agents;
}

/* The agent runs as asked for; from now on one of its roles must always be served. */
static int set_up(void **state)
{
    desk_set_up(state);
    disturbance = NULL;
    disturbed = STEP_CREATE;
    assert_int_equal(apply(&before, -1)->result, RESULT_SYNC);
    assert_int_equal(begun, 2);
    engine.guarded = true;
    return 0;
}

static int tear_down(void **state)
{
    session_free(session);
    session = NULL;
    return desk_tear_down(state);
}

static const struct asked new_prompt = {.prompt = "v1", .image = "any:1", .restart = "no"};

static void expect_serves(const char *assignment)
{
    const struct fake_box *b = fake_named("avr-sts-4711");

    assert_non_null(b);
    assert_int_equal(b->state, BOX_RUNNING);
    assert_true(fake_has_env(b, assignment));
}

static void interrupt(const struct step *step)
{
    (void)step;
    session_interrupt(session);
}

static void an_interrupted_runner_stops_before_its_next_step(void **state)
{
    (void)state;
    disturbance = interrupt;
    const struct agent_outcome *o = apply(&new_prompt, -1);
    assert_int_equal(o->result, RESULT_INTERRUPTED);
    assert_true(text_starts(o->text, "stopped before: start"));
    assert_int_equal(o->steps, 1);
    expect_serves("PROMPT=v0");

    disturbance = NULL; /* the next apply takes it from there: nothing is made anew */
    assert_int_equal(apply(&new_prompt, -1)->result, RESULT_SYNC);
    assert_int_equal(begun, 0);
    expect_serves("PROMPT=v1");
}

static void interrupt_and_hang(const struct step *step)
{
    engine.fault = FAULT_HANG_AFTER;
    engine.fault_at = engine.requests + 1;
    interrupt(step);
}

/* An engine that hangs holds nobody up: whoever stops us would rather kill us than wait. */
static void an_interrupted_runner_waits_a_moment_for_the_engine(void **state)
{
    (void)state;
    disturbance = interrupt_and_hang;
    disturbed = STEP_START;
    int64_t began_ms = virtual_ms();
    const struct agent_outcome *o = apply(&new_prompt, -1);
    assert_int_equal(o->result, RESULT_INTERRUPTED);
    assert_true(text_starts(o->text, "stopped while the engine owed an answer to: start"));
    assert_in_range(virtual_ms() - began_ms, 10000, 12000);
    expect_serves("PROMPT=v0");

    disturbance = NULL;
    assert_int_equal(apply(&new_prompt, -1)->result, RESULT_SYNC);
    expect_serves("PROMPT=v1");
}

/* Between the two renames of a hand-over nobody has the name. */
static void an_interrupted_runner_leaves_no_name_free(void **state)
{
    (void)state;
    disturbance = interrupt;
    disturbed = STEP_RENAME;
    assert_int_equal(apply(&new_prompt, -1)->result, RESULT_INTERRUPTED);
    assert_int_equal(begun, 2);
    expect_serves("PROMPT=v1");
}

static void patience_ends_and_no_call_is_cut(void **state)
{
    struct fake_box *old = fake_named("avr-sts-4711");

    (void)state;
    old->calls_until_ms = virtual_ms() + 3600000;
    int64_t began_ms = virtual_ms();
    const struct agent_outcome *o = apply(&new_prompt, 30);
    assert_int_equal(o->result, RESULT_WAITING);
    assert_string_equal(o->text, "calls are still open; nothing was cut");
    assert_in_range(virtual_ms() - began_ms, 30000, 60000);
    assert_int_equal(old->state, BOX_RUNNING);
    assert_true(text_starts(old->name, "avrd-drain-"));
    expect_serves("PROMPT=v1");
}

/* Somebody else is always faster. */
static void take_the_name(const struct step *step)
{
    fake_create(step->new_name, "{\"Image\":\"any:1\",\"HostConfig\":{},\"Labels\":{}}");
}

static void a_name_that_is_always_taken_ends_in_failure(void **state)
{
    (void)state;
    disturbance = take_the_name;
    const struct agent_outcome *o = apply(&new_prompt, -1);
    assert_int_equal(o->result, RESULT_FAILED);
    assert_non_null(strstr(o->text, "already in use"));
    assert_in_range(begun, 2, 10); /* it tried again, and not for ever */
    expect_serves("PROMPT=v0");
}

/* The engine says that it is there, and refuses to start it, for as long as it takes to remove it.
 */
static void what_somebody_removes_is_waited_for(void **state)
{
    struct fake_box *b = fake_named("avr-sts-4711");

    (void)state;
    engine.guarded = false;
    b->state = BOX_EXITED;
    b->removed_ms = virtual_ms() + 500;
    const struct agent_outcome *o = apply(&before, -1);
    assert_int_equal(o->result, RESULT_SYNC);
    expect_serves("PROMPT=v0");
}

/* An engine, or something in front of it, that changes what it is asked for. */
static void forget_the_environment(struct fake_box *b)
{
    b->config = "{\"Image\":\"any:1\",\"Labels\":{\"app\":\"AVR\",\"agentName\":\"avr-sts-4711\"}}";
}

static void what_is_not_made_as_asked_is_not_made_again(void **state)
{
    (void)state;
    engine.on_create = forget_the_environment;
    const struct agent_outcome *o = apply(&new_prompt, -1);
    assert_int_equal(o->result, RESULT_FAILED);
    assert_non_null(strstr(o->text, "differs right after our own create (have nothing, want "));
    assert_int_equal(begun, 1);
    expect_serves("PROMPT=v0");
}

/* The new container dies while it is watched, after it has taken over. */
static void kill_it(const struct step *step)
{
    struct fake_box *b = fake_named("avr-sts-4711");

    if (step->gate == GATE_SOAK)
        fake_die(b, 1);
}

static void a_new_one_that_dies_while_it_is_watched_is_swapped_back(void **state)
{
    (void)state;
    disturbance = kill_it;
    disturbed = STEP_WAIT;
    const struct agent_outcome *o = apply(&new_prompt, -1);
    assert_int_equal(o->result, RESULT_FAILED);
    assert_non_null(strstr(o->text, "it exited with code 1 "));
    const char *kept = strstr(o->text, "; kept as avrd-failed-");
    assert_non_null(kept);
    assert_non_null(strstr(kept, "; next try in "));
    expect_serves("PROMPT=v0");
}

/* The engine was told to end: it stops its containers and serves the connections it has. */
static void let_the_engine_end(const struct step *step)
{
    (void)step;
    engine.leaves = true;
    for (size_t i = 0; i < engine.n_boxes; i++)
        if (engine.boxes[i].state == BOX_RUNNING)
            fake_die(&engine.boxes[i], 143);
}

static void what_an_engine_takes_with_it_as_it_ends_is_no_failure(void **state)
{
    static const enum step_kind moments[] = {STEP_PROBE, STEP_WAIT};
    static const char *const prompts[] = {"v1", "v2"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct asked wish = new_prompt;
        wish.prompt = prompts[i];
        disturbed = moments[i];
        disturbance = let_the_engine_end;
        const struct agent_outcome *o = apply(&wish, -1);
        assert_int_equal(o->result, RESULT_FAILED);
        assert_non_null(strstr(o->text, " ended with the engine: "));
        engine.leaves = false;
        disturbance = NULL;
        assert_int_equal(apply(&wish, -1)->result, RESULT_SYNC);
        for (size_t k = 0; k < engine.n_boxes; k++)
            assert_false(text_starts(engine.boxes[k].name, "avrd-failed-"));
    }
    expect_serves("PROMPT=v2");
}

/* The engine restarts: everything ends with it, and nothing is started again by it. */
static void restart_the_engine(const struct step *step)
{
    (void)step;
    if (begun > 1)
        return;
    session_engine_down(session);
    for (size_t i = 0; i < engine.n_boxes; i++)
        if (engine.boxes[i].state == BOX_RUNNING)
            fake_die(&engine.boxes[i], 137);
    virtual_pass(11000);
    session_engine_up(session);
}

static void an_engine_that_restarts_condemns_nobody(void **state)
{
    static const enum step_kind moments[] = {STEP_PROBE, STEP_WAIT};
    static const char *const prompts[] = {"v1", "v2"};

    (void)state;
    disturbance = restart_the_engine;
    for (size_t i = 0; i < 2; i++) {
        struct asked wish = new_prompt;
        wish.prompt = prompts[i];
        disturbed = moments[i];
        const struct agent_outcome *o = apply(&wish, -1);
        assert_string_equal(o->text ? o->text : "", "");
        assert_int_equal(o->result, RESULT_SYNC);
        for (size_t k = 0; k < engine.n_boxes; k++)
            assert_false(text_starts(engine.boxes[k].name, "avrd-failed-"));
    }
    expect_serves("PROMPT=v2");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_interrupted_runner_stops_before_its_next_step),
        TEST(an_interrupted_runner_waits_a_moment_for_the_engine),
        TEST(an_interrupted_runner_leaves_no_name_free),
        TEST(patience_ends_and_no_call_is_cut),
        TEST(a_name_that_is_always_taken_ends_in_failure),
        TEST(what_somebody_removes_is_waited_for),
        TEST(what_is_not_made_as_asked_is_not_made_again),
        TEST(a_new_one_that_dies_while_it_is_watched_is_swapped_back),
        TEST(what_an_engine_takes_with_it_as_it_ends_is_no_failure),
        TEST(an_engine_that_restarts_condemns_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
