/* web.c - what the web room costs and how soon it answers: a server in a process of its own, and
 * everybody who asks in this one.  Prints; asserts nothing.
 *
 *   web [CLIENTS]     readers of a stream, 2000 by default
 *
 * small requests one after another on one connection, and on 16 at once · a broadcast to all
 * readers every 100 ms, from sending to arriving · 100 readers who read nothing while much is sent
 * · all of them gone at once */
#include <arpa/inet.h>
#include <errno.h>
#include <ev.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/text.h"
#include "web/reply.h"
#include "web/request.h"
#include "web/server.h"
#include "web/stream.h"

enum { ROUNDS = 30, FLOODED = 100, SECONDS = 3 };

static int64_t now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* ---- the server ----------------------------------------------------------------------------- */

static struct {
    struct ev_loop *loop;
    struct web *web;
    struct web_stream *readers[WEB_MAX_STREAMS];
    size_t n_readers;
} site;

static void on_small(void *ctx, struct web_request *r)
{
    (void)ctx;
    web_reply_json(r, 200, "{\"agents\": 7, \"in_sync\": 7, \"being_worked_on\": 0}");
}

static void forget_reader(void *ctx)
{
    struct web_stream **place = ctx;

    *place = NULL;
}

static void on_events(void *ctx, struct web_request *r)
{
    struct web_stream **place = &site.readers[site.n_readers];

    (void)ctx;
    *place = web_stream_open(r, forget_reader, place);
    site.n_readers += *place != NULL;
}

static void broadcast(const char *json)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const char *text = web_stream_text(a, 1, "agent", json);

    for (size_t i = 0; i < site.n_readers; i++)
        if (site.readers[i])
            web_stream_send_text(site.readers[i], text, strlen(text));
}

/* POST /send: what is said goes to every reader. */
static void on_send(void *ctx, struct web_request *r)
{
    size_t len;

    (void)ctx;
    broadcast(web_body(r, &len));
    web_reply_json(r, 200, "{}");
}

static long resident_kib(void)
{
    char line[200];
    long kib = 0;
    FILE *f = fopen("/proc/self/status", "re");

    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "VmRSS: %ld", &kib) == 1)
            break;
    if (f)
        fclose(f);
    return kib;
}

static void on_state(void *ctx, struct web_request *r)
{
    struct web_counts c = web_counts(site.web);
    struct rusage use;

    (void)ctx;
    getrusage(RUSAGE_SELF, &use);
    web_reply_json(r, 200,
                   arena_printf(web_arena(r), "%ld %zu %zu %lu %ld", resident_kib(), c.connections,
                                c.streams, c.dropped,
                                (long)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000 +
                                    (long)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1000));
}

static void serve(int tell)
{
    static const struct web_route routes[] = {{"GET", "/small", 0, on_small},
                                              {"GET", "/events", 0, on_events},
                                              {"POST", "/send", 0, on_send},
                                              {"GET", "/state", 0, on_state}};
    static const char *const listen[] = {"127.0.0.1:0"};
    struct web_options options = {.listen = listen, .n_listen = 1, .routes = routes, .n_routes = 4};
    struct err err;

    site.loop = ev_loop_new(EVBACKEND_EPOLL);
    site.web = web_open(site.loop, &options, &err);
    unsigned port = site.web ? web_port(site.web, 0) : 0;
    if (write(tell, &port, sizeof port) == sizeof port && port)
        ev_run(site.loop, 0);
    _exit(1);
}

/* ---- those who ask -------------------------------------------------------------------------- */

static unsigned port;

static int client(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) < 0) {
        perror("connect");
        exit(1);
    }
    return fd;
}

static void say(int fd, const char *text)
{
    if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0)
        perror("send");
}

static const char get_small[] = "GET /small HTTP/1.1\r\nHost: localhost\r\n\r\n";

/* One answer; they are small and come in one piece. */
static const char *answer(int fd)
{
    static char text[8192];
    ssize_t n = recv(fd, text, sizeof text - 1, 0);

    text[n > 0 ? n : 0] = '\0';
    const char *body = strstr(text, "\r\n\r\n");
    return body ? body + 4 : "";
}

struct state {
    long kib;
    size_t connections, streams;
    unsigned long dropped;
    long cpu_ms;
};

static struct state ask_state(int fd)
{
    struct state s = {0};

    say(fd, "GET /state HTTP/1.1\r\nHost: localhost\r\n\r\n");
    if (sscanf(answer(fd), "%ld %zu %zu %lu %ld", &s.kib, &s.connections, &s.streams, &s.dropped,
               &s.cpu_ms) != 5)
        fputs("no state\n", stderr);
    return s;
}

static void send_to_all(int fd, const char *text)
{
    char *request;

    if (asprintf(&request,
                 "POST /send HTTP/1.1\r\nHost: localhost\r\nContent-Length: %zu\r\n\r\n%s",
                 strlen(text), text) < 0)
        abort();
    say(fd, request);
    free(request);
    answer(fd);
}

struct times {
    int64_t *us;
    size_t n, cap;
};

static void note(struct times *t, int64_t us)
{
    if (t->n == t->cap) {
        t->cap = t->cap ? 2 * t->cap : 1024;
        t->us = realloc(t->us, t->cap * sizeof *t->us);
        if (!t->us)
            abort();
    }
    t->us[t->n++] = us;
}

static int by_size(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static double percentile_ms(const struct times *t, size_t percent)
{
    size_t i = t->n * percent / 100;

    return (double)t->us[i < t->n ? i : t->n - 1] / 1e3;
}

static void print_times(const char *what, struct times *t)
{
    if (t->n == 0)
        return;
    qsort(t->us, t->n, sizeof *t->us, by_size);
    printf("  %-28s p50 %6.2f ms   p95 %6.2f ms   p99 %6.2f ms   max %6.2f ms   (%zu)\n", what,
           percentile_ms(t, 50), percentile_ms(t, 95), percentile_ms(t, 99), percentile_ms(t, 100),
           t->n);
    free(t->us);
    *t = (struct times){0};
}

/* So many connections ask as fast as they are answered. */
static void small_requests(size_t n)
{
    int poll = epoll_create1(EPOLL_CLOEXEC), *fds = calloc(n, sizeof *fds);
    int64_t *asked = calloc(n, sizeof *asked), end = now_us() + SECONDS * 1000000;
    struct epoll_event events[64];
    struct times t = {0};

    if (!fds || !asked)
        abort();
    for (size_t i = 0; i < n; i++) {
        fds[i] = client();
        epoll_ctl(poll, EPOLL_CTL_ADD, fds[i],
                  &(struct epoll_event){.events = EPOLLIN, .data.u64 = i});
        asked[i] = now_us();
        say(fds[i], get_small);
    }
    while (now_us() < end) {
        int ready = epoll_wait(poll, events, 64, 100);
        for (int k = 0; k < ready; k++) {
            size_t i = events[k].data.u64;
            answer(fds[i]);
            note(&t, now_us() - asked[i]);
            asked[i] = now_us();
            say(fds[i], get_small);
        }
    }
    printf("small requests on %zu connection%s: %.0f/s\n", n, n == 1 ? "" : "s",
           (double)t.n / SECONDS);
    print_times("question to answer", &t);
    for (size_t i = 0; i < n; i++)
        close(fds[i]);
    close(poll);
    free(fds);
    free(asked);
}

static int *open_readers(size_t n)
{
    int *fds = calloc(n, sizeof *fds);

    if (!fds)
        abort();
    for (size_t i = 0; i < n; i++) {
        fds[i] = client();
        say(fds[i], "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }
    return fds;
}

static void wait_for_streams(int fd, size_t n)
{
    while (ask_state(fd).streams != n)
        usleep(1000);
}

static size_t count_events(int fd, char *text, size_t cap, const char *what)
{
    size_t n = 0;
    ssize_t len = recv(fd, text, cap - 1, MSG_DONTWAIT);

    text[len > 0 ? len : 0] = '\0';
    for (const char *at = text; (at = strstr(at, what)); at++)
        n++;
    return n;
}

/* Every reader gets every broadcast. */
static void broadcasts(int fd, const int *fds, size_t n)
{
    int poll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event events[256];
    char text[4096], mark[32];
    struct times t = {0};

    for (size_t i = 0; i < n; i++)
        epoll_ctl(poll, EPOLL_CTL_ADD, fds[i],
                  &(struct epoll_event){.events = EPOLLIN, .data.fd = fds[i]});
    for (int round = 0; round < ROUNDS; round++) {
        int64_t sent = now_us(), late = sent + 2000000;
        snprintf(mark, sizeof mark, "{\"round\": %04d}", round);
        send_to_all(fd, mark);
        for (size_t got = 0; got < n && now_us() < late;) {
            int ready = epoll_wait(poll, events, 256, 100);
            for (int k = 0; k < ready; k++)
                if (count_events(events[k].data.fd, text, sizeof text, mark)) {
                    note(&t, now_us() - sent);
                    got++;
                }
        }
        usleep(100000);
    }
    print_times("broadcast to every reader", &t);
    close(poll);
}

/* Readers who read nothing, while much is sent: what others wait meanwhile. */
static void flood(int fd)
{
    char *big = malloc(16385);
    int *slow = open_readers(FLOODED);
    struct times t = {0};
    long most = 0;

    if (!big)
        abort();
    memset(big, 'x', 16384);
    big[16384] = '\0';
    for (int i = 0; i < 600; i++) {
        send_to_all(fd, big);
        int64_t asked = now_us();
        say(fd, get_small);
        answer(fd);
        note(&t, now_us() - asked);
        struct state s = ask_state(fd);
        most = s.kib > most ? s.kib : most;
    }
    printf("%d readers who read nothing, 600 events of 16 KiB: %lu dropped, at most %ld KiB\n",
           FLOODED, ask_state(fd).dropped, most);
    print_times("small request meanwhile", &t);
    for (int i = 0; i < FLOODED; i++)
        close(slow[i]);
    free(slow);
    free(big);
}

static void many_readers(int fd, size_t n)
{
    struct state before = ask_state(fd);
    int64_t begin = now_us();
    int *fds = open_readers(n);

    wait_for_streams(fd, n);
    struct state after = ask_state(fd);
    printf("%zu readers: connected within %.0f ms, %ld KiB more, %.1f KiB each\n", n,
           (double)(now_us() - begin) / 1e3, after.kib - before.kib,
           (double)(after.kib - before.kib) / (double)n);
    broadcasts(fd, fds, n);
    struct state s = ask_state(fd);
    printf("  %.1f ms of CPU a broadcast, %ld KiB\n", (double)(s.cpu_ms - after.cpu_ms) / ROUNDS,
           s.kib);
    begin = now_us();
    for (size_t i = 0; i < n; i++)
        close(fds[i]);
    wait_for_streams(fd, 0);
    printf("all gone at once: noticed within %.0f ms, %ld KiB left\n",
           (double)(now_us() - begin) / 1e3, ask_state(fd).kib);
    free(fds);
}

int main(int argc, char **argv)
{
    struct rlimit limit = {4096, 4096};
    size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 2000;
    int tell[2];

    setrlimit(RLIMIT_NOFILE, &limit);
    if (pipe(tell) < 0)
        return 1;
    pid_t child = fork();
    if (child == 0)
        serve(tell[1]);
    if (read(tell[0], &port, sizeof port) != sizeof port || !port)
        return 1;
    int fd = client();
    printf("at rest: %ld KiB\n", ask_state(fd).kib);
    small_requests(1);
    small_requests(16);
    many_readers(fd, n);
    flood(fd);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return 0;
}
