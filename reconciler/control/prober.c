#include "control/prober.h"

#include <ev.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/clock.h"
#include "control/probe.h"
#include "core/failure.h"

enum { SLEPT_MS = 3000 }; /* no attempt takes that long: it was us who did not run meanwhile */

struct prober { /* exactly one of attempt, call and pause is pending */
    struct client *client;
    struct arena *arena;
    const struct wanted *wanted;
    const char *box_id, *ip;
    int64_t started_ms; /* of the box: another value means that it restarted */
    int restart_count;
    int64_t timeout_ms, deadline_ms, pause_ms;
    struct probe asked; /* what it was asked last */
    int64_t asked_ms;
    bool answered;       /* the last attempt was good: the inspect decides */
    const char *why_not; /* of the last attempt; NULL: it was good */
    struct probe_attempt *attempt;
    struct client_call *call;
    struct ev_timer pause;
    prober_done *done;
    void *ctx;
};

static void drop(struct prober *p)
{
    if (p->attempt)
        probe_cancel(p->attempt);
    if (p->call)
        client_cancel(p->call);
    ev_timer_stop(p->client->loop, &p->pause);
    free(p);
}

static void finish(struct prober *p, const struct verdict_of_probe *verdict)
{
    prober_done *done = p->done;
    void *ctx = p->ctx;

    drop(p);
    done(ctx, verdict);
}

static void inspect(struct prober *p);

/* What the engine says settles it, or NULL if one may go on asking. */
static const char *death(struct prober *p, const struct box *b)
{
    if (b->state == BOX_RESTARTING || b->restart_count != p->restart_count ||
        (b->state == BOX_RUNNING && b->started_ms != p->started_ms))
        return arena_printf(p->arena, "it died and was restarted (exit code %s)",
                            exit_text(p->arena, b->exit_code));
    if (b->state == BOX_EXITED && *b->error)
        return b->error;
    if (b->state == BOX_EXITED)
        return arena_printf(p->arena, "it %s", death_text(p->arena, b));
    if (b->state == BOX_PAUSED)
        return "somebody paused it";
    if (*p->ip && !b->n_networks)
        return "somebody took it off its network";
    return b->engine_health == ENGINE_HEALTH_BAD ? "its own health check says unhealthy" : NULL;
}

static void pause_then_try(struct prober *p)
{
    p->pause_ms = p->pause_ms < 500 ? p->pause_ms * 2 : p->pause_ms;
    ev_timer_set(&p->pause, (double)p->pause_ms / 1000., 0.);
    ev_timer_start(p->client->loop, &p->pause);
}

static const char *late_text(struct prober *p)
{
    return arena_printf(p->arena, "it did not %s within %s%s%s", probe_text(p->arena, &p->asked),
                        text_duration(p->arena, p->timeout_ms / 1000), p->why_not ? ": " : "",
                        p->why_not ? p->why_not : "");
}

static void on_inspected(void *ctx, const struct facts *facts, const struct err *err)
{
    struct prober *p = ctx;
    struct verdict_of_probe verdict = {.text = ""};

    p->call = NULL;
    if (err && err->code == ERR_NOT_FOUND) {
        verdict.text = "somebody removed it";
        finish(p, &verdict);
        return;
    }
    if (err) {
        verdict.err = err;
        finish(p, &verdict);
        return;
    }
    verdict.box = &facts->box;
    const char *died = death(p, &facts->box);
    bool healthy = p->wanted->spec->probe.kind != PROBE_ENGINE ||
                   facts->box.engine_health == ENGINE_HEALTH_GOOD ||
                   facts->box.engine_health == ENGINE_HEALTH_NONE;
    verdict.ready = !died && p->answered && healthy;
    bool late = mono_ms() >= p->deadline_ms;
    if (verdict.ready || died || late) {
        if (!verdict.ready)
            verdict.text = died ? died : late_text(p);
        finish(p, &verdict);
        return;
    }
    pause_then_try(p);
}

static void inspect(struct prober *p)
{
    p->call = client_send(p->client, &(struct call){.kind = CALL_INSPECT, .id = p->box_id},
                          p->arena, on_inspected, p);
}

static void on_attempt(void *ctx, bool ready, const char *text)
{
    struct prober *p = ctx;

    p->attempt = NULL;
    p->answered = ready;
    if (!ready && mono_ms() - p->asked_ms > SLEPT_MS) {
        pause_then_try(p);
        return;
    }
    p->why_not = ready ? NULL : arena_strdup(p->arena, text);
    inspect(p);
}

static void try(struct prober *p)
{
    static const struct probe listens = {.kind = PROBE_TCP};
    const struct wanted *w = p->wanted;
    const struct probe *probe = &w->spec->probe;
    const char *port = w->port;

    p->asked = *probe;
    p->asked_ms = mono_ms();
    if (probe->kind == PROBE_ENGINE || probe->kind == PROBE_NONE) {
        p->answered = true;
        inspect(p);
        return;
    }
    if (w->spec->role == ROLE_CORE && probe->kind == PROBE_HTTP) {
        if (w->http_port)
            port = w->http_port;
        else
            probe = &listens; /* nobody knows where its health is asked for */
        p->asked = *probe;
    }
    p->attempt = probe_start(p->client->http, probe, p->ip, port, on_attempt, p);
}

static void on_pause(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    (void)loop, (void)events;
    try(timer->data);
}

/* Its address on the network that was asked for, else on any. */
static const char *address_of(const struct wanted *w, const struct box *b)
{
    for (size_t i = 0; i < b->n_networks; i++)
        if (w->n_networks && text_is(b->networks[i].name, w->networks[0]))
            return b->networks[i].ip;
    return b->n_networks ? b->networks[0].ip : "";
}

struct prober *prober_start(struct client *client, struct arena *a, const struct wanted *w,
                            const struct box *b, int64_t timeout_ms, prober_done *done, void *ctx)
{
    struct prober *p = calloc(1, sizeof *p);

    if (!p)
        abort();
    *p = (struct prober){
        .client = client,
        .arena = a,
        .wanted = w,
        .box_id = arena_strdup(a, b->id),
        .ip = arena_strdup(a, address_of(w, b)),
        .started_ms = b->started_ms,
        .restart_count = b->restart_count,
        .timeout_ms = timeout_ms,
        .deadline_ms = mono_ms() + timeout_ms,
        .pause_ms = 25,
        .done = done,
        .ctx = ctx,
    };
    ev_timer_init(&p->pause, on_pause, 0.001, 0.);
    p->pause.data = p;
    ev_timer_start(client->loop, &p->pause); /* never call back from within start */
    return p;
}

void prober_cancel(struct prober *p)
{
    drop(p);
}
