/* orders.h - what operators asked for, until it is done or taken back: at most one of each kind an
 * agent.  Unlike the rest, these are on the disk when the call returns. */
#ifndef STORE_ORDERS_H
#define STORE_ORDERS_H

#include "core/record.h"
#include "store/store.h"

/* Replaces an order of the same kind. */
int order_set(struct store *, const struct order *, struct err *);

/* Takes the order away unless it was given after until_ms: an order that is done must not take a
 * newer one with it.  *ret_was (may be NULL) tells whether there was one. */
int order_clear(struct store *, const char *agent_id, enum order_kind, int64_t until_ms,
                bool *ret_was, struct err *);
int order_list(struct store *, struct arena *, struct orders *ret, struct err *);

#endif
