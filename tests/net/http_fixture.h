/* http_fixture.h - a client, its loop and a server to talk to; what becomes of one request. */
#ifndef TESTS_NET_HTTP_FIXTURE_H
#define TESTS_NET_HTTP_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ev.h>
#include <sys/wait.h>
#include <time.h>

#include "net/http.h"
#include "net/server.h"

enum { MANY = 200 };

struct world {
    struct server server;
    struct ev_loop *loop;
    struct http *http;
    struct endpoint endpoint;
    char base_url[64];
};

struct got { /* what became of one request */
    struct world *world;
    int calls, status, lines, begun;
    enum err_code code;
    char text[512], body[400], server[64], api_version[16], last_line[64];
    size_t len;
    struct http_transfer *transfer, *other; /* for the callbacks that cancel */
};

static inline int set_up_with(void **state, void (*start)(struct server *))
{
    struct world *w = calloc(1, sizeof *w);

    start(&w->server);
    snprintf(w->base_url, sizeof w->base_url, "http://127.0.0.1:%d", w->server.port);
    w->loop = ev_loop_new(EVFLAG_AUTO);
    w->http = http_open(w->loop);
    w->endpoint = *w->server.unix_path ? (struct endpoint){.unix_path = w->server.unix_path,
                                                           .base_url = "http://localhost"}
                                       : (struct endpoint){.base_url = w->base_url};
    *state = w;
    return 0;
}

static inline int set_up(void **state)
{
    return set_up_with(state, server_start_unix);
}

static inline int set_up_tcp(void **state)
{
    return set_up_with(state, server_start_tcp);
}

static inline int tear_down(void **state)
{
    struct world *w = *state;

    http_close(w->http);
    ev_loop_destroy(w->loop);
    server_stop(&w->server);
    free(w);
    return 0;
}

static inline void on_done(void *ctx, const struct http_response *r, const struct err *err)
{
    struct got *g = ctx;

    g->calls++;
    g->status = r->status;
    g->len = r->len;
    g->code = err ? err->code : ERR_NONE;
    snprintf(g->text, sizeof g->text, "%s", err ? err->text : "");
    snprintf(g->body, sizeof g->body, "%s", r->body);
    snprintf(g->server, sizeof g->server, "%s", r->server);
    snprintf(g->api_version, sizeof g->api_version, "%s", r->api_version);
    assert_int_equal(r->body[r->len], '\0');
}

static inline void on_line(void *ctx, const char *line, size_t len)
{
    struct got *g = ctx;
    char want[64];

    snprintf(want, sizeof want, "line %d", g->lines++);
    assert_string_equal(line, want);
    assert_int_equal(len, strlen(want));
    snprintf(g->last_line, sizeof g->last_line, "%s", line);
}

static inline struct http_request get(const char *path)
{
    return (struct http_request){.method = "GET",
                                 .path = path,
                                 .first_byte_ms = 5000,
                                 .stall_ms = 5000,
                                 .max_body = 1 << 20};
}

static inline void run(struct world *w)
{
    ev_run(w->loop, 0);
}

static inline struct got fetch_request(struct world *w, struct http_request r)
{
    struct got g = {.world = w};

    http_send(w->http, &w->endpoint, &r, NULL, on_done, &g);
    assert_int_equal(g.calls, 0); /* never from inside http_send() */
    run(w);
    assert_int_equal(g.calls, 1);
    return g;
}

static inline struct got fetch(struct world *w, const char *path)
{
    return fetch_request(w, get(path));
}

static inline void assert_failed(const struct got *g, enum err_code code, const char *says)
{
    assert_int_equal(g->code, code);
    if (!strstr(g->text, says))
        fail_msg("\"%s\" does not say \"%s\"", g->text, says);
}

static inline double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

#define ON_UNIX(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
#define ON_TCP(test)                                                                               \
    {                                                                                              \
#test " over TCP", test, set_up_tcp, tear_down, NULL                                       \
    }

#endif
