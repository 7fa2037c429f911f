/* witness.h - what tells live calls: established connections, open rows in AVR's database, and what
 * core itself told of by webhook.
 *
 * All are asked again at every look at a gate.  A witness that this deployment cannot have is
 * left out once and for all; one that fails for a moment leaves its last word standing, and the
 * caller is told so that it decides nothing meanwhile. */
#ifndef CONTROL_WITNESS_H
#define CONTROL_WITNESS_H

#include "core/observed.h"

/* Counts the connections of every running box to its PORT and sets sockets, quiet_ms. */
void witness_sockets(struct box *boxes, size_t n, int64_t now_ms);

struct witness_calls; /* the open calls of one database, read at most every 500 ms */

struct witness_calls *witness_calls_new(void);
void witness_calls_free(struct witness_calls *);

/* Somebody who hears of calls: fills *ret with those that are live now, in the arena. */
typedef void witness_heard(void *ctx, struct arena *, struct heard *ret);

/* NULL: nobody hears of any.  From now on *observed is told of them, too, with each refresh. */
void witness_calls_hear(struct witness_calls *, witness_heard *, void *ctx);
void witness_calls_heard(const struct witness_calls *, struct arena *, struct heard *ret);

/* The open calls in this database, if it has any to tell of.  What *observed then points to lives
 * until the next refresh.  -1 if the database cannot be read at the moment. */
int witness_calls_refresh(struct witness_calls *, const struct database *, struct observed *,
                          struct err *) MUST_CHECK;

#endif
