#include "link/control_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MODE = 0660, BACKLOG = 64 };

int control_address(const char *path, struct sockaddr_un *ret, struct err *err)
{
    size_t n = strlen(path);

    *ret = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (n == 0)
        return err_set(err, ERR_INVALID, "the path of the control socket is empty");
    if (n >= sizeof ret->sun_path)
        return err_set(err, ERR_INVALID,
                       "the path of the control socket has %zu characters, the kernel takes %zu: "
                       "%s",
                       n, sizeof ret->sun_path - 1, path);
    memcpy(ret->sun_path, path, n + 1);
    return 0;
}

static int failed(struct err *err, const char *what, const char *path)
{
    return err_set(err, errno == EACCES || errno == EPERM ? ERR_DENIED : ERR_TRANSIENT,
                   "cannot %s %s: %s", what, path, strerror(errno));
}

/* chmod as well: whoever may use the socket must get there whatever umask the service has. */
static int make_folder(const char *path, struct err *err)
{
    char folder[sizeof(struct sockaddr_un)];
    const char *slash = strrchr(path, '/');

    if (!slash || slash == path)
        return 0;
    snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
    if (mkdir(folder, 0755) == 0)
        return chmod(folder, 0755) == 0 ? 0 : failed(err, "set the mode of", folder);
    return errno == EEXIST ? 0 : failed(err, "make the folder", folder);
}

/* Of two services that begin at once only one may find the old socket stale and replace it.  The
 * file stays: a lock on a file that somebody removes is no lock. */
static int take_lock(const char *path, int *ret, struct err *err)
{
    char lock[sizeof(struct sockaddr_un) + sizeof ".lock"];

    snprintf(lock, sizeof lock, "%s.lock", path);
    int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return failed(err, "open", lock);
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        if (errno == EWOULDBLOCK)
            err_set(err, ERR_CONFLICT, "another service already runs at %s", path);
        else
            failed(err, "lock", lock);
        close(fd);
        return -1;
    }
    *ret = fd;
    return 0;
}

/* Only a refused connection says that nobody listens; one that waits for its turn does not. */
static bool is_stale(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return false;
    bool refused =
        connect(fd, (const struct sockaddr *)address, sizeof *address) < 0 && errno == ECONNREFUSED;
    close(fd);
    return refused;
}

static int clear_place(const struct sockaddr_un *address, struct err *err)
{
    const char *path = address->sun_path;
    struct stat st;

    if (lstat(path, &st) < 0)
        return errno == ENOENT ? 0 : failed(err, "look at", path);
    if (!S_ISSOCK(st.st_mode))
        return err_set(err, ERR_CONFLICT, "%s is no socket: it is left alone", path);
    if (!is_stale(address))
        return err_set(err, ERR_CONFLICT, "another service already runs at %s", path);
    return unlink(path) == 0 ? 0 : failed(err, "remove the stale socket", path);
}

/* The mode is set before there is a file, so that it is never wider, and once more after it, for a
 * umask can have made it narrower. */
static int listen_at(struct control_socket *s, struct err *err)
{
    const char *path = s->address.sun_path;

    s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s->fd < 0)
        return failed(err, "make", path);
    if (fchmod(s->fd, MODE) == 0 &&
        bind(s->fd, (const struct sockaddr *)&s->address, sizeof s->address) == 0 &&
        chmod(path, MODE) == 0 && listen(s->fd, BACKLOG) == 0 && lstat(path, &s->made) == 0)
        return 0;
    failed(err, "listen at", path);
    close(s->fd);
    return -1;
}

int control_socket_open(const char *path, struct control_socket *ret, struct err *err)
{
    struct control_socket s = {.fd = -1, .lock_fd = -1};

    if (control_address(path, &s.address, err) < 0 || make_folder(path, err) < 0 ||
        take_lock(path, &s.lock_fd, err) < 0)
        return -1;
    if (clear_place(&s.address, err) < 0 || listen_at(&s, err) < 0) {
        close(s.lock_fd);
        return -1;
    }
    *ret = s;
    return 0;
}

static bool is_ours(const struct control_socket *s, struct stat *now)
{
    return lstat(s->address.sun_path, now) == 0 && now->st_dev == s->made.st_dev &&
           now->st_ino == s->made.st_ino;
}

void control_socket_close(struct control_socket *s)
{
    struct stat now;

    if (is_ours(s, &now))
        unlink(s->address.sun_path);
    close(s->fd);
    close(s->lock_fd);
}

gid_t control_socket_group(const struct control_socket *s)
{
    struct stat now;

    return is_ours(s, &now) ? now.st_gid : s->made.st_gid;
}
