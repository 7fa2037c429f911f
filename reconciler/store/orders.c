#include "store/orders.h"

#include "base/array.h"
#include "store/store_parts.h"
#include "store/words.h"

enum { MAX_TEXT = 200 };

static int write_order(struct store *s, const struct order *o, struct err *err)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct query q;

    if (query_begin(&q, s, "INSERT OR REPLACE INTO operator_order VALUES (?, ?, ?, ?, ?, ?, ?)",
                    err) < 0)
        return -1;
    put_text(&q, o->agent_id);
    put_text(&q, order_name[o->kind]);
    put_text(&q, bounded(a, o->who, MAX_TEXT));
    put_text(&q, bounded(a, o->why, MAX_TEXT));
    put_int(&q, o->at_ms);
    put_int(&q, o->to_generation);
    put_text(&q, bounded(a, o->away_from, MAX_TEXT));
    return query_run(&q, err);
}

/* Other writes may be lost with the power, an operator's word may not. */
static int begin_durable(struct store *s, struct err *err)
{
    if (s->db && store_exec(s, "PRAGMA synchronous=FULL", err) < 0)
        return -1;
    return write_begin(s, err);
}

static int end_durable(struct store *s, int result, struct err *err)
{
    struct err ignored;

    result = write_end(s, result, err);
    store_exec(s, "PRAGMA synchronous=NORMAL", &ignored);
    return result;
}

int order_set(struct store *s, const struct order *o, struct err *err)
{
    return begin_durable(s, err) < 0 ? -1 : end_durable(s, write_order(s, o, err), err);
}

static int delete_order(struct store *s, const char *agent_id, enum order_kind kind,
                        int64_t until_ms, struct err *err)
{
    struct query q;

    if (query_begin(&q, s,
                    "DELETE FROM operator_order WHERE agent_id = ? AND kind = ? AND at_ms <= ?",
                    err) < 0)
        return -1;
    put_text(&q, agent_id);
    put_text(&q, order_name[kind]);
    put_int(&q, until_ms);
    return query_run(&q, err);
}

int order_clear(struct store *s, const char *agent_id, enum order_kind kind, int64_t until_ms,
                bool *ret_was, struct err *err)
{
    if (begin_durable(s, err) < 0)
        return -1;
    int result = delete_order(s, agent_id, kind, until_ms, err);
    if (ret_was)
        *ret_was = result == 0 && sqlite3_changes(s->db) > 0;
    return end_durable(s, result, err);
}

int order_list(struct store *s, struct arena *a, struct orders *ret, struct err *err)
{
    ARRAY(struct order) list = {0};
    struct query q;
    int more;

    if (query_begin(&q, s, "SELECT * FROM operator_order ORDER BY agent_id, kind", err) < 0)
        return -1;
    while ((more = query_next(&q, err)) > 0) {
        size_t kind = word_index(column_text(&q, a, 1), order_name, ORDER__N);
        if (kind == ORDER__N)
            continue;
        struct order o = {.agent_id = column_text(&q, a, 0),
                          .kind = (enum order_kind)kind,
                          .who = column_text(&q, a, 2),
                          .why = column_text(&q, a, 3),
                          .at_ms = column_int(&q, 4),
                          .to_generation = column_count(&q, 5),
                          .away_from = column_text(&q, a, 6)};
        ARRAY_PUSH(a, list, o);
    }
    *ret = (struct orders){list.items, list.n};
    return more;
}
