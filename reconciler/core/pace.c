#include "core/pace.h"

static bool is_gone_or_down(const struct role_plan *role)
{
    return role->wanted && (!role->live || !box_runs(role->live));
}

static const struct role_plan *role_of(const struct agent_plan *plan, enum role role)
{
    for (size_t i = 0; i < plan->n_roles; i++)
        if (plan->roles[i].role == role)
            return &plan->roles[i];
    return NULL;
}

static bool serves(const struct agent_plan *plan, enum role role)
{
    const struct role_plan *rp = role_of(plan, role);

    return rp && rp->live && box_runs(rp->live);
}

/* From sts to a pipeline or back: the parts of the other mode are missing, and nobody misses them
 * as long as core dials the old ones. */
static bool changes_mode(const struct agent_plan *plan)
{
    const struct role_plan *core = role_of(plan, ROLE_CORE);

    if (!core || core->verdict != VERDICT_REPLACE || !serves(plan, ROLE_CORE))
        return false;
    if (plan->agent->pipeline)
        return serves(plan, ROLE_STS);
    return serves(plan, ROLE_ASR) && serves(plan, ROLE_LLM) && serves(plan, ROLE_TTS);
}

/* Nothing of it may wait while this is so. */
static bool is_urgent(const struct role_plan *role, bool changes_mode)
{
    if (role->verdict == VERDICT_UNDERWAY || role->verdict == VERDICT_START)
        return true;
    return is_gone_or_down(role) && !(changes_mode && !role->live);
}

bool pace_may_wait(const struct agent_plan *plan)
{
    bool differs = false, mode = changes_mode(plan);

    if (plan->agent->wish != WISH_RUN || plan->n_steps == 0)
        return false;
    for (size_t i = 0; i < plan->n_roles; i++) {
        const struct role_plan *role = &plan->roles[i];
        if (is_urgent(role, mode))
            return false;
        differs |= role->verdict == VERDICT_REPLACE || role->verdict == VERDICT_UPDATE;
    }
    return differs;
}

bool pace_is_paused(const struct pace *pace, const struct desired *d)
{
    return pace->stopped || (d->max_failures && pace->failed >= (size_t)d->max_failures);
}

struct pace_turn pace_turn(const struct agent_plan *plan, const struct desired *d,
                           const struct pace *pace, int64_t now_ms)
{
    int64_t from_ms = pace->ended_ms ? pace->ended_ms + d->delay_s * 1000 : 0;

    if (!pace_may_wait(plan))
        return (struct pace_turn){.verdict = PACE_BEGIN};
    if (pace_is_paused(pace, d))
        return (struct pace_turn){.verdict = PACE_PAUSED};
    if (from_ms > now_ms)
        return (struct pace_turn){.verdict = PACE_LATER, .from_ms = from_ms};
    return (struct pace_turn){.verdict = PACE_BEGIN};
}

int64_t pace_window_s(const struct agent_plan *plan, const struct tm *local)
{
    const struct window *window = &plan->agent->window;

    if (window_is_open(window, local) || !pace_may_wait(plan))
        return 0;
    return window_turns_in_s(window, local);
}
