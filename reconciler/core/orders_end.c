#include "core/orders_end.h"

#include "base/array.h"
#include "base/text.h"
#include "core/rollback.h"

typedef ARRAY(struct ended_order) ended_list;

static bool is_older_than_order(const struct role_plan *role)
{
    for (size_t i = 0; i < role->drifts.n; i++)
        if (text_is(role->drifts.items[i].field, DRIFT_RESTART))
            return true;
    return false;
}

/* Nobody serves any more who served when the order was given. */
static bool is_restarted(const struct agent_plan *plan)
{
    for (size_t i = 0; i < plan->n_roles; i++) {
        const struct role_plan *role = &plan->roles[i];
        if (plan->agent->wish != WISH_RUN ? role->live != NULL
                                          : role->wanted && (!role->live || role->wanted->problem ||
                                                             is_older_than_order(role)))
            return false;
    }
    return true;
}

static bool has_lapsed(const struct digest_key *key, const struct agent *agent)
{
    return agent->rollback && agent->wish == WISH_RUN && !rollback_holds(key, agent);
}

struct ended_orders orders_ended(struct arena *a, const struct digest_key *key,
                                 const struct plan *plan)
{
    ended_list list = {0};

    for (size_t i = 0; i < plan->n_agents; i++) {
        const struct agent *agent = plan->agents[i].agent;
        if (agent->problem)
            continue; /* what is asked for cannot be told */
        if (agent->restart && is_restarted(&plan->agents[i]))
            ARRAY_PUSH(a, list,
                       ((struct ended_order){agent->restart, agent, "restarted, as was ordered"}));
        if (has_lapsed(key, agent))
            ARRAY_PUSH(a, list,
                       ((struct ended_order){agent->rollback, agent,
                                             arena_printf(a,
                                                          "the rollback to generation %u is over: "
                                                          "something else is asked for by now",
                                                          agent->rollback->to_generation)}));
    }
    return (struct ended_orders){list.items, list.n};
}

struct ended_orders orders_failed(struct arena *a, const struct agent *agent)
{
    const struct ended_order failed = {agent->restart, agent,
                                       "the restart failed and is not tried again by itself"};

    if (!agent->restart)
        return (struct ended_orders){0};
    return (struct ended_orders){arena_memdup(a, &failed, sizeof failed), 1};
}
