/* The rows.  AVR's backend alters its tables at every start, so columns are probed before they are
 * asked for: those nothing can be decided without are an error when they are gone, any other reads
 * as null. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/text.h"
#include "source/database_parts.h"

enum {
    MAX_ROWS = 10000,
    MAX_CALLS = 100000,
    MAX_NAME = 1024,
    MAX_CONFIG = 1024 * 1024,
    MAX_CONFIGS = 64 * MAX_CONFIG,
    RECENT_EVENTS = 2000
};

struct column {
    const char *name;
    bool essential;
};

typedef int row_fn(const struct look *, sqlite3_stmt *, void *ctx, struct err *);

static int each_row(const struct look *l, const char *sql, row_fn *fn, void *ctx, struct err *err)
{
    sqlite3_stmt *stmt;
    int rc = sqlite3_prepare_v2(l->db, sql, -1, &stmt, NULL);
    int result = 0;

    if (rc != SQLITE_OK)
        return database_error(l, rc, err);
    while (result == 0 && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
        result = fn(l, stmt, ctx, err);
    if (result == 0 && rc != SQLITE_DONE)
        result = database_error(l, rc, err);
    sqlite3_finalize(stmt);
    return result;
}

struct names {
    ARRAY(const char *) list;
};

static int take_name(const struct look *l, sqlite3_stmt *stmt, void *ctx, struct err *err)
{
    struct names *names = ctx;
    const char *name = (const char *)sqlite3_column_text(stmt, 0);

    (void)err;
    if (name)
        ARRAY_PUSH(l->arena, names->list, arena_strdup(l->arena, name));
    return 0;
}

static bool has_column(const struct names *names, const char *name)
{
    for (size_t i = 0; i < names->list.n; i++)
        if (strcasecmp(names->list.items[i], name) == 0)
            return true;
    return false;
}

/* "SELECT "id", NULL, … FROM "agent"", every column in the order of the table given.  *ret_sql is
 * NULL when the table does not exist. */
static int select_columns(const struct look *l, const char *table, const struct column *columns,
                          size_t n, const char **ret_sql, struct err *err)
{
    struct text sql = {.arena = l->arena};
    struct names names = {0};

    if (each_row(l, arena_printf(l->arena, "SELECT name FROM pragma_table_info('%s')", table),
                 take_name, &names, err) != 0)
        return -1;
    *ret_sql = NULL;
    if (names.list.n == 0)
        return 0;
    for (size_t i = 0; i < n; i++) {
        bool has = has_column(&names, columns[i].name);
        if (!has && columns[i].essential)
            return err_set(err, ERR_INVALID,
                           "database %s: column \"%s\" of table \"%s\" is gone: this version of "
                           "AVR's database is not known",
                           l->path, columns[i].name, table);
        const char *mark = has ? "\"" : "";
        text_printf(&sql, "%s %s%s%s", i ? "," : "SELECT", mark, has ? columns[i].name : "NULL",
                    mark);
    }
    text_printf(&sql, " FROM \"%s\"", table);
    *ret_sql = text_str(&sql);
    return 0;
}

static int table_gone(const struct look *l, const char *table, struct err *err)
{
    return err_set(err, ERR_INVALID,
                   "database %s has no table \"%s\": is it AVR's database, and did its backend "
                   "start at least once?",
                   l->path, table);
}

/* NULL for null; *problem names the column when the text cannot be used. */
static const char *column_text(const struct look *l, sqlite3_stmt *stmt, int i, const char *name,
                               const char **problem)
{
    const char *s = (const char *)sqlite3_column_text(stmt, i);
    size_t len = (size_t)sqlite3_column_bytes(stmt, i);

    if (!s)
        return NULL;
    if (len <= MAX_NAME && text_is_utf8(s, len))
        return arena_strndup(l->arena, s, len);
    if (!*problem)
        *problem = arena_printf(l->arena, "its %s is %s", name,
                                len > MAX_NAME ? "too long" : "not valid UTF-8");
    return NULL;
}

static int row_id(const struct look *l, sqlite3_stmt *stmt, const char *table, const char **ret,
                  struct err *err)
{
    const char *problem = NULL;

    *ret = column_text(l, stmt, 0, "id", &problem);
    if (!*ret || !**ret)
        return err_set(err, ERR_INVALID, "database %s: a row of table \"%s\" has no usable id",
                       l->path, table);
    return 0;
}

static int too_many(const struct look *l, const char *table, int limit, struct err *err)
{
    return err_set(err, ERR_INVALID, "database %s: table \"%s\" has more than %d rows to read",
                   l->path, table, limit);
}

struct providers {
    ARRAY(struct provider_row) list;
    ARRAY(struct config_text) configs;
    size_t bytes;
};

static int take_provider(const struct look *l, sqlite3_stmt *stmt, void *ctx, struct err *err)
{
    struct providers *p = ctx;
    struct provider_row row = {0};

    if (p->list.n == MAX_ROWS)
        return too_many(l, "provider", MAX_ROWS, err);
    if (row_id(l, stmt, "provider", &row.id, err) != 0)
        return -1;
    row.type = column_text(l, stmt, 1, "type", &row.problem);
    row.name = column_text(l, stmt, 2, "name", &row.problem);
    const char *config = (const char *)sqlite3_column_text(stmt, 3);
    size_t len = (size_t)sqlite3_column_bytes(stmt, 3);
    if (len > MAX_CONFIG && !row.problem)
        row.problem = "config is longer than 1 MiB";
    config = config && !row.problem ? arena_strndup(l->arena, config, len) : NULL;
    p->bytes += config ? len : 0;
    if (p->bytes > MAX_CONFIGS)
        return err_set(err, ERR_INVALID,
                       "database %s: the configs of its providers are longer than "
                       "64 MiB in all",
                       l->path);
    ARRAY_PUSH(l->arena, p->list, row);
    ARRAY_PUSH(l->arena, p->configs, ((struct config_text){config, len}));
    return 0;
}

int database_read_providers(struct look *l, struct database *ret, struct err *err)
{
    static const struct column columns[] = {
        {"id", true}, {"type", true}, {"name", true}, {"config", true}};
    struct providers p = {0};
    const char *sql;

    if (select_columns(l, "provider", columns, 4, &sql, err) != 0)
        return -1;
    if (!sql)
        return table_gone(l, "provider", err);
    if (each_row(l, sql, take_provider, &p, err) != 0)
        return -1;
    l->providers = p.list.items;
    l->configs = p.configs.items;
    ret->providers = p.list.items;
    ret->n_providers = p.list.n;
    return 0;
}

static int column_port(const struct look *l, sqlite3_stmt *stmt, int i, const char *name,
                       const char **problem)
{
    int64_t n = sqlite3_column_int64(stmt, i);

    if (n >= 0 && n <= 65535)
        return (int)n;
    if (!*problem)
        *problem = arena_printf(l->arena, "its %s %lld is not a port", name, (long long)n);
    return 0;
}

struct agents {
    ARRAY(struct agent_row) list;
};

enum agent_column {
    A_ID,
    A_NAME,
    A_STATUS,
    A_MODE,
    A_PORT,
    A_HTTP,
    A_STS,
    A_ASR,
    A_LLM,
    A_TTS,
    A_N
};
static const struct column agent_columns[A_N] = {
    [A_ID] = {"id", true},
    [A_NAME] = {"name", true},
    [A_STATUS] = {"status", true},
    [A_MODE] = {"mode", true},
    [A_PORT] = {"port", false},
    [A_HTTP] = {"httpPort", false},
    [A_STS] = {"provider_sts_id", false},
    [A_ASR] = {"provider_asr_id", false},
    [A_LLM] = {"provider_llm_id", false},
    [A_TTS] = {"provider_tts_id", false},
};

static int take_agent(const struct look *l, sqlite3_stmt *stmt, void *ctx, struct err *err)
{
    struct agents *agents = ctx;
    struct agent_row row = {0};

    if (agents->list.n == MAX_ROWS)
        return too_many(l, "agent", MAX_ROWS, err);
    if (row_id(l, stmt, "agent", &row.id, err) != 0)
        return -1;
    row.name = column_text(l, stmt, A_NAME, "name", &row.problem);
    row.status = column_text(l, stmt, A_STATUS, "status", &row.problem);
    row.mode = column_text(l, stmt, A_MODE, "mode", &row.problem);
    row.port = column_port(l, stmt, A_PORT, "port", &row.problem);
    row.http_port = column_port(l, stmt, A_HTTP, "httpPort", &row.problem);
    for (enum role r = ROLE_STS; r < ROLE_CORE; r++)
        row.provider_id[r] = column_text(l, stmt, A_STS + (int)r, "provider", &row.problem);
    ARRAY_PUSH(l->arena, agents->list, row);
    return 0;
}

int database_read_agents(struct look *l, struct database *ret, struct err *err)
{
    struct agents agents = {0};
    const char *sql;

    if (select_columns(l, "agent", agent_columns, A_N, &sql, err) != 0)
        return -1;
    if (!sql)
        return table_gone(l, "agent", err);
    if (each_row(l, sql, take_agent, &agents, err) != 0)
        return -1;
    ret->agents = agents.list.items;
    ret->n_agents = agents.list.n;
    return 0;
}

static int two_digits(const char *s)
{
    if (s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9')
        return -1;
    return (s[0] - '0') * 10 + s[1] - '0';
}

/* Days since 1970 of a date of the Gregorian calendar, years counted from March. */
static int64_t days_of(int year, int month, int day)
{
    int64_t y = month > 2 ? year : year - 1;
    int64_t m = month > 2 ? month - 3 : month + 9;
    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

int64_t database_time_ms(const char *s)
{
    int part[7]; /* century, year, month, day, hour, minute, second */
    static const char pattern[] = "..-.-. .:.:."; /* a dot is two digits */
    int64_t ms = 0;
    size_t n = 0;

    for (const char *p = pattern; *p; p++) {
        if (*p == '.') {
            part[n] = two_digits(s);
            if (part[n++] < 0)
                return 0;
            s += 2;
        } else if (*s == *p || (*p == ' ' && *s == 'T')) {
            s++;
        } else {
            return 0;
        }
    }
    if (*s == '.')
        for (int scale = 100; *++s >= '0' && *s <= '9'; scale /= 10)
            ms += (*s - '0') * scale;
    if ((*s && strcmp(s, "Z") != 0) || part[2] < 1 || part[2] > 12 || part[3] < 1 || part[3] > 31 ||
        part[4] > 23 || part[5] > 59 || part[6] > 60)
        return 0;
    int64_t days = days_of(part[0] * 100 + part[1], part[2], part[3]);
    return (((days * 24 + part[4]) * 60 + part[5]) * 60 + part[6]) * 1000 + ms;
}

struct calls {
    ARRAY(struct call_row) list;
    ARRAY(const char *) ids; /* call.id, which call_event.callId names */
};

enum call_column { C_UUID, C_AGENT, C_ENDED, C_STARTED, C_ID, C_N };

static int64_t column_time(sqlite3_stmt *stmt, int i)
{
    const char *s = (const char *)sqlite3_column_text(stmt, i);
    return s ? database_time_ms(s) : 0;
}

static int take_call(const struct look *l, sqlite3_stmt *stmt, void *ctx, struct err *err)
{
    struct calls *calls = ctx;
    struct call_row row = {0};
    const char *ignored = NULL;

    if (calls->list.n == MAX_CALLS)
        return too_many(l, "call", MAX_CALLS, err);
    row.uuid = column_text(l, stmt, C_UUID, "uuid", &ignored);
    row.agent_id = column_text(l, stmt, C_AGENT, "agentId", &ignored);
    row.started_ms = column_time(stmt, C_STARTED);
    ARRAY_PUSH(l->arena, calls->list, row);
    ARRAY_PUSH(l->arena, calls->ids, column_text(l, stmt, C_ID, "id", &ignored));
    return 0;
}

static int take_initiated(const struct look *l, sqlite3_stmt *stmt, void *ctx, struct err *err)
{
    struct calls *calls = ctx;
    const char *id = (const char *)sqlite3_column_text(stmt, 0);

    (void)l;
    (void)err;
    for (size_t i = 0; id && i < calls->list.n; i++)
        if (text_is(calls->ids.items[i], id))
            calls->list.items[i].initiated_ms = column_time(stmt, 1);
    return 0;
}

/* Only the newest events are looked through: a call is between initiated and started for seconds,
 * while the table grows by every sentence that is spoken and has no index for this. */
static int read_initiated(const struct look *l, struct calls *calls, struct err *err)
{
    static const struct column columns[] = {
        {"callId", false}, {"timestamp", false}, {"type", false}};
    const char *known;

    if (calls->list.n == 0)
        return 0;
    if (select_columns(l, "call_event", columns, 3, &known, err) != 0)
        return -1;
    if (!known || strstr(known, "NULL"))
        return 0;
    return each_row(l,
                    arena_printf(l->arena,
                                 "SELECT callId, timestamp FROM (SELECT callId, timestamp, type "
                                 "FROM call_event ORDER BY rowid DESC LIMIT %d) "
                                 "WHERE type = 'call_initiated'",
                                 RECENT_EVENTS),
                    take_initiated, calls, err);
}

int database_read_open_calls(struct look *l, struct database *ret, struct err *err)
{
    static const struct column columns[C_N] = {[C_UUID] = {"uuid", true},
                                               [C_AGENT] = {"agentId", true},
                                               [C_ENDED] = {"endedAt", true},
                                               [C_STARTED] = {"startedAt", false},
                                               [C_ID] = {"id", false}};
    struct calls calls = {0};
    const char *sql;

    if (select_columns(l, "call", columns, C_N, &sql, err) != 0)
        return -1;
    ret->calls_known = sql != NULL;
    if (!sql)
        return 0;
    sql = arena_printf(l->arena, "%s WHERE \"endedAt\" IS NULL", sql);
    if (each_row(l, sql, take_call, &calls, err) != 0 || read_initiated(l, &calls, err) != 0)
        return -1;
    ret->calls = calls.list.items;
    ret->n_calls = calls.list.n;
    return 0;
}

int database_read_newest_calls(struct look *l, struct database *ret, struct err *err)
{
    static const struct column columns[] = {{"agentId", true}, {"startedAt", true}};
    struct calls calls = {0};
    const char *known;

    if (select_columns(l, "call", columns, 2, &known, err) != 0)
        return -1;
    ret->calls_known = known != NULL;
    if (!known)
        return 0;
    if (each_row(l,
                 "SELECT NULL, agentId, NULL, MAX(startedAt), NULL FROM call "
                 "WHERE agentId IS NOT NULL GROUP BY agentId",
                 take_call, &calls, err) != 0)
        return -1;
    ret->calls = calls.list.items;
    ret->n_calls = calls.list.n;
    return 0;
}
