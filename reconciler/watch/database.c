#include "watch/database.h"

#include <ev.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "watch/files.h"
#include "watch/settle.h"

/* A commit is a handful of events; they are awaited so that it is one question. */
enum { QUIET_MS = 10, MAX_MS = 100, BUSY_MS = 200, HEADER = 28 };

struct version { /* two that are equal: nothing was committed in between */
    int rc;      /* of SQLite; SQLITE_OK: counter counts */
    int64_t device, inode, size, changed_s, changed_ns;
    int64_t counter;
};

struct database_watch {
    char *path;
    char *real, *journal, *wal; /* behind links: SQLite makes the journal beside the file itself */
    struct file_watch *files;
    struct settle *settle;
    struct ev_timer busy; /* asks again: a lock raises no event when it goes */
    struct ev_loop *loop;
    sqlite3 *db; /* NULL: not open */
    struct version last;
    bool doubt; /* a commit may have been half done when it was asked last */
    database_watch_commit *on_commit;
    void *ctx;
};

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

static void close_db(struct database_watch *w)
{
    sqlite3_close(w->db); /* NULL is fine */
    w->db = NULL;
}

/* Nothing is read or locked yet but the header.  No checkpoint when it is closed: we only look. */
static int open_db(struct database_watch *w)
{
    int rc = sqlite3_open_v2(
        w->path, &w->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);

    if (rc == SQLITE_OK)
        sqlite3_db_config(w->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    else
        close_db(w);
    return rc;
}

/* The beginning of the file, through the descriptor SQLite has: a lock is neither taken nor, by the
 * close of a descriptor of our own, lost. */
static int read_header(const struct database_watch *w, unsigned char header[HEADER])
{
    sqlite3_file *file = NULL;

    if (sqlite3_file_control(w->db, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
        !file || !file->pMethods)
        return SQLITE_CANTOPEN;
    int rc = file->pMethods->xRead(file, header, HEADER, 0);
    if (rc != SQLITE_OK)
        return rc;
    return memcmp(header, "SQLite format 3", 16) == 0 ? SQLITE_OK : SQLITE_NOTADB;
}

static int read_data_version(const struct database_watch *w, int64_t *ret)
{
    sqlite3_stmt *stmt;
    int rc = sqlite3_prepare_v2(w->db, "PRAGMA data_version", -1, &stmt, NULL);

    if (rc != SQLITE_OK)
        return rc;
    rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW)
        *ret = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt); /* and its read transaction */
    return rc == SQLITE_ROW ? SQLITE_OK : rc;
}

/* Bytes 18 and 19 are 2 in WAL mode; 24 to 27 are the change counter, which WAL may leave alone
 * ("Database File Format", 1.3.3 and 1.3.4). */
static int read_counter(const struct database_watch *w, int64_t *ret)
{
    unsigned char h[HEADER];
    int rc = read_header(w, h);

    if (rc != SQLITE_OK)
        return rc;
    if (h[18] == 2 || h[19] == 2)
        return read_data_version(w, ret);
    *ret = (int64_t)h[24] << 24 | h[25] << 16 | h[26] << 8 | h[27];
    return SQLITE_OK;
}

static bool is_same_file(const struct version *a, const struct version *b)
{
    return a->device == b->device && a->inode == b->inode;
}

static bool is_same(const struct version *a, const struct version *b)
{
    return a->rc == b->rc && is_same_file(a, b) && a->size == b->size &&
           a->changed_s == b->changed_s && a->changed_ns == b->changed_ns &&
           a->counter == b->counter;
}

/* A pipe or a device is not opened: it could block.  No file has inode 0. */
static struct version state_of(const char *path)
{
    struct stat st;

    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return (struct version){.rc = SQLITE_CANTOPEN};
    return (struct version){.device = (int64_t)st.st_dev,
                            .inode = (int64_t)st.st_ino,
                            .size = (int64_t)st.st_size,
                            .changed_s = st.st_mtim.tv_sec,
                            .changed_ns = st.st_mtim.tv_nsec};
}

/* The open connection goes on reading a file that was moved away, so it is kept only for the same
 * file.  If that is exchanged while it is opened, an event of it follows. */
static struct version ask(struct database_watch *w)
{
    struct version v = state_of(w->path);

    if (!w->db || w->last.rc != SQLITE_OK || !is_same_file(&v, &w->last))
        close_db(w);
    if (v.rc == SQLITE_OK && !w->db)
        v.rc = open_db(w);
    if (v.rc == SQLITE_OK)
        v.rc = read_counter(w, &v.counter);
    return v;
}

static bool has_journal(const struct database_watch *w)
{
    struct stat st;
    return stat(w->journal, &st) == 0 && st.st_size > 0;
}

static bool is_busy(int rc)
{
    return (rc & 0xff) == SQLITE_BUSY || (rc & 0xff) == SQLITE_LOCKED;
}

static char *path_with(const char *path, const char *suffix)
{
    char *s;

    if (asprintf(&s, "%s%s", path, suffix) < 0)
        abort();
    return s;
}

static void free_paths(struct database_watch *w)
{
    free(w->real);
    free(w->journal);
    free(w->wal);
}

/* Where the file and its companions are, as far as that is known while it is missing. */
static void locate(struct database_watch *w)
{
    char *real = realpath(w->path, NULL);

    if (!real)
        real = path_with(w->path, "");
    if (w->real && strcmp(real, w->real) == 0) {
        free(real);
        return;
    }
    free_paths(w);
    w->real = real;
    w->journal = path_with(real, "-journal");
    w->wal = path_with(real, "-wal");
    const char *const paths[] = {w->path, w->journal, w->wal};
    file_watch_set(w->files, paths, sizeof paths / sizeof paths[0]);
}

static void look(struct database_watch *w)
{
    locate(w);
    bool journal = has_journal(w); /* before the counter: one that appears later has its event */
    struct version now = ask(w);
    bool changed = w->doubt || !is_same(&now, &w->last);

    w->last = now;
    w->doubt = journal;
    ev_timer_stop(w->loop, &w->busy);
    if (is_busy(now.rc)) {
        ev_timer_set(&w->busy, BUSY_MS / 1000., 0.);
        ev_timer_start(w->loop, &w->busy);
    }
    if (changed)
        w->on_commit(w->ctx);
}

static void on_settled(void *ctx)
{
    look(ctx);
}

static void on_busy(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    (void)loop, (void)events;
    look(timer->data);
}

static void on_file(void *ctx, size_t index)
{
    struct database_watch *w = ctx;

    (void)index;
    settle_poke(w->settle);
}

struct database_watch *database_watch_new(struct ev_loop *loop, const char *path,
                                          database_watch_commit *on_commit, void *ctx)
{
    struct database_watch *w = must(calloc(1, sizeof *w));

    *w = (struct database_watch){
        .path = path_with(path, ""), .loop = loop, .on_commit = on_commit, .ctx = ctx};
    ev_init(&w->busy, on_busy);
    w->busy.data = w;
    w->settle = settle_new(loop, QUIET_MS, MAX_MS, on_settled, w);
    w->files = file_watch_new(loop, on_file, w);
    locate(w);
    w->doubt = has_journal(w);
    w->last = ask(w);
    return w;
}

void database_watch_ask(struct database_watch *w)
{
    if (!has_journal(w))
        look(w);
}

void database_watch_free(struct database_watch *w)
{
    if (!w)
        return;
    file_watch_free(w->files);
    settle_free(w->settle);
    ev_timer_stop(w->loop, &w->busy);
    close_db(w);
    free_paths(w);
    free(w->path);
    free(w);
}

const char *database_watch_trouble(const struct database_watch *w)
{
    return file_watch_trouble(w->files);
}
