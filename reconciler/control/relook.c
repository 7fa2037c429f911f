#include "control/relook.h"

#include <stdlib.h>

#include "base/array.h"
#include "control/gather.h"

struct relook {
    struct client *client;
    const struct desired *desired;
    const struct agent *agent;
    struct arena *arena; /* of what is found */
    ARRAY(const char *) ids;
    ARRAY(struct box) boxes;
    ARRAY(struct foreign) foreign;
    size_t next; /* of ids, to inspect */
    struct client_call *call;
    relook_done *done;
    void *ctx;
};

static void finish(struct relook *l, const struct err *err)
{
    relook_done *done = l->done;
    void *ctx = l->ctx;
    struct arena *arena = l->arena;
    struct observed found = {.boxes = l->boxes.items,
                             .n_boxes = l->boxes.n,
                             .foreign = l->foreign.items,
                             .n_foreign = l->foreign.n};

    free(l);
    if (err)
        arena_free(arena);
    done(ctx, err ? NULL : arena, err ? NULL : &found, err);
}

static void inspect_next(struct relook *l);

static void on_box(void *ctx, const struct facts *facts, const struct err *err)
{
    struct relook *l = ctx;

    l->call = NULL;
    if (err && err->code != ERR_NOT_FOUND) {
        finish(l, err);
        return;
    }
    if (!err) {
        struct box b = facts->box;
        b.health_text = "";
        b.sockets = -1;
        ARRAY_PUSH(l->arena, l->boxes, b);
    }
    l->next++;
    inspect_next(l);
}

static void inspect_next(struct relook *l)
{
    if (l->next == l->ids.n) {
        finish(l, NULL);
        return;
    }
    const struct call call = {.kind = CALL_INSPECT, .id = l->ids.items[l->next]};
    l->call = client_send(l->client, &call, l->arena, on_box, l);
}

static void on_list(void *ctx, const struct facts *facts, const struct err *err)
{
    struct relook *l = ctx;

    l->call = NULL;
    if (err) {
        finish(l, err);
        return;
    }
    for (size_t i = 0; i < facts->n_entries; i++) {
        const struct list_entry *e = &facts->entries[i];
        const char *slot = pair_get(e->labels, e->n_labels, "agentName");
        if (!agent_owns(l->arena, l->desired, l->agent, e->name, slot))
            continue;
        if (is_ours(e, l->desired))
            ARRAY_PUSH(l->arena, l->ids, e->id);
        else
            ARRAY_PUSH(l->arena, l->foreign, ((struct foreign){e->id, e->name}));
    }
    inspect_next(l);
}

struct relook *relook_start(struct client *client, const struct desired *desired,
                            const struct agent *agent, relook_done *done, void *ctx)
{
    struct relook *l = calloc(1, sizeof *l);

    if (!l)
        abort();
    *l = (struct relook){.client = client,
                         .desired = desired,
                         .agent = agent,
                         .arena = arena_new(),
                         .done = done,
                         .ctx = ctx};
    l->call = client_send(client, &(struct call){.kind = CALL_LIST}, l->arena, on_list, l);
    return l;
}

void relook_cancel(struct relook *l)
{
    client_cancel(l->call);
    arena_free(l->arena);
    free(l);
}
