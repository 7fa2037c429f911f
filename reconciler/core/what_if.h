/* what_if.h - what would be done with one agent if it were wanted otherwise. */
#ifndef CORE_WHAT_IF_H
#define CORE_WHAT_IF_H

#include "core/plan.h"

/* One agent apart from its fleet: asking what if costs what it costs, not what the fleet does. */
struct alone {
    struct desired desired; /* of this agent, or of none if only containers speak of it */
    struct observed observed;
};

/* Of an agent of the plan of this look. */
struct alone what_if_alone(struct arena *, const struct desired *, const struct agent *,
                           const struct observed *);

/* The plan of that agent with these wishes: a copy of it in which orders were changed.  An agent
 * that nobody asks for has none to change. */
struct agent_plan what_if(struct arena *, const struct alone *, const struct agent *,
                          const struct digest_key *, const struct plan_options *);

#endif
