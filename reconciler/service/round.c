/* One round: look at everything, say what cannot be done, give the rest to the fleet. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/text.h"
#include "base/clock.h"
#include "control/exit.h"
#include "control/recall.h"
#include "core/find.h"
#include "core/wish.h"
#include "service/desk.h"
#include "service/hearing.h"
#include "service/service_parts.h"

enum { STANDBY_MS = 1000, FIRST_AGAIN_MS = 500, LONGEST_AGAIN_MS = 30 * 1000, SOON_MS = 100 };
enum { WINDOW_ASKED_S = 15 * 60 };

static void round_in(struct service *s, int64_t ms)
{
    ev_timer_stop(s->loop, &s->due);
    ev_timer_set(&s->due, (double)(ms < SOON_MS ? SOON_MS : ms) / 1000., 0.);
    ev_timer_start(s->loop, &s->due);
}

/* Half of the rounds of many services on one host must not fall on the same second. */
static int64_t resync_ms(const struct service *s)
{
    return (int64_t)((double)s->resync_s * 1000. * (0.9 + 0.2 * drand48()));
}

static void earlier(int64_t *at_ms, int64_t other_ms)
{
    if (other_ms && other_ms < *at_ms)
        *at_ms = other_ms;
}

/* --- what keeps a round from being made ------------------------------------------------------ */

static void try_again_later(struct service *s)
{
    int64_t ms = FIRST_AGAIN_MS;

    for (unsigned i = 0; i < s->failed_rounds && ms < LONGEST_AGAIN_MS; i++)
        ms *= 2;
    s->failed_rounds++;
    round_in(s, ms < LONGEST_AGAIN_MS ? ms : LONGEST_AGAIN_MS);
}

static void engine_failed(struct service *s, const struct err *err)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const char *advice = engine_advice(err);

    log_condition(s->log, "engine", LEVEL_ERROR, NULL,
                  advice ? arena_printf(a, "%s. %s", err->text, advice) : err->text);
    systemd_status(s->systemd, "%s", err->text);
    try_again_later(s);
}

/* Another instance at work: this one stands by, and takes over when that one is gone. */
static bool have_lock(struct service *s)
{
    struct err err;

    if (s->lock >= 0)
        return true;
    s->lock = session_lock(s->session, &err);
    if (s->lock < 0 && err.code == ERR_CONFLICT) {
        log_condition(s->log, "standby", LEVEL_INFO, NULL,
                      "another avr-reconciler works on this engine: standing by");
        systemd_status(s->systemd, "standing by: another avr-reconciler works on this engine");
        round_in(s, STANDBY_MS);
    } else if (s->lock < 0) {
        engine_failed(s, &err);
    } else {
        log_clear(s->log, "standby", "the other avr-reconciler is gone: taking over");
        account_took_over(s->account);
    }
    return s->lock >= 0;
}

/* --- what cannot be done --------------------------------------------------------------------- */

static bool is_reported(const struct agent_plan *ap)
{
    return ap->hold.kind == STEP_HOLD;
}

static void report_hold(struct service *s, const struct agent_plan *ap)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const char *id = ap->agent->id;
    struct log_about about = {.agent = agent_title(ap->agent)};
    bool paused = ap->hold.hold == HOLD_PAUSED, meant = paused || ap->hold.hold == HOLD_ORPHAN;
    /* How long ago it was paused changes with every round, and is no news. */
    const char *why = paused ? order_text(a, ap->agent->pause, 0) : ap->hold.why;

    log_condition(s->log, arena_printf(a, "agent/%s", id), meant ? LEVEL_INFO : LEVEL_WARNING,
                  &about, why);
}

static bool still_holds(const struct look *look, const char *key)
{
    for (size_t i = 0; i < look->plan.n_agents; i++)
        if (is_reported(&look->plan.agents[i]) &&
            text_is(key + strlen("agent/"), look->plan.agents[i].agent->id))
            return true;
    return false;
}

static void report_holds(struct service *s, const struct look *look)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const struct condition *conditions;
    size_t n = log_conditions(s->log, a, &conditions);

    for (size_t i = 0; i < n; i++)
        if (text_starts(conditions[i].key, "agent/") && !still_holds(look, conditions[i].key))
            log_clear(s->log, conditions[i].key, NULL);
    for (size_t i = 0; i < look->plan.n_agents; i++)
        if (is_reported(&look->plan.agents[i]))
            report_hold(s, &look->plan.agents[i]);
}

static void report_pause(struct service *s)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const char *why = fleet_paused(s->fleet, a);

    if (why)
        log_condition(
            s->log, "rollout", LEVEL_WARNING, NULL,
            arena_printf(a, "the roll-out is paused: %s; go on with: avr-reconciler apply", why));
    else
        log_clear(s->log, "rollout", "the roll-out goes on");
}

/* --- the round ------------------------------------------------------------------------------- */

/* The clock may be put forward before a window opens, so it is looked at now and then. */
static int64_t window_ms(const struct service *s, const struct agent_plan *ap)
{
    int64_t seconds = account_window_s(s->account, ap);

    return (seconds < WINDOW_ASKED_S ? seconds : WINDOW_ASKED_S) * 1000;
}

/* When something would have to be done though nothing happens: a wait that ends, a new try. */
static int64_t next_round_ms(const struct service *s, const struct look *look)
{
    int64_t now = mono_ms(), at = now + resync_ms(s), offset = wall_ms() - now;

    for (size_t i = 0; i < look->plan.n_agents; i++) {
        const struct agent_plan *ap = &look->plan.agents[i];
        if (ap->again_ms)
            earlier(&at, ap->again_ms - offset);
        if (!ap->n_steps)
            continue;
        earlier(&at, account_due_ms(s->account, ap->agent));
        int64_t window = window_ms(s, ap);
        if (window)
            earlier(&at, now + window);
    }
    earlier(&at, session_registry_due_ms(s->session));
    return at - now;
}

static void say_status(const struct service *s, const struct look *look)
{
    size_t in_sync = 0;

    for (size_t i = 0; i < look->plan.n_agents; i++)
        in_sync += look->plan.agents[i].verdict == VERDICT_SYNC;
    systemd_status(s->systemd, "%zu of %zu agents in sync, %zu being worked on", in_sync,
                   look->plan.n_agents, fleet_size(s->fleet));
}

static void finish(struct service *s, struct arena *a, const struct look *look)
{
    arena_free(s->last.arena);
    s->last = (struct round){.arena = a, .look = *look, .at_ms = wall_ms()};
    report_holds(s, look);
    report_registries(s, look);
    others_round(s->others, &look->sources->desired);
    account_round(s->account, look);
    hearing_round(s->hearing, look);
    service_orders_round(s, look);
    cold_round(s);
    fleet_take(s->fleet, a, look, &(struct fleet_terms){0});
    report_pause(s);
    round_in(s, next_round_ms(s, look));
    say_status(s, look);
}

/* For whom something may have to be put back: who was not in sync when last looked at, and before
 * the first look everybody. */
static size_t in_need(const struct service *s, struct arena *a, const struct desired *d,
                      const char *const **ret)
{
    const struct plan *plan = s->last.arena ? &s->last.look.plan : NULL;
    ARRAY(const char *) ids = {0};

    for (size_t i = 0; plan && i < plan->n_agents; i++)
        if (plan->agents[i].verdict != VERDICT_SYNC || plan->agents[i].n_steps)
            ARRAY_PUSH(a, ids, arena_strdup(a, plan->agents[i].agent->id));
    for (size_t i = 0; !plan && i < d->n_agents; i++)
        ARRAY_PUSH(a, ids, d->agents[i].id);
    *ret = ids.items;
    return ids.n;
}

static const struct sources *with_last_good(const struct service *s, struct arena *a,
                                            const struct sources *sources)
{
    struct sources *with = arena_memdup(a, sources, sizeof *sources);
    const char *const *ids;
    size_t n = in_need(s, a, &sources->desired, &ids);

    with->last_good = recall_last_good(s->store, a, ids, n);
    return with;
}

static bool look_at_all(struct service *s)
{
    struct arena *a = arena_new();
    const struct sources *sources = intake_sources(s->intake, a);
    struct look look;
    struct err err;

    if (!sources || !have_lock(s)) {
        arena_free(a);
        return false;
    }
    if (service_listen(s, &err) < 0)
        log_condition(s->log, "control", LEVEL_WARNING, NULL, err.text);
    sources = with_last_good(s, a, sources);
    const char *cause = arena_strdup(a, s->cause);
    account_cause(s->account, cause);
    *s->cause = '\0'; /* what happens during the look is the cause of the next round */
    sight_look_begins(s->sight);
    int ok = session_look(s->session, a, sources, &(struct plan_options){0}, NULL, 0, &look, &err);
    sight_look_ends(s->sight, ok == 0);
    if (ok < 0) {
        if (*cause) /* it is still to be seen what came of it */
            snprintf(s->cause, sizeof s->cause, "%s", cause);
        arena_free(a);
        engine_failed(s, &err);
        return false;
    }
    log_clear(s->log, "engine", "the engine answers again");
    s->failed_rounds = 0;
    finish(s, a, &look);
    return true;
}

void service_round(struct service *s)
{
    int64_t began_ms = mono_ms();
    bool good = look_at_all(s);

    if (good)
        histogram_add(&s->counts.rounds, (double)(mono_ms() - began_ms) / 1000.);
    else
        s->counts.failed_rounds++;
    desk_round(s->desk, good);
    guest_round(s, good);
    if (s->reloading)
        systemd_ready(s->systemd);
    s->reloading = false;
    malloc_trim(0); /* two rounds were held for a moment, and the next may be minutes away */
}
