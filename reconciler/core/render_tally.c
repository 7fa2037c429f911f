/* What a plan amounts to, and why an agent is left alone: used by text and JSON alike, so that both
 * always say the same. */
#include "core/render_parts.h"

const char *const *verdict_words(void)
{
    static const char *const words[] = {
        [VERDICT_SYNC] = "in_sync",  [VERDICT_REPLACE] = "replace",   [VERDICT_UPDATE] = "update",
        [VERDICT_LIVE] = "live",     [VERDICT_CREATE] = "create",     [VERDICT_START] = "start",
        [VERDICT_REMOVE] = "remove", [VERDICT_UNDERWAY] = "underway", [VERDICT_HOLD] = "hold",
        [VERDICT_ORPHAN] = "orphan",
    };
    return words;
}

enum verdict verdict_of(const struct agent_plan *plan)
{
    return plan->verdict == VERDICT_SYNC && plan->n_steps ? VERDICT_UNDERWAY : plan->verdict;
}

static void count_role(struct tally *t, const struct role_plan *role)
{
    switch (role->verdict) {
    case VERDICT_REPLACE:
        t->replace++;
        break;
    case VERDICT_UPDATE:
        t->update++;
        break;
    case VERDICT_CREATE:
        t->create++;
        break;
    case VERDICT_START:
        t->start++;
        break;
    case VERDICT_REMOVE:
        t->remove++;
        break;
    case VERDICT_UNDERWAY:
        t->underway++;
        break;
    case VERDICT_SYNC:
    case VERDICT_LIVE:
    case VERDICT_HOLD:
    case VERDICT_ORPHAN:
        break;
    }
    if (role->live && drifts_have(&role->drifts, EFFECT_LIVE))
        t->live++;
}

static void count_cut(struct tally *t, const struct agent_plan *agent)
{
    for (size_t i = 0; i < agent->n_steps; i++) {
        if (!agent->steps[i].forced)
            continue;
        if (agent->live_calls < 0)
            t->cut_unknown = true;
        else
            t->calls_cut += (size_t)agent->live_calls;
        return;
    }
}

struct tally tally_make(const struct plan *plan)
{
    struct tally t = {0};

    for (size_t i = 0; i < plan->n_agents; i++) {
        const struct agent_plan *agent = &plan->agents[i];
        t.in_sync += verdict_of(agent) == VERDICT_SYNC;
        t.underway += agent->verdict == VERDICT_SYNC && agent->n_steps;
        t.held += agent->verdict == VERDICT_HOLD;
        t.orphans += agent->verdict == VERDICT_ORPHAN;
        for (size_t k = 0; k < agent->n_roles; k++)
            count_role(&t, &agent->roles[k]);
        count_cut(&t, agent);
    }
    return t;
}

static const struct {
    const char *kind, *why, *advice;
} holds[] = {
    [HOLD_NONE] = {"none", "left alone", NULL},
    [HOLD_PROBLEM] = {"problem", "what was asked for cannot be built",
                      "It runs on as it is. Correct what the sentence names."},
    [HOLD_CONFLICT] = {"conflict", "its name is held by a container that is not AVR's",
                       "That container is not touched from here. Rename or remove it."},
    [HOLD_FAILED] = {"failed", "these settings failed a moment ago",
                     "It is tried again later, or at once when its image or settings change."},
    [HOLD_UNHEALTHY] = {"unhealthy", "it runs as asked for and still does not work",
                        "Look at the container's logs, its image and its keys."},
    [HOLD_CALLS] = {"calls", "calls are still open and the time to wait is over",
                    "Wait for them to end, or cut them with --now."},
    [HOLD_ORPHAN] = {"orphan", "nobody asks for it any more, so it is kept",
                     "Remove it with --prune, or ask for it again in a spec or the dashboard."},
};

struct held held_make(struct arena *a, const struct agent_plan *plan)
{
    enum hold hold = plan->hold.kind == STEP_HOLD ? plan->hold.hold : HOLD_NONE;
    struct held h = {0};

    if (hold == HOLD_NONE && plan->verdict == VERDICT_ORPHAN)
        hold = HOLD_ORPHAN;
    if (hold == HOLD_NONE && plan->agent->problem)
        hold = HOLD_PROBLEM;
    h.kind = holds[hold].kind;
    h.why = holds[hold].why;
    h.advice = holds[hold].advice;
    if (plan->hold.kind == STEP_HOLD && plan->hold.why)
        h.why = plan->hold.why;
    else if (hold == HOLD_PROBLEM && plan->agent->problem)
        h.why = plan->agent->problem;
    if (hold == HOLD_PROBLEM && plan->agent->problem_at.file) {
        struct origin at = {.kind = FROM_SPEC, .at = plan->agent->problem_at};
        h.at = origin_text(a, &at);
    }
    return h;
}

bool is_left_alone(const struct agent_plan *plan)
{
    return plan->hold.kind == STEP_HOLD || plan->verdict == VERDICT_HOLD ||
           plan->verdict == VERDICT_ORPHAN;
}
