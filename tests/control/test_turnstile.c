/* Goal: starts and stops share, renames are alone, and whoever came first goes first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "control/turnstile.h"

static struct turnstile gate;
static struct waiter waiters[5];
static char passed[8]; /* in which order they got through, '0' + index */

static void on_pass(void *ctx)
{
    size_t i = (size_t)((struct waiter *)ctx - waiters);
    passed[strlen(passed)] = (char)('0' + i);
}

static int set_up(void **state)
{
    (void)state;
    gate = (struct turnstile){0};
    memset(passed, 0, sizeof passed);
    for (int i = 0; i < 5; i++)
        waiters[i] = (struct waiter){.on_pass = on_pass, .ctx = &waiters[i]};
    return 0;
}

static bool enter(int i, enum pass pass)
{
    return turnstile_enter(&gate, &waiters[i], pass);
}

static void leave(int i)
{
    turnstile_leave(&gate, &waiters[i]);
}

static void shared_ones_share_and_an_exclusive_one_is_alone(void **state)
{
    (void)state;
    assert_true(enter(0, PASS_SHARED));
    assert_true(enter(1, PASS_SHARED));
    assert_false(enter(2, PASS_EXCLUSIVE));
    leave(0);
    assert_string_equal(passed, "");
    leave(1);
    assert_string_equal(passed, "2");
    assert_false(enter(0, PASS_SHARED));
    assert_false(enter(1, PASS_EXCLUSIVE));
    leave(2);
    assert_string_equal(passed, "20");
    leave(0);
    assert_string_equal(passed, "201");
    leave(1);
    assert_true(enter(3, PASS_EXCLUSIVE));
    leave(3);
}

/* A rename that waits is not overtaken by later starts, or it would starve. */
static void nobody_overtakes(void **state)
{
    (void)state;
    assert_true(enter(0, PASS_SHARED));
    assert_false(enter(1, PASS_EXCLUSIVE));
    assert_false(enter(2, PASS_SHARED));
    assert_false(enter(3, PASS_SHARED));
    assert_false(enter(4, PASS_EXCLUSIVE));
    leave(0);
    assert_string_equal(passed, "1");
    leave(1);
    assert_string_equal(passed, "123"); /* both at once, before the second rename */
    leave(3);
    leave(2);
    assert_string_equal(passed, "1234");
}

static void leaving_the_queue_lets_the_others_pass(void **state)
{
    (void)state;
    assert_true(enter(0, PASS_SHARED));
    assert_false(enter(1, PASS_EXCLUSIVE));
    assert_false(enter(2, PASS_SHARED));
    leave(1); /* gives up: nothing stands before the next one any more */
    assert_string_equal(passed, "2");
    leave(1); /* nothing to give back is fine */
    leave(2);
    leave(0);
    assert_int_equal(gate.sharing, 0);
    assert_null(gate.queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(shared_ones_share_and_an_exclusive_one_is_alone, set_up),
        cmocka_unit_test_setup(nobody_overtakes, set_up),
        cmocka_unit_test_setup(leaving_the_queue_lets_the_others_pass, set_up),
    };

    return cmocka_run_group_tests_name("turnstile", tests, NULL, NULL);
}
