#include "service/keep.h"

#include "base/array.h"
#include "base/clock.h"
#include "service/service_parts.h"

/* Whatever the time is that was asked for: an agent that fails for months must not fill a disk. */
enum { KEEP_CHANGES = 1000, KEEP_GENERATIONS = 50, KEEP_CALLS = 100000 };

static const int64_t PRUNE_MS = 3600 * 1000;

void keep_said(struct service *s, int result, const struct err *err)
{
    if (result == 0)
        log_clear(s->log, "history", "the history is written again");
    else if (store_is_news(s->store))
        log_condition(s->log, "history", LEVEL_WARNING, NULL, err->text);
}

static int prune(struct service *s, struct err *err)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const struct plan *plan = &s->last.look.plan;
    int64_t since_ms = wall_ms() - s->history_keep_s * 1000;
    ARRAY(const char *) ids = {0};

    for (size_t i = 0; i < plan->n_agents; i++)
        ARRAY_PUSH(a, ids, plan->agents[i].agent->id);
    return store_prune(s->store,
                       &(struct store_keep){.changes = KEEP_CHANGES,
                                            .changes_since_ms = since_ms,
                                            .generations = KEEP_GENERATIONS,
                                            .agents = ids.items,
                                            .n_agents = ids.n,
                                            .calls = KEEP_CALLS,
                                            .calls_since_ms = since_ms},
                       err);
}

/* Not at the first round: a start is busy enough. */
static bool prune_is_due(struct service *s)
{
    int64_t now = mono_ms();

    if (s->pruned_ms && now - s->pruned_ms < PRUNE_MS)
        return false;
    bool first = !s->pruned_ms;
    s->pruned_ms = now;
    return !first;
}

void keep_round(struct service *s)
{
    struct err err;
    int result = store_check(s->store, wall_ms(), &err);

    if (result == 0 && prune_is_due(s))
        result = prune(s, &err);
    if (result < 0)
        keep_said(s, result, &err);
}
