#include "tell/notify.h"

#include <ev.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>

#include "base/clock.h"
#include "net/http.h"
#include "net/webhook_url.h"
#include "tell/notify_body.h"

enum {
    QUEUE = 64,
    BATCH_MS = 5000,
    WINDOWS = 6, /* a stream of changes is sent at least every so many batch_ms */
    RETRIES = 3,
    RETRY_MS = 1000,
    TOTAL_MS = 60000,
    ANSWER_MS = 10000, /* of one attempt */
};

struct waiting {
    TAILQ_ENTRY(waiting) entry;
    struct arena *arena; /* of itself too */
    struct notify_change change;
    int64_t at_ms; /* monotonic */
};

struct notify {
    struct ev_loop *loop;
    struct http *http; /* its own: the engine's may be read-only */
    struct arena *arena;
    struct endpoint endpoint;
    const char *path; /* the secret */
    const char *host;
    enum notify_format format;
    unsigned batch_ms, retry_ms, total_ms;
    void (*told)(void *ctx, const struct err *);
    void *ctx;

    TAILQ_HEAD(waiting_list, waiting) queue;
    size_t n_queued;
    unsigned long dropped, untold; /* untold: since the last message */
    bool hurry;
    struct ev_timer window; /* runs while changes wait and no message is under way */

    struct arena *message; /* the one under way, or NULL */
    const char *body;
    int64_t begun_ms;
    unsigned attempts;
    struct ev_timer retry;
};

static void start_timer(struct notify *n, struct ev_timer *timer, int64_t ms)
{
    ev_timer_stop(n->loop, timer);
    ev_now_update(n->loop);
    ev_timer_set(timer, ms > 0 ? (double)ms / 1000.0 : 0, 0);
    ev_timer_start(n->loop, timer);
}

/* A batch ends batch_ms after its last change, but not long after its first. */
static void watch_window(struct notify *n)
{
    if (n->message || n->n_queued == 0)
        return;
    const struct waiting *first = TAILQ_FIRST(&n->queue);
    const struct waiting *last = TAILQ_LAST(&n->queue, waiting_list);
    int64_t end_ms = last->at_ms + n->batch_ms;
    int64_t latest_ms = first->at_ms + WINDOWS * (int64_t)n->batch_ms;
    start_timer(n, &n->window,
                n->hurry ? 0 : (end_ms < latest_ms ? end_ms : latest_ms) - mono_ms());
}

static void finish(struct notify *n, const struct err *err)
{
    arena_free(n->message);
    n->message = NULL;
    watch_window(n);
    if (n->told)
        n->told(n->ctx, err);
}

static void give_up(struct notify *n, const struct err *why)
{
    struct err err;

    err_set(&err, why->code, "%s; given up after %u %s", why->text, n->attempts,
            n->attempts == 1 ? "attempt" : "attempts");
    finish(n, &err);
}

/* Milliseconds; 0 if it says nothing we understand.  A date is taken for nothing. */
static int64_t retry_after_ms(const char *header)
{
    char *end;

    if (*header < '0' || *header > '9')
        return 0;
    unsigned long s = strtoul(header, &end, 10);
    if (*end != '\0' && *end != '.')
        return 0;
    s += *end == '.';
    return s < TOTAL_MS ? (int64_t)s * 1000 : TOTAL_MS;
}

/* 1, 4, 16 times retry_ms, less up to a half: many services that lost the same webhook do not
 * come back at once. */
static int64_t back_off_ms(const struct notify *n)
{
    uint32_t ms = n->retry_ms << 2 * (n->attempts - 1);

    return (int64_t)ms - arc4random_uniform(ms / 2 + 1);
}

static void retry_later(struct notify *n, int64_t wait_ms, const struct err *why)
{
    if (wait_ms == 0)
        wait_ms = back_off_ms(n);
    if (n->attempts > RETRIES || mono_ms() + wait_ms >= n->begun_ms + n->total_ms)
        give_up(n, why);
    else
        start_timer(n, &n->retry, wait_ms);
}

static void on_answer(void *ctx, const struct http_response *r, const struct err *failure)
{
    struct notify *n = ctx;
    struct err err;

    if (failure) {
        retry_later(n, 0, failure);
    } else if (r->status >= 200 && r->status < 300) {
        finish(n, NULL);
    } else if (r->status == 408 || r->status == 429 || r->status >= 500) {
        err_set(&err, ERR_TRANSIENT, "%s answered %d", n->endpoint.base_url, r->status);
        retry_later(n, retry_after_ms(r->retry_after), &err);
    } else {
        bool moved = r->status >= 300 && r->status < 400;
        err_set(&err, ERR_DENIED, "%s answered %d%s", n->endpoint.base_url, r->status,
                moved ? ", and redirects are not followed" : "");
        give_up(n, &err);
    }
}

static void attempt(struct notify *n)
{
    int64_t left_ms = n->begun_ms + n->total_ms - mono_ms();
    unsigned limit_ms = left_ms > ANSWER_MS ? ANSWER_MS : left_ms > 1 ? (unsigned)left_ms : 1;

    n->attempts++;
    http_send(n->http, &n->endpoint,
              &(struct http_request){
                  .method = "POST",
                  .path = n->path,
                  .body = n->body,
                  .until = HTTP_HEAD_ONLY, /* the body of an answer tells nothing we need */
                  .total_ms = limit_ms,
              },
              NULL, on_answer, n);
}

static void on_retry(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    (void)loop, (void)events;
    attempt(timer->data);
}

static void remove_first(struct notify *n)
{
    struct waiting *w = TAILQ_FIRST(&n->queue);

    TAILQ_REMOVE(&n->queue, w, entry);
    n->n_queued--;
    arena_free(w->arena);
}

static int64_t real_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* All that waits becomes one message. */
static void on_window(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    struct notify *n = timer->data;
    const struct notify_change *changes[QUEUE];
    struct notify_batch batch = {
        .host = n->host, .changes = changes, .dropped = n->untold, .time_ms = real_ms()};
    const struct waiting *w;

    (void)loop, (void)events;
    TAILQ_FOREACH(w, &n->queue, entry)
        changes[batch.n++] = &w->change;
    n->message = arena_new();
    n->body = notify_body(n->message, n->format, &batch);
    while (n->n_queued)
        remove_first(n);
    n->untold = 0;
    n->attempts = 0;
    n->begun_ms = mono_ms();
    attempt(n);
}

struct notify *notify_open(struct ev_loop *loop, const struct notify_options *o, struct err *err)
{
    struct arena *a = arena_new();
    struct notify *n = arena_alloc(a, sizeof *n);

    n->arena = a;
    if (webhook_url(a, o->url, &n->endpoint.base_url, &n->path, err) < 0) {
        arena_free(a);
        return NULL;
    }
    n->loop = loop;
    n->http = http_open(loop);
    n->host = arena_strdup(a, o->host);
    n->format = o->format;
    n->batch_ms = o->batch_ms ? o->batch_ms : BATCH_MS;
    n->retry_ms = o->retry_ms ? o->retry_ms : RETRY_MS;
    n->total_ms = o->total_ms ? o->total_ms : TOTAL_MS;
    n->told = o->told;
    n->ctx = o->ctx;
    TAILQ_INIT(&n->queue);
    ev_init(&n->window, on_window);
    ev_init(&n->retry, on_retry);
    n->window.data = n->retry.data = n;
    return n;
}

void notify_close(struct notify *n)
{
    if (!n)
        return;
    ev_timer_stop(n->loop, &n->window);
    ev_timer_stop(n->loop, &n->retry);
    http_close(n->http);
    while (n->n_queued)
        remove_first(n);
    arena_free(n->message);
    arena_free(n->arena);
}

static struct notify_change copy(struct arena *a, const struct notify_change *c)
{
    const char **drifts = arena_alloc(a, c->n_drifts * sizeof *drifts + 1);

    for (size_t i = 0; i < c->n_drifts; i++)
        drifts[i] = arena_strdup(a, c->drifts[i]);
    return (struct notify_change){.event = arena_strdup(a, c->event),
                                  .agent = arena_strdup(a, c->agent),
                                  .role = arena_strdup(a, c->role),
                                  .result = arena_strdup(a, c->result),
                                  .cause = arena_strdup(a, c->cause),
                                  .drifts = drifts,
                                  .n_drifts = c->n_drifts,
                                  .time_ms = c->time_ms};
}

void notify_send(struct notify *n, const struct notify_change *change)
{
    struct arena *a = arena_new();
    struct waiting *w = arena_alloc(a, sizeof *w);

    *w = (struct waiting){.arena = a, .change = copy(a, change), .at_ms = mono_ms()};
    if (n->n_queued == QUEUE) {
        remove_first(n);
        n->dropped++;
        n->untold++;
    }
    TAILQ_INSERT_TAIL(&n->queue, w, entry);
    n->n_queued++;
    watch_window(n);
}

void notify_hurry(struct notify *n)
{
    n->hurry = true;
    watch_window(n);
}

bool notify_idle(const struct notify *n)
{
    return !n->message && n->n_queued == 0;
}

const char *notify_target(const struct notify *n)
{
    return n->endpoint.base_url;
}

unsigned long notify_dropped(const struct notify *n)
{
    return n->dropped;
}
