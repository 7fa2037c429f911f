/*
 * Receives AVR's webhook events on POST /webhooks and prints each body as one
 * line.  With STS_OVERRIDE set it tells core, at call_initiated, to use that
 * connector for the call.
 */

#include "environment.h"
#include "http_server.h"
#include "json.h"
#include "log.h"
#include "role.h"

#include <string.h>

enum { DEFAULT_PORT = 3001 };

static bool is_trusted(const struct http_exchange *exchange)
{
    const char *secret = env_text("WEBHOOK_SECRET");
    const char *given = http_header(&exchange->head, "x-avr-webhook-secret");
    return secret == NULL || (given != NULL && strcmp(given, secret) == 0);
}

static void reply_ok(struct http_exchange *exchange, struct json event)
{
    struct buffer type, out;
    const char *override = env_text("STS_OVERRIDE");
    buffer_init(&type, 64);
    buffer_init(&out, 4096);
    json_member_text(event, "type", &type);
    buffer_text(&out, "{\"status\":\"ok\"");
    if (override != NULL && strcmp(buffer_cstr(&type), "call_initiated") == 0) {
        buffer_text(&out, ",\"sts_url\":");
        json_quote(&out, override, strlen(override));
    }
    buffer_text(&out, "}");
    http_reply(exchange, 200, buffer_cstr(&out));
    buffer_free(&type);
    buffer_free(&out);
}

static void answer(struct http_exchange *exchange, void *context)
{
    struct json event;
    struct buffer line;
    const struct buffer *body = &exchange->body;
    (void)context;
    if (!http_is(exchange, "POST", "/webhooks")) {
        http_reply(exchange, 404, "{\"status\":\"no such path\"}");
        return;
    }
    if (!is_trusted(exchange)) {
        log_line("refused an event: wrong secret");
        http_reply(exchange, 401, "{\"status\":\"wrong secret\"}");
        return;
    }
    if (json_parse(buffer_cstr(body), body->length, &event) == 0) {
        http_reply(exchange, 400, "{\"status\":\"not JSON\"}");
        return;
    }
    /* Line ends can stand only between JSON's tokens, where a space means the same. */
    buffer_init(&line, HTTP_MAX_REQUEST);
    log_quote(&line, event.at, event.length);
    log_line("%s", buffer_cstr(&line));
    buffer_free(&line);
    reply_ok(exchange, event);
}

int role_webhook_log(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return http_serve(env_port("PORT", DEFAULT_PORT), answer, NULL);
}
