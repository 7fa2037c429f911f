/* api.h - what programs and the page are told of agents and of the fleet, as JSON.
 *
 * The shapes stand in face/openapi.yaml; those of `status` and `diff` are in them as they are.
 * Secrets appear as fingerprints, as in render.h. */
#ifndef RENDER_API_H
#define RENDER_API_H

#include "render/render.h"

/* Agents, a row each.  all: what in_sync speaks of; page: those that are listed. */
const char *render_agents_json(struct arena *, const struct render *, const struct desired *,
                               const struct plan *all, const struct plan *page, bool more);
/* One row, on a line. */
const char *render_agent_status_json(struct arena *, const struct render *,
                                     const struct agent_plan *);

struct agent_page {
    const struct desired *desired;
    const struct observed *observed;
    const struct agent_plan *plan; /* of a look at these */
    int64_t looked_ms;             /* when that was, wall clock */
    bool working;                  /* its containers are being changed, or it waits its turn */
    bool may_order;                /* the asker may */
    const struct generation *goal; /* of a rollback; NULL: there is none, */
    const char *no_goal;           /* and why */
};
const char *render_agent_json(struct arena *, const struct render *, const struct agent_page *);

struct told { /* a condition that holds; agent and role may be NULL */
    const char *key, *level, *agent, *role, *text;
    int64_t since_ms;
    unsigned long seen;
};

struct fleet_page {
    const char *version;
    const struct desired *desired; /* both NULL: nothing was seen yet */
    const struct plan *plan;
    int64_t looked_ms; /* when that was; 0: never */
    bool healthy;      /* the last round could read engine and sources */
    bool standby;
    const char *rollout_paused; /* why; NULL: it is not */
    const struct told *conditions;
    size_t n_conditions;
    const char *asker_role; /* NULL: of nobody in particular; asker_name may be NULL */
    const char *asker_name;
};
/* On a line. */
const char *render_fleet_json(struct arena *, const struct render *, const struct fleet_page *);

#endif
