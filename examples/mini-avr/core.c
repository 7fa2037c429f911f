/*
 * Core: takes AudioSocket calls on PORT and announcements on HTTP_PORT, and
 * carries each call over the connectors named in its environment.
 */

#include "call.h"
#include "clock.h"
#include "environment.h"
#include "http_server.h"
#include "log.h"
#include "net.h"
#include "role.h"
#include "waiting_calls.h"

#include <stdio.h>
#include <stdlib.h>

enum { DEFAULT_PORT = 5001, DEFAULT_HTTP_PORT = 6001, UUID_MS = 10000 };

static void announce(struct http_exchange *exchange)
{
    struct json request, payload = {"{}", 2};
    struct buffer text;
    unsigned char bytes[UUID_BYTES];
    char uuid[UUID_TEXT_SIZE], sts_url[WEBHOOK_STS_URL_SIZE];
    const struct buffer *body = &exchange->body;
    buffer_init(&text, HTTP_MAX_REQUEST);
    if (json_parse(buffer_cstr(body), body->length, &request) == 0 ||
        !json_member_text(request, "uuid", &text) || !uuid_parse(buffer_cstr(&text), bytes)) {
        http_reply(exchange, 400, "{\"status\":\"a uuid is required\"}");
    } else {
        uuid_format(bytes, uuid);
        json_member(request, "payload", &payload);
        buffer_reset(&text);
        buffer_append(&text, payload.at, payload.length);
        webhook_initiate(uuid, buffer_cstr(&text), sts_url);
        waiting_calls_add(uuid, sts_url);
        http_reply(exchange, 200, "{\"status\":\"ok\"}");
    }
    buffer_free(&text);
}

static void answer_http(struct http_exchange *exchange, void *context)
{
    (void)context;
    if (http_is(exchange, "GET", "/health"))
        http_reply(exchange, 200, "{\"status\":\"ok\"}");
    else if (http_is(exchange, "POST", "/call"))
        announce(exchange);
    else
        http_reply(exchange, 404, "{\"status\":\"no such path\"}");
}

/* Learn who calls and by which connector; 0 or -1. */
static int begin_call(struct call *call)
{
    if (audiosocket_read(call->client, &call->frame, clock_ms() + UUID_MS) != 0)
        return -1;
    if (call->frame.type != AUDIOSOCKET_UUID || call->frame.length != UUID_BYTES)
        return -1;
    uuid_format(call->frame.payload, call->uuid);
    if (!waiting_calls_take(call->uuid, call->sts_url))
        webhook_initiate(call->uuid, "{}", call->sts_url);
    if (env_text("OLD_CORE") != NULL)
        call->sts_url[0] = '\0';
    const char *usual = env_text("STS_URL");
    if (call->sts_url[0] != '\0')
        log_line("call %s: the webhook chose %s", call->uuid, call->sts_url);
    else if (usual != NULL)
        snprintf(call->sts_url, sizeof(call->sts_url), "%s", usual);
    return 0;
}

static const char *carry_call(struct call *call)
{
    if (call->sts_url[0] != '\0')
        return call_run_sts(call);
    if (call_has_pipeline())
        return call_run_pipeline(call);
    return "no connector is configured";
}

static void serve_call(struct stream *stream, void *context)
{
    (void)context;
    struct call *call = calloc(1, sizeof(*call));
    if (call == NULL)
        return;
    call->client = stream;
    pthread_mutex_init(&call->write_lock, NULL);
    if (begin_call(call) == 0) {
        int64_t started = clock_ms();
        log_line("call %s: began", call->uuid);
        const char *ended = carry_call(call);
        log_line("call %s: ended after %lld ms: %s", call->uuid, (long long)(clock_ms() - started),
                 ended);
        call_send(call, AUDIOSOCKET_HANGUP, "", 0);
        webhook_post(call->uuid, "call_ended", "{}");
    }
    pthread_mutex_destroy(&call->write_lock);
    free(call);
}

static void *http_thread(void *unused)
{
    int status = http_serve(env_port("HTTP_PORT", DEFAULT_HTTP_PORT), answer_http, NULL);
    exit(status);
    return unused;
}

int role_core(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    int listener = net_listen(env_port("PORT", DEFAULT_PORT));
    if (listener < 0 || webhook_start() != 0 || net_spawn(http_thread, NULL) != 0)
        return 1;
    net_serve(listener, serve_call, NULL);
    return 1;
}
