/* orders.h - reading, giving and taking back what operators order. */
#ifndef CONTROL_ORDERS_H
#define CONTROL_ORDERS_H

#include "core/desired.h"
#include "core/orders_end.h"
#include "store/store.h"

/* Those that stand, with the generations that rollbacks go back to. */
int orders_read(struct store *, struct arena *, struct standing_orders *ret, struct err *);

struct command {      /* a verb, as it was typed */
    const char *verb; /* "pause", "resume", "stop", "start", "restart" or "rollback" */
    const char *who;
    const char *why; /* NULL: not said */
    const char *to;  /* rollback: number of a generation; NULL: the last good one before */
    int64_t now_ms;  /* wall clock */
};

enum to_follow { /* what whoever gave the order waits for */
                 FOLLOW_NOTHING,
                 FOLLOW_STANDSTILL, /* that nobody works on the agent any more */
                 FOLLOW_WORK,       /* that its containers are as ordered */
};

struct answer {
    const struct agent *agent;
    const char *text; /* for people: what is so now */
    enum to_follow follow;
};

struct order_desk { /* where orders are given */
    struct store *store;
    struct arena *arena; /* of the answers */
    const struct digest_key *key;
    const struct desired *desired;
};

bool is_order_verb(const char *);

/* Finds the agent by id, name or the beginning of one id, and writes the order down, or takes it
 * back.  ERR_INVALID: no such agent, or what is ordered cannot be; nothing is written then. */
int order_give(const struct order_desk *, const char *agent, const struct command *,
               struct answer *ret, struct err *) MUST_CHECK;

/* Forgets orders that are done or lapsed. */
int orders_forget(struct store *, const struct ended_orders *, struct err *);

#endif
