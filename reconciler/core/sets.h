/* sets.h - a new core and the providers that came with it, while the core before is still there. */
#ifndef CORE_SETS_H
#define CORE_SETS_H

#include "core/view.h"

/* Why a new core must give its name back to the one before, which runs and reaches a provider that
 * works where this one does not; NULL: it need not. */
const char *set_broken(const struct agent_view *);

/* Of the new core and its providers the one that nobody has asked, or not for the longest time, and
 * its role.  Core must be live and have replaced another. */
enum role set_least_asked(const struct agent_view *, const struct box **ret);

/* Core may only be brought up when all it is to dial is there. */
bool set_is_ready(const struct agent_view *);

#endif
