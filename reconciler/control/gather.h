/* gather.h - one look at the engine: list, inspect what is ours and not yet known, images. */
#ifndef CONTROL_GATHER_H
#define CONTROL_GATHER_H

#include "control/cache.h"
#include "control/registry.h"
#include "control/sources.h"

/* Fills *ret in the arena.  Half a view is no view: any failed read fails it all. */
int gather(struct client *, struct cache *, struct registry_memory *, struct arena *,
           const struct sources *, int64_t now_ms, struct observed *ret, struct err *) MUST_CHECK;

/* Is this row of the list one of our containers?  By label, tenant and name. */
bool is_ours(const struct list_entry *, const struct desired *);

#endif
