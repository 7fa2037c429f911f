/* find.h - the agent that somebody names. */
#ifndef CORE_FIND_H
#define CORE_FIND_H

#include "core/desired.h"

/* By id, by name, or by the beginning of one id only.  NULL with ERR_INVALID and, where one is
 * near, a suggestion if it is none of these or means several. */
const struct agent *agent_find(struct arena *, const struct agent *const *, size_t n,
                               const char *word, struct err *) MUST_CHECK;

#endif
