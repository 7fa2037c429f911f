/* outage.h - the engine was away: what ended then ended with it, and that is no verdict on an
 * image.
 *
 * A container that the engine stopped for its own end looks like one that died; only the time tells
 * the two apart. */
#ifndef CORE_OUTAGE_H
#define CORE_OUTAGE_H

#include "core/observed.h"

struct outage {       /* the last one; wall clock, milliseconds */
    int64_t from_ms;  /* 0: none was seen */
    int64_t until_ms; /* 0: it lasts */
};

/* The engine does not answer (any more), and answers again.  Either may be told twice. */
void outage_begin(struct outage *, int64_t now_ms);
void outage_end(struct outage *, int64_t now_ms);

/* The life of the box that began at started_ms ended while the engine was away, whether or not the
 * box was started again since.  NULL: no outage was seen. */
bool outage_took(const struct outage *, const struct box *, int64_t started_ms);

#endif
