#include "control/batch.h"

#include <ev.h>

struct member {
    struct batch *batch;
    size_t index;
};

static void on_done(void *ctx, const struct facts *facts, const struct err *err)
{
    struct member *m = ctx;
    struct batch *b = m->batch;

    b->pending--;
    if (facts)
        b->on_facts(b->ctx, m->index, facts);
    else if ((!b->forgive || !b->forgive(b->ctx, m->index, err)) && !b->err.code)
        b->err = *err;
    if (b->pending == 0)
        ev_break(b->client->loop, EVBREAK_ONE);
}

void batch_send(struct batch *b, size_t index, const struct call *call, struct arena *facts)
{
    struct member *m = arena_alloc(b->arena, sizeof *m);

    *m = (struct member){b, index};
    b->pending++;
    client_send(b->client, call, facts ? facts : b->arena, on_done, m);
}

int batch_wait(struct batch *b, struct err *err)
{
    while (b->pending)
        ev_run(b->client->loop, 0);
    if (!b->err.code)
        return 0;
    *err = b->err;
    return -1;
}
