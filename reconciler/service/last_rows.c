#include "service/last_rows.h"

#include "base/text.h"

static const struct provider_row *row_by_id(const struct database *db, const char *id)
{
    for (size_t i = 0; i < db->n_providers; i++)
        if (text_is(db->providers[i].id, id))
            return &db->providers[i];
    return NULL;
}

static const struct provider_row *copied(struct arena *a, const struct provider_row *from)
{
    struct provider_row *row = arena_memdup(a, from, sizeof *row);
    struct pair *env = arena_alloc(a, (from->n_env + 1) * sizeof *env);

    for (size_t i = 0; i < from->n_env; i++)
        env[i] =
            (struct pair){arena_strdup(a, from->env[i].key), arena_strdup(a, from->env[i].value)};
    row->id = arena_strdup(a, from->id);
    row->type = arena_strdup(a, from->type);
    row->name = arena_strdup(a, from->name);
    row->image = arena_strdup(a, from->image);
    row->env = env;
    return row;
}

static void take(struct arena *a, struct provider_row *row, const struct provider_row *before,
                 int64_t before_ms)
{
    const struct provider_row *good = before->problem ? before->last : before;

    if (!good)
        return;
    row->last = copied(a, good);
    row->last_ms = before->problem ? before->last_ms : before_ms;
}

void last_rows_take(struct arena *a, struct database *now, const struct database *before,
                    int64_t before_ms)
{
    if (!now->n_providers || !text_is(now->path, before->path))
        return;
    struct provider_row *rows = /* those of a database are const */
        arena_memdup(a, now->providers, now->n_providers * sizeof *rows);
    for (size_t i = 0; i < now->n_providers; i++) {
        const struct provider_row *was = rows[i].problem ? row_by_id(before, rows[i].id) : NULL;
        if (was)
            take(a, &rows[i], was, before_ms);
    }
    now->providers = rows;
}
