#include "core/slot.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"

static const char *const place_prefix[PLACE__N] = {
    [PLACE_NEXT] = "avrd-next-", [PLACE_DRAIN] = "avrd-drain-", [PLACE_FAILED] = "avrd-failed-"};

enum { STAMP_DIGITS = 12 }; /* milliseconds fit 48 bits until the year 10889 */

const char *place_name(struct arena *a, enum place place, int64_t now_ms)
{
    return arena_printf(a, "%s%012llx", place_prefix[place],
                        (unsigned long long)now_ms & 0xffffffffffffULL);
}

bool place_parse(const char *name, enum place *ret, int64_t *since_ms)
{
    for (enum place p = PLACE_NEXT; p < PLACE__N; p++) {
        if (!text_starts(name, place_prefix[p]))
            continue;
        const char *stamp = name + strlen(place_prefix[p]);
        if (strlen(stamp) != STAMP_DIGITS || strspn(stamp, "0123456789abcdef") != STAMP_DIGITS)
            return false;
        *ret = p;
        if (since_ms)
            *since_ms = (int64_t)strtoull(stamp, NULL, 16);
        return true;
    }
    return false;
}

bool place_is_temporary(const char *name)
{
    enum place place;

    return place_parse(name, &place, NULL);
}

const char *canonical_name(struct arena *a, const char *prefix, enum role role, const char *id)
{
    return arena_printf(a, "%s-%s-%s", prefix, role_name[role], id);
}

bool canonical_parse(const char *name, const char *prefix, enum role *ret, const char **ret_id)
{
    size_t len = strlen(prefix);

    if (strncmp(name, prefix, len) != 0 || name[len] != '-')
        return false;
    for (enum role r = 0; r < ROLE__N; r++) {
        const char *rest = name + len + 1;
        size_t n = strlen(role_name[r]);
        if (strncmp(rest, role_name[r], n) == 0 && rest[n] == '-' && rest[n + 1]) {
            *ret = r;
            *ret_id = rest + n + 1;
            return true;
        }
    }
    return false;
}

int64_t box_since_ms(const struct box *b)
{
    enum place place;
    int64_t since = 0;

    return place_parse(b->name, &place, &since) ? since : 0;
}

bool box_is_next(const struct box *b)
{
    enum place place;

    return place_parse(b->name, &place, NULL) && place == PLACE_NEXT;
}

/* Keeps the newer of two boxes in *place and returns the other, NULL if there was none. */
static const struct box *keep_newer(const struct box **place, const struct box *b)
{
    const struct box *older = *place;

    if (older && box_since_ms(b) <= box_since_ms(older))
        return b;
    *place = b;
    return older;
}

static int newest_first(const void *x, const void *y)
{
    int64_t a = box_since_ms(*(const struct box *const *)x);
    int64_t b = box_since_ms(*(const struct box *const *)y);
    return a < b ? 1 : a > b ? -1 : 0;
}

void slot_find(struct arena *a, const char *name, enum role role, const struct observed *o,
               struct slot *ret)
{
    ARRAY(const struct box *) drains = {0}, stale = {0};

    *ret = (struct slot){.role = role, .name = name};
    for (size_t i = 0; i < o->n_boxes; i++) {
        const struct box *b = &o->boxes[i];
        enum place place;

        if (strcmp(b->name, name) == 0) {
            ret->live = b;
            continue;
        }
        if (!text_is(pair_get(b->labels, b->n_labels, "agentName"), name))
            continue;
        if (!place_parse(b->name, &place, NULL)) {
            ret->stray = box_runs(b) ? b : ret->stray;
            continue;
        }
        if (place == PLACE_DRAIN) {
            ARRAY_PUSH(a, drains, b);
            continue;
        }
        const struct box *older = keep_newer(place == PLACE_NEXT ? &ret->next : &ret->failed, b);
        if (older)
            ARRAY_PUSH(a, stale, older);
    }
    if (drains.n > 1)
        qsort(drains.items, drains.n, sizeof drains.items[0], newest_first);
    ret->drains = drains.items;
    ret->n_drains = drains.n;
    ret->stale = stale.items;
    ret->n_stale = stale.n;
    for (size_t i = 0; i < o->n_foreign; i++)
        if (strcmp(o->foreign[i].name, name) == 0)
            ret->foreign = &o->foreign[i];
}

const struct box *slot_carried(const struct slot *s)
{
    if (s->live)
        return s->live;
    return s->next ? s->next : s->n_drains ? s->drains[0] : s->stray;
}

/* The canonical names of the agent, of roles it has and of roles it may have had. */
static void agent_names(struct arena *a, const struct desired *d, const struct agent *agent,
                        const char *ret[ROLE__N])
{
    for (enum role r = 0; r < ROLE__N; r++) {
        const struct container_spec *spec = agent_container(agent, r);
        ret[r] = spec ? spec->name : canonical_name(a, d->prefix, r, agent->id);
    }
}

void slots_find(struct arena *a, const struct desired *d, const struct agent *agent,
                const struct observed *o, struct slot ret[ROLE__N])
{
    const char *names[ROLE__N];

    agent_names(a, d, agent, names);
    for (enum role r = 0; r < ROLE__N; r++)
        slot_find(a, names[r], r, o, &ret[r]);
}

static bool is_one_of(const char *const names[ROLE__N], const char *box_name, const char *slot)
{
    for (enum role r = 0; r < ROLE__N; r++)
        if (text_is(box_name, names[r]) || text_is(slot, names[r]))
            return true;
    return false;
}

bool agent_owns(struct arena *a, const struct desired *d, const struct agent *agent,
                const char *box_name, const char *slot_label)
{
    const char *names[ROLE__N];

    agent_names(a, d, agent, names);
    return is_one_of(names, box_name, slot_label);
}

struct observed observed_of_agent(struct arena *a, const struct desired *d,
                                  const struct agent *agent, const struct observed *o,
                                  const struct box_index *index)
{
    struct observed mine = *o;
    const char *names[ROLE__N];
    struct box *boxes;

    agent_names(a, d, agent, names);
    mine.n_boxes = box_index_find(a, index, names, ROLE__N, &boxes);
    mine.boxes = boxes;
    return mine;
}
