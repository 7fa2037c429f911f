#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "net/lines.h"

/* Feeds text in pieces of `step` bytes and writes what comes out as "[a][b](rest)". */
static void split(const char *text, size_t step, char *out, size_t size)
{
    struct lines l = {.max = 1000};
    const char *line;
    size_t len, n = strlen(text), used = 0;

    out[0] = '\0';
    for (size_t at = 0; at < n; at += step) {
        assert_true(lines_add(&l, text + at, step < n - at ? step : n - at));
        while (lines_next(&l, &line, &len)) {
            assert_int_equal(strlen(line), len);
            used += (size_t)snprintf(out + used, size - used, "[%s]", line);
        }
    }
    if (lines_rest(&l, &line, &len))
        snprintf(out + used, size - used, "(%s)", line);
    assert_false(lines_rest(&l, &line, &len));
    lines_free(&l);
}

static void splits_the_same_wherever_pieces_end(void **state)
{
    static const char text[] = "one\r\ntwo\n\n\r\n  three \rmiddle\r\nrest";
    char out[200];

    (void)state;
    for (size_t step = 1; step <= sizeof text; step++) {
        split(text, step, out, sizeof out);
        assert_string_equal(out, "[one][two][][][  three \rmiddle](rest)");
    }
    split("a\n", 1, out, sizeof out);
    assert_string_equal(out, "[a]");
    split("", 1, out, sizeof out);
    assert_string_equal(out, "");
    split("end\r", 2, out, sizeof out);
    assert_string_equal(out, "(end)");
}

static void bounds_a_line_not_a_piece(void **state)
{
    struct lines l = {.max = 10};
    const char *line;
    size_t len;

    (void)state;
    assert_true(lines_add(&l, "1234567890\n1234567890\nabc", 25));
    assert_true(lines_next(&l, &line, &len));
    assert_true(lines_next(&l, &line, &len));
    assert_false(lines_next(&l, &line, &len));
    assert_true(lines_add(&l, "defghij", 7));
    assert_false(lines_add(&l, "k", 1));
    lines_free(&l);
}

static void keeps_bytes_of_any_value(void **state)
{
    struct lines l = {.max = 100};
    const char *line;
    size_t len;

    (void)state;
    assert_true(lines_add(&l, "a\0b\n", 4));
    assert_true(lines_next(&l, &line, &len));
    assert_int_equal(len, 3);
    assert_memory_equal(line, "a\0b", 4);
    assert_true(lines_add(&l, "", 0));
    lines_free(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splits_the_same_wherever_pieces_end),
        cmocka_unit_test(bounds_a_line_not_a_piece),
        cmocka_unit_test(keeps_bytes_of_any_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
