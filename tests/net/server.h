/* server.h - a small HTTP server for the tests, with every bad habit a client may meet.
 *
 * It listens on a Unix socket or on loopback, a thread a connection.  What it does is said in the
 * path: /ok, /size/N, /slow/MS, /stall, /cut, /hangup, /drop, /lines/N, /long-line, /early,
 * /upgrade, /missing, /redirect, /echo, /no-http. */
#ifndef TESTS_NET_SERVER_H
#define TESTS_NET_SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct server {
    int fd;
    char unix_path[100]; /* "" on TCP */
    int port;
    pthread_t thread;
    atomic_int connections, open, requests, at_once, most_at_once;
    atomic_bool stop;
};

struct server_conn {
    struct server *server;
    int fd;
};

static void say(int fd, const char *s, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(fd, s, n, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        s += sent;
        n -= (size_t)sent;
    }
}

static void says(int fd, const char *s)
{
    say(fd, s, strlen(s));
}

/* Sleeps unless the server ends or the client leaves. */
static void doze(struct server_conn *c, int ms)
{
    struct pollfd p = {.fd = c->fd, .events = POLLRDHUP};

    for (int i = 0; i < ms && !c->server->stop; i += 10)
        if (poll(&p, 1, 10) > 0)
            return;
}

static void answer(int fd, const char *status, const char *body)
{
    char buf[4096];
    int n = snprintf(buf, sizeof buf,
                     "HTTP/1.1 %s\r\nServer: Test/1.0 (linux)\r\nAPI-Version:  1.41 \r\n"
                     "Content-Length: %zu\r\n\r\n%s",
                     status, strlen(body), body);
    say(fd, buf, (size_t)n);
}

static void answer_size(int fd, long size)
{
    char head[100], zeros[8192];

    memset(zeros, 'x', sizeof zeros);
    says(fd, head + 0 * snprintf(head, sizeof head,
                                 "HTTP/1.1 200 OK\r\nContent-Length: %ld\r\n\r\n", size));
    for (; size > 0; size -= (long)sizeof zeros)
        say(fd, zeros, (size_t)(size < (long)sizeof zeros ? size : (long)sizeof zeros));
}

/* Lines "line 0\r\n" … in chunks of a growing odd size, so that they end anywhere. */
static void answer_lines(int fd, int count)
{
    char body[1 << 16], chunk[512];
    size_t len = 0, step = 1;

    for (int i = 0; i < count; i++)
        len += (size_t)snprintf(body + len, sizeof body - len, "line %d%s", i,
                                i + 1 == count ? ""
                                : i % 2        ? "\n"
                                               : "\r\n");
    says(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (size_t at = 0; at < len; at += step, step = step % 17 + 1) {
        step = step < len - at ? step : len - at;
        int n = snprintf(chunk, sizeof chunk, "%zx\r\n%.*s\r\n", step, (int)step, body + at);
        say(fd, chunk, (size_t)n);
        if (at % 50 < 3)
            usleep(500);
    }
    says(fd, "0\r\n\r\n");
}

static void answer_long_line(int fd)
{
    static const char chunk[] = "1000\r\n";
    char text[0x1000];

    memset(text, 'y', sizeof text);
    says(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 400; i++) {
        say(fd, chunk, sizeof chunk - 1);
        say(fd, text, sizeof text);
        says(fd, "\r\n");
    }
    says(fd, "0\r\n\r\n");
}

static const char *behind(const char *path, const char *prefix)
{
    size_t n = strlen(prefix);
    return strncmp(path, prefix, n) == 0 ? path + n : NULL;
}

/* Serves one request; false when the connection is over. */
static bool serve_path(struct server_conn *c, const char *request, const char *method,
                       const char *path)
{
    const char *rest;
    int fd = c->fd;

    if ((rest = behind(path, "/size/"))) {
        answer_size(fd, atol(rest));
    } else if ((rest = behind(path, "/slow/"))) {
        doze(c, atoi(rest));
        answer(fd, "200 OK", "slow");
    } else if (strcmp(path, "/stall") == 0) {
        says(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegun");
        doze(c, 20000);
        return false;
    } else if (strcmp(path, "/cut") == 0) {
        says(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\":1}");
        return false;
    } else if (strcmp(path, "/hangup") == 0) {
        return false;
    } else if (strcmp(path, "/drop") == 0) { /* leaves without a word after this answer */
        answer(fd, "200 OK", "last");
        return false;
    } else if ((rest = behind(path, "/lines/"))) {
        answer_lines(fd, atoi(rest));
    } else if (strcmp(path, "/long-line") == 0) {
        answer_long_line(fd);
    } else if (strcmp(path, "/early") == 0) {
        says(fd, "HTTP/1.1 103 Early Hints\r\nServer: wrong\r\n\r\n");
        answer(fd, "200 OK", "late");
    } else if (strcmp(path, "/upgrade") == 0) {
        if (!strcasestr(request, "\r\nUpgrade: websocket\r\n"))
            answer(fd, "400 Bad Request", "");
        else
            says(fd, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\n\r\n\x81\x02hi");
        doze(c, 20000);
        return false;
    } else if (strcmp(path, "/missing") == 0) {
        answer(fd, "404 Not Found", "{\"message\":\"no\"}");
    } else if (strcmp(path, "/redirect") == 0) {
        says(fd, "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n");
    } else if (strcmp(path, "/no-http") == 0) {
        says(fd, "SSH-2.0-OpenSSH_9.2\r\n");
        return false;
    } else if (strcmp(path, "/echo") == 0) {
        const char *body = strstr(request, "\r\n\r\n");
        char text[3000];
        snprintf(text, sizeof text, "%s|%s|%s|%s", method, body ? body + 4 : "",
                 strstr(request, "Content-Type: application/json") ? "json" : "none",
                 strstr(request, "Expect") ? "expect" : "plain");
        answer(fd, "200 OK", text);
    } else {
        answer(fd, "200 OK", "ok");
    }
    return true;
}

/* Reads one request with its body; false at the end of the connection. */
static bool read_request(struct server_conn *c, char *buf, size_t size)
{
    size_t len = 0, want = 0;

    for (;;) {
        struct pollfd p = {.fd = c->fd, .events = POLLIN};
        if (c->server->stop)
            return false;
        if (poll(&p, 1, 20) <= 0)
            continue;
        ssize_t n = recv(c->fd, buf + len, size - 1 - len, 0);
        if (n <= 0)
            return false;
        len += (size_t)n;
        buf[len] = '\0';
        const char *head = strstr(buf, "\r\n\r\n"), *length = strcasestr(buf, "Content-Length:");
        if (!head)
            continue;
        want = (size_t)(head + 4 - buf) + (length && length < head ? (size_t)atol(length + 15) : 0);
        if (len >= want)
            return true;
    }
}

static void *serve_connection(void *arg)
{
    struct server_conn *c = arg;
    struct server *s = c->server;
    char request[8192], method[16], path[1024];
    bool goes_on = true;

    while (goes_on && read_request(c, request, sizeof request) &&
           sscanf(request, "%15s %1023s", method, path) == 2) {
        int now = ++s->at_once, most = s->most_at_once;
        s->requests++;
        while (now > most && !atomic_compare_exchange_weak(&s->most_at_once, &most, now))
            ;
        goes_on = serve_path(c, request, method, path);
        s->at_once--;
    }
    close(c->fd);
    free(c);
    s->open--;
    return NULL;
}

static void *serve(void *arg)
{
    struct server *s = arg;

    while (!s->stop) {
        struct pollfd p = {.fd = s->fd, .events = POLLIN};
        if (poll(&p, 1, 10) <= 0)
            continue;
        int fd = accept(s->fd, NULL, NULL);
        if (fd < 0)
            continue;
        struct server_conn *c = malloc(sizeof *c);
        pthread_t thread;
        *c = (struct server_conn){s, fd};
        s->connections++;
        s->open++;
        if (pthread_create(&thread, NULL, serve_connection, c) != 0)
            abort();
        pthread_detach(thread);
    }
    while (s->open)
        usleep(1000);
    return NULL;
}

static void server_run(struct server *s)
{
    if (listen(s->fd, 128) || pthread_create(&s->thread, NULL, serve, s))
        abort();
}

static inline void server_start_unix(struct server *s)
{
    static int number;
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    memset(s, 0, sizeof *s);
    snprintf(s->unix_path, sizeof s->unix_path, "/tmp/avr-test-%d-%d.sock", (int)getpid(),
             number++);
    memcpy(address.sun_path, s->unix_path, strlen(s->unix_path) + 1);
    s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(s->fd, (struct sockaddr *)&address, sizeof address))
        abort();
    server_run(s);
}

static inline void server_start_tcp(struct server *s)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;

    memset(s, 0, sizeof *s);
    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(s->fd, (struct sockaddr *)&address, sizeof address) ||
        getsockname(s->fd, (struct sockaddr *)&address, &len))
        abort();
    s->port = ntohs(address.sin_port);
    server_run(s);
}

static inline void server_stop(struct server *s)
{
    s->stop = true;
    pthread_join(s->thread, NULL);
    close(s->fd);
    if (*s->unix_path)
        unlink(s->unix_path);
}

#endif
