#include "control/state.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/capability.h"

static void random_key(struct digest_key *key)
{
    if (RAND_bytes(key->bytes, sizeof key->bytes) != 1)
        abort();
}

static bool read_key(const char *path, struct digest_key *ret)
{
    struct digest_key key;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0)
        return false;
    ssize_t n = read(fd, key.bytes, sizeof key.bytes);
    close(fd);
    if (n != (ssize_t)sizeof key.bytes)
        return false;
    *ret = key;
    return true;
}

/* Writes beside and links, so that of two first runs at once one key wins and none is half. */
static bool make_key(struct arena *a, const char *dir, const char *path)
{
    const char *beside = arena_printf(a, "%s/key.%ld", dir, (long)getpid());
    struct digest_key key;
    int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0)
        return false;
    random_key(&key);
    bool written =
        write(fd, key.bytes, sizeof key.bytes) == (ssize_t)sizeof key.bytes && fsync(fd) == 0;
    close(fd);
    bool linked = written && (link(beside, path) == 0 || errno == EEXIST);
    unlink(beside);
    return linked;
}

static bool make_dir(struct arena *a, const char *dir)
{
    char *path = arena_strdup(a, dir);

    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0755) < 0 && errno != EEXIST)
            return false;
        *slash = '/';
    }
    return mkdir(path, 0700) == 0 || errno == EEXIST;
}

bool state_key(const char *dir, struct digest_key *ret)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const char *path = arena_printf(a, "%s/key", dir);

    if (read_key(path, ret))
        return true;
    if (make_dir(a, dir) && make_key(a, dir, path) && read_key(path, ret))
        return true;
    random_key(ret);
    return false;
}

bool state_token_key(const char *dir, struct digest_key *ret)
{
    struct digest_key key;
    bool kept = state_key(dir, &key);

    *ret = capability_key(&key);
    explicit_bzero(&key, sizeof key);
    return kept;
}

/* The engine's id becomes part of a file name: anything unusual in it is replaced. */
static const char *lock_path(struct arena *a, const char *dir, const char *engine_id)
{
    char *name = arena_strdup(a, engine_id);

    for (char *c = name; *c; c++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", *c))
            *c = '-';
    return arena_printf(a, "%s/%.100s.lock", dir, name);
}

static int lock_taken(struct err *err, int fd)
{
    char pid[16] = "";
    ssize_t n = pread(fd, pid, sizeof pid - 1, 0);

    if (n > 0)
        pid[strcspn(pid, "\n")] = '\0';
    close(fd);
    return err_set(err, ERR_CONFLICT,
                   "another avr-reconciler (pid %s) is working on this engine; try again when it "
                   "is done",
                   *pid ? pid : "unknown");
}

int state_lock(struct arena *a, const char *dir, const char *engine_id, struct err *err)
{
    const char *path = lock_path(a, dir, engine_id);

    if (!make_dir(a, dir))
        return err_set(err, ERR_DENIED,
                       "cannot make the state folder %s: %s; another is named with --state-dir",
                       dir, strerror(errno));
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_set(err, ERR_DENIED,
                       "cannot open the lock file %s: %s; another folder is named with --state-dir",
                       path, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) < 0)
        return lock_taken(err, fd);

    char pid[16];
    int n = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) < 0 || pwrite(fd, pid, (size_t)n, 0) != n) {
        /* The pid is only a courtesy to whoever comes second. */
    }
    return fd;
}
