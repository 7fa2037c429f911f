/* Goal: an error keeps its code and place on the way up, and a long one is cut, not overrun. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/err.h"

static void wraps(void **state)
{
    struct err err;

    (void)state;
    assert_int_equal(err_set(&err, ERR_CONFLICT, "create: %d", 409), -1);
    assert_int_equal(err_wrap(&err, "agent %s", "sales"), -1);
    assert_string_equal(err.text, "agent sales: create: 409");
    assert_int_equal(err.code, ERR_CONFLICT);
}

static void cuts_what_is_too_long(void **state)
{
    struct err err;
    char longest[2 * sizeof err.text];

    (void)state;
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    err_set(&err, ERR_INVALID, "%s", longest);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    assert_string_equal(err.text + strlen(err.text) - 4, "x...");

    longest[sizeof err.text - 1] = '\0'; /* the longest that fits */
    err_set(&err, ERR_INVALID, "%s", longest);
    assert_string_equal(err.text, longest);
    err_wrap(&err, "outer");
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    assert_int_equal(strncmp(err.text, "outer: xxx", 10), 0);

    err_set(&err, ERR_INVALID, "inner");
    longest[sizeof err.text - 1] = 'x';
    err_wrap(&err, "%s", longest);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wraps),
        cmocka_unit_test(cuts_what_is_too_long),
    };

    return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
