#include "control/examine.h"

#include "base/text.h"
#include "control/batch.h"
#include "control/session_parts.h"

static void on_network(void *ctx, size_t index, const struct facts *facts)
{
    struct network *networks = ctx;

    networks[index] = facts->network;
}

static int ask_networks(struct session *s, struct arena *a, const struct plan *plan,
                        struct doctor_facts *ret, struct err *err)
{
    const char *const *names;
    size_t n = doctor_networks(a, plan, &names);
    struct network *networks = arena_alloc(a, (n + 1) * sizeof *networks);
    struct batch batch = {
        .client = &s->client, .arena = a, .on_facts = on_network, .ctx = networks};

    for (size_t i = 0; i < n; i++)
        batch_send(&batch, i, &(struct call){.kind = CALL_NETWORK, .name = names[i]}, NULL);
    if (batch_wait(&batch, err) < 0)
        return -1;
    ret->networks = networks;
    ret->n_networks = n;
    return 0;
}

static int ask_neighbours(struct session *s, struct arena *a, struct doctor_facts *ret,
                          struct err *err)
{
    struct facts list;

    if (client_ask(&s->client, &(struct call){.kind = CALL_LIST}, a, &list, err) < 0)
        return -1;
    struct neighbour *all = arena_alloc(a, (list.n_entries + 1) * sizeof *all);
    for (size_t i = 0; i < list.n_entries; i++)
        all[i] = (struct neighbour){.name = list.entries[i].name,
                                    .image = list.entries[i].image,
                                    .running = text_is(list.entries[i].state, "running")};
    ret->neighbours = all;
    ret->n_neighbours = list.n_entries;
    return 0;
}

/* One container tells for all of them. */
static bool can_count(const struct observed *o)
{
    for (size_t i = 0; i < o->n_boxes; i++) {
        struct box box = o->boxes[i];
        if (box.state != BOX_RUNNING)
            continue;
        witness_sockets(&box, 1, o->now_ms);
        return box.sockets >= 0;
    }
    return true;
}

int examine(struct session *s, struct arena *a, const struct look *look, struct doctor_facts *ret,
            struct err *err)
{
    if (ask_networks(s, a, &look->plan, ret, err) < 0 || ask_neighbours(s, a, ret, err) < 0)
        return -1;
    ret->sockets_readable = can_count(&look->observed);
    return 0;
}
