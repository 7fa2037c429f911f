/* find.h - agents by what they are called. */
#ifndef CORE_FIND_H
#define CORE_FIND_H

#include "core/plan.h"

/* For people: its name, or its id if nobody named it. */
const char *agent_title(const struct agent *);

/* NULL: there is none. */
const struct agent *agent_by_id(const struct desired *, const char *id);
const struct agent_plan *agent_plan_by_id(const struct plan *, const char *id);
const struct role_plan *role_plan_of(const struct agent_plan *, enum role);

/* The one that somebody means: by id, by name, or by the beginning of one id only.  NULL with
 * ERR_INVALID and, where one is near, a suggestion if it is none of these or means several. */
const struct agent *agent_find(struct arena *, const struct agent *const *, size_t n,
                               const char *word, struct err *) MUST_CHECK;

#endif
