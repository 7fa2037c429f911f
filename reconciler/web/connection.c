#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "web/parts.h"

static void on_deadline(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    struct connection *c = timer->data;

    (void)loop, (void)events;
    c->web->counts.timed_out++;
    connection_cut(c);
}

/* libmicrohttpd sees it as a peer that has gone. */
void connection_cut(struct connection *c)
{
    shutdown(c->fd, SHUT_RDWR);
    web_kick(c->web);
}

void connection_expect(struct connection *c, double seconds)
{
    ev_timer_stop(c->web->loop, &c->deadline);
    if (seconds <= 0)
        return;
    ev_timer_set(&c->deadline, seconds, 0.);
    ev_timer_start(c->web->loop, &c->deadline);
}

static struct connection *connection_new(struct web *web, struct MHD_Connection *mhd)
{
    const struct sockaddr *peer =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
    struct connection *c = calloc(1, sizeof *c);

    if (!c)
        abort();
    c->web = web;
    c->mhd = mhd;
    c->fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    memcpy(&c->peer, peer,
           peer->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in));
    ev_init(&c->deadline, on_deadline);
    c->deadline.data = c;
    TAILQ_INSERT_TAIL(&web->connections, c, all);
    web->counts.connections++;
    web->counts.accepted++;
    connection_expect(c, WEB_HEAD_S);
    return c;
}

static void connection_free(struct connection *c)
{
    if (c->request) /* too bad for libmicrohttpd to tell of its end */
        exchange_over(c->request);
    ev_timer_stop(c->web->loop, &c->deadline);
    TAILQ_REMOVE(&c->web->connections, c, all);
    c->web->counts.connections--;
    free(c);
}

void connection_notify(void *web, struct MHD_Connection *mhd, void **socket_context,
                       enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *socket_context = connection_new(web, mhd);
    } else if (*socket_context) {
        connection_free(*socket_context);
        *socket_context = NULL;
    }
}

struct connection *connection_of(struct MHD_Connection *mhd)
{
    return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}
