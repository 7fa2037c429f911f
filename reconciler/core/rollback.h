/* rollback.h - a container as an earlier generation had it. */
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

/* What is asked for of this container with the environment of the goal in place of its own.  The
 * addresses of providers are left out: they follow from where these are. */
const struct container_spec *rollback_container(struct arena *, const struct agent *, enum role);

/* The image of the goal, which must still be on the engine. */
void rollback_image(struct arena *, const struct agent *, const struct observed *, struct wanted *);

#endif
