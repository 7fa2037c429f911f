#include "control/batch.h"

#include <ev.h>

/* Twice as many as run at a time on one engine, so that the next is at hand while an answer is
 * read; more would only hold memory. */
enum { WINDOW = 8 };

struct member {
    struct batch *batch;
    struct member *next; /* waits behind this one */
    size_t index;
    struct call call;
    struct arena *facts;
};

static void on_done(void *ctx, const struct facts *, const struct err *);

static void send_waiting(struct batch *b)
{
    while (b->waiting && b->under_way < WINDOW && !b->err.code) {
        struct member *m = b->waiting;
        b->waiting = m->next;
        b->under_way++;
        client_send(b->client, &m->call, m->facts, on_done, m);
    }
}

static void on_done(void *ctx, const struct facts *facts, const struct err *err)
{
    struct member *m = ctx;
    struct batch *b = m->batch;

    b->under_way--;
    if (facts)
        b->on_facts(b->ctx, m->index, facts);
    else if ((!b->forgive || !b->forgive(b->ctx, m->index, err)) && !b->err.code)
        b->err = *err;
    send_waiting(b);
    if (b->under_way == 0)
        ev_break(b->client->loop, EVBREAK_ONE);
}

void batch_send(struct batch *b, size_t index, const struct call *call, struct arena *facts)
{
    struct member *m = arena_alloc(b->arena, sizeof *m);

    *m = (struct member){
        .batch = b, .index = index, .call = *call, .facts = facts ? facts : b->arena};
    if (b->waiting)
        b->last->next = m;
    else
        b->waiting = m;
    b->last = m;
    send_waiting(b);
}

int batch_wait(struct batch *b, struct err *err)
{
    while (b->under_way)
        ev_run(b->client->loop, 0);
    if (!b->err.code)
        return 0;
    *err = b->err;
    return -1;
}
