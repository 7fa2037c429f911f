/* hook_server.h - a webhook on the loop of the test, that answers by a script.
 *
 * Each answer is a status with headers ("429 Slow\r\nRetry-After: 1"), a JSON object, or HANG,
 * HANG_UP, GARBAGE, ENDLESS; the last one goes on for ever. */
#ifndef TESTS_SERVICE_HOOK_SERVER_H
#define TESTS_SERVICE_HOOK_SERVER_H

#include <arpa/inet.h>
#include <ev.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HANG    "hang"
#define HANG_UP "hang up"
#define GARBAGE "garbage"
#define ENDLESS "endless"

enum { HOOK_CONNECTIONS = 16, HOOK_REQUEST = 1 << 17, HOOK_KEPT = 8 };

struct hook_connection {
    struct hook *hook;
    struct ev_io io;
    bool open;
    size_t len;
    char in[HOOK_REQUEST];
};

struct hook {
    struct ev_loop *loop;
    struct ev_io io;
    int port;
    const char *const *script; /* ends with NULL */
    int requests;
    char head[HOOK_KEPT][1024];         /* of the first requests */
    char body[HOOK_KEPT][HOOK_REQUEST]; /* likewise */
    struct hook_connection connections[HOOK_CONNECTIONS];
};

static inline void hook_say(int fd, const char *s, size_t n)
{
    if (send(fd, s, n, MSG_NOSIGNAL) < 0) {
        /* the client has left: that is its right */
    }
}

static inline void hook_close(struct hook_connection *c)
{
    if (!c->open)
        return;
    ev_io_stop(c->hook->loop, &c->io);
    close(c->io.fd);
    c->open = false;
}

static inline void hook_answer(struct hook_connection *c, const char *what)
{
    char out[4096];

    if (strcmp(what, HANG) == 0)
        return;
    if (strcmp(what, HANG_UP) == 0) {
        hook_close(c);
    } else if (strcmp(what, GARBAGE) == 0) {
        hook_say(c->io.fd, "\x16\x03\x01 what?\r\n\r\n", 13);
        hook_close(c);
    } else if (strcmp(what, ENDLESS) == 0) { /* a good head, and a body that never ends */
        int n = snprintf(out, sizeof out,
                         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                         "5\r\nthere\r\n");
        hook_say(c->io.fd, out, (size_t)n);
    } else if (*what == '{') {
        int n = snprintf(out, sizeof out, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s",
                         strlen(what), what);
        hook_say(c->io.fd, out, (size_t)n);
    } else {
        int n = snprintf(out, sizeof out, "HTTP/1.1 %s\r\nContent-Length: 2\r\n\r\nok", what);
        hook_say(c->io.fd, out, (size_t)n);
    }
}

static inline void hook_request(struct hook_connection *c, const char *body)
{
    struct hook *h = c->hook;
    int n = h->requests++, last = 0;

    if (n < HOOK_KEPT) {
        snprintf(h->head[n], sizeof h->head[n], "%.*s", (int)(body - c->in), c->in);
        snprintf(h->body[n], sizeof h->body[n], "%s", body);
    }
    while (last < n && h->script[last + 1])
        last++;
    c->len = 0;
    hook_answer(c, h->script[last]);
}

static inline void hook_read(struct ev_loop *loop, struct ev_io *io, int events)
{
    struct hook_connection *c = io->data;

    (void)loop, (void)events;
    ssize_t n = recv(io->fd, c->in + c->len, sizeof c->in - 1 - c->len, MSG_DONTWAIT);
    if (n <= 0) {
        hook_close(c);
        return;
    }
    c->len += (size_t)n;
    c->in[c->len] = '\0';
    const char *body = strstr(c->in, "\r\n\r\n"), *length = strcasestr(c->in, "Content-Length:");
    if (body && length && strlen(body + 4) >= (size_t)strtol(length + 15, NULL, 10))
        hook_request(c, body + 4);
}

static inline void hook_accept(struct ev_loop *loop, struct ev_io *io, int events)
{
    struct hook *h = io->data;
    struct hook_connection *c = h->connections;

    (void)events;
    while (c->open)
        c++;
    c->hook = h;
    c->len = 0;
    c->open = true;
    ev_io_init(&c->io, hook_read, accept(io->fd, NULL, NULL), EV_READ);
    c->io.data = c;
    ev_io_start(loop, &c->io);
}

/* Keeps the loop running.  port 0: any. */
static inline struct hook *hook_open_at(struct ev_loop *loop, const char *const *script, int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons((uint16_t)port)};
    socklen_t len = sizeof address;
    int on = 1;
    struct hook *h = calloc(1, sizeof *h);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) ||
        bind(fd, (struct sockaddr *)&address, len) || listen(fd, 16) ||
        getsockname(fd, (struct sockaddr *)&address, &len))
        abort();
    h->loop = loop;
    h->script = script;
    h->port = ntohs(address.sin_port);
    ev_io_init(&h->io, hook_accept, fd, EV_READ);
    h->io.data = h;
    ev_io_start(loop, &h->io);
    return h;
}

static inline struct hook *hook_open(struct ev_loop *loop, const char *const *script)
{
    return hook_open_at(loop, script, 0);
}

static inline void hook_free(struct hook *h)
{
    for (int i = 0; i < HOOK_CONNECTIONS; i++)
        hook_close(&h->connections[i]);
    ev_io_stop(h->loop, &h->io);
    close(h->io.fd);
    free(h);
}

#endif
