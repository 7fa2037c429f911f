/* Carrying a plan out, once: the lock, the look, and the fleet until everybody is through. */
#include <ev.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "control/fleet.h"
#include "control/session_parts.h"

struct apply {
    struct arena *arena;
    const struct apply_options *options;
    struct fleet *fleet;
    ARRAY(struct agent_outcome) outcomes;
};

static void on_fleet_event(void *ctx, const struct event *event)
{
    const struct apply *ap = ctx;

    if (ap->options->on_event)
        ap->options->on_event(ap->options->ctx, event);
}

static void report_notice(const struct apply_options *o, const char *text)
{
    if (o->on_event && text)
        o->on_event(o->ctx, &(struct event){.state = EVENT_PROGRESS, .text = text});
}

static void report_notices(const struct apply *ap, const struct look *look)
{
    const struct desired *d = &look->sources->desired;

    for (size_t i = 0; i < d->n_notices; i++)
        report_notice(ap->options, d->notices[i]);
    report_notice(ap->options, look->plan.notice);
}

static void on_end(void *ctx, const struct agent_outcome *outcome)
{
    struct apply *ap = ctx;
    struct agent_outcome kept = *outcome;

    kept.text = arena_strdup(ap->arena, outcome->text);
    ARRAY_PUSH(ap->arena, ap->outcomes, kept);
}

static void on_interrupt(void *ctx)
{
    struct apply *ap = ctx;

    fleet_interrupt(ap->fleet);
}

static void run(struct session *s, struct apply *ap, const struct look *look)
{
    struct fleet_terms terms = {.plan = ap->options->plan};

    if (ap->options->wait_timeout_s >= 0)
        terms.give_up_ms = mono_ms() + ap->options->wait_timeout_s * 1000 + 1;
    ap->fleet = fleet_new(
        s, &(struct fleet_owner){.on_event = on_fleet_event, .on_end = on_end, .ctx = ap});
    s->on_interrupt = on_interrupt;
    s->interrupt_ctx = ap;
    report_notices(ap, look);
    fleet_take(ap->fleet, ap->arena, look, &terms);
    if (s->interrupted)
        fleet_interrupt(ap->fleet);
    while (!fleet_is_idle(ap->fleet))
        ev_run(s->client.loop, 0);
    ev_run(s->client.loop, EVRUN_NOWAIT); /* lets the last runner be freed */
    s->on_interrupt = NULL;
    fleet_free(ap->fleet);
}

int session_apply(struct session *s, struct arena *a, const struct sources *sources,
                  const struct apply_options *options, struct outcome *ret, struct err *err)
{
    struct apply ap = {.arena = a, .options = options};
    struct look look;
    int lock = session_lock(s, err);

    if (lock < 0)
        return -1;
    int result =
        session_look(s, a, sources, &options->plan, options->only, options->n_only, &look, err);
    if (result == 0)
        run(s, &ap, &look);
    close(lock);
    *ret = (struct outcome){.agents = ap.outcomes.items, .n_agents = ap.outcomes.n};
    return result;
}
