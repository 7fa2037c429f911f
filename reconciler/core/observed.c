#include "core/observed.h"

#include <string.h>

const struct image *observed_image(const struct observed *o, const char *asked)
{
    for (size_t i = 0; i < o->n_images; i++)
        if (strcmp(o->images[i].asked, asked) == 0)
            return &o->images[i];
    return NULL;
}

bool image_has_digest(const struct image *image, const char *digest)
{
    for (size_t i = 0; i < image->n_digests; i++) {
        const char *at = strchr(image->digests[i], '@');
        if (at && strcmp(at + 1, digest) == 0)
            return true;
    }
    return false;
}

const char *pair_get(const struct pair *pairs, size_t n, const char *key)
{
    size_t low = 0, high = n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(pairs[middle].key, key);
        if (order == 0)
            return pairs[middle].value;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

bool box_has_alias(const struct box *b, const char *alias)
{
    for (size_t i = 0; i < b->n_networks; i++)
        for (size_t k = 0; k < b->networks[i].n_aliases; k++)
            if (strcmp(b->networks[i].aliases[k], alias) == 0)
                return true;
    return false;
}

bool box_runs(const struct box *b)
{
    return b->state == BOX_RUNNING || b->state == BOX_PAUSED || b->state == BOX_RESTARTING;
}
