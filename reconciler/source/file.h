/* file.h - small files read whole, and where the paths inside them lead.
 *
 * Only regular files are read (a pipe would block, a device would never end), and never more than
 * the stated maximum. */
#ifndef SOURCE_FILE_H
#define SOURCE_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "base/arena.h"

struct file {
    const char *bytes; /* NUL-terminated behind len bytes */
    size_t len;
    dev_t device; /* with inode: the same file under two names */
    ino_t inode;
};

/* On failure the text is a reason without the path: "no such file", "is larger than 1 MiB". */
int file_read(struct arena *, const char *path, size_t max, struct file *ret,
              struct err *) MUST_CHECK;

/* "specs/a.yaml" -> "specs"; "a.yaml" -> "."; "/a.yaml" -> "/". */
const char *path_folder(struct arena *, const char *path);

/* The path as seen from the folder: an absolute one stays, "./" and "x/.." are taken out. */
const char *path_join(struct arena *, const char *folder, const char *path);

/* The same, from the root.  ".." is taken out by name, as Docker Compose does it, so a folder that
 * is a symbolic link keeps its own name. */
const char *path_absolute(struct arena *, const char *path);

#endif
