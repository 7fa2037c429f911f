/* calls_book.h - which generation answers a call: every open call is noted once in the ledger, with
 * the generation that served new calls of its agent when it began.  Calls are told of by the
 * database and by core's webhooks; one has ended when whoever told of it last says so. */
#ifndef SERVICE_CALLS_BOOK_H
#define SERVICE_CALLS_BOOK_H

#include "core/inputs.h"
#include "store/store.h"

struct calls_book;

struct calls_book *calls_book_new(struct store *);
void calls_book_free(struct calls_book *); /* NULL is fine */

/* The calls that are open in the database now, all of them.  Those that cannot be attributed to an
 * agent are left out.  Nothing is written by this. */
void calls_book_read(struct calls_book *, const struct call_row *, size_t n, int64_t now_ms);

/* A call that core told of by webhook, as often as one likes; ended_ms 0: it is live.  Nothing is
 * written by this. */
void calls_book_heard(struct calls_book *, const struct call_row *, int64_t ended_ms,
                      int64_t now_ms);

/* May a call of this agent, seen first at that time, be attributed by what is remembered now?  Not
 * while its containers are being changed and nobody has looked since. */
typedef bool calls_may_note(void *ctx, const char *agent_id, int64_t seen_ms);

/* Writes what is to be written, at most some hundred calls at a time.  *ret_left tells whether
 * something waits for another turn.  -1: the store failed; it is tried again at the next one. */
int calls_book_write(struct calls_book *, calls_may_note *, void *ctx, bool *ret_left,
                     struct err *) MUST_CHECK;

#endif
