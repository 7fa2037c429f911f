#include "net/http.h"

#include <ev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "net/pump.h"
#include "net/transfer.h"

/* Plain reads at a time on one endpoint: four keep an engine busy, more only wait inside it.
 * Writes and streams are not counted: they may last for minutes, and nobody sends many. */
enum { LANE_WIDTH = 4 };

TAILQ_HEAD(transfers, http_transfer);

struct http {
    struct ev_loop *loop;
    struct pump *pump;
    struct transfers all;   /* in the order they were sent */
    struct transfers ready; /* have something to tell; told by settle(), never inside curl */
    struct http_stats stats;
    bool read_only;
};

int64_t http_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void make_ready(struct http_transfer *t)
{
    if (t->is_ready)
        return;
    t->is_ready = true;
    TAILQ_INSERT_TAIL(&t->http->ready, t, ready);
}

/* Asks anew when the limits are reached and sleeps until then; bytes only move t->last_ms. */
static void watch_limit(struct http_transfer *t, int64_t now_ms)
{
    int64_t left = transfer_limit(t, now_ms);

    ev_timer_stop(t->http->loop, &t->limit);
    if (left < 0)
        return;
    ev_timer_set(&t->limit, (double)left / 1000.0, 0);
    ev_timer_start(t->http->loop, &t->limit);
}

void http_has_begun(struct http_transfer *t)
{
    watch_limit(t, t->last_ms);
}

void http_has_lines(struct http_transfer *t)
{
    make_ready(t);
}

static void start(struct http_transfer *t)
{
    int64_t now_ms = http_now_ms();

    t->state = TRANSFER_RUNNING;
    transfer_begin(t, now_ms);
    ev_now_update(t->http->loop);
    watch_limit(t, now_ms);
    pump_add(t->http->pump, t->easy);
}

static bool lane_has_room(const struct http *h, uint64_t lane)
{
    const struct http_transfer *t;
    int running = 0;

    TAILQ_FOREACH(t, &h->all, all)
        running += t->queues && t->state == TRANSFER_RUNNING && t->lane == lane;
    return running < LANE_WIDTH;
}

static void start_next(struct http *h, uint64_t lane)
{
    struct http_transfer *t;

    TAILQ_FOREACH(t, &h->all, all)
        if (t->state == TRANSFER_QUEUED && t->lane == lane) {
            start(t);
            return;
        }
}

/* Out of curl and off the clock, whatever comes next. */
static void leave(struct http_transfer *t, bool in_curl)
{
    bool ran = t->state == TRANSFER_RUNNING;

    ev_timer_stop(t->http->loop, &t->limit);
    if (in_curl)
        pump_remove(t->http->pump, t->easy);
    t->state = TRANSFER_OVER;
    if (ran && t->queues)
        start_next(t->http, t->lane);
}

/* The one place a transfer is dropped from. */
static void drop(struct http_transfer *t)
{
    TAILQ_REMOVE(&t->http->all, t, all);
    if (t->is_ready)
        TAILQ_REMOVE(&t->http->ready, t, ready);
    transfer_free(t);
}

static void tell_lines(struct http_transfer *t)
{
    const char *line;
    size_t len;

    t->telling = true;
    if (t->on_begun && transfer_streams(t)) {
        http_begun *begun = t->on_begun;
        t->on_begun = NULL;
        begun(t->ctx);
    }
    if (t->in_pieces && !t->cancelled && lines_piece(&t->lines, &line, &len))
        t->on_line(t->ctx, line, len);
    while (!t->cancelled && lines_next(&t->lines, &line, &len))
        t->on_line(t->ctx, line, len);
    bool last = t->state == TRANSFER_OVER && !t->failed;
    if (!t->cancelled && last && lines_rest(&t->lines, &line, &len))
        t->on_line(t->ctx, line, len);
    t->telling = false;
}

static void tell(struct http_transfer *t)
{
    struct http_response response;

    if (t->on_line)
        tell_lines(t);
    if (t->cancelled) {
        drop(t);
        return;
    }
    if (t->state != TRANSFER_OVER)
        return;
    t->http->stats.failures += t->failed;
    transfer_response(t, &response);
    t->telling = true;
    t->done(t->ctx, &response, t->failed ? &t->err : NULL);
    drop(t);
}

static void settle(void *ctx)
{
    struct http *h = ctx;
    struct http_transfer *t;
    CURLcode code;
    CURL *easy;

    while ((easy = pump_finished(h->pump, &code))) {
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&t);
        transfer_finish(t, code);
        leave(t, false);
        make_ready(t);
    }
    while ((t = TAILQ_FIRST(&h->ready))) {
        TAILQ_REMOVE(&h->ready, t, ready);
        t->is_ready = false;
        tell(t);
    }
}

static void on_limit(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    struct http_transfer *t = timer->data;

    (void)loop;
    (void)events;
    watch_limit(t, http_now_ms());
    if (!t->failed)
        return;
    struct http *h = t->http;
    leave(t, true);
    make_ready(t);
    settle(h);
}

struct http *http_open(struct ev_loop *loop)
{
    struct http *h = calloc(1, sizeof *h);

    if (!h)
        abort();
    h->loop = loop;
    TAILQ_INIT(&h->all);
    TAILQ_INIT(&h->ready);
    h->pump = pump_open(loop, settle, h);
    return h;
}

void http_close(struct http *h)
{
    struct http_transfer *t;

    if (!h)
        return;
    while ((t = TAILQ_LAST(&h->all, transfers))) /* so that no queued one is started */
        http_cancel(t);
    pump_close(h->pump);
    free(h);
}

static void refuse_write(const struct http_request *r)
{
    fprintf(stderr, "avr-reconciler: %s on a read-only connection\n", r->method);
    abort();
}

struct http_transfer *http_send(struct http *h, const struct endpoint *e,
                                const struct http_request *r, http_line *on_line, http_done *done,
                                void *ctx)
{
    bool reads = text_is(r->method, "GET") || text_is(r->method, "HEAD");

    if (h->read_only && !reads)
        refuse_write(r);
    struct http_transfer *t = transfer_new(e, r);
    t->http = h;
    t->on_line = on_line;
    t->done = done;
    t->ctx = ctx;
    t->queues = reads && !on_line && r->until == HTTP_WHOLE;
    ev_init(&t->limit, on_limit);
    t->limit.data = t;
    h->stats.requests++;
    h->stats.writes += !reads;
    TAILQ_INSERT_TAIL(&h->all, t, all);

    if (t->failed) {
        t->state = TRANSFER_OVER;
        make_ready(t);
        pump_wake(h->pump);
    } else if (!t->queues || lane_has_room(h, t->lane)) {
        start(t);
    }
    return t;
}

void http_cancel(struct http_transfer *t)
{
    leave(t, t->state == TRANSFER_RUNNING);
    t->cancelled = true;
    if (!t->telling)
        drop(t);
}

void http_tell_begun(struct http_transfer *t, http_begun *begun)
{
    t->on_begun = begun;
}

struct http_stats http_stats(const struct http *h)
{
    return h->stats;
}

void http_read_only(struct http *h)
{
    h->read_only = true;
}
