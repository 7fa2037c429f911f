/* history.h - every change that was made or tried, agent by agent. */
#ifndef STORE_HISTORY_H
#define STORE_HISTORY_H

#include "core/record.h"
#include "store/store.h"

/* Adds one; `id` of the change is not read.  Of its drifts the first 200 are kept, of the log the
 * last 20 lines. */
int history_add(struct store *, const struct change *, int64_t *ret_id, struct err *);

/* Rewrites the one with this id.  One that was pruned meanwhile is no error. */
int history_update(struct store *, const struct change *, struct err *);

/* What is still under way or waiting was cut short: for whoever just got the engine's lock. */
int history_interrupt(struct store *, int64_t now_ms, struct err *);

struct history_query {
    const char *agent_id; /* NULL: of all */
    int64_t before_id;    /* only older ones, for the next page; 0: from the newest */
    unsigned limit;
};
int history_list(struct store *, struct arena *, const struct history_query *, struct changes *ret,
                 struct err *);

/* Every agent of which anything is remembered, under the name it had last (NULL: not known). */
struct known_agents {
    const struct known_agent {
        const char *id, *name;
    } * items;
    size_t n;
};
int history_agents(struct store *, struct arena *, struct known_agents *ret, struct err *);

#endif
