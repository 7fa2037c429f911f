/* A log that is followed: the same lines wherever its pieces end, and never more than so much of
 * one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/engine.h"
#include "engine/log_stream.h"

static void add_line(void *ctx, const char *line, bool is_long)
{
    text_printf(ctx, "[%s%s]", line, is_long ? "…" : "");
}

static const char *lines_of(struct arena *a, const char *s, size_t len, size_t step)
{
    struct log_stream *stream = arena_alloc(a, sizeof *stream);
    struct text t = {.arena = a};

    memset(stream, 0, sizeof *stream);
    for (size_t at = 0; at < len; at += step)
        docker_driver.log_piece(stream, s + at, step < len - at ? step : len - at, add_line, &t);
    return text_str(&t);
}

static void lines_are_the_same_wherever_pieces_end(void **state)
{
    /* A line in two frames, one of the length of a line break, an empty one, an escape sequence. */
    static const char frames[] = "\1\0\0\0\0\0\0\3one\1\0\0\0\0\0\0\1\n"
                                 "\2\0\0\0\0\0\0\12two \x1b[2J!\n"
                                 "\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\4\nend";
    static const char plain[] = "one\r\ntwo\nend";

    (void)state;
    for (size_t step = 1; step < sizeof frames; step++) {
        struct arena *a CLEANUP_ARENA = arena_new();
        assert_string_equal(lines_of(a, frames, sizeof frames - 1, step), "[one][two !][]");
        assert_string_equal(lines_of(a, plain, sizeof plain - 1, step), "[one][two]");
    }
}

static void a_line_is_bounded(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    enum { LONG = 3 * LOG_LINE_MAX };
    char *s = arena_alloc(a, LONG);

    (void)state;
    memset(s, 'x', LONG);
    memcpy(s + LONG - 6, "\nnext\n", 6);
    const char *text = lines_of(a, s, LONG, 1000);
    assert_int_equal(strlen(text), LOG_LINE_MAX + strlen("[…]") + strlen("[next]"));
    assert_true(text_ends(text, "…][next]"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_the_same_wherever_pieces_end),
        cmocka_unit_test(a_line_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
