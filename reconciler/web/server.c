#include "web/server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "web/parts.h"

enum {
    /* Of one connection: the longest head, libmicrohttpd's notes on it, the head of the answer. */
    MEMORY = 24 * 1024,
    DESCRIPTORS = WEB_MAX_CONNECTIONS + 1000 /* and what the rest of the program needs */
};

static void run_in(struct web *web, double seconds)
{
    ev_timer_stop(web->loop, &web->due);
    ev_timer_set(&web->due, seconds, 0.);
    ev_timer_start(web->loop, &web->due);
}

static void arm(struct web *web)
{
    MHD_UNSIGNED_LONG_LONG ms;

    ev_timer_stop(web->loop, &web->due);
    if (web->is_kicked)
        run_in(web, 0.);
    else if (MHD_get_timeout(web->daemon, &ms) == MHD_YES)
        run_in(web, ms ? (double)(ms + 1) / 1000. : 0.); /* what is due is due by then */
}

static void run(struct web *web)
{
    web->is_kicked = false;
    MHD_run(web->daemon);
    arm(web);
}

static void on_ready(struct ev_loop *loop, struct ev_io *io, int events)
{
    (void)loop, (void)events;
    run(io->data);
}

static void on_due(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    (void)loop, (void)events;
    run(timer->data);
}

void web_kick(struct web *web)
{
    if (web->closing)
        return;
    web->is_kicked = true;
    run_in(web, 0.);
}

/* What peers do wrong is no news. */
static void be_silent(void *web, const char *fmt, va_list ap)
{
    (void)web, (void)fmt, (void)ap;
}

static struct MHD_Daemon *start_daemon(struct web *web)
{
    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG, 0,
        NULL, NULL, exchange_turn, web, MHD_OPTION_EXTERNAL_LOGGER, be_silent, web,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)WEB_MAX_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)WEB_IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK, exchange_begin, web,
        MHD_OPTION_NOTIFY_COMPLETED, exchange_end, web, MHD_OPTION_NOTIFY_CONNECTION,
        connection_notify, web, MHD_OPTION_END);
}

static int parse_listeners(struct web *web, struct err *err)
{
    web->listeners = calloc(web->options.n_listen + 1, sizeof *web->listeners);
    if (!web->listeners)
        abort();
    for (size_t i = 0; i < web->options.n_listen; i++)
        if (web_listener_parse(web->options.listen[i], &web->listeners[i], err) < 0)
            return -1;
    return 0;
}

/* The usual limit, 1024, is for the sake of select(), which nobody calls here. */
static void raise_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= DESCRIPTORS)
        return;
    limit.rlim_cur = limit.rlim_max < DESCRIPTORS ? limit.rlim_max : DESCRIPTORS;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void watch_daemon(struct web *web)
{
    int fd = MHD_get_daemon_info(web->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;

    ev_io_init(&web->ready, on_ready, fd, EV_READ);
    ev_io_start(web->loop, &web->ready);
    arm(web);
}

struct web *web_open(struct ev_loop *loop, const struct web_options *options, struct err *err)
{
    struct web *web = calloc(1, sizeof *web);
    struct err ignored;

    if (!web)
        abort();
    web->loop = loop;
    web->options = *options;
    web->ready.data = web->due.data = web;
    TAILQ_INIT(&web->connections);
    TAILQ_INIT(&web->pending);
    TAILQ_INIT(&web->orphans);
    ev_init(&web->due, on_due);
    if (parse_listeners(web, err) < 0) {
        free(web->listeners);
        free(web);
        return NULL;
    }
    web->daemon = start_daemon(web);
    if (!web->daemon) {
        err_set(err, ERR_TRANSIENT, "the web server cannot be started: %s", strerror(errno));
        free(web->listeners);
        free(web);
        return NULL;
    }
    raise_limit();
    watch_daemon(web);
    (void)!web_listen(web, &ignored);
    return web;
}

int web_listen(struct web *web, struct err *err)
{
    int result = 0;
    struct err other;

    for (size_t i = 0; i < web->options.n_listen; i++) {
        struct web_listener *l = &web->listeners[i];
        if (l->fd >= 0)
            continue;
        if (web_listener_open(l, result ? &other : err) < 0)
            result = -1;
        else
            web_accept_start(web, l);
    }
    return result;
}

/* From here on no request belongs to its handler. */
static void disown(struct web *web)
{
    struct web_request *r;

    while ((r = TAILQ_FIRST(&web->pending))) {
        exchange_abandon(r);
        r->owned = false;
    }
    while ((r = TAILQ_FIRST(&web->orphans))) {
        r->owned = false;
        exchange_release(r);
    }
}

void web_close(struct web *web)
{
    if (!web)
        return;
    web->closing = true;
    web_accept_stop(web);
    ev_io_stop(web->loop, &web->ready);
    ev_timer_stop(web->loop, &web->due);
    disown(web);
    MHD_run(web->daemon); /* resumes them: a daemon with suspended connections cannot be stopped */
    MHD_stop_daemon(web->daemon);
    free(web->listeners);
    free(web);
}

unsigned web_port(const struct web *web, size_t i)
{
    return web_listener_port(&web->listeners[i]);
}

struct web_counts web_counts(const struct web *web)
{
    return web->counts;
}
