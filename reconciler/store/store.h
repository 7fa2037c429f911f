/* store.h - state.db in the state directory: what is remembered for people.
 *
 * Deleting it loses nothing that correctness needs.  So nothing here ever stops the program: a
 * store always opens, and one that cannot be read or written fails every call with a sentence.
 * Several processes may have it open at once; a writer waits at most a second for another one.
 *
 * All calls return 0, or -1 with the error filled; results live in the caller's arena.  Texts for
 * people (causes, failures, lines, who and why) are made visible and cut before they are kept. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"

struct store;

enum store_use {
    STORE_READ, /* makes and changes no file; one that is not there reads as empty */
    STORE_WRITE,
};

/* Opens DIR/state.db; the folder must be there.  *ret is never NULL, whatever is returned, and
 * must be closed.  `key` is that of the state directory, for seals and comparisons; it is copied.
 *
 * STORE_WRITE makes the file (0600) where there is none.  A damaged one is moved aside to
 * state.db.damaged-<now_ms> and a new one is begun: that returns -1 with ERR_TRANSIENT, and the
 * store works.  Else -1 means that it cannot be used until store_check() succeeds (ERR_DENIED:
 * folder, foreign file; ERR_TRANSIENT), or that a newer version wrote it: then it is only read. */
int store_open(const char *dir, const struct digest_key *key, enum store_use, int64_t now_ms,
               struct store **ret, struct err *);
void store_close(struct store *); /* NULL is fine */

/* To be called once in a while by whoever keeps a store open to write: one stat() when all is
 * well.  A file that was deleted or replaced, could not be opened, or turned out to be damaged
 * is opened again as by store_open(). */
int store_check(struct store *, int64_t now_ms, struct err *);

/* After a call that failed: was it for a cause that has not been told yet?  A cause counts as told
 * until the next call that writes successfully.  So a full disk is one line in a log. */
bool store_is_news(struct store *);

struct store_keep {
    unsigned changes;          /* an agent, at most, */
    int64_t changes_since_ms;  /* and none that began before */
    unsigned generations;      /* an agent, at most; the last good one and the goal of a rollback
                                  are kept besides */
    const char *const *agents; /* those that are asked for: the generations and orders of others
                                  go when nothing of them is younger than changes_since_ms */
    size_t n_agents;
    unsigned calls; /* in all, at most, */
    int64_t calls_since_ms;
};

/* Forgets what is beyond these bounds and gives the space back. */
int store_prune(struct store *, const struct store_keep *, struct err *);

#endif
