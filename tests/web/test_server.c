/* Goal: requests get to their handlers and answers back, at once or later, one after another on a
 * connection, and whoever asks is told apart from whoever has left. */
#include "web/web_fixture.h"

static void a_request_is_answered(void **state)
{
    const char *answer = ask("GET /hello");

    (void)state;
    assert_status(answer, 200);
    assert_string_equal(body_of(answer), "hello");
    assert_has(answer, "Content-Type: text/plain\r\n");
    assert_int_equal(web_counts(site.web).requests[2], 1);
}

static void every_answer_keeps_browsers_at_bay(void **state)
{
    static const char *const lines[] = {"GET /hello", "GET /nothing", "DELETE /hello",
                                        "GET /events"};

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const char *answer = ask(lines[i]);
        assert_has(answer, "X-Content-Type-Options: nosniff\r\n");
        assert_has(answer, "Cache-Control: no-store\r\n");
        assert_has(answer, "Referrer-Policy: no-referrer\r\n");
        assert_has(answer, "Content-Security-Policy: default-src 'none'");
        assert_null(strstr(answer, "Server:"));
    }
}

static void parameters_and_query_are_decoded(void **state)
{
    (void)state;
    assert_string_equal(body_of(ask("GET /things/a-1")), "<a-1> as <nothing>");
    assert_string_equal(body_of(ask("GET /things/Night%20desk?x=1&as=two+w%6Frds")),
                        "<Night desk> as <two words>");
    assert_string_equal(body_of(ask("GET /things/%C3%BC?as=")), "<\xc3\xbc> as <>");
}

static void head_is_get_without_a_body(void **state)
{
    const char *answer = ask("HEAD /hello");

    (void)state;
    assert_status(answer, 200);
    assert_has(answer, "Content-Length: 5\r\n");
    assert_string_equal(body_of(answer), "");
}

static void one_connection_serves_many(void **state)
{
    int fd = client();

    (void)state;
    for (int i = 0; i < 20; i++) {
        say(fd, "GET /hello HTTP/1.1\r\n" HOST "\r\n");
        assert_status(hear(fd), 200);
    }
    assert_int_equal(web_counts(site.web).accepted, 1);
    close(fd);
}

static size_t times(const char *text, const char *what)
{
    size_t n = 0;

    while ((text = strstr(text, what))) {
        n++;
        text += strlen(what);
    }
    return n;
}

static void requests_in_one_piece_are_answered_in_order(void **state)
{
    int fd = client();

    (void)state;
    say(fd, "GET /things/1 HTTP/1.1\r\n" HOST "\r\nGET /things/2 HTTP/1.1\r\n" HOST
            "\r\nPOST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabcGET /things/4 "
            "HTTP/1.1\r\n" HOST "\r\n");
    const char *answer = hear(fd);
    assert_int_equal(times(answer, "HTTP/1.1 20"), 4);
    assert_true(strstr(answer, "<1>") < strstr(answer, "<2>"));
    assert_true(strstr(answer, "<2>") < strstr(answer, "\r\n\r\nabc"));
    assert_true(strstr(answer, "\r\n\r\nabc") < strstr(answer, "<4>"));
    close(fd);
}

static void a_body_is_complete_before_its_handler(void **state)
{
    int fd = client();

    (void)state;
    say(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 10\r\n\r\nabc");
    assert_string_equal(hear(fd), "");
    assert_int_equal(site.n_handled, 0);
    say(fd, "defg");
    assert_string_equal(hear(fd), "");
    say(fd, "hij");
    const char *answer = hear(fd);
    assert_status(answer, 201);
    assert_string_equal(body_of(answer), "abcdefghij");
    close(fd);
}

static void a_long_body_arrives_whole(void **state)
{
    char *body = arena_alloc(site.arena, WEB_MAX_BODY + 1);
    int fd = client();

    (void)state;
    memset(body, 'x', WEB_MAX_BODY);
    say(fd, arena_printf(site.arena, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: %d\r\n\r\n",
                         WEB_MAX_BODY));
    say_n(fd, body, WEB_MAX_BODY);
    assert_string_equal(body_of(hear(fd)), body);
    close(fd);
}

static void an_answer_may_come_later(void **state)
{
    int fd = client();

    (void)state;
    say(fd, "GET /later HTTP/1.1\r\n" HOST "\r\n");
    assert_string_equal(hear(fd), "");
    assert_int_equal(web_counts(site.web).waiting, 1);
    pass(3600);
    assert_false(is_closed(fd));
    web_reply_json(site.waiting[0], 200, "{}");
    assert_status(hear(fd), 200);
    assert_int_equal(site.n_gone, 0);
    assert_int_equal(web_counts(site.web).waiting, 0);
    say(fd, "GET /hello HTTP/1.1\r\n" HOST "\r\n");
    assert_status(hear(fd), 200);
    close(fd);
}

static void whoever_leaves_before_the_answer_is_noticed(void **state)
{
    int fd = client();

    (void)state;
    say(fd, "GET /later HTTP/1.1\r\n" HOST "\r\n");
    pass(0.1);
    close(fd);
    pass(0.1);
    assert_int_equal(site.n_gone, 1);
    assert_int_equal(web_counts(site.web).connections, 0);
    web_reply_json(site.waiting[0], 200, "{}"); /* nobody hears it */
    pass(0.1);
    assert_int_equal(site.n_gone, 1);
}

static void answer_now(void *ctx)
{
    (void)ctx;
    site.n_gone++;
    web_reply_json(site.waiting[0], 200, "{}");
}

static void an_answer_may_come_while_being_told_so(void **state)
{
    int fd = client();

    (void)state;
    say(fd, "GET /later HTTP/1.1\r\n" HOST "\r\n");
    pass(0.1);
    web_on_gone(site.waiting[0], answer_now, NULL);
    close(fd);
    pass(0.1);
    assert_int_equal(site.n_gone, 1);
}

static void closing_tells_whoever_is_still_waited_for(void **state)
{
    int fd = client(), gone = client(), reader = client();

    (void)state;
    say(gone, "GET /later HTTP/1.1\r\n" HOST "\r\n");
    say(fd, "GET /later HTTP/1.1\r\n" HOST "\r\n");
    say(reader, "GET /events HTTP/1.1\r\n" HOST "\r\n");
    pass(0.1);
    close(gone);
    pass(0.1);
    assert_int_equal(site.n_gone, 1);
    web_close(site.web);
    site.web = NULL;
    assert_int_equal(site.n_gone, 2);
    assert_int_equal(site.n_left, 1);
    assert_true(is_closed(fd));
    assert_true(is_closed(reader));
    close(fd);
    close(reader);
}

static void what_follows_an_answer_that_waits_waits_too(void **state)
{
    int fd = client();

    (void)state;
    say(fd, "GET /later HTTP/1.1\r\n" HOST "\r\nGET /hello HTTP/1.1\r\n" HOST "\r\n");
    assert_string_equal(hear(fd), "");
    say(fd, "GET /hello HTTP/1.1\r\n" HOST "\r\n");
    assert_string_equal(hear(fd), "");
    web_reply_json(site.waiting[0], 200, "{}");
    assert_int_equal(times(hear(fd), "HTTP/1.1 200"), 3);
    close(fd);
}

static void nothing_is_left_to_do_when_nobody_is_there(void **state)
{
    int fd = client();

    (void)state;
    say(fd, "GET /hello HTTP/1.1\r\n" HOST "\r\n");
    pass(0.1);
    close(fd);
    pass(1);
    assert_int_equal(web_counts(site.web).connections, 0);
    assert_int_equal(ev_pending_count(site.loop), 0);
    unsigned before = ev_iteration(site.loop);
    pass(3600);
    /* The loop turns once a minute by itself. */
    assert_in_range(ev_iteration(site.loop) - before, 1, 62);
}

static void a_taken_address_is_tried_again(void **state)
{
    const char *taken = arena_printf(site.arena, "127.0.0.1:%u", web_port(site.web, 0));
    const char *const listen[] = {"[::1]:0", taken};
    struct web_options options = {.listen = listen, .n_listen = 2};
    struct err err;

    (void)state;
    struct web *other = web_open(site.loop, &options, &err);
    assert_non_null(other);
    assert_int_equal(web_port(other, 1), 0);
    assert_int_equal(web_listen(other, &err), -1);
    assert_has(err.text, "Address already in use");
    web_close(site.web);
    site.web = NULL;
    assert_int_equal(web_listen(other, &err), 0);
    assert_int_not_equal(web_port(other, 1), 0);
    web_close(other);
}

static void what_is_no_address_is_refused(void **state)
{
    static const char *const bad[] = {"6100",
                                      "localhost:6100",
                                      "127.0.0.1",
                                      "127.0.0.1:",
                                      "127.0.0.1:65536",
                                      "127.0.0.1:6x",
                                      "::1:6100",
                                      "[::1]",
                                      "[127.0.0.1]:1",
                                      ":6100",
                                      "[:6100",
                                      "127.0.0.1:-1",
                                      "127.0.0.1:999999999999999999999",
                                      ""};
    struct err err;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        err.code = ERR_NONE;
        assert_null(web_open(
            site.loop,
            &(struct web_options){.listen = (const char *const[]){bad[i]}, .n_listen = 1}, &err));
        assert_int_equal(err.code, ERR_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SITE_TEST(a_request_is_answered),
        SITE_TEST(every_answer_keeps_browsers_at_bay),
        SITE_TEST(parameters_and_query_are_decoded),
        SITE_TEST(head_is_get_without_a_body),
        SITE_TEST(one_connection_serves_many),
        SITE_TEST(requests_in_one_piece_are_answered_in_order),
        SITE_TEST(a_body_is_complete_before_its_handler),
        SITE_TEST(a_long_body_arrives_whole),
        SITE_TEST(an_answer_may_come_later),
        SITE_TEST(whoever_leaves_before_the_answer_is_noticed),
        SITE_TEST(an_answer_may_come_while_being_told_so),
        SITE_TEST(closing_tells_whoever_is_still_waited_for),
        SITE_TEST(what_follows_an_answer_that_waits_waits_too),
        SITE_TEST(nothing_is_left_to_do_when_nobody_is_there),
        SITE_TEST(a_taken_address_is_tried_again),
        SITE_TEST(what_is_no_address_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
