/* /metrics: what Prometheus asks for. */
#include "render/metrics.h"

#include <stdlib.h>
#include <string.h>

#include "calls/relay.h"
#include "control/session.h"
#include "control/fleet.h"
#include "face/parts.h"
#include "net/http.h"

struct metrics_book { /* since the program was started */
    uint64_t changes[CHANGE__N];
    uint64_t calls_waited;
    double waited_s;
};

/* Its entry is written when it begins, when it ends, and once more with the generation it led to.
 */
static void metrics_change(struct face *face, const struct change *change)
{
    struct metrics_book *book = face->metrics;

    if (!change->ended_ms || change->to)
        return;
    book->changes[change->result]++;
    book->calls_waited += change->calls_waited;
    book->waited_s += (double)change->waited_ms / 1000.;
}

static void add_conditions(const struct face *face, struct arena *a, struct metrics *m)
{
    const struct condition *conditions;
    size_t n = service_conditions(face->service, a, &conditions);

    for (size_t i = 0; i < n; i++) {
        m->errors += conditions[i].level == LEVEL_ERROR;
        m->warnings += conditions[i].level == LEVEL_WARNING;
    }
}

static void add_web(const struct face *face, struct metrics *m)
{
    struct web_counts web = web_counts(face->web);

    for (size_t i = 0; i < sizeof web.requests / sizeof web.requests[0]; i++)
        m->since.web_requests[i] = web.requests[i];
    m->since.web_refused = web.refused;
    m->since.web_timed_out = web.timed_out;
    m->since.web_dropped = web.dropped;
    m->web_connections = web.connections;
    m->web_streams = web.streams;
}

static void add_containers(const struct face *face, struct metrics *m)
{
    m->settings_age_s = service_sources_age_s(face->service);
    m->since.settings_told = face->live.answered;
    m->since.settings_refused = face->live.refused;
}

static void add_webhooks(const struct face *face, struct arena *a, struct metrics *m)
{
    struct metrics_count *heard = arena_alloc(a, CALL_EVENT__N * sizeof *heard);

    for (int i = 0; i < CALL_EVENT__N; i++)
        heard[i] = (struct metrics_count){call_event_text[i], face->hooks.heard[i]};
    m->since.webhooks = heard;
    m->since.n_webhooks = CALL_EVENT__N;
    m->since.webhooks_refused = face->hooks.refused;
    if (!face->relay)
        return;
    struct relay_counts relay = relay_counts(face->relay);
    m->relays = true;
    m->relay_waiting = relay.waiting;
    m->since.relay_sent = relay.sent;
    m->since.relay_failed = relay.failed;
    m->since.relay_dropped = relay.dropped;
}

static void add_work(const struct face *face, struct arena *a, struct metrics *m)
{
    const struct metrics_book *book = face->metrics;
    const struct service_counts *counts = service_counts(face->service);
    struct http_stats engine = session_stats(service_session(face->service));

    m->working = fleet_size(service_fleet(face->service));
    m->works_on = service_works_on;
    m->works_ctx = face->service;
    m->rollout_paused = fleet_paused(service_fleet(face->service), a);
    m->since.cycles = counts->rounds;
    m->since.cycles_failed = counts->failed_rounds;
    for (size_t i = 0; i < CHANGE__N; i++)
        m->since.changes[i] = book->changes[i];
    m->since.calls_waited = book->calls_waited;
    m->since.waited_s = book->waited_s;
    m->since.engine_reads = engine.requests - engine.writes;
    m->since.engine_writes = engine.writes;
    m->since.engine_failures = engine.failures;
    m->since.notifications_dropped = service_notifications_dropped(face->service);
    m->since.log_dropped = log_dropped(service_log(face->service));
}

static void get_metrics(void *ctx, struct web_request *r)
{
    const struct face *face = ctx;
    struct arena *a = web_arena(r);
    struct metrics m = {.version = AVR_VERSION,
                        .healthy = service_is_well(face->service),
                        .leader = service_leads(face->service)};
    const struct look *look = service_last_look(face->service, NULL, &m.looked_ms);

    if (look) {
        m.plan = &look->plan;
        m.observed = &look->observed;
    }
    add_conditions(face, a, &m);
    add_work(face, a, &m);
    add_containers(face, &m);
    add_webhooks(face, a, &m);
    add_web(face, &m);
    const char *text = render_metrics(a, &m);
    web_reply(r, 200, "text/plain; version=0.0.4; charset=utf-8", text, strlen(text));
}

static void metrics_open(struct face *face)
{
    face->metrics = calloc(1, sizeof *face->metrics);
    if (!face->metrics)
        abort();
}

static void metrics_close(struct face *face)
{
    free(face->metrics);
}

static const struct web_route routes[] = {
    {"GET", "/metrics", ACCESS_VIEWER, get_metrics},
};

const struct face_family metrics_family = {.routes = routes,
                                           .n_routes = sizeof routes / sizeof routes[0],
                                           .open = metrics_open,
                                           .on_change = metrics_change,
                                           .close = metrics_close};
