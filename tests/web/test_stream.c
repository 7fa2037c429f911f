/* Goal: readers of a stream get every event in order, and those who left or are too slow cost
 * nothing. */
#include "web/web_fixture.h"

static int reader(void)
{
    int fd = client();

    say(fd, "GET /events HTTP/1.1\r\n" HOST "\r\n");
    pass(0.1);
    return fd;
}

/* The events of a chunked answer, without the heads of the chunks. */
static const char *events(int fd)
{
    struct text all = {.arena = site.arena};
    const char *at = hear(fd);

    if (text_starts(at, "HTTP/"))
        at = body_of(at);
    for (char *end; *at; at = end) {
        size_t n = strtoul(at, &end, 16);
        assert_true(text_starts(end, "\r\n"));
        text_add_n(&all, end + 2, n);
        end += 2 + n + 2;
    }
    return text_str(&all);
}

static void events_arrive_in_order(void **state)
{
    int fd = reader();

    (void)state;
    assert_string_equal(events(fd), ":\n\n");
    web_stream_send(site.streams[0], 7, "agent", "{\"a\":1}");
    web_stream_send(site.streams[0], 0, NULL, "two\nlines");
    assert_string_equal(events(fd), "id: 7\nevent: agent\ndata: {\"a\":1}\n\n"
                                    "data: two\ndata: lines\n\n");
    web_stream_send(site.streams[0], 8, NULL, "");
    assert_string_equal(events(fd), "id: 8\ndata: \n\n");
    close(fd);
}

static void a_stream_says_what_it_is(void **state)
{
    int fd = client();

    (void)state;
    say(fd, "GET /events HTTP/1.1\r\n" HOST "\r\n");
    const char *answer = hear(fd);
    assert_status(answer, 200);
    assert_has(answer, "Content-Type: text/event-stream\r\n");
    assert_has(answer, "Cache-Control: no-store\r\n");
    close(fd);
}

static void one_request_may_lead_to_events_for_others(void **state)
{
    int fd = reader(), later = client(), teller = client();

    (void)state;
    events(fd);
    for (int i = 0; i < 4; i++) {
        say(later, "GET /later HTTP/1.1\r\n" HOST "\r\n");
        pass(0.1);
        say(teller, "POST /tell HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n");
        assert_status(hear(teller), 200);
        assert_string_equal(events(fd), "data: told\n\n");
        assert_string_equal(body_of(hear(later)), "told");
    }
    close(fd);
    close(later);
    close(teller);
}

static void a_quiet_stream_is_heard_of(void **state)
{
    int fd = reader();

    (void)state;
    events(fd);
    pass(WEB_HEARTBEAT_S - 1);
    assert_string_equal(events(fd), "");
    pass(1);
    assert_string_equal(events(fd), ":\n\n");
    pass(3600);
    assert_false(is_closed(fd));
    close(fd);
}

static void whoever_left_is_noticed_at_once(void **state)
{
    int fd = reader(), other = reader();

    (void)state;
    close(fd);
    pass(0.1);
    assert_int_equal(site.n_left, 1);
    assert_int_equal(web_counts(site.web).streams, 1);
    web_stream_send(site.streams[1], 1, NULL, "still here");
    assert_has(events(other), "still here");
    close(other);
    pass(0.1);
    assert_int_equal(web_counts(site.web).connections, 0);
}

static void what_was_sent_before_the_end_is_delivered(void **state)
{
    int fd = reader();
    bool closed;

    (void)state;
    web_stream_send(site.streams[0], 1, NULL, "last words");
    web_stream_end(site.streams[0]);
    pass(0.1);
    assert_has(hear_all(fd, &closed), "data: last words\n\n\r\n0\r\n\r\n");
    assert_false(closed); /* the connection may be used again */
    assert_int_equal(web_counts(site.web).streams, 0);
    say(fd, "GET /hello HTTP/1.1\r\n" HOST "\r\n");
    assert_status(hear(fd), 200);
    assert_int_equal(site.n_left, 0);
    close(fd);
}

static void a_slow_reader_is_dropped(void **state)
{
    char *text = arena_alloc(site.arena, 10001);
    int fd = reader(), other = reader();
    size_t sent = 0;

    (void)state;
    memset(text, 'x', 10000);
    for (;;) {
        web_stream_send(site.streams[0], 0, NULL, text);
        if (web_counts(site.web).dropped)
            break;
        if (sent < 1000000)
            web_stream_send(site.streams[1], 0, NULL, text);
        sent += 10000;
        pass(0.001);
        events(other);
        assert_true(sent < 100 << 20);
    }
    assert_int_equal(site.n_left, 0); /* not told from within */
    web_stream_send(site.streams[0], 0, NULL, text);
    pass(0.1);
    assert_int_equal(site.n_left, 1);
    assert_int_equal(web_counts(site.web).dropped, 1);
    assert_int_equal(web_counts(site.web).connections, 1);
    assert_false(is_closed(other));
    close(fd);
    close(other);
}

static void a_burst_beyond_the_backlog_drops_at_once(void **state)
{
    char *text = arena_alloc(site.arena, WEB_STREAM_BACKLOG + 1);
    int fd = reader();

    (void)state;
    memset(text, 'x', WEB_STREAM_BACKLOG);
    web_stream_send(site.streams[0], 0, NULL, text);
    assert_int_equal(web_counts(site.web).dropped, 1);
    pass(0.1);
    assert_int_equal(site.n_left, 1);
    assert_int_equal(web_counts(site.web).connections, 0);
    close(fd);
}

static void a_reader_that_stalls_is_cut(void **state)
{
    char *text = arena_alloc(site.arena, 200001);
    int small = 4096, fd = client();

    (void)state;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    say(fd, "GET /events HTTP/1.1\r\n" HOST "\r\n");
    pass(0.1);
    memset(text, 'x', 200000);
    for (int i = 0; i < 40 && web_counts(site.web).dropped == 0; i++) {
        web_stream_send(site.streams[0], 0, NULL, text);
        pass(0.01);
    }
    pass(WEB_IDLE_S + 5);
    assert_int_equal(site.n_left, 1);
    assert_int_equal(web_counts(site.web).connections, 0);
    close(fd);
}

static void a_reader_that_talks_is_cut(void **state)
{
    int fd = reader();

    (void)state;
    events(fd);
    say(fd, "GET /hello HTTP/1.1\r\n" HOST "\r\n");
    pass(0.1);
    assert_int_equal(site.n_left, 1);
    assert_int_equal(web_counts(site.web).connections, 0);
    close(fd);
}

static void head_of_a_stream_is_a_head(void **state)
{
    int fd = client();

    (void)state;
    say(fd, "HEAD /events HTTP/1.1\r\n" HOST "\r\n");
    assert_status(hear(fd), 200);
    assert_int_equal(site.n_left, 1);
    assert_int_equal(web_counts(site.web).streams, 0);
    close(fd);
}

static struct web_stream *opened;

static void end_it(void *ctx)
{
    (void)ctx;
    site.n_left++;
    web_stream_end(opened); /* does nothing more */
}

static void a_stream_may_begin_later(void **state)
{
    int fd = client(), gone = client();

    (void)state;
    say(fd, "GET /later HTTP/1.1\r\n" HOST "\r\n");
    pass(0.1);
    say(gone, "GET /later HTTP/1.1\r\n" HOST "\r\n");
    pass(0.1);
    close(gone);
    pass(0.1);
    assert_null(web_stream_open(site.waiting[1], end_it, NULL));
    opened = web_stream_open(site.waiting[0], end_it, NULL);
    assert_non_null(opened);
    web_stream_send(opened, 3, NULL, "x");
    assert_has(events(fd), "id: 3\ndata: x\n\n");
    close(fd);
    pass(0.1);
    assert_int_equal(site.n_left, 1);
    assert_int_equal(web_counts(site.web).streams, 0);
}

static void the_server_may_close_in_the_middle(void **state)
{
    char *text = arena_alloc(site.arena, 100001);
    int fd = reader(), other = reader();

    (void)state;
    memset(text, 'x', 100000);
    web_stream_send(site.streams[0], 0, NULL, text);
    web_stream_send(site.streams[0], 0, NULL, text);
    web_close(site.web);
    site.web = NULL;
    assert_int_equal(site.n_left, 2);
    close(fd);
    close(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SITE_TEST(events_arrive_in_order),
        SITE_TEST(a_stream_says_what_it_is),
        SITE_TEST(one_request_may_lead_to_events_for_others),
        SITE_TEST(a_quiet_stream_is_heard_of),
        SITE_TEST(whoever_left_is_noticed_at_once),
        SITE_TEST(what_was_sent_before_the_end_is_delivered),
        SITE_TEST(a_slow_reader_is_dropped),
        SITE_TEST(a_burst_beyond_the_backlog_drops_at_once),
        SITE_TEST(a_reader_that_stalls_is_cut),
        SITE_TEST(a_reader_that_talks_is_cut),
        SITE_TEST(head_of_a_stream_is_a_head),
        SITE_TEST(a_stream_may_begin_later),
        SITE_TEST(the_server_may_close_in_the_middle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
