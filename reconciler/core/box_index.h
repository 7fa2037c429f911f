/* box_index.h - the boxes of a look by the names they go under: their own, and that of the slot
 * they are labelled for. */
#ifndef CORE_BOX_INDEX_H
#define CORE_BOX_INDEX_H

#include "core/observed.h"

struct arena;

struct box_index { /* shows boxes of the look it was made of */
    const struct box_entry *entries;
    size_t n;
};

struct box_index box_index_make(struct arena *, const struct observed *);

/* Copies of the boxes that go under any of these names, each once, in the order of the look. */
size_t box_index_find(struct arena *, const struct box_index *, const char *const *names,
                      size_t n_names, struct box **ret);

#endif
