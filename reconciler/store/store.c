/* Opening, closing, and staying well.  A store has one of three states: it can be written, it can
 * only be read (why_not is set), or there is no database (db is NULL) and every call fails with
 * why.
 */
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/seal.h"
#include "store/store_parts.h"

static void disconnect(struct store *s)
{
    for (size_t i = 0; i < s->n_prepared; i++)
        sqlite3_finalize(s->prepared[i].stmt);
    s->n_prepared = 0;
    sqlite3_close(s->db);
    s->db = NULL;
    s->damaged = false;
}

/* Nothing in the file may run code of its choice, whoever wrote it.  The log stays when the last
 * one closes: SQLite would delete it by its name, and the file of that name may be a new one by
 * then, begun while this one was damaged or deleted. */
static int open_handle(struct store *s, const char *path, int flags, struct err *err)
{
    int keep_log = 1;
    int rc =
        sqlite3_open_v2(path, &s->db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);

    if (rc != SQLITE_OK)
        return store_fail(s, rc, err);
    sqlite3_busy_timeout(s->db, BUSY_MS);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_file_control(s->db, NULL, SQLITE_FCNTL_PERSIST_WAL, &keep_log);
    return 0;
}

/* A page that is damaged can still answer, and wrongly; the file is small enough to look. */
static int check_pages(struct store *s, struct err *err)
{
    struct query q;
    struct arena *a CLEANUP_ARENA = arena_new();

    if (query_begin(&q, s, "PRAGMA quick_check(1)", err) < 0 || query_next(&q, err) < 0)
        return -1;
    const char *said = column_text(&q, a, 0);
    query_end(&q);
    if (said && strcmp(said, "ok") == 0)
        return 0;
    return store_refuse(s, CAUSE_DAMAGED, err, ERR_TRANSIENT, "%s is damaged", s->path);
}

static int only_read(struct store *s, int64_t version, struct err *err)
{
    store_is_newer(s, version, err);
    if (store_exec(s, "PRAGMA query_only=1", err) < 0)
        return -1;
    return s->use == STORE_READ ? 0 : -1;
}

static int prepare_to_write(struct store *s, bool fresh, struct err *err)
{
    _Static_assert(MAX_PAGES == 32768, "the limit below");

    /* How freed pages are given back is decided before the first one is used. */
    if ((fresh ? store_exec(s, "PRAGMA auto_vacuum=INCREMENTAL", err) : check_pages(s, err)) < 0)
        return -1;
    if (store_exec(s, "PRAGMA journal_mode=WAL", err) < 0 ||
        store_exec(s, "PRAGMA synchronous=NORMAL", err) < 0 ||
        store_exec(s, "PRAGMA wal_autocheckpoint=256", err) < 0 ||
        store_exec(s, "PRAGMA journal_size_limit=1048576", err) < 0 ||
        store_exec(s, "PRAGMA max_page_count=32768", err) < 0)
        return -1;
    return schema_make(s, err);
}

/* Nothing is remembered: reads find empty tables. */
static int open_empty(struct store *s, struct err *err)
{
    return open_handle(s, ":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err) < 0
               ? -1
               : schema_make(s, err);
}

static int open_to_read(struct store *s, struct err *err)
{
    int64_t version;
    bool fresh;

    enum file_kind kind = file_look(s, &s->device, &s->inode);
    if (kind == FILE_MISSING)
        return open_empty(s, err);
    if (kind != FILE_REGULAR)
        return file_unusable(s, kind, err);
    if (open_handle(s, s->path, SQLITE_OPEN_READWRITE, err) < 0 ||
        schema_identify(s, &version, &fresh, err) < 0)
        return -1;
    if (fresh) {
        disconnect(s);
        return open_empty(s, err);
    }
    if (version > SCHEMA_VERSION)
        return only_read(s, version, err);
    return store_exec(s, "PRAGMA query_only=1", err);
}

static int open_to_write(struct store *s, struct err *err)
{
    int64_t version;
    bool fresh;

    if (file_make(s, err) < 0 || open_handle(s, s->path, SQLITE_OPEN_READWRITE, err) < 0 ||
        schema_identify(s, &version, &fresh, err) < 0)
        return -1;
    return version > SCHEMA_VERSION ? only_read(s, version, err) : prepare_to_write(s, fresh, err);
}

static int connect_once(struct store *s, struct err *err)
{
    s->why_not = CAUSE_NONE;
    int result = s->use == STORE_READ ? open_to_read(s, err) : open_to_write(s, err);
    if (result < 0 && s->why_not == CAUSE_NONE) {
        disconnect(s);
        s->why_not = s->cause;
        s->why = *err;
    }
    return result;
}

static int begin_anew(struct store *s, int64_t now_ms, struct err *err)
{
    const char *to;

    if (file_move_aside(s, now_ms, &to, err) < 0) {
        s->why_not = s->cause;
        s->why = *err;
        return -1;
    }
    if (connect_once(s, err) < 0)
        return -1;
    if (!to)
        return 0;
    return store_refuse(s, CAUSE_MENDED, err, ERR_TRANSIENT,
                        "%s was damaged: it was moved to %s and a new one was begun; no "
                        "container depends on it",
                        s->path, to);
}

static int connect_store(struct store *s, int64_t now_ms, struct err *err)
{
    int result = connect_once(s, err);

    if (result < 0 && s->why_not == CAUSE_DAMAGED && s->use == STORE_WRITE)
        return begin_anew(s, now_ms, err);
    return result;
}

int store_open(const char *dir, const struct digest_key *key, enum store_use use, int64_t now_ms,
               struct store **ret, struct err *err)
{
    struct arena *a = arena_new();
    struct store *s = arena_alloc(a, sizeof *s);

    *s = (struct store){.arena = a,
                        .dir = arena_strdup(a, dir),
                        .path = arena_printf(a, "%s/state.db", dir),
                        .use = use,
                        .compare = seal_key(key, "state.db: comparisons of generations"),
                        .seal = seal_key(key, "state.db: sealed values")};
    *ret = s;
    return connect_store(s, now_ms, err);
}

void store_close(struct store *s)
{
    if (!s)
        return;
    disconnect(s);
    arena_free(s->arena);
}

/* Statements failed.  Before the file is moved: another process may have replaced it already, or
 * a newer version may have changed its tables, which is no damage. */
static int mend(struct store *s, int64_t now_ms, struct err *err)
{
    dev_t device = s->device;
    ino_t inode = s->inode;

    if (connect_once(s, err) < 0 && s->why_not != CAUSE_DAMAGED)
        return -1;
    if (s->db && (s->device != device || s->inode != inode))
        return 0;
    disconnect(s);
    return begin_anew(s, now_ms, err);
}

int store_check(struct store *s, int64_t now_ms, struct err *err)
{
    dev_t device;
    ino_t inode;

    if (s->use == STORE_READ)
        return 0;
    if (s->db && !s->damaged && s->why_not == CAUSE_NONE &&
        file_look(s, &device, &inode) == FILE_REGULAR && device == s->device && inode == s->inode)
        return 0;
    bool damaged = s->damaged && s->why_not == CAUSE_NONE;
    disconnect(s);
    return damaged ? mend(s, now_ms, err) : connect_store(s, now_ms, err);
}

bool store_is_news(struct store *s)
{
    unsigned bit = 1u << s->cause;

    if (s->cause != CAUSE_NONE && (s->told & bit))
        return false;
    s->told |= bit;
    return true;
}
