/* world.h - the boxes and images of one agent as its runner knows them: a look that is kept up to
 * date with what was inspected after each step. */
#ifndef CONTROL_WORLD_H
#define CONTROL_WORLD_H

#include "core/observed.h"

struct world {
    struct arena *arena;
    struct observed now;
    struct box *boxes; /* what now.boxes points to */
    size_t cap;
    struct image *images;
};

void world_init(struct world *, struct arena *, const struct observed *);

/* What was found out about the boxes of another world by probing and counting is known in this
 * one, too, for those that run on.  Nothing here points into the other one afterwards. */
void world_remember(struct world *, const struct world *before);
struct box *world_box(struct world *, const char *id); /* NULL if there is none */

/* A fresh inspect: replaces the box of that id or adds it.  What was found out by probing and
 * counting is kept as long as the box runs on. */
void world_set_box(struct world *, const struct box *);
void world_drop_box(struct world *, const char *id);
void world_set_image(struct world *, const struct image *);

#endif
