#include "control/failures.h"

#include "base/text.h"
#include "core/find.h"

static bool is_among(const char *const *ids, size_t n, const char *id)
{
    for (size_t i = 0; i < n; i++)
        if (text_is(ids[i], id))
            return true;
    return false;
}

void failures_note(struct failures *f, const struct agent *agent, const char *wish)
{
    if (!f->arena)
        f->arena = arena_new();
    if (!f->wish)
        f->wish = arena_strdup(f->arena, wish);
    if (is_among(f->ids.items, f->ids.n, agent->id))
        return;
    ARRAY_PUSH(f->arena, f->ids, arena_strdup(f->arena, agent->id));
    f->last = arena_strdup(f->arena, agent_title(agent));
}

bool failures_tell(struct failures *f, const struct agent *agent)
{
    if (is_among(f->told.items, f->told.n, agent->id))
        return false;
    ARRAY_PUSH(f->arena, f->told, arena_strdup(f->arena, agent->id));
    return true;
}

const char *failures_text(const struct failures *f, struct arena *a)
{
    if (f->ids.n == 1)
        return arena_printf(a, "%s failed", f->last);
    return arena_printf(a, "%zu agents failed, %s was the last", f->ids.n, f->last);
}

void failures_clear(struct failures *f)
{
    arena_free(f->arena);
    *f = (struct failures){0};
}
