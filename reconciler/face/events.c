/* /events: what happens, to whoever listens. */
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "base/out.h"
#include "base/text.h"
#include "face/status.h"
#include "face/ring.h"
#include "face/rows.h"
#include "face/seen.h"
#include "link/wire_event.h"
#include "render/api.h"
#include "render/history.h"
#include "web/stream.h"

/* More rows than these at once are read anew sooner than they are told one by one. */
enum { MOST_ROWS = 64 };

struct listener {
    TAILQ_ENTRY(listener) all;
    struct events *events;
    struct web_stream *stream;
};

struct events {
    struct face *face;
    TAILQ_HEAD(, listener) listeners;
    struct ring ring;
    struct arena *round; /* while one is told */
    size_t n_rows;       /* told in it */
    struct arena *arena; /* of the status as it was told last */
    const char *status;  /* "": never */
    uint64_t calls;      /* which ones are open, in short */
};

/* --- telling --------------------------------------------------------------------------------- */

static void tell(struct events *e, const char *event, const char *json)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const char *text = web_stream_text(a, e->ring.next_id, event, json);
    struct listener *l;

    ring_add(&e->ring, text);
    TAILQ_FOREACH(l, &e->listeners, all)
        web_stream_send_text(l->stream, text, strlen(text));
}

static void on_row(void *ctx, const struct agent_plan *plan)
{
    struct events *e = ctx;
    struct render r = seen_render(e->face, NULL);

    if (++e->n_rows <= MOST_ROWS)
        tell(e, "agent", render_agent_status_json(e->round, &r, plan));
}

static void on_row_gone(void *ctx, const char *agent_id)
{
    struct events *e = ctx;
    struct out o = {.text.arena = e->round};

    out_object(&o, NULL);
    out_text(&o, "id", agent_id);
    out_end(&o);
    if (++e->n_rows <= MOST_ROWS)
        tell(e, "gone", text_str(&o.text));
}

/* What it says of times and counts is no news. */
static void tell_status(struct events *e)
{
    struct arena *a = arena_new();
    const char *still = status_json(e->face, a, NULL, true);

    if (text_is(still, e->status)) {
        arena_free(a);
        return;
    }
    tell(e, "status", status_json(e->face, a, NULL, false));
    arena_free(e->arena);
    e->arena = a;
    e->status = still;
}

static void events_round(struct face *face, bool good)
{
    struct events *e = face->events;
    const struct look *look = good ? service_last_look(face->service, NULL, NULL) : NULL;

    e->round = arena_new();
    e->n_rows = 0;
    if (look) {
        struct render r = seen_render(face, look);
        rows_round(face->rows, &r, &look->plan, &(struct rows_listener){on_row, on_row_gone, e});
    }
    if (e->n_rows > MOST_ROWS)
        tell(e, "reset", "{}");
    tell_status(e);
    arena_free(e->round);
}

/* Not every call is noticed otherwise: there may be no database. */
static void events_event(struct face *face, const struct event *event)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const struct look *look = service_last_look(face->service, NULL, NULL);

    if (!event->agent)
        return;
    tell(face->events, "progress", event_encode(a, event));
    if (look && !TAILQ_EMPTY(&face->events->listeners) && seen_otherwise(look, event))
        service_look_soon(face->service);
}

/* One that could not be written has no id, and nobody could ask for it.  The row of an agent that
 * is begun is another, and its first step may take long. */
static void events_change(struct face *face, const struct change *change)
{
    struct events *e = face->events;
    struct arena *a CLEANUP_ARENA = arena_new();

    if (change->id)
        tell(e, "activity", render_change_json(a, change));
    if (change->result == CHANGE_UNDERWAY && !TAILQ_EMPTY(&e->listeners))
        service_look_soon(face->service);
}

static uint64_t in_short(const char *s)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    for (; *s; s++)
        hash = (hash ^ (unsigned char)*s) * UINT64_C(1099511628211);
    return hash;
}

/* Whoever looks on sees calls come and go. */
static void events_calls(struct face *face, const struct database *db)
{
    struct events *e = face->events;
    uint64_t calls = 0;

    for (size_t i = 0; i < db->n_calls; i++)
        calls ^= in_short(db->calls[i].uuid);
    if (calls != e->calls && !TAILQ_EMPTY(&e->listeners))
        service_look_soon(face->service);
    e->calls = calls;
}

/* --- listening ------------------------------------------------------------------------------- */

static void listener_drop(void *ctx)
{
    struct listener *l = ctx;

    TAILQ_REMOVE(&l->events->listeners, l, all);
    free(l);
}

/* False: it names no event. */
static bool last_event_id(const struct web_request *r, uint64_t *ret)
{
    const char *text = web_header(r, "Last-Event-ID");
    size_t digits = text ? strspn(text, "0123456789") : 0;

    *ret = 0;
    if (!text)
        return false;
    if (digits && digits <= 19 && !text[digits])
        *ret = strtoull(text, NULL, 10);
    return true;
}

static void tell_missed(struct events *e, struct web_stream *stream, uint64_t id)
{
    size_t n;

    if (!ring_after(&e->ring, id, &n)) {
        web_stream_send(stream, e->ring.next_id - 1, "reset", "{}");
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const struct ring_event *event = ring_at(&e->ring, n, i);
        web_stream_send_text(stream, event->text, strlen(event->text));
    }
}

static void get_events(void *ctx, struct web_request *r)
{
    const struct face *face = ctx;
    struct events *e = face->events;
    struct listener *l = calloc(1, sizeof *l);
    uint64_t id;
    bool is_back = last_event_id(r, &id);

    if (!l)
        abort();
    l->events = e;
    l->stream = web_stream_open(r, listener_drop, l);
    if (!l->stream) {
        free(l);
        return;
    }
    TAILQ_INSERT_TAIL(&e->listeners, l, all);
    if (is_back)
        tell_missed(e, l->stream, id);
}

/* --- the family ------------------------------------------------------------------------------ */

/* No two lives of the program give the same ids, so none is taken for one of another. */
static void events_open(struct face *face)
{
    struct events *e = calloc(1, sizeof *e);

    if (!e)
        abort();
    e->face = face;
    e->status = "";
    e->ring.next_id = (uint64_t)wall_ms() * 1000;
    TAILQ_INIT(&e->listeners);
    face->events = e;
    face->rows = rows_new();
}

static void events_close(struct face *face)
{
    struct events *e = face->events;

    for (struct listener *l = TAILQ_FIRST(&e->listeners), *next; l; l = next) {
        next = TAILQ_NEXT(l, all);
        free(l);
    }
    ring_free(&e->ring);
    arena_free(e->arena);
    free(e);
    rows_free(face->rows);
}

static const struct web_route routes[] = {
    {"GET", "/events", ACCESS_VIEWER, get_events},
};

const struct face_family events_family = {.routes = routes,
                                          .n_routes = sizeof routes / sizeof routes[0],
                                          .open = events_open,
                                          .on_round = events_round,
                                          .on_event = events_event,
                                          .on_change = events_change,
                                          .on_calls = events_calls,
                                          .close = events_close};
