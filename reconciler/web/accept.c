/* Who may connect. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "web/parts.h"

enum { BREATH_S = 1, AT_ONCE = 64 };

static struct in6_addr address_of(const struct sockaddr_storage *peer)
{
    struct in6_addr six = {0};

    if (peer->ss_family == AF_INET6)
        return ((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr;
    six.s6_addr[10] = six.s6_addr[11] = 0xff; /* as an IPv4-mapped one */
    memcpy(&six.s6_addr[12], &((const struct sockaddr_in *)(const void *)peer)->sin_addr, 4);
    return six;
}

bool peer_is_local(const struct sockaddr_storage *peer)
{
    struct in6_addr six = address_of(peer);

    return IN6_IS_ADDR_LOOPBACK(&six) || (IN6_IS_ADDR_V4MAPPED(&six) && six.s6_addr[12] == 127);
}

static bool has_too_many(const struct web *web, const struct sockaddr_storage *peer)
{
    struct in6_addr mine = address_of(peer), other;
    const struct connection *c;
    size_t n = 0;

    if (peer_is_local(peer))
        return false;
    TAILQ_FOREACH(c, &web->connections, all) {
        other = address_of(&c->peer);
        n += IN6_ARE_ADDR_EQUAL(&mine, &other) != 0;
    }
    return n >= WEB_MAX_PER_PEER;
}

/* Who is not served is told so, if it fits: nobody is waited for. */
static void turn_away(struct web *web, int fd)
{
    static const char text[] = "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n"
                               "Cache-Control: no-store\r\nContent-Length: 0\r\n\r\n";

    (void)!send(fd, text, sizeof text - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    close(fd);
    web->counts.refused++;
}

static void welcome(struct web *web, int fd, const struct sockaddr_storage *peer, socklen_t len)
{
    int on = 1;

    if (web->counts.connections >= WEB_MAX_CONNECTIONS || has_too_many(web, peer)) {
        turn_away(web, fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (MHD_add_connection(web->daemon, fd, (const struct sockaddr *)peer, len) != MHD_YES)
        web->counts.refused++; /* closed by it */
}

static void take_a_breath(struct web *web)
{
    for (size_t i = 0; i < web->options.n_listen; i++)
        ev_io_stop(web->loop, &web->listeners[i].acceptable);
    ev_timer_set(&web->breath, BREATH_S, 0.);
    ev_timer_start(web->loop, &web->breath);
}

static void on_acceptable(struct ev_loop *loop, struct ev_io *io, int events)
{
    struct web *web = io->data;

    (void)loop, (void)events;
    for (int i = 0; i < AT_ONCE; i++) {
        struct sockaddr_storage peer = {0};
        socklen_t len = sizeof peer;
        int fd = accept4(io->fd, (struct sockaddr *)&peer, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            welcome(web, fd, &peer, len);
            continue;
        }
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            take_a_breath(web); /* the loop would turn on this for ever */
        break;
    }
    web_kick(web);
}

static void start(struct web *web)
{
    for (size_t i = 0; i < web->options.n_listen; i++)
        if (web->listeners[i].fd >= 0)
            ev_io_start(web->loop, &web->listeners[i].acceptable);
}

static void on_breath(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    (void)loop, (void)events;
    start(timer->data);
}

void web_accept_start(struct web *web, struct web_listener *l)
{
    ev_io_init(&l->acceptable, on_acceptable, l->fd, EV_READ);
    l->acceptable.data = web;
    if (ev_is_active(&web->breath))
        return;
    ev_init(&web->breath, on_breath);
    web->breath.data = web;
    ev_io_start(web->loop, &l->acceptable);
}

void web_accept_stop(struct web *web)
{
    ev_timer_stop(web->loop, &web->breath);
    for (size_t i = 0; i < web->options.n_listen; i++) {
        struct web_listener *l = &web->listeners[i];
        if (l->fd < 0)
            continue;
        ev_io_stop(web->loop, &l->acceptable);
        close(l->fd);
        l->fd = -1;
    }
}
