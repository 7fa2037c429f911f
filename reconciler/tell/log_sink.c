#include "tell/log_sink.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

void sink_open(struct sink *s, int fd)
{
    struct stat st;
    char path[32];

    *s = (struct sink){.fd = fd};
    if (fstat(fd, &st) < 0)
        return;
    s->is_socket = S_ISSOCK(st.st_mode);
    if (!S_ISFIFO(st.st_mode) && !isatty(fd))
        return;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int again = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    s->own = again >= 0;
    s->asks = !s->own;
    if (s->own)
        s->fd = again;
}

void sink_close(struct sink *s)
{
    if (s->own)
        close(s->fd);
}

static bool has_room(const struct sink *s)
{
    struct pollfd p = {.fd = s->fd, .events = POLLOUT};

    return poll(&p, 1, 0) == 1 && (p.revents & POLLOUT);
}

/* How many bytes were taken, 0 on any failure: there is nobody to tell. */
static size_t push(const struct sink *s, const char *data, size_t len)
{
    if (s->asks && !has_room(s))
        return 0;
    ssize_t n = s->is_socket ? send(s->fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL)
                             : write(s->fd, data, len);
    return n > 0 ? (size_t)n : 0;
}

static bool push_rest(struct sink *s)
{
    size_t n = s->n_rest ? push(s, s->rest, s->n_rest) : 0;

    s->n_rest -= n;
    memmove(s->rest, s->rest + n, s->n_rest);
    return s->n_rest == 0;
}

bool sink_write(struct sink *s, const char *line, size_t len)
{
    size_t n = push_rest(s) && len <= sizeof s->rest ? push(s, line, len) : 0;

    if (n == 0) {
        s->dropped++;
        s->untold++;
        return false;
    }
    s->n_rest = len - n;
    memcpy(s->rest, line + n, s->n_rest);
    return true;
}
