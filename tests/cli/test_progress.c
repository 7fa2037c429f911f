/* What is written while agents are brought up to date. */
#include "cli/cli_fixture.h"

#include "base/json.h"
#include "base/text.h"
#include "cli/progress.h"
#include "link/wire.h"
#include "link/wire_event.h"

static int64_t now;

static int64_t test_now(void)
{
    return now;
}

static int64_t test_wall(void)
{
    return 1000000 + now;
}

static const struct agent support = {.id = "7d1c", .name = "support"},
                          booking = {.id = "3b02", .name = "booking"};
static const struct step create = {.kind = STEP_CREATE, .new_name = "avrd-next-019a2b3c4d5e"},
                         probe = {.kind = STEP_PROBE, .box_name = "avrd-next-019a2b3c4d5e"},
                         swap = {.kind = STEP_RENAME,
                                 .box_name = "avrd-next-019a2b3c4d5e",
                                 .new_name = "avr-sts-7d1c"},
                         drain = {.kind = STEP_WAIT,
                                  .gate = GATE_DRAIN,
                                  .calls = 2,
                                  .oldest_ms = 1000000 - 233000},
                         cleared = {.kind = STEP_REMOVE, .box_name = "avrd-drain-019a2b3c4d5e"};

static const struct {
    int64_t at;
    struct event event;
} story[] = {
    {0, {&support, &create, EVENT_STARTED, NULL, 0}},
    {300, {&support, &create, EVENT_DONE, NULL, 300}},
    {400, {&booking, NULL, EVENT_STARTED, NULL, 0}},
    {2500, {&support, &probe, EVENT_DONE, NULL, 2100}},
    {2600, {&support, &swap, EVENT_DONE, NULL, 4}},
    {3000, {&support, &drain, EVENT_PROGRESS, NULL, 300}},
    {4000, {&support, &drain, EVENT_PROGRESS, NULL, 1300}},
    {5000, {&booking, &probe, EVENT_FAILED, "nothing listens on port 6033\x1b[2J", 4000}},
    {5100, {&booking, NULL, EVENT_FAILED, "rolled back", 4700}},
    {14000, {&support, &drain, EVENT_PROGRESS, NULL, 11000}},
    {20000, {&support, &cleared, EVENT_DONE, NULL, 20}},
    {20100, {&support, NULL, EVENT_DONE, NULL, 20100}},
};

/* As it comes from the service: nothing of the original is within reach. */
static void play_remote(struct arena *a, struct progress *p, const struct event *e)
{
    struct arena *lent CLEANUP_ARENA = arena_new();
    const char *line = wire_event(a, event_encode(a, e));
    struct wire_frame frame;
    struct event got;
    struct err err;

    assert_int_equal(wire_frame_decode(lent, line, strlen(line) - 1, &frame, &err), 0);
    assert_int_equal(event_decode(lent, frame.event, &got, &err), 0);
    progress_event(p, &got);
}

static const char *play_in(struct arena *a, enum progress_mode mode, bool color, bool remote)
{
    struct progress_options options = {
        .mode = mode, .color = color, .width = 100, .now_ms = test_now, .wall_ms = test_wall};
    const struct agent_outcome results[] = {{&support, RESULT_SYNC, NULL, 6},
                                            {&booking, RESULT_FAILED, "rolled back", 3}};
    const struct outcome outcome = {results, 2};
    char *text = NULL;
    size_t n = 0;
    FILE *file = open_memstream(&text, &n);

    now = 0;
    struct progress *p = progress_new(a, file, &options);
    for (size_t i = 0; i < sizeof story / sizeof story[0]; i++) {
        now = story[i].at;
        if (remote)
            play_remote(a, p, &story[i].event);
        else
            progress_event(p, &story[i].event);
    }
    progress_end(p, &outcome);
    fclose(file);
    const char *copy = arena_strdup(a, text);
    free(text);
    return copy;
}

static const char *play(struct arena *a, enum progress_mode mode, bool color)
{
    return play_in(a, mode, color, false);
}

static void work_of_the_service_looks_the_same(void **state)
{
    static const enum progress_mode modes[] = {PROGRESS_TTY, PROGRESS_PLAIN, PROGRESS_JSON,
                                               PROGRESS_QUIET};

    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
        assert_string_equal(play_in(*state, modes[i], true, true), play(*state, modes[i], true));
}

static void plain_is_a_line_an_event(void **state)
{
    assert_string_equal(
        play(*state, PROGRESS_PLAIN, false),
        "   0.0s  support   sts   creating candidate avrd-next-019a2b3c4d5e\n"
        "   0.3s  support   sts   created candidate avrd-next-019a2b3c4d5e\n"
        "   0.4s  booking         begins\n"
        "   2.5s  support   sts   candidate avrd-next-019a2b3c4d5e is ready\n"
        "   2.6s  support   sts   switched: avr-sts-7d1c serves new calls\n"
        "   3.0s  support   sts   waiting for 2 calls (oldest 3m56s)\n"
        "   5.0s  booking   sts   failed at waiting until avrd-next-019a2b3c4d5e is ready: nothing "
        "listens on port 6033\\x1b[2J\n"
        "   5.1s  booking         rolled back\n"
        "  14.0s  support   sts   waiting for 2 calls (oldest 4m07s)\n"
        "  20.0s  support   sts   removed old container avrd-drain-019a2b3c4d5e\n"
        "  20.1s  support         as asked for\n");
}

static void quiet_tells_failures_only(void **state)
{
    const char *text = play(*state, PROGRESS_QUIET, false);

    assert_contains(text, "nothing listens");
    assert_null(strstr(text, "support"));
}

static void json_is_an_object_a_line(void **state)
{
    const char *text = play(*state, PROGRESS_JSON, false);
    const cJSON *last = NULL;
    size_t lines = 0;
    struct err err;

    while (*text) {
        size_t n = strcspn(text, "\n");
        last = json_parse(*state, text, n, &err);
        assert_non_null(last);
        if (lines == 1) {
            assert_string_equal(json_text(last, "event"), "step");
            assert_string_equal(json_text(last, "step"), "create");
            assert_string_equal(json_text(last, "state"), "done");
            assert_string_equal(json_text(last, "agent_id"), "7d1c");
            assert_int_equal(json_int(last, "elapsed_ms", 0), 300);
        }
        lines++;
        text += n + 1;
    }
    assert_int_equal(lines, sizeof story / sizeof story[0] + 1);
    assert_string_equal(json_text(last, "event"), "done");
    assert_int_equal(cJSON_GetArraySize(json_get(last, "agents")), 2);
}

/* What a terminal shows in the end: cursor up, erase and line breaks are played. */
static const char *screen_of(struct arena *a, const char *s)
{
    static char screen[64][512];
    size_t row = 0, column = 0, rows = 0;
    struct text t = {.arena = a};

    memset(screen, 0, sizeof screen);
    while (*s) {
        int n = 0;
        char command = 0;
        if (sscanf(s, "\x1b[%d%c", &n, &command) == 2 && command == 'A') {
            row -= (size_t)n;
            s = strchr(s, 'A') + 1;
        } else if (text_starts(s, "\x1b[2K")) {
            memset(screen[row], 0, sizeof screen[row]);
            s += 4;
        } else if (text_starts(s, "\x1b[J")) {
            memset(screen[row], 0, sizeof screen - row * sizeof screen[0]);
            rows = row;
            s += 3;
        } else if (*s == '\r') {
            column = 0;
            s++;
        } else if (*s == '\n') {
            column = 0;
            row++;
            rows = row > rows ? row : rows;
            s++;
        } else {
            screen[row][column++] = *s++;
        }
    }
    for (size_t i = 0; i < rows; i++)
        text_printf(&t, "%s\n", screen[i]);
    return text_str(&t);
}

static void terminal_shows_a_line_an_agent(void **state)
{
    const char *text = play(*state, PROGRESS_TTY, false);
    const char *screen = screen_of(*state, text);
    size_t lines = 0;

    for (const char *s = screen; *s; s++)
        lines += *s == '\n';
    assert_int_equal(lines, 2);
    assert_contains(screen, " ✗ booking   sts   rolled back");
    assert_contains(screen, " ✓ support   sts   ready 2.1s · switched · old removed");
    assert_contains(screen, "  20.1s\n");
    assert_null(strstr(text, "\x1b[2J"));
    assert_contains(play(*state, PROGRESS_TTY, true), "\x1b[32m✓\x1b[0m");
}

static void the_last_step_is_remembered(void **state)
{
    struct progress_options options = {
        .mode = PROGRESS_QUIET, .now_ms = test_now, .wall_ms = test_wall};
    FILE *file = tmpfile();
    struct progress *p = progress_new(*state, file, &options);

    assert_null(progress_last(p, "7d1c"));
    progress_event(p, &story[0].event);
    assert_string_equal(progress_last(p, "7d1c"), "creating candidate avrd-next-019a2b3c4d5e");
    assert_null(progress_failed_box(p, "7d1c"));
    fclose(file);
}

static const char *notice_of(struct arena *a, enum progress_mode mode)
{
    struct progress_options options = {.mode = mode, .now_ms = test_now, .wall_ms = test_wall};
    const struct event notice = {.state = EVENT_PROGRESS, .text = "nobody sees calls\x1b[2J"};
    char *text = NULL;
    size_t n = 0;
    FILE *file = open_memstream(&text, &n);

    progress_event(progress_new(a, file, &options), &notice);
    fclose(file);
    const char *copy = arena_strdup(a, text);
    free(text);
    return copy;
}

static void a_notice_is_about_all_agents(void **state)
{
    assert_string_equal(notice_of(*state, PROGRESS_PLAIN), "note: nobody sees calls\\x1b[2J\n");
    assert_string_equal(notice_of(*state, PROGRESS_TTY), "note: nobody sees calls\\x1b[2J\n");
    assert_string_equal(notice_of(*state, PROGRESS_QUIET), "");
    assert_string_equal(notice_of(*state, PROGRESS_JSON),
                        "{\"event\": \"notice\", \"text\": \"nobody sees calls\\u001b[2J\"}\n");
}

static void a_canary_says_how_it_goes(void **state)
{
    const struct step wait = {
        .kind = STEP_WAIT, .gate = GATE_CANARY, .why = "3 of 20 calls went well"};
    const struct event waiting = {.agent = &support, .step = &wait, .state = EVENT_PROGRESS},
                       done = {.agent = &support, .step = &wait, .state = EVENT_DONE};

    assert_string_equal(event_text(*state, &waiting, 1000000), "canary: 3 of 20 calls went well");
    assert_string_equal(event_text(*state, &done, 1000000),
                        "calls that met the new container first went well");
}

static void calls_without_a_connection_are_told_apart(void **state)
{
    struct step wait = {.kind = STEP_WAIT,
                        .gate = GATE_DRAIN,
                        .calls = 1,
                        .oldest_ms = 1000000 - 192000,
                        .quiet_ms = 1000000 - 40000};
    struct step stop = {.kind = STEP_STOP,
                        .box_name = "avrd-drain-019a2b3c4d5e",
                        .lost = 1,
                        .lost_ms = 1000000 - 192000};
    const struct event waiting = {.agent = &support, .step = &wait, .state = EVENT_PROGRESS},
                       stopping = {.agent = &support, .step = &stop, .state = EVENT_STARTED};

    assert_string_equal(event_text(*state, &waiting, 1000000),
                        "waiting for 1 call (oldest 3m12s), without a connection for 40s: a lost "
                        "end after 2m00s");
    assert_string_equal(event_text(*state, &stopping, 1000000),
                        "stopping old container avrd-drain-019a2b3c4d5e; 1 open call (for 3m12s) "
                        "had no connection for 2m00s: a lost end");
    stop.lost = 2;
    assert_contains(event_text(*state, &stopping, 1000000),
                    "; 2 open calls (oldest 3m12s) had no connection for 2m00s: lost ends");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(plain_is_a_line_an_event),           TEST(quiet_tells_failures_only),
        TEST(json_is_an_object_a_line),           TEST(terminal_shows_a_line_an_agent),
        TEST(the_last_step_is_remembered),        TEST(a_notice_is_about_all_agents),
        TEST(a_canary_says_how_it_goes),          TEST(calls_without_a_connection_are_told_apart),
        TEST(work_of_the_service_looks_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
