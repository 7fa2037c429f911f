/* Goal: what others do against what the database says of an agent leaves that agent alone for as
 * long as the database may still be late; our own work, and what the database agrees with, never.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/others.h"

enum { NOW = 1000000 };

static struct agent agent(enum wish wish)
{
    return (struct agent){.id = "a1", .wish = wish};
}

static struct engine_event event(enum engine_action action)
{
    return (struct engine_event){.object = OBJECT_CONTAINER,
                                 .action = action,
                                 .id = "0f",
                                 .name = "avr-sts-a1",
                                 .agent_name = "avr-sts-a1"};
}

static bool tell(struct others *o, enum wish wish, enum engine_action action, int64_t now_ms)
{
    struct agent a = agent(wish);
    struct engine_event e = event(action);

    return others_event(o, &a, &e, now_ms);
}

static int64_t until(const struct others *o, enum wish wish, int64_t now_ms)
{
    struct agent a = agent(wish);

    return others_until_ms(o, &a, now_ms);
}

static void a_stop_of_one_that_should_run(void **state)
{
    struct others *o = others_new();

    (void)state;
    assert_int_equal(until(o, WISH_RUN, NOW), 0);
    assert_true(tell(o, WISH_RUN, ACTION_DIE, NOW));
    assert_int_equal(until(o, WISH_RUN, NOW), NOW + OTHERS_DIED_MS);
    assert_true(tell(o, WISH_RUN, ACTION_STOP, NOW + 1));
    assert_false(tell(o, WISH_RUN, ACTION_DIE, NOW + 2)); /* does not shorten it */
    assert_int_equal(until(o, WISH_RUN, NOW), NOW + 1 + OTHERS_STOPPED_MS);
    assert_int_equal(until(o, WISH_RUN, NOW + 1 + OTHERS_STOPPED_MS), 0);
    assert_true(tell(o, WISH_RUN, ACTION_START, NOW + 5)); /* a restart */
    assert_int_equal(until(o, WISH_RUN, NOW + 5), 0);
    assert_false(tell(o, WISH_RUN, ACTION_START, NOW + 6));
    others_free(o);
}

static void a_start_of_one_that_is_stopped(void **state)
{
    struct others *o = others_new();

    (void)state;
    assert_true(tell(o, WISH_STOP, ACTION_CREATE, NOW));
    assert_true(tell(o, WISH_STOP, ACTION_START, NOW + 10));
    assert_int_equal(until(o, WISH_STOP, NOW + 20), NOW + 10 + OTHERS_STARTED_MS);
    assert_int_equal(until(o, WISH_RUN, NOW + 20), 0); /* the database has caught up */
    others_free(o);
}

static void what_goes_with_the_database_is_nothing(void **state)
{
    struct others *o = others_new();

    (void)state;
    assert_false(tell(o, WISH_RUN, ACTION_CREATE, NOW));
    assert_false(tell(o, WISH_STOP, ACTION_STOP, NOW));
    assert_false(tell(o, WISH_ABSENT, ACTION_STOP, NOW));
    assert_false(tell(o, WISH_RUN, ACTION_RENAME, NOW));
    assert_int_equal(until(o, WISH_RUN, NOW), 0);
    assert_int_equal(until(o, WISH_STOP, NOW), 0);
    others_free(o);
}

static void our_own_work_is_nothing(void **state)
{
    struct others *o = others_new();
    struct agent a = agent(WISH_RUN);
    struct engine_event e = event(ACTION_STOP);

    (void)state;
    e.name = "avrd-drain-0123456789ab";
    assert_false(others_event(o, &a, &e, NOW));
    others_except(o, "0f");
    assert_false(tell(o, WISH_RUN, ACTION_DIE, NOW));
    assert_false(tell(o, WISH_RUN, ACTION_STOP, NOW));
    assert_int_equal(until(o, WISH_RUN, NOW), 0);
    others_free(o);
}

static void what_is_asked_for_otherwise_is_forgotten(void **state)
{
    struct agent stopped = agent(WISH_STOP), runs = agent(WISH_RUN);
    struct desired d = {.agents = &stopped, .n_agents = 1};
    struct others *o = others_new();

    (void)state;
    tell(o, WISH_STOP, ACTION_START, NOW);
    others_round(o, &d);
    assert_true(until(o, WISH_STOP, NOW) > 0);
    d.agents = &runs;
    others_round(o, &d);
    assert_int_equal(until(o, WISH_STOP, NOW), 0);
    tell(o, WISH_RUN, ACTION_STOP, NOW);
    d.n_agents = 0;
    others_round(o, &d);
    assert_int_equal(until(o, WISH_RUN, NOW), 0);
    others_free(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stop_of_one_that_should_run),
        cmocka_unit_test(a_start_of_one_that_is_stopped),
        cmocka_unit_test(what_goes_with_the_database_is_nothing),
        cmocka_unit_test(our_own_work_is_nothing),
        cmocka_unit_test(what_is_asked_for_otherwise_is_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
