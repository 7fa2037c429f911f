/* Goal: a fleet that is given look after look while an agent waits takes up the newest wish, and
 * lets go of the looks before it. */
#include "desk.h"

#include "control/fleet.h"
#include "control/session.h"
#include "core/slot.h"

static struct session *session;
static bool waits;
static size_t ended;
static enum agent_result result;

static void notice(void *ctx, const struct event *event)
{
    (void)ctx;
    waits = event->step && event->state == EVENT_STARTED && step_waits_for_calls(event->step);
}

static void note_end(void *ctx, const struct agent_outcome *outcome)
{
    (void)ctx;
    ended++;
    result = outcome->result;
}

static struct look look_for(struct arena *a, const struct asked *wish)
{
    struct plan_options options = {0};
    struct look look;
    struct err err;

    if (session_look(session, a, wish_sources(wish), &options, NULL, 0, &look, &err) < 0)
        fail_msg("%s", err.text);
    return look;
}

static void give(struct fleet *fleet, const struct asked *wish)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct look look = look_for(a, wish);

    fleet_take(fleet, a, &look, &(struct fleet_terms){0});
}

static void turn_until(struct fleet *fleet, const bool *done)
{
    for (int i = 0; i < 100000 && !*done && !fleet_is_idle(fleet); i++)
        ev_run(session_loop(session), EVRUN_ONCE);
}

/* What is known of its containers dies only after the look they came from, and that only after what
 * is known of them: the leak checker tells. */
static void a_wish_changes_while_it_looks(void **state)
{
    static const struct asked other = {.prompt = "v1", .image = "any:1", .restart = "no"},
                              newest = {.prompt = "v2", .image = "any:1", .restart = "no"};
    const bool never = false;

    (void)state;
    session = session_new(&config, false);
    struct fleet *fleet =
        fleet_new(session, &(struct fleet_owner){.on_event = notice, .on_end = note_end});
    give(fleet, &before);
    turn_until(fleet, &never);
    assert_int_equal(result, RESULT_SYNC);

    give(fleet, &other);
    turn_until(fleet, &waits);
    assert_true(waits);
    struct arena *a = arena_new();
    struct look look = look_for(a, &newest);
    unsigned requests = engine.requests;
    assert_true(fleet_look(fleet, "4711"));
    while (engine.requests == requests) /* until it asks */
        ev_run(session_loop(session), EVRUN_ONCE);
    fleet_take(fleet, a, &look, &(struct fleet_terms){0});
    arena_free(a);
    turn_until(fleet, &never);
    assert_true(fleet_is_idle(fleet));
    assert_int_equal(ended, 2);
    assert_int_equal(result, RESULT_SYNC);
    assert_true(fake_has_env(fake_named("avr-sts-4711"), "PROMPT=v2"));

    ev_run(session_loop(session), EVRUN_NOWAIT);
    fleet_free(fleet);
    session_free(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_wish_changes_while_it_looks, desk_set_up, desk_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
