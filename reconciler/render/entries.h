/* entries.h - a container's settings as a flat list, each with its source. */
#ifndef RENDER_ENTRIES_H
#define RENDER_ENTRIES_H

#include "render/parts.h"

struct entry {
    const char *group; /* "image", "environment", "volumes", … */
    const char *key;   /* name of a variable or label, or NULL */
    const char *value;
    struct origin origin;
    bool secret;
};

struct entries {
    const struct entry *items;
    size_t n;
};

/* wanted NULL: nobody asked the engine. */
struct entries entries_make(struct arena *, const struct container_spec *, const struct wanted *);

#endif
