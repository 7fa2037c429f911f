/* slot.h - one canonical name and the boxes that share it.
 *
 * Boxes belong to a slot by their label agentName; the name tells the state, and since when:
 *
 *     avr-sts-<agent id>     live    new calls resolve to it
 *     avrd-next-<12 hex>     next    being prepared and probed
 *     avrd-drain-<12 hex>    drain   replaced, finishing its calls; there may be several
 *     avrd-failed-<12 hex>   failed  a candidate that did not become ready, kept for its logs
 *
 * A running box of the slot under any other name was renamed by somebody: a stray.  The 12 digits
 * are the wall clock in milliseconds when the name was given, so that drain deadlines and back-off
 * survive a restart with no file.  No such name contains the canonical name or the agent's id:
 * AVR's backend finds containers by substring. */
#ifndef CORE_SLOT_H
#define CORE_SLOT_H

#include "core/box_index.h"
#include "core/drift.h"

/* The label that counts tries of the same settings. */
#define LABEL_ATTEMPT "avr-reconciler.attempt"

/* Which order to restart it was made for: the order's time.  The containers themselves say so, not
 * the times they were created at, because the engine's clock may not be ours. */
#define LABEL_RESTART "avr-reconciler.restart"

enum place { PLACE_LIVE, PLACE_NEXT, PLACE_DRAIN, PLACE_FAILED, PLACE__N };

struct slot {
    enum role role;
    const char *name; /* canonical */
    const struct box *live, *next, *failed;
    const struct box *const *drains; /* newest first */
    size_t n_drains;
    const struct box *const *stale; /* older candidates and failures: leftovers to clear away */
    size_t n_stale;
    const struct box *stray;       /* runs under a name that somebody else gave it */
    const struct foreign *foreign; /* holds our name and is not ours */
};

/* All slots of the agent, ret[role].name set for every role. */
void slots_find(struct arena *, const struct desired *, const struct agent *,
                const struct observed *, struct slot ret[ROLE__N]);

void slot_find(struct arena *, const char *canonical, enum role, const struct observed *,
               struct slot *ret);

/* The box whose ways are taken over: the live one, in the gap of a swap its successor or the one
 * that just served; NULL: there is none. */
const struct box *slot_carried(const struct slot *);

/* The same look with the boxes of this agent alone: the cost of a plan must not grow with the
 * square of the fleet.  The index is of this look. */
struct observed observed_of_agent(struct arena *, const struct desired *, const struct agent *,
                                  const struct observed *, const struct box_index *);

/* By name and label agentName (may be NULL): is it a box of this agent, in whatever place? */
bool agent_owns(struct arena *, const struct desired *, const struct agent *, const char *box_name,
                const char *slot_label);

/* When the box got its temporary name; 0 for any other name. */
int64_t box_since_ms(const struct box *);

bool box_is_next(const struct box *); /* a candidate */

/* What our own temporary names mean; false if it is no name of ours.  since_ms may be NULL. */
bool place_parse(const char *box_name, enum place *ret, int64_t *since_ms);
bool place_is_temporary(const char *box_name); /* next, drain or failed */
const char *place_name(struct arena *, enum place, int64_t now_ms);

/* The canonical name, and its way back: "avr-sts-<id>" -> role and id. */
const char *canonical_name(struct arena *, const char *prefix, enum role, const char *agent_id);
bool canonical_parse(const char *name, const char *prefix, enum role *ret, const char **ret_id);

#endif
