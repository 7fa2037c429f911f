/* Carrying a plan out: the lock, one runner an agent, as many at a time as was asked for. */
#include <ev.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/array.h"
#include "control/clock.h"
#include "control/runner.h"
#include "control/session.h"
#include "control/state.h"

struct apply {
    struct session *session;
    struct arena *arena;
    struct rollout_context shared;
    const struct look *look;
    struct runner **runners;         /* by index in the plan; NULL: not started, or over */
    struct agent_outcome *outcomes;  /* likewise */
    size_t n, next, running, active; /* active: running and not just waiting for calls */
    bool paused;                     /* an agent failed that asked for no more after that */
};

static void start_more(struct apply *ap);

static bool needs_work(const struct agent_plan *plan)
{
    return plan->n_steps > 0 || plan->hold.kind == STEP_HOLD;
}

static size_t index_of(const struct apply *ap, const struct runner *r)
{
    size_t i = 0;

    while (ap->runners[i] != r)
        i++;
    return i;
}

static void report_agent(const struct apply *ap, const struct agent_outcome *outcome)
{
    const struct apply_options *o = ap->shared.options;
    struct event event = {.agent = outcome->agent,
                          .state = outcome->result == RESULT_SYNC ? EVENT_DONE : EVENT_FAILED,
                          .text = outcome->text};

    if (o->on_event)
        o->on_event(o->ctx, &event);
}

static void report_notice(const struct apply_options *o, const char *text)
{
    if (o->on_event && text)
        o->on_event(o->ctx, &(struct event){.state = EVENT_PROGRESS, .text = text});
}

static void report_notices(const struct apply *ap)
{
    const struct desired *d = &ap->look->sources->desired;

    for (size_t i = 0; i < d->n_notices; i++)
        report_notice(ap->shared.options, d->notices[i]);
    report_notice(ap->shared.options, ap->look->plan.notice);
}

static void on_done(void *ctx, struct runner *r)
{
    struct apply *ap = ctx;
    size_t i = index_of(ap, r);
    struct agent_outcome outcome = *runner_outcome(r);

    outcome.text = arena_strdup(ap->arena, outcome.text);
    ap->outcomes[i] = outcome;
    ap->running--;
    if (!runner_yields(r))
        ap->active--;
    if (outcome.result == RESULT_FAILED && outcome.agent->pause_on_failure)
        ap->paused = true;
    report_agent(ap, &outcome);
    ap->runners[i] = NULL;
    runner_retire(r);
    start_more(ap);
    if (!ap->running)
        ev_break(ap->session->client.loop, EVBREAK_ONE);
}

static void on_yield(void *ctx, struct runner *r, bool waits)
{
    struct apply *ap = ctx;

    (void)r;
    if (waits)
        ap->active--;
    else
        ap->active++;
    start_more(ap);
}

static void skip(struct apply *ap, size_t i, enum agent_result result, const char *why)
{
    ap->outcomes[i] = (struct agent_outcome){
        .agent = ap->look->plan.agents[i].agent, .result = result, .text = why};
    report_agent(ap, &ap->outcomes[i]);
}

static void start_more(struct apply *ap)
{
    size_t limit = (size_t)ap->look->sources->desired.parallelism;

    for (; ap->next < ap->n && ap->active < limit; ap->next++) {
        const struct agent_plan *plan = &ap->look->plan.agents[ap->next];
        if (!needs_work(plan))
            continue;
        if (ap->session->interrupted) {
            skip(ap, ap->next, RESULT_INTERRUPTED, "not begun");
            continue;
        }
        if (ap->paused) {
            skip(ap, ap->next, RESULT_HELD, "not begun: an agent before it failed");
            continue;
        }
        ap->running++;
        ap->active++;
        ap->runners[ap->next] =
            runner_new(&ap->shared, plan->agent, &ap->look->observed, on_done, on_yield, ap);
    }
}

static void on_interrupt(void *ctx)
{
    struct apply *ap = ctx;

    for (size_t i = 0; i < ap->n; i++)
        if (ap->runners[i])
            runner_wake(ap->runners[i]);
}

static void collect(const struct apply *ap, struct outcome *ret)
{
    ARRAY(struct agent_outcome) outcomes = {0};

    for (size_t i = 0; i < ap->n; i++)
        if (ap->outcomes[i].agent)
            ARRAY_PUSH(ap->arena, outcomes, ap->outcomes[i]);
    *ret = (struct outcome){.agents = outcomes.items, .n_agents = outcomes.n};
}

static void run(struct apply *ap)
{
    struct session *s = ap->session;

    s->on_interrupt = on_interrupt;
    s->interrupt_ctx = ap;
    start_more(ap);
    while (ap->running)
        ev_run(s->client.loop, 0);
    ev_run(s->client.loop, EVRUN_NOWAIT); /* lets the last runner be freed */
    s->on_interrupt = NULL;
}

static int lock_engine(struct session *s, struct arena *a, struct err *err)
{
    struct facts facts;

    if (client_greet(&s->client, err) < 0 ||
        client_ask(&s->client, &(struct call){.kind = CALL_INFO}, a, &facts, err) < 0)
        return -1;
    return state_lock(a, s->config->state_dir, facts.engine_id, err);
}

int session_apply(struct session *s, struct arena *a, const struct sources *sources,
                  const struct apply_options *options, struct outcome *ret, struct err *err)
{
    struct apply ap = {.session = s, .arena = a};
    struct look look;
    int lock = lock_engine(s, a, err);

    if (lock < 0)
        return -1;
    if (session_look(s, a, sources, &options->plan, options->only, options->n_only, &look, err) <
        0) {
        close(lock);
        return -1;
    }
    ap.look = &look;
    ap.n = look.plan.n_agents;
    ap.runners = arena_alloc(a, ap.n * sizeof(struct runner *));
    ap.outcomes = arena_alloc(a, ap.n * sizeof(struct agent_outcome));
    ap.shared = (struct rollout_context){
        .client = &s->client,
        .sources = sources,
        .key = &s->key,
        .options = options,
        .calls = witness_calls_new(&sources->database),
        .interrupted = &s->interrupted,
    };
    if (options->wait_timeout_s >= 0)
        ap.shared.give_up_ms = mono_ms() + options->wait_timeout_s * 1000 + 1;
    report_notices(&ap);
    run(&ap);
    witness_calls_free(ap.shared.calls);
    close(lock);
    collect(&ap, ret);
    return 0;
}
