#include "control/fleet.h"

#include <ev.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/text.h"
#include "control/failures.h"
#include "control/runner.h"
#include "control/session_parts.h"
#include "core/find.h"
#include "core/order.h"
#include "core/pace.h"
#include "core/wish.h"

/* An interrupt waits so long for an engine that does not answer: less than systemd and people do.
 */
enum { INTERRUPT_S = 10 };

struct member { /* an agent under way */
    struct member *next;
    struct fleet *fleet;
    struct arena *arena;
    const char *id, *wish;
    bool leaves; /* nobody asks for it any more, and it is worked on as such */
    struct runner *runner;
    bool paced;  /* it might have waited: the next of these keeps its distance */
    bool failed; /* and that was noted */
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
    bool *had_turn;                        /* of each of these */
    size_t next;                           /* everybody before this one had his */
    size_t active;                         /* under way, and not just waiting for calls */
    struct pace pace;
    struct failures failures;
    struct ev_timer begins;    /* from the loop */
    struct ev_timer impatient; /* every second, once interrupted */
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

static void begin_in(struct fleet *f, int64_t ms)
{
    struct ev_loop *loop = f->session->client.loop;

    if (ev_is_active(&f->begins) && ev_timer_remaining(loop, &f->begins) * 1000. <= (double)ms)
        return;
    ev_timer_stop(loop, &f->begins);
    ev_timer_set(&f->begins, (double)ms / 1000., 0.);
    ev_timer_start(loop, &f->begins);
}

static void begin_later(struct fleet *f)
{
    begin_in(f, 0);
}

/* --- under way ------------------------------------------------------------------------------- */

static const char *rollout_wish_of(const struct fleet *f, struct arena *a)
{
    return rollout_wish(a, &f->session->key, &f->look.sources->desired);
}

static void note_failure(struct member *m, const struct agent *agent)
{
    struct arena *scratch CLEANUP_ARENA = arena_new();
    struct fleet *f = m->fleet;

    if (m->failed)
        return;
    m->failed = true;
    failures_note(&f->failures, agent, rollout_wish_of(f, scratch));
    f->pace.failed = f->failures.ids.n;
    f->pace.stopped |= agent->pause_on_failure;
}

/* What is left to do after a failure takes time, and others would be begun meanwhile. */
static void on_event_of(void *ctx, const struct event *event)
{
    struct member *m = ctx;

    if (runner_failure(m->runner))
        note_failure(m, event->agent);
    if (m->fleet->owner.on_event)
        m->fleet->owner.on_event(m->fleet->owner.ctx, event);
}

/* What it does from now on, if anything, is to wait for calls. */
static void leave(struct fleet *f, const struct member *m)
{
    f->active--;
    if (m->paced)
        f->pace.ended_ms = mono_ms();
}

static void on_yield(void *ctx, struct runner *r, bool waits)
{
    struct member *m = ctx;

    (void)r;
    if (waits)
        leave(m->fleet, m);
    else
        m->fleet->active++;
    begin_later(m->fleet);
}

static void on_done(void *ctx, struct runner *r)
{
    struct member *m = ctx;
    struct fleet *f = m->fleet;
    const struct agent_outcome *outcome = runner_outcome(r);

    unlink_member(f, m);
    if (!runner_yields(r))
        leave(f, m);
    if (outcome->result == RESULT_FAILED)
        note_failure(m, outcome->agent);
    report(f, outcome);
    runner_retire(r);
    arena_free(m->arena);
    begin_later(f);
}

/* By the time a runner takes up the task, the fleet may have another look. */
static struct task task_of(const struct fleet *f, const struct agent *agent)
{
    const struct observed *observed =
        arena_memdup(f->arena, &f->look.observed, sizeof f->look.observed);
    struct fleet_terms terms = f->terms;

    if (f->owner.terms)
        f->owner.terms(f->owner.ctx, agent, &terms);
    return (struct task){.arena = f->arena,
                         .sources = f->look.sources,
                         .agent = agent,
                         .observed = observed,
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

    *m = (struct member){.next = f->members, .fleet = f, .arena = a, .paced = pace_may_wait(plan)};
    m->id = arena_strdup(a, plan->agent->id);
    m->wish = wish_of(f, a, plan->agent);
    m->leaves = plan->agent->wish == WISH_ABSENT;
    f->members = m;
    f->active++;
    if (f->owner.on_begin)
        f->owner.on_begin(f->owner.ctx, plan);
    m->runner =
        runner_new(&f->workshop, &task, &(struct runner_owner){on_event_of, on_yield, on_done, m});
}

static bool admits(const struct fleet *f, const struct agent_plan *plan)
{
    return !f->owner.admits || f->owner.admits(f->owner.ctx, plan);
}

/* What it does is finished as it was begun, if the next thing has to wait. */
static void renew(struct fleet *f, struct member *m, const struct agent_plan *plan)
{
    const struct agent *agent = plan->agent;
    struct arena *scratch CLEANUP_ARENA = arena_new();
    const char *wish = wish_of(f, scratch, agent);
    struct task task = task_of(f, agent);

    if (text_is(wish, m->wish) || (pace_may_wait(plan) && !admits(f, plan)))
        return;
    m->wish = arena_strdup(m->arena, wish);
    m->leaves = agent->wish == WISH_ABSENT;
    runner_renew(m->runner, &task);
}

/* Nobody asks for it, and the look saw nothing of it: a runner that knows no better would make it
 * anew.  What it made since the look is an orphan, for the next one. */
static void dismiss(struct fleet *f, struct member *m)
{
    struct agent *gone = arena_alloc(f->arena, sizeof *gone);
    const struct agent_plan plan = {.agent = gone};

    *gone = (struct agent){.id = arena_strdup(f->arena, m->id),
                           .wish = WISH_ABSENT,
                           .problem = "nobody asks for it any more"};
    renew(f, m, &plan);
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

static void hold_back(struct fleet *f, const struct agent *agent)
{
    if (failures_tell(&f->failures, agent))
        skip(f, agent, RESULT_HELD, "not begun: an agent before it failed");
}

/* False: it has to wait until another is through, or for its time. */
static bool take_turn(struct fleet *f, const struct agent_plan *plan)
{
    const struct desired *d = &f->look.sources->desired;
    int64_t now = mono_ms();

    if (!needs_work(plan) || member_of(f, plan->agent->id))
        return true;
    if (f->interrupted) {
        skip(f, plan->agent, RESULT_INTERRUPTED, "not begun");
        return true;
    }
    struct pace_turn turn = pace_turn(plan, d, &f->pace, now);
    if (turn.verdict == PACE_PAUSED) {
        hold_back(f, plan->agent);
        return true;
    }
    if (turn.verdict == PACE_LATER)
        begin_in(f, turn.from_ms - now);
    if (turn.verdict == PACE_LATER || f->active >= (size_t)d->parallelism)
        return false;
    if (admits(f, plan))
        begin(f, plan);
    return true;
}

static void on_begins(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    struct fleet *f = timer->data;

    (void)loop, (void)events;
    for (size_t i = f->next; i < f->look.plan.n_agents; i++)
        f->had_turn[i] = f->had_turn[i] || take_turn(f, f->order[i]);
    while (f->next < f->look.plan.n_agents && f->had_turn[f->next])
        f->next++;
    if (f->owner.on_turns)
        f->owner.on_turns(f->owner.ctx);
    if (fleet_is_idle(f))
        ev_break(f->session->client.loop, EVBREAK_ONE);
}

/* Nothing may wait any more, and nothing that might have is under way. */
static bool rollout_is_over(const struct fleet *f)
{
    for (const struct member *m = f->members; m; m = m->next)
        if (m->paced)
            return false;
    for (size_t i = 0; i < f->look.plan.n_agents; i++)
        if (pace_may_wait(&f->look.plan.agents[i]))
            return false;
    return !pace_is_paused(&f->pace, &f->look.sources->desired);
}

static void begin_anew(struct fleet *f)
{
    struct arena *scratch CLEANUP_ARENA = arena_new();

    if (f->pace.failed &&
        (!text_is(rollout_wish_of(f, scratch), f->failures.wish) || rollout_is_over(f)))
        fleet_resume(f);
}

void fleet_take(struct fleet *f, struct arena *a, const struct look *look,
                const struct fleet_terms *terms)
{
    struct arena *before = f->arena;

    f->arena = arena_share(a);
    f->look = *look;
    f->terms = *terms;
    f->order = plan_order(a, &f->look.plan);
    f->had_turn = arena_alloc(a, (look->plan.n_agents + 1) * sizeof *f->had_turn);
    f->next = 0;
    begin_anew(f);
    for (size_t i = 0; i < look->plan.n_agents; i++) {
        struct member *m = member_of(f, look->plan.agents[i].agent->id);
        if (m)
            renew(f, m, &look->plan.agents[i]);
    }
    for (struct member *m = f->members; m; m = m->next)
        if (!m->leaves && !agent_plan_by_id(&look->plan, m->id))
            dismiss(f, m);
    arena_free(before);
    begin_later(f);
}

bool fleet_look(struct fleet *f, const char *agent_id)
{
    struct member *m = member_of(f, agent_id);

    if (m && runner_can_look(m->runner))
        runner_look(m->runner);
    return m;
}

void fleet_look_all(struct fleet *f)
{
    for (struct member *m = f->members; m; m = m->next)
        runner_look(m->runner);
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
    failures_clear(&f->failures);
    f->pace.failed = 0;
    f->pace.stopped = false;
}

const char *fleet_paused(const struct fleet *f, struct arena *a)
{
    if (!f->pace.failed || !pace_is_paused(&f->pace, &f->look.sources->desired))
        return NULL;
    return failures_text(&f->failures, a);
}

bool fleet_works_on(const struct fleet *f, const char *agent_id)
{
    return member_of(f, agent_id);
}

const struct observed *fleet_sees(const struct fleet *f, const char *agent_id)
{
    const struct member *m = member_of(f, agent_id);

    return m ? runner_sees(m->runner) : NULL;
}

bool fleet_has(const struct fleet *f, const char *agent_id)
{
    for (size_t i = f->next; i < f->look.plan.n_agents; i++)
        if (!f->had_turn[i] && text_is(f->order[i]->agent->id, agent_id) && needs_work(f->order[i]))
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

static void on_impatient(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    const struct fleet *f = timer->data;

    (void)loop, (void)events;
    for (struct member *m = f->members; m; m = m->next)
        runner_hurry(m->runner);
}

void fleet_interrupt(struct fleet *f)
{
    f->interrupted = true;
    for (struct member *m = f->members; m; m = m->next)
        runner_wake(m->runner);
    ev_timer_start(f->session->client.loop, &f->impatient);
    begin_later(f);
}

struct fleet *fleet_new(struct session *s, const struct fleet_owner *owner)
{
    struct fleet *f = calloc(1, sizeof *f);

    if (!f)
        abort();
    *f = (struct fleet){.session = s, .owner = *owner};
    f->workshop = (struct workshop){.client = &s->client,
                                    .registries = s->registries,
                                    .key = &s->key,
                                    .calls = s->calls,
                                    .interrupted = &s->interrupted,
                                    .outage = &s->outage};
    ev_timer_init(&f->begins, on_begins, 0., 0.);
    f->begins.data = f;
    ev_timer_init(&f->impatient, on_impatient, 1., 1.);
    f->impatient.data = f;
    return f;
}

void fleet_free(struct fleet *f)
{
    if (!f)
        return;
    ev_timer_stop(f->session->client.loop, &f->begins);
    ev_timer_stop(f->session->client.loop, &f->impatient);
    arena_free(f->arena);
    failures_clear(&f->failures);
    free(f);
}
