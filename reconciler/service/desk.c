#include "service/desk.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "base/clock.h"
#include "control/exit.h"
#include "control/orders.h"
#include "render/render.h"
#include "service/service_parts.h"
#include "link/wire_event.h"

struct errand { /* an `apply` somebody waits for */
    struct errand *next;
    struct desk *desk;
    struct asker *asker; /* NULL: nobody waits any more */
    struct arena *arena;
    const char *const *agents; /* ids or names; n_agents 0: all */
    size_t n_agents;
    struct fleet_terms terms;
    bool cares; /* what becomes of them decides its exit code */
    bool taken; /* a round that knows of it has been made */
    ARRAY(struct agent_outcome) outcomes;
};

struct visitor { /* somebody who wants to know how things are at this moment */
    struct visitor *next;
    struct desk *desk;
    struct asker *asker;
};

struct desk {
    struct service *service;
    struct errand *errands;
    struct visitor *visitors;
};

static bool is_for(const struct errand *e, const struct agent *agent)
{
    for (size_t i = 0; i < e->n_agents; i++)
        if (text_is(e->agents[i], agent->id) || text_is(e->agents[i], agent->name))
            return true;
    return e->n_agents == 0;
}

/* --- answers from the last round ------------------------------------------------------------- */

static struct render render_for(const struct desk *d, const struct wire_request *w)
{
    const struct service *s = d->service;

    struct render r = {.key = session_key(s->session),
                       .color = w->color,
                       .verbose = w->verbose,
                       .width = w->width,
                       .now_ms = wall_ms(),
                       .sources = s->last.look.sources->text,
                       .engine = s->last.look.engine_text,
                       .works_on = service_works_on,
                       .works_ctx = s};
    local_now(&r.local);
    return r;
}

/* The agents that are named, all if none is; NULL after an error was said. */
static const struct plan *choose(const struct desk *d, struct asker *asker)
{
    const struct wire_request *w = asker->wire;
    struct arena *a = asker->arena;
    const struct plan *all = &d->service->last.look.plan;
    struct errand asked = {.agents = w->args, .n_agents = w->n_args};
    ARRAY(struct agent_plan) chosen = {0};

    for (size_t i = 0; i < all->n_agents; i++)
        if (is_for(&asked, all->agents[i].agent))
            ARRAY_PUSH(a, chosen, all->agents[i]);
    if (w->n_args && chosen.n < w->n_args) {
        asker->ops->refuse(asker, EXIT_CODE_USAGE, "unknown agent; see: avr-reconciler status");
        return NULL;
    }
    struct plan *plan = arena_memdup(a, all, sizeof *all);
    plan->agents = chosen.items;
    plan->n_agents = chosen.n;
    return plan;
}

static void say_conditions(const struct desk *d, struct asker *asker)
{
    struct arena *a = asker->arena;
    const struct condition *conditions;
    size_t n = log_conditions(d->service->log, a, &conditions);

    for (size_t i = 0; i < n; i++) {
        const struct condition *c = &conditions[i];
        if (c->level == LEVEL_INFO || text_starts(c->key, "agent/"))
            continue; /* the agent's own line says it */
        asker->ops->out(asker, arena_printf(a, "! %s (for %s)\n", c->text,
                                            text_duration(a, (wall_ms() - c->since_ms) / 1000)));
    }
}

/* The last round says it, but for whoever has to wait for the first one. */
static void tell_status(const struct desk *d, struct asker *asker)
{
    const struct wire_request *w = asker->wire;
    struct arena *a = asker->arena;
    const struct plan *plan = choose(d, asker);

    if (!plan)
        return;
    const struct desired *desired = &d->service->last.look.sources->desired;
    struct render r = render_for(d, w);
    if (text_is(w->format, "json")) {
        asker->ops->out(asker, render_status_json(a, &r, desired, plan));
    } else if (text_is(w->format, "name")) {
        asker->ops->out(asker, render_names(a, plan, false));
    } else {
        asker->ops->out(asker, render_status(a, &r, desired, plan));
        say_conditions(d, asker);
    }
    asker->ops->exit(asker, plan_in_sync(plan) ? EXIT_CODE_OK : EXIT_CODE_DIFFERS);
}

static void visitor_drop(struct visitor *gone)
{
    struct visitor **at = &gone->desk->visitors;

    while (*at != gone)
        at = &(*at)->next;
    *at = gone->next; /* it dies with its request */
}

static void on_visitor_gone(void *ctx, struct asker *asker)
{
    visitor_drop(ctx);
    asker->ops->exit(asker, EXIT_CODE_ERROR);
}

/* Calls come and go without a round: one is made first. */
static void answer_status(struct desk *d, struct asker *asker)
{
    struct visitor *v = arena_alloc(asker->arena, sizeof *v);

    *v = (struct visitor){d->visitors, d, asker};
    d->visitors = v;
    asker->on_gone = on_visitor_gone;
    asker->gone_ctx = v;
    service_mark(d->service, NULL);
}

static void tell_visitors(struct desk *d)
{
    while (d->visitors) {
        struct asker *asker = d->visitors->asker;
        d->visitors = d->visitors->next;
        tell_status(d, asker);
    }
}

static void answer_health(const struct desk *d, struct asker *asker)
{
    const struct service *s = d->service;
    struct arena *a = asker->arena;
    bool good = s->last.arena && s->failed_rounds == 0;

    if (good)
        asker->ops->out(asker, arena_printf(a, "healthy: the last look was %s ago\n",
                                            text_duration(a, (wall_ms() - s->last.at_ms) / 1000)));
    else
        asker->ops->err(asker, "unhealthy: the engine, the specs or the database cannot be "
                               "read; the log says why\n");
    asker->ops->exit(asker, good ? EXIT_CODE_OK : EXIT_CODE_ERROR);
}

/* --- apply ----------------------------------------------------------------------------------- */

static void errand_drop(struct errand *gone)
{
    struct errand **at = &gone->desk->errands;

    while (*at != gone)
        at = &(*at)->next;
    *at = gone->next;
    arena_free(gone->arena);
}

static void on_gone(void *ctx, struct asker *asker)
{
    struct errand *e = ctx;

    e->asker = NULL;
    asker->ops->exit(asker, EXIT_CODE_ERROR);
}

static void run_errand(struct desk *d, struct asker *asker, const char *const *agents, size_t n,
                       bool cares, const char *text)
{
    const struct wire_request *w = asker->wire;
    struct service *s = d->service;
    struct arena *arena = arena_new();
    struct errand *e = arena_alloc(arena, sizeof *e);
    const char **kept = arena_alloc(arena, (n + 1) * sizeof *kept);
    const char *wait = wire_value(w, "wait-timeout");

    for (size_t i = 0; i < n; i++)
        kept[i] = arena_strdup(arena, agents[i]);
    *e = (struct errand){.next = d->errands,
                         .desk = d,
                         .asker = asker,
                         .arena = arena,
                         .agents = kept,
                         .n_agents = n,
                         .cares = cares};
    e->terms.plan =
        (struct plan_options){.now = wire_is_set(w, "now"), .prune = wire_is_set(w, "prune")};
    if (wait && text_duration_s(wait) >= 0)
        e->terms.give_up_ms = mono_ms() + text_duration_s(wait) * 1000 + 1;
    d->errands = e;
    asker->on_gone = on_gone;
    asker->gone_ctx = e;
    fleet_resume(s->fleet);
    intake_poke(s->intake, INTAKE_SPECS | INTAKE_DATABASE | INTAKE_ORDERS);
    service_mark(s, "asked for by command");
    if (!asker->ops->taken(asker, text))
        e->asker = NULL;
}

static void answer_apply(struct desk *d, struct asker *asker)
{
    const struct wire_request *w = asker->wire;

    if (wire_is_set(w, "allow-empty"))
        intake_allow_empty(d->service->intake);
    run_errand(d, asker, w->args, w->n_args, true, NULL);
}

void desk_errand(struct desk *d, struct asker *asker, const char *agent_id, bool cares,
                 const char *text)
{
    run_errand(d, asker, &agent_id, 1, cares, text);
}

void desk_terms(const struct desk *d, const struct agent *agent, struct fleet_terms *terms)
{
    for (const struct errand *e = d->errands; e; e = e->next)
        if (is_for(e, agent))
            *terms = e->terms;
}

bool desk_asks_for(const struct desk *d, const struct agent *agent)
{
    for (const struct errand *e = d->errands; e; e = e->next)
        if (e->taken && is_for(e, agent))
            return true;
    return false;
}

static struct errand *errand_for(const struct desk *d, const struct agent *agent,
                                 const struct errand *behind)
{
    struct errand *e = behind ? behind->next : d->errands;

    while (e && (!e->asker || !is_for(e, agent)))
        e = e->next;
    return e;
}

void desk_event(struct desk *d, const struct event *event)
{
    struct arena *a CLEANUP_ARENA = arena_new();

    for (struct errand *e = NULL; (e = errand_for(d, event->agent, e));)
        e->asker->ops->event(e->asker, event_encode(a, event));
}

/* The agent is known by its texts only when the errand ends. */
static const struct agent *keep_agent(struct arena *a, const struct agent *agent)
{
    struct agent kept = {.id = arena_strdup(a, agent->id),
                         .name = arena_strdup(a, agent->name),
                         .wish = agent->wish};

    return arena_memdup(a, &kept, sizeof kept);
}

static void keep_outcome(struct errand *e, const struct agent_outcome *outcome)
{
    struct agent_outcome kept = *outcome;

    kept.agent = keep_agent(e->arena, outcome->agent);
    kept.text = arena_strdup(e->arena, outcome->text);
    ARRAY_PUSH(e->arena, e->outcomes, kept);
}

/* Agents that are held were never begun, so nobody reported them. */
static void add_held(struct errand *e)
{
    const struct plan *plan = &e->desk->service->last.look.plan;

    for (size_t i = 0; i < plan->n_agents; i++) {
        const struct agent_plan *ap = &plan->agents[i];
        if (ap->n_steps == 0 && ap->hold.kind == STEP_HOLD && is_for(e, ap->agent))
            keep_outcome(e, &(struct agent_outcome){
                                .agent = ap->agent, .result = RESULT_HELD, .text = ap->hold.why});
    }
}

/* It is worked on, or has something to do and waits for its turn; who is held waits for nothing. */
static bool is_busy(const struct fleet *f, const struct agent_plan *plan)
{
    const char *id = plan->agent->id;

    return fleet_works_on(f, id) || (plan->n_steps && fleet_has(f, id));
}

static bool is_over(const struct errand *e)
{
    const struct service *s = e->desk->service;
    const struct plan *plan = &s->last.look.plan;

    for (size_t i = 0; i < plan->n_agents; i++)
        if (is_for(e, plan->agents[i].agent) && is_busy(s->fleet, &plan->agents[i]))
            return false;
    return e->taken;
}

static void finish(struct errand *e)
{
    if (e->asker) {
        struct outcome outcome;
        add_held(e);
        outcome = (struct outcome){.agents = e->outcomes.items, .n_agents = e->outcomes.n};
        e->asker->ops->event(e->asker, outcome_encode(e->arena, &outcome));
        e->asker->ops->exit(e->asker, e->cares ? exit_of_outcome(&outcome) : EXIT_CODE_OK);
    }
    errand_drop(e);
}

static void finish_those_over(struct desk *d)
{
    for (struct errand *e = d->errands, *next; e; e = next) {
        next = e->next;
        if (is_over(e))
            finish(e);
    }
}

void desk_end(struct desk *d, const struct agent_outcome *outcome)
{
    for (struct errand *e = NULL; (e = errand_for(d, outcome->agent, e));)
        keep_outcome(e, outcome);
}

/* What they asked for is in the round that was just made, once everything was read that they may
 * have changed before they asked. */
void desk_round(struct desk *d, bool good)
{
    struct service *s = d->service;

    tell_visitors(d);
    if (!good)
        return;
    for (struct errand *e = d->errands; e; e = e->next) {
        if (e->taken || !intake_is_settled(s->intake))
            continue;
        e->taken = true;
        for (size_t i = 0; i < s->last.look.plan.n_agents; i++) {
            const struct agent *agent = s->last.look.plan.agents[i].agent;
            if (!is_for(e, agent))
                continue;
            retry_forgive(s->retries, agent->id);
            fleet_renew(s->fleet, agent->id);
        }
    }
    finish_those_over(d);
}

/* Whoever was not begun is waited for no more. */
void desk_turns(struct desk *d)
{
    finish_those_over(d);
}

/* --- requests -------------------------------------------------------------------------------- */

void service_ask(struct service *s, struct asker *asker)
{
    struct desk *d = s->desk;
    const char *verb = asker->wire->verb;

    if (text_is(verb, "health"))
        answer_health(d, asker);
    else if (is_order_verb(verb))
        service_order(s, asker);
    else if (!s->last.arena)
        asker->ops->refuse(asker, EXIT_CODE_UNREACHABLE,
                           "the service has not seen the engine yet; its log says why");
    else if (text_is(verb, "status"))
        answer_status(d, asker);
    else if (text_is(verb, "apply"))
        answer_apply(d, asker);
    else
        asker->ops->refuse(asker, EXIT_CODE_USAGE, "the service does not know this verb");
}

struct desk *desk_new(struct service *s)
{
    struct desk *d = calloc(1, sizeof *d);

    if (!d)
        abort();
    d->service = s;
    return d;
}

void desk_free(struct desk *d)
{
    while (d && d->errands)
        errand_drop(d->errands);
    free(d);
}
