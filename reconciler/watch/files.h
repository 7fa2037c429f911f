/* files.h - says that something changed at a path: a file or a folder, there or not.
 *
 * It is told of every way an editor saves (in place, truncated and rewritten, renamed into place),
 * of files and whole folders that are removed, moved away, mounted over or unmounted and of their
 * return, and of symbolic links on the way that are pointed elsewhere (a mounted config map swaps
 * its ..data link).  A path that does not exist is waited for, as are the folders that lead to it.
 *
 * Of a folder, what happens to the files in it counts, not what happens below its subfolders; a
 * link in it that leads out of it is a path of its own.
 *
 * Told is a level, not an edge: "look again".  Many changes in one turn of the loop are one call a
 * path, and in doubt it is told once too often.  Inotify is used (see inotify(7)); where it is not
 * to be had (no watches left, no right to read a folder, a network filesystem, whose other clients
 * the kernel does not hear of) the path is looked at every 2 s instead.  No file is opened: closing
 * a descriptor of an SQLite database would drop the process's locks on it. */
#ifndef WATCH_FILES_H
#define WATCH_FILES_H

#include <stdbool.h>
#include <stddef.h>

struct ev_loop;
struct file_watch;

/* index: into the paths that were set last.  May call file_watch_set(), not file_watch_free(). */
typedef void file_watch_change(void *ctx, size_t index);

/* Watches nothing yet.  Keeps the loop alive as long as it exists. */
struct file_watch *file_watch_new(struct ev_loop *, file_watch_change *, void *ctx);
void file_watch_free(struct file_watch *); /* NULL is fine */

/* From now on these; relative ones are taken from the present working directory.  Copies the texts.
 * A set equal to the one before costs nothing.  What changes after the call is told, what changed
 * before is not: first set, then read.  True if it is another set than before. */
bool file_watch_set(struct file_watch *, const char *const *paths, size_t n);

/* Why some path is only looked at every 2 s, for people: "specs: inotify: No space left on device";
 * NULL if none is.  Valid until the next turn of the loop. */
const char *file_watch_trouble(const struct file_watch *);

#endif
