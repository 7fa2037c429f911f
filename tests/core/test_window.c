/* Goal: a window is read as people mean it, and it is known at every second of the week whether it
 * is open and when that changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/window.h"

enum { SUN, MON, TUE, WED, THU, FRI, SAT };
enum { MINUTE = 60, HOUR = 3600, DAY = 24 * HOUR, WEEK = 7 * DAY };

static struct window window_of(struct arena *a, const char *text)
{
    struct window w;
    const char *wrong = window_parse(a, text, &w);

    if (wrong)
        fail_msg("\"%s\": %s", text, wrong);
    return w;
}

static struct tm at(int day, int hour, int minute, int second)
{
    return (struct tm){.tm_wday = day, .tm_hour = hour, .tm_min = minute, .tm_sec = second};
}

static void it_is_open_and_turns(void **state)
{
    static const struct {
        const char *text;
        int day, hour, minute, second;
        bool open;
        int64_t turns_in_s;
    } cases[] = {
        {"always", WED, 12, 0, 0, true, -1},
        {"02:00-05:00", WED, 1, 59, 59, false, 1},
        {"02:00-05:00", WED, 2, 0, 0, true, 3 * HOUR},
        {"02:00-05:00", WED, 4, 59, 59, true, 1},
        {"02:00-05:00", WED, 5, 0, 0, false, 21 * HOUR},
        {"2:00-5:00", SAT, 3, 0, 0, true, 2 * HOUR},
        {"  02:00-05:00  ", WED, 3, 0, 0, true, 2 * HOUR},
        {"Mon 02:00-05:00", SUN, 23, 0, 0, false, 3 * HOUR},
        {"Mon 02:00-05:00", MON, 5, 0, 0, false, WEEK - 3 * HOUR},
        {"Mon-Fri 02:00-05:00", FRI, 4, 0, 0, true, HOUR},
        {"Mon-Fri 02:00-05:00", SAT, 4, 0, 0, false, 46 * HOUR},
        {"Fri-Mon 02:00-05:00", SUN, 4, 0, 0, true, HOUR},
        {"Fri-Mon 02:00-05:00", TUE, 4, 0, 0, false, 70 * HOUR},
        {"Sat,Sun 10:00-12:00", SAT, 11, 0, 0, true, HOUR},
        {"Sat, Sun 10:00-12:00", SUN, 11, 0, 0, true, HOUR},
        {"Sat,Sun 10:00-12:00", FRI, 11, 0, 0, false, 23 * HOUR},
        {"Mon,Wed-Thu 10:00-12:00", THU, 11, 0, 0, true, HOUR},
        {"Mon,Wed-Thu 10:00-12:00", TUE, 11, 0, 0, false, 23 * HOUR},
        {"22:00-02:00", WED, 23, 0, 0, true, 3 * HOUR},
        {"22:00-02:00", WED, 1, 0, 0, true, HOUR},
        {"22:00-02:00", WED, 2, 0, 0, false, 20 * HOUR},
        /* The days are those on which it begins. */
        {"Fri 22:00-02:00", FRI, 1, 0, 0, false, 21 * HOUR},
        {"Fri 22:00-02:00", SAT, 1, 0, 0, true, HOUR},
        {"Sat 22:00-02:00", SUN, 1, 30, 0, true, 30 * MINUTE},
        {"Sat 00:00-24:00", SAT, 23, 59, 59, true, 1},
        {"Sat 00:00-24:00", SUN, 0, 0, 0, false, 6 * DAY},
        /* One ends where another begins, or later. */
        {"Mon 22:00-24:00, Tue 00:00-02:00", MON, 23, 0, 0, true, 3 * HOUR},
        {"01:00-03:00, 02:00-04:00", WED, 1, 0, 0, true, 3 * HOUR},
        {"Mon-Fri 02:00-05:00, Sat,Sun 00:00-24:00", SAT, 5, 0, 0, true, 43 * HOUR},
        {"Mon-Fri 02:00-05:00, Sat,Sun 00:00-24:00", THU, 6, 0, 0, false, 20 * HOUR},
        {"00:00-24:00", WED, 12, 0, 0, true, -1},
        {"06:00-18:00,18:00-06:00", WED, 12, 0, 0, true, -1},
        /* A leap second belongs to the minute that follows. */
        {"02:00-05:00", WED, 1, 59, 60, true, 3 * HOUR},
    };
    struct arena *a CLEANUP_ARENA = arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct window w = window_of(a, cases[i].text);
        struct tm now = at(cases[i].day, cases[i].hour, cases[i].minute, cases[i].second);
        if (window_is_open(&w, &now) != cases[i].open ||
            window_turns_in_s(&w, &now) != cases[i].turns_in_s)
            fail_msg("\"%s\" (case %zu): open %d, turns in %lld s", cases[i].text, i,
                     window_is_open(&w, &now), (long long)window_turns_in_s(&w, &now));
    }
}

/* What turns_in says is what is_open says then, and never before. */
static void it_turns_exactly_then(void **state)
{
    static const char *const texts[] = {"Mon-Fri 02:00-05:00", "Sat 22:30-01:15, Sun 01:00-02:00",
                                        "22:00-02:00", "Tue 00:00-24:00"};
    struct arena *a CLEANUP_ARENA = arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct window w = window_of(a, texts[i]);
        for (int m = 0; m < WEEK / MINUTE; m++) {
            struct tm now = at(m / 1440, m / 60 % 24, m % 60, 0);
            int64_t in = window_turns_in_s(&w, &now) / MINUTE;
            int64_t then = (m + in) % (WEEK / MINUTE);
            int64_t before = (m + in - 1) % (WEEK / MINUTE);
            struct tm turned = at((int)(then / 1440), (int)(then / 60 % 24), (int)(then % 60), 0);
            struct tm last =
                at((int)(before / 1440), (int)(before / 60 % 24), (int)(before % 60), 0);
            assert_true(in > 0);
            assert_int_equal(window_is_open(&w, &turned), !window_is_open(&w, &now));
            assert_int_equal(window_is_open(&w, &last), window_is_open(&w, &now));
        }
    }
}

static void nobody_said_anything(void **state)
{
    static const struct window none;
    struct tm now = at(WED, 12, 0, 0);

    (void)state;
    assert_true(window_is_open(&none, &now));
    assert_int_equal(window_turns_in_s(&none, &now), -1);
}

static void wrong_texts_are_refused(void **state)
{
    static const char day[] = "a day is Mon, Tue, Wed, Thu, Fri, Sat or Sun";
    static const char time[] = "a time is written 02:00, from 00:00 to 24:00";
    static const char behind[] = "times stand behind their days, as in Sat,Sun 02:00-05:00";
    static const char commas[] = "times are separated by commas";
    static const struct {
        const char *text, *wrong;
    } cases[] = {
        {"", time},
        {"Always", day},
        {"never", day},
        {"Monday 02:00-05:00", day},
        {"mon 02:00-05:00", day},
        {"Mon- 02:00-05:00", day},
        {"Mon02:00-05:00", day},
        {"Mon", time},
        {"Mon-Fri", time},
        {"02:00", time},
        {"02:00-", time},
        {"2-5", time},
        {"02:0-05:00", time},
        {"02:00-25:00", time},
        {"02:00-24:01", time},
        {"02:60-05:00", time},
        {"02:00-05:000", time},
        {"-02:00-05:00", time},
        {"Sat, 02:00-05:00", behind},
        {"Sat Sun 02:00-05:00", behind},
        {"02:00-05:00,", time},
        {"02:00-05:00 06:00-07:00", commas},
        {"02:00-05:00 Mon", commas},
        {"24:00-05:00", "a day begins at 00:00; 24:00 is its end"},
        {"02:00-02:00", "it ends when it begins; 00:00-24:00 is the whole day"},
    };
    struct arena *a CLEANUP_ARENA = arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct window w;
        const char *wrong = window_parse(a, cases[i].text, &w);
        if (!wrong)
            fail_msg("\"%s\" was taken", cases[i].text);
        assert_string_equal(wrong, cases[i].wrong);
    }
}

static void there_is_a_limit(void **state)
{
    static const char one[] = "02:00-05:00,";
    char text[34 * sizeof one] = "";
    struct arena *a CLEANUP_ARENA = arena_new();
    struct window w;

    (void)state;
    for (int i = 0; i < 31; i++)
        strcat(text, one);
    strcat(text, "06:00-07:00");
    assert_null(window_parse(a, text, &w));
    assert_int_equal(w.n, 32);
    strcat(text, ",08:00-09:00");
    assert_string_equal(window_parse(a, text, &w), "there are more than 32 times");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_open_and_turns), cmocka_unit_test(it_turns_exactly_then),
        cmocka_unit_test(nobody_said_anything), cmocka_unit_test(wrong_texts_are_refused),
        cmocka_unit_test(there_is_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
