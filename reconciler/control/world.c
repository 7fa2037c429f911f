#include "control/world.h"

#include <string.h>

#include "base/text.h"

void world_init(struct world *w, struct arena *a, const struct observed *o)
{
    *w = (struct world){.arena = a, .now = *o, .cap = o->n_boxes + 8};
    w->boxes = arena_alloc(a, w->cap * sizeof *w->boxes);
    if (o->n_boxes)
        memcpy(w->boxes, o->boxes, o->n_boxes * sizeof *w->boxes);
    w->images = arena_memdup(a, o->images, o->n_images * sizeof *w->images);
    w->now.boxes = w->boxes;
    w->now.images = w->images;
}

struct box *world_box(struct world *w, const char *id)
{
    for (size_t i = 0; i < w->now.n_boxes; i++)
        if (text_is(w->boxes[i].id, id))
            return &w->boxes[i];
    return NULL;
}

static void keep_findings(struct box *now, const struct box *before)
{
    now->sockets = before->sockets;
    now->quiet_ms = before->quiet_ms;
    now->waiting_ms = before->waiting_ms;
    now->health = before->health;
    now->health_text = before->health_text;
    now->ready_ms = before->ready_ms;
    now->asked_ms = before->asked_ms;
    if (before->health == HEALTH_GOOD &&
        (now->state != BOX_RUNNING || now->started_ms != before->started_ms)) {
        now->health = HEALTH_UNKNOWN;
        now->ready_ms = 0;
    }
}

void world_remember(struct world *w, const struct world *before)
{
    for (size_t i = 0; i < before->now.n_boxes; i++) {
        struct box *b = world_box(w, before->boxes[i].id);
        if (!b)
            continue;
        keep_findings(b, &before->boxes[i]);
        b->health_text = arena_strdup(w->arena, b->health_text);
    }
}

void world_set_box(struct world *w, const struct box *b)
{
    struct box *known = world_box(w, b->id);
    struct box fresh = *b;

    fresh.health_text = "";
    fresh.sockets = -1;
    if (known) {
        keep_findings(&fresh, known);
        *known = fresh;
        return;
    }
    if (w->now.n_boxes == w->cap) {
        struct box *more = arena_alloc(w->arena, 2 * w->cap * sizeof *more);
        memcpy(more, w->boxes, w->now.n_boxes * sizeof *more);
        w->cap *= 2;
        w->now.boxes = w->boxes = more;
    }
    w->boxes[w->now.n_boxes++] = fresh;
}

void world_drop_box(struct world *w, const char *id)
{
    struct box *b = world_box(w, id);

    if (!b)
        return;
    size_t behind = w->now.n_boxes - (size_t)(b - w->boxes) - 1;
    memmove(b, b + 1, behind * sizeof *b);
    w->now.n_boxes--;
}

void world_set_image(struct world *w, const struct image *image)
{
    struct image *more;

    for (size_t i = 0; i < w->now.n_images; i++)
        if (text_is(w->images[i].asked, image->asked)) {
            w->images[i] = *image;
            return;
        }
    more = arena_alloc(w->arena, (w->now.n_images + 1) * sizeof *more);
    if (w->now.n_images)
        memcpy(more, w->images, w->now.n_images * sizeof *more);
    more[w->now.n_images++] = *image;
    w->now.images = w->images = more;
}
