/* orders.h - what operators ordered, laid over what the sources ask for.
 *
 *     pause      nothing is done to the agent; a hand-over that was cut in the middle is finished
 *     stop       it shall not run, whatever the sources say
 *     restart    each of its containers is replaced once by one of the same settings
 *     rollback   its containers are wanted as an earlier generation had them, for as long as the
 *                sources ask for what they asked for when the order was given
 *
 * An order holds until it is taken back, done, or has lapsed. */
#ifndef CORE_ORDERS_H
#define CORE_ORDERS_H

#include "core/record.h"

struct standing_orders { /* an input of merge() */
    struct orders orders;
    struct generations goals; /* whole, of the rollbacks; one that was forgotten is missing */
};

/* NULL: there is none; orders may be NULL. */
const struct order *order_find(const struct standing_orders *, const char *agent_id,
                               enum order_kind);
const struct generation *order_goal(const struct standing_orders *, const struct order *);

/* "paused by root 2h ago: waiting for the vendor"; now_ms 0: without the time. */
const char *order_text(struct arena *, const struct order *, int64_t now_ms);
/* "order: stopped by root" */
struct origin order_origin(struct arena *, const struct order *);

#endif
