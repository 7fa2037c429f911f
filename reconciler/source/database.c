/* Opening and closing, and what can be wrong with the file.  A look is: stat, open, check, one read
 * transaction stepped to its end, close, stat again.  Nothing stays open between two looks, because
 * an open read transaction makes AVR's own commits fail and an open handle would go on reading a
 * file that a restore has replaced. */
#include "source/database.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "source/database_parts.h"

enum {
    BUSY_MS = 250,
    STEPS_A_TICK = 100 * 1000, /* of SQLite's machine, between two questions whether to stop */
    MAX_TICKS = 200,
    MAX_TEXT = 64 * 1024 * 1024,
};

typedef int read_fn(struct look *, struct database *, struct err *);

static int file_error(const char *path, int errnum, struct err *err)
{
    switch (errnum) {
    case ENOENT:
    case ENOTDIR:
        return err_set(err, ERR_UNREACHABLE, "database %s does not exist: check its path and mount",
                       path);
    case EACCES:
    case EPERM:
        return err_set(err, ERR_UNREACHABLE,
                       "database %s: no permission to read it or to enter its folder", path);
    default:
        return err_set(err, ERR_UNREACHABLE, "database %s: %s", path, strerror(errnum));
    }
}

static int file_check(const char *path, struct stat *ret, struct err *err)
{
    if (stat(path, ret) != 0)
        return file_error(path, errno, err);
    if (S_ISDIR(ret->st_mode))
        return err_set(err, ERR_UNREACHABLE,
                       "database %s is a folder: name the database file in it", path);
    if (!S_ISREG(ret->st_mode))
        return err_set(err, ERR_UNREACHABLE, "database %s is not a regular file", path);
    if (ret->st_size == 0)
        return err_set(err, ERR_UNREACHABLE,
                       "database %s is an empty file, which is not an empty fleet: start AVR's "
                       "backend once or restore a backup",
                       path);
    return 0;
}

static int readonly_error(const struct look *l, int rc, struct err *err)
{
    if (rc == SQLITE_READONLY_ROLLBACK)
        return err_set(
            err, ERR_UNREACHABLE,
            "database %s was left in the middle of a commit: start AVR's backend once so "
            "that it recovers",
            l->path);
    return err_set(err, ERR_UNREACHABLE,
                   "database %s is in WAL mode and its -shm file can be neither read nor made: "
                   "mount its whole folder with write permission, or keep AVR's backend running",
                   l->path);
}

int database_error(const struct look *l, int rc, struct err *err)
{
    switch (rc & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return err_set(err, ERR_UNREACHABLE,
                       "database %s is locked by a writer for more than %d ms: try again", l->path,
                       BUSY_MS);
    case SQLITE_READONLY:
        return readonly_error(l, rc, err);
    case SQLITE_CANTOPEN: {
        int errnum = sqlite3_system_errno(l->db);
        return errnum ? file_error(l->path, errnum, err) : readonly_error(l, rc, err);
    }
    case SQLITE_NOTADB:
        return err_set(err, ERR_UNREACHABLE,
                       "database %s is not an SQLite database: check its path or restore a backup",
                       l->path);
    case SQLITE_CORRUPT:
        return err_set(err, ERR_UNREACHABLE,
                       "database %s is damaged or cut short (%s): restore a backup", l->path,
                       sqlite3_errmsg(l->db));
    case SQLITE_INTERRUPT:
        return err_set(err, ERR_UNREACHABLE, "database %s takes too long to read", l->path);
    case SQLITE_NOMEM:
        return err_set(err, ERR_TRANSIENT, "database %s: out of memory", l->path);
    default:
        return err_set(err, rc == SQLITE_ERROR ? ERR_INVALID : ERR_UNREACHABLE, "database %s: %s",
                       l->path, sqlite3_errmsg(l->db));
    }
}

static int tick(void *count)
{
    return ++*(int *)count > MAX_TICKS;
}

/* The schema in the file is the backend's, so nothing in it may run code of its choice. */
static int open_readonly(struct look *l, struct err *err)
{
    int rc = sqlite3_open_v2(
        l->path, &l->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);

    if (rc != SQLITE_OK)
        return database_error(l, rc, err);
    sqlite3_busy_timeout(l->db, BUSY_MS);
    sqlite3_db_config(l->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(l->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_limit(l->db, SQLITE_LIMIT_LENGTH, MAX_TEXT);
    return 0;
}

static int exec(const struct look *l, const char *sql, struct err *err)
{
    int rc = sqlite3_exec(l->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? 0 : database_error(l, rc, err);
}

/* A damaged page can still answer, and wrongly.  Checking the two tables a fleet is made of costs
 * little whatever the size of the file (its bulk is call events), so it is done at every look. */
static int check_table(const struct look *l, const char *table, struct err *err)
{
    sqlite3_stmt *stmt;
    const char *sql = arena_printf(l->arena, "PRAGMA quick_check(\"%s\")", table);
    int rc = sqlite3_prepare_v2(l->db, sql, -1, &stmt, NULL), result = 0;

    if (rc != SQLITE_OK)
        return database_error(l, rc, err);
    rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(stmt, 0);
        if (!text || strcmp(text, "ok") != 0)
            result =
                err_set(err, ERR_UNREACHABLE, "database %s is damaged (%.200s): restore a backup",
                        l->path, text ? text : "");
    } else if (rc != SQLITE_DONE) {
        result = database_error(l, rc, err);
    }
    sqlite3_finalize(stmt);
    return result;
}

static int read_fleet(struct look *l, struct database *ret, struct err *err)
{
    if (database_read_providers(l, ret, err) || database_read_agents(l, ret, err))
        return -1;
    return database_read_open_calls(l, ret, err);
}

static int read_once(struct look *l, read_fn *read, struct database *ret, struct err *err)
{
    int ticks = 0, result = -1;

    if (open_readonly(l, err) == 0) {
        sqlite3_progress_handler(l->db, STEPS_A_TICK, tick, &ticks);
        if (exec(l, "BEGIN", err) == 0) {
            result = read(l, ret, err);
            if (result == 0)
                result = exec(l, "COMMIT", err);
        }
        /* In short transactions of their own: the backend may write in between. */
        if (result == 0 && read == read_fleet)
            result = check_table(l, "provider", err) || check_table(l, "agent", err) ? -1 : 0;
    }
    sqlite3_close(l->db); /* rolls back what failed */
    l->db = NULL;
    return result;
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static int look(struct arena *a, const char *path, read_fn *read, struct database *ret,
                struct err *err)
{
    for (int attempt = 0; attempt < 2; attempt++) {
        struct look l = {.arena = a, .path = path};
        struct database found = {.path = arena_strdup(a, path)};
        struct stat before, after;

        if (file_check(path, &before, err) != 0)
            return -1;
        int result = read_once(&l, read, &found, err);
        if (stat(path, &after) != 0)
            return file_error(path, errno, err);
        if (!is_same_file(&before, &after))
            continue;
        if (result != 0)
            return -1;
        for (size_t i = 0; i < found.n_providers; i++)
            if (l.configs[i].json)
                database_parse_config(a, l.configs[i].json, l.configs[i].len, &l.providers[i]);
        *ret = found;
        return 0;
    }
    return err_set(err, ERR_UNREACHABLE, "database %s is being replaced: try again", path);
}

int database_read(struct arena *a, const char *path, struct database *ret, struct err *err)
{
    return look(a, path, read_fleet, ret, err);
}

int database_read_calls(struct arena *a, const char *path, struct database *ret, struct err *err)
{
    return look(a, path, database_read_open_calls, ret, err);
}

int database_read_last_calls(struct arena *a, const char *path, struct database *ret,
                             struct err *err)
{
    return look(a, path, database_read_newest_calls, ret, err);
}
