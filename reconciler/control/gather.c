#include "control/gather.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "control/batch.h"
#include "core/reference.h"

/* --- whose is it ----------------------------------------------------------------------------- */

static bool is_desired_name(const struct desired *d, const char *name)
{
    for (size_t i = 0; i < d->n_agents; i++)
        for (size_t k = 0; k < d->agents[i].n_containers; k++)
            if (strcmp(d->agents[i].containers[k].name, name) == 0)
                return true;
    return false;
}

bool is_ours(const struct list_entry *e, const struct desired *d)
{
    enum place place;
    enum role role;
    const char *id;

    if (!text_is(pair_get(e->labels, e->n_labels, "app"), "AVR"))
        return false;
    if (d->tenant && !text_is(pair_get(e->labels, e->n_labels, "tenant"), d->tenant))
        return false;
    const char *slot = pair_get(e->labels, e->n_labels, "agentName");
    if (place_parse(e->name, &place, NULL))
        return slot;
    return canonical_parse(e->name, d->prefix, &role, &id) || is_desired_name(d, e->name) ||
           (slot && is_desired_name(d, slot)); /* somebody renamed it */
}

/* --- the look -------------------------------------------------------------------------------- */

struct gathering {
    struct client *client;
    struct cache *cache;
    struct registry_memory *registries;
    struct arena *arena;
    const struct sources *sources;
    const struct list_entry *entries;
    size_t n_entries;
    struct learning **asked; /* by entry: an inspect under way */
    ARRAY(struct box) boxes;
    ARRAY(struct foreign) foreign;
    ARRAY(struct image) images;
    ARRAY(const char *) refs; /* of images, in the order they are asked for */
};

static void on_box(void *ctx, size_t index, const struct facts *facts)
{
    struct gathering *g = ctx;
    struct learning *l = g->asked[index];

    g->asked[index] = NULL;
    ARRAY_PUSH(g->arena, g->boxes, *learn_keep(l, g->cache, &facts->box, g->arena));
}

static void inspect(struct gathering *g, struct batch *batch, size_t index)
{
    const struct list_entry *e = &g->entries[index];

    g->asked[index] = cache_learn(e);
    batch_send(batch, index, &(struct call){.kind = CALL_INSPECT, .id = e->id},
               learn_arena(g->asked[index]));
}

/* Gone since the list: the next look will not list it either. */
static bool is_gone(void *ctx, size_t index, const struct err *err)
{
    (void)ctx, (void)index;
    return err->code == ERR_NOT_FOUND;
}

static void ask_boxes(struct gathering *g, struct batch *batch)
{
    const struct desired *d = &g->sources->desired;

    g->asked = arena_alloc(g->arena, g->n_entries * sizeof *g->asked);
    for (size_t i = 0; i < g->n_entries; i++) {
        const struct list_entry *e = &g->entries[i];
        if (!is_ours(e, d)) {
            if (is_desired_name(d, e->name))
                ARRAY_PUSH(g->arena, g->foreign, ((struct foreign){e->id, e->name}));
            continue;
        }
        const struct box *known = cache_box(g->cache, e, g->arena);
        if (known)
            ARRAY_PUSH(g->arena, g->boxes, *known);
        else
            inspect(g, batch, i);
    }
}

static int wait_for_boxes(struct gathering *g, struct batch *batch, struct err *err)
{
    int result = batch_wait(batch, err);

    for (size_t i = 0; i < g->n_entries; i++)
        if (g->asked[i])
            learn_drop(g->asked[i]); /* it failed, or the box is gone */
    return result;
}

static bool is_asked(const struct gathering *g, const char *ref)
{
    for (size_t i = 0; i < g->refs.n; i++)
        if (strcmp(g->refs.items[i], ref) == 0)
            return true;
    return false;
}

static void add_ref(struct gathering *g, const char *ref)
{
    if (ref && *ref && !is_asked(g, ref))
        ARRAY_PUSH(g->arena, g->refs, ref);
}

static void on_image(void *ctx, size_t index, const struct facts *facts)
{
    struct gathering *g = ctx;
    struct image *image = &g->images.items[index];

    *image = facts->image;
    image->asked = g->refs.items[index];
    cache_keep_image(g->cache, image);
}

/* Asks for the references from this one on that the cache does not know. */
static void ask_images(struct gathering *g, struct batch *batch, size_t first)
{
    for (size_t i = first; i < g->refs.n; i++)
        ARRAY_PUSH(g->arena, g->images, (struct image){0});
    for (size_t i = first; i < g->refs.n; i++) {
        const char *ref = g->refs.items[i];
        const struct image *known = cache_image(g->cache, ref);
        if (known)
            g->images.items[i] = *known;
        else
            batch_send(batch, i, &(struct call){.kind = CALL_IMAGE, .ref = ref},
                       cache_image_arena(g->cache, ref));
    }
}

/* An image that was found by a reference is known by its id as well. */
static void add_found_ids(struct gathering *g)
{
    for (size_t i = 0, n = g->refs.n; i < n; i++) {
        struct image image = g->images.items[i];
        if (!image.id || is_asked(g, image.id))
            continue;
        image.asked = image.id;
        ARRAY_PUSH(g->arena, g->refs, image.id);
        ARRAY_PUSH(g->arena, g->images, image);
    }
}

static struct batch images_batch(struct gathering *g)
{
    return (struct batch){.client = g->client, .arena = g->arena, .on_facts = on_image, .ctx = g};
}

/* The images that are asked for are known before any container is: these requests go together. */
static void add_last_good_refs(struct gathering *g)
{
    const struct generations *good = &g->sources->last_good;

    for (size_t i = 0; i < good->n; i++)
        for (size_t k = 0; k < good->items[i].n_roles; k++)
            add_ref(g, good->items[i].roles[k].image_id);
}

static int look_at_boxes(struct gathering *g, struct err *err)
{
    struct batch images = images_batch(g);
    struct batch boxes = {
        .client = g->client, .arena = g->arena, .on_facts = on_box, .ctx = g, .forgive = is_gone};
    const char *const *refs;
    size_t n = resolve_image_refs(g->arena, &g->sources->desired, &refs);
    struct err second;

    for (size_t i = 0; i < n; i++)
        add_ref(g, refs[i]);
    add_last_good_refs(g);
    ask_images(g, &images, 0);
    ask_boxes(g, &boxes);
    int result = wait_for_boxes(g, &boxes, err);
    return batch_wait(&images, result ? &second : err) || result ? -1 : 0;
}

/* What the boxes run besides: by reference first, as most are found by it. */
static int look_at_their_images(struct gathering *g, struct err *err)
{
    struct batch by_ref = images_batch(g), by_id = images_batch(g);
    size_t found = g->refs.n;

    for (size_t i = 0; i < g->boxes.n; i++)
        add_ref(g, g->boxes.items[i].image_ref);
    ask_images(g, &by_ref, found);
    if (batch_wait(&by_ref, err) < 0)
        return -1;
    add_found_ids(g);
    found = g->refs.n;
    for (size_t i = 0; i < g->boxes.n; i++)
        add_ref(g, g->boxes.items[i].image_id);
    ask_images(g, &by_id, found);
    return batch_wait(&by_id, err);
}

static void on_digest(void *ctx, size_t index, const struct facts *facts)
{
    const struct gathering *g = ctx;
    const struct image *image = &g->images.items[index];

    if (facts->busy)
        registry_is_busy(g->registries, image, facts->busy, facts->retry_after_s);
    else
        registry_answered(g->registries, image, facts->digest);
}

/* A registry that does not answer is a fact about the registry, not a failed look. */
static bool note_registry(void *ctx, size_t index, const struct err *err)
{
    const struct gathering *g = ctx;

    if (err->code == ERR_UNREACHABLE)
        return false; /* it is the engine that does not answer */
    registry_failed(g->registries, &g->images.items[index], err->text);
    return true;
}

static int look_at_registries(struct gathering *g, struct err *err)
{
    struct batch batch = {.client = g->client,
                          .arena = g->arena,
                          .on_facts = on_digest,
                          .ctx = g,
                          .forgive = note_registry};
    const struct registry_ref *refs;
    size_t n = resolve_registry_refs(g->arena, &g->sources->desired, &refs);

    registry_want(g->registries, refs, n);
    for (size_t i = 0; n && i < g->refs.n; i++)
        if (registry_is_due(g->registries, g->refs.items[i]))
            batch_send(&batch, i, &(struct call){.kind = CALL_DIGEST, .ref = g->refs.items[i]},
                       NULL);
    if (batch_wait(&batch, err) < 0)
        return -1;
    for (size_t i = 0; n && i < g->refs.n; i++)
        registry_show(g->registries, g->arena, &g->images.items[i]);
    return 0;
}

static int by_name(const void *x, const void *y)
{
    return strcmp(((const struct box *)x)->name, ((const struct box *)y)->name);
}

int gather(struct client *client, struct cache *cache, struct registry_memory *registries,
           struct arena *a, const struct sources *sources, int64_t now_ms, struct observed *ret,
           struct err *err)
{
    struct gathering g = {
        .client = client, .cache = cache, .registries = registries, .arena = a, .sources = sources};
    struct facts list;

    if (client_greet(client, err) < 0)
        return -1;
    cache_begin(cache, a);
    if (client_ask(client, &(struct call){.kind = CALL_LIST}, a, &list, err) < 0)
        return -1;
    g.entries = list.entries;
    g.n_entries = list.n_entries;
    if (look_at_boxes(&g, err) < 0 || look_at_their_images(&g, err) < 0 ||
        look_at_registries(&g, err) < 0)
        return -1;
    cache_end(cache);
    if (g.boxes.n)
        qsort(g.boxes.items, g.boxes.n, sizeof g.boxes.items[0], by_name);
    for (size_t i = 0; i < g.boxes.n; i++) {
        g.boxes.items[i].health_text = "";
        g.boxes.items[i].sockets = -1;
    }
    *ret = (struct observed){
        .now_ms = now_ms,
        .boxes = g.boxes.items,
        .n_boxes = g.boxes.n,
        .foreign = g.foreign.items,
        .n_foreign = g.foreign.n,
        .images = g.images.items,
        .n_images = g.images.n,
        .last_good = sources->last_good,
        .calls = sources->database.calls,
        .n_calls = sources->database.n_calls,
        .calls_known = sources->database.path && sources->database.calls_known,
    };
    return 0;
}
