#include "calls/relay.h"

#include <ev.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "base/text.h"
#include "net/http.h"
#include "net/webhook_url.h"

enum {
    ANSWER_MS = 1000,
    ATTEMPT_MS = 10000,
    RETRY_MS = 1000,
    KEEP_MS = 5 * 60 * 1000,
    MAX_ANSWER = 64 * 1024,
};

struct posting { /* one event on its way */
    TAILQ_ENTRY(posting) entry;
    struct arena *arena; /* of itself, too */
    struct lane *lane;
    enum call_event_kind kind;
    const char *type, *timestamp, *body;
    const char *headers[3];
    int64_t since_ms; /* monotonic */
    relay_answer *answer;
    void *ctx;
    struct ev_timer patience; /* of whoever waits for the answer */
};

TAILQ_HEAD(postings, posting);

struct lane { /* the events of one call; it has at least one */
    TAILQ_ENTRY(lane) entry;
    struct relay *relay;
    char uuid[CALL_UUID_MAX + 1];
    struct postings waiting; /* the first one is being sent, or will be again */
    size_t n;
    unsigned attempts; /* of the first one */
    struct http_transfer *transfer;
    struct ev_timer retry;
};

struct relay {
    struct ev_loop *loop;
    struct http *http;
    struct arena *arena;
    struct endpoint endpoint;
    const char *path;
    struct relay_options options;
    TAILQ_HEAD(lanes, lane) lanes;
    size_t n_lanes;
    struct relay_counts counts;
    bool troubled;
};

static void set_timer(struct relay *r, struct ev_timer *timer, int64_t ms)
{
    ev_timer_stop(r->loop, timer);
    ev_now_update(r->loop);
    ev_timer_set(timer, (double)ms / 1000., 0.);
    ev_timer_start(r->loop, timer);
}

/* --- whoever waits for an answer ------------------------------------------------------------- */

static void answer(struct posting *p, const char *json, size_t len)
{
    relay_answer *tell = p->answer;

    ev_timer_stop(p->lane->relay->loop, &p->patience);
    p->answer = NULL;
    if (tell)
        tell(p->ctx, json, len);
}

static void on_patience(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    (void)loop, (void)events;
    answer(timer->data, NULL, 0);
}

/* --- the events of a call -------------------------------------------------------------------- */

static bool is_essential(enum call_event_kind kind)
{
    return kind == CALL_EVENT_INITIATED || kind == CALL_EVENT_STARTED || kind == CALL_EVENT_ENDED;
}

static struct lane *lane_find(const struct relay *r, const char *uuid)
{
    struct lane *lane;

    TAILQ_FOREACH(lane, &r->lanes, entry)
        if (strcmp(lane->uuid, uuid) == 0)
            return lane;
    return NULL;
}

static void remove_posting(struct posting *p)
{
    struct lane *lane = p->lane;

    answer(p, NULL, 0);
    TAILQ_REMOVE(&lane->waiting, p, entry);
    lane->n--;
    lane->relay->counts.waiting--;
    arena_free(p->arena);
}

static void remove_lane(struct lane *lane)
{
    struct relay *r = lane->relay;

    if (lane->transfer)
        http_cancel(lane->transfer);
    ev_timer_stop(r->loop, &lane->retry);
    for (struct posting *p = TAILQ_FIRST(&lane->waiting), *next; p; p = next) {
        next = TAILQ_NEXT(p, entry);
        remove_posting(p);
    }
    TAILQ_REMOVE(&r->lanes, lane, entry);
    r->n_lanes--;
    free(lane);
}

/* --- sending --------------------------------------------------------------------------------- */

static void send_first(struct lane *);

static void say_trouble(struct relay *r, const struct err *err)
{
    bool was = r->troubled;

    r->troubled = err != NULL;
    if (r->options.trouble && (err ? !was : was))
        r->options.trouble(r->options.ctx, err);
}

static void try_again(struct lane *lane)
{
    enum { LONGEST = 4 }; /* doublings */
    unsigned doubled = lane->attempts < LONGEST ? lane->attempts : LONGEST;

    lane->attempts++;
    answer(TAILQ_FIRST(&lane->waiting), NULL, 0);
    set_timer(lane->relay, &lane->retry, (int64_t)lane->relay->options.retry_ms << doubled);
}

static void take_next(struct lane *lane)
{
    remove_posting(TAILQ_FIRST(&lane->waiting));
    lane->attempts = 0;
    if (TAILQ_EMPTY(&lane->waiting))
        remove_lane(lane);
    else
        send_first(lane);
}

static void on_done(void *ctx, const struct http_response *response, const struct err *failure)
{
    struct lane *lane = ctx;
    struct relay *r = lane->relay;
    struct posting *p = TAILQ_FIRST(&lane->waiting);
    struct err err;

    lane->transfer = NULL;
    if (!failure && response->status >= 200 && response->status <= 299) {
        r->counts.sent++;
        say_trouble(r, NULL);
        answer(p, response->body, response->len);
        take_next(lane);
        return;
    }
    if (!failure)
        err_set(&err, ERR_DENIED, "%s answered %d to a webhook", r->endpoint.base_url,
                response->status);
    say_trouble(r, failure ? failure : &err);
    if (failure && failure->code == ERR_UNREACHABLE &&
        mono_ms() - p->since_ms < r->options.keep_ms) {
        try_again(lane);
        return;
    }
    r->counts.failed++;
    take_next(lane);
}

static void send_first(struct lane *lane)
{
    struct relay *r = lane->relay;
    const struct posting *p = TAILQ_FIRST(&lane->waiting);
    struct http_request request = {.method = "POST",
                                   .path = r->path,
                                   .body = p->body,
                                   .headers = p->headers,
                                   .total_ms = r->options.attempt_ms,
                                   .max_body = MAX_ANSWER};

    lane->transfer = http_send(r->http, &r->endpoint, &request, NULL, on_done, lane);
}

static void on_retry(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    (void)loop, (void)events;
    send_first(timer->data);
}

/* --- taking it ------------------------------------------------------------------------------- */

static struct lane *lane_new(struct relay *r, const char *uuid)
{
    struct lane *lane = calloc(1, sizeof *lane);

    if (!lane)
        abort();
    lane->relay = r;
    memcpy(lane->uuid, uuid, strlen(uuid) + 1);
    TAILQ_INIT(&lane->waiting);
    ev_timer_init(&lane->retry, on_retry, 0., 0.);
    lane->retry.data = lane;
    TAILQ_INSERT_TAIL(&r->lanes, lane, entry);
    r->n_lanes++;
    return lane;
}

/* The oldest that can be spared, but never the one that is being sent; or NULL. */
static struct posting *spared(const struct lane *lane)
{
    struct posting *first = TAILQ_FIRST(&lane->waiting), *p;

    TAILQ_FOREACH(p, &lane->waiting, entry)
        if (p != first && !is_essential(p->kind))
            return p;
    return NULL;
}

static bool make_room(struct relay *r, struct lane *lane, enum call_event_kind kind)
{
    size_t most = is_essential(kind) ? RELAY_EVENTS : RELAY_EVENTS / 2;

    if (r->counts.waiting >= most || (!lane && r->n_lanes >= RELAY_CALLS))
        return false;
    if (!lane || lane->n < RELAY_A_CALL)
        return true;
    struct posting *p = spared(lane);
    if (!p)
        return false;
    r->counts.dropped++;
    remove_posting(p);
    return true;
}

static struct posting *posting_new(struct lane *lane, const struct call_event *e, const char *body)
{
    struct arena *a = arena_new();
    struct posting *p = arena_alloc(a, sizeof *p);
    char *secret = arena_printf(a, "x-avr-webhook-secret: %s", lane->relay->options.secret);

    arena_at_free(a, text_wipe, secret);
    *p = (struct posting){.arena = a,
                          .lane = lane,
                          .kind = e->kind,
                          .type = arena_strdup(a, e->type),
                          .timestamp = arena_strdup(a, e->timestamp),
                          .body = arena_strdup(a, body),
                          .headers = {secret},
                          .since_ms = mono_ms()};
    if (e->agent_id)
        p->headers[1] = arena_printf(a, "x-avr-agent-id: %s", e->agent_id);
    ev_timer_init(&p->patience, on_patience, 0., 0.);
    p->patience.data = p;
    return p;
}

bool relay_send(struct relay *r, const struct call_event *e, const char *body, relay_answer *tell,
                void *ctx)
{
    struct lane *lane = lane_find(r, e->uuid);

    if (!make_room(r, lane, e->kind)) {
        r->counts.dropped++;
        return false;
    }
    if (!lane)
        lane = lane_new(r, e->uuid);
    struct posting *p = posting_new(lane, e, body);
    p->answer = tell;
    p->ctx = ctx;
    if (tell)
        set_timer(r, &p->patience, r->options.answer_ms);
    TAILQ_INSERT_TAIL(&lane->waiting, p, entry);
    r->counts.waiting++;
    if (++lane->n == 1)
        send_first(lane);
    return true;
}

bool relay_is_echo(const struct relay *r, const struct call_event *e)
{
    const struct lane *lane = lane_find(r, e->uuid);
    const struct posting *p = lane && lane->transfer ? TAILQ_FIRST(&lane->waiting) : NULL;

    return p && text_is(p->type, e->type) && text_is(p->timestamp, e->timestamp);
}

struct relay_counts relay_counts(const struct relay *r)
{
    return r->counts;
}

/* --- its life -------------------------------------------------------------------------------- */

static unsigned or_default(unsigned ms, unsigned dflt)
{
    return ms ? ms : dflt;
}

struct relay *relay_open(struct ev_loop *loop, const struct relay_options *o, struct err *err)
{
    struct arena *a = arena_new();
    struct relay *r = arena_alloc(a, sizeof *r);

    r->arena = a;
    r->loop = loop;
    r->options = *o;
    r->options.secret = arena_strdup(a, o->secret);
    arena_at_free(a, text_wipe, (char *)r->options.secret);
    r->options.answer_ms = or_default(o->answer_ms, ANSWER_MS);
    r->options.attempt_ms = or_default(o->attempt_ms, ATTEMPT_MS);
    r->options.retry_ms = or_default(o->retry_ms, RETRY_MS);
    r->options.keep_ms = or_default(o->keep_ms, KEEP_MS);
    TAILQ_INIT(&r->lanes);
    if (webhook_url(a, o->url, &r->endpoint.base_url, &r->path, err) < 0) {
        arena_free(a);
        return NULL;
    }
    r->http = http_open(loop);
    return r;
}

void relay_close(struct relay *r)
{
    if (!r)
        return;
    for (struct lane *lane = TAILQ_FIRST(&r->lanes), *next; lane; lane = next) {
        next = TAILQ_NEXT(lane, entry);
        remove_lane(lane);
    }
    http_close(r->http);
    arena_free(r->arena);
}
