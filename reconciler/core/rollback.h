/* rollback.h - a container as an earlier generation had it: because of an order to go back, or
 * because what is wanted fails (fall_back.h).  One way back for both; they differ in the wiring. */
#ifndef CORE_ROLLBACK_H
#define CORE_ROLLBACK_H

#include "core/resolve.h"

/* The agent's rollback, if it has one, still holds: its sources ask for what they asked for when
 * the order was given.  Told by asked_wish() without a look at the engine: a tag that moves is no
 * new wish, and neither is a stop, a start or another drain timeout. */
bool rollback_holds(const struct digest_key *, const struct agent *);

/* Why the agent cannot be brought back to this generation; NULL: it can, as far as one can tell
 * without an engine. */
const char *rollback_obstacle(struct arena *, const struct agent *, const struct generation *);

/* What was last good of this container; NULL: nothing that could be made again is remembered. */
const struct record_role *last_good_role(const struct observed *, const struct agent *, enum role);

struct earlier {
    const struct record_role *had;
    unsigned number; /* of the generation */
    struct origin origin;
    /* By an order its port, and addresses of providers that somebody had fixed, come back as well.
     * Where it steps in for one that failed they stay as they are wanted now. */
    bool rewires;
};

/* What is asked for of this container with the environment of then in place of its own.  Addresses
 * of providers that nobody fixed are left out: they follow from where these are. */
const struct container_spec *earlier_container(struct arena *, const struct container_spec *asked,
                                               const struct earlier *);

/* The image of then, which must still be on the engine. */
void earlier_image(struct arena *, const struct earlier *, const struct observed *,
                   struct wanted *);

#endif
