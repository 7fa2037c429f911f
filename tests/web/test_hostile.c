/* Goal: whoever sends too much, too slowly, or no HTTP at all, costs little and harms nobody. */
#include "web/web_fixture.h"

#include <sys/syscall.h>

static bool no_descriptors;
static struct in_addr pretended; /* whose connections the next ones are; 0: their own */

/* Takes the place of libc's. */
int accept4(int fd, __SOCKADDR_ARG address, socklen_t *restrict len, int flags)
{
    if (no_descriptors) {
        errno = EMFILE;
        return -1;
    }
    int accepted = (int)syscall(SYS_accept4, fd, address.__sockaddr__, len, flags);
    if (accepted >= 0 && pretended.s_addr)
        address.__sockaddr_in__->sin_addr = pretended;
    return accepted;
}

static const char *ask_raw(const char *request)
{
    int fd = client();

    say(fd, request);
    const char *answer = hear(fd);
    close(fd);
    return answer;
}

static const char *filled(size_t n)
{
    char *text = arena_alloc(site.arena, n + 1);

    memset(text, 'a', n);
    return text;
}

static void assert_error(const char *answer, int status, const char *code)
{
    assert_status(answer, status);
    assert_has(answer, "Content-Type: application/json\r\n");
    assert_has(answer, arena_printf(site.arena, "{\"error\": {\"code\": \"%s\", ", code));
}

static void assert_still_serves(void)
{
    assert_status(ask("GET /hello"), 200);
}

/* --- what is not there ----------------------------------------------------------------------- */

static void what_is_not_there_is_said_as_json(void **state)
{
    (void)state;
    assert_error(ask("GET /nothing"), 404, "not_found");
    assert_error(ask("GET /"), 404, "not_found");
    assert_error(ask("GET /hello/"), 404, "not_found");
    assert_error(ask("GET //hello"), 404, "not_found");
    assert_error(ask("GET /./hello"), 404, "not_found");
    assert_error(ask("GET /things/../hello"), 404, "not_found");
    assert_error(ask("GET /things/..%2fhello"), 404, "not_found");
    assert_error(ask("GET /things/%2e%2e"), 404, "not_found");
    assert_error(ask("GET /things/a%00b"), 404, "not_found");
    assert_error(ask("GET /%68ello"), 404, "not_found");
    assert_error(ask("GET /hello%00"), 404, "not_found");
    assert_int_equal(site.n_handled, 0);
}

static void the_methods_of_a_path_are_told(void **state)
{
    const char *answer = ask("DELETE /things/x");

    (void)state;
    assert_error(answer, 405, "method_not_allowed");
    assert_has(answer, "Allow: GET, HEAD, POST\r\n");
    assert_error(ask("TRACE /hello"), 405, "method_not_allowed");
    assert_error(ask("OPTIONS /hello"), 405, "method_not_allowed");
    assert_error(ask("get /hello"), 405, "method_not_allowed");
}

static void targets_that_are_no_paths_are_refused(void **state)
{
    (void)state;
    assert_error(ask("GET http://localhost/hello"), 400, "bad_target");
    assert_error(ask("OPTIONS *"), 400, "bad_target");
    assert_error(ask("GET hello"), 400, "bad_target");
    assert_error(ask("GET /hello?a=%zz"), 400, "bad_target");
    assert_error(ask("GET /hello?a=%00"), 400, "bad_target");
    assert_int_equal(site.n_handled, 0);
}

static void a_name_that_somebody_points_here_is_not_served(void **state)
{
    (void)state;
    assert_error(ask_raw("GET /hello HTTP/1.1\r\nHost: evil.example\r\n\r\n"), 421, "unknown_host");
    assert_error(ask_raw("GET /hello HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n"),
                 400, "bad_header");
    assert_status(ask_raw("GET /hello HTTP/1.1\r\nHost: avr-reconciler:6100\r\n\r\n"), 200);
    assert_status(ask_raw("GET /hello HTTP/1.1\r\nHost: [::1]:1\r\n\r\n"), 200);
    assert_status(ask_raw("GET /hello HTTP/1.1\r\n\r\n"), 400); /* needs one */
    assert_has(ask_raw("GET /hello HTTP/1.0\r\n\r\n"), " 200 ");
}

/* --- too much -------------------------------------------------------------------------------- */

static void a_request_line_has_an_end(void **state)
{
    size_t most = WEB_MAX_LINE - strlen("GET /things/ HTTP/1.1");

    (void)state;
    assert_status(ask(arena_printf(site.arena, "GET /things/%s", filled(most))), 200);
    assert_error(ask(arena_printf(site.arena, "GET /things/%s", filled(most + 1))), 414,
                 "uri_too_long");
}

static void headers_have_an_end(void **state)
{
    struct text many = {.arena = site.arena};

    (void)state;
    text_add(&many, "GET /hello HTTP/1.1\r\n" HOST);
    for (int i = 1; i < WEB_MAX_HEADERS; i++)
        text_printf(&many, "X-%d: y\r\n", i);
    assert_status(ask_raw(arena_printf(site.arena, "%s\r\n", text_str(&many))), 200);
    text_add(&many, "X-64: y\r\n\r\n");
    assert_error(ask_raw(text_str(&many)), 431, "headers_too_large");
    const char *long_one = filled(WEB_MAX_HEAD - strlen("Host: localhost\r\nX: \r\n"));
    assert_status(
        ask_raw(arena_printf(site.arena, "GET /hello HTTP/1.1\r\n" HOST "X: %s\r\n\r\n", long_one)),
        200);
    assert_error(ask_raw(arena_printf(site.arena, "GET /hello HTTP/1.1\r\n" HOST "X: %sa\r\n\r\n",
                                      long_one)),
                 431, "headers_too_large");
    assert_int_equal(site.n_handled, 2);
}

/* The longest head, with a cookie that is taken apart, too, leaves room for an answer. */
static void the_longest_head_is_answered(void **state)
{
    struct text all = {.arena = site.arena};

    (void)state;
    text_printf(&all, "GET /things/%s HTTP/1.1\r\n" HOST,
                filled(WEB_MAX_LINE - strlen("GET /things/ HTTP/1.1")));
    for (int i = 2; i < WEB_MAX_HEADERS; i++)
        text_printf(&all, "X-%02d: y\r\n", i);
    text_printf(&all, "Cookie: a=%s\r\n\r\n",
                filled(WEB_MAX_HEAD - 62 * strlen("X-00: y\r\n") - strlen(HOST "Cookie: a=\r\n")));
    assert_status(ask_raw(text_str(&all)), 200);
}

static void endless_heads_are_cut(void **state)
{
    static const char *const begins[] = {"GET /", "GET /hello HTTP/1.1\r\nX: ", "G", ""};

    (void)state;
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++) {
        int fd = client();
        bool closed;
        say(fd, begins[i]);
        for (int k = 0; k < 64; k++) {
            (void)!send(fd, filled(1024), 1024, MSG_NOSIGNAL | MSG_DONTWAIT);
            pass(0.001);
        }
        const char *answer = hear_all(fd, &closed);
        assert_true(closed);
        assert_true(text_starts(answer, "HTTP/1.1 4") || !*answer);
        close(fd);
    }
    assert_int_equal(site.n_handled, 0);
    assert_still_serves();
}

static void bodies_have_an_end(void **state)
{
    (void)state;
    assert_error(ask_raw("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 65537\r\n\r\n"), 413,
                 "body_too_large");
    assert_status(
        ask_raw("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 99999999999999999999\r\n\r\n"),
        413);
    assert_error(ask_raw("POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
                         "1\r\na\r\n0\r\n\r\n"),
                 411, "length_required");
    assert_error(ask_raw("GET /hello HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\na"), 400,
                 "unexpected_body");
    assert_int_equal(site.n_handled, 0);
}

static void no_body_is_taken_from_whoever_may_not(void **state)
{
    int fd = client();
    bool closed;

    (void)state;
    site.gate_is_shut = true;
    say(fd, "POST /things/x HTTP/1.1\r\n" HOST "Content-Length: 60000\r\n\r\nabc");
    pass(0.1);
    assert_error(hear_all(fd, &closed), 403, "forbidden");
    assert_true(closed);
    close(fd);
    assert_int_equal(site.n_handled, 0);
}

/* --- no HTTP --------------------------------------------------------------------------------- */

static void what_is_no_http_harms_nobody(void **state)
{
    static const char *const garbage[] = {
        "\r\n\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        "GET\r\n\r\n",
        "GET /hello\r\n\r\n",
        "GET  /hello  HTTP/1.1\r\n\r\n",
        "GET /hello HTTP/9.9\r\nHost: localhost\r\n\r\n",
        "GET /hello HTTP/1.1\r\nno colon\r\n\r\n",
        "GET /hello HTTP/1.1\r\n: empty\r\n\r\n",
        "GET /hello HTTP/1.1\r\nHost : localhost\r\n\r\n",
        "GET /hello HTTP/1.1\r\n folded: first\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1x\r\n\r\na",
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: "
        "5\r\n\r\nabcde",
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: "
        "chunked\r\n\r\n0\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof garbage / sizeof *garbage; i++) {
        const char *answer = ask_raw(garbage[i]);
        if (strstr(answer, " 2"))
            assert_null(strstr(answer, "201"));
        pass(60);
        assert_int_equal(web_counts(site.web).connections, 0);
    }
    assert_still_serves();
}

/* A text ends at one, for everybody who looks at it. */
static void zero_bytes_smuggle_nothing(void **state)
{
    static const char line[] = "GET /things/a\0/../x HTTP/1.1\r\n" HOST "\r\n";
    static const char host[] = "GET /hello HTTP/1.1\r\nHost: evil.example\0localhost\r\n\r\n";
    int fd = client(), other = client();

    (void)state;
    say_n(fd, line, sizeof line - 1);
    assert_string_equal(body_of(hear(fd)), "<a> as <nothing>");
    say_n(other, host, sizeof host - 1);
    assert_error(hear(other), 421, "unknown_host");
    close(fd);
    close(other);
}

/* --- too slow -------------------------------------------------------------------------------- */

static void a_head_is_not_waited_for(void **state)
{
    int silent = client(), slow = client();

    (void)state;
    for (int i = 0; i < 4; i++) {
        say_n(slow, &"GET /hello"[i], 1);
        pass(1);
    }
    assert_false(is_closed(silent));
    assert_false(is_closed(slow));
    pass(1.5);
    assert_true(is_closed(silent));
    assert_true(is_closed(slow));
    assert_int_equal(web_counts(site.web).timed_out, 2);
    assert_int_equal(web_counts(site.web).connections, 0);
    close(silent);
    close(slow);
}

static void a_body_is_not_waited_for(void **state)
{
    int fd = client();

    (void)state;
    say(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 100\r\n\r\n");
    for (int i = 0; i < 9; i++) {
        pass(1);
        say(fd, "x");
    }
    assert_false(is_closed(fd));
    pass(1.5);
    assert_true(is_closed(fd));
    assert_int_equal(site.n_handled, 0);
    assert_int_equal(web_counts(site.web).connections, 0);
    close(fd);
}

static void a_connection_is_not_kept_for_nothing(void **state)
{
    int silent = client(), slow = client();

    (void)state;
    say(silent, "GET /hello HTTP/1.1\r\n" HOST "\r\n");
    say(slow, "GET /hello HTTP/1.1\r\n" HOST "\r\n");
    assert_status(hear(silent), 200);
    assert_status(hear(slow), 200);
    for (int i = 0; i < 28; i++) {
        pass(1);
        say(slow, "G");
    }
    assert_false(is_closed(silent));
    pass(4);
    assert_true(is_closed(silent));
    assert_true(is_closed(slow));
    assert_int_equal(web_counts(site.web).connections, 0);
    close(silent);
    close(slow);
}

static void a_body_that_breaks_off_is_no_request(void **state)
{
    int fd = client();

    (void)state;
    say(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 100\r\n\r\nabc");
    pass(0.1);
    close(fd);
    pass(0.1);
    assert_int_equal(site.n_handled, 0);
    assert_int_equal(web_counts(site.web).connections, 0);
}

/* --- too many -------------------------------------------------------------------------------- */

static void one_address_gets_its_share(void **state)
{
    int fds[WEB_MAX_PER_PEER + 3];

    (void)state;
    pretended.s_addr = htonl(0x0a000007);
    for (int i = 0; i < WEB_MAX_PER_PEER + 2; i++)
        fds[i] = client();
    pass(0.1);
    assert_int_equal(web_counts(site.web).connections, WEB_MAX_PER_PEER);
    assert_int_equal(web_counts(site.web).refused, 2);
    assert_has(hear(fds[WEB_MAX_PER_PEER]), "HTTP/1.1 503 ");
    pretended.s_addr = htonl(0x0a000008);
    assert_still_serves();
    close(fds[0]);
    pass(0.1);
    pretended.s_addr = htonl(0x0a000007);
    assert_still_serves();
    pretended.s_addr = 0;
    for (int i = 1; i < WEB_MAX_PER_PEER + 2; i++)
        close(fds[i]);
}

static void out_of_descriptors_it_waits(void **state)
{
    int fd = client();

    (void)state;
    no_descriptors = true;
    say(fd, "GET /hello HTTP/1.1\r\n" HOST "\r\n");
    unsigned before = ev_iteration(site.loop);
    pass(10);
    assert_in_range(ev_iteration(site.loop) - before, 5, 60);
    no_descriptors = false;
    pass(1);
    assert_status(hear(fd), 200);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SITE_TEST(what_is_not_there_is_said_as_json),
        SITE_TEST(the_methods_of_a_path_are_told),
        SITE_TEST(targets_that_are_no_paths_are_refused),
        SITE_TEST(a_name_that_somebody_points_here_is_not_served),
        SITE_TEST(a_request_line_has_an_end),
        SITE_TEST(headers_have_an_end),
        SITE_TEST(the_longest_head_is_answered),
        SITE_TEST(endless_heads_are_cut),
        SITE_TEST(bodies_have_an_end),
        SITE_TEST(no_body_is_taken_from_whoever_may_not),
        SITE_TEST(what_is_no_http_harms_nobody),
        SITE_TEST(zero_bytes_smuggle_nothing),
        SITE_TEST(a_head_is_not_waited_for),
        SITE_TEST(a_body_is_not_waited_for),
        SITE_TEST(a_connection_is_not_kept_for_nothing),
        SITE_TEST(a_body_that_breaks_off_is_no_request),
        SITE_TEST(one_address_gets_its_share),
        SITE_TEST(out_of_descriptors_it_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
