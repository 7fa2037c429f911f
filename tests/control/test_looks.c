/* Goal: a fleet that is given look after look while an agent waits takes up the newest wish, and
 * lets go of the looks before it. */
#include "desk.h"

#include "control/fleet.h"
#include "control/session_parts.h"
#include "core/slot.h"

static struct session *session;
static const struct asked newest = {.prompt = "v2", .image = "any:1", .restart = "no"};
static const bool never = false;
static bool waits, begins; /* the agent's last step */
static size_t ended;
static enum agent_result result;

static void notice(void *ctx, const struct event *event)
{
    (void)ctx;
    begins = event->step && event->step->kind == STEP_CREATE;
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

static struct fleet *fleet_at_a_wait(void)
{
    static const struct asked other = {.prompt = "v1", .image = "any:1", .restart = "no"};

    session = session_new(&config, false);
    struct fleet *fleet =
        fleet_new(session, &(struct fleet_owner){.on_event = notice, .on_end = note_end});
    ended = 0;
    give(fleet, &before);
    turn_until(fleet, &never);
    assert_int_equal(result, RESULT_SYNC);
    give(fleet, &other);
    turn_until(fleet, &waits);
    assert_true(waits);
    return fleet;
}

static void let_it_look(struct fleet *fleet) /* and wait for the answer */
{
    unsigned requests = engine.requests;

    assert_true(fleet_look(fleet, "4711"));
    while (engine.requests == requests)
        ev_run(session_loop(session), EVRUN_ONCE);
}

static void expect_newest(struct fleet *fleet)
{
    turn_until(fleet, &never);
    assert_true(fleet_is_idle(fleet));
    assert_int_equal(ended, 2);
    assert_int_equal(result, RESULT_SYNC);
    assert_true(fake_has_env(fake_named("avr-sts-4711"), "PROMPT=v2"));
    ev_run(session_loop(session), EVRUN_NOWAIT);
    fleet_free(fleet);
    session_free(session);
}

static void take(struct fleet *fleet, struct arena *a, const struct look *look)
{
    fleet_take(fleet, a, look, &(struct fleet_terms){0});
    arena_free(a);
}

/* What is known of its containers dies only after the look they came from, and that only after what
 * is known of them: the leak checker tells. */
static void a_wish_changes_while_it_looks(void **state)
{
    struct fleet *fleet = fleet_at_a_wait();
    struct arena *a = arena_new();
    struct look look = look_for(a, &newest);

    (void)state;
    let_it_look(fleet);
    take(fleet, a, &look);
    expect_newest(fleet);
}

/* The agent knows images by the look it was given, which is not the fleet's last one. */
static void looks_follow_one_another_while_it_looks(void **state)
{
    struct fleet *fleet = fleet_at_a_wait();
    struct arena *arenas[3];
    struct look looks[3];

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        arenas[i] = arena_new();
        looks[i] = look_for(arenas[i], &newest);
    }
    let_it_look(fleet);
    take(fleet, arenas[0], &looks[0]);
    take(fleet, arenas[1], &looks[1]);
    turn_until(fleet, &begins);
    take(fleet, arenas[2], &looks[2]);
    expect_newest(fleet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_wish_changes_while_it_looks, desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(looks_follow_one_another_while_it_looks, desk_set_up,
                                        desk_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
