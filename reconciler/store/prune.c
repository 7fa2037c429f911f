/* Forgetting.  What is kept is few: numbers of changes, generations and calls, and their age. */
#include "base/array.h"
#include "base/text.h"
#include "store/store_parts.h"

static int run_with(struct store *s, const char *sql, int64_t first, int64_t second,
                    struct err *err)
{
    struct query q;

    if (query_begin(&q, s, sql, err) < 0)
        return -1;
    put_int(&q, first);
    if (sqlite3_bind_parameter_count(q.stmt) > 1)
        put_int(&q, second);
    return query_run(&q, err);
}

static int prune_changes(struct store *s, const struct store_keep *keep, struct err *err)
{
    return run_with(s,
                    "DELETE FROM change WHERE began_ms < ?1 OR id IN (SELECT id FROM"
                    " (SELECT id, row_number() OVER (PARTITION BY agent_id ORDER BY id DESC) AS nth"
                    " FROM change) WHERE nth > ?2)",
                    keep->changes_since_ms, keep->changes, err);
}

static int prune_calls(struct store *s, const struct store_keep *keep, struct err *err)
{
    return run_with(s,
                    "DELETE FROM call WHERE first_seen_ms < ?1 OR uuid IN"
                    " (SELECT uuid FROM call ORDER BY first_seen_ms DESC LIMIT -1 OFFSET ?2)",
                    keep->calls_since_ms, keep->calls, err);
}

/* The newest one always stays, so that its number is not given again. */
static int prune_generations(struct store *s, const struct store_keep *keep, struct err *err)
{
    return run_with(
        s,
        "DELETE FROM generation WHERE (agent_id, number) IN (SELECT agent_id, number FROM"
        "  (SELECT agent_id, number, row_number() OVER (PARTITION BY agent_id"
        "    ORDER BY number DESC) AS nth FROM generation) WHERE nth > max(1, ?1))"
        " AND number <> (SELECT coalesce(max(g.number), 0) FROM generation AS g"
        "  WHERE g.agent_id = generation.agent_id AND g.good_ms > 0)"
        " AND (agent_id, number) NOT IN (SELECT agent_id, to_generation FROM operator_order)",
        keep->generations, 0, err);
}

/* Agents of which nothing is younger than the time given. */
static int list_old_agents(struct store *s, struct arena *a, int64_t since_ms,
                           const char *const **ret, size_t *ret_n, struct err *err)
{
    ARRAY(const char *) list = {0};
    struct query q;
    int more;

    if (query_begin(&q, s,
                    "SELECT agent_id FROM (SELECT agent_id, since_ms AS at FROM generation"
                    " UNION ALL SELECT agent_id, at_ms FROM operator_order"
                    " UNION ALL SELECT agent_id, began_ms FROM change)"
                    " GROUP BY agent_id HAVING max(at) < ?",
                    err) < 0)
        return -1;
    put_int(&q, since_ms);
    while ((more = query_next(&q, err)) > 0)
        ARRAY_PUSH(a, list, column_text(&q, a, 0));
    *ret = list.items;
    *ret_n = list.n;
    return more;
}

static bool is_kept(const struct store_keep *keep, const char *agent_id)
{
    for (size_t i = 0; i < keep->n_agents; i++)
        if (text_is(keep->agents[i], agent_id))
            return true;
    return false;
}

static int forget_agent(struct store *s, const char *agent_id, struct err *err)
{
    static const char generations[] = "DELETE FROM generation WHERE agent_id = ?";
    static const char orders[] = "DELETE FROM operator_order WHERE agent_id = ?";
    static const char *const statements[] = {generations, orders};

    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++) {
        struct query q;
        if (query_begin(&q, s, statements[i], err) < 0)
            return -1;
        put_text(&q, agent_id);
        if (query_run(&q, err) < 0)
            return -1;
    }
    return 0;
}

static int prune_agents(struct store *s, const struct store_keep *keep, struct err *err)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const char *const *old;
    size_t n;

    if (list_old_agents(s, a, keep->changes_since_ms, &old, &n, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        if (!is_kept(keep, old[i]) && forget_agent(s, old[i], err) < 0)
            return -1;
    return 0;
}

static const char parts_sql[] = "DELETE FROM generation_role WHERE (agent_id, number) NOT IN"
                                " (SELECT agent_id, number FROM generation);"
                                "DELETE FROM generation_env WHERE (agent_id, number) NOT IN"
                                " (SELECT agent_id, number FROM generation)";

int store_prune(struct store *s, const struct store_keep *keep, struct err *err)
{
    if (write_begin(s, err) < 0)
        return -1;
    int result = 0;
    if (prune_changes(s, keep, err) < 0 || prune_calls(s, keep, err) < 0 ||
        prune_generations(s, keep, err) < 0 || prune_agents(s, keep, err) < 0 ||
        store_exec(s, parts_sql, err) < 0)
        result = -1;
    if (write_end(s, result, err) < 0)
        return -1;
    return store_exec(s, "PRAGMA incremental_vacuum", err);
}
