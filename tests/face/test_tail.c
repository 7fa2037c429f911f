/* A log that is read again and again is told once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/arena.h"
#include "face/tail.h"

#define AT(s, ns) "2026-11-22T18:00:" s "." ns "Z "

static const char *const *lines;

static void what_was_told_is_left_out(void **state)
{
    struct tail t = {0};

    assert_int_equal(tail_read(&t, *state, AT("01", "000000001") "a\n" AT("01", "000000002") "b\n",
                               NULL, &lines),
                     2);
    assert_string_equal(lines[0], "a");
    assert_int_equal(t.since_s, 1795370401);
    assert_int_equal(
        tail_read(&t, *state, AT("01", "000000002") "b\n" AT("02", "5000000") "c\n", NULL, &lines),
        0); /* no such time: it belongs to the line before it */
    assert_int_equal(tail_read(&t, *state, AT("01", "000000002") "b\n" AT("01", "000000003") "c\n",
                               NULL, &lines),
                     1);
    assert_string_equal(lines[0], "c");
    assert_int_equal(tail_read(&t, *state, "", NULL, &lines), 0);
}

static void a_line_without_a_time_goes_with_the_one_before(void **state)
{
    struct tail t = {0};

    assert_int_equal(tail_read(&t, *state, AT("01", "000000001") "a\nmore\n", NULL, &lines), 2);
    assert_string_equal(lines[1], "more");
    assert_int_equal(tail_read(&t, *state, AT("01", "000000001") "a\nmore\n", NULL, &lines), 0);
}

static void secrets_are_hidden(void **state)
{
    static const struct env_var env[] = {{"KEY", "CANARY-5eae1b", .secret = true}};
    static const struct env_list secrets = {env, 1};
    struct tail t = {0};

    assert_int_equal(
        tail_read(&t, *state, AT("01", "000000001") "key CANARY-5eae1b is bad\n", &secrets, &lines),
        1);
    assert_null(strstr(lines[0], "CANARY"));
    assert_non_null(strstr(lines[0], "is bad"));
}

static int setup(void **state)
{
    *state = arena_new();
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_told_is_left_out),
        TEST(a_line_without_a_time_goes_with_the_one_before),
        TEST(secrets_are_hidden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
