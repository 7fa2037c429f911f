/* fall_back.h - when what an agent was made from when it last proved itself serves in place of what
 * is wanted: that failed, and nothing that could be put back is left.
 *
 * While something serves it is never used, but for the rest of a set: where a provider of a
 * pipeline was put back, core and the other providers follow it, so that no call sees mixed
 * settings.  How a container looked then is rollback.h's. */
#ifndef CORE_FALL_BACK_H
#define CORE_FALL_BACK_H

#include "core/view.h"

/* Fills in what was last good of each role and tells which ones are to be that now: ROLE_BITs.
 * Asked once the view knows what is held. */
unsigned fall_back_roles(struct agent_view *, const struct digest_key *);

/* The live box is what is wanted and has not proved itself, and what last did so is something else
 * and remembered.  What it replaced is gone, so nothing but this watches it. */
bool is_on_trial(const struct agent_view *, enum role);

/* Of all that are on trial whoever was not asked for the longest time. */
enum role trial_least_asked(const struct agent_view *);

#endif
