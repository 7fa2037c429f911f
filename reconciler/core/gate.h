/* gate.h - may this box be stopped, or renamed, without cutting a call?
 *
 * Witnesses of a live call: an open row in AVR's `call` table, an established connection to the
 * box's PORT, and a call that core told of by webhook and has not ended (core/heard.h).  Unknown
 * counts as busy.  A witness this deployment cannot have is left out; with none at all a box is
 * given its whole drain timeout.  An agent of which no webhook was ever received has no third
 * witness, and one we have listened to for less than a call may last (max_call_age) only adds to
 * what the others say: a call that was going on before may be silent. */
#ifndef CORE_GATE_H
#define CORE_GATE_H

#include "core/desired.h"
#include "core/observed.h"

enum {
    QUIET_MS = 5000,      /* longer than a call takes to show up in the database */
    LOST_END_MS = 120000, /* an open row with no connection for this long lost its end */
    SETUP_MS = 10000,     /* a call that was announced and not started by then never will be */
};

struct calls {         /* what the witnesses say of one box, or of an agent */
    int n;             /* live calls; -1: not known */
    int64_t oldest_ms; /* start of the oldest; 0: not known */
    int lost;          /* open rows, calls heard of, taken for lost ends: they are not in n */
    int64_t lost_ms;   /* start of the oldest of these; 0: not known */
    int64_t quiet_ms;  /* since when all rows in n are without a connection; 0: some has one, or
                          nobody can say */
    bool witness;      /* false: there is none, nothing can be known */
};

/* Calls on a box of `role`.  until_ms: calls that began later are not on it (it had lost its name
 * by then); 0: all count. */
struct calls calls_on(const struct agent *, enum role, const struct box *, const struct observed *,
                      int64_t until_ms);

/* Open calls of the agent, for people: the database's rows and what was heard, of which those older
 * than its max_call_age are lost ends, and whether the boxes whose connections were counted have
 * any. */
struct calls calls_of(const struct agent *, const struct observed *);

/* If a call of the agent stands between call_initiated and call_started: until when at most that
 * must be waited for; else 0. */
int64_t calls_setup_until(const struct agent *, const struct observed *);

enum drain_verdict { DRAIN_DONE, DRAIN_WAIT, DRAIN_FORCE, DRAIN_ABORT };

/* since_ms: when the waiting began.  *ret_until: when a timer ends it, 0 if only calls do. */
enum drain_verdict drain_check(const struct agent *, const struct calls *, int64_t since_ms,
                               int64_t now_ms, int64_t *ret_until);

#endif
