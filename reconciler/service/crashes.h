/* crashes.h - live containers that die again and again: seen, named, and told with their last
 * words.
 *
 * Nothing is decided here.  When such a container is started again is the matter of its restart
 * policy, or of service/retry.h. */
#ifndef SERVICE_CRASHES_H
#define SERVICE_CRASHES_H

#include "control/session.h"

struct crashes;
struct service;

struct crashes *crashes_new(struct service *);
void crashes_free(struct crashes *); /* NULL is fine */

/* A look is finished: deaths since the last one are counted.  From the third one on, without ten
 * quiet minutes between two, they are a condition; what an engine took with it is none. */
void crashes_round(struct crashes *, const struct look *);

/* The last lines of the container of the agent that died last, if one did: for the history.  They
 * live until the next round. */
size_t crashes_last_words(const struct crashes *, const char *agent_id, const char *const **ret);

#endif
