#include "web/stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "web/parts.h"

enum { BLOCK = 512, FIRST = 1024 }; /* libmicrohttpd holds a block for each reader */

static const char heartbeat[] = ":\n\n";

/* --- what waits to be sent ------------------------------------------------------------------- */

static void make_room(struct web_stream *s, size_t n)
{
    if (s->cap - s->len >= n)
        return;
    if (s->sent) {
        memmove(s->text, s->text + s->sent, s->len - s->sent);
        s->len -= s->sent;
        s->sent = 0;
    }
    size_t cap = s->cap ? s->cap : FIRST;
    while (cap - s->len < n)
        cap *= 2;
    s->text = realloc(s->text, cap);
    if (!s->text)
        abort();
    s->cap = cap;
}

static void forget_text(struct web_stream *s)
{
    s->request->web->backlog -= s->len - s->sent;
    free(s->text);
    s->text = NULL;
    s->sent = s->len = s->cap = 0;
}

/* A reader with nothing to read holds no memory for it. */
static size_t take(struct web_stream *s, char *ret, size_t max)
{
    size_t n = s->len - s->sent;

    if (n > max)
        n = max;
    memcpy(ret, s->text + s->sent, n);
    s->sent += n;
    s->request->web->backlog -= n;
    if (s->sent == s->len)
        forget_text(s);
    return n;
}

/* libmicrohttpd has room for more. */
static ssize_t on_read(void *ctx, uint64_t pos, char *ret, size_t max)
{
    struct web_stream *s = ctx;

    (void)pos;
    if (s->request->is_gone || s->dropped)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (s->sent < s->len)
        return (ssize_t)take(s, ret, max);
    if (s->is_over)
        return MHD_CONTENT_READER_END_OF_STREAM;
    exchange_suspend(s->request);
    return 0;
}

/* Closed by the next turn of libmicrohttpd, which tells the owner. */
static void drop(struct web_stream *s)
{
    s->dropped = true;
    s->request->web->counts.dropped++;
    ev_timer_stop(s->request->web->loop, &s->heartbeat);
    forget_text(s);
    connection_cut(s->request->connection);
    exchange_resume(s->request);
}

static size_t allowance(const struct web *web)
{
    return web->backlog > WEB_STREAMS_BACKLOG ? WEB_STREAM_NEED : WEB_STREAM_BACKLOG;
}

void web_stream_send_text(struct web_stream *s, const char *text, size_t len)
{
    struct web *web = s->request->web;

    if (s->is_over || s->dropped)
        return;
    if (s->len - s->sent + len > allowance(web)) {
        drop(s);
        return;
    }
    make_room(s, len);
    memcpy(s->text + s->len, text, len);
    s->len += len;
    web->backlog += len;
    ev_timer_again(web->loop, &s->heartbeat);
    exchange_resume(s->request);
}

static void on_heartbeat(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    struct web_stream *s = timer->data;

    (void)loop, (void)events;
    if (s->sent == s->len)
        web_stream_send_text(s, heartbeat, sizeof heartbeat - 1);
}

/* --- text of an event ------------------------------------------------------------------------ */

const char *web_stream_text(struct arena *a, uint64_t id, const char *event, const char *json)
{
    struct text t = {.arena = a};

    if (id)
        text_printf(&t, "id: %llu\n", (unsigned long long)id);
    if (event)
        text_printf(&t, "event: %s\n", event);
    for (;;) {
        size_t n = strcspn(json, "\r\n");
        text_printf(&t, "data: %.*s\n", (int)n, json);
        if (!json[n])
            break;
        json += n + 1;
    }
    text_add(&t, "\n");
    return text_str(&t);
}

void web_stream_send(struct web_stream *s, uint64_t id, const char *event, const char *json)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const char *text = web_stream_text(a, id, event, json);

    web_stream_send_text(s, text, strlen(text));
}

/* --- its life -------------------------------------------------------------------------------- */

static struct web_stream *stream_new(struct web_request *r, void (*on_gone)(void *), void *ctx)
{
    struct web_stream *s = arena_alloc(r->arena, sizeof *s);

    s->request = r;
    s->on_gone = on_gone;
    s->ctx = ctx;
    ev_timer_init(&s->heartbeat, on_heartbeat, WEB_HEARTBEAT_S, WEB_HEARTBEAT_S);
    s->heartbeat.data = s;
    r->web->counts.streams++;
    return s;
}

struct web_stream *web_stream_open(struct web_request *r, void (*on_gone)(void *ctx), void *ctx)
{
    if (r->is_gone || r->web->counts.streams >= WEB_MAX_STREAMS) {
        web_reply_error(r, MHD_HTTP_SERVICE_UNAVAILABLE, "too_many_streams",
                        "There are too many readers of events.");
        return NULL;
    }
    struct web_stream *s = stream_new(r, on_gone, ctx);
    web_reply_header(r, "X-Accel-Buffering", "no"); /* or proxies keep events back */
    reply_with(r, MHD_HTTP_OK, "text/event-stream",
               MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, on_read, s, NULL));
    r->owned = true;
    r->stream = s;
    web_stream_send_text(s, heartbeat, sizeof heartbeat - 1); /* the head goes out with it */
    return s;
}

/* Its owner and it have nothing to do with each other any more. */
static void part(struct web_stream *s)
{
    s->is_over = true;
    s->request->owned = false;
    s->request->web->counts.streams--;
    ev_timer_stop(s->request->web->loop, &s->heartbeat);
}

void stream_gone(struct web_stream *s)
{
    if (s->is_over)
        return;
    part(s);
    if (s->on_gone)
        s->on_gone(s->ctx);
}

void web_stream_end(struct web_stream *s)
{
    if (s->is_over)
        return;
    part(s);
    exchange_resume(s->request);
}

void stream_free(struct web_stream *s)
{
    forget_text(s);
}
