/* What was missed, for whoever comes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "face/ring.h"

enum { FIRST = 5000 };

static struct ring ring;

static void add(size_t n)
{
    char text[32];

    for (size_t i = 0; i < n; i++) {
        snprintf(text, sizeof text, "%llu", (unsigned long long)ring.next_id);
        ring_add(&ring, text);
    }
}

static int setup(void **state)
{
    (void)state;
    ring = (struct ring){.next_id = FIRST};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    ring_free(&ring);
    return 0;
}

static void nothing_was_missed(void **state)
{
    size_t n = 7;

    (void)state;
    assert_true(ring_after(&ring, FIRST - 1, &n));
    assert_int_equal(n, 0);
    add(3);
    assert_true(ring_after(&ring, FIRST + 2, &n));
    assert_int_equal(n, 0);
}

static void what_was_missed_comes_in_order(void **state)
{
    size_t n;

    (void)state;
    add(5);
    assert_true(ring_after(&ring, FIRST + 1, &n));
    assert_int_equal(n, 3);
    assert_int_equal(ring_at(&ring, n, 0)->id, FIRST + 2);
    assert_string_equal(ring_at(&ring, n, 0)->text, "5002");
    assert_string_equal(ring_at(&ring, n, 2)->text, "5004");
}

static void too_much_was_missed(void **state)
{
    size_t n;

    (void)state;
    add(RING_EVENTS + 10);
    assert_false(ring_after(&ring, FIRST + 8, &n));
    assert_true(ring_after(&ring, FIRST + 9, &n));
    assert_int_equal(n, RING_EVENTS);
    assert_int_equal(ring_at(&ring, n, 0)->id, FIRST + 10);
    assert_int_equal(ring_at(&ring, n, n - 1)->id, ring.next_id - 1);
}

static void ids_of_another_life_are_not_known(void **state)
{
    size_t n;

    (void)state;
    add(3);
    assert_false(ring_after(&ring, 0, &n));
    assert_false(ring_after(&ring, FIRST - 2, &n));
    assert_false(ring_after(&ring, FIRST + 3, &n));
    assert_false(ring_after(&ring, UINT64_MAX, &n));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_was_missed),
        TEST(what_was_missed_comes_in_order),
        TEST(too_much_was_missed),
        TEST(ids_of_another_life_are_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
