/* fake_stream.h - an engine of which there is only the ping and the event stream, on a Unix socket,
 * in the thread and the virtual time of the test.  The test says what the stream sends. */
#ifndef TESTS_FAKE_STREAM_H
#define TESTS_FAKE_STREAM_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"
#include "control/virtual_time.h"

enum { FAKE_CONNECTIONS = 16 };

enum fake_habit { FAKE_ANSWERS, FAKE_REFUSES, FAKE_HANGS, FAKE_IS_DEAF };

struct fake_connection {
    int fd;               /* 0: free */
    bool is_stream, over; /* over: closed when out is sent */
    char in[4096];
    size_t len;
    struct text out;
    size_t sent;
};

static struct {
    struct arena *arena;
    char path[64];
    int listener; /* -1: the engine is away */
    enum fake_habit habit;
    const char *api_version;
    int pings, streams;   /* so far */
    char request[1024];   /* the last one for a stream */
    int64_t asked_ms[64]; /* when the streams were asked for */
    struct fake_connection connections[FAKE_CONNECTIONS];
} fake;

static inline void fake_say(const char *bytes, size_t len) /* on the stream that is open, a chunk */
{
    for (int i = 0; i < FAKE_CONNECTIONS; i++) {
        struct fake_connection *c = &fake.connections[i];
        if (!c->fd || !c->is_stream)
            continue;
        text_printf(&c->out, "%zx\r\n", len);
        text_add_n(&c->out, bytes, len);
        text_add(&c->out, "\r\n");
    }
}

static inline int fake_open_streams(void)
{
    int n = 0;

    for (int i = 0; i < FAKE_CONNECTIONS; i++)
        n += fake.connections[i].fd && fake.connections[i].is_stream;
    return n;
}

static inline void fake_hang_up(struct fake_connection *c)
{
    close(c->fd);
    *c = (struct fake_connection){0};
}

/* politely: with the end that the protocol has for it */
static inline void fake_cut(bool politely)
{
    for (int i = 0; i < FAKE_CONNECTIONS; i++) {
        struct fake_connection *c = &fake.connections[i];
        if (!c->fd || !c->is_stream)
            continue;
        if (politely)
            text_add(&c->out, "0\r\n\r\n");
        c->over = true;
    }
}

static inline void fake_answer(struct fake_connection *c, const char *status, const char *body)
{
    text_printf(&c->out,
                "HTTP/1.1 %s\r\nApi-Version: %s\r\nServer: Docker/20.10.24 (linux)\r\n"
                "Content-Length: %zu\r\n\r\n%s",
                status, fake.api_version, strlen(body), body);
}

static inline void fake_obey(struct fake_connection *c)
{
    bool ping = text_starts(c->in, "GET /_ping ");

    fake.pings += ping;
    if (fake.habit == FAKE_IS_DEAF)
        return;
    if (ping) {
        fake_answer(c, "200 OK", "OK");
        return;
    }
    snprintf(fake.request, sizeof fake.request, "%.*s", (int)strcspn(c->in, "\r"), c->in);
    fake.asked_ms[fake.streams++ % 64] = virtual_ms();
    c->is_stream = fake.habit == FAKE_ANSWERS;
    if (fake.habit == FAKE_REFUSES)
        fake_answer(c, "400 Bad Request", "{\"message\":\"client version 1.41 is too old\"}");
    else if (fake.habit == FAKE_ANSWERS)
        text_add(&c->out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
}

static inline bool fake_read(struct fake_connection *c)
{
    ssize_t n = recv(c->fd, c->in + c->len, sizeof c->in - 1 - c->len, MSG_DONTWAIT);

    if (n < 0 && errno == EAGAIN)
        return false;
    if (n <= 0) {
        fake_hang_up(c);
        return true;
    }
    c->len += (size_t)n;
    c->in[c->len] = '\0';
    if (strstr(c->in, "\r\n\r\n")) {
        fake_obey(c);
        c->len = 0;
    }
    return true;
}

static inline bool fake_write(struct fake_connection *c)
{
    size_t left = c->out.len - c->sent;
    ssize_t n = left ? send(c->fd, c->out.s + c->sent, left, MSG_DONTWAIT | MSG_NOSIGNAL) : 0;

    c->sent += n > 0 ? (size_t)n : 0;
    if (c->over && c->sent == c->out.len) {
        fake_hang_up(c);
        return true;
    }
    return n > 0;
}

static inline bool fake_accept(void)
{
    int fd = fake.listener < 0 ? -1 : accept4(fake.listener, NULL, NULL, SOCK_CLOEXEC);

    for (int i = 0; fd >= 0 && i < FAKE_CONNECTIONS; i++)
        if (!fake.connections[i].fd) {
            fake.connections[i] = (struct fake_connection){.fd = fd, .out = {.arena = fake.arena}};
            return true;
        }
    if (fd >= 0)
        abort();
    return false;
}

static inline bool fake_work(void)
{
    bool worked = fake_accept();

    for (int i = 0; i < FAKE_CONNECTIONS; i++) {
        struct fake_connection *c = &fake.connections[i];
        if (c->fd)
            worked |= fake_read(c);
        if (c->fd)
            worked |= fake_write(c);
    }
    return worked;
}

static inline void fake_arrive(void)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};

    snprintf(un.sun_path, sizeof un.sun_path, "%s", fake.path);
    fake.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (bind(fake.listener, (struct sockaddr *)&un, sizeof un) < 0 || listen(fake.listener, 16) < 0)
        abort();
}

static inline void fake_leave(void)
{
    for (int i = 0; i < FAKE_CONNECTIONS; i++)
        if (fake.connections[i].fd)
            fake_hang_up(&fake.connections[i]);
    close(fake.listener);
    unlink(fake.path);
    fake.listener = -1;
}

static inline void fake_open(struct arena *a, const char *dir)
{
    memset(&fake, 0, sizeof fake);
    fake.arena = a;
    fake.api_version = "1.41";
    snprintf(fake.path, sizeof fake.path, "%s/engine.sock", dir);
    fake_arrive();
    virtual_work = fake_work;
}

#endif
