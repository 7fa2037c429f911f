#include "control/gather.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "control/batch.h"
#include "core/reference.h"

/* --- what is known already ------------------------------------------------------------------- */

/* An inspected box, shared by the cache and the looks that show it; the last one frees it. */
struct known_box {
    struct known_box *next; /* in the cache */
    struct arena *arena;    /* of the box */
    const char *name, *state;
    struct box box;
    unsigned holders;
    bool seen; /* in the list of this look */
};

struct known_image {
    struct known_image *next;
    struct image image;
};

struct cache {
    struct known_box *boxes;
    struct known_image *images; /* by id, so true for ever */
    struct arena *images_arena;
};

struct cache *cache_new(void)
{
    struct cache *c = calloc(1, sizeof *c);

    if (!c)
        abort();
    c->images_arena = arena_new();
    return c;
}

static struct known_box *known_new(const struct list_entry *e)
{
    struct known_box *k = calloc(1, sizeof *k);

    if (!k)
        abort();
    k->arena = arena_new();
    k->name = arena_strdup(k->arena, e->name);
    k->state = arena_strdup(k->arena, e->state);
    k->holders = 1;
    return k;
}

static void release(void *ptr)
{
    struct known_box *k = ptr;

    if (--k->holders == 0) {
        arena_free(k->arena);
        free(k);
    }
}

static void hold(struct arena *look, struct known_box *k)
{
    k->holders++;
    arena_at_free(look, release, k);
}

static void forget(struct known_box **at)
{
    struct known_box *gone = *at;

    *at = gone->next;
    release(gone);
}

void cache_free(struct cache *c)
{
    if (!c)
        return;
    while (c->boxes)
        forget(&c->boxes);
    arena_free(c->images_arena);
    free(c);
}

static void forget_unseen(struct cache *c)
{
    for (struct known_box **at = &c->boxes; *at;)
        if ((*at)->seen)
            at = &(*at)->next;
        else
            forget(at);
}

/* The box as it is known, if this row of the list does not tell otherwise. */
static struct known_box *recall(const struct cache *c, const struct list_entry *e)
{
    for (struct known_box *k = c->boxes; k; k = k->next)
        if (strcmp(k->box.id, e->id) == 0)
            return text_is(k->name, e->name) && text_is(k->state, e->state) ? k : NULL;
    return NULL;
}

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
    if (place_parse(e->name, &place, NULL))
        return pair_get(e->labels, e->n_labels, "agentName") != NULL;
    return canonical_parse(e->name, d->prefix, &role, &id) || is_desired_name(d, e->name);
}

/* --- the look -------------------------------------------------------------------------------- */

struct gathering {
    struct client *client;
    struct cache *cache;
    struct arena *arena;
    const struct sources *sources;
    const struct list_entry *entries;
    size_t n_entries;
    struct known_box **asked; /* by entry: an inspect under way */
    ARRAY(struct box) boxes;
    ARRAY(struct foreign) foreign;
    ARRAY(struct image) images;
    ARRAY(const char *) refs; /* of images, in the order they are asked for */
};

static void show_box(struct gathering *g, struct known_box *k)
{
    k->seen = true;
    hold(g->arena, k);
    ARRAY_PUSH(g->arena, g->boxes, k->box);
}

static void on_box(void *ctx, size_t index, const struct facts *facts)
{
    struct gathering *g = ctx;
    struct known_box *k = g->asked[index];

    g->asked[index] = NULL;
    k->box = facts->box;
    k->next = g->cache->boxes;
    g->cache->boxes = k;
    show_box(g, k);
}

static void inspect(struct gathering *g, struct batch *batch, size_t index)
{
    const struct list_entry *e = &g->entries[index];

    g->asked[index] = known_new(e);
    batch_send(batch, index, &(struct call){.kind = CALL_INSPECT, .id = e->id},
               g->asked[index]->arena);
}

/* Gone since the list: the next look will not list it either. */
static bool is_gone(void *ctx, size_t index, const struct err *err)
{
    (void)ctx, (void)index;
    return err->code == ERR_NOT_FOUND;
}

static int look_at_boxes(struct gathering *g, struct err *err)
{
    const struct desired *d = &g->sources->desired;
    struct batch batch = {
        .client = g->client, .arena = g->arena, .on_facts = on_box, .ctx = g, .forgive = is_gone};

    g->asked = arena_alloc(g->arena, g->n_entries * sizeof *g->asked);
    for (struct known_box *k = g->cache->boxes; k; k = k->next)
        k->seen = false;
    for (size_t i = 0; i < g->n_entries; i++) {
        const struct list_entry *e = &g->entries[i];
        if (!is_ours(e, d)) {
            if (is_desired_name(d, e->name))
                ARRAY_PUSH(g->arena, g->foreign, ((struct foreign){e->id, e->name}));
            continue;
        }
        struct known_box *k = recall(g->cache, e);
        if (k)
            show_box(g, k);
        else
            inspect(g, &batch, i);
    }
    int result = batch_wait(&batch, err);
    for (size_t i = 0; i < g->n_entries; i++)
        if (g->asked[i])
            release(g->asked[i]); /* it failed, or the box is gone */
    forget_unseen(g->cache);
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

static bool is_id(const char *ref)
{
    return text_starts(ref, "sha256:");
}

static void on_image(void *ctx, size_t index, const struct facts *facts)
{
    struct gathering *g = ctx;
    struct image image = facts->image;

    image.asked = g->refs.items[index];
    g->images.items[index] = image;
    if (image.id && is_id(image.asked)) {
        struct known_image *k = arena_alloc(g->cache->images_arena, sizeof *k);
        image.asked = arena_strdup(g->cache->images_arena, image.id);
        k->image = image;
        k->next = g->cache->images;
        g->cache->images = k;
    }
}

static const struct image *recall_image(const struct cache *c, const char *id)
{
    for (const struct known_image *k = c->images; k; k = k->next)
        if (strcmp(k->image.asked, id) == 0)
            return &k->image;
    return NULL;
}

static int look_at_images(struct gathering *g, struct err *err)
{
    struct batch batch = {.client = g->client, .arena = g->arena, .on_facts = on_image, .ctx = g};
    const char *const *refs;
    size_t n = resolve_image_refs(g->arena, &g->sources->desired, &refs);

    for (size_t i = 0; i < n; i++)
        add_ref(g, refs[i]);
    for (size_t i = 0; i < g->boxes.n; i++) {
        add_ref(g, g->boxes.items[i].image_ref);
        add_ref(g, g->boxes.items[i].image_id);
    }
    for (size_t i = 0; i < g->refs.n; i++) {
        const struct image *known = recall_image(g->cache, g->refs.items[i]);
        ARRAY_PUSH(g->arena, g->images, known ? *known : (struct image){0});
    }
    for (size_t i = 0; i < g->refs.n; i++)
        if (!g->images.items[i].id)
            batch_send(&batch, i, &(struct call){.kind = CALL_IMAGE, .ref = g->refs.items[i]},
                       is_id(g->refs.items[i]) ? g->cache->images_arena : NULL);
    return batch_wait(&batch, err);
}

static void on_digest(void *ctx, size_t index, const struct facts *facts)
{
    struct gathering *g = ctx;

    g->images.items[index].remote_digest = facts->digest;
}

/* A registry that does not answer is a fact about the registry, not a failed look. */
static bool note_registry(void *ctx, size_t index, const struct err *err)
{
    struct gathering *g = ctx;

    g->images.items[index].remote_error = arena_strdup(g->arena, err->text);
    return true;
}

static int look_at_registries(struct gathering *g, struct err *err)
{
    struct batch batch = {.client = g->client,
                          .arena = g->arena,
                          .on_facts = on_digest,
                          .ctx = g,
                          .forgive = note_registry};
    const char *const *refs;
    size_t n = resolve_registry_refs(g->arena, &g->sources->desired, &refs);

    for (size_t i = 0; i < g->refs.n; i++)
        for (size_t k = 0; k < n; k++)
            if (strcmp(g->refs.items[i], refs[k]) == 0)
                batch_send(&batch, i, &(struct call){.kind = CALL_DIGEST, .ref = refs[k]}, NULL);
    return batch_wait(&batch, err);
}

static int by_name(const void *x, const void *y)
{
    return strcmp(((const struct box *)x)->name, ((const struct box *)y)->name);
}

int gather(struct client *client, struct cache *cache, struct arena *a,
           const struct sources *sources, int64_t now_ms, struct observed *ret, struct err *err)
{
    struct gathering g = {.client = client, .cache = cache, .arena = a, .sources = sources};
    struct facts list;

    if (client_greet(client, err) < 0)
        return -1;
    if (client_ask(client, &(struct call){.kind = CALL_LIST}, a, &list, err) < 0)
        return -1;
    g.entries = list.entries;
    g.n_entries = list.n_entries;
    if (look_at_boxes(&g, err) < 0 || look_at_images(&g, err) < 0 ||
        look_at_registries(&g, err) < 0)
        return -1;
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
        .calls = sources->database.calls,
        .n_calls = sources->database.n_calls,
        .calls_known = sources->database.path && sources->database.calls_known,
    };
    return 0;
}
