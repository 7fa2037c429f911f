#include "source/file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}
#define CLEANUP_FD __attribute__((cleanup(close_fd)))

static int set_errno(struct err *err, int number)
{
    if (number == ENOENT)
        return err_set(err, ERR_INVALID, "no such file");
    err_set(err, ERR_INVALID, "%s", strerror(number));
    err->text[0] = (char)tolower((unsigned char)err->text[0]);
    return -1;
}

static int too_large(size_t max, struct err *err)
{
    if (max >= 1 << 20)
        return err_set(err, ERR_INVALID, "is larger than %zu MiB", max >> 20);
    return err_set(err, ERR_INVALID, "is larger than %zu KiB", max >> 10);
}

int file_read(struct arena *a, const char *path, size_t max, struct file *ret, struct err *err)
{
    /* Without O_NONBLOCK the open of a pipe waits for a writer. */
    CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0)
        return set_errno(err, errno);
    if (S_ISDIR(st.st_mode))
        return err_set(err, ERR_INVALID, "is a folder, not a file");
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_INVALID, "is not a regular file");
    if (st.st_size < 0 || (size_t)st.st_size > max)
        return too_large(max, err);

    /* One byte more than it says: a file that grows meanwhile is read anew next time, but what is
     * taken here stays bounded. */
    size_t room = (size_t)st.st_size + 1, len = 0;
    char *bytes = arena_alloc(a, room + 1);
    while (len < room) {
        ssize_t n = read(fd, bytes + len, room - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return set_errno(err, errno);
        if (n == 0)
            break;
        len += (size_t)n;
    }
    if (len > (size_t)st.st_size)
        return err_set(err, ERR_INVALID, "is being written to");
    bytes[len] = '\0';
    *ret = (struct file){bytes, len, st.st_dev, st.st_ino};
    return 0;
}

const char *path_folder(struct arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        return ".";
    if (slash == path)
        return "/";
    return arena_strndup(a, path, (size_t)(slash - path));
}

/* Appends the parts of path, taking "." out and letting ".." eat the part before it. */
static void add_parts(struct text *t, const char *path)
{
    while (*path) {
        size_t n = strcspn(path, "/");
        const char *last = t->len ? memrchr(t->s, '/', t->len) : NULL;
        const char *part = last ? last + 1 : text_str(t);
        bool is_up = n == 2 && memcmp(path, "..", 2) == 0;

        if (is_up && *part && !text_is(part, "..")) {
            t->len = last && last != t->s ? (size_t)(last - t->s) : last ? 1 : 0;
            t->s[t->len] = '\0';
        } else if (is_up && text_is(t->s, "/")) {
            ; /* nothing is above the root */
        } else if (n && !(n == 1 && *path == '.')) {
            if (t->len && t->s[t->len - 1] != '/')
                text_add(t, "/");
            text_add_n(t, path, n);
        }
        path += n;
        path += strspn(path, "/");
    }
}

const char *path_join(struct arena *a, const char *folder, const char *path)
{
    struct text t = {.arena = a};

    if (*path == '/' || *folder == '/')
        text_add(&t, "/");
    if (*path != '/')
        add_parts(&t, folder + (*folder == '/'));
    add_parts(&t, path + strspn(path, "/"));
    return t.len ? text_str(&t) : ".";
}

const char *path_absolute(struct arena *a, const char *path)
{
    if (*path == '/')
        return path_join(a, "/", path);
    char *cwd = getcwd(NULL, 0);
    const char *absolute = path_join(a, cwd ? cwd : "/", path);
    free(cwd);
    return absolute;
}
