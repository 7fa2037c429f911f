/* intake.h - which desired state is in force.
 *
 * Specs are believed only when two reads 200 ms apart agree and every file parses: half of all
 * cut-off specs are valid YAML with fewer agents.  Whatever is wrong with a source, its last good
 * state stays in force, and absence is not believed meanwhile.  A database that suddenly has no
 * providers, or none of its several agents, is held back until somebody confirms it. */
#ifndef SERVICE_INTAKE_H
#define SERVICE_INTAKE_H

#include "base/digest.h"
#include "control/sources.h"

struct ev_loop;
struct intake;

enum { INTAKE_SPECS = 1, INTAKE_DATABASE = 2, INTAKE_ORDERS = 4 };

struct intake_owner { /* called from the loop */
    /* Something else is in force now; why, for people, or NULL where an order says it. */
    void (*on_accepted)(void *ctx, const char *cause);
    /* A source cannot be believed: why, or NULL when it is well again.  key: "specs", "database" */
    void (*on_condition)(void *ctx, const char *key, const char *text);
    void (*on_read)(void *ctx); /* intake_paths() may be others by now */
    void (*on_calls)(void *ctx,
                     const struct database *); /* the open calls, as just read; or NULL */
    void *ctx;
    /* The orders that stand, which must live as long as the arena; NULL: there are none. */
    void (*orders)(void *ctx, struct arena *, struct standing_orders *ret);
};

struct intake *intake_new(struct ev_loop *, const struct config *, const struct digest_key *,
                          const struct intake_owner *);
void intake_free(struct intake *); /* NULL is fine */

/* These sources (INTAKE_… bits) may have changed; reads them, from the loop. */
void intake_poke(struct intake *, unsigned what);

/* An empty database is meant: the next read believes it. */
void intake_allow_empty(struct intake *);

/* Nothing that was poked is still to be read. */
bool intake_is_settled(const struct intake *);

/* In force; NULL until everything could be read once.  It lives as long as the arena, which holds
 * it. */
const struct sources *intake_sources(const struct intake *, struct arena *user);

/* What the specs that were believed last say of the service; NULL: none were yet. */
const struct service_spec *intake_service(const struct intake *);

/* Every file and folder that a change may come from, the database's first; valid until the next
 * read.  *ret_database: the first one is the database. */
size_t intake_paths(const struct intake *, const char *const **ret, bool *ret_database);

#endif
