/* web_fixture.h - a server and its clients in one program, in virtual time: a limit of 30 s passes
 * at once, and nothing depends on how busy the machine is.  For one .c file of a program. */
#ifndef TESTS_WEB_FIXTURE_H
#define TESTS_WEB_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <ev.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "control/virtual_time.h"
#include "web/reply.h"
#include "web/request.h"
#include "web/server.h"
#include "web/stream.h"

enum { MANY = 64 };

static struct {
    struct ev_loop *loop;
    struct web *web;
    struct arena *arena;
    struct web_request *waiting[MANY];
    size_t n_waiting, n_gone;
    struct web_stream *streams[MANY];
    size_t n_streams, n_left;
    size_t n_handled;
    bool gate_is_shut;
} site;

static void on_hello(void *ctx, struct web_request *r)
{
    (void)ctx;
    site.n_handled++;
    web_reply(r, 200, "text/plain", "hello", 5);
}

static void on_thing(void *ctx, struct web_request *r)
{
    const char *name = web_param(r, "name"), *as = web_query(r, "as");

    (void)ctx;
    site.n_handled++;
    web_reply_json(r, 200, arena_printf(web_arena(r), "<%s> as <%s>", name, as ? as : "nothing"));
}

static void on_echo(void *ctx, struct web_request *r)
{
    size_t len;
    const char *body = web_body(r, &len);

    (void)ctx;
    site.n_handled++;
    web_reply(r, 201, "text/plain", body, len);
}

static void count_gone(void *ctx)
{
    (void)ctx;
    site.n_gone++;
}

static void on_later(void *ctx, struct web_request *r)
{
    (void)ctx;
    site.n_handled++;
    web_on_gone(r, count_gone, NULL);
    site.waiting[site.n_waiting++ % MANY] = r;
}

static void count_left(void *ctx)
{
    (void)ctx;
    site.n_left++;
}

static void on_events(void *ctx, struct web_request *r)
{
    (void)ctx;
    struct web_stream *s = web_stream_open(r, count_left, NULL);
    if (s)
        site.streams[site.n_streams++ % MANY] = s;
}

/* To all who listen, from within the handler of somebody else. */
static void on_tell(void *ctx, struct web_request *r)
{
    (void)ctx;
    for (size_t i = 0; i < site.n_streams; i++)
        web_stream_send(site.streams[i], 0, NULL, "told");
    for (size_t i = 0; i < site.n_waiting; i++)
        web_reply_json(site.waiting[i], 200, "told");
    site.n_waiting = 0;
    web_reply_json(r, 200, "{}");
}

static const struct web_route site_routes[] = {
    {"POST", "/tell", 0, on_tell},          {"GET", "/hello", 0, on_hello},
    {"GET", "/things/{name}", 0, on_thing}, {"POST", "/echo", 0, on_echo},
    {"GET", "/later", 0, on_later},         {"POST", "/things/{name}", 1, on_thing},
    {"GET", "/events", 0, on_events},
};

static bool site_gate(void *ctx, struct web_request *r, unsigned access)
{
    (void)ctx;
    if (!site.gate_is_shut || access == 0)
        return true;
    web_reply_error(r, 403, "forbidden", "Not you.");
    return false;
}

static int site_setup(void **state)
{
    static const char *const listen[] = {"127.0.0.1:0"}, *const hosts[] = {"avr-reconciler"};
    static const struct web_options options = {.listen = listen,
                                               .n_listen = 1,
                                               .routes = site_routes,
                                               .n_routes = sizeof site_routes / sizeof *site_routes,
                                               .hosts = hosts,
                                               .n_hosts = 1,
                                               .gate = site_gate};
    struct err err;

    (void)state;
    memset(&site, 0, sizeof site);
    site.arena = arena_new();
    site.loop = ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV);
    site.web = web_open(site.loop, &options, &err);
    assert_non_null(site.web);
    return 0;
}

static int site_teardown(void **state)
{
    (void)state;
    web_close(site.web);
    ev_loop_destroy(site.loop);
    arena_free(site.arena);
    return 0;
}
#define SITE_TEST(f) cmocka_unit_test_setup_teardown(f, site_setup, site_teardown)

static bool time_is_up;

static void on_time_up(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    (void)timer, (void)events;
    time_is_up = true;
    ev_break(loop, EVBREAK_ALL);
}

/* Lets the loop do what it has to, for so many seconds of virtual time. */
static inline void pass(double seconds)
{
    struct ev_timer timer;

    ev_now_update(site.loop);
    ev_timer_init(&timer, on_time_up, seconds, 0.);
    ev_timer_start(site.loop, &timer);
    time_is_up = false;
    while (!time_is_up)
        ev_run(site.loop, EVRUN_ONCE);
}

static inline int client(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)web_port(site.web, 0)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static inline void say_n(int fd, const char *text, size_t len)
{
    assert_int_equal(send(fd, text, len, MSG_NOSIGNAL), len);
}

static inline void say(int fd, const char *text)
{
    say_n(fd, text, strlen(text));
}

/* Everything that is there; *ret_closed tells whether the server has hung up behind it. */
static inline const char *hear_all(int fd, bool *ret_closed)
{
    struct text all = {.arena = site.arena};
    char piece[65536];
    ssize_t n;

    while ((n = recv(fd, piece, sizeof piece, MSG_DONTWAIT)) > 0)
        text_add_n(&all, piece, (size_t)n);
    *ret_closed = n == 0 || errno != EAGAIN;
    return text_str(&all);
}

static inline const char *hear(int fd)
{
    bool closed;

    pass(0.1);
    return hear_all(fd, &closed);
}

static inline bool is_closed(int fd)
{
    bool closed;

    hear_all(fd, &closed);
    return closed;
}

/* One request on a connection of its own; what follows the request line may be given. */
#define HOST "Host: localhost\r\n"
static inline const char *ask(const char *line)
{
    int fd = client();

    say(fd, arena_printf(site.arena, "%s HTTP/1.1\r\n" HOST "\r\n", line));
    const char *answer = hear(fd);
    close(fd);
    return answer;
}

static inline void assert_status(const char *answer, int status)
{
    if (!text_starts(answer, arena_printf(site.arena, "HTTP/1.1 %d ", status)))
        fail_msg("not %d: %.300s", status, answer);
}

static inline void assert_has(const char *answer, const char *text)
{
    if (!strstr(answer, text))
        fail_msg("no \"%s\" in: %.600s", text, answer);
}

static inline const char *body_of(const char *answer)
{
    const char *end = strstr(answer, "\r\n\r\n");

    return end ? end + 4 : "";
}

#endif
