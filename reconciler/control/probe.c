#include "control/probe.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { ATTEMPT_MS = 2000, MAX_BODY = 64 << 10 };

struct probe_attempt {
    struct http_transfer *request; /* pending as long as the attempt exists */
    enum probe_kind kind;
    const char *trouble; /* no address to ask; NULL: there is one */
    probe_done *done;
    void *ctx;
};

/* "172.18.0.4:6033", "[fd00::4]:6033"; NULL, or what the parts are not. */
static const char *write_address(char *buf, size_t size, const char *ip, const char *port)
{
    unsigned char parsed[16];
    bool v6 = ip && inet_pton(AF_INET6, ip, parsed) == 1;
    bool v4 = ip && inet_pton(AF_INET, ip, parsed) == 1;
    size_t digits = port ? strspn(port, "0123456789") : 0;

    snprintf(buf, size, "http://");
    if (!v4 && !v6)
        return "it has no address on its network";
    if (digits < 1 || digits > 5 || port[digits])
        return "its PORT is no port";
    snprintf(buf, size, v6 ? "http://[%s]:%s" : "http://%s:%s", ip, port);
    return NULL;
}

static bool is_ready(const struct probe_attempt *attempt, int status)
{
    switch (attempt->kind) {
    case PROBE_TCP:
        return true;
    case PROBE_WS:
        return status == 101;
    default:
        return status >= 200 && status < 300;
    }
}

static void on_answer(void *ctx, const struct http_response *response, const struct err *err)
{
    struct probe_attempt *attempt = ctx;
    char why[160] = "";

    attempt->request = NULL;
    bool ready = !err && is_ready(attempt, response->status);
    if (attempt->trouble)
        snprintf(why, sizeof why, "%s", attempt->trouble);
    else if (err)
        snprintf(why, sizeof why, "%.150s", err->text);
    else if (!ready)
        snprintf(why, sizeof why, "%s answered %d",
                 attempt->kind == PROBE_WS ? "WebSocket upgrade" : "health check",
                 response->status);
    attempt->done(attempt->ctx, ready, why);
    free(attempt);
}

static void fill_request(struct http_request *r, const struct probe *probe)
{
    static const char *const upgrade[] = {"Connection: Upgrade", "Upgrade: websocket",
                                          "Sec-WebSocket-Version: 13",
                                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", NULL};

    *r = (struct http_request){.method = "GET",
                               .path = "/",
                               .until = HTTP_HEAD_ONLY,
                               .total_ms = ATTEMPT_MS,
                               .max_body = MAX_BODY};
    if (probe->kind == PROBE_TCP)
        r->until = HTTP_CONNECT_ONLY;
    if (probe->kind == PROBE_WS)
        r->headers = upgrade;
    if (probe->kind == PROBE_HTTP && probe->path && probe->path[0] == '/')
        r->path = probe->path;
}

struct probe_attempt *probe_start(struct http *http, const struct probe *probe, const char *ip,
                                  const char *port, probe_done *done, void *ctx)
{
    struct probe_attempt *attempt = calloc(1, sizeof *attempt);
    char base_url[96];
    struct http_request request;

    if (!attempt || probe->kind == PROBE_ENGINE || probe->kind == PROBE_NONE)
        abort();
    *attempt = (struct probe_attempt){.kind = probe->kind, .done = done, .ctx = ctx};
    attempt->trouble = write_address(base_url, sizeof base_url, ip, port);
    fill_request(&request, probe);
    /* Without an address curl refuses the empty host: done is called all the same. */
    attempt->request = http_send(http, &(struct endpoint){.base_url = base_url}, &request, NULL,
                                 on_answer, attempt);
    return attempt;
}

void probe_cancel(struct probe_attempt *attempt)
{
    http_cancel(attempt->request);
    free(attempt);
}
