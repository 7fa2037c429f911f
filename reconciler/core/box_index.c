#include "core/box_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

struct box_entry {
    const char *name;
    const struct box *box;
};

static int by_name(const void *x, const void *y)
{
    return strcmp(((const struct box_entry *)x)->name, ((const struct box_entry *)y)->name);
}

struct box_index box_index_make(struct arena *a, const struct observed *o)
{
    struct box_entry *entries = arena_alloc(a, 2 * o->n_boxes * sizeof *entries);
    size_t n = 0;

    for (size_t i = 0; i < o->n_boxes; i++) {
        const struct box *b = &o->boxes[i];
        const char *slot = pair_get(b->labels, b->n_labels, "agentName");
        entries[n++] = (struct box_entry){b->name, b};
        if (slot)
            entries[n++] = (struct box_entry){slot, b};
    }
    qsort(entries, n, sizeof *entries, by_name);
    return (struct box_index){entries, n};
}

/* The first entry whose name is not less. */
static size_t first_of(const struct box_index *index, const char *name)
{
    size_t low = 0, high = index->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(index->entries[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int by_place(const void *x, const void *y)
{
    const struct box *a = *(const struct box *const *)x, *b = *(const struct box *const *)y;

    return (a > b) - (a < b);
}

size_t box_index_find(struct arena *a, const struct box_index *index, const char *const *names,
                      size_t n_names, struct box **ret)
{
    ARRAY(const struct box *) found = {0};
    ARRAY(struct box) boxes = {0};

    for (size_t k = 0; k < n_names; k++)
        for (size_t i = first_of(index, names[k]);
             i < index->n && strcmp(index->entries[i].name, names[k]) == 0; i++)
            ARRAY_PUSH(a, found, index->entries[i].box);
    if (found.n)
        qsort(found.items, found.n, sizeof found.items[0], by_place);
    for (size_t i = 0; i < found.n; i++)
        if (i == 0 || found.items[i] != found.items[i - 1])
            ARRAY_PUSH(a, boxes, *found.items[i]);
    *ret = boxes.items;
    return boxes.n;
}
