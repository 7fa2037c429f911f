/* records.h - what is wanted of a container, as a generation would remember it. */
#ifndef TESTS_RECORDS_H
#define TESTS_RECORDS_H

#include "core/record.h"
#include "core/resolve.h"

static inline struct record_role record_of_wanted(struct arena *a, const struct wanted *w)
{
    struct record_env *env = arena_alloc(a, (w->env.n + 1) * sizeof *env);

    for (size_t i = 0; i < w->env.n; i++)
        env[i] = (struct record_env){.name = w->env.items[i].name,
                                     .value = w->env.items[i].value,
                                     .secret = w->env.items[i].secret,
                                     .origin = origin_text(a, &w->env.items[i].origin)};
    return (struct record_role){.role = w->spec->role,
                                .image_ref = w->image_ref,
                                .image_id = w->image_id,
                                .settings_hash = "",
                                .env = env,
                                .n_env = w->env.n};
}

#endif
