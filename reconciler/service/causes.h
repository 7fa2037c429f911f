/* causes.h - why an agent is to be worked on.
 *
 * What a round was made for is why its agents have something to do.  They may be begun much later,
 * by another round: when it is their turn, their window opens, or they are tried again. */
#ifndef SERVICE_CAUSES_H
#define SERVICE_CAUSES_H

#include "core/plan.h"

struct causes;

struct causes *causes_new(void);
void causes_free(struct causes *); /* NULL is fine */

bool causes_matter(const struct agent_plan *); /* there is something to do, now or later */

/* Of an agent to which they do: the round's cause ("": it was made for none) is noted, unless
 * there is one for the same wish. */
void causes_note(struct causes *, const char *agent_id, const char *wish, const char *cause);
/* Forgets agents that have nothing left to do. */
void causes_keep(struct causes *, const struct plan *);
/* NULL: none is known. */
const char *causes_of(const struct causes *, const char *agent_id);

#endif
