/* Bytes that somebody sends to the web server: whatever they are, what comes back is HTTP, a body
 * is never longer than was told, and nothing of a connection is left when it has gone. */
#include <arpa/inet.h>
#include <ev.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "fuzz/fuzz.h"
#include "web/reply.h"
#include "web/request.h"
#include "web/server.h"
#include "web/stream.h"

enum { LATE = 8, PATIENCE = 100000 };

static struct {
    struct ev_loop *loop;
    struct web *web;
    struct web_request *late[LATE];
    size_t n_late;
} site;

static void on_thing(void *ctx, struct web_request *r)
{
    const char *name = web_param(r, "name");
    size_t len;
    const char *body = web_body(r, &len);

    (void)ctx;
    must(name && *name && !strchr(name, '/') && text_is_utf8(name, strlen(name)));
    must(body[len] == '\0' && len <= WEB_MAX_BODY);
    web_reply(r, 200, "text/plain", body, len);
}

static void on_late(void *ctx, struct web_request *r)
{
    (void)ctx;
    if (site.n_late == LATE)
        web_reply_error(r, 503, "busy", "Not now.");
    else
        site.late[site.n_late++] = r;
}

static void on_events(void *ctx, struct web_request *r)
{
    struct web_stream *s = web_stream_open(r, NULL, NULL);

    (void)ctx;
    web_stream_send(s, 1, "event", web_query(r, "q") ? web_query(r, "q") : "{}");
}

static const struct web_route routes[] = {{"GET", "/things/{name}", 0, on_thing},
                                          {"POST", "/things/{name}", 0, on_thing},
                                          {"GET", "/late", 0, on_late},
                                          {"GET", "/events", 0, on_events}};

static void open_site(void)
{
    static const char *const listen[] = {"127.0.0.1:0"};
    static const struct web_options options = {.listen = listen,
                                               .n_listen = 1,
                                               .routes = routes,
                                               .n_routes = sizeof routes / sizeof *routes};
    struct err err;

    site.loop = ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV);
    site.web = web_open(site.loop, &options, &err);
    must(site.web != NULL);
}

static void turn(void)
{
    for (int i = 0; i < 4; i++)
        ev_run(site.loop, EVRUN_NOWAIT);
    while (site.n_late)
        web_reply_json(site.late[--site.n_late], 200, "{}");
}

/* Closed by a reset: half a minute of TIME_WAIT for each run would use up all ports. */
static int client(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)web_port(site.web, 0)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct linger reset = {.l_onoff = 1};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    must(fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    return fd;
}

static void hear(int fd)
{
    char answer[4096];
    ssize_t n = recv(fd, answer, sizeof answer, MSG_DONTWAIT);

    must(n < 9 || memcmp(answer, "HTTP/1.", 7) == 0);
}

/* The first byte says how the rest is cut into pieces. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    if (!site.web)
        open_site();
    size_t step = data[0] ? data[0] * 8u : size;
    int fd = client();

    for (size_t at = 1; at < size; at += step) {
        size_t n = step < size - at ? step : size - at;
        (void)!send(fd, data + at, n, MSG_NOSIGNAL | MSG_DONTWAIT);
        turn();
    }
    turn();
    hear(fd);
    close(fd);
    for (int i = 0; web_counts(site.web).connections; i++) {
        must(i < PATIENCE);
        turn();
    }
    must(web_counts(site.web).streams == 0 && web_counts(site.web).waiting == 0);
    return 0;
}
