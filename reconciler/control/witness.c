#include "control/witness.h"

#include <stdlib.h>

#include "base/text.h"
#include "base/clock.h"
#include "control/sockets.h"
#include "source/database.h"

/* Somebody took it off its last network: what was connected lingers for a quarter of an hour, and
 * carries nothing.  Some modes have no network to list, and say so by their name. */
static bool is_cut_off(const struct box *b)
{
    static const char *const without[] = {
        "host", "none", "container:", "ns:", "slirp4netns", "pasta", "private"};

    for (size_t i = 0; i < sizeof without / sizeof without[0]; i++)
        if (!b->network_mode || text_starts(b->network_mode, without[i]))
            return false;
    return b->n_networks == 0;
}

void witness_sockets(struct box *boxes, size_t n, int64_t now_ms)
{
    for (size_t i = 0; i < n; i++) {
        struct box *b = &boxes[i];
        const char *port = pair_get(b->env, b->n_env, "PORT");
        bool runs = (b->state == BOX_RUNNING || b->state == BOX_PAUSED) && !is_cut_off(b);
        struct err why; /* what cannot be counted is -1, and that counts as busy */

        b->sockets = runs ? sockets_count("/proc", b->pid, b->id, port ? port : "0", &why) : 0;
        if (b->sockets != 0)
            b->quiet_ms = 0;
        else if (!b->quiet_ms)
            b->quiet_ms = now_ms;
    }
}

enum { FRESH_MS = 500 };

struct witness_calls {
    struct arena *arena; /* of the last good answer */
    struct database last;
    int64_t read_ms; /* monotonic; 0: never */
    witness_heard *heard;
    void *heard_ctx;
    struct arena *heard_arena; /* of what was heard last */
};

struct witness_calls *witness_calls_new(void)
{
    struct witness_calls *w = calloc(1, sizeof *w);

    if (!w)
        abort();
    return w;
}

void witness_calls_free(struct witness_calls *w)
{
    if (!w)
        return;
    arena_free(w->arena);
    arena_free(w->heard_arena);
    free(w);
}

void witness_calls_hear(struct witness_calls *w, witness_heard *heard, void *ctx)
{
    w->heard = heard;
    w->heard_ctx = ctx;
}

void witness_calls_heard(const struct witness_calls *w, struct arena *a, struct heard *ret)
{
    *ret = (struct heard){0};
    if (w->heard)
        w->heard(w->heard_ctx, a, ret);
}

static void hear_again(struct witness_calls *w, struct observed *o)
{
    struct arena *before = w->heard_arena;

    w->heard_arena = arena_new();
    witness_calls_heard(w, w->heard_arena, &o->heard);
    arena_free(before);
}

static int read_again(struct witness_calls *w, const char *path, struct err *err)
{
    struct arena *arena = arena_new();
    struct database now = {0};

    if (database_read_calls(arena, path, &now, err) < 0) {
        arena_free(arena);
        return -1;
    }
    arena_free(w->arena);
    w->arena = arena;
    w->last = now;
    w->read_ms = mono_ms();
    return 0;
}

int witness_calls_refresh(struct witness_calls *w, const struct database *db, struct observed *o,
                          struct err *err)
{
    bool known = db->path && db->calls_known;
    bool stale =
        !w->read_ms || mono_ms() - w->read_ms > FRESH_MS || !text_is(w->last.path, db->path);

    if (known && stale && read_again(w, db->path, err) < 0)
        return -1;
    o->calls = known ? w->last.calls : NULL;
    o->n_calls = known ? w->last.n_calls : 0;
    o->calls_known = known && w->last.calls_known;
    hear_again(w, o);
    return 0;
}
