/* Goal: every line says what it is about, in the form its reader likes; nothing that comes from
 * outside drives a terminal or breaks JSON; nobody who does not read holds up the service. */
#include "log_fixture.h"

#include <limits.h>
#include <pty.h>
#include <time.h>

#include "base/json.h"
#include "base/text.h"

static const struct log_about desk_sts = {
    .agent = "Night desk", .role = "sts", .generation = "3fa291c0", .cause = "provider edited"};

static void a_line_names_what_it_is_about(void **state)
{
    struct desk *d = desk_open(LOG_TEXT);

    (void)state;
    log_say(d->log, LEVEL_INFO, &desk_sts, "replaced after %d s", 12);
    assert_string_equal(read_log(d), "2026-11-22T13:14:15.678Z Night desk sts 3fa291c0: replaced "
                                     "after 12 s (provider edited)\n");
    log_say(d->log, LEVEL_ERROR, &(struct log_about){.agent = "booking"}, "no image");
    assert_string_equal(read_log(d), "2026-11-22T13:14:15.678Z error: booking: no image\n");
    log_say(d->log, LEVEL_WARNING, NULL, "no engine");
    assert_string_equal(read_log(d), "2026-11-22T13:14:15.678Z warning: no engine\n");
    log_say(d->log, LEVEL_DEBUG, NULL, "not at this level");
    assert_string_equal(read_log(d), "");
    desk_close(d);
}

static void json_has_what_there_is_and_no_more(void **state)
{
    struct desk *d = desk_open(LOG_JSON);

    (void)state;
    log_say(d->log, LEVEL_WARNING, &desk_sts, "say \"hi\"");
    assert_string_equal(read_log(d),
                        "{\"time\":\"2026-11-22T13:14:15.678Z\",\"level\":\"warning\","
                        "\"agent\":\"Night desk\",\"role\":\"sts\",\"generation\":\"3fa291c0\","
                        "\"cause\":\"provider edited\",\"message\":\"say \\\"hi\\\"\"}\n");
    log_say(d->log, LEVEL_INFO, NULL, "ready");
    assert_string_equal(read_log(d), "{\"time\":\"2026-11-22T13:14:15.678Z\",\"level\":\"info\","
                                     "\"message\":\"ready\"}\n");
    desk_close(d);
}

static void prefixes_are_those_of_the_journal(void **state)
{
    struct desk *d = desk_open(LOG_PREFIXED);

    (void)state;
    log_say(d->log, LEVEL_ERROR, NULL, "e");
    log_say(d->log, LEVEL_WARNING, NULL, "w");
    log_say(d->log, LEVEL_INFO, &desk_sts, "i");
    assert_string_equal(read_log(d),
                        "<3>e\n<4>w\n<6>Night desk sts 3fa291c0: i (provider edited)\n");
    desk_close(d);
}

static void the_journal_is_known_by_its_stream(void **state)
{
    struct desk *d = calloc(1, sizeof *d);
    struct stat st;
    char stream[64];
    int fds[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    assert_int_equal(fstat(fds[1], &st), 0);
    snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
    setenv("JOURNAL_STREAM", stream, 1);
    open_on(d, fds, LOG_TEXT);
    log_say(d->log, LEVEL_INFO, NULL, "hello");
    assert_string_equal(read_log(d), "<6>hello\n");
    log_close(d->log);

    setenv("JOURNAL_STREAM", "8:15", 1); /* somebody else's, inherited */
    open_on(d, fds, LOG_TEXT);
    log_say(d->log, LEVEL_INFO, NULL, "hello");
    assert_string_equal(read_log(d), "2026-11-22T13:14:15.678Z hello\n");
    unsetenv("JOURNAL_STREAM");
    desk_close(d);
}

static void a_terminal_gets_colour_and_local_time(void **state)
{
    struct desk *d = calloc(1, sizeof *d);
    int fds[2];

    (void)state;
    assert_int_equal(openpty(&fds[0], &fds[1], NULL, NULL, NULL), 0);
    setenv("TZ", "UTC-2", 1); /* two hours east */
    tzset();
    open_on(d, fds, LOG_TEXT);
    log_say(d->log, LEVEL_ERROR, NULL, "bad");
    log_say(d->log, LEVEL_INFO, NULL, "good");
    assert_string_equal(read_log(d), "15:14:15 \x1b[31merror:\x1b[0m bad\r\n15:14:15 good\r\n");
    assert_false(fcntl(d->write_fd, F_GETFL) & O_NONBLOCK);
    unsetenv("TZ");
    tzset();
    desk_close(d);
}

/* From engines and databases: colours, line breaks, half characters, direction overrides. */
static const char hostile[] = "a\x1b[31mb\nc\xff\xe2\x80\xae\xc2\x9b \"\\";

static void what_comes_from_outside_is_made_visible(void **state)
{
    struct log_about about = {hostile, hostile, hostile, hostile};
    struct desk *text = desk_open(LOG_TEXT), *json = desk_open(LOG_JSON);
    struct arena *a = arena_new();
    struct err err;

    (void)state;
    log_say(text->log, LEVEL_INFO, &about, "%s", hostile);
    read_log(text);
    assert_non_null(strstr(text->text, "a\\x1b[31mb\\nc\\xff\\xe2\\x80\\xae\\xc2\\x9b \"\\"));
    assert_ptr_equal(strchr(text->text, '\n'), text->text + strlen(text->text) - 1);
    assert_null(strchr(text->text, '\x1b'));

    log_say(json->log, LEVEL_INFO, &about, "%s", hostile);
    read_log(json);
    assert_true(text_is_utf8(json->text, strlen(json->text)));
    const cJSON *o = json_parse(a, json->text, strlen(json->text), &err);
    assert_non_null(o);
    assert_string_equal(json_text(o, "message"),
                        "a\\x1b[31mb\\nc\\xff\\xe2\\x80\\xae\\xc2\\x9b \"\\");
    arena_free(a);
    desk_close(text);
    desk_close(json);
}

/* A line is written in one piece: it stays below PIPE_BUF however much it would be escaped. */
static void long_lines_are_cut_between_characters(void **state)
{
    static const char *const pieces[] = {"x", "\"", "\\", "\n", "ä", "€", "\xf0\x9f\x98\x80"};
    char big[9000];

    (void)state;
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct desk *d = desk_open(LOG_JSON);
        for (size_t len = 0; len + 5 < sizeof big; len += strlen(pieces[i]))
            memcpy(big + len, pieces[i], strlen(pieces[i]) + 1);
        log_say(d->log, LEVEL_INFO, &(struct log_about){big, big, big, big}, "%s", big);
        read_log(d);
        assert_true(strlen(d->text) > 1500);
        assert_true(strlen(d->text) <= PIPE_BUF);
        assert_true(text_is_utf8(d->text, strlen(d->text)));
        assert_non_null(strstr(d->text, "…\"}\n"));
        desk_close(d);
    }
}

/* Alarms end a test that waits. */
static void fill_and_read(struct desk *d, size_t at_least)
{
    alarm(20);
    for (int i = 0; i < 5000; i++)
        log_say(d->log, LEVEL_INFO, NULL, "line %d", i);
    unsigned long dropped = log_dropped(d->log);
    assert_true(dropped > 0);
    read_log(d);
    assert_true(strlen(d->text) > at_least);
    size_t lines = 0;
    for (const char *s = d->text; (s = strchr(s, '\n')); s++)
        lines++;
    assert_int_equal(lines + dropped, 5000);

    log_tick(d->log); /* there is room again */
    char want[64];
    snprintf(want, sizeof want, "warning: %lu log lines were dropped", dropped);
    assert_non_null(strstr(read_log(d), want));
    log_tick(d->log);
    assert_string_equal(read_log(d), "");
    log_say(d->log, LEVEL_INFO, NULL, "on it goes");
    assert_non_null(strstr(read_log(d), " on it goes\n"));
    assert_int_equal(log_dropped(d->log), dropped);
    assert_false(fcntl(d->write_fd, F_GETFL) & O_NONBLOCK);
    alarm(0);
}

static void a_full_pipe_drops_and_counts(void **state)
{
    struct desk *d = desk_open(LOG_TEXT);

    (void)state;
    fill_and_read(d, 40000);
    desk_close(d);
}

static void a_full_socket_drops_and_counts(void **state)
{
    struct desk *d = calloc(1, sizeof *d);
    int fds[2], size = 4096;

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    setsockopt(fds[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    open_on(d, fds, LOG_TEXT);
    fill_and_read(d, 100);
    desk_close(d);
}

/* Somebody pressed Ctrl-S, say.  A terminal may take a line in part: its rest is not lost. */
static void a_stopped_terminal_drops_whole_lines(void **state)
{
    struct desk *d = calloc(1, sizeof *d);
    size_t lines = 0, notices = 0;
    int fds[2];

    (void)state;
    assert_int_equal(openpty(&fds[0], &fds[1], NULL, NULL, NULL), 0);
    open_on(d, fds, LOG_TEXT);
    alarm(20);
    for (int i = 0; i < 2000; i++)
        log_say(d->log, LEVEL_INFO, NULL, "line %d", i);
    unsigned long dropped = log_dropped(d->log);
    assert_true(dropped > 0);
    while (lines < 2000 - dropped || notices == 0) {
        for (const char *at = read_log(d), *end; (end = strchr(at, '\n')); at = end + 1) {
            bool notice = memmem(at, (size_t)(end - at), " dropped because ", 17) != NULL;
            notices += notice;
            lines += !notice;
        }
        log_tick(d->log);
        usleep(1000); /* the kernel moves a terminal's bytes when it likes: there may be several */
    }
    assert_int_equal(lines, 2000 - dropped);
    assert_int_equal(log_dropped(d->log), dropped);
    alarm(0);
    desk_close(d);
}

/* As when /proc is not mounted, or the pipe belongs to somebody else. */
static void without_a_file_of_its_own_it_asks_first(void **state)
{
    struct desk *d = calloc(1, sizeof *d);
    int fds[2];

    (void)state;
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(fchmod(fds[1], 0), 0);
    uid_t me = geteuid();
    if (me == 0)
        assert_int_equal(seteuid(65534), 0);
    open_on(d, fds, LOG_TEXT);
    if (me == 0)
        assert_int_equal(seteuid(0), 0);
    fill_and_read(d, 40000);
    desk_close(d);
}

static void nobody_at_the_other_end(void **state)
{
    struct desk *d = desk_open(LOG_TEXT);

    (void)state;
    close(d->read_fd);
    log_say(d->log, LEVEL_INFO, NULL, "hello?");
    assert_int_equal(log_dropped(d->log), 1);
    d->read_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    desk_close(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_names_what_it_is_about),
        cmocka_unit_test(json_has_what_there_is_and_no_more),
        cmocka_unit_test(prefixes_are_those_of_the_journal),
        cmocka_unit_test(the_journal_is_known_by_its_stream),
        cmocka_unit_test(a_terminal_gets_colour_and_local_time),
        cmocka_unit_test(what_comes_from_outside_is_made_visible),
        cmocka_unit_test(long_lines_are_cut_between_characters),
        cmocka_unit_test(a_full_pipe_drops_and_counts),
        cmocka_unit_test(a_full_socket_drops_and_counts),
        cmocka_unit_test(a_stopped_terminal_drops_whole_lines),
        cmocka_unit_test(without_a_file_of_its_own_it_asks_first),
        cmocka_unit_test(nobody_at_the_other_end),
    };

    signal(SIGPIPE, SIG_IGN);
    unsetenv("JOURNAL_STREAM");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
