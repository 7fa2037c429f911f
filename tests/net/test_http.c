#include "net/http_fixture.h"

static void reads_an_answer(void **state)
{
    struct got g = fetch(*state, "/ok");

    assert_int_equal(g.code, ERR_NONE);
    assert_int_equal(g.status, 200);
    assert_string_equal(g.body, "ok");
    assert_string_equal(g.server, "Test/1.0 (linux)");
    assert_string_equal(g.api_version, "1.41");

    g = fetch(*state, "/missing");
    assert_int_equal(g.code, ERR_NONE);
    assert_int_equal(g.status, 404);
    assert_string_equal(g.body, "{\"message\":\"no\"}");

    g = fetch(*state, "/redirect");
    assert_int_equal(g.status, 302); /* not followed */

    g = fetch(*state, "/early");
    assert_int_equal(g.status, 200);
    assert_string_equal(g.body, "late");
    assert_string_equal(g.server, "Test/1.0 (linux)");
}

static void sends_methods_and_bodies(void **state)
{
    struct http_request r = get("/echo");

    r.method = "POST";
    r.body = "{\"a\":1}";
    assert_string_equal(fetch_request(*state, r).body, "POST|{\"a\":1}|json|plain");
    r.body = NULL;
    assert_string_equal(fetch_request(*state, r).body, "POST||none|plain");
    r.method = "DELETE";
    assert_string_equal(fetch_request(*state, r).body, "DELETE||none|plain");
    r.method = "HEAD";
    struct got g = fetch_request(*state, r);
    assert_int_equal(g.status, 200);
    assert_int_equal(g.len, 0);

    struct world *w = *state;
    assert_int_equal(http_stats(w->http).requests, 4);
    assert_int_equal(http_stats(w->http).writes, 3);
    assert_int_equal(http_stats(w->http).failures, 0);
}

static void reuses_one_connection(void **state)
{
    struct world *w = *state;

    for (int i = 0; i < 20; i++)
        assert_int_equal(fetch(w, "/ok").status, 200);
    assert_int_equal(w->server.connections, 1);
}

static void runs_many_at_once_over_few_connections(void **state)
{
    struct world *w = *state;
    static struct got got[MANY];
    struct http_request r = get("/slow/2");

    memset(got, 0, sizeof got);
    for (int i = 0; i < MANY; i++)
        http_send(w->http, &w->endpoint, &r, NULL, on_done, &got[i]);
    run(w);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(got[i].calls, 1);
        assert_int_equal(got[i].status, 200);
    }
    assert_int_equal(w->server.requests, MANY);
    assert_true(w->server.connections <= 6);
    assert_int_equal(w->server.most_at_once, 4);
}

/* A socket that is there and refuses: whoever made it has gone, or does not take any more. */
static void names_the_socket_that_refuses(void **state)
{
    struct world *w = *state;
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), full[8];
    size_t n = 0;

    snprintf(un.sun_path, sizeof un.sun_path, "/tmp/avr-test-refuses-%d.sock", (int)getpid());
    unlink(un.sun_path);
    assert_int_equal(bind(listener, (struct sockaddr *)&un, sizeof un), 0);
    w->endpoint = (struct endpoint){.unix_path = un.sun_path, .base_url = "http://localhost"};
    struct got g = fetch(w, "/ok");
    assert_failed(&g, ERR_UNREACHABLE, "connection refused on /tmp/avr-test-refuses-");

    assert_int_equal(listen(listener, 0), 0);
    while (n < 8) {
        full[n] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (connect(full[n++], (struct sockaddr *)&un, sizeof un) < 0)
            break;
    }
    struct http_request r = get("/ok");
    r.first_byte_ms = 200;
    g = fetch_request(w, r);
    assert_int_equal(g.code, ERR_UNREACHABLE);
    assert_null(strstr(g.text, "localhost"));
    assert_non_null(strstr(g.text, "/tmp/avr-test-refuses-"));
    while (n)
        close(full[--n]);
    close(listener);
    unlink(un.sun_path);
}

/* The limit of a request that waits its turn starts with its turn. */
static void waiting_is_not_counted(void **state)
{
    struct world *w = *state;
    struct got got[12] = {0};
    struct http_request r = get("/slow/150");

    r.first_byte_ms = 350;
    for (int i = 0; i < 12; i++)
        http_send(w->http, &w->endpoint, &r, NULL, on_done, &got[i]);
    run(w);
    for (int i = 0; i < 12; i++)
        assert_int_equal(got[i].code, ERR_NONE);
}

static void a_write_does_not_wait_for_reads(void **state)
{
    struct world *w = *state;
    struct got reads[5] = {0}, write = {0};
    struct http_request slow = get("/slow/400"), post = get("/ok");
    double began = seconds();

    post.method = "POST";
    for (int i = 0; i < 5; i++)
        reads[i].transfer = http_send(w->http, &w->endpoint, &slow, NULL, on_done, &reads[i]);
    http_send(w->http, &w->endpoint, &post, NULL, on_done, &write);
    while (!write.calls)
        ev_run(w->loop, EVRUN_ONCE);
    assert_true(seconds() - began < 0.3);
    for (int i = 0; i < 5; i++)
        http_cancel(reads[i].transfer);
    run(w);
    for (int i = 0; i < 5; i++)
        assert_int_equal(reads[i].calls, 0);
}

static void gives_up_on_silence(void **state)
{
    struct http_request r = get("/slow/10000");
    double began = seconds();

    r.first_byte_ms = 150;
    struct got g = fetch_request(*state, r);
    assert_failed(&g, ERR_TRANSIENT, "no answer within 0.15 s");
    assert_true(seconds() - began < 1);

    r = get("/stall");
    r.stall_ms = 120;
    g = fetch_request(*state, r);
    assert_failed(&g, ERR_TRANSIENT, "the answer stalled for 0.12 s");

    r = get("/stall");
    r.stall_ms = 0;
    r.total_ms = 100;
    g = fetch_request(*state, r);
    assert_failed(&g, ERR_TRANSIENT, "not done within 0.1 s");
    assert_true(seconds() - began < 2);
    assert_int_equal(http_stats(((struct world *)*state)->http).failures, 3);
}

static void reports_broken_answers(void **state)
{
    struct got g = fetch(*state, "/cut");
    assert_failed(&g, ERR_TRANSIENT, "broke off");
    g = fetch(*state, "/hangup");
    assert_failed(&g, ERR_TRANSIENT, "closed without an answer");
    g = fetch(*state, "/no-http");
    assert_failed(&g, ERR_TRANSIENT, "HTTP");

    struct http_request r = get("/size/5000");
    r.max_body = 4999;
    g = fetch_request(*state, r);
    assert_failed(&g, ERR_TRANSIENT, "longer than 4999 bytes");
    r.max_body = 5000;
    g = fetch_request(*state, r);
    assert_int_equal(g.code, ERR_NONE);
    assert_int_equal(g.len, 5000);
}

static void reports_missing_listeners(void **state)
{
    struct world *w = *state;
    char url[64];

    w->endpoint = (struct endpoint){.unix_path = "/tmp/avr-test-nothing-here.sock",
                                    .base_url = "http://localhost"};
    struct got g = fetch(w, "/ok");
    assert_failed(&g, ERR_UNREACHABLE, "no socket at /tmp/avr-test-nothing-here.sock");

    struct server gone;
    server_start_tcp(&gone);
    server_stop(&gone);
    snprintf(url, sizeof url, "http://127.0.0.1:%d", gone.port);
    w->endpoint = (struct endpoint){.base_url = url};
    g = fetch(w, "/ok");
    assert_failed(&g, ERR_UNREACHABLE, "connection refused on 127.0.0.1:");

    w->endpoint = (struct endpoint){.base_url = "http://"};
    g = fetch(w, "/ok");
    assert_int_equal(g.code, ERR_UNREACHABLE);

    w->endpoint = (struct endpoint){.base_url = "file://"};
    g = fetch(w, "/etc/passwd");
    assert_int_equal(g.code, ERR_UNREACHABLE);
    assert_string_equal(g.body, "");
}

/* A proxy in the environment is none of our business. */
static void knows_no_proxy(void **state)
{
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
    struct got g = fetch(*state, "/ok");
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
    assert_int_equal(g.status, 200);
}

static void survives_a_connection_that_died(void **state)
{
    struct world *w = *state;

    assert_int_equal(fetch(w, "/drop").status, 200);
    usleep(30000);
    assert_int_equal(fetch(w, "/ok").status, 200);
}

/* On a kept connection curl would send a request again that got no answer. */
static void never_sends_a_write_twice(void **state)
{
    struct world *w = *state;
    struct http_request r = get("/hangup");

    assert_int_equal(fetch(w, "/ok").status, 200);
    r.method = "POST";
    struct got g = fetch_request(w, r);
    assert_failed(&g, ERR_TRANSIENT, "closed without an answer");
    assert_int_equal(w->server.requests, 2);
    assert_int_equal(fetch(w, "/ok").status, 200);
    assert_int_equal(w->server.connections, 2);
}

static void on_begun(void *ctx)
{
    struct got *g = ctx;

    assert_int_equal(g->calls, 0);
    assert_int_equal(g->lines, 0);
    g->begun++;
    if (g->transfer)
        http_cancel(g->transfer);
}

static struct got stream(struct world *w, const char *path, bool cancel)
{
    struct got g = {.world = w};
    struct http_request r = get(path);

    r.stall_ms = 200;
    struct http_transfer *t = http_send(w->http, &w->endpoint, &r, on_line, on_done, &g);
    http_tell_begun(t, on_begun);
    g.transfer = cancel ? t : NULL;
    run(w);
    return g;
}

/* Before any line, and also if there is none. */
static void tells_that_a_stream_has_begun(void **state)
{
    struct got g = stream(*state, "/lines/3", false);
    assert_int_equal(g.begun, 1);
    assert_int_equal(g.lines, 3);

    g = stream(*state, "/size/0", false);
    assert_int_equal(g.begun, 1);
    assert_int_equal(g.calls, 1);

    g = stream(*state, "/missing", false);
    assert_int_equal(g.begun, 0);
    assert_int_equal(g.status, 404);

    g = stream(*state, "/hangup", false);
    assert_int_equal(g.begun, 0);
    assert_int_equal(g.calls, 1);

    g = stream(*state, "/lines/3", true); /* and may be ended there */
    assert_int_equal(g.begun, 1);
    assert_int_equal(g.lines, 0);
    assert_int_equal(g.calls, 0);
}

static void splits_streams_into_lines(void **state)
{
    struct world *w = *state;
    struct http_request r = get("/lines/300");
    struct got g = {0};

    r.max_body = 16; /* of a body that is kept; lines are not */
    http_send(w->http, &w->endpoint, &r, on_line, on_done, &g);
    run(w);
    assert_int_equal(g.calls, 1);
    assert_int_equal(g.code, ERR_NONE);
    assert_int_equal(g.lines, 300);
    assert_string_equal(g.last_line, "line 299"); /* no newline behind it */
    assert_int_equal(g.len, 0);
}

static void keeps_the_body_of_a_refused_stream(void **state)
{
    struct world *w = *state;
    struct http_request r = get("/missing");
    struct got g = {0};

    http_send(w->http, &w->endpoint, &r, on_line, on_done, &g);
    run(w);
    assert_int_equal(g.lines, 0);
    assert_string_equal(g.body, "{\"message\":\"no\"}");
}

static void bounds_a_line(void **state)
{
    struct world *w = *state;
    struct http_request r = get("/long-line");
    struct got g = {0};

    http_send(w->http, &w->endpoint, &r, on_line, on_done, &g);
    run(w);
    assert_failed(&g, ERR_TRANSIENT, "a line longer than 1048576 bytes");
    assert_int_equal(g.lines, 0);
}

static void stops_at_the_head(void **state)
{
    static const char *const upgrade[] = {"Connection: Upgrade", "Upgrade: websocket", NULL};
    struct world *w = *state;
    struct http_request r = get("/upgrade");
    double began = seconds();

    r.until = HTTP_HEAD_ONLY;
    r.headers = upgrade;
    struct got g = fetch_request(w, r);
    assert_int_equal(g.code, ERR_NONE);
    assert_int_equal(g.status, 101);

    r.headers = NULL;
    assert_int_equal(fetch_request(w, r).status, 400);
    r.path = "/stall";
    assert_int_equal(fetch_request(w, r).status, 200);
    r.path = "/early";
    assert_int_equal(fetch_request(w, r).status, 200);
    assert_true(seconds() - began < 1);
    for (int i = 0; i < 200 && w->server.open; i++)
        usleep(5000);
    assert_int_equal(w->server.open, 0); /* none of these connections is kept */
}

static void stops_at_the_connection(void **state)
{
    struct world *w = *state;
    struct http_request r = get("/ok");

    assert_int_equal(fetch(w, "/ok").status, 200);
    r.until = HTTP_CONNECT_ONLY;
    struct got g = fetch_request(w, r);
    assert_int_equal(g.code, ERR_NONE);
    assert_int_equal(g.status, 0);
    for (int i = 0; i < 200 && (w->server.connections < 2 || w->server.open > 1); i++)
        usleep(5000);
    assert_int_equal(w->server.connections, 2); /* a connection of its own */
    assert_int_equal(w->server.requests, 1);    /* over which nothing was asked */
    assert_int_equal(w->server.open, 1);        /* and which is closed again */
}

static void a_write_on_a_read_only_client_aborts(void **state)
{
    struct world *w = *state;
    struct http_request r = get("/echo");
    int status;

    http_read_only(w->http);
    assert_int_equal(fetch_request(w, r).status, 200);
    r.method = "POST";
    pid_t child = fork();
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        if (!freopen("/dev/null", "w", stderr))
            _exit(2);
        http_send(w->http, &w->endpoint, &r, NULL, on_done, NULL);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    assert_int_equal(w->server.requests, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_UNIX(reads_an_answer),
        ON_TCP(reads_an_answer),
        ON_UNIX(sends_methods_and_bodies),
        ON_UNIX(reuses_one_connection),
        ON_TCP(reuses_one_connection),
        ON_UNIX(runs_many_at_once_over_few_connections),
        ON_TCP(runs_many_at_once_over_few_connections),
        ON_UNIX(waiting_is_not_counted),
        ON_UNIX(a_write_does_not_wait_for_reads),
        ON_UNIX(gives_up_on_silence),
        ON_TCP(gives_up_on_silence),
        ON_UNIX(reports_broken_answers),
        ON_TCP(reports_broken_answers),
        ON_UNIX(reports_missing_listeners),
        ON_TCP(names_the_socket_that_refuses),
        ON_TCP(knows_no_proxy),
        ON_UNIX(survives_a_connection_that_died),
        ON_UNIX(never_sends_a_write_twice),
        ON_TCP(never_sends_a_write_twice),
        ON_UNIX(splits_streams_into_lines),
        ON_UNIX(tells_that_a_stream_has_begun),
        ON_UNIX(keeps_the_body_of_a_refused_stream),
        ON_UNIX(bounds_a_line),
        ON_UNIX(stops_at_the_head),
        ON_TCP(stops_at_the_head),
        ON_UNIX(stops_at_the_connection),
        ON_TCP(stops_at_the_connection),
        ON_UNIX(a_write_on_a_read_only_client_aborts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
