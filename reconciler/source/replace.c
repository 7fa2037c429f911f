#include "source/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source/file.h"

enum { MAX_FILE = 1 << 20 };

static int write_all(int fd, const char *bytes, size_t len)
{
    while (len) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

/* Owner first: changing it may take bits of the mode away. */
static int fill(int fd, const struct stat *like, const char *bytes, size_t len)
{
    struct stat made;

    if (fstat(fd, &made) < 0)
        return -1;
    bool other = made.st_uid != like->st_uid || made.st_gid != like->st_gid;
    if (other && fchown(fd, like->st_uid, like->st_gid) < 0)
        return -1;
    if (fchmod(fd, like->st_mode & 07777) < 0 || write_all(fd, bytes, len) < 0)
        return -1;
    return fsync(fd);
}

static int check_unchanged(struct arena *a, const char *path, const char *old, size_t old_len,
                           struct err *err)
{
    struct file now;

    if (file_read(a, path, MAX_FILE, &now, err) < 0)
        return err_wrap(err, "%s", path);
    if (now.len != old_len || memcmp(now.bytes, old, old_len) != 0)
        return err_set(err, ERR_CONFLICT, "%s was changed meanwhile, so it is left alone", path);
    return 0;
}

/* The last look is right before the rename: what is left of the race is the time of one call. */
static int swap(struct arena *a, const char *path, const char *temporary, const char *old,
                size_t old_len, struct err *err)
{
    if (check_unchanged(a, path, old, old_len, err) < 0)
        return -1;
    if (rename(temporary, path) < 0)
        return err_set(err, ERR_DENIED, "%s cannot be written: %s", path, strerror(errno));
    return 0;
}

int file_replace(const char *path, const char *old, size_t old_len, const char *bytes, size_t len,
                 struct err *err)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    char *real = realpath(path, NULL);
    const char *target = arena_strdup(a, real ? real : path);
    char *temporary = arena_printf(a, "%s.XXXXXX", target);
    struct stat like;

    free(real);
    if (stat(target, &like) < 0)
        return err_set(err, ERR_CONFLICT, "%s: %s", path, strerror(errno));
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return err_set(err, ERR_DENIED, "no file can be made beside %s: %s", path, strerror(errno));
    int result = fill(fd, &like, bytes, len);
    if (result < 0)
        err_set(err, ERR_DENIED, "%s cannot be written: %s", temporary, strerror(errno));
    close(fd);
    if (result == 0)
        result = swap(a, target, temporary, old, old_len, err);
    if (result < 0)
        unlink(temporary);
    return result;
}
