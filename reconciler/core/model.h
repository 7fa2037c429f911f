/* model.h - an engine in which everything goes well: what the world looks like after a step.
 *
 * A plan is the rule table unrolled against it. */
#ifndef CORE_MODEL_H
#define CORE_MODEL_H

#include "core/plan.h"

struct model {
    struct arena *arena;
    struct observed now;
    struct box *boxes; /* what now.boxes and now.images point to: the model's own copies */
    struct image *images;
    unsigned created;
};

void model_init(struct model *, struct arena *, const struct observed *);
void model_apply(struct model *, const struct step *);

/* The box a CREATE makes, as inspect would show it. */
struct box model_box(struct arena *, const struct wanted *, const char *id, const char *name,
                     int attempt, int64_t now_ms);

/* The same box on one more network, by the alias of what is wanted. */
void model_connect(struct arena *, struct box *, const struct wanted *, const char *network);

#endif
