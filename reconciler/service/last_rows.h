/* last_rows.h - what a provider's row said last, while it cannot be read: a slip of one row must
 * not take its settings from containers that ask for them in a call. */
#ifndef SERVICE_LAST_ROWS_H
#define SERVICE_LAST_ROWS_H

#include "core/inputs.h"

/* Gives each row of `now` that has a problem what the same row said in `before`, which was last
 * believed at before_ms (monotonic), or what that one was given.  The copies are in the arena.  A
 * row that is gone, and one that is new, has said nothing. */
void last_rows_take(struct arena *, struct database *now, const struct database *before,
                    int64_t before_ms);

#endif
