#include "core/serving.h"

#include <string.h>

#include "base/text.h"
#include "core/slot.h"

enum { SHORT_ID = 12 };

/* What comes behind host and port where core dials its connector by the slot's name, or by an alias
 * of ours; NULL: it does not. */
static const char *path_of(struct arena *a, const struct box *core, const struct slot *slot)
{
    const char *url = pair_get(core->env, core->n_env, "STS_URL");

    if (!url || !text_starts(url, "ws://"))
        return NULL;
    url += strlen("ws://");
    const char *host = arena_strndup(a, url, strcspn(url, ":/"));
    bool is_its = text_is(host, slot->name) || (slot->live && box_has_alias(slot->live, host));
    return is_its ? strchrnul(url, '/') : NULL;
}

static bool can_reach(const struct box *from, const struct box *to)
{
    for (size_t i = 0; i < from->n_networks; i++)
        for (size_t k = 0; k < to->n_networks; k++)
            if (text_is(from->networks[i].name, to->networks[k].name) &&
                !text_is(to->networks[k].name, "bridge"))
                return true;
    return false;
}

static bool is_port(const char *port)
{
    return port && *port && strspn(port, "0123456789") == strlen(port);
}

/* In the gap between two renames: the one that is about to get the name, if it is known to work. */
static const struct box *holder(const struct slot *slot)
{
    if (slot->live)
        return slot->live;
    if (slot->next && slot->next->health == HEALTH_GOOD)
        return slot->next;
    return slot->n_drains ? slot->drains[0] : NULL;
}

static bool serves(const struct box *b)
{
    return b->state == BOX_RUNNING && b->health != HEALTH_BAD && strlen(b->id) >= SHORT_ID;
}

bool serving_is_dialled(struct arena *a, const struct box *core, const struct slot *slot)
{
    return path_of(a, core, slot);
}

const char *serving_url_of(struct arena *a, const struct box *core, const struct slot *slot,
                           const struct box *b)
{
    const char *path = path_of(a, core, slot), *port = pair_get(b->env, b->n_env, "PORT");

    if (!path || !is_port(port) || !serves(b) || !can_reach(core, b))
        return NULL;
    return arena_printf(a, "ws://%.*s:%s%s", SHORT_ID, b->id, port, path);
}

const char *serving_sts_url(struct arena *a, const struct desired *d, const struct agent *agent,
                            const struct observed *o, const char **ret_box_id)
{
    struct slot slots[ROLE__N];

    if (agent->wish != WISH_RUN || !agent_container(agent, ROLE_STS))
        return NULL;
    slots_find(a, d, agent, o, slots);
    const struct box *core = holder(&slots[ROLE_CORE]), *sts = holder(&slots[ROLE_STS]);
    const char *url = core && sts ? serving_url_of(a, core, &slots[ROLE_STS], sts) : NULL;
    if (url)
        *ret_box_id = sts->id;
    return url;
}
