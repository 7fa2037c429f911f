/* Statements, transactions and SQLite's errors as sentences. */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/visible.h"
#include "store/store_parts.h"

int store_refuse(struct store *s, enum cause cause, struct err *err, enum err_code code,
                 const char *fmt, ...)
{
    char text[sizeof err->text];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    s->cause = cause;
    s->damaged |= cause == CAUSE_DAMAGED;
    return err_set(err, code, "%s", text);
}

static int io_failed(struct store *s, struct err *err)
{
    int errnum = s->db ? sqlite3_system_errno(s->db) : 0;

    return store_refuse(s, CAUSE_IO, err, ERR_TRANSIENT, "%s: %s%s%s", s->path,
                        s->db ? sqlite3_errmsg(s->db) : "cannot be opened", errnum ? ": " : "",
                        errnum ? strerror(errnum) : "");
}

int store_fail(struct store *s, int rc, struct err *err)
{
    switch (rc & 0xff) {
    case SQLITE_NOMEM:
        abort();
    case SQLITE_FULL:
        return store_refuse(s, CAUSE_FULL, err, ERR_TRANSIENT,
                            "%s cannot grow, the disk or its share of it is full; nothing is "
                            "remembered until there is room",
                            s->path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return store_refuse(s, CAUSE_BUSY, err, ERR_TRANSIENT,
                            "%s is locked by another process for more than %d ms", s->path,
                            BUSY_MS);
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return store_refuse(s, CAUSE_DENIED, err, ERR_DENIED,
                            "%s cannot be opened: no permission for it or for its folder", s->path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR: /* our statements are right, so the tables are not ours */
        return store_refuse(s, CAUSE_DAMAGED, err, ERR_TRANSIENT, "%s is damaged (%s)", s->path,
                            s->db ? sqlite3_errmsg(s->db) : "it cannot be opened");
    default:
        return io_failed(s, err);
    }
}

static int unusable(struct store *s, struct err *err)
{
    *err = s->why;
    s->cause = s->why_not;
    return -1;
}

int store_exec(struct store *s, const char *sql, struct err *err)
{
    int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? 0 : store_fail(s, rc, err);
}

int store_is_newer(struct store *s, int64_t version, struct err *err)
{
    s->why_not = CAUSE_NEWER;
    store_refuse(
        s, CAUSE_NEWER, &s->why, ERR_DENIED,
        "%s was written by a newer avr-reconciler (its version is %lld, this program knows "
        "%d): it is read, and nothing is added to it",
        s->path, (long long)version, SCHEMA_VERSION);
    *err = s->why;
    return -1;
}

int write_begin(struct store *s, struct err *err)
{
    int64_t version;

    if (s->why_not != CAUSE_NONE)
        return unusable(s, err);
    if (store_exec(s, "BEGIN IMMEDIATE", err) < 0)
        return -1;
    int result = schema_version(s, &version, err);
    if (result == 0 && version > SCHEMA_VERSION)
        result = store_is_newer(s, version, err);
    return result < 0 ? write_end(s, -1, err) : 0;
}

int write_end(struct store *s, int result, struct err *err)
{
    enum cause cause = s->cause;
    struct err ignored;

    if (result == 0 && store_exec(s, "COMMIT", err) == 0) {
        s->told = 0;
        return 0;
    }
    if (result < 0)
        s->cause = cause;
    else
        cause = s->cause;
    if (!sqlite3_get_autocommit(s->db)) /* some errors have rolled it back already */
        store_exec(s, "ROLLBACK", &ignored);
    s->cause = cause;
    return -1;
}

static int prepare(struct store *s, const char *sql, sqlite3_stmt **ret, struct err *err)
{
    for (size_t i = 0; i < s->n_prepared; i++)
        if (s->prepared[i].sql == sql) {
            *ret = s->prepared[i].stmt;
            return 0;
        }
    int rc = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, ret, NULL);
    if (rc != SQLITE_OK)
        return store_fail(s, rc, err);
    if (s->n_prepared == MAX_QUERIES)
        abort(); /* there are more statements than room for them: a fault of this program */
    s->prepared[s->n_prepared].sql = sql;
    s->prepared[s->n_prepared++].stmt = *ret;
    return 0;
}

int query_begin(struct query *q, struct store *s, const char *sql, struct err *err)
{
    *q = (struct query){.store = s};
    if (!s->db)
        return unusable(s, err);
    return prepare(s, sql, &q->stmt, err);
}

void query_end(struct query *q)
{
    sqlite3_reset(q->stmt);
    sqlite3_clear_bindings(q->stmt);
}

int query_next(struct query *q, struct err *err)
{
    int rc = sqlite3_step(q->stmt), result = rc == SQLITE_ROW;

    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        result = store_fail(q->store, rc, err);
    if (result != 1)
        query_end(q);
    return result;
}

int query_run(struct query *q, struct err *err)
{
    int more;

    while ((more = query_next(q, err)) > 0)
        ;
    return more;
}

/* Binding fails only for texts beyond a gigabyte; the row then has a NULL that its table refuses.
 */
void put_text(struct query *q, const char *text)
{
    sqlite3_bind_text(q->stmt, ++q->bound, text, -1, SQLITE_STATIC);
}

void put_int(struct query *q, int64_t n)
{
    sqlite3_bind_int64(q->stmt, ++q->bound, n);
}

void put_blob(struct query *q, const void *bytes, size_t len)
{
    sqlite3_bind_blob64(q->stmt, ++q->bound, bytes, len, SQLITE_STATIC);
}

const char *column_text(struct query *q, struct arena *a, int column)
{
    return arena_strdup(a, (const char *)sqlite3_column_text(q->stmt, column));
}

int64_t column_int(struct query *q, int column)
{
    return sqlite3_column_int64(q->stmt, column);
}

unsigned column_count(struct query *q, int column)
{
    int64_t n = column_int(q, column);
    return n < 0 ? 0 : n > UINT_MAX ? UINT_MAX : (unsigned)n;
}

const char *bounded(struct arena *a, const char *text, size_t max)
{
    static const char ellipsis[] = "…";

    if (!text)
        return NULL;
    const char *shown = visible_text(a, text);
    if (strlen(shown) <= max)
        return shown;
    size_t n = max - strlen(ellipsis);
    while (n && ((unsigned char)shown[n] & 0xc0) == 0x80)
        n--;
    return arena_printf(a, "%.*s%s", (int)n, shown, ellipsis);
}
