/* failures.h - which agents failed in a roll-out, and whom that held back. */
#ifndef CONTROL_FAILURES_H
#define CONTROL_FAILURES_H

#include "base/array.h"
#include "core/desired.h"

struct failures { /* zero-initialised; nobody failed while n is 0 */
    struct arena *arena;
    ARRAY(const char *) ids;
    ARRAY(const char *) told; /* ids of those that were told they are held back */
    const char *last;         /* name of the last that failed */
    const char *wish;         /* what was asked for when the first one did (core/wish.h) */
};

void failures_note(struct failures *, const struct agent *, const char *wish);
bool failures_tell(struct failures *, const struct agent *);        /* false: it was told already */
const char *failures_text(const struct failures *, struct arena *); /* "sales failed" */
void failures_clear(struct failures *);

#endif
