#include "web/reply.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/out.h"
#include "web/parts.h"

void web_reply_header(struct web_request *r, const char *name, const char *value)
{
    struct web_pair pair = {arena_strdup(r->arena, name), arena_strdup(r->arena, value)};

    for (size_t i = 0; i < r->reply_headers.n; i++)
        if (strcasecmp(r->reply_headers.items[i].name, name) == 0) {
            r->reply_headers.items[i] = pair;
            return;
        }
    ARRAY_PUSH(r->arena, r->reply_headers, pair);
}

static bool is_set(const struct web_request *r, const char *name)
{
    for (size_t i = 0; i < r->reply_headers.n; i++)
        if (strcasecmp(r->reply_headers.items[i].name, name) == 0)
            return true;
    return false;
}

static void add_headers(const struct web_request *r, const char *type,
                        struct MHD_Response *response)
{
    static const struct web_pair always[] = {
        {"X-Content-Type-Options", "nosniff"},
        {"Cache-Control", "no-store"},
        {"Referrer-Policy", "no-referrer"},
        {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    };

    if (type)
        MHD_add_response_header(response, "Content-Type", type);
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
        if (!is_set(r, always[i].name))
            MHD_add_response_header(response, always[i].name, always[i].value);
    for (size_t i = 0; i < r->reply_headers.n; i++)
        MHD_add_response_header(response, r->reply_headers.items[i].name,
                                r->reply_headers.items[i].value);
}

static void forget_response(struct web_request *r)
{
    MHD_destroy_response(r->response);
    r->response = NULL;
}

/* Before a handler owns the request, and while it runs, whoever called us sends the answer. */
void reply_with(struct web_request *r, unsigned status, const char *type,
                struct MHD_Response *response)
{
    if (!response || r->response)
        abort(); /* out of memory; or answered twice, which no caller may */
    add_headers(r, type, response);
    r->response = response;
    r->status = status;
    r->owned = false;
    if (r->is_gone)
        forget_response(r);
    exchange_resume(r);
    exchange_release(r);
}

void web_reply(struct web_request *r, unsigned status, const char *type, const char *body,
               size_t len)
{
    reply_with(r, status, type,
               MHD_create_response_from_buffer(len, (void *)body, MHD_RESPMEM_MUST_COPY));
}

void web_reply_json(struct web_request *r, unsigned status, const char *json)
{
    web_reply(r, status, "application/json", json, strlen(json));
}

void web_reply_error(struct web_request *r, unsigned status, const char *code, const char *sentence)
{
    struct out o = {.text.arena = r->arena};

    out_object(&o, NULL);
    out_object(&o, "error");
    out_text(&o, "code", code);
    out_text(&o, "message", sentence);
    out_end(&o);
    out_end(&o);
    text_add(&o.text, "\n");
    web_reply_json(r, status, text_str(&o.text));
}

void web_on_gone(struct web_request *r, void (*on_gone)(void *ctx), void *ctx)
{
    r->on_gone = on_gone;
    r->gone_ctx = ctx;
}
