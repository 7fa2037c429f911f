#include "store/history.h"

#include "base/array.h"
#include "store/store_parts.h"
#include "store/words.h"

enum { MAX_DRIFTS = 200, MAX_LOG = 20, MAX_NAME = 200, MAX_CAUSE = 500, MAX_FAILURE = 2000 };

static const char add_sql[] =
    "INSERT INTO change (agent_id, agent_name, roles, began_ms, ended_ms, cause, result, failure,"
    " drifts, log, calls_waited, waited_ms, from_generation, to_generation)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char update_sql[] =
    "UPDATE change SET (agent_id, agent_name, roles, began_ms, ended_ms, cause, result, failure,"
    " drifts, log, calls_waited, waited_ms, from_generation, to_generation)"
    " = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?";

static void put_change(struct query *q, struct arena *a, const struct change *c)
{
    put_text(q, c->agent_id);
    put_text(q, bounded(a, c->agent_name, MAX_NAME));
    put_text(q, roles_text(a, c->roles));
    put_int(q, c->began_ms);
    put_int(q, c->ended_ms);
    put_text(q, bounded(a, c->cause, MAX_CAUSE));
    put_text(q, change_result_name[c->result]);
    put_text(q, bounded(a, c->failure, MAX_FAILURE));
    put_text(q, lines_join(a, c->drifts, c->n_drifts, MAX_DRIFTS, false));
    put_text(q, lines_join(a, c->log, c->n_log, MAX_LOG, true));
    put_int(q, c->calls_waited);
    put_int(q, c->waited_ms);
    put_int(q, c->from);
    put_int(q, c->to);
}

static int write_change(struct store *s, const char *sql, const struct change *c, struct err *err)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct query q;

    if (query_begin(&q, s, sql, err) < 0)
        return -1;
    put_change(&q, a, c);
    if (sql == update_sql)
        put_int(&q, c->id);
    return query_run(&q, err);
}

int history_add(struct store *s, const struct change *c, int64_t *ret_id, struct err *err)
{
    if (write_begin(s, err) < 0)
        return -1;
    int result = write_change(s, add_sql, c, err);
    *ret_id = sqlite3_last_insert_rowid(s->db);
    return write_end(s, result, err);
}

int history_update(struct store *s, const struct change *c, struct err *err)
{
    return write_begin(s, err) < 0 ? -1 : write_end(s, write_change(s, update_sql, c, err), err);
}

int history_interrupt(struct store *s, int64_t now_ms, struct err *err)
{
    struct query q;

    if (write_begin(s, err) < 0)
        return -1;
    int result = query_begin(&q, s,
                             "UPDATE change SET result = 'interrupted', ended_ms = ?"
                             " WHERE result IN ('underway', 'waiting') AND ended_ms = 0",
                             err);
    if (result == 0) {
        put_int(&q, now_ms);
        result = query_run(&q, err);
    }
    return write_end(s, result, err);
}

static struct change get_change(struct query *q, struct arena *a)
{
    struct change c = {
        .id = column_int(q, 0),
        .agent_id = column_text(q, a, 1),
        .agent_name = column_text(q, a, 2),
        .roles = roles_of(column_text(q, a, 3)),
        .began_ms = column_int(q, 4),
        .ended_ms = column_int(q, 5),
        .cause = column_text(q, a, 6),
        .failure = column_text(q, a, 8),
        .calls_waited = column_count(q, 11),
        .waited_ms = column_int(q, 12),
        .from = column_count(q, 13),
        .to = column_count(q, 14),
    };
    size_t result = word_index(column_text(q, a, 7), change_result_name, CHANGE__N);
    c.result = result < CHANGE__N ? (enum change_result)result : CHANGE_INTERRUPTED;
    c.n_drifts = lines_split(a, column_text(q, a, 9), &c.drifts);
    c.n_log = lines_split(a, column_text(q, a, 10), &c.log);
    return c;
}

/* Two statements: each can walk an index backwards and stop at the limit. */
static const char list_sql[] = "SELECT * FROM change WHERE id < ? ORDER BY id DESC LIMIT ?";
static const char list_agent_sql[] =
    "SELECT * FROM change WHERE id < ? AND agent_id = ? ORDER BY id DESC LIMIT ?";

int history_list(struct store *s, struct arena *a, const struct history_query *what,
                 struct changes *ret, struct err *err)
{
    ARRAY(struct change) list = {0};
    struct query q;
    int more;

    if (query_begin(&q, s, what->agent_id ? list_agent_sql : list_sql, err) < 0)
        return -1;
    put_int(&q, what->before_id ? what->before_id : INT64_MAX);
    if (what->agent_id)
        put_text(&q, what->agent_id);
    put_int(&q, what->limit);
    while ((more = query_next(&q, err)) > 0)
        ARRAY_PUSH(a, list, get_change(&q, a));
    *ret = (struct changes){list.items, list.n};
    return more;
}

/* With max() SQLite takes the other columns from the row that has the maximum. */
static const char agents_sql[] =
    "SELECT agent_id, agent_name, max(id) FROM change GROUP BY agent_id"
    " UNION ALL SELECT DISTINCT agent_id, NULL, 0 FROM generation"
    " WHERE agent_id NOT IN (SELECT agent_id FROM change) ORDER BY 1";

int history_agents(struct store *s, struct arena *a, struct known_agents *ret, struct err *err)
{
    ARRAY(struct known_agent) list = {0};
    struct query q;
    int more;

    if (query_begin(&q, s, agents_sql, err) < 0)
        return -1;
    while ((more = query_next(&q, err)) > 0)
        ARRAY_PUSH(a, list, (struct known_agent){column_text(&q, a, 0), column_text(&q, a, 1)});
    *ret = (struct known_agents){list.items, list.n};
    return more;
}
