#include "net/pump.h"

#include <ev.h>
#include <stdlib.h>

struct pump {
    struct ev_loop *loop;
    CURLM *multi;
    struct ev_timer timer; /* pending: curl wants to be called */
    struct ev_timer wake;  /* pending: pump_wake() */
    size_t inside;         /* transfers curl has */
    pump_settle *settle;
    void *ctx;
};

struct watch { /* one socket of curl's */
    struct ev_io io;
    struct pump *pump;
};

static void turn(struct pump *p, curl_socket_t fd, int events)
{
    int running;

    curl_multi_socket_action(p->multi, fd, events, &running);
    p->settle(p->ctx);
}

static void on_io(struct ev_loop *loop, struct ev_io *io, int events)
{
    struct watch *w = io->data;

    (void)loop;
    turn(w->pump, io->fd,
         (events & EV_READ ? CURL_CSELECT_IN : 0) | (events & EV_WRITE ? CURL_CSELECT_OUT : 0));
}

static void on_timer(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    struct pump *p = timer->data;

    (void)loop;
    (void)events;
    turn(p, CURL_SOCKET_TIMEOUT, 0);
}

static void on_wake(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    struct pump *p = timer->data;

    (void)loop;
    (void)events;
    p->settle(p->ctx);
}

/* Called by curl. */
static int want_timer(CURLM *multi, long ms, void *ctx)
{
    struct pump *p = ctx;

    (void)multi;
    ev_timer_stop(p->loop, &p->timer);
    if (ms >= 0) {
        ev_now_update(p->loop); /* work since the loop woke up must not shorten the wait */
        ev_timer_set(&p->timer, (double)ms / 1000.0, 0);
        ev_timer_start(p->loop, &p->timer);
    }
    return 0;
}

/* Called by curl, for the last time (CURL_POLL_REMOVE) before it closes the socket. */
static int want_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *socket_ctx)
{
    struct pump *p = ctx;
    struct watch *w = socket_ctx;

    (void)easy;
    if (w)
        ev_io_stop(p->loop, &w->io);
    if (what == CURL_POLL_REMOVE) {
        free(w);
        return 0;
    }
    if (!w) {
        w = calloc(1, sizeof *w);
        if (!w)
            abort();
        w->pump = p;
        ev_init(&w->io, on_io);
        w->io.data = w;
        curl_multi_assign(p->multi, fd, w);
    }
    ev_io_set(&w->io, fd,
              (what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0));
    ev_io_start(p->loop, &w->io);
    return 0;
}

struct pump *pump_open(struct ev_loop *loop, pump_settle *settle, void *ctx)
{
    struct pump *p = calloc(1, sizeof *p);

    if (!p || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        abort();
    *p = (struct pump){.loop = loop, .multi = curl_multi_init(), .settle = settle, .ctx = ctx};
    if (!p->multi)
        abort();
    ev_init(&p->timer, on_timer);
    ev_init(&p->wake, on_wake);
    p->timer.data = p->wake.data = p;
    curl_multi_setopt(p->multi, CURLMOPT_TIMERFUNCTION, want_timer);
    curl_multi_setopt(p->multi, CURLMOPT_TIMERDATA, p);
    curl_multi_setopt(p->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
    curl_multi_setopt(p->multi, CURLMOPT_SOCKETDATA, p);
    curl_multi_setopt(p->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
    curl_multi_setopt(p->multi, CURLMOPT_MAXCONNECTS, 6L); /* idle ones that are kept */
    return p;
}

void pump_close(struct pump *p)
{
    curl_multi_cleanup(p->multi); /* the last calls of want_socket */
    ev_timer_stop(p->loop, &p->timer);
    ev_timer_stop(p->loop, &p->wake);
    free(p);
    curl_global_cleanup();
}

void pump_add(struct pump *p, CURL *easy)
{
    if (curl_multi_add_handle(p->multi, easy) != CURLM_OK)
        abort(); /* out of memory, or this file is wrong */
    p->inside++;
}

/* curl leaves the timer of a transfer that was given up running, which would keep the loop awake
 * for nothing; adding a transfer sets it anew. */
void pump_remove(struct pump *p, CURL *easy)
{
    curl_multi_remove_handle(p->multi, easy);
    if (--p->inside == 0)
        ev_timer_stop(p->loop, &p->timer);
}

CURL *pump_finished(struct pump *p, CURLcode *ret)
{
    int left;
    CURLMsg *message = curl_multi_info_read(p->multi, &left);

    while (message && message->msg != CURLMSG_DONE)
        message = curl_multi_info_read(p->multi, &left);
    if (!message)
        return NULL;
    CURL *easy = message->easy_handle;
    *ret = message->data.result;
    pump_remove(p, easy); /* message is gone with it */
    return easy;
}

void pump_wake(struct pump *p)
{
    ev_timer_stop(p->loop, &p->wake);
    ev_timer_set(&p->wake, 0, 0);
    ev_timer_start(p->loop, &p->wake);
}
