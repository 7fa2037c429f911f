/* batch.h - several engine calls at once, waited for together.
 *
 * on_facts runs for each good answer; the first error is kept, the others are let finish. */
#ifndef CONTROL_BATCH_H
#define CONTROL_BATCH_H

#include "control/client.h"

typedef void batch_facts(void *ctx, size_t index, const struct facts *);

struct batch {
    struct client *client;
    struct arena *arena;
    batch_facts *on_facts;
    void *ctx;
    /* NULL: any error fails the batch.  Else true if this one may be passed over. */
    bool (*forgive)(void *ctx, size_t index, const struct err *);
    size_t pending;
    struct err err;
};

/* The facts live in `facts`, NULL: in the batch's arena. */
void batch_send(struct batch *, size_t index, const struct call *, struct arena *facts);
int batch_wait(struct batch *, struct err *) MUST_CHECK;

#endif
