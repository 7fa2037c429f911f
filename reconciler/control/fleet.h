/* fleet.h - the agents that have something to do: each gets a runner, as many at a time as was
 * asked for.
 *
 * `apply` gives it one look and waits until it is idle; the service gives it a look whenever
 * something happened.  An agent that waits for calls does not count: others go on meanwhile. */
#ifndef CONTROL_FLEET_H
#define CONTROL_FLEET_H

#include "control/cycle.h"

struct fleet;

struct fleet_owner { /* called from the loop; what is given is lent; each may be NULL */
    bool (*admits)(void *ctx, const struct agent_plan *); /* may it be begun now? */
    void (*on_begin)(void *ctx, const struct agent_plan *);
    on_event *on_event;
    void (*on_end)(void *ctx, const struct agent_outcome *);
    void *ctx;
};

struct fleet *fleet_new(struct session *, const struct fleet_owner *);
void fleet_free(struct fleet *); /* only when it is idle; NULL is fine */

/* What this look shows to be done takes the place of what an earlier one did.  An agent under way
 * is left to its runner, which is told if something else is wanted by now.  The arena is the look's
 * and is shared as long as it is needed.  give_up_ms: monotonic; 0: never. */
void fleet_take(struct fleet *, struct arena *, const struct look *, const struct plan_options *,
                int64_t give_up_ms);

/* Something happened to containers of this agent; false if it is not under way. */
bool fleet_look(struct fleet *, const char *agent_id);

bool fleet_is_idle(const struct fleet *); /* nobody is under way, nobody waits for his turn */

/* Every runner stops at its next safe point; nobody is begun any more. */
void fleet_interrupt(struct fleet *);

#endif
