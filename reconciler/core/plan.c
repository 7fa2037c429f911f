#include "core/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "core/canary_gate.h"
#include "core/failure.h"
#include "core/find.h"
#include "core/model.h"
#include "core/rules_parts.h"

enum { MAX_STEPS = 96 }; /* a set of five roles takes some 45: more is a fault of the rules */

const char *const step_text[STEP__N] = {
#define X(kind, text, doc) text,
    STEPS(X)
#undef X
};

bool step_waits_for_calls(const struct step *s)
{
    return s->kind == STEP_WAIT &&
           (s->gate == GATE_DRAIN || s->gate == GATE_QUIET || s->gate == GATE_CANARY);
}

/* --- what a role looks like, in words -------------------------------------------------------- */

static const char *down_text(struct arena *a, const struct box *b, int64_t now_ms)
{
    switch (b->state) {
    case BOX_CREATED:
        return *b->error ? arena_printf(a, "never started (%s)", b->error) : "never started";
    case BOX_EXITED:
        return arena_printf(a, "not running (exit %d, %s ago)", b->exit_code,
                            text_duration(a, (now_ms - b->finished_ms) / 1000));
    case BOX_RESTARTING:
        return arena_printf(a, "restarts again and again (%d times, exit %d)", b->restart_count,
                            b->exit_code);
    case BOX_PAUSED:
        return "paused by somebody";
    case BOX_RUNNING:
        break;
    }
    return NULL;
}

static bool has_leftovers(const struct slot *s)
{
    return s->next || s->n_drains || s->n_stale;
}

static bool has_boxes(const struct slot *s)
{
    return s->live || s->failed || has_leftovers(s);
}

/* The live box replaced another that is still there, and does not work: the two change places. */
static bool is_put_back(const struct slot *s)
{
    return s->live && s->n_drains &&
           (s->live->health == HEALTH_BAD || s->live->state == BOX_RESTARTING);
}

/* Core has moved on to the candidate, which only lacks the name: nothing holds that up. */
static bool is_handed_over(const struct agent_view *v, enum role r)
{
    const struct box *next = v->role[r].slot.next;

    return next && box_runs(next) && view_is_dialled(v, r, next);
}

static enum verdict live_verdict(const struct agent_view *v, enum role r)
{
    const struct role_view *rv = &v->role[r];
    const struct box *live = rv->slot.live;
    bool must_do = rv->held || rv->wanted.problem; /* nothing else can take its place */

    if (is_put_back(&rv->slot))
        return VERDICT_UNDERWAY;
    if (live->state == BOX_PAUSED && !is_handed_over(v, r))
        return VERDICT_HOLD;
    if (!box_runs(live) && (must_do || !rv->differs))
        return VERDICT_START;
    if (must_do)
        return VERDICT_HOLD;
    if (rv->differs)
        return canary_obstacle(v, r) ? VERDICT_HOLD : VERDICT_REPLACE;
    if (live->state == BOX_RESTARTING)
        return VERDICT_HOLD;
    if (has_leftovers(&rv->slot))
        return VERDICT_UNDERWAY;
    if (drifts_have(&rv->drifts, EFFECT_UPDATE))
        return VERDICT_UPDATE;
    return drifts_have(&rv->drifts, EFFECT_LIVE) ? VERDICT_LIVE : VERDICT_SYNC;
}

static const char *kept_text(struct arena *a, const struct role_view *rv, int64_t now_ms)
{
    const struct box *failed = rv->slot.failed;
    int64_t left_ms = box_kept_until_ms(failed) - now_ms;

    if (left_ms <= 0)
        return NULL;
    const char *why = failure_text(a, failed, rv->wanted.spec ? &rv->wanted.spec->probe : NULL);
    return arena_printf(a, "%s failed %s ago%s%s%s and is kept for its logs, for %s more",
                        failed->name, text_duration(a, (now_ms - box_since_ms(failed)) / 1000),
                        why ? " (it " : "", why ? why : "", why ? ")" : "",
                        text_duration(a, (left_ms + 999) / 1000));
}

static enum verdict role_verdict(const struct agent_view *v, enum role r)
{
    const struct role_view *rv = &v->role[r];
    const struct agent *agent = v->agent;

    if (agent->problem)
        return agent->wish == WISH_ABSENT ? VERDICT_ORPHAN : VERDICT_HOLD;
    if (!rv->wanted.spec || agent->wish != WISH_RUN)
        return has_boxes(&rv->slot) ? VERDICT_REMOVE : VERDICT_SYNC;
    if (rv->slot.foreign)
        return VERDICT_HOLD;
    if (rv->slot.live)
        return live_verdict(v, r);
    if (has_leftovers(&rv->slot))
        return VERDICT_UNDERWAY;
    return rv->held || rv->wanted.problem ? VERDICT_HOLD : VERDICT_CREATE;
}

static const char *underway_text(struct arena *a, const struct slot *s)
{
    if (!s->live)
        return "nobody has its name: a replacement was broken off";
    if (is_put_back(s))
        return arena_printf(a, "the new container failed (%s): the replaced one is put back",
                            *s->live->health_text ? s->live->health_text
                                                  : "it restarts again and again");
    return s->n_drains ? "a replaced container still has to go"
                       : "an earlier replacement was left unfinished";
}

static const char *hold_text(const struct agent_view *v, enum role r)
{
    struct arena *a = v->arena;
    const struct role_view *rv = &v->role[r];
    const struct box *live = rv->slot.live;

    if (rv->slot.foreign)
        return arena_printf(a, "the name %s is held by a container that is not ours (%.12s)",
                            rv->slot.name, rv->slot.foreign->id);
    if (live && live->state == BOX_PAUSED)
        return down_text(a, live, v->observed->now_ms);
    if (rv->held)
        return rv->held_why;
    if (rv->wanted.problem)
        return rv->wanted.problem;
    if (canary_obstacle(v, r))
        return canary_obstacle(v, r);
    return live ? down_text(a, live, v->observed->now_ms) : NULL;
}

static const char *role_reason(const struct agent_view *v, enum role r, enum verdict verdict)
{
    struct arena *a = v->arena;
    const struct role_view *rv = &v->role[r];
    int64_t now_ms = v->observed->now_ms;

    switch (verdict) {
    case VERDICT_HOLD:
        return hold_text(v, r);
    case VERDICT_CREATE:
        return "missing";
    case VERDICT_UNDERWAY:
        return underway_text(a, &rv->slot);
    case VERDICT_REMOVE:
        return NULL; /* whatever ails it, it goes */
    case VERDICT_SYNC:
        return rv->slot.failed ? kept_text(a, rv, now_ms) : NULL;
    default:
        return rv->slot.live ? down_text(a, rv->slot.live, now_ms) : NULL;
    }
}

static void add_drains(const struct agent_view *v, struct role_plan *rp)
{
    const struct slot *slot = &v->role[rp->role].slot;
    ARRAY(struct drain) drains = {0};

    for (size_t i = 0; i < slot->n_drains; i++) {
        const struct box *box = slot->drains[i];
        struct drain drain = {.box = box};
        struct calls calls;
        if (!box_runs(box))
            continue;
        drain_find(v, box, rp->role, box, &calls, &drain.until_ms);
        drain.calls = calls.n;
        drain.oldest_ms = calls.oldest_ms;
        ARRAY_PUSH(v->arena, drains, drain);
    }
    rp->drains = drains.items;
    rp->n_drains = drains.n;
}

static struct role_plan role_plan_make(struct agent_view *v, enum role r)
{
    const struct role_view *rv = &v->role[r];
    struct role_plan rp = {.role = r, .name = rv->slot.name, .live = rv->slot.live};

    rp.verdict = role_verdict(v, r);
    rp.reason = role_reason(v, r, rp.verdict);
    if (rv->held && rp.reason == rv->held_why)
        rp.held_until_ms = rv->held_until_ms;
    if (v->agent->pause && rp.verdict != VERDICT_SYNC && rp.verdict != VERDICT_LIVE)
        rp.verdict = VERDICT_HOLD;
    if (rv->wanted.spec && v->agent->wish == WISH_RUN) {
        rp.wanted = &rv->wanted;
        rp.drifts = rv->drifts;
    }
    add_drains(v, &rp);
    return rp;
}

/* --- agents ---------------------------------------------------------------------------------- */

/* Which verdict speaks for the agent when its roles differ; later ones weigh more. */
static const enum verdict by_weight[] = {
    VERDICT_SYNC,   VERDICT_LIVE,   VERDICT_UPDATE,  VERDICT_UNDERWAY, VERDICT_START,
    VERDICT_CREATE, VERDICT_REMOVE, VERDICT_REPLACE, VERDICT_ORPHAN,   VERDICT_HOLD,
};

static size_t weight(enum verdict verdict)
{
    size_t i = 0;

    while (by_weight[i] != verdict)
        i++;
    return i;
}

/* The step as it outlives the arena it was decided in.  What a CREATE, CONNECT or UPDATE wants
 * becomes part of the model, so these are decided once more where it can stay. */
static struct step step_keep(struct arena *a, const struct step *s)
{
    struct step kept = *s;

    kept.wanted = NULL;
    kept.new_name = arena_strdup(a, s->new_name);
    kept.image = arena_strdup(a, s->image);
    kept.network = arena_strdup(a, s->network);
    kept.why = arena_strdup(a, s->why);
    return kept;
}

static struct step next_step(const struct agent_view *first, const struct digest_key *key,
                             const struct model *m)
{
    struct arena *scratch CLEANUP_ARENA = arena_new();
    struct step s = agent_next(scratch, first->desired, first->agent, &m->now, key, first->options);

    if (s.kind == STEP_CREATE || s.kind == STEP_CONNECT || s.kind == STEP_UPDATE)
        return agent_next(first->arena, first->desired, first->agent, &m->now, key, first->options);
    return step_keep(first->arena, &s);
}

static void unroll(struct agent_view *v, const struct digest_key *key, struct agent_plan *ap)
{
    ARRAY(struct step) steps = {0};
    struct model m = {0};

    for (struct step s = view_next(v); s.kind != STEP_NOTHING; s = next_step(v, key, &m)) {
        if (s.kind == STEP_HOLD) {
            ap->hold = s;
            break;
        }
        if (!steps.n)
            model_init(&m, v->arena, v->observed);
        ARRAY_PUSH(v->arena, steps, s);
        if (steps.n == MAX_STEPS)
            break;
        model_apply(&m, &s);
    }
    ap->steps = steps.items;
    ap->n_steps = steps.n;
}

static struct agent_plan agent_plan_make(struct arena *a, const struct desired *d,
                                         const struct agent *agent, const struct observed *all,
                                         const struct box_index *index,
                                         const struct digest_key *key,
                                         const struct plan_options *options)
{
    struct agent_plan ap = {.agent = agent};
    struct observed o = observed_of_agent(a, d, agent, all, index);
    struct agent_view *v = arena_alloc(a, sizeof *v);
    ARRAY(struct role_plan) roles = {0};

    view_make(a, d, agent, &o, key, options, v);
    ARRAY_RESERVE(a, roles, agent->n_containers);
    for (enum role r = 0; r < ROLE__N; r++) {
        if (!v->role[r].wanted.spec && !has_boxes(&v->role[r].slot))
            continue;
        struct role_plan rp = role_plan_make(v, r);
        ARRAY_PUSH(a, roles, rp);
        if (weight(rp.verdict) > weight(ap.verdict))
            ap.verdict = rp.verdict;
    }
    if (agent->problem)
        ap.verdict = VERDICT_HOLD;
    ap.roles = roles.items;
    ap.n_roles = roles.n;
    ap.again_ms = view_again_ms(v);
    unroll(v, key, &ap);

    struct calls calls = calls_of(agent, &o);
    ap.live_calls = calls.n;
    ap.oldest_call_ms = calls.oldest_ms;
    ap.quiet_ms = calls.quiet_ms;
    ap.lost_calls = calls.lost;
    ap.oldest_lost_ms = calls.lost_ms;
    return ap;
}

/* --- orphans --------------------------------------------------------------------------------- */

static bool is_desired(const struct desired *d, const char *name)
{
    for (size_t i = 0; i < d->n_agents; i++) {
        const struct agent *agent = &d->agents[i];
        for (size_t k = 0; k < agent->n_containers; k++)
            if (strcmp(agent->containers[k].name, name) == 0)
                return true;
    }
    return false;
}

static bool is_agent_id(const struct desired *d, const char *id)
{
    if (agent_by_id(d, id))
        return true;
    for (size_t i = 0; i < d->n_ignored; i++)
        if (strcmp(d->ignored[i], id) == 0)
            return true;
    return false;
}

/* The agent that a box speaks of, if nobody asks for that agent any more; else NULL. */
static const char *orphan_id(const struct desired *d, const struct box *b, const char **ret_name)
{
    const char *slot = pair_get(b->labels, b->n_labels, "agentName");
    const char *id;
    enum role role;

    if (!slot || !canonical_parse(slot, d->prefix, &role, &id) || is_agent_id(d, id) ||
        is_desired(d, slot))
        return NULL;
    const char *name = pair_get(b->env, b->n_env, "AGENT_NAME");
    *ret_name = name ? name : id;
    return id;
}

static bool is_known(const struct agent *agents, size_t n, const char *id)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(agents[i].id, id) == 0)
            return true;
    return false;
}

/* Nothing of this orphan is left but what was replaced or never served: our own, and on its way
 * out before anybody stopped asking for the agent. */
static bool has_only_leftovers(const struct desired *d, const struct observed *o, const char *id)
{
    for (size_t i = 0; i < o->n_boxes; i++) {
        const char *name, *of = orphan_id(d, &o->boxes[i], &name);
        if (of && strcmp(of, id) == 0 && !place_is_temporary(o->boxes[i].name))
            return false;
    }
    return true;
}

/* Agents that only containers speak of.  Absence is not a wish: they stay, unless somebody asked
 * for the removal and every source was read completely. */
static const struct agent *orphans_find(struct arena *a, const struct desired *d,
                                        const struct observed *o, bool prune, size_t *ret_n)
{
    ARRAY(struct agent) orphans = {0};

    for (size_t i = 0; i < o->n_boxes; i++) {
        const char *name, *id = orphan_id(d, &o->boxes[i], &name);
        if (!id || is_known(orphans.items, orphans.n, id))
            continue;
        struct agent agent = {
            .id = id,
            .name = name,
            .origin = {.kind = FROM_CONTAINER, .where = o->boxes[i].name},
            .wish = WISH_ABSENT,
            .drain = {.timeout_s = 3600, .max_call_age_s = 14400},
        };
        ARRAY_PUSH(a, orphans, agent);
    }
    size_t tenth = d->n_agents / 10, most = tenth > 1 ? tenth : 1, removed = 0;
    for (size_t i = 0; i < orphans.n; i++) {
        if (d->complete && has_only_leftovers(d, o, orphans.items[i].id))
            continue;
        if (!d->complete)
            orphans.items[i].problem =
                "nothing that could be read asks for it, but not everything could be read";
        else if (!prune && !d->prune)
            orphans.items[i].problem = "nobody asks for it any more, and nobody asked to remove it";
        else if (!prune && removed++ >= most)
            orphans.items[i].problem =
                arena_printf(a,
                             "nobody asks for it any more; prune: true removes at most %zu %s at "
                             "a time",
                             most, most == 1 ? "agent" : "agents");
    }
    *ret_n = orphans.n;
    return orphans.items;
}

/* --- the fleet ------------------------------------------------------------------------------- */

static bool is_selected(const struct agent *agent, const char *const *only, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (text_is(agent->id, only[i]) || text_is(agent->name, only[i]))
            return true;
    return n == 0;
}

struct plan plan_make(struct arena *a, const struct desired *d, const struct observed *o,
                      const struct digest_key *key, const struct plan_options *options,
                      const char *const *only, size_t n_only)
{
    ARRAY(struct agent_plan) agents = {0};
    size_t n_orphans;
    const struct agent *orphans = orphans_find(a, d, o, options->prune, &n_orphans);
    struct box_index index = box_index_make(a, o);

    for (size_t i = 0; i < d->n_agents; i++)
        if (is_selected(&d->agents[i], only, n_only))
            ARRAY_PUSH(a, agents, agent_plan_make(a, d, &d->agents[i], o, &index, key, options));
    for (size_t i = 0; i < n_orphans; i++) {
        if (!is_selected(&orphans[i], only, n_only))
            continue;
        struct agent_plan ap = agent_plan_make(a, d, &orphans[i], o, &index, key, options);
        if (ap.hold.kind == STEP_HOLD) {
            ap.verdict = VERDICT_ORPHAN;
            ap.hold.hold = d->complete ? HOLD_ORPHAN : HOLD_UNSURE;
        }
        ARRAY_PUSH(a, agents, ap);
    }
    return (struct plan){.agents = agents.items, .n_agents = agents.n, .n_containers = o->n_boxes};
}

bool plan_in_sync(const struct plan *plan)
{
    for (size_t i = 0; i < plan->n_agents; i++)
        if (plan->agents[i].verdict != VERDICT_SYNC || plan->agents[i].n_steps)
            return false;
    return true;
}
