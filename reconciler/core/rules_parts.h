/* rules_parts.h - what the files of the rule table share.
 *
 *     rules.c          the table: which row an agent is in
 *     rules_release.c  letting a box go
 *     rules_step.c     steps as values */
#ifndef CORE_RULES_PARTS_H
#define CORE_RULES_PARTS_H

#include "core/view.h"

/* ---- rules_step.c ---- */

struct step step_make(enum step_kind, enum role, const char *why);
struct step step_rest(enum role); /* nothing is to be done */
struct step step_hold(enum role, enum hold reason, const char *why);
struct step step_hold_failed(enum role, const struct role_view *); /* its settings failed before */
struct step step_on_box(enum step_kind, enum role, const struct box *, const char *why);
struct step step_rename_to(struct agent_view *, enum role, const struct box *, enum place,
                           const char *why);
struct step step_wait_until(enum role, const struct box *, enum gate, int64_t until_ms,
                            const char *why);
struct step step_with_wanted(struct step, const struct role_view *);

/* Starts a box, once it is on all its networks if it is the one that is wanted. */
struct step step_start(struct agent_view *, enum role, const struct box *, const char *why);

bool step_acts(const struct step *); /* anything but nothing */
/* It only waits for calls, or for people: others of the agent may go on meanwhile. */
bool step_yields(const struct step *);
/* Of two steps that yield: what ends by itself is waited for before what only a person can end. */
struct step step_first_of(const struct step *, const struct step *);

/* ---- rules_release.c ---- */

/* May a box go?  ret: the calls on `carrier` (see below); until_ms: as of drain_check(). */
enum drain_verdict drain_find(const struct agent_view *, const struct box *, enum role carrier_role,
                              const struct box *carrier, struct calls *ret, int64_t *ret_until_ms);

/* Stops a box once its calls have ended.  In pipeline mode core holds the calls of all roles, so
 * `carrier` is the box whose calls count. */
struct step stop_when_idle(struct agent_view *, enum role, const struct box *,
                           enum role carrier_role, const struct box *carrier, const char *why);

/* A box that new calls no longer reach: its calls end, then stop, then remove if it should go. */
struct step let_go(struct agent_view *, enum role, const struct box *, bool remove,
                   const char *why);

/* A candidate that is not wanted any more.  It never had the name, so no drain applies. */
struct step drop_candidate(struct agent_view *, enum role, const struct box *, const char *why);

/* What was replaced, oldest first.  A drain that waits for calls does not keep the others, so the
 * first wait is returned only if nothing else is to be done. */
struct step finish_drains(struct agent_view *, enum role);

/* Failed candidates are stopped and kept; leftovers of earlier ones are removed. */
struct step tidy_failures(struct agent_view *, enum role);

#endif
