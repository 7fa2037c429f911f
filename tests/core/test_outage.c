/* Goal: what ended while the engine was away is told from what died by itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/outage.h"

enum { DOWN = 1700000000 };

static bool took(const struct outage *o, int64_t finished_ms)
{
    struct box b = {.state = BOX_EXITED, .started_ms = DOWN - 90000, .finished_ms = finished_ms};
    return outage_took(o, &b, b.started_ms);
}

static void nothing_is_excused_without_an_outage(void **state)
{
    struct outage o = {0};

    (void)state;
    assert_false(took(NULL, DOWN));
    assert_false(took(&o, DOWN));
    outage_end(&o, DOWN); /* it answers for the first time */
    assert_false(took(&o, DOWN));
}

static void what_ended_with_the_engine_is_excused(void **state)
{
    struct outage o = {0};

    (void)state;
    outage_begin(&o, DOWN);
    assert_true(took(&o, DOWN + 60000)); /* it lasts */
    outage_end(&o, DOWN + 11000);
    assert_true(took(&o, DOWN));
    assert_true(took(&o, DOWN - 500)); /* the stream ended a moment later */
    assert_true(took(&o, DOWN + 11000));
    assert_false(took(&o, DOWN - 60000));
    assert_false(took(&o, DOWN + 12000));
    assert_false(took(&o, 0)); /* it never ended */
}

/* Or what never becomes ready would be asked for ever. */
static void what_was_started_since_answers_for_itself(void **state)
{
    struct outage o = {DOWN, DOWN + 11000};
    struct box b = {.state = BOX_RUNNING, .started_ms = DOWN + 12000, .finished_ms = DOWN + 1};

    (void)state;
    assert_true(outage_took(&o, &b, DOWN - 60000)); /* whoever asked its life before */
    assert_false(outage_took(&o, &b, b.started_ms));
}

static void the_last_outage_counts(void **state)
{
    struct outage o = {0};

    (void)state;
    outage_begin(&o, DOWN);
    outage_begin(&o, DOWN + 5000); /* another reason for the same one */
    assert_int_equal(o.from_ms, DOWN);
    outage_end(&o, DOWN + 6000);
    outage_end(&o, DOWN + 9000);
    assert_int_equal(o.until_ms, DOWN + 6000);
    outage_begin(&o, DOWN + 60000);
    assert_false(took(&o, DOWN));
    assert_true(took(&o, DOWN + 60000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_excused_without_an_outage),
        cmocka_unit_test(what_ended_with_the_engine_is_excused),
        cmocka_unit_test(what_was_started_since_answers_for_itself),
        cmocka_unit_test(the_last_outage_counts),
    };
    return cmocka_run_group_tests_name("outage", tests, NULL, NULL);
}
