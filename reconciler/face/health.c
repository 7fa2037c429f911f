/* Is it alive, does it work: for healthchecks, so nothing is told that is not for everybody. */
#include "base/text.h"
#include "face/parts.h"

static void say_ok(struct web_request *r)
{
    web_reply_json(r, 200, "{\"status\":\"ok\"}\n");
}

static const char *why_not(const struct face *face, struct arena *a)
{
    const struct condition *conditions;
    size_t n = service_conditions(face->service, a, &conditions);

    for (size_t i = 0; i < n; i++) {
        if (text_is(conditions[i].key, "standby"))
            return "Another avr-reconciler works on this engine: this one stands by.";
        if (text_is(conditions[i].key, "engine"))
            return "The engine does not answer.";
    }
    return face->was_ready ? "The last look at the engine failed."
                           : "The first look at the engine is not finished yet.";
}

static void healthz(void *ctx, struct web_request *r)
{
    const struct face *face = ctx;

    if (face->was_good)
        say_ok(r);
    else
        web_reply_error(r, 503, "unhealthy", why_not(face, web_arena(r)));
}

static void readyz(void *ctx, struct web_request *r)
{
    const struct face *face = ctx;

    if (face->was_ready)
        say_ok(r);
    else
        web_reply_error(r, 503, "not_ready", why_not(face, web_arena(r)));
}

static const struct web_route routes[] = {
    {"GET", "/healthz", ACCESS_ANYONE, healthz},
    {"GET", "/readyz", ACCESS_ANYONE, readyz},
};

const struct face_family health_family = {.routes = routes,
                                          .n_routes = sizeof routes / sizeof routes[0]};
