/* merge_parts.h - the pieces of merge(), private to it: finding a provider, building one container
 * and one agent. */
#ifndef CORE_MERGE_PARTS_H
#define CORE_MERGE_PARTS_H

#include "core/avr.h"
#include "core/desired.h"

struct merging {
    struct arena *arena;
    const struct spec *spec;
    const struct database *db;
    const struct host *host;
    const struct standing_orders *orders; /* NULL: none */
    const char *db_name;                  /* last part of the database's path, for origins */
    const char *prefix;
};

struct problem { /* the first one of an agent; text NULL: none */
    const char *text;
    struct pos at;
};

void problem_set(struct arena *, struct problem *, struct pos at, const char *fmt, ...)
    PRINTF(4, 5); /* keeps the one that is there */

/* `agent "sales", data.db` */
struct origin origin_of_row(const struct merging *, const char *table, const char *name);

/* A provider as the specs and the database know it together: an entry of `providers` with the name
 * or id of a row refines that row. */
struct provider {
    const char *id, *name;
    const struct provider_row *row;   /* NULL: only in the specs */
    const struct provider_spec *spec; /* NULL: only in the database */
    struct origin assigned, origin;
};

/* ref: what a role says, or the id an agent's row holds (by_id).  False with *problem set. */
bool provider_find(const struct merging *, enum role, const struct value *ref, bool by_id,
                   struct provider *ret, struct problem *);

struct agent_inputs { /* what is known of one agent */
    const char *id, *name;
    struct origin origin, name_origin;
    struct origin row_origin;      /* of `row` */
    const struct agent_row *row;   /* NULL: not in the dashboard */
    const struct agent_spec *spec; /* NULL: not in the specs */
};

struct container_spec container_make(const struct merging *, const struct agent_inputs *, enum role,
                                     const struct provider *, struct problem *);

/* Settles what is fetched at each call (`per_call` and the fields beside it), and takes it out of
 * the environment where it is fetched from us.  p may be NULL. */
void live_make(const struct merging *, const struct agent_inputs *, const struct provider *p,
               struct env_build *, struct container_spec *);

/* Its canary, once its mode is known. */
void canary_make(const struct merging *, const struct agent_inputs *, struct agent *,
                 struct problem *);
/* Agents for whom a canary is asked for by the defaults and cannot be. */
size_t canaries_left_out(const struct merging *, const struct agent *, size_t n);

/* Never NULL in *ret but for `problem`; see desired.h. */
struct agent agent_make(const struct merging *, const struct agent_inputs *);

/* Fits [a-zA-Z0-9][a-zA-Z0-9_.-]*, what engines take in a container's name. */
bool name_is_usable(const char *);

#endif
