/* order.h - in which order agents are begun, so that as many as possible keep serving calls. */
#ifndef CORE_ORDER_H
#define CORE_ORDER_H

#include "core/plan.h"

/* Those that serve nobody at the moment first; then those without calls; then those with calls, the
 * one with the longest call last.  Among equals the plan's order.  Returns plan->n_agents of them.
 */
const struct agent_plan *const *plan_order(struct arena *, const struct plan *);

#endif
