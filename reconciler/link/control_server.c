#include "link/control_server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "link/control_connection.h"
#include "link/control_peer.h"
#include "link/control_socket.h"

enum { MAX_CONNECTIONS = 32, PAUSE_S = 1 };

struct control_server {
    struct control_owner owner;
    struct control_socket socket;
    struct ev_io acceptable;
    struct ev_timer pause; /* pending: no descriptor was free, so nobody is accepted */
};

/* Who is not served is told so, if it fits: nobody is waited for. */
static void turn_away(int fd, const char *sentence)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const char *text =
        arena_printf(a, "%s%s", wire_text(a, WIRE_ERR, sentence), wire_number(a, WIRE_EXIT, 1));
    ssize_t sent = send(fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);

    (void)sent;
    close(fd);
}

static void welcome(struct control_server *server, int fd)
{
    struct err err = {0};

    if (control_peer_check(fd, control_socket_group(&server->socket), &err) < 0)
        turn_away(fd, err.text);
    else if (server->owner.n >= MAX_CONNECTIONS)
        turn_away(fd, "the service is busy: it talks to 32 clients already");
    else
        control_connection_new(&server->owner, fd);
}

static void on_acceptable(struct ev_loop *loop, struct ev_io *io, int events)
{
    struct control_server *server = io->data;

    (void)events;
    int fd = accept4(io->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
        welcome(server, fd);
        return;
    }
    if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
        return;
    ev_io_stop(loop, io); /* out of descriptors: the loop would turn on this for ever */
    ev_timer_set(&server->pause, PAUSE_S, 0.);
    ev_timer_start(loop, &server->pause);
}

static void on_pause_over(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    struct control_server *server = timer->data;

    (void)events;
    ev_io_start(loop, &server->acceptable);
}

struct control_server *control_server_new(struct ev_loop *loop, const char *path,
                                          control_on_request *on_request, void *ctx,
                                          struct err *err)
{
    struct control_socket socket;

    if (control_socket_open(path, &socket, err) < 0)
        return NULL;
    struct control_server *server = calloc(1, sizeof *server);
    if (!server)
        abort();
    server->owner = (struct control_owner){.loop = loop, .on_request = on_request, .ctx = ctx};
    TAILQ_INIT(&server->owner.all);
    server->socket = socket;
    ev_init(&server->pause, on_pause_over);
    ev_io_init(&server->acceptable, on_acceptable, socket.fd, EV_READ);
    server->acceptable.data = server->pause.data = server;
    ev_io_start(loop, &server->acceptable);
    return server;
}

void control_server_free(struct control_server *server)
{
    struct control_request *r;

    if (!server)
        return;
    ev_io_stop(server->owner.loop, &server->acceptable);
    ev_timer_stop(server->owner.loop, &server->pause);
    while ((r = TAILQ_FIRST(&server->owner.all)))
        control_connection_free(r);
    control_socket_close(&server->socket);
    free(server);
}
