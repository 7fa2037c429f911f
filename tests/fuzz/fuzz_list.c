#include "fuzz/decoder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct facts facts;

    if (!decode_bytes(CALL_LIST, 200, data, size, a, &facts))
        return 0;
    for (size_t i = 0; i < facts.n_entries; i++) {
        const struct list_entry *e = &facts.entries[i];
        must(strlen(e->id) == 64 && e->name && e->image && e->image_id && e->state && e->status);
        must_be_sorted(e->labels, e->n_labels);
    }
    return 0;
}
