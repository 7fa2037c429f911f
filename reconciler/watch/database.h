/* database.h - says that somebody committed to AVR's SQLite database, or that the file is another
 * one, gone, back or damaged.
 *
 * Events of the file, its -journal and its -wal say when to ask; what is then asked tells a commit
 * from a look or a rollback and holds up nobody:
 *
 *   rollback journal   the change counter in the file's header, read without any lock through
 *                      SQLite's own descriptor ("Database File Format", 1.3.4).  PRAGMA
 *                      data_version would take a shared lock, and whoever commits in that moment
 *                      without a busy timeout fails with SQLITE_BUSY
 *   WAL                PRAGMA data_version, stepped and reset at once; readers do not block a
 *                      writer there ("Write-Ahead Logging", 2.2)
 *
 * In doubt it says so once too often: while a journal lies beside the file a commit may be half
 * done, so what follows is always told. */
#ifndef WATCH_DATABASE_H
#define WATCH_DATABASE_H

struct ev_loop;
struct database_watch;

typedef void database_watch_commit(void *ctx);

/* The file need not exist.  on_commit runs from the loop, at most every 10 ms and within 150 ms of
 * a commit; it may not free the watch.  What happened before the call is not told: first watch,
 * then read.  Keeps the loop alive. */
struct database_watch *database_watch_new(struct ev_loop *, const char *path,
                                          database_watch_commit *, void *ctx);
void database_watch_free(struct database_watch *); /* NULL is fine */

/* Asks at once, for whoever cannot wait for the event: on_commit runs from in here if there was a
 * commit that was not told yet.  While one may be half done nothing is asked: its event follows. */
void database_watch_ask(struct database_watch *);

/* Why a commit is noticed only within 2 s, for people; NULL if it is at once.  Valid until the next
 * turn of the loop. */
const char *database_watch_trouble(const struct database_watch *);

#endif
