#include "face/face.h"

#include <string.h>

#include "base/array.h"
#include "face/parts.h"

static const struct face_family *const families[] = {
    &page_family,     &health_family,    &events_family,  &status_family,
    &agents_family,   &orders_family,    &logs_family,    &live_family,
    &webhooks_family, &reachable_family, &metrics_family, &fresh_family};
/* The last answers from what the others made of a round. */
enum { FAMILIES = sizeof families / sizeof families[0] };

/* --- what it tells the families -------------------------------------------------------------- */

static void listen_on(struct face *face)
{
    struct err err;

    if (web_listen(face->web, &err) < 0)
        log_condition(service_log(face->service), "web", LEVEL_WARNING, NULL, err.text);
    else
        log_clear(service_log(face->service), "web", "every address is listened at now");
}

static void on_round(void *ctx, bool good)
{
    struct face *face = ctx;

    face->was_good = good;
    face->was_ready |= good;
    listen_on(face);
    for (size_t i = 0; i < FAMILIES; i++)
        if (families[i]->on_round)
            families[i]->on_round(face, good);
}

static void on_event(void *ctx, const struct event *event)
{
    for (size_t i = 0; i < FAMILIES; i++)
        if (families[i]->on_event)
            families[i]->on_event(ctx, event);
}

static void on_change(void *ctx, const struct change *change)
{
    for (size_t i = 0; i < FAMILIES; i++)
        if (families[i]->on_change)
            families[i]->on_change(ctx, change);
}

static void on_calls(void *ctx, const struct database *db)
{
    for (size_t i = 0; i < FAMILIES; i++)
        if (families[i]->on_calls)
            families[i]->on_calls(ctx, db);
}

/* --- its life -------------------------------------------------------------------------------- */

/* "http://avr-reconciler:6100/x" names avr-reconciler. */
static const char *host_of(struct arena *a, const char *url)
{
    const char *host = url ? strstr(url, "://") : NULL;

    host = host ? host + 3 : url;
    return host ? arena_strndup(a, host, strcspn(host, ":/")) : NULL;
}

static void join_routes(struct face *face, struct web_options *options)
{
    ARRAY(struct web_route) all = {0};

    for (size_t i = 0; i < FAMILIES; i++)
        for (size_t k = 0; k < families[i]->n_routes; k++)
            ARRAY_PUSH(face->arena, all, families[i]->routes[k]);
    options->routes = all.items;
    options->n_routes = all.n;
}

static int open_web(struct face *face, struct err *err)
{
    struct web_options options = {
        .listen = face->options->listen,
        .n_listen = face->options->n_listen,
        .hosts = &face->host,
        .n_hosts = face->host != NULL,
        .gate = face_gate,
        .ctx = face,
    };

    join_routes(face, &options);
    face->web = web_open(service_loop(face->service), &options, err);
    return face->web ? 0 : -1;
}

static int open_face(void *ctx, struct service *service, struct err *err)
{
    struct face *face = ctx;

    face->service = service;
    face->arena = arena_new();
    face->host = host_of(face->arena, face->options->advertise);
    face_read_secret(face);
    if (open_web(face, err) < 0) {
        arena_free(face->arena);
        return -1;
    }
    listen_on(face);
    for (size_t i = 0; i < FAMILIES; i++)
        if (families[i]->open)
            families[i]->open(face);
    return 0;
}

static void close_face(void *ctx)
{
    struct face *face = ctx;

    web_close(face->web);
    for (size_t i = 0; i < FAMILIES; i++)
        if (families[i]->close)
            families[i]->close(face);
    arena_free(face->arena);
}

const struct service_guest *face_guest(struct arena *a, const struct face_options *options)
{
    if (options->n_listen == 0)
        return NULL;
    struct face *face = arena_alloc(a, sizeof *face);
    face->options = options;
    face->guest = (struct service_guest){.open = open_face,
                                         .on_round = on_round,
                                         .on_event = on_event,
                                         .on_change = on_change,
                                         .on_calls = on_calls,
                                         .close = close_face,
                                         .ctx = face};
    return &face->guest;
}
