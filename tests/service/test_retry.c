/* Goal: what fails is tried again later and later, a success alone refills nothing, and another
 * wish or a person's word is tried at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/retry.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, START = 5 * MINUTE };

static void later_and_later_up_to_an_hour(void **state)
{
    static const int64_t delays_s[] = {1,   2,   4,   8,    16,   32,   64,
                                       128, 256, 512, 1024, 2048, 3600, 3600};
    struct retries *r = retries_new();
    int64_t now = START;

    (void)state;
    assert_int_equal(retry_due_ms(r, "a", "w", now), 0);
    for (size_t i = 0; i < sizeof delays_s / sizeof delays_s[0]; i++) {
        retry_note(r, "a", "w", now, 0.);
        assert_int_equal(retry_due_ms(r, "a", "w", now), now + delays_s[i] * SECOND);
        now += delays_s[i] * SECOND;
        assert_int_equal(retry_due_ms(r, "a", "w", now), 0);
    }
    retries_free(r);
}

static void jitter_only_shortens(void **state)
{
    struct retries *r = retries_new();

    (void)state;
    retry_note(r, "a", "w", START, 1.);
    assert_int_equal(retry_due_ms(r, "a", "w", START), START + 800);
    retries_free(r);
}

static void only_ten_quiet_minutes_refill(void **state)
{
    struct retries *r = retries_new();

    (void)state;
    retry_note(r, "a", "w", START, 0.);
    int64_t now = START + SECOND + 10 * MINUTE;
    retry_note(r, "a", "w", now, 0.);
    assert_int_equal(retry_due_ms(r, "a", "w", now), now + 2 * SECOND);
    now = START + 40 * MINUTE;
    retry_note(r, "a", "w", now, 0.);
    assert_int_equal(retry_due_ms(r, "a", "w", now), now + SECOND);
    retries_free(r);
}

static void another_wish_and_a_persons_word(void **state)
{
    struct retries *r = retries_new();

    (void)state;
    retry_note(r, "a", "w", START, 0.);
    retry_note(r, "b", "w", START, 0.);
    assert_int_equal(retry_due_ms(r, "a", "x", START), 0);
    retry_note(r, "a", "x", START, 0.);
    assert_int_equal(retry_due_ms(r, "a", "w", START), 0);
    retry_forgive(r, "a");
    assert_int_equal(retry_due_ms(r, "a", "x", START), 0);
    assert_int_equal(retry_due_ms(r, "b", "w", START), START + SECOND);
    retry_forgive(r, "nobody");
    retries_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(later_and_later_up_to_an_hour),
        cmocka_unit_test(jitter_only_shortens),
        cmocka_unit_test(only_ten_quiet_minutes_refill),
        cmocka_unit_test(another_wish_and_a_persons_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
