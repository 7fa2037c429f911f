#include "control/cache.h"

#include <ev.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/text.h"
#include "base/clock.h"

/* An inspected box, shared by the cache and the looks that show it; the last one frees it. */
struct learning {
    TAILQ_ENTRY(learning) in; /* the cache */
    struct arena *arena;      /* of the box */
    const char *name, *state;
    struct box box;
    unsigned holders;
    bool seen; /* by this look */
};

struct known_image {
    struct known_image *next;
    struct image image;
};

/* Shared like a box: the looks that began with it go on showing what is in it. */
struct image_set {
    struct arena *arena;
    struct known_image *first;
    unsigned holders;
};

struct cache {
    TAILQ_HEAD(, learning) boxes; /* who was shown last is at the end */
    struct image_set *by_id, *by_ref;
    struct client *client;     /* that watches; NULL: nobody does */
    struct client_call *watch; /* NULL: not listening */
    bool relied;               /* somebody else listens and passes the news on */
    bool news;                 /* something happened to images since the last look began */
    bool box_news;             /* of a container that was not known, since the look began */
};

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

static struct image_set *set_new(void)
{
    struct image_set *set = must(calloc(1, sizeof *set));

    set->arena = arena_new();
    set->holders = 1;
    return set;
}

static void set_release(void *ptr)
{
    struct image_set *set = ptr;

    if (--set->holders == 0) {
        arena_free(set->arena);
        free(set);
    }
}

static void set_hold(struct image_set *set, struct arena *look)
{
    set->holders++;
    arena_at_free(look, set_release, set);
}

struct cache *cache_new(void)
{
    struct cache *c = must(calloc(1, sizeof *c));

    TAILQ_INIT(&c->boxes);
    c->by_id = set_new();
    c->by_ref = set_new();
    return c;
}

/* --- boxes ----------------------------------------------------------------------------------- */

struct learning *cache_learn(const struct list_entry *e)
{
    struct learning *l = must(calloc(1, sizeof *l));

    l->arena = arena_new();
    l->name = arena_strdup(l->arena, e->name);
    l->state = arena_strdup(l->arena, e->state);
    l->holders = 1;
    return l;
}

struct arena *learn_arena(struct learning *l)
{
    return l->arena;
}

static void release(void *ptr)
{
    struct learning *l = ptr;

    if (--l->holders == 0) {
        arena_free(l->arena);
        free(l);
    }
}

void learn_drop(struct learning *l)
{
    release(l);
}

static const struct box *show(struct learning *l, struct arena *look)
{
    l->seen = true;
    l->holders++;
    arena_at_free(look, release, l);
    return &l->box;
}

const struct box *learn_keep(struct learning *l, struct cache *c, const struct box *b,
                             struct arena *look)
{
    l->box = *b;
    TAILQ_INSERT_TAIL(&c->boxes, l, in);
    return show(l, look);
}

/* Every look asks in the order in which the engine lists them: who is asked for is mostly the
 * first. */
const struct box *cache_box(struct cache *c, const struct list_entry *e, struct arena *look)
{
    struct learning *l;

    TAILQ_FOREACH(l, &c->boxes, in) {
        if (strcmp(l->box.id, e->id) != 0)
            continue;
        TAILQ_REMOVE(&c->boxes, l, in);
        TAILQ_INSERT_TAIL(&c->boxes, l, in);
        return text_is(l->name, e->name) && text_is(l->state, e->state) ? show(l, look) : NULL;
    }
    return NULL;
}

static void forget(struct cache *c, struct learning *l)
{
    TAILQ_REMOVE(&c->boxes, l, in);
    release(l);
}

static void forget_boxes(struct cache *c, bool seen_too)
{
    for (struct learning *l = TAILQ_FIRST(&c->boxes), *next; l; l = next) {
        next = TAILQ_NEXT(l, in);
        if (!l->seen || seen_too)
            forget(c, l);
    }
}

void cache_box_news(struct cache *c, const char *id)
{
    struct learning *l;

    TAILQ_FOREACH(l, &c->boxes, in)
        if (strcmp(l->box.id, id) == 0) {
            forget(c, l);
            return;
        }
    c->box_news = true; /* it may be being inspected, and the answer be older than the news */
}

/* --- images ---------------------------------------------------------------------------------- */

static bool is_id(const char *asked)
{
    return text_starts(asked, "sha256:");
}

static bool hears(const struct cache *c)
{
    return c->watch || c->relied;
}

static void forget_references(struct cache *c)
{
    set_release(c->by_ref);
    c->by_ref = set_new();
}

static const struct image *find(const struct image_set *set, const char *asked)
{
    for (const struct known_image *k = set->first; k; k = k->next)
        if (strcmp(k->image.asked, asked) == 0)
            return &k->image;
    return NULL;
}

const struct image *cache_image(const struct cache *c, const char *asked)
{
    return find(is_id(asked) ? c->by_id : c->by_ref, asked);
}

struct arena *cache_image_arena(struct cache *c, const char *asked)
{
    if (is_id(asked))
        return c->by_id->arena;
    return hears(c) ? c->by_ref->arena : NULL;
}

void cache_keep_image(struct cache *c, const struct image *image)
{
    struct image_set *set = is_id(image->asked) ? c->by_id : c->by_ref;

    if (set == c->by_id ? !image->id : !hears(c))
        return;
    struct known_image *k = arena_alloc(set->arena, sizeof *k);
    *k = (struct known_image){.next = set->first, .image = *image};
    k->image.asked = arena_strdup(set->arena, image->asked);
    set->first = k;
}

/* --- the watch ------------------------------------------------------------------------------- */

void cache_image_news(struct cache *c)
{
    c->news = true;
}

void cache_rely_on_news(struct cache *c, bool connected)
{
    c->relied = connected;
    c->news = true;
}

static void on_event(void *ctx, const struct engine_event *event)
{
    (void)event;
    cache_image_news(ctx);
}

static void on_end(void *ctx, const struct facts *facts, const struct err *err)
{
    struct cache *c = ctx;

    (void)facts, (void)err;
    c->watch = NULL;
}

void cache_watch(struct cache *c, struct client *client)
{
    if (client->endpoint.unix_path)
        c->client = client;
}

void cache_begin(struct cache *c, struct arena *look)
{
    struct learning *l;

    TAILQ_FOREACH(l, &c->boxes, in)
        l->seen = false;
    c->box_news = false;
    if (c->watch)
        ev_run(c->client->loop, EVRUN_NOWAIT); /* what has come meanwhile */
    if (c->news || !hears(c))
        forget_references(c);
    c->news = false;
    set_hold(c->by_id, look);
    set_hold(c->by_ref, look);
    if (!c->client || c->watch)
        return;
    /* One second back: what happens between this and the first answer must not be missed. */
    struct call call = {.kind = CALL_EVENTS, .ref = "image", .since_s = wall_ms() / 1000 - 1};
    c->watch = client_watch(c->client, &call, NULL, on_event, on_end, c);
}

void cache_end(struct cache *c)
{
    forget_boxes(c, c->box_news);
}

void cache_free(struct cache *c)
{
    if (!c)
        return;
    if (c->watch)
        client_cancel(c->watch);
    forget_boxes(c, true);
    set_release(c->by_id);
    set_release(c->by_ref);
    free(c);
}
