#include "core/what_if.h"

static bool is_asked_for(const struct agent *agent)
{
    return agent->origin.kind != FROM_CONTAINER;
}

struct alone what_if_alone(struct arena *a, const struct desired *d, const struct agent *agent,
                           const struct observed *o)
{
    struct box_index index = box_index_make(a, o);
    struct alone alone = {.desired = *d, .observed = observed_of_agent(a, d, agent, o, &index)};

    alone.desired.agents = NULL;
    alone.desired.n_agents = 0;
    if (is_asked_for(agent)) {
        alone.desired.agents = agent;
        alone.desired.n_agents = 1;
    }
    return alone;
}

struct agent_plan what_if(struct arena *a, const struct alone *alone, const struct agent *agent,
                          const struct digest_key *key, const struct plan_options *options)
{
    struct desired d = alone->desired;
    const struct desired *kept;

    if (d.n_agents)
        d.agents = arena_memdup(a, agent, sizeof *agent);
    kept = arena_memdup(a, &d, sizeof d);
    struct plan plan = plan_make(a, kept, &alone->observed, key, options, &agent->id, 1);
    return plan.n_agents ? plan.agents[0] : (struct agent_plan){.agent = agent};
}
