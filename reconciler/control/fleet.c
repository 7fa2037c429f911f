#include "control/fleet.h"

#include <ev.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "control/runner.h"
#include "control/session.h"
#include "core/order.h"
#include "core/wish.h"

struct member { /* an agent under way */
    struct member *next;
    struct fleet *fleet;
    struct arena *arena;
    const char *id, *wish;
    struct runner *runner;
};

struct fleet {
    struct session *session;
    struct fleet_owner owner;
    struct workshop workshop;
    struct member *members;
    struct arena *arena; /* shared: of the look; NULL before the first one */
    struct look look;
    struct fleet_terms terms;
    const struct agent_plan *const *order; /* whose turn it is */
    size_t next;
    size_t active;          /* under way, and not just waiting for calls */
    char *paused_by;        /* name of an agent that failed and asked for no more after that */
    struct ev_timer begins; /* from the loop */
    bool interrupted;
};

static struct member *member_of(const struct fleet *f, const char *id)
{
    for (struct member *m = f->members; m; m = m->next)
        if (text_is(m->id, id))
            return m;
    return NULL;
}

static void unlink_member(struct fleet *f, const struct member *gone)
{
    struct member **at = &f->members;

    while (*at != gone)
        at = &(*at)->next;
    *at = gone->next;
}

static void report(const struct fleet *f, const struct agent_outcome *outcome)
{
    struct event event = {.agent = outcome->agent,
                          .state = outcome->result == RESULT_SYNC ? EVENT_DONE : EVENT_FAILED,
                          .text = outcome->text};

    if (f->owner.on_event)
        f->owner.on_event(f->owner.ctx, &event);
    if (f->owner.on_end)
        f->owner.on_end(f->owner.ctx, outcome);
}

static void begin_later(struct fleet *f)
{
    ev_timer_start(f->session->client.loop, &f->begins);
}

/* --- under way ------------------------------------------------------------------------------- */

static void on_event_of(void *ctx, const struct event *event)
{
    const struct member *m = ctx;

    if (m->fleet->owner.on_event)
        m->fleet->owner.on_event(m->fleet->owner.ctx, event);
}

static void on_yield(void *ctx, struct runner *r, bool waits)
{
    struct member *m = ctx;

    (void)r;
    if (waits)
        m->fleet->active--;
    else
        m->fleet->active++;
    begin_later(m->fleet);
}

static void pause_rollout(struct fleet *f, const struct agent *agent)
{
    free(f->paused_by);
    f->paused_by = strdup(agent->name ? agent->name : agent->id);
    if (!f->paused_by)
        abort();
}

static void on_done(void *ctx, struct runner *r)
{
    struct member *m = ctx;
    struct fleet *f = m->fleet;
    const struct agent_outcome *outcome = runner_outcome(r);

    unlink_member(f, m);
    if (!runner_yields(r))
        f->active--;
    if (outcome->result == RESULT_FAILED && outcome->agent->pause_on_failure)
        pause_rollout(f, outcome->agent);
    report(f, outcome);
    runner_retire(r);
    arena_free(m->arena);
    begin_later(f);
}

static struct task task_of(const struct fleet *f, const struct agent *agent)
{
    struct fleet_terms terms = f->terms;

    if (f->owner.terms)
        f->owner.terms(f->owner.ctx, agent, &terms);
    return (struct task){.arena = f->arena,
                         .sources = f->look.sources,
                         .agent = agent,
                         .observed = &f->look.observed,
                         .plan = terms.plan,
                         .give_up_ms = terms.give_up_ms};
}

static const char *wish_of(const struct fleet *f, struct arena *a, const struct agent *agent)
{
    return agent_wish(a, &f->session->key, &f->look.sources->desired, agent, &f->look.observed);
}

static void begin(struct fleet *f, const struct agent_plan *plan)
{
    struct arena *a = arena_new();
    struct member *m = arena_alloc(a, sizeof *m);
    struct task task = task_of(f, plan->agent);

    *m = (struct member){.next = f->members, .fleet = f, .arena = a};
    m->id = arena_strdup(a, plan->agent->id);
    m->wish = wish_of(f, a, plan->agent);
    f->members = m;
    f->active++;
    if (f->owner.on_begin)
        f->owner.on_begin(f->owner.ctx, plan);
    m->runner =
        runner_new(&f->workshop, &task, &(struct runner_owner){on_event_of, on_yield, on_done, m});
}

static void renew(struct fleet *f, struct member *m, const struct agent *agent)
{
    struct arena *scratch CLEANUP_ARENA = arena_new();
    const char *wish = wish_of(f, scratch, agent);
    struct task task = task_of(f, agent);

    if (text_is(wish, m->wish))
        return;
    m->wish = arena_strdup(m->arena, wish);
    runner_renew(m->runner, &task);
}

/* --- whose turn it is ------------------------------------------------------------------------ */

static bool needs_work(const struct agent_plan *plan)
{
    return plan->n_steps > 0 || plan->hold.kind == STEP_HOLD;
}

static void skip(struct fleet *f, const struct agent *agent, enum agent_result result,
                 const char *why)
{
    report(f, &(struct agent_outcome){.agent = agent, .result = result, .text = why});
}

/* False: it has to wait until another is through. */
static bool take_turn(struct fleet *f, const struct agent_plan *plan)
{
    if (!needs_work(plan) || member_of(f, plan->agent->id))
        return true;
    if (f->interrupted)
        skip(f, plan->agent, RESULT_INTERRUPTED, "not begun");
    else if (f->paused_by)
        skip(f, plan->agent, RESULT_HELD, "not begun: an agent before it failed");
    else if (f->active >= (size_t)f->look.sources->desired.parallelism)
        return false;
    else if (!f->owner.admits || f->owner.admits(f->owner.ctx, plan))
        begin(f, plan);
    return true;
}

static void on_begins(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    struct fleet *f = timer->data;

    (void)loop, (void)events;
    while (f->next < f->look.plan.n_agents && take_turn(f, f->order[f->next]))
        f->next++;
    if (fleet_is_idle(f))
        ev_break(f->session->client.loop, EVBREAK_ONE);
}

void fleet_take(struct fleet *f, struct arena *a, const struct look *look,
                const struct fleet_terms *terms)
{
    struct arena *before = f->arena;

    f->arena = arena_share(a);
    f->look = *look;
    f->terms = *terms;
    f->order = plan_order(a, &f->look.plan);
    f->next = 0;
    for (size_t i = 0; i < look->plan.n_agents; i++) {
        struct member *m = member_of(f, look->plan.agents[i].agent->id);
        if (m)
            renew(f, m, look->plan.agents[i].agent);
    }
    arena_free(before);
    begin_later(f);
}

bool fleet_look(struct fleet *f, const char *agent_id)
{
    struct member *m = member_of(f, agent_id);

    if (m && runner_yields(m->runner))
        runner_look(m->runner);
    return m;
}

bool fleet_renew(struct fleet *f, const char *agent_id)
{
    struct member *m = member_of(f, agent_id);

    for (size_t i = 0; m && i < f->look.plan.n_agents; i++) {
        const struct agent *agent = f->look.plan.agents[i].agent;
        if (!text_is(agent->id, agent_id))
            continue;
        struct task task = task_of(f, agent);
        runner_renew(m->runner, &task);
    }
    return m;
}

void fleet_resume(struct fleet *f)
{
    free(f->paused_by);
    f->paused_by = NULL;
}

const char *fleet_paused_by(const struct fleet *f)
{
    return f->paused_by;
}

bool fleet_works_on(const struct fleet *f, const char *agent_id)
{
    return member_of(f, agent_id);
}

bool fleet_has(const struct fleet *f, const char *agent_id)
{
    for (size_t i = f->next; i < f->look.plan.n_agents; i++)
        if (text_is(f->order[i]->agent->id, agent_id) && needs_work(f->order[i]))
            return true;
    return member_of(f, agent_id);
}

size_t fleet_size(const struct fleet *f)
{
    size_t n = 0;

    for (const struct member *m = f->members; m; m = m->next)
        n++;
    return n;
}

bool fleet_is_idle(const struct fleet *f)
{
    return !f->members && f->next >= f->look.plan.n_agents;
}

void fleet_interrupt(struct fleet *f)
{
    f->interrupted = true;
    for (struct member *m = f->members; m; m = m->next)
        runner_wake(m->runner);
    begin_later(f);
}

struct fleet *fleet_new(struct session *s, const struct fleet_owner *owner)
{
    struct fleet *f = calloc(1, sizeof *f);

    if (!f)
        abort();
    *f = (struct fleet){.session = s, .owner = *owner};
    f->workshop = (struct workshop){.client = &s->client,
                                    .key = &s->key,
                                    .calls = s->calls,
                                    .interrupted = &s->interrupted,
                                    .outage = &s->outage};
    ev_timer_init(&f->begins, on_begins, 0., 0.);
    f->begins.data = f;
    return f;
}

void fleet_free(struct fleet *f)
{
    if (!f)
        return;
    ev_timer_stop(f->session->client.loop, &f->begins);
    arena_free(f->arena);
    free(f->paused_by);
    free(f);
}
