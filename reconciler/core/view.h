/* view.h - one agent as the rules see it: what is wanted, what is there, how they differ. */
#ifndef CORE_VIEW_H
#define CORE_VIEW_H

#include "core/gate.h"
#include "core/plan.h"

struct role_view {
    struct wanted wanted; /* spec NULL: this role is not wanted */
    struct slot slot;
    struct drifts drifts;  /* of the live box; none when there is no live box */
    bool differs;          /* the live box can only be replaced */
    bool next_fits;        /* the candidate is what is wanted */
    bool held;             /* these settings failed a moment ago: the live box stays */
    int64_t held_until_ms; /* when a timer ends that; 0: none does */
    const char *held_why;
    bool has_last_good;
    struct wanted last_good; /* what was wanted when it last proved itself */
    bool live_is_new;        /* the live box is as wanted and is not that */
    bool falls_back;         /* what is asked for failed: `wanted` is what was last good */
};

struct agent_view {
    struct arena *arena;
    const struct desired *desired;
    const struct agent *agent;
    const struct observed *observed;
    const struct plan_options *options;
    bool goes_back; /* by an order to roll back that is in force */
    struct role_view role[ROLE__N];
};

void view_make(struct arena *, const struct desired *, const struct agent *,
               const struct observed *, const struct digest_key *, const struct plan_options *,
               struct agent_view *ret);

struct step view_next(struct agent_view *); /* agent_next() of a view that is there already */

/* A running core dials this box: by the canonical name while the box is live, or by an alias that
 * the live box does not have as well. */
bool view_is_dialled(const struct agent_view *, enum role, const struct box *);

/* The same by its name alone: such a box must not be renamed, one dialled by an alias may be. */
bool view_is_dialled_by_name(const struct agent_view *, enum role, const struct box *);

/* The address of a core, whether it runs or not, is one of this box. */
bool view_was_to_dial(const struct agent_view *, const struct box *core, enum role,
                      const struct box *);

/* True if the box (NULL: there is none) is what is wanted, whatever name it has now. */
bool view_fits(struct agent_view *, const struct wanted *, const struct box *);

/* The failure that is kept was this, by whatever alias it was to be reached. */
bool view_failed_with(struct agent_view *, const struct wanted *, enum role);

/* These settings failed a moment ago, or the box that failed with them runs again and core dials
 * it: another one would answer to the same alias.  `what` says which they are. */
void view_hold_back(struct agent_view *, enum role, const char *what);

/* The box of this role that a core dials, a running one before others; NULL: none of ours. */
const struct box *view_dialled_box(const struct agent_view *, const struct box *core, enum role);

/* This core was wired to an alias of ours (a name of the form avrd-…) that no box has any more. */
bool view_dials_a_dead_alias(const struct agent_view *, const struct box *core, enum role);

/* The failure that is kept has the alias that the candidate must have, and runs (again). */
bool view_failure_has_alias(const struct agent_view *, enum role);

/* Which try of what is wanted the next candidate is, from 1. */
int view_attempt(struct agent_view *, enum role);

enum { BOX_MOST_ATTEMPTS = 1000 };
int box_attempt(const struct box *); /* which try of the same settings it was, from 1 */

/* Until when a failed candidate is kept for its logs while nothing newer fails. */
int64_t box_kept_until_ms(const struct box *);

/* How long the same settings are left alone after their attempt-th failure, which was then. */
int64_t backoff_ms(int attempt, int64_t failed_ms);

/* The next moment at which something has to be done though nothing happens; 0: there is none. */
int64_t view_again_ms(const struct agent_view *);

#endif
