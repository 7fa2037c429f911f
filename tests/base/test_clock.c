/* Goal: the clock on the wall is that of the time zone in force at this moment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/clock.h"

/* Minutes since the beginning of the week; two readings may be of two seconds. */
static int minutes_in(const char *zone)
{
    struct tm now;

    setenv("TZ", zone, 1);
    local_now(&now);
    return (now.tm_wday * 24 + now.tm_hour) * 60 + now.tm_min;
}

static void it_follows_the_time_zone(void **state)
{
    enum { WEEK = 7 * 24 * 60, AHEAD = 5 * 60 + 45 };
    int utc = minutes_in("UTC0"), there = minutes_in("NPT-5:45");

    (void)state;
    assert_in_range((there - utc + WEEK) % WEEK, AHEAD, AHEAD + 1);
}

static void it_agrees_with_the_time_since_1970(void **state)
{
    int64_t before = wall_ms() / 60000;
    int minutes = minutes_in("UTC0");
    int64_t after = wall_ms() / 60000;
    enum { WEEK = 7 * 24 * 60, THURSDAY = 4 * 24 * 60 }; /* 1970 began on one */

    (void)state;
    assert_in_range(minutes, (before + THURSDAY) % WEEK,
                    (before + THURSDAY) % WEEK + (after - before) + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_follows_the_time_zone),
        cmocka_unit_test(it_agrees_with_the_time_since_1970),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
