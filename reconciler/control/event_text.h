/* event_text.h - events as sentences. */
#ifndef CONTROL_EVENT_TEXT_H
#define CONTROL_EVENT_TEXT_H

#include "control/session.h"

/* One event as people read it: "started candidate avrd-next-…".  wall_ms: for the age of calls. */
const char *event_text(struct arena *, const struct event *, int64_t wall_ms);

#endif
