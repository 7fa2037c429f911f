/* orders_end.h - which orders need not be remembered any longer. */
#ifndef CORE_ORDERS_END_H
#define CORE_ORDERS_END_H

#include "core/plan.h"

struct ended_order {
    const struct order *order;
    const struct agent *agent;
    const char *text; /* for people: what became of it */
};

struct ended_orders {
    const struct ended_order *items;
    size_t n;
};

/* Of the agents of this look: restarts that are done, rollbacks after which something else was
 * asked for. */
struct ended_orders orders_ended(struct arena *, const struct digest_key *, const struct plan *);

/* The work on this agent failed: a restart is not tried again hours later, when nobody looks. */
struct ended_orders orders_failed(struct arena *, const struct agent *);

#endif
