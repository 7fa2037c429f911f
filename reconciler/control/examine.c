#include "control/examine.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "control/batch.h"
#include "control/session_parts.h"

/* In a container, or beside an engine on another host, a network's gateway is somebody else. */
static bool is_here(const char *gateway)
{
    struct sockaddr_in address = {.sin_family = AF_INET};

    if (inet_pton(AF_INET, gateway, &address.sin_addr) != 1)
        return false;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ours = fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof address) == 0;
    if (fd >= 0)
        close(fd);
    return ours;
}

static void on_network(void *ctx, size_t index, const struct facts *facts)
{
    struct network *networks = ctx;

    networks[index] = facts->network;
    networks[index].gateway_is_here = is_here(networks[index].gateway);
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

int examine_network(struct session *s, struct arena *a, const char *name, struct network *ret,
                    struct err *err)
{
    struct batch batch = {.client = &s->client, .arena = a, .on_facts = on_network, .ctx = ret};

    batch_send(&batch, 0, &(struct call){.kind = CALL_NETWORK, .name = name}, NULL);
    return batch_wait(&batch, err);
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
