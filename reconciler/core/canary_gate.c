#include "core/canary_gate.h"

#include "base/array.h"
#include "base/text.h"
#include "core/serving.h"

static const struct heard_agent *heard_agent(const struct agent_view *v)
{
    const struct heard *h = &v->observed->heard;

    for (size_t i = 0; i < h->n_agents; i++)
        if (text_is(h->agents[i].id, v->agent->id))
            return &h->agents[i];
    return NULL;
}

static bool works(const struct box *b)
{
    return b && b->state == BOX_RUNNING && b->health != HEALTH_BAD;
}

/* A person stands behind it: who waits for calls by order waits for nothing else. */
static bool is_ordered(const struct agent_view *v)
{
    return v->options->now || v->agent->restart || v->goes_back;
}

bool canary_is_asked(const struct agent_view *v, enum role r)
{
    const struct role_view *rv = &v->role[r];

    return r == ROLE_STS && v->agent->canary.calls && rv->wanted.spec && rv->differs && !rv->held &&
           works(rv->slot.live) && !is_ordered(v) && !v->observed->canary_passed;
}

const char *canary_obstacle(const struct agent_view *v, enum role r)
{
    const struct role_view *rv = &v->role[r];
    const struct box *core = v->role[ROLE_CORE].slot.live;
    const struct heard_agent *agent = heard_agent(v);

    if (!canary_is_asked(v, r))
        return NULL;
    if (rv->wanted.stop_first)
        return "its canary (update.canary) needs both containers at once, and they cannot run side "
               "by side";
    if (!v->observed->heard.listens)
        return "its canary (update.canary) needs the running service, which alone hears how calls "
               "go: avr-reconciler run";
    if (!agent || !agent->asks)
        return "its canary (update.canary) needs core's webhooks, and no call has asked here yet "
               "where to go: core's WEBHOOK_URL must lead to the service, and its "
               "--webhook-forward to the backend";
    if (core && !serving_is_dialled(v->arena, core, &rv->slot))
        return "its canary (update.canary) cannot be: core's STS_URL leads to another container";
    return NULL;
}

/* --- what was heard -------------------------------------------------------------------------- */

static size_t trials_of(const struct agent_view *v, const struct box *candidate,
                        const struct canary_call **ret)
{
    const struct heard *h = &v->observed->heard;
    ARRAY(struct canary_call) calls = {0};

    for (size_t i = 0; i < h->n_trials; i++)
        if (text_is(h->trials[i].box_id, candidate->id))
            ARRAY_PUSH(v->arena, calls, h->trials[i].call);
    *ret = calls.items;
    return calls.n;
}

bool canary_had_calls(const struct agent_view *v, const struct box *candidate)
{
    const struct canary_call *calls;

    return trials_of(v, candidate, &calls) > 0;
}

bool canary_is_missed(const struct agent_view *v, const struct box *candidate)
{
    const struct canary_call *calls;
    size_t n = trials_of(v, candidate, &calls);

    if (!v->observed->sockets_known || candidate->sockets || !candidate->quiet_ms)
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct canary_call *c = &calls[i];
        bool is_live = c->started_ms && !c->ended_ms;
        if (is_live && candidate->quiet_ms <= c->started_ms &&
            v->observed->now_ms - c->started_ms > CANARY_ARRIVES_MS)
            return true;
    }
    return false;
}

struct canary_judgement canary_stands(const struct agent_view *v, const struct box *candidate)
{
    const struct heard_agent *agent = heard_agent(v);
    struct canary_facts facts = {.now_ms = v->observed->now_ms};

    facts.n = trials_of(v, candidate, &facts.calls);
    if (agent)
        facts.earlier = agent->earlier;
    return canary_judge(v->arena, &v->agent->canary, &facts);
}

/* --- who meets it ---------------------------------------------------------------------------- */

bool canary_is_open(const struct agent_view *v)
{
    const struct role_view *rv = &v->role[ROLE_STS];

    return canary_is_asked(v, ROLE_STS) && rv->slot.next && rv->next_fits &&
           canary_stands(v, rv->slot.next).verdict != CANARY_GO;
}

/* Also one that has passed and still lacks the name: it is as good as the other. */
static const struct box *candidate_for_calls(const struct agent_view *v)
{
    const struct role_view *rv = &v->role[ROLE_STS];
    const struct box *next = rv->slot.next;

    if (v->agent->wish != WISH_RUN || v->agent->pause || v->agent->problem ||
        !canary_is_asked(v, ROLE_STS) || canary_obstacle(v, ROLE_STS))
        return NULL;
    bool is_ready = next && rv->next_fits && works(next) && next->health == HEALTH_GOOD;
    return is_ready && canary_stands(v, next).verdict != CANARY_BACK ? next : NULL;
}

const char *canary_sts_url(struct arena *a, const struct desired *d, const struct agent *agent,
                           const struct observed *o, const struct digest_key *key,
                           const char *caller, const char *uuid, const char **ret_box_id)
{
    static const struct plan_options options = {0};

    if (!canary_takes(&agent->canary, key, caller, uuid))
        return NULL;
    struct agent_view *v = arena_alloc(a, sizeof *v);
    view_make(a, d, agent, o, key, &options, v);
    const struct box *core = slot_carried(&v->role[ROLE_CORE].slot);
    const struct box *candidate = core ? candidate_for_calls(v) : NULL;
    if (candidate)
        *ret_box_id = candidate->id;
    return candidate ? serving_url_of(a, core, &v->role[ROLE_STS].slot, candidate) : NULL;
}
