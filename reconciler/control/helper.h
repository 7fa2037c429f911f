/* helper.h - a small program that is asked something: a text to its stdin, the answer from its
 * stdout, no shell, bounded in size and time.
 *
 * The loop is not held up: the child is waited for through a descriptor of its own (a pidfd), which
 * no signal handler has part in.  Whoever else waits for children, for all of them even
 * (service/reap.h as process 1), may take the exit status first and disturbs nothing: what counts
 * is the answer, and through the descriptor nobody else's child can be meant by mistake. */
#ifndef CONTROL_HELPER_H
#define CONTROL_HELPER_H

#include "base/err.h"

struct ev_loop;
struct helper;

enum { HELPER_TIMEOUT_MS = 5000, HELPER_MAX_ANSWER = 64 << 10 };

/* Called once, from the loop, when the program has ended; the answer is lent, and wiped afterwards.
 * Not NULL: there was none, and why (no such program, too long, too late). */
typedef void helper_done(void *ctx, const char *answer, const struct err *);

/* args: the program, which is looked for in PATH, its arguments, NULL.  The input is at most 4 KiB
 * long. */
struct helper *helper_start(struct ev_loop *, const char *const *args, const char *input,
                            helper_done *, void *ctx);

/* Ends the program; done is not called any more.  NULL is fine. */
void helper_cancel(struct helper *);

#endif
