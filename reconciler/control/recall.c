#include "control/recall.h"

#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "control/state.h"
#include "store/generations.h"

struct store *recall_open(struct arena *a, const char *dir)
{
    struct digest_key key;
    struct store *store;
    struct err err;

    if (!dir || access(arena_printf(a, "%s/state.db", dir), F_OK) < 0)
        return NULL;
    state_key(dir, &key);
    /* One of a newer version opens with a complaint, and can be read. */
    (void)store_open(dir, &key, STORE_READ, 0, &store, &err);
    explicit_bzero(&key, sizeof key);
    return store;
}

struct generations recall_last_good(struct store *store, struct arena *a,
                                    const char *const *agent_ids, size_t n_ids)
{
    ARRAY(struct generation) found = {0};

    for (size_t i = 0; i < n_ids; i++) {
        struct generation g;
        unsigned number;
        struct err err;
        if (generation_last_good(store, agent_ids[i], &number, &err) == 0 && number &&
            generation_get(store, a, agent_ids[i], number, &g, &err) == 0)
            ARRAY_PUSH(a, found, g);
    }
    return (struct generations){found.items, found.n};
}
