#include <dirent.h>
#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/array.h"
#include "base/text.h"
#include "watch/files_parts.h"

enum {
    /* Of a folder on the way: what becomes of the one name in it that is needed. */
    WATCH_NAMES = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_ONLYDIR,
    /* Of the file itself, because a change through another hard link, or through the original of a
     * file that is bind-mounted alone, is no event of this folder. */
    WATCH_FILE = IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB,
    WATCH_FOLDER = WATCH_NAMES | WATCH_FILE,
    MAX_LINKS = 40,    /* as in the kernel */
    MAX_ENTRIES = 4096 /* of a folder that is looked at */
};

struct walker {
    struct arena *arena;
    int inotify;
    ARRAY(struct interest) found;
    struct walk walk;
    int links;
};

static const char *join(struct walker *w, const char *folder, const char *name)
{
    return arena_printf(w->arena, "%s%s%s", folder, text_ends(folder, "/") ? "" : "/", name);
}

/* Filesystems that others change without this kernel's knowledge. */
static bool is_remote(const char *path)
{
    static const unsigned long remote[] = {NFS_SUPER_MAGIC,  SMB_SUPER_MAGIC,  CIFS_SUPER_MAGIC,
                                           SMB2_SUPER_MAGIC, FUSE_SUPER_MAGIC, V9FS_MAGIC,
                                           CEPH_SUPER_MAGIC, AFS_SUPER_MAGIC,  CODA_SUPER_MAGIC};
    struct statfs fs;

    if (statfs(path, &fs) != 0)
        return false;
    for (size_t i = 0; i < sizeof remote / sizeof remote[0]; i++)
        if ((unsigned long)fs.f_type == remote[i])
            return true;
    return false;
}

static void must_be_looked_at(struct walker *w, int errnum, const char *where)
{
    if (w->walk.errnum)
        return;
    w->walk.errnum = errnum;
    w->walk.where = arena_strdup(w->arena, where);
}

/* IN_MASK_ADD: one folder may be on the way to one path and the end of another. */
static void watch(struct walker *w, const char *path, unsigned mask, const char *name)
{
    int wd = w->inotify < 0 ? -1 : inotify_add_watch(w->inotify, path, mask | IN_MASK_ADD);

    if (wd >= 0)
        ARRAY_PUSH(w->arena, w->found, ((struct interest){wd, arena_strdup(w->arena, name)}));
    else if (w->inotify < 0 || (errno != ENOENT && errno != ENOTDIR))
        must_be_looked_at(w, w->inotify < 0 ? EMFILE : errno, path);
}

static void arrive(struct walker *w, const char *path, const struct stat *st)
{
    w->walk.is_folder = S_ISDIR(st->st_mode);
    watch(w, path, w->walk.is_folder ? WATCH_FOLDER : WATCH_FILE, NULL);
    if (is_remote(path))
        must_be_looked_at(w, EREMOTE, path);
}

/* What is still to be walked from which folder, behind a link; false if it cannot be read. */
static bool follow(struct walker *w, const char **folder, const char *link, const char **rest)
{
    char target[4096];
    ssize_t n = readlink(link, target, sizeof target - 1);

    if (n <= 0 || ++w->links > MAX_LINKS)
        return false;
    target[n] = '\0';
    if (*target == '/')
        *folder = "/";
    *rest = arena_printf(w->arena, "%s/%s", target, *rest);
    return true;
}

static const char *next_name(struct walker *w, const char **rest)
{
    *rest += strspn(*rest, "/");
    size_t len = strcspn(*rest, "/");
    const char *name = arena_strndup(w->arena, *rest, len);

    *rest += len;
    *rest += strspn(*rest, "/");
    return name;
}

/* ".." behind a link is the parent of where the link led, which is what folder is. */
static const char *parent(struct walker *w, const char *folder)
{
    const char *slash = strrchr(folder, '/');
    return slash == folder ? "/" : arena_strndup(w->arena, folder, (size_t)(slash - folder));
}

static void go(struct walker *w, const char *rest)
{
    const char *folder = "/";

    while (*rest) {
        const char *name = next_name(w, &rest);
        struct stat st;

        if (text_is(name, "") || text_is(name, "."))
            continue;
        if (text_is(name, "..")) {
            folder = parent(w, folder);
            continue;
        }
        watch(w, folder, WATCH_NAMES, name);
        const char *path = join(w, folder, name);
        if (lstat(path, &st) != 0) {
            if (errno != ENOENT && errno != ENOTDIR)
                must_be_looked_at(w, errno, path);
            else if (is_remote(folder))
                must_be_looked_at(w, EREMOTE, folder);
            return;
        }
        if (S_ISLNK(st.st_mode)) {
            if (!follow(w, &folder, path, &rest))
                return;
            continue;
        }
        if (!*rest)
            arrive(w, path, &st);
        folder = path;
    }
}

struct walk walk_path(struct arena *a, int inotify, const char *path)
{
    struct walker w = {.arena = a, .inotify = inotify};

    go(&w, path);
    w.walk.interests = w.found.items;
    w.walk.n = w.found.n;
    return w.walk;
}

/* --- looking ---------------------------------------------------------------------------------- */

#define START 0xcbf29ce484222325 /* FNV-1a, of words */

static uint64_t add(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * 0x100000001b3;
    return hash ^ hash >> 29;
}

static uint64_t add_name(uint64_t hash, const char *name)
{
    for (; *name; name++)
        hash = add(hash, (unsigned char)*name);
    return hash;
}

static uint64_t add_state(uint64_t hash, const struct stat *st)
{
    const uint64_t words[] = {(uint64_t)st->st_dev,         (uint64_t)st->st_ino,
                              (uint64_t)st->st_mode,        (uint64_t)st->st_size,
                              (uint64_t)st->st_mtim.tv_sec, (uint64_t)st->st_mtim.tv_nsec,
                              (uint64_t)st->st_ctim.tv_sec, (uint64_t)st->st_ctim.tv_nsec};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        hash = add(hash, words[i]);
    return hash;
}

/* The sum does not depend on the order in which the entries come. */
static uint64_t entries(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    uint64_t sum = 0;
    int left = MAX_ENTRIES;

    while (dir && left-- > 0 && (entry = readdir(dir))) {
        struct stat st = {0};
        uint64_t hash = add_name(START, entry->d_name);
        bool inside = !text_is(entry->d_name, ".") && !text_is(entry->d_name, "..");
        if (inside && fstatat(dirfd(dir), entry->d_name, &st, 0) == 0)
            sum += add_state(hash, &st);
    }
    if (dir)
        closedir(dir);
    return sum;
}

uint64_t walk_fingerprint(const char *path, bool deep)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return START + (uint64_t)errno;
    uint64_t hash = add_state(START, &st);
    return deep && S_ISDIR(st.st_mode) ? hash + entries(path) : hash;
}
