/* Goal: nothing is said endlessly, and nothing is lost by that: a line that comes again is counted,
 * a condition is said when it begins, changes and ends, and is on the list while it holds. */
#include "log_fixture.h"

static size_t lines_in(const char *s)
{
    size_t n = 0;

    for (; (s = strchr(s, '\n')); s++)
        n++;
    return n;
}

static void a_repeated_line_is_counted(void **state)
{
    struct desk *d = desk_open(LOG_PREFIXED);

    (void)state;
    for (int i = 0; i < 42; i++)
        log_say(d->log, LEVEL_WARNING, NULL, "no answer");
    log_say(d->log, LEVEL_WARNING, &(struct log_about){.agent = "booking"}, "no answer");
    assert_string_equal(read_log(d), "<4>no answer\n<4>booking: no answer\n");
    log_tick(d->log);
    assert_string_equal(read_log(d), "");
    now_ms += 10 * SECOND;
    log_tick(d->log);
    assert_string_equal(read_log(d), "<4>no answer … repeated 41 times in 10s\n");
    log_tick(d->log);
    assert_string_equal(read_log(d), "");
    desk_close(d);
}

/* Once a second for a day: said ever more seldom, at last once an hour. */
static void an_endless_line_is_said_ever_more_seldom(void **state)
{
    struct desk *d = desk_open(LOG_PREFIXED);
    size_t hours[24] = {0};

    (void)state;
    for (int s = 0; s < 24 * 3600; s++, now_ms += SECOND) {
        log_say(d->log, LEVEL_WARNING, NULL, "no answer");
        log_tick(d->log);
        hours[s / 3600] += lines_in(read_log(d));
    }
    assert_int_equal(hours[0], 9); /* at once, after 10 s, 30 s, 70 s … */
    for (int i = 2; i < 24; i++)
        assert_true(hours[i] <= 1);
    assert_true(hours[23] + hours[22] >= 1);
    desk_close(d);
}

static void what_was_long_forgotten_is_new(void **state)
{
    struct desk *d = desk_open(LOG_PREFIXED);

    (void)state;
    for (int i = 0; i < 3; i++) {
        log_say(d->log, LEVEL_WARNING, NULL, "replaced");
        assert_string_equal(read_log(d), "<4>replaced\n");
        now_ms += HOUR;
        log_tick(d->log);
        assert_string_equal(read_log(d), "");
    }
    desk_close(d);
}

static void counts_are_not_lost_when_the_log_ends_or_others_push_in(void **state)
{
    struct desk *d = desk_open(LOG_PREFIXED);

    (void)state;
    log_say(d->log, LEVEL_WARNING, NULL, "early");
    log_say(d->log, LEVEL_WARNING, NULL, "early");
    now_ms += 1;
    for (int i = 0; i < 200; i++)
        log_say(d->log, LEVEL_WARNING, NULL, "other %d", i);
    assert_non_null(strstr(read_log(d), "<4>early … repeated 1 time in 1s\n"));
    log_say(d->log, LEVEL_WARNING, NULL, "late");
    log_say(d->log, LEVEL_WARNING, NULL, "late");
    log_close(d->log);
    assert_string_equal(read_log(d), "<4>late\n<4>late … repeated 1 time in 0s\n");
    struct log_options o = log_to(d->write_fd, LOG_TEXT);
    d->log = log_open(&o);
    desk_close(d);
}

static void a_condition_is_said_once(void **state)
{
    struct desk *d = desk_open(LOG_PREFIXED);
    struct log_about about = {.agent = "Night desk", .role = "sts"};

    (void)state;
    for (int i = 0; i < 60; i++, now_ms += SECOND)
        log_condition(d->log, "pull/sts", LEVEL_WARNING, &about, "the registry refuses");
    assert_string_equal(read_log(d), "<4>Night desk sts: the registry refuses\n");
    log_condition(d->log, "pull/sts", LEVEL_WARNING, &about, "the registry is away");
    log_condition(d->log, "pull/sts", LEVEL_ERROR, &about, "the registry is away");
    assert_string_equal(read_log(d), "<4>Night desk sts: the registry is away\n"
                                     "<3>Night desk sts: the registry is away\n");
    now_ms += 2 * MINUTE;
    log_clear(d->log, "pull/sts", "pulled");
    log_clear(d->log, "pull/sts", "pulled");
    log_clear(d->log, "never/was", NULL);
    assert_string_equal(read_log(d), "<6>Night desk sts: pulled (after 3m00s)\n");
    log_condition(d->log, "engine", LEVEL_ERROR, NULL, "no engine");
    log_clear(d->log, "engine", NULL);
    assert_string_equal(read_log(d), "<3>no engine\n<6>no longer: no engine (after 0s)\n");
    desk_close(d);
}

static void time_that_passes_in_a_condition_is_no_news(void **state)
{
    struct desk *d = desk_open(LOG_PREFIXED);
    struct arena *a = arena_new();
    const struct condition *list;

    (void)state;
    log_condition(d->log, "a", LEVEL_INFO, NULL, "failed 9s ago (kept as avrd-1a); again in 1m05s");
    log_condition(d->log, "a", LEVEL_INFO, NULL, "failed 59s ago (kept as avrd-1a); again in 15s");
    log_condition(d->log, "a", LEVEL_INFO, NULL, "failed 1h01m ago (kept as avrd-1a); again in 2d");
    assert_string_equal(read_log(d), "<6>failed 9s ago (kept as avrd-1a); again in 1m05s\n");
    assert_int_equal(log_conditions(d->log, a, &list), 1);
    assert_string_equal(list[0].text, "failed 1h01m ago (kept as avrd-1a); again in 2d");
    log_condition(d->log, "a", LEVEL_INFO, NULL, "failed 1h01m ago (kept as avrd-1b); again in 2d");
    assert_string_equal(read_log(d), "<6>failed 1h01m ago (kept as avrd-1b); again in 2d\n");
    arena_free(a);
    desk_close(d);
}

static void a_condition_is_remembered_every_hour(void **state)
{
    struct desk *d = desk_open(LOG_PREFIXED);

    (void)state;
    for (int i = 0; i <= 120; i++, now_ms += MINUTE) {
        log_condition(d->log, "engine", LEVEL_ERROR, NULL, "no engine");
        log_tick(d->log);
    }
    assert_string_equal(read_log(d), "<3>no engine\n<3>no engine (for 1h00m, seen 61 times)\n"
                                     "<3>no engine (for 2h00m, seen 121 times)\n");
    desk_close(d);
}

/* Holds and clears a second each, for an hour. */
static void a_flapping_condition_is_no_flood(void **state)
{
    struct desk *d = desk_open(LOG_PREFIXED);

    (void)state;
    for (int i = 0; i < 1800; i++) {
        log_condition(d->log, "engine", LEVEL_ERROR, NULL, "no engine");
        now_ms += SECOND;
        log_clear(d->log, "engine", "the engine is back");
        now_ms += SECOND;
        log_tick(d->log);
    }
    read_log(d);
    assert_true(lines_in(d->text) <= 20);
    assert_non_null(strstr(d->text, "<3>no engine … repeated"));
    desk_close(d);
}

static void what_holds_is_listed(void **state)
{
    struct desk *d = desk_open(LOG_PREFIXED);
    struct arena *a = arena_new();
    const struct condition *list;

    (void)state;
    assert_int_equal(log_conditions(d->log, a, &list), 0);
    log_condition(d->log, "engine", LEVEL_ERROR, NULL, "no engine");
    now_ms += SECOND;
    log_condition(d->log, "db", LEVEL_WARNING, &(struct log_about){.cause = "upgrade"}, "locked");
    now_ms += SECOND;
    log_condition(d->log, "engine", LEVEL_ERROR, NULL, "engine\nhangs");
    log_condition(d->log, "hidden", LEVEL_DEBUG, NULL, "x");
    assert_int_equal(log_conditions(d->log, a, &list), 3);
    assert_string_equal(list[0].key, "engine");
    assert_string_equal(list[0].text, "engine\\nhangs");
    assert_int_equal(list[0].level, LEVEL_ERROR);
    assert_int_equal(list[0].since_ms, 1795353255678);
    assert_int_equal(list[0].seen, 2);
    assert_string_equal(list[1].key, "db");
    assert_string_equal(list[1].about.cause, "upgrade");
    assert_int_equal(list[1].since_ms, 1795353256678);

    log_clear(d->log, "engine", NULL);
    assert_string_equal(list[0].key, "engine"); /* the arena's, not the log's */
    assert_int_equal(log_conditions(d->log, a, &list), 2);
    assert_string_equal(list[0].key, "db");
    arena_free(a);
    desk_close(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_repeated_line_is_counted),
        cmocka_unit_test(an_endless_line_is_said_ever_more_seldom),
        cmocka_unit_test(what_was_long_forgotten_is_new),
        cmocka_unit_test(counts_are_not_lost_when_the_log_ends_or_others_push_in),
        cmocka_unit_test(a_condition_is_said_once),
        cmocka_unit_test(time_that_passes_in_a_condition_is_no_news),
        cmocka_unit_test(a_condition_is_remembered_every_hour),
        cmocka_unit_test(a_flapping_condition_is_no_flood),
        cmocka_unit_test(what_holds_is_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
