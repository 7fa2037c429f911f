/* A request on its way. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "web/parts.h"

/* --- its life -------------------------------------------------------------------------------- */

void *exchange_begin(void *web, const char *uri, struct MHD_Connection *mhd)
{
    struct arena *a = arena_new();
    struct web_request *r = arena_alloc(a, sizeof *r);

    r->web = web;
    r->arena = a;
    r->connection = connection_of(mhd);
    r->peer = r->connection->peer;
    r->uri = arena_strdup(a, uri);
    r->connection->request = r;
    return r;
}

void exchange_release(struct web_request *r)
{
    if (r->connection || r->owned)
        return;
    if (r->is_orphan)
        TAILQ_REMOVE(&r->web->orphans, r, in);
    if (r->stream)
        stream_free(r->stream);
    if (r->response)
        MHD_destroy_response(r->response);
    arena_free(r->arena);
}

/* For libmicrohttpd. */
void exchange_over(struct web_request *r)
{
    r->connection->request = NULL;
    r->connection = NULL;
    if (r->stream)
        stream_gone(r->stream);
    if (r->owned) {
        r->is_orphan = true;
        TAILQ_INSERT_TAIL(&r->web->orphans, r, in);
    }
    exchange_release(r);
}

/* From here on the connection may be used for another request. */
void exchange_end(void *web, struct MHD_Connection *mhd, void **request,
                  enum MHD_RequestTerminationCode code)
{
    struct web_request *r = *request;

    (void)web, (void)mhd, (void)code;
    if (!r)
        return;
    *request = NULL;
    connection_expect(r->connection, WEB_IDLE_S);
    exchange_over(r);
}

/* --- waiting for the answer ------------------------------------------------------------------ */

static void tell_gone(struct web_request *r)
{
    void (*on_gone)(void *) = r->on_gone;

    r->is_gone = true;
    r->on_gone = NULL;
    if (on_gone)
        on_gone(r->gone_ctx);
}

/* Its connection is closed at its next turn, and the request is then over for libmicrohttpd. */
void exchange_abandon(struct web_request *r)
{
    exchange_resume(r);
    r->is_gone = true;
    if (r->stream)
        stream_gone(r->stream);
    else
        tell_gone(r);
}

/* A suspended connection does not notice that its peer has left, so somebody else has to.  A reader
 * of a stream has nothing to say: bytes that wait would hide that it leaves. */
static void on_watch(struct ev_loop *loop, struct ev_io *io, int events)
{
    struct web_request *r = io->data;
    char byte;

    (void)events;
    ssize_t n = recv(io->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (n > 0 && !r->stream)
        ev_io_stop(loop, io); /* its next request, which waits */
    else if (n >= 0 || (errno != EAGAIN && errno != EINTR))
        exchange_abandon(r);
}

void exchange_suspend(struct web_request *r)
{
    MHD_suspend_connection(r->connection->mhd);
    r->is_pending = true;
    TAILQ_INSERT_TAIL(&r->web->pending, r, in);
    if (!r->stream)
        r->web->counts.waiting++;
    ev_io_init(&r->watch, on_watch, r->connection->fd, EV_READ);
    r->watch.data = r;
    ev_io_start(r->web->loop, &r->watch);
}

void exchange_resume(struct web_request *r)
{
    if (!r->is_pending)
        return;
    r->is_pending = false;
    TAILQ_REMOVE(&r->web->pending, r, in);
    if (!r->stream)
        r->web->counts.waiting--;
    ev_io_stop(r->web->loop, &r->watch);
    MHD_resume_connection(r->connection->mhd);
    web_kick(r->web);
}

/* --- its turns ------------------------------------------------------------------------------- */

static enum MHD_Result send_answer(struct web_request *r)
{
    unsigned class = r->status / 100;
    enum MHD_Result result = MHD_queue_response(r->connection->mhd, r->status, r->response);

    r->web->counts.requests[class < 6 ? class : 5]++;
    MHD_destroy_response(r->response); /* libmicrohttpd keeps its own reference */
    r->response = NULL;
    return result;
}

static enum MHD_Result take_head(struct web_request *r, const char *method)
{
    r->checked = true;
    r->method = arena_strdup(r->arena, method);
    connection_expect(r->connection, 0);
    if (!check_head(r))
        return send_answer(r);
    if (r->body_cap)
        connection_expect(r->connection, WEB_BODY_S);
    return MHD_YES;
}

static enum MHD_Result take_body(struct web_request *r, const char *data, size_t *n)
{
    if (*n > r->body_cap - r->body_len)
        return MHD_NO; /* more than was told */
    memcpy(r->body + r->body_len, data, *n);
    r->body_len += *n;
    *n = 0;
    return MHD_YES;
}

static enum MHD_Result handle(struct web_request *r)
{
    struct web *web = r->web;

    connection_expect(r->connection, 0);
    r->owned = true;
    r->route->handle(web->options.ctx, r);
    if (r->response)
        return send_answer(r);
    exchange_suspend(r);
    return MHD_YES;
}

enum MHD_Result exchange_turn(void *web, struct MHD_Connection *mhd, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *n_data, void **request)
{
    struct web_request *r = *request;

    (void)web, (void)mhd, (void)url, (void)version;
    if (r->is_gone)
        return MHD_NO;
    if (!r->checked)
        return take_head(r, method);
    if (r->response)
        return send_answer(r);
    if (*n_data)
        return take_body(r, data, n_data);
    return handle(r);
}
