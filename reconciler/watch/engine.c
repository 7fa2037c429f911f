#include "watch/engine.h"

#include <ev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"

enum {
    FIRST_MS = 100,
    MOST_MS = 10000,
    STABLE_MS = 10000, /* a stream that stood so long was no failure */
    BROKEN_MS = 1000   /* one that ended so soon may have ended by what was replayed */
};

struct engine_watch {
    struct client *client;
    struct engine_watch_callbacks tell;
    void *ctx;
    struct ev_timer again;
    struct client_call *call; /* a ping, then the stream; NULL while it waits */
    struct arena *ping;       /* of the ping's answer, while it is under way */
    bool up;
    int64_t up_ms;    /* when it last came up, monotonic */
    int64_t delay_ms; /* before the next try */
    int64_t since_s;  /* engine's clock: where to begin to replay; 0: nowhere */
    bool fresh;       /* an event of another second than since_s was read */
    char why[512];    /* it is down, as it was told; "": nothing was told */
};

/* --- ends and tries --------------------------------------------------------------------------- */

/* Between half of the delay and all of it, so that many of us do not come back at once. */
static int64_t with_jitter(int64_t ms)
{
    unsigned short random = 0;

    if (getrandom(&random, sizeof random, GRND_NONBLOCK) != sizeof random)
        random = 0;
    return ms / 2 + ms / 2 * random / 65535;
}

static void try_later(struct engine_watch *w)
{
    ev_now_update(w->client->loop);
    ev_timer_set(&w->again, (double)with_jitter(w->delay_ms) / 1000., 0.);
    ev_timer_start(w->client->loop, &w->again);
    w->delay_ms = w->delay_ms < MOST_MS / 2 ? 2 * w->delay_ms : MOST_MS;
}

/* An event that cuts the stream (a line too long) would be replayed and cut it for ever. */
static void note_end(struct engine_watch *w)
{
    int64_t stood_ms = mono_ms() - w->up_ms;

    if (w->up && stood_ms < BROKEN_MS && !w->fresh)
        w->since_s = 0;
    if (w->up && stood_ms >= STABLE_MS)
        w->delay_ms = FIRST_MS;
    w->up = false;
}

static void go_down(struct engine_watch *w, const char *text)
{
    note_end(w);
    try_later(w);
    if (strcmp(w->why, text) == 0)
        return;
    snprintf(w->why, sizeof w->why, "%s", text);
    w->tell.on_down(w->ctx, w->why);
}

/* --- the stream ------------------------------------------------------------------------------- */

static void on_open(void *ctx)
{
    struct engine_watch *w = ctx;

    w->up = true;
    w->fresh = false;
    w->up_ms = mono_ms();
    w->why[0] = '\0';
    w->tell.on_up(w->ctx);
    w->tell.on_gap(w->ctx);
}

static void on_event(void *ctx, const struct engine_event *event)
{
    struct engine_watch *w = ctx;

    if (!event) {
        w->tell.on_gap(w->ctx);
        return;
    }
    int64_t s = event->time_ns / 1000000000;
    w->fresh = w->fresh || (s > 0 && s != w->since_s);
    if (s > 0)
        w->since_s = s;
    if (event->object != OBJECT_OTHER && event->action != ACTION_OTHER)
        w->tell.on_event(w->ctx, event);
}

static void on_end(void *ctx, const struct facts *facts, const struct err *err)
{
    struct engine_watch *w = ctx;

    (void)facts;
    w->call = NULL;
    go_down(w, err ? err->text : "the engine closed the event stream");
}

static void open_stream(struct engine_watch *w)
{
    struct call call = {.kind = CALL_EVENTS, .since_s = w->since_s};

    w->call = client_watch(w->client, &call, on_open, on_event, on_end, w);
}

/* --- the ping before it: is it there, and what does it speak? --- */

static void on_ping(void *ctx, const struct facts *facts, const struct err *err)
{
    struct engine_watch *w = ctx;

    if (facts)
        client_learn(w->client, facts);
    arena_free(w->ping);
    w->ping = NULL;
    w->call = NULL;
    if (err)
        go_down(w, err->text);
    else
        open_stream(w);
}

static void ping(struct engine_watch *w)
{
    w->ping = arena_new();
    w->call = client_send(w->client, &(struct call){.kind = CALL_PING}, w->ping, on_ping, w);
}

static void on_again(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    (void)loop, (void)events;
    ping(timer->data);
}

static void give_up(struct engine_watch *w)
{
    ev_timer_stop(w->client->loop, &w->again);
    if (w->call)
        client_cancel(w->call);
    w->call = NULL;
    arena_free(w->ping);
    w->ping = NULL;
}

/* --- the watch -------------------------------------------------------------------------------- */

/* One second back: the engine's clock may be a little behind ours. */
struct engine_watch *engine_watch_new(struct client *client,
                                      const struct engine_watch_callbacks *callbacks, void *ctx)
{
    struct engine_watch *w = calloc(1, sizeof *w);

    if (!w)
        abort();
    *w = (struct engine_watch){.client = client,
                               .tell = *callbacks,
                               .ctx = ctx,
                               .delay_ms = FIRST_MS,
                               .since_s = wall_ms() / 1000 - 1};
    ev_init(&w->again, on_again);
    w->again.data = w;
    ping(w);
    return w;
}

void engine_watch_free(struct engine_watch *w)
{
    if (!w)
        return;
    give_up(w);
    free(w);
}
