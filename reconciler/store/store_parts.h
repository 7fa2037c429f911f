/* store_parts.h - what the files of the store share: the open file, queries, transactions. */
#ifndef STORE_STORE_PARTS_H
#define STORE_STORE_PARTS_H

#include <sqlite3.h>
#include <sys/types.h>

#include "base/arena.h"
#include "store/store.h"

enum {
    MAX_QUERIES = 48,
    PAGE_BYTES = 4096,
    MAX_PAGES = 128 * 1024 * 1024 / PAGE_BYTES, /* beyond, the disk counts as full */
    BUSY_MS = 1000,
};

enum cause {
    CAUSE_NONE, /* no fault of the file: there is no such generation, say */
    CAUSE_FULL,
    CAUSE_DENIED,
    CAUSE_BUSY,
    CAUSE_DAMAGED,
    CAUSE_MENDED,
    CAUSE_NEWER,
    CAUSE_FOREIGN,
    CAUSE_IO,
};

struct store {
    struct arena *arena;
    const char *dir, *path;
    enum store_use use;
    struct digest_key compare, seal;
    sqlite3 *db;        /* NULL: not usable, and why says so */
    struct err why;     /* it cannot be used, or not be written */
    enum cause why_not; /* as a cause; CAUSE_NONE: it can be written */
    dev_t device;       /* of the file that is open */
    ino_t inode;
    bool damaged;     /* seen since it was opened */
    enum cause cause; /* of the last failure */
    unsigned told;    /* causes, as bits */
    struct {
        const char *sql;
        sqlite3_stmt *stmt;
    } prepared[MAX_QUERIES];
    size_t n_prepared;
};

/* Fails with what SQLite says; -1. */
int store_fail(struct store *, int rc, struct err *);
/* Fails for a cause of our own; -1. */
int store_refuse(struct store *, enum cause, struct err *, enum err_code, const char *fmt, ...)
    PRINTF(5, 6);
/* A newer version wrote to the file: from now on it is only read.  -1. */
int store_is_newer(struct store *, int64_t version, struct err *);
int store_exec(struct store *, const char *sql, struct err *);

/* Everything that writes stands between these two.  A newer version may have come while the file
 * was open, so write_begin() looks.  write_end() commits if result is 0, else
 * takes all back; it returns result, or -1 if that could not be done. */
int write_begin(struct store *, struct err *);
int write_end(struct store *, int result, struct err *);

/* One statement being used:
 *
 *     struct query q;
 *     if (query_begin(&q, store, sql, err) < 0)
 *         return -1;
 *     put_text(&q, agent_id);
 *     while ((more = query_next(&q, err)) > 0)
 *         … column_int(&q, 0) …
 *
 * It is ready for the next use once query_next() has returned 0 or -1, or after query_end(). `sql`
 * must be a constant of its file: statements are kept by its address. */
struct query {
    struct store *store;
    sqlite3_stmt *stmt;
    int bound;
};
int query_begin(struct query *, struct store *, const char *sql, struct err *);
int query_next(struct query *, struct err *); /* 1: a row, 0: no more, -1: failed */
void query_end(struct query *);
int query_run(struct query *, struct err *); /* all its rows; 0 or -1 */

/* Parameters, in order; they must live until the query has run.  NULL binds NULL. */
void put_text(struct query *, const char *);
void put_int(struct query *, int64_t);
void put_blob(struct query *, const void *, size_t len);

const char *column_text(struct query *, struct arena *, int column); /* NULL if it is NULL */
int64_t column_int(struct query *, int column);
unsigned column_count(struct query *, int column); /* clamped */

/* The text made visible and cut to so many bytes with an ellipsis; NULL gives NULL. */
const char *bounded(struct arena *, const char *, size_t max_bytes);

/* The tables, in one transaction, if they are not there. */
int schema_make(struct store *, struct err *);
/* Whose file it is and of which version; fails for a foreign one.  *ret_fresh: nothing is in it. */
int schema_identify(struct store *, int64_t *ret_version, bool *ret_fresh, struct err *);
int schema_version(struct store *, int64_t *ret, struct err *);
enum { SCHEMA_VERSION = 1 };

/* The file itself. */
enum file_kind { FILE_MISSING, FILE_REGULAR, FILE_OTHER, FILE_UNKNOWN /* errno */ };
enum file_kind file_look(struct store *, dev_t *, ino_t *);
int file_unusable(struct store *, enum file_kind, struct err *); /* says why; -1 */
int file_make(struct store *, struct err *); /* if it is missing; takes others' rights away */
/* Moves the damaged file that was open aside, unless another process has done it already. */
int file_move_aside(struct store *, int64_t now_ms, const char **ret_to, struct err *);

#endif
