/* files_parts.h - the pieces of a file watch, private to it.
 *
 *     files.c    the set of paths, the inotify descriptor, who is told
 *     walk.c     what has to be watched so that a path's change is seen
 *     mounts.c   the mount table */
#ifndef WATCH_FILES_PARTS_H
#define WATCH_FILES_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct interest { /* an event of this watch, about this name, may concern the path */
    int wd;
    const char *name; /* NULL: about any name or the watched thing itself */
};

struct walk { /* the way to one path, as it was found */
    struct interest *interests;
    size_t n;
    bool is_folder;
    int errnum;        /* not 0: not everything could be watched, so it must be looked at */
    const char *where; /* the folder errnum is about */
};

/* Goes the way of an absolute path, through its links, and adds a watch of every folder before it
 * looks into it: what happens after that look is an event.  inotify -1: there is none. */
struct walk walk_path(struct arena *, int inotify, const char *path);

/* A number that changes when what is at the path changes.  Of a folder its own state and, if deep,
 * the states of the files in it. */
uint64_t walk_fingerprint(const char *path, bool deep);

/* news becomes readable when something is mounted or unmounted, until mounts_clear(); -1: there is
 * no /proc. */
struct mounts {
    int news, table;
};
struct mounts mounts_open(void);
void mounts_clear(const struct mounts *);
void mounts_close(struct mounts *);

#endif
