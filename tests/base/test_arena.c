/* Goal: memory of an arena is zeroed, aligned, all different, and dies in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"

static void every_size_is_zeroed_aligned_and_apart(void **state)
{
    static const size_t sizes[] = {0, 1, 15, 16, 17, 4095, 4097, 8192, 8193, 100000, 1, 4000, 7};
    enum { N = sizeof sizes / sizeof sizes[0] };
    struct arena *a CLEANUP_ARENA = arena_new();
    unsigned char *blocks[3 * N];

    (void)state;
    for (size_t i = 0; i < 3 * N; i++) {
        size_t size = sizes[i % N];
        blocks[i] = arena_alloc(a, size);
        assert_int_equal((uintptr_t)blocks[i] % alignof(max_align_t), 0);
        for (size_t k = 0; k < size; k++)
            assert_int_equal(blocks[i][k], 0);
        memset(blocks[i], (int)i + 1, size);
    }
    for (size_t i = 0; i < 3 * N; i++)
        for (size_t k = 0; k < sizes[i % N]; k++)
            assert_int_equal(blocks[i][k], i + 1);
}

static void copies(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    char text[] = "text";

    (void)state;
    char *dup = arena_strdup(a, text), *part = arena_strndup(a, text, 2);
    const char *bytes = arena_memdup(a, "a\0b", 3);
    text[0] = 'n';
    assert_string_equal(dup, "text");
    assert_string_equal(part, "te");
    assert_memory_equal(bytes, "a\0b", 3);
    assert_string_equal(arena_strndup(a, NULL, 0), "");
    assert_null(arena_strdup(a, NULL));
    assert_non_null(arena_memdup(a, NULL, 0));
}

static void prints_what_does_not_fit_anywhere_else(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    char *wide = arena_printf(a, "%*d|%s", 20000, 7, "end");

    (void)state;
    assert_int_equal(strlen(wide), 20004);
    assert_string_equal(wide + 19999, "7|end");
    assert_string_equal(arena_printf(a, "%s", ""), "");
}

static void prints_texts_of_every_length(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();

    (void)state;
    for (int n = 2; n < 1000; n++) {
        const char *text = arena_printf(a, "<%*s", n - 1, ">");
        assert_int_equal(strlen(text), n);
        assert_int_equal(text[n - 1], '>');
    }
}

static char order[4];
static size_t n_called;

static void note(void *letter)
{
    order[n_called++] = *(char *)letter;
}

static void finalizers_run_last_first(void **state)
{
    static char letters[] = "abc";
    struct arena *a = arena_new();

    (void)state;
    for (int i = 0; i < 3; i++)
        arena_at_free(a, note, &letters[i]);
    assert_int_equal(n_called, 0);
    arena_free(a);
    assert_string_equal(order, "cba");
    arena_free(NULL);
}

static void arrays_grow_and_keep_what_they_have(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    ARRAY(int) list = {0};

    (void)state;
    assert_null(list.items);
    for (int i = 0; i < 1000; i++) {
        ARRAY_PUSH(a, list, i * 3);
        assert_int_equal(list.n, i + 1);
        assert_true(list.cap >= list.n);
    }
    for (int i = 0; i < 1000; i++)
        assert_int_equal(list.items[i], i * 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_size_is_zeroed_aligned_and_apart),
        cmocka_unit_test(copies),
        cmocka_unit_test(prints_what_does_not_fit_anywhere_else),
        cmocka_unit_test(prints_texts_of_every_length),
        cmocka_unit_test(finalizers_run_last_first),
        cmocka_unit_test(arrays_grow_and_keep_what_they_have),
    };

    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
