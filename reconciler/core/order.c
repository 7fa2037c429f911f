#include "core/order.h"

#include <stdlib.h>

enum turn { TURN_DOWN, TURN_QUIET, TURN_NOT_KNOWN, TURN_BUSY };

static bool is_down(const struct agent_plan *ap)
{
    if (ap->agent->wish != WISH_RUN)
        return false;
    for (size_t i = 0; i < ap->n_roles; i++)
        if (ap->roles[i].wanted && (!ap->roles[i].live || !box_runs(ap->roles[i].live)))
            return true;
    return false;
}

static enum turn turn_of(const struct agent_plan *ap)
{
    if (is_down(ap))
        return TURN_DOWN;
    if (ap->live_calls < 0)
        return TURN_NOT_KNOWN;
    return ap->live_calls ? TURN_BUSY : TURN_QUIET;
}

/* A call whose beginning is not known may be the longest. */
static int by_turn(const void *x, const void *y)
{
    const struct agent_plan *a = *(const struct agent_plan *const *)x;
    const struct agent_plan *b = *(const struct agent_plan *const *)y;
    enum turn turn_a = turn_of(a), turn_b = turn_of(b);

    if (turn_a != turn_b)
        return turn_a < turn_b ? -1 : 1;
    if (turn_a == TURN_BUSY && a->oldest_call_ms != b->oldest_call_ms)
        return a->oldest_call_ms > b->oldest_call_ms ? -1 : 1;
    return a < b ? -1 : a > b;
}

const struct agent_plan *const *plan_order(struct arena *a, const struct plan *plan)
{
    const struct agent_plan **order =
        arena_alloc(a, (plan->n_agents + 1) * sizeof(const struct agent_plan *));

    for (size_t i = 0; i < plan->n_agents; i++)
        order[i] = &plan->agents[i];
    qsort(order, plan->n_agents, sizeof(const struct agent_plan *), by_turn);
    return order;
}
