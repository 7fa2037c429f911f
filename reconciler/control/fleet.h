/* fleet.h - the agents that have something to do: each gets a runner, as many at a time as was
 * asked for.
 *
 * `apply` gives it one look and waits until it is idle; the service gives it a look whenever
 * something happened.  An agent that waits for calls does not count: others go on meanwhile.
 *
 * What may wait (core/pace.h) keeps to the pace that was asked for, and waits while the roll-out is
 * paused.  A roll-out lasts until nothing is left of it, somebody resumes it, or something else is
 * asked for: then it begins anew, and nobody has failed. */
#ifndef CONTROL_FLEET_H
#define CONTROL_FLEET_H

#include "control/session.h"

struct fleet;

struct fleet_terms {
    struct plan_options plan;
    int64_t give_up_ms; /* monotonic: no waiting for calls after this; 0: never */
};

struct fleet_owner { /* called from the loop; what is given is lent; each may be NULL */
    /* May it be begun now?  Whoever may not is not asked about again before the next look. */
    bool (*admits)(void *ctx, const struct agent_plan *);
    /* On which terms this agent is worked on; they stand filled with those of the look. */
    void (*terms)(void *ctx, const struct agent *, struct fleet_terms *);
    void (*on_begin)(void *ctx, const struct agent_plan *);
    on_event *on_event;
    void (*on_end)(void *ctx, const struct agent_outcome *);
    void (*on_turns)(void *ctx); /* whoever could be begun, or skipped, was */
    void *ctx;
};

struct fleet *fleet_new(struct session *, const struct fleet_owner *);
void fleet_free(struct fleet *); /* only when it is idle; NULL is fine */

/* What this look shows to be done takes the place of what an earlier one did.  An agent under way
 * is left to its runner, which is told if something else is wanted by now.  The arena is the look's
 * and is shared as long as it is needed. */
void fleet_take(struct fleet *, struct arena *, const struct look *, const struct fleet_terms *);

/* The terms of this agent are others now; false if it is not under way. */
bool fleet_renew(struct fleet *, const char *agent_id);

/* The roll-out goes on although agents failed. */
void fleet_resume(struct fleet *);
/* Why it is paused: "sales failed"; NULL: it is not. */
const char *fleet_paused(const struct fleet *, struct arena *);

/* Something happened to containers of this agent: if it just waits, it looks at them.  False if it
 * is not under way. */
bool fleet_look(struct fleet *, const char *agent_id);

/* Something may have happened to any container: whoever is under way looks at its own. */
void fleet_look_all(struct fleet *);

/* The containers of an agent under way as its runner knows them at this moment; NULL: it is not
 * under way, or something happened to them that was not looked at yet.  Lent until the loop runs.
 */
const struct observed *fleet_sees(const struct fleet *, const char *agent_id);

bool fleet_is_idle(const struct fleet *); /* nobody is under way, nobody waits for his turn */
bool fleet_works_on(const struct fleet *, const char *agent_id);
bool fleet_has(const struct fleet *, const char *agent_id); /* or it waits for its turn */
size_t fleet_size(const struct fleet *);                    /* agents under way */

/* Every runner stops at its next safe point; nobody is begun any more.  An answer that the engine
 * has owed for 10 s is not waited for: whoever stops us would rather kill us than wait longer. */
void fleet_interrupt(struct fleet *);

#endif
