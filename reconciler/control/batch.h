/* batch.h - several engine calls at once, waited for together.
 *
 * on_facts runs for each good answer.  The first error is kept: what was sent is let finish,
 * nothing more is sent.  Of many calls only a few have a request at a time. */
#ifndef CONTROL_BATCH_H
#define CONTROL_BATCH_H

#include "control/client.h"

typedef void batch_facts(void *ctx, size_t index, const struct facts *);

struct member;

struct batch {
    struct client *client;
    struct arena *arena;
    batch_facts *on_facts;
    void *ctx;
    /* NULL: any error fails the batch.  Else true if this one may be passed over. */
    bool (*forgive)(void *ctx, size_t index, const struct err *);
    struct member *waiting, *last;
    size_t under_way;
    struct err err;
};

/* What the call points to must live until batch_wait().  The facts live in `facts`, NULL: in the
 * batch's arena. */
void batch_send(struct batch *, size_t index, const struct call *, struct arena *facts);
int batch_wait(struct batch *, struct err *) MUST_CHECK;

#endif
