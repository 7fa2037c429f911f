/* fetches.h - who asked for its settings, and who had a call and did not.
 *
 * A part that should ask at each call and does not has no key to work with, so every call of its
 * fails.  sts asks as a call begins: one call of ten seconds without a question is enough.  The
 * parts of a pipeline ask when it is their turn: three such calls in a row. */
#ifndef SERVICE_FETCHES_H
#define SERVICE_FETCHES_H

#include "core/inputs.h"

struct fetches;

struct fetches *fetches_new(void);
void fetches_free(struct fetches *); /* NULL is fine */

void fetches_note(struct fetches *, const char *agent_id, enum role, int64_t now_ms);

struct fetches_judge {
    /* Is what serves now for this part a container that should ask us? */
    bool (*should_ask)(void *ctx, const char *agent_id, enum role);
    /* It had a call and did not. */
    void (*did_not)(void *ctx, const char *agent_id, enum role);
    void *ctx;
};

/* The calls that are open now, all of them.  One that is noticed late is not judged: its question
 * may have been missed as well. */
void fetches_calls(struct fetches *, const struct call_row *, size_t n, int64_t now_ms,
                   const struct fetches_judge *);

#endif
