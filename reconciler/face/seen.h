/* seen.h - what the last round saw, for handlers: each answers the request itself when there is
 * nothing to hand over. */
#ifndef FACE_SEEN_H
#define FACE_SEEN_H

#include "control/session.h"
#include "face/parts.h"
#include "render/render.h"

/* NULL: nothing was seen yet, and that was answered. */
const struct look *seen_look(const struct face *, struct web_request *);

/* The agent of the path's {id}; NULL: there is none, and that was answered. */
const struct agent_plan *seen_agent(struct web_request *, const struct look *);

/* Whoever waits for a replaced container counts other calls on it by now than the last round did.
 */
bool seen_otherwise(const struct look *, const struct event *);

/* How things are shown.  look NULL: nothing was seen. */
struct render seen_render(const struct face *, const struct look *);

/* A number of the query; `otherwise` if it is not given.  False: it is none of least to most, and
 * that was answered. */
bool query_number(struct web_request *, const char *name, int64_t least, int64_t most,
                  int64_t otherwise, int64_t *ret);

#endif
