/* generation.h - what an agent's containers are made from, as the store remembers it. */
#ifndef SERVICE_GENERATION_H
#define SERVICE_GENERATION_H

#include "base/digest.h"
#include "core/plan.h"
#include "store/store.h"

/* The boxes of a look that drain: found once for all of its agents. */
struct drained {
    const struct box *const *boxes;
    size_t n;
};
struct drained generation_drained(struct arena *, const struct observed *);

/* Notes what is in force for an agent: every container that is wanted runs as it is wanted,
 * whatever else is still under way.  *ret_number is 0 if that is not so.  It is called good once
 * nothing is left to be done and all have run for the agent's monitor period. */
int generation_record(struct store *, const struct digest_key *, const struct observed *,
                      const struct drained *, const struct agent_plan *, const char *cause,
                      unsigned *ret_number, struct err *) MUST_CHECK;

/* The number of the newest one that is remembered; 0: there is none, or it cannot be told. */
unsigned generation_newest(struct store *, const char *agent_id);

#endif
