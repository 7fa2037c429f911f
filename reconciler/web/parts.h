/* parts.h - the inside of the server, for the files of this room.
 *
 *     server.c      its life, libmicrohttpd in the loop
 *     accept.c      who may connect
 *     listener.c    an address that is listened at
 *     connection.c  one connection and its deadlines
 *     exchange.c    a request on its way: what libmicrohttpd tells of it
 *     check.c       what is refused before anybody looks at it
 *     uri.c         paths, parameters, hosts
 *     request.c     what handlers read
 *     reply.c       what they answer
 *     stream.c      answers that go on
 *
 * A request has two owners: libmicrohttpd, until it says that the request is over, and the handler,
 * until it has answered.  It is freed when both have let go. */
#ifndef WEB_PARTS_H
#define WEB_PARTS_H

#include <ev.h>
#include <microhttpd.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "base/array.h"
#include "web/listener.h"
#include "web/reply.h"
#include "web/request.h"
#include "web/server.h"
#include "web/stream.h"
#include "web/uri.h"

struct web {
    struct ev_loop *loop;
    struct web_options options;
    struct MHD_Daemon *daemon;
    struct ev_io ready;     /* libmicrohttpd's epoll descriptor */
    struct ev_timer due;    /* when libmicrohttpd wants to be run though nothing is ready */
    struct ev_timer breath; /* pending: no descriptor was free, so nobody is accepted */
    struct web_listener *listeners;
    TAILQ_HEAD(, connection) connections;
    TAILQ_HEAD(web_requests, web_request) pending; /* suspended: something to send is to come */
    struct web_requests orphans; /* nobody waits for the answer that is still to come */
    struct web_counts counts;
    size_t backlog; /* bytes that wait in all streams */
    bool closing;
    bool is_kicked; /* by whoever was called from libmicrohttpd, even: it forgets resumed ones then
                     */
};

struct connection {
    TAILQ_ENTRY(connection) all;
    struct web *web;
    struct MHD_Connection *mhd;
    int fd;
    struct sockaddr_storage peer;
    struct ev_timer deadline;    /* for what the peer owes us */
    struct web_request *request; /* under way; NULL: none */
};

struct web_stream {
    struct web_request *request;
    void (*on_gone)(void *ctx);
    void *ctx;
    char *text; /* from sent to len it waits to be sent */
    size_t sent, len, cap;
    struct ev_timer heartbeat;
    bool is_over; /* for its owner */
    bool dropped;
};

struct web_request {
    TAILQ_ENTRY(web_request) in; /* pending, orphans or neither */
    struct web *web;
    struct connection *connection; /* NULL: over */
    struct arena *arena;
    struct sockaddr_storage peer;
    const char *uri, *method, *path;
    struct web_pairs query, headers, params;
    const struct web_route *route;
    const void *identity;
    char *body;
    size_t body_len, body_cap;
    bool checked;                  /* its head was looked at */
    bool owned;                    /* by a handler that has not answered */
    bool is_gone;                  /* the asker left */
    bool is_pending;               /* in web->pending */
    bool is_orphan;                /* in web->orphans */
    struct MHD_Response *response; /* not yet given to libmicrohttpd */
    unsigned status;
    struct web_pairs reply_headers;
    void (*on_gone)(void *ctx);
    void *gone_ctx;
    struct web_stream *stream;
    struct ev_io watch; /* while it is suspended: the asker leaves */
};

/* ---- server.c ---- */
void web_kick(struct web *); /* libmicrohttpd has something to do */

/* ---- accept.c ---- */
void web_accept_start(struct web *, struct web_listener *);
void web_accept_stop(struct web *);
bool peer_is_local(const struct sockaddr_storage *);

/* ---- connection.c ---- */
void connection_notify(void *web, struct MHD_Connection *, void **socket_context,
                       enum MHD_ConnectionNotificationCode);
struct connection *connection_of(struct MHD_Connection *);
void connection_expect(struct connection *, double seconds); /* 0: nothing any more */
void connection_cut(struct connection *);

/* ---- exchange.c: libmicrohttpd's callbacks, and what leads to them ---- */
void *exchange_begin(void *web, const char *uri, struct MHD_Connection *);
enum MHD_Result exchange_turn(void *web, struct MHD_Connection *, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *n_data, void **request);
void exchange_end(void *web, struct MHD_Connection *, void **request,
                  enum MHD_RequestTerminationCode);
void exchange_over(struct web_request *);
void exchange_suspend(struct web_request *);
void exchange_resume(struct web_request *);
void exchange_abandon(struct web_request *); /* it is suspended, and is over for its owner */
void exchange_release(struct web_request *); /* if nobody owns it any more */

/* ---- check.c ---- */
/* Everything that can be said of a head: false if the request was answered with an error. */
bool check_head(struct web_request *);

/* ---- reply.c ---- */
void reply_with(struct web_request *, unsigned status, const char *type, struct MHD_Response *);

/* ---- stream.c ---- */
void stream_gone(struct web_stream *); /* tells its owner, once */
void stream_free(struct web_stream *);

#endif
