/* The tables.  They hold words where an enum of the program could be renumbered. */
#include "store/store_parts.h"

#include <stdio.h>

/* Ours, so that a file of somebody else is told apart: "AVRr". */
enum { APPLICATION_ID = 0x41565272 };

static const char version_1[] =
    "CREATE TABLE change ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, agent_id TEXT NOT NULL, agent_name TEXT,"
    " roles TEXT NOT NULL, began_ms INTEGER NOT NULL, ended_ms INTEGER NOT NULL, cause TEXT,"
    " result TEXT NOT NULL, failure TEXT, drifts TEXT NOT NULL, log TEXT NOT NULL,"
    " calls_waited INTEGER NOT NULL, waited_ms INTEGER NOT NULL,"
    " from_generation INTEGER NOT NULL, to_generation INTEGER NOT NULL) STRICT;"
    "CREATE INDEX change_agent ON change (agent_id, id);"
    "CREATE TABLE generation ("
    " agent_id TEXT NOT NULL, number INTEGER NOT NULL, since_ms INTEGER NOT NULL,"
    " good_ms INTEGER NOT NULL, cause TEXT, digest TEXT NOT NULL,"
    " PRIMARY KEY (agent_id, number)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE generation_role ("
    " agent_id TEXT NOT NULL, number INTEGER NOT NULL, role TEXT NOT NULL, image_ref TEXT,"
    " image_id TEXT, image_digest TEXT, settings_hash TEXT,"
    " PRIMARY KEY (agent_id, number, role)) STRICT, WITHOUT ROWID;"
    /* A sealed value is a blob, a plain one a text. */
    "CREATE TABLE generation_env ("
    " agent_id TEXT NOT NULL, number INTEGER NOT NULL, role TEXT NOT NULL, name TEXT NOT NULL,"
    " value ANY NOT NULL, origin TEXT,"
    " PRIMARY KEY (agent_id, number, role, name)) STRICT;"
    "CREATE TABLE operator_order ("
    " agent_id TEXT NOT NULL, kind TEXT NOT NULL, who TEXT, why TEXT, at_ms INTEGER NOT NULL,"
    " to_generation INTEGER NOT NULL, away_from TEXT,"
    " PRIMARY KEY (agent_id, kind)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE call ("
    " uuid TEXT PRIMARY KEY, agent_id TEXT NOT NULL, generation INTEGER NOT NULL,"
    " first_seen_ms INTEGER NOT NULL, ended_ms INTEGER NOT NULL, roles TEXT NOT NULL)"
    " STRICT, WITHOUT ROWID;"
    "CREATE INDEX call_age ON call (first_seen_ms);";

static int read_number(struct store *s, const char *pragma, int64_t *ret, struct err *err)
{
    struct query q;
    int more;

    *ret = 0;
    if (query_begin(&q, s, pragma, err) < 0 || (more = query_next(&q, err)) < 0)
        return -1;
    if (more)
        *ret = column_int(&q, 0);
    query_end(&q);
    return 0;
}

int schema_version(struct store *s, int64_t *ret, struct err *err)
{
    return read_number(s, "PRAGMA user_version", ret, err);
}

int schema_identify(struct store *s, int64_t *ret_version, bool *ret_fresh, struct err *err)
{
    int64_t id, tables;

    if (read_number(s, "PRAGMA application_id", &id, err) < 0 ||
        schema_version(s, ret_version, err) < 0 ||
        read_number(s, "SELECT count(*) FROM sqlite_schema", &tables, err) < 0)
        return -1;
    *ret_fresh = tables == 0 && *ret_version == 0;
    if (id == APPLICATION_ID || (*ret_fresh && id == 0))
        return 0;
    return store_refuse(s, CAUSE_FOREIGN, err, ERR_DENIED,
                        "%s is another program's database; nothing is remembered. Choose another "
                        "folder with --state-dir",
                        s->path);
}

/* The version is read again within: of two that begin at once the second finds it done. */
int schema_make(struct store *s, struct err *err)
{
    char identity[128];
    int64_t version;

    if (schema_version(s, &version, err) < 0)
        return -1;
    if (version >= SCHEMA_VERSION)
        return 0;
    snprintf(identity, sizeof identity, "PRAGMA application_id=%d; PRAGMA user_version=%d",
             APPLICATION_ID, SCHEMA_VERSION);
    if (write_begin(s, err) < 0)
        return -1;
    int result = schema_version(s, &version, err);
    if (result == 0 && version < SCHEMA_VERSION &&
        (store_exec(s, version_1, err) < 0 || store_exec(s, identity, err) < 0))
        result = -1;
    return write_end(s, result, err);
}
