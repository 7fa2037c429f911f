#include "net/ask.h"

#include <ev.h>

struct asking {
    struct arena *arena;
    struct http_response *ret;
    struct err *err;
    bool over, failed;
};

static void on_answer(void *ctx, const struct http_response *response, const struct err *err)
{
    struct asking *q = ctx;
    struct arena *a = q->arena;

    q->over = true;
    q->failed = err != NULL;
    if (err) {
        *q->err = *err;
        return;
    }
    *q->ret = *response;
    q->ret->body = arena_strndup(a, response->body, response->len);
    q->ret->server = arena_strdup(a, response->server);
    q->ret->api_version = arena_strdup(a, response->api_version);
    q->ret->retry_after = arena_strdup(a, response->retry_after);
}

int http_ask(struct ev_loop *loop, struct http *http, const struct endpoint *endpoint,
             const struct http_request *request, struct arena *a, struct http_response *ret,
             struct err *err)
{
    struct asking q = {.arena = a, .ret = ret, .err = err};

    http_send(http, endpoint, request, NULL, on_answer, &q);
    while (!q.over)
        ev_run(loop, EVRUN_ONCE);
    return q.failed ? -1 : 0;
}
