/* What AVR's core tells of calls: POST /webhooks.
 *
 * As a tap the backend forwards here what it gets; as a relay core posts here, and we pass it on to
 * the backend.  Either way whoever posts must know WEBHOOK_SECRET.  Without one nothing is taken,
 * not even from this machine: a forged event can keep an old container for hours, or talk of an end
 * that was none.  Nobody loses anything by that, since AVR's backend, too, takes and forwards
 * events with a secret only. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/out.h"
#include "calls/relay.h"
#include "control/config.h"
#include "face/parts.h"
#include "service/hearing.h"

struct waiting {         /* a call_initiated whose answer waits for the backend's */
    struct arena *arena; /* of itself, too */
    struct face *face;
    struct web_request *request; /* NULL: whoever asked has left */
    struct call_event event;
};

/* --- who posts ------------------------------------------------------------------------------- */

/* Takes as long as the given text is, whatever is in it. */
static bool is_secret(const char *secret, const char *given)
{
    size_t n = strlen(secret);
    unsigned differs = strlen(given) != n;

    for (size_t i = 0; given[i]; i++)
        differs |= (unsigned char)given[i] ^ (unsigned char)secret[n ? i % n : 0];
    return n && !differs;
}

static bool may_post(const struct face *face, struct web_request *r)
{
    const char *secret = service_config(face->service)->host.webhook_secret;
    const char *given = web_header(r, "x-avr-webhook-secret");

    if (!secret || !*secret) {
        web_reply_error(r, 403, "no_secret", "Webhooks are taken once WEBHOOK_SECRET is set here.");
        return false;
    }
    if (given && is_secret(secret, given))
        return true;
    log_say(service_log(face->service), LEVEL_WARNING, NULL,
            "a webhook was refused: its x-avr-webhook-secret is not the WEBHOOK_SECRET set here");
    web_reply_error(r, 401, "unauthorized", "x-avr-webhook-secret is missing or wrong.");
    return false;
}

/* --- the answer ------------------------------------------------------------------------------ */

static void reply(struct web_request *r, const char *sts_url)
{
    struct out o = {.text.arena = web_arena(r)};

    out_object(&o, NULL);
    out_text(&o, "status", "ok");
    if (sts_url)
        out_text(&o, "sts_url", sts_url);
    out_end(&o);
    web_reply_json(r, 200, text_str(&o.text));
}

static void on_gone(void *ctx)
{
    struct waiting *w = ctx;
    struct web_request *r = w->request;

    w->request = NULL;
    reply(r, NULL);
}

/* A backend that sends the call somewhere itself is obeyed. */
static void on_answer(void *ctx, const char *json, size_t len)
{
    struct waiting *w = ctx;
    struct err err;
    const cJSON *said = json ? json_parse(w->arena, json, len, &err) : NULL;
    const char *sts_url = json_text(said, "sts_url");

    if (w->request) {
        if (!sts_url)
            sts_url = hearing_route(service_hearing(w->face->service), w->arena, &w->event);
        web_on_gone(w->request, NULL, NULL);
        reply(w->request, sts_url);
    }
    arena_free(w->arena);
}

static struct waiting *waiting_new(struct face *face, struct web_request *r,
                                   const struct call_event *e)
{
    struct arena *a = arena_new();
    struct waiting *w = arena_alloc(a, sizeof *w);

    *w = (struct waiting){.arena = a, .face = face, .request = r, .event = *e};
    w->event.uuid = arena_strdup(a, e->uuid);
    w->event.agent_id = arena_strdup(a, e->agent_id);
    w->event.caller = arena_strdup(a, e->caller);
    w->event.type = w->event.timestamp = w->event.role = "";
    return w;
}

/* --- what is posted -------------------------------------------------------------------------- */

static void ask_backend(struct face *face, struct web_request *r, const struct call_event *e,
                        const char *body)
{
    struct waiting *w = waiting_new(face, r, e);

    web_on_gone(r, on_gone, w);
    if (!relay_send(face->relay, e, body, on_answer, w))
        on_answer(w, NULL, 0);
}

static void webhook(void *ctx, struct web_request *r)
{
    struct face *face = ctx;
    struct call_event event;
    struct err err;
    size_t len;
    const char *body = web_body(r, &len);

    if (!may_post(face, r)) {
        face->hooks.refused++;
        return;
    }
    if (call_event_parse(web_arena(r), body, len, web_header(r, "x-avr-agent-id"), &event, &err) <
        0) {
        face->hooks.refused++;
        web_reply_error(r, 400, "bad_event", err.text);
        return;
    }
    face->hooks.heard[event.kind]++;
    hearing_event(service_hearing(face->service), &event);
    bool relays = face->relay && !relay_is_echo(face->relay, &event);
    if (relays && event.kind == CALL_EVENT_INITIATED) {
        ask_backend(face, r, &event, body);
        return;
    }
    if (relays)
        relay_send(face->relay, &event, body, NULL, NULL);
    reply(r, NULL);
}

/* --- its life -------------------------------------------------------------------------------- */

static void on_trouble(void *ctx, const struct err *err)
{
    struct face *face = ctx;

    if (err)
        log_condition(service_log(face->service), "webhooks", LEVEL_WARNING, NULL, err->text);
    else
        log_clear(service_log(face->service), "webhooks", "the backend takes webhooks again");
}

static void open_relay(struct face *face)
{
    struct relay_options options = {.url = face->options->webhook_forward,
                                    .secret = service_config(face->service)->host.webhook_secret,
                                    .trouble = on_trouble,
                                    .ctx = face};
    struct err err;

    if (!options.url || !options.secret)
        return;
    face->relay = relay_open(service_loop(face->service), &options, &err);
    if (!face->relay)
        log_condition(service_log(face->service), "webhooks", LEVEL_ERROR, NULL, err.text);
}

static void close_relay(struct face *face)
{
    relay_close(face->relay);
}

static const struct web_route routes[] = {
    {"POST", "/webhooks", ACCESS_CONTAINER, webhook},
};

const struct face_family webhooks_family = {.routes = routes,
                                            .n_routes = sizeof routes / sizeof routes[0],
                                            .open = open_relay,
                                            .close = close_relay};
