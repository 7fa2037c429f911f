#include "control/relook.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "control/gather.h"

struct relook {
    struct client *client;
    const struct desired *desired;
    const struct agent *agent;
    struct world *world;
    ARRAY(const char *) ids;
    size_t next; /* of ids, to inspect */
    struct client_call *call;
    relook_done *done;
    void *ctx;
};

static void finish(struct relook *l, const struct err *err)
{
    relook_done *done = l->done;
    void *ctx = l->ctx;

    free(l);
    done(ctx, err);
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
    if (err)
        world_drop_box(l->world, l->ids.items[l->next]);
    else
        world_set_box(l->world, &facts->box);
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
    l->call = client_send(l->client, &call, l->world->arena, on_box, l);
}

static void forget_gone(struct relook *l)
{
    for (size_t i = l->world->now.n_boxes; i-- > 0;) {
        const char *id = l->world->boxes[i].id;
        bool listed = false;
        for (size_t k = 0; k < l->ids.n && !listed; k++)
            listed = strcmp(l->ids.items[k], id) == 0;
        if (!listed)
            world_drop_box(l->world, id);
    }
}

static void on_list(void *ctx, const struct facts *facts, const struct err *err)
{
    struct relook *l = ctx;
    struct arena *a = l->world->arena;
    ARRAY(struct foreign) foreign = {0};

    l->call = NULL;
    if (err) {
        finish(l, err);
        return;
    }
    for (size_t i = 0; i < facts->n_entries; i++) {
        const struct list_entry *e = &facts->entries[i];
        const char *slot = pair_get(e->labels, e->n_labels, "agentName");
        if (!agent_owns(a, l->desired, l->agent, e->name, slot))
            continue;
        if (is_ours(e, l->desired))
            ARRAY_PUSH(a, l->ids, e->id);
        else
            ARRAY_PUSH(a, foreign, ((struct foreign){e->id, e->name}));
    }
    l->world->now.foreign = foreign.items;
    l->world->now.n_foreign = foreign.n;
    forget_gone(l);
    inspect_next(l);
}

struct relook *relook_start(struct client *client, const struct desired *desired,
                            const struct agent *agent, struct world *world, relook_done *done,
                            void *ctx)
{
    struct relook *l = calloc(1, sizeof *l);

    if (!l)
        abort();
    *l = (struct relook){.client = client,
                         .desired = desired,
                         .agent = agent,
                         .world = world,
                         .done = done,
                         .ctx = ctx};
    l->call = client_send(client, &(struct call){.kind = CALL_LIST}, world->arena, on_list, l);
    return l;
}

void relook_cancel(struct relook *l)
{
    if (l->call)
        client_cancel(l->call);
    free(l);
}
