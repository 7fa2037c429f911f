/* wish.h - is still the same asked for?
 *
 * A digest over everything that is asked for of an agent and that the rules look at, besides what
 * runs: two that are equal lead from the same containers to the same steps. */
#ifndef CORE_WISH_H
#define CORE_WISH_H

#include "base/digest.h"
#include "core/desired.h"
#include "core/observed.h"
#include "core/resolve.h"

enum { WISH_DIGITS = 32 };

/* The observed images count (a tag may mean another image by now), its boxes do not.  NULL: images
 * do not count either. */
const char *agent_wish(struct arena *, const struct digest_key *, const struct desired *,
                       const struct agent *, const struct observed *);
/* Over what the sources ask the agent's containers to be: nothing of whether it shall run, of how
 * they are replaced, or of orders. */
const char *asked_wish(struct arena *, const struct digest_key *, const struct agent *);

/* Over the settings of one container: all of it but the image. */
const char *wanted_wish(struct arena *, const struct digest_key *, const struct wanted *);

/* Over what a roll-out is to reach: every agent, and how many may fail on the way. */
const char *rollout_wish(struct arena *, const struct digest_key *, const struct desired *);

/* Over everything that is asked for at all. */
const char *desired_wish(struct arena *, const struct digest_key *, const struct desired *);

#endif
