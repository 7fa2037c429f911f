/* What a plan amounts to, and why an agent is left alone: used by text and JSON alike, so that both
 * always say the same. */
#include "core/pace.h"
#include "render/parts.h"

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

const char *const *notices_make(struct arena *a, const struct desired *d, const struct plan *plan,
                                size_t *ret_n)
{
    const char **list = arena_alloc(a, (d->n_notices + 1) * sizeof *list);
    size_t n = 0;

    while (n < d->n_notices) {
        list[n] = d->notices[n];
        n++;
    }
    if (plan->notice)
        list[n++] = plan->notice;
    *ret_n = n;
    return list;
}

static void count_role(struct tally *t, const struct role_plan *role)
{
    size_t *const counts[] = {
        [VERDICT_REPLACE] = &t->replace, [VERDICT_UPDATE] = &t->update,
        [VERDICT_CREATE] = &t->create,   [VERDICT_START] = &t->start,
        [VERDICT_REMOVE] = &t->remove,   [VERDICT_UNDERWAY] = &t->underway,
        [VERDICT_ORPHAN] = NULL, /* the last: the table has an entry for each */
    };

    if (counts[role->verdict])
        ++*counts[role->verdict];
    if (role->live && drifts_have(&role->drifts, EFFECT_LIVE))
        t->live++;
}

static void count_cut(struct tally *t, const struct agent_plan *agent)
{
    for (size_t i = 0; i < agent->n_steps; i++) {
        if (agent->steps[i].gate == GATE_DRAIN &&
            agent->agent->drain.on_timeout == ON_TIMEOUT_FORCE)
            t->cut_late = true;
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
    const char *kind, *advice;
} holds[] = {
    [HOLD_NONE] = {"none", NULL},
    [HOLD_PROBLEM] = {"problem", "It runs on as it is. Correct what the sentence names."},
    [HOLD_CONFLICT] = {"conflict", "That container is not touched from here. Rename or remove it."},
    [HOLD_FAILED] = {"failed", "It is tried again later, or at once when its image or settings "
                               "change."},
    [HOLD_UNHEALTHY] = {"unhealthy", "Look at the container's logs, its image and its keys."},
    [HOLD_CALLS] = {"calls", "Wait for them to end, or cut them with --now."},
    [HOLD_PAUSED] = {"paused", "Nothing is done to it until it is resumed: avr-reconciler resume"},
    [HOLD_ORPHAN] = {"orphan", "Remove it with --prune, or ask for it again in a spec or the "
                               "dashboard."},
    [HOLD_CANARY] = {"canary", "Mend that, or go on without: take update.canary out, or order a "
                               "restart."},
    [HOLD_UNSURE] = {"orphan", "It is kept until every source can be read."},
};

/* That of the role speaks of this moment, that of the plan of the moment when it gets there. */
static const char *held_why(const struct agent_plan *plan)
{
    for (size_t i = 0; i < plan->n_roles; i++) {
        const struct role_plan *role = &plan->roles[i];
        if (role->verdict == VERDICT_HOLD && role->reason &&
            (plan->hold.kind != STEP_HOLD || plan->hold.role == role->role))
            return role->reason;
    }
    return plan->hold.kind == STEP_HOLD ? plan->hold.why : "left alone";
}

/* A paused container is AVR's own, and it is in nobody's way. */
static bool waits_for_unpause(const struct agent_plan *plan)
{
    for (size_t i = 0; i < plan->n_roles; i++) {
        const struct role_plan *role = &plan->roles[i];
        if (role->role == plan->hold.role && role->live && role->live->state == BOX_PAUSED)
            return true;
    }
    return false;
}

struct held held_make(struct arena *a, const struct agent_plan *plan)
{
    enum hold hold = plan->hold.hold;
    struct held h = {holds[hold].kind, held_why(plan), holds[hold].advice, NULL,
                     plan->hold.until_ms};

    if (hold == HOLD_CONFLICT && waits_for_unpause(plan))
        h.advice = "Nothing is done to it while it is paused. Unpause it, or remove it.";
    if (hold == HOLD_PROBLEM && plan->agent->problem_at.file) {
        struct origin at = {.kind = FROM_SPEC, .at = plan->agent->problem_at};
        h.at = origin_text(a, &at);
    }
    return h;
}

const char *why_until(struct arena *a, const struct render *r, const char *why, int64_t until_ms)
{
    const struct tm *now = &r->local;
    int64_t left_s = (until_ms - r->now_ms + 999) / 1000;

    if (left_s <= 0)
        return why;
    int64_t s = (now->tm_hour * 3600 + now->tm_min * 60 + now->tm_sec + left_s) % 86400;
    return arena_printf(a, "%s, at %02d:%02d:%02d", why, (int)(s / 3600), (int)(s / 60 % 60),
                        (int)(s % 60));
}

const char *window_note(struct arena *a, const struct render *r, const struct agent_plan *plan)
{
    int64_t seconds = pace_window_s(plan, &r->local);

    if (!seconds)
        return NULL;
    return arena_printf(a, "waits for its window (%s, opens in %s)", plan->agent->window.text,
                        text_duration(a, seconds));
}

bool is_left_alone(const struct agent_plan *plan)
{
    return plan->hold.kind == STEP_HOLD || plan->verdict == VERDICT_HOLD;
}
