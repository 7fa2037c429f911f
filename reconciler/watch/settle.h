/* settle.h - many pokes, one call: when it has been quiet for a while, and at the latest some time
 * after the first poke, so that a storm that never ends is answered too. */
#ifndef WATCH_SETTLE_H
#define WATCH_SETTLE_H

#include <stdbool.h>
#include <stdint.h>

struct ev_loop;
struct settle;

typedef void settle_fire(void *ctx);

/* fire runs from the loop and may poke and cancel, not free. */
struct settle *settle_new(struct ev_loop *, int64_t quiet_ms, int64_t max_ms, settle_fire *,
                          void *ctx);
void settle_free(struct settle *); /* NULL is fine; what is pending is not fired */

void settle_poke(struct settle *); /* costs a read of the clock */
void settle_cancel(struct settle *);

#endif
