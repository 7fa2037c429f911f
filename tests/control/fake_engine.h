/* fake_engine.h - a small Docker engine on a Unix socket, in the thread of the test itself.
 *
 * It can spoil one request: refuse it, obey and lose the answer, never answer, answer nonsense. Its
 * work is done from virtual_time.h, so a test is deterministic. */
#ifndef TESTS_FAKE_ENGINE_H
#define TESTS_FAKE_ENGINE_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "fake_docker.h"

/* --- the wire -------------------------------------------------------------------------------- */

static inline void fake_send(struct fake_connection *c, const struct fake_answer *answer,
                             bool truncated)
{
    struct text t = {.arena = engine.arena};
    size_t len = answer->body ? strlen(answer->body) : 0;

    text_printf(&t, "HTTP/1.1 %d X\r\nApi-Version: 1.41\r\nServer: Docker/20.10.24 (linux)\r\n",
                answer->status);
    if (answer->status != 204 && answer->status != 304)
        text_printf(&t, "Content-Length: %zu\r\n", len);
    if (answer->status >= 400 && engine.retry_after)
        text_printf(&t, "Retry-After: %s\r\n", engine.retry_after);
    text_add(&t, "\r\n");
    text_add_n(&t, answer->body ? answer->body : "", truncated ? len / 2 : len);
    fake_write(c, t.s, t.len);
    if (truncated && c->fd)
        fake_hang_up(c);
}

/* The spoiled request. */
static inline void fake_spoil(struct fake_connection *c, const char *method, const char *path,
                              const char *body)
{
    struct fake_answer answer;

    snprintf(engine.spoiled, sizeof engine.spoiled, "%s %.80s", method, path);
    bool lies = engine.fault == FAULT_404 && text_is(method, "GET");
    if (engine.fault == FAULT_500 || lies)
        answer = fake_error(500, "the engine has a bad day");
    else if (engine.fault == FAULT_409 && strstr(path, "/images/create?")) /* a pull's way */
        answer =
            (struct fake_answer){200, "{\"status\":\"Pulling\"}\r\n{\"error\":\"denied\"}\r\n"};
    else if (engine.fault == FAULT_409)
        answer = fake_error(409, "Conflict");
    else if (engine.fault == FAULT_404)
        answer = fake_error(404, "No such container: it");
    else if (engine.fault != FAULT_CUT_BEFORE && engine.fault != FAULT_HANG_BEFORE)
        answer = fake_obey(method, path, body);
    if (engine.fault == FAULT_GARBAGE)
        answer = (struct fake_answer){200, "<html>busy</html>"};

    switch (engine.fault) {
    case FAULT_CUT_BEFORE:
    case FAULT_CUT_AFTER:
        fake_hang_up(c);
        break;
    case FAULT_HANG_BEFORE:
    case FAULT_HANG_AFTER:
        c->hangs = true;
        break;
    default:
        fake_send(c, &answer, engine.fault == FAULT_TRUNCATED);
    }
}

/* An answer without end. */
static inline void fake_listen(struct fake_connection *c)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";

    c->hears = true;
    fake_write(c, head, strlen(head));
}

/* The same, of a log: pieces come from fake_log(). */
static inline void fake_follow(struct fake_connection *c, const char *path)
{
    static const char head[] = "HTTP/1.1 200 OK\r\n\r\n";

    snprintf(c->follows, sizeof c->follows, "%.64s", strstr(path, "/containers/") + 12);
    fake_write(c, head, strlen(head));
}

/* To whoever follows the container: a piece of its log, or its end (NULL). */
static inline void fake_log(const char *id, const char *piece, size_t len)
{
    for (int i = 0; i < FAKE_CONNECTIONS; i++) {
        struct fake_connection *c = &engine.connections[i];
        if (!c->fd || strcmp(c->follows, id) != 0)
            continue;
        if (piece)
            fake_write(c, piece, len);
        else
            fake_hang_up(c);
    }
}

/* Something happened to a container, for everybody who listens. */
static inline void fake_tell_box(const char *action, const char *id, const char *name,
                                 const char *slot)
{
    struct text t = {.arena = engine.arena};

    text_printf(&t,
                "{\"Type\":\"container\",\"Action\":\"%s\",\"Actor\":{\"ID\":\"%s\","
                "\"Attributes\":{\"name\":\"%s\",\"agentName\":\"%s\"}},\"timeNano\":%lld}\n",
                action, id, name, slot, (long long)virtual_us * 1000);
    for (int i = 0; i < FAKE_CONNECTIONS; i++)
        if (engine.connections[i].hears)
            fake_write(&engine.connections[i], t.s, t.len);
}

static inline void fake_keep_login(const char *head, const char *path)
{
    static const char name[] = "X-Registry-Auth: ";
    const char *line = strstr(head, name);

    if (!strstr(path, "/distribution/") && !strstr(path, "/images/create?"))
        return;
    line = line ? line + strlen(name) : "";
    snprintf(engine.login, sizeof engine.login, "%.*s", (int)strcspn(line, "\r"), line);
}

/* One request, if it has arrived completely. */
static inline bool fake_serve(struct fake_connection *c)
{
    char method[8], path[512], *end = strstr(c->in, "\r\n\r\n");
    const char *length = strcasestr(c->in, "Content-Length:");
    size_t body_len = length && end && length < end ? strtoul(length + 15, NULL, 10) : 0;

    if (!end || c->len < (size_t)(end + 4 - c->in) + body_len ||
        sscanf(c->in, "%7s %511s", method, path) != 2)
        return false;
    fake_keep_login(c->in, path);
    c->len = 0; /* no pipelining: nothing can follow yet */
    virtual_pass(1);
    if (++engine.requests == engine.fault_at) {
        fake_spoil(c, method, path, end + 4);
    } else if (strstr(path, "/events?")) {
        fake_listen(c);
    } else if (strstr(path, "follow=1") && fake_find(strstr(path, "/containers/") + 12)) {
        snprintf(engine.followed, sizeof engine.followed, "%s", strstr(path, "tail="));
        fake_follow(c, path);
    } else {
        struct fake_answer answer = fake_obey(method, path, end + 4);
        fake_send(c, &answer, false);
    }
    return true;
}

static inline bool fake_read(struct fake_connection *c)
{
    ssize_t n = recv(c->fd, c->in + c->len, FAKE_REQUEST - 1 - c->len, MSG_DONTWAIT);

    if (n == 0 || (n < 0 && errno != EAGAIN)) {
        fake_hang_up(c);
        return true;
    }
    if (n < 0 || c->hangs)
        return false;
    c->len += (size_t)n;
    c->in[c->len] = '\0';
    fake_serve(c);
    return true;
}

static inline bool fake_accept(void)
{
    int fd = accept4(engine.listener, NULL, NULL, SOCK_CLOEXEC);

    for (int i = 0; fd >= 0 && i < FAKE_CONNECTIONS; i++)
        if (!engine.connections[i].fd) {
            engine.connections[i] = (struct fake_connection){.fd = fd, .in = malloc(FAKE_REQUEST)};
            return true;
        }
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static inline bool fake_work(void)
{
    bool worked = fake_accept();
    int probe = accept4(engine.port_listener, NULL, NULL, SOCK_CLOEXEC);

    if (probe >= 0)
        close(probe);
    for (int i = 0; i < FAKE_CONNECTIONS; i++)
        if (engine.connections[i].fd)
            worked |= fake_read(&engine.connections[i]);
    return worked || probe >= 0;
}

static inline void fake_open(struct arena *a, const char *dir)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof in;

    engine = (struct fake_engine){.arena = a};
    snprintf(engine.path, sizeof engine.path, "%s/engine.sock", dir);
    snprintf(un.sun_path, sizeof un.sun_path, "%s", engine.path);
    engine.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    engine.port_listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (bind(engine.listener, (struct sockaddr *)&un, sizeof un) < 0 ||
        listen(engine.listener, 64) < 0 ||
        bind(engine.port_listener, (struct sockaddr *)&in, sizeof in) < 0 ||
        listen(engine.port_listener, 64) < 0 ||
        getsockname(engine.port_listener, (struct sockaddr *)&in, &len) < 0)
        abort();
    snprintf(engine.port, sizeof engine.port, "%d", ntohs(in.sin_port));
    virtual_work = fake_work;
}

static inline void fake_close(void)
{
    for (int i = 0; i < FAKE_CONNECTIONS; i++)
        if (engine.connections[i].fd)
            fake_hang_up(&engine.connections[i]);
    close(engine.listener);
    close(engine.port_listener);
    unlink(engine.path);
}

#endif
