/* The canary of an agent, as its spec and the defaults ask for it. */
#include "core/merge_parts.h"
#include "core/settings.h"

enum { DEFAULT_PERCENT = 10, DEFAULT_CALLS = 20 };

static bool has_canary(const struct rollout *r)
{
    return r->canary_callers.set || r->canary_percent.set || r->canary_calls.set;
}

static struct pos place_of(const struct rollout *r)
{
    if (r->canary_calls.set)
        return r->canary_calls.origin.at;
    if (r->canary_percent.set)
        return r->canary_percent.origin.at;
    return r->canary_callers.n ? r->canary_callers.items[0].origin.at : (struct pos){0};
}

/* The defaults mean those agents for which it can be; an agent's own spec means this one. */
static void refuse(const struct merging *s, const struct agent_inputs *in, struct problem *problem)
{
    const struct rollout *own = in->spec ? &in->spec->rollout : NULL;

    if (own && has_canary(own))
        problem_set(s->arena, problem, place_of(own),
                    "no call of a pipeline can be sent to a container of its own, so it can have "
                    "no canary: take update.canary out");
}

static struct canary_policy policy_of(struct arena *a, const struct rollout *r)
{
    const char **callers = arena_alloc(a, (r->canary_callers.n + 1) * sizeof *callers);

    for (size_t i = 0; i < r->canary_callers.n; i++)
        callers[i] = r->canary_callers.items[i].text;
    return (struct canary_policy){
        .callers = callers,
        .n_callers = r->canary_callers.n,
        .percent = r->canary_percent.set ? r->canary_percent.n : DEFAULT_PERCENT,
        .calls = r->canary_calls.set ? r->canary_calls.n : DEFAULT_CALLS,
    };
}

void canary_make(const struct merging *s, const struct agent_inputs *in, struct agent *agent,
                 struct problem *problem)
{
    struct rollout r = s->spec->rollout;

    if (in->spec)
        rollout_overlay(&r, &in->spec->rollout);
    if (!has_canary(&r))
        return;
    if (agent->pipeline) {
        refuse(s, in, problem);
        return;
    }
    agent->canary = policy_of(s->arena, &r);
    if (!agent->canary.percent && !agent->canary.n_callers)
        problem_set(s->arena, problem, place_of(&r),
                    "its canary lets no call meet the new container: name callers, or a percent "
                    "above 0");
}

size_t canaries_left_out(const struct merging *s, const struct agent *agents, size_t n)
{
    size_t left_out = 0;

    for (size_t i = 0; i < n && has_canary(&s->spec->rollout); i++)
        left_out += agents[i].pipeline && agents[i].wish == WISH_RUN;
    return left_out;
}
