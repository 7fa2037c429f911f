#include "service/hearing.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "base/text.h"
#include "core/canary_gate.h"
#include "core/find.h"
#include "core/serving.h"
#include "core/slot.h"
#include "service/service_parts.h"
#include "store/ledger.h"

struct before { /* the calls of an agent before a candidate of it: they stay what they were */
    SLIST_ENTRY(before) entry;
    char agent_id[CALL_AGENT_MAX + 1], box_id[64 + 1];
    int64_t short_ms;
};

struct hearing {
    struct service *service;
    struct board *board;
    int64_t since_ms;
    SLIST_HEAD(befores, before) befores; /* of candidates that calls meet */
};

static int64_t short_ms_of(const struct hearing *h, const char *agent_id)
{
    const struct before *b;

    SLIST_FOREACH(b, &h->befores, entry)
    if (text_is(b->agent_id, agent_id))
        return b->short_ms;
    return 0;
}

static void tell_gates(void *ctx, struct arena *a, struct heard *ret)
{
    const struct hearing *h = ctx;

    board_heard(h->board, a, ret);
    struct heard_agent *agents = arena_memdup(a, ret->agents, ret->n_agents * sizeof *agents);
    for (size_t i = 0; i < ret->n_agents; i++)
        agents[i].earlier.short_ms = short_ms_of(h, agents[i].id);
    ret->agents = agents;
    ret->since_ms = h->since_ms;
}

static bool waits_at_canary(const struct agent_plan *plan, const char *box_id)
{
    for (size_t i = 0; i < plan->n_steps; i++)
        if (plan->steps[i].gate == GATE_CANARY && text_is(plan->steps[i].box_id, box_id))
            return true;
    return false;
}

static bool is_still_met(const struct look *look, const char *box_id)
{
    for (size_t i = 0; i < look->plan.n_agents; i++)
        if (waits_at_canary(&look->plan.agents[i], box_id))
            return true;
    return false;
}

/* look NULL: all of them. */
static void forget_befores(struct hearing *h, const struct look *look)
{
    struct before *b, *next;

    for (b = SLIST_FIRST(&h->befores); b; b = next) {
        next = SLIST_NEXT(b, entry);
        if (look && is_still_met(look, b->box_id))
            continue;
        SLIST_REMOVE(&h->befores, b, before, entry);
        free(b);
    }
}

struct hearing *hearing_new(struct service *s)
{
    struct hearing *h = calloc(1, sizeof *h);

    if (!h)
        abort();
    h->service = s;
    h->board = board_new();
    h->since_ms = wall_ms();
    SLIST_INIT(&h->befores);
    session_hear(s->session, tell_gates, h);
    return h;
}

void hearing_free(struct hearing *h)
{
    if (!h)
        return;
    session_hear(h->service->session, NULL, NULL);
    forget_befores(h, NULL);
    board_free(h->board);
    free(h);
}

const struct board *hearing_board(const struct hearing *h)
{
    return h->board;
}

void hearing_event(struct hearing *h, const struct call_event *e)
{
    account_heard(h->service->account, board_hear(h->board, e, wall_ms()));
}

/* --- who is to take a call ------------------------------------------------------------------- */

/* Nothing has happened to a container of the agent since the last look. */
static bool is_as_seen(const struct service *s, const struct agent *agent)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const struct desired *d = &s->last.look.sources->desired;
    const struct observed *o = &s->last.look.observed;

    for (size_t i = 0; i < o->n_boxes; i++) {
        const struct box *b = &o->boxes[i];
        const char *slot = pair_get(b->labels, b->n_labels, "agentName");
        if (!sight_holds(s->sight, b->id) && agent_owns(a, d, agent, b->name, slot))
            return false;
    }
    return true;
}

/* Whoever works on the agent knows its containers step by step.  Of the others the last look tells,
 * unless something has happened to them since: a container that is gone must not be given a call.
 */
static const struct observed *sight_of(const struct service *s, const struct agent *agent)
{
    if (!sight_holds(s->sight, agent->id))
        return NULL;
    if (fleet_works_on(s->fleet, agent->id))
        return fleet_sees(s->fleet, agent->id);
    return is_as_seen(s, agent) ? &s->last.look.observed : NULL;
}

/* That no call had asked where to go may have been in the way of a canary. */
static bool is_waited_for(const struct service *s, const char *agent_id)
{
    const struct agent_plan *plan =
        s->last.arena ? agent_plan_by_id(&s->last.look.plan, agent_id) : NULL;

    return plan && plan->hold.hold == HOLD_CANARY;
}

/* What a runner knows was heard at its last turn, and may have been forgotten since. */
static const char *canary_route(struct hearing *h, struct arena *a, const struct agent *agent,
                                const struct observed *sight, const struct call_event *e,
                                const char **ret_box_id)
{
    const struct service *s = h->service;
    struct observed now = *sight;

    now.now_ms = wall_ms();
    now.calls_known = false;
    now.n_calls = 0;
    tell_gates(h, a, &now.heard);
    return canary_sts_url(a, &s->last.look.sources->desired, agent, &now, session_key(s->session),
                          e->caller, e->uuid, ret_box_id);
}

const char *hearing_route(struct hearing *h, struct arena *a, const struct call_event *e)
{
    const struct service *s = h->service;
    const char *box_id = NULL;

    if (!s->last.arena || !e->agent_id)
        return NULL;
    const struct desired *d = &s->last.look.sources->desired;
    const struct agent *agent = agent_by_id(d, e->agent_id);
    const struct observed *sight = agent ? sight_of(s, agent) : NULL;
    const char *url = sight ? canary_route(h, a, agent, sight, e, &box_id) : NULL;
    bool on_trial = url;
    if (sight && !url)
        url = serving_sts_url(a, d, agent, sight, &box_id);
    board_sent_to(h->board, e->uuid, url ? box_id : NULL, on_trial);
    if (is_waited_for(s, e->agent_id))
        service_mark(h->service, NULL);
    return url;
}

/* --- what a canary is judged by -------------------------------------------------------------- */

struct judging {
    struct hearing *hearing;
    const struct look *look;
};

static const struct box *box_of(const struct look *look, const char *id)
{
    for (size_t i = 0; i < look->observed.n_boxes; i++)
        if (text_is(look->observed.boxes[i].id, id))
            return &look->observed.boxes[i];
    return NULL;
}

static bool is_judged(void *ctx, const struct board_call *c)
{
    const struct judging *j = ctx;
    const struct box *b = box_of(j->look, c->box_id);

    return b && box_is_next(b);
}

/* Once for each candidate; where the ledger cannot be read, no call is taken for short. */
static void read_before(struct hearing *h, const char *agent_id, const struct box *candidate)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct before *b = calloc(1, sizeof *b);
    const int64_t *durations;
    struct err err;
    size_t n;

    if (!b)
        abort();
    snprintf(b->agent_id, sizeof b->agent_id, "%s", agent_id);
    snprintf(b->box_id, sizeof b->box_id, "%s", candidate->id);
    if (ledger_durations(h->service->store, a, agent_id, box_since_ms(candidate), &durations, &n,
                         &err) == 0)
        b->short_ms = canary_short_ms(a, durations, n);
    SLIST_INSERT_HEAD(&h->befores, b, entry);
}

static void remember_before(struct hearing *h, const struct look *look,
                            const struct agent_plan *plan)
{
    for (size_t i = 0; i < plan->n_steps; i++) {
        const struct step *s = &plan->steps[i];
        const struct box *candidate = s->gate == GATE_CANARY ? box_of(look, s->box_id) : NULL;
        const struct before *known;
        SLIST_FOREACH(known, &h->befores, entry)
        if (text_is(known->box_id, s->box_id))
            candidate = NULL;
        if (candidate)
            read_before(h, plan->agent->id, candidate);
    }
}

/* --- lost ends ------------------------------------------------------------------------------- */

static void on_lost(void *ctx, const struct board_call *c)
{
    const struct judging *j = ctx;
    struct board_call ended = *c;

    ended.state = CALL_ENDED;
    ended.ended_ms = c->last_ms;
    account_heard(j->hearing->service->account, &ended);
}

/* No gate believes in a call for longer than the longest that an agent allows. */
void hearing_round(struct hearing *h, const struct look *look)
{
    const struct desired *d = &look->sources->desired;
    struct judging judging = {h, look};
    int64_t longest_s = 0;

    for (size_t i = 0; i < d->n_agents; i++)
        if (d->agents[i].drain.max_call_age_s > longest_s)
            longest_s = d->agents[i].drain.max_call_age_s;
    board_prune(h->board, wall_ms(),
                &(struct board_terms){longest_s * 1000, on_lost, is_judged, &judging});
    forget_befores(h, look);
    for (size_t i = 0; i < look->plan.n_agents; i++)
        remember_before(h, look, &look->plan.agents[i]);
}
