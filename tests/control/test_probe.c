#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ev.h>

#include "control/probe.h"
#include "net/server.h"

struct world {
    struct server server;
    struct ev_loop *loop;
    struct http *http;
    char port[8];
};

struct verdict {
    int calls;
    bool ready;
    char why[200];
};

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);

    server_start_tcp(&w->server);
    snprintf(w->port, sizeof w->port, "%u", (unsigned)w->server.port & 0xffff);
    w->loop = ev_loop_new(EVFLAG_AUTO);
    w->http = http_open(w->loop);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;

    http_close(w->http);
    ev_loop_destroy(w->loop);
    server_stop(&w->server);
    free(w);
    return 0;
}

static void on_probe(void *ctx, bool ready, const char *why)
{
    struct verdict *v = ctx;

    v->calls++;
    v->ready = ready;
    snprintf(v->why, sizeof v->why, "%s", why);
}

static struct verdict ask(struct world *w, struct probe probe, const char *ip, const char *port)
{
    struct verdict v = {0};

    assert_non_null(probe_start(w->http, &probe, ip, port, on_probe, &v));
    assert_int_equal(v.calls, 0);
    ev_run(w->loop, 0);
    assert_int_equal(v.calls, 1);
    return v;
}

static void a_listener_is_ready(void **state)
{
    struct world *w = *state;
    struct probe probe = {.kind = PROBE_TCP};
    struct verdict v = ask(w, probe, "127.0.0.1", w->port);

    assert_true(v.ready);
    assert_string_equal(v.why, "");
    v = ask(w, probe, "127.0.0.1", "1");
    assert_false(v.ready);
    assert_string_equal(v.why, "connection refused on 127.0.0.1:1");
}

static void an_upgrade_must_be_answered_101(void **state)
{
    struct world *w = *state;
    struct verdict v = ask(w, (struct probe){.kind = PROBE_WS}, "127.0.0.1", w->port);

    assert_false(v.ready); /* this server upgrades only at /upgrade */
    assert_string_equal(v.why, "WebSocket upgrade answered 200");
}

static void a_health_route_must_answer_2xx(void **state)
{
    static const struct {
        const char *path;
        bool ready;
        const char *why;
    } cases[] = {
        {"/health", true, ""},
        {"/missing", false, "health check answered 404"},
        {"/redirect", false, "health check answered 302"},
        {"/hangup", false, "closed without an answer"},
        {"/stall", true, ""}, /* the head says it */
        {"/no-http", false, "HTTP"},
    };
    struct world *w = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct probe probe = {.kind = PROBE_HTTP, .path = cases[i].path};
        struct verdict v = ask(w, probe, "127.0.0.1", w->port);
        assert_int_equal(v.ready, cases[i].ready);
        if (!strstr(v.why, cases[i].why))
            fail_msg("%s: %s", cases[i].path, v.why);
    }
}

static void silence_ends_after_two_seconds(void **state)
{
    struct world *w = *state;
    struct probe probe = {.kind = PROBE_HTTP, .path = "/slow/9000"};
    struct verdict v = ask(w, probe, "127.0.0.1", w->port);

    assert_false(v.ready);
    assert_non_null(strstr(v.why, "not done within 2 s"));
}

/* The address comes from the engine's answer; it must be one, and nothing else. */
static void no_address_is_a_verdict_too(void **state)
{
    static const char *const ips[] = {NULL, "", "localhost", "127.0.0.1:80/", "127.1", "[::1]"};
    static const char *const ports[] = {NULL, "", "x", "80/", "-1", "123456"};
    struct world *w = *state;
    struct probe probe = {.kind = PROBE_TCP};

    for (size_t i = 0; i < 6; i++) {
        struct verdict v = ask(w, probe, ips[i], w->port);
        assert_false(v.ready);
        assert_string_equal(v.why, "it has no address on its network");
        v = ask(w, probe, "127.0.0.1", ports[i]);
        assert_false(v.ready);
        assert_string_equal(v.why, "its PORT is no port");
    }
    assert_int_equal(w->server.connections, 0);
}

static void an_attempt_may_be_cancelled(void **state)
{
    struct world *w = *state;
    struct probe probe = {.kind = PROBE_HTTP, .path = "/slow/9000"};
    struct verdict v = {0};
    struct probe_attempt *attempt =
        probe_start(w->http, &probe, "127.0.0.1", w->port, on_probe, &v);

    ev_run(w->loop, EVRUN_ONCE);
    probe_cancel(attempt);
    ev_run(w->loop, 0);
    assert_int_equal(v.calls, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_listener_is_ready),
        TEST(an_upgrade_must_be_answered_101),
        TEST(a_health_route_must_answer_2xx),
        TEST(silence_ends_after_two_seconds),
        TEST(no_address_is_a_verdict_too),
        TEST(an_attempt_may_be_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
