/* The file: making it for its owner alone, and moving a damaged one aside.
 *
 * A descriptor of the database is never opened and closed here while SQLite has it open: closing
 * any descriptor of a file drops the locks this process holds on it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/text.h"
#include "store/store_parts.h"

enum { MAX_ASIDE = 3 };

enum file_kind file_look(struct store *s, dev_t *device, ino_t *inode)
{
    struct stat st;

    if (lstat(s->path, &st) < 0)
        return errno == ENOENT ? FILE_MISSING : FILE_UNKNOWN;
    *device = st.st_dev;
    *inode = st.st_ino;
    return S_ISREG(st.st_mode) ? FILE_REGULAR : FILE_OTHER;
}

static int cannot_use(struct store *s, struct err *err)
{
    bool full = errno == ENOSPC || errno == EDQUOT;

    return store_refuse(s, full ? CAUSE_FULL : CAUSE_DENIED, err, full ? ERR_TRANSIENT : ERR_DENIED,
                        "%s cannot be used: %s; nothing is remembered", s->path, strerror(errno));
}

static int is_no_file(struct store *s, struct err *err)
{
    return store_refuse(s, CAUSE_FOREIGN, err, ERR_DENIED,
                        "%s is not a regular file; nothing is remembered", s->path);
}

int file_unusable(struct store *s, enum file_kind kind, struct err *err)
{
    return kind == FILE_OTHER ? is_no_file(s, err) : cannot_use(s, err);
}

int file_make(struct store *s, struct err *err)
{
    struct stat st;
    int fd = open(s->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd >= 0)
        close(fd);
    else if (errno != EEXIST)
        return cannot_use(s, err);
    if (lstat(s->path, &st) < 0)
        return cannot_use(s, err);
    if (!S_ISREG(st.st_mode))
        return is_no_file(s, err);
    if ((st.st_mode & 077) && chmod(s->path, 0600) < 0)
        return cannot_use(s, err);
    s->device = st.st_dev;
    s->inode = st.st_ino;
    return 0;
}

static int newest_first(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*b)->d_name, (*a)->d_name);
}

/* The times in the names have the same number of digits until the year 2286. */
static int is_aside(const struct dirent *entry)
{
    static const char prefix[] = "state.db.damaged-";
    const char *name = entry->d_name;

    return text_starts(name, prefix) && name[sizeof prefix - 1] &&
           strspn(name + sizeof prefix - 1, "0123456789") == strlen(name + sizeof prefix - 1);
}

/* A disk that damages files again and again must not be filled with them. */
static void drop_old_ones(struct store *s)
{
    struct dirent **found;
    struct arena *a CLEANUP_ARENA = arena_new();
    int n = scandir(s->dir, &found, is_aside, newest_first);

    for (int i = 0; i < n; i++) {
        if (i >= MAX_ASIDE) {
            unlink(arena_printf(a, "%s/%s", s->dir, found[i]->d_name));
            unlink(arena_printf(a, "%s/%s-wal", s->dir, found[i]->d_name));
        }
        free(found[i]);
    }
    if (n >= 0)
        free(found);
}

/* The log goes first: a new database must never find the log of the old one. */
static int rename_all(struct store *s, const char *to)
{
    struct arena *a CLEANUP_ARENA = arena_new();

    if (rename(arena_printf(a, "%s-wal", s->path), arena_printf(a, "%s-wal", to)) < 0 &&
        errno != ENOENT)
        return -1;
    if (unlink(arena_printf(a, "%s-shm", s->path)) < 0 && errno != ENOENT)
        return -1;
    return rename(s->path, to) < 0 && errno != ENOENT ? -1 : 0;
}

/* Two that find the damage at once must not move each other's new file: one does it, under a lock
 * on the folder, and the other finds a file that is not the one it saw. */
int file_move_aside(struct store *s, int64_t now_ms, const char **ret_to, struct err *err)
{
    dev_t device;
    ino_t inode;
    int result = 0, folder = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    *ret_to = NULL;
    if (folder < 0)
        return cannot_use(s, err);
    if (flock(folder, LOCK_EX | LOCK_NB) < 0) {
        result = store_refuse(s, CAUSE_BUSY, err, ERR_TRANSIENT,
                              "%s is damaged, and another process is replacing it", s->path);
    } else if (file_look(s, &device, &inode) == FILE_REGULAR && device == s->device &&
               inode == s->inode) {
        const char *to = arena_printf(s->arena, "%s.damaged-%013lld", s->path, (long long)now_ms);
        if (rename_all(s, to) < 0)
            result = cannot_use(s, err);
        else
            *ret_to = to;
        drop_old_ones(s);
    }
    close(folder);
    return result;
}
