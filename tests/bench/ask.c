/* ask.c - asks for settings at a rate, and prints how late the answers are, beside those of a peer:
 * the same HTTP server with nothing behind it, asked as often and at the same time.  What else the
 * machine does hits both.  Prints; asserts nothing.
 *
 *   ask FILE-OF-URLS RATE SECONDS WHAT
 *
 * Each question has a connection of its own, as a container's has, and is sent when it is due,
 * whether or not others were answered. */
#include <arpa/inet.h>
#include <errno.h>
#include <ev.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "web/reply.h"
#include "web/request.h"
#include "web/server.h"

enum { MOST_URLS = 1000, MOST_OPEN = 4000, PATIENCE_US = 10 * 1000 * 1000 };

static int64_t now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void die(const char *what)
{
    perror(what);
    exit(1);
}

/* ---- the peer ------------------------------------------------------------------------------- */

static void on_small(void *ctx, struct web_request *r)
{
    (void)ctx;
    web_reply_json(r, 200, "{\"env\":{\"GREETING\":\"Hi\"}}");
}

static void serve(int tell)
{
    static const struct web_route routes[] = {{"GET", "/small", 0, on_small}};
    static const char *const listen[] = {"127.0.0.1:0"};
    struct web_options options = {.listen = listen, .n_listen = 1, .routes = routes, .n_routes = 1};
    struct ev_loop *loop = ev_loop_new(EVBACKEND_EPOLL);
    struct err err;
    struct web *web = web_open(loop, &options, &err);
    unsigned port = web ? web_port(web, 0) : 0;

    if (write(tell, &port, sizeof port) == sizeof port && port)
        ev_run(loop, 0);
    _exit(1);
}

static pid_t start_peer(char *url, size_t size)
{
    unsigned port;
    int tell[2];

    if (pipe(tell) < 0)
        die("pipe");
    pid_t child = fork();
    if (child == 0)
        serve(tell[1]);
    if (read(tell[0], &port, sizeof port) != sizeof port || !port)
        die("the peer");
    snprintf(url, size, "http://127.0.0.1:%u/small", port);
    return child;
}

/* ---- asking --------------------------------------------------------------------------------- */

struct side { /* whom it asks */
    const char *what;
    char **urls;
    size_t n_urls, n_answers, n_failures;
    int64_t *late_us;
};

struct question { /* on its way; fd 0: none */
    int fd;
    struct side *side;
    int64_t sent_us;
};

static struct question questions[MOST_OPEN];
static size_t n_open;

static void finish(struct question *q, bool good)
{
    if (good)
        q->side->late_us[q->side->n_answers++] = now_us() - q->sent_us;
    else
        q->side->n_failures++;
    close(q->fd);
    q->fd = 0;
    n_open--;
}

static struct question *free_place(void)
{
    for (size_t i = 0; i < MOST_OPEN; i++)
        if (!questions[i].fd)
            return &questions[i];
    errno = EMFILE;
    die("too many questions without an answer");
    return NULL;
}

static void ask(int poll, struct side *side, size_t i)
{
    struct question *q = free_place();
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const char *url = side->urls[i % side->n_urls], *path = strchr(url + strlen("http://"), '/');
    char request[4096];

    to.sin_port = htons((uint16_t)strtoul(strrchr(url, ':') + 1, NULL, 10));
    int n = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path);
    *q = (struct question){socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), side, now_us()};
    n_open++;
    if (connect(q->fd, (struct sockaddr *)&to, sizeof to) < 0 ||
        send(q->fd, request, (size_t)n, MSG_NOSIGNAL) != n) {
        finish(q, false);
        return;
    }
    epoll_ctl(poll, EPOLL_CTL_ADD, q->fd, &(struct epoll_event){.events = EPOLLIN, .data.ptr = q});
}

static void hear(int poll, int64_t until_us)
{
    struct epoll_event events[64];
    int64_t left_us = until_us - now_us();
    int n = epoll_wait(poll, events, 64, left_us > 0 ? (int)((left_us + 999) / 1000) : 0);

    for (int i = 0; i < n; i++) {
        struct question *q = events[i].data.ptr;
        char answer[8192];
        ssize_t len = recv(q->fd, answer, sizeof answer, MSG_DONTWAIT);
        finish(q, len > 12 && memcmp(answer, "HTTP/1.1 200", 12) == 0);
    }
}

/* The two in turn, half a beat apart. */
static void ask_both(struct side sides[2], size_t n, int64_t rate)
{
    int poll = epoll_create1(EPOLL_CLOEXEC);
    int64_t begin = now_us() + 100000, end = begin + (int64_t)n * 1000000 / rate;

    for (size_t i = 0; i < 2 * n; i++) {
        int64_t due = begin + (int64_t)i * 500000 / rate;
        while (now_us() < due)
            hear(poll, due);
        ask(poll, &sides[i % 2], i / 2);
        hear(poll, 0);
    }
    while (n_open && now_us() < end + PATIENCE_US)
        hear(poll, end + PATIENCE_US);
    for (size_t i = 0; i < MOST_OPEN; i++)
        if (questions[i].fd)
            finish(&questions[i], false);
    close(poll);
}

/* ---- telling -------------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static double quantile_ms(const struct side *s, size_t thousandths)
{
    size_t i = s->n_answers * thousandths / 1000;

    return (double)s->late_us[i < s->n_answers ? i : s->n_answers - 1] / 1e3;
}

static void print_side(const struct side *s)
{
    if (s->n_answers)
        qsort(s->late_us, s->n_answers, sizeof *s->late_us, by_size);
    printf("  %-18s", s->what);
    if (s->n_answers)
        printf(" p50 %6.2f ms   p95 %6.2f ms   p99 %6.2f ms   max %6.2f ms", quantile_ms(s, 500),
               quantile_ms(s, 950), quantile_ms(s, 990), quantile_ms(s, 1000));
    printf("   (%zu answers, %zu failures)\n", s->n_answers, s->n_failures);
}

static size_t read_urls(const char *path, char **urls)
{
    FILE *f = fopen(path, "r");
    char url[2048];
    size_t n = 0;

    if (!f)
        die(path);
    while (n < MOST_URLS && fscanf(f, "%2047s", url) == 1)
        urls[n++] = strdup(url);
    fclose(f);
    return n;
}

int main(int argc, char **argv)
{
    static char *urls[MOST_URLS], peer_url[64], *peer_urls[] = {peer_url};

    if (argc != 5) {
        fputs("usage: ask FILE-OF-URLS RATE SECONDS WHAT\n", stderr);
        return 2;
    }
    int64_t rate = strtol(argv[2], NULL, 10);
    size_t n = (size_t)rate * strtoul(argv[3], NULL, 10);
    struct side sides[] = {{.what = argv[4], .urls = urls, .n_urls = read_urls(argv[1], urls)},
                           {.what = "  an empty server", .urls = peer_urls, .n_urls = 1}};
    if (rate <= 0 || !n || !sides[0].n_urls)
        return 2;
    for (int i = 0; i < 2; i++)
        if (!(sides[i].late_us = calloc(n, sizeof *sides[i].late_us)))
            die("calloc");
    pid_t peer = start_peer(peer_url, sizeof peer_url);
    ask_both(sides, n, rate);
    print_side(&sides[0]);
    print_side(&sides[1]);
    if (sides[0].n_answers && sides[1].n_answers)
        printf("    %.1f and %.1f times the empty server's\n",
               quantile_ms(&sides[0], 500) / quantile_ms(&sides[1], 500),
               quantile_ms(&sides[0], 990) / quantile_ms(&sides[1], 990));
    kill(peer, SIGKILL);
    waitpid(peer, NULL, 0);
    return 0;
}
