#include "stream.h"

#include "clock.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_WAITED = 8 };

void stream_open(struct stream *stream, int fd)
{
    stream->fd = fd;
    stream->start = 0;
    stream->end = 0;
}

void stream_close(struct stream *stream)
{
    if (stream->fd >= 0)
        close(stream->fd);
    stream_open(stream, -1);
}

static int time_left(int64_t deadline)
{
    int64_t left = deadline - clock_ms();
    return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

static int wait_for(int fd, short events, int64_t deadline)
{
    struct pollfd waited = {.fd = fd, .events = events};
    for (;;) {
        int count = poll(&waited, 1, time_left(deadline));
        if (count > 0)
            return 0;
        if (count == 0)
            errno = ETIMEDOUT;
        if (count == 0 || errno != EINTR)
            return -1;
    }
}

/* Fill the empty read buffer with whatever comes next. */
static int fill(struct stream *stream, int64_t deadline)
{
    for (;;) {
        ssize_t count = recv(stream->fd, stream->data, sizeof(stream->data), 0);
        if (count > 0) {
            stream->start = 0;
            stream->end = (size_t)count;
            return 0;
        }
        if (count == 0) {
            errno = EPIPE;
            return -1;
        }
        if (errno != EAGAIN && errno != EINTR)
            return -1;
        if (wait_for(stream->fd, POLLIN, deadline) != 0)
            return -1;
    }
}

ptrdiff_t stream_read_some(struct stream *stream, void *bytes, size_t length, int64_t deadline)
{
    if (stream->start == stream->end && fill(stream, deadline) != 0)
        return -1;
    size_t have = stream->end - stream->start;
    if (have > length)
        have = length;
    memcpy(bytes, stream->data + stream->start, have);
    stream->start += have;
    return (ptrdiff_t)have;
}

int stream_read(struct stream *stream, void *bytes, size_t length, int64_t deadline)
{
    unsigned char *to = bytes;
    while (length > 0) {
        ptrdiff_t count = stream_read_some(stream, to, length, deadline);
        if (count < 0)
            return -1;
        to += count;
        length -= (size_t)count;
    }
    return 0;
}

int stream_read_line(struct stream *stream, char *line, size_t size, int64_t deadline)
{
    for (size_t length = 0; length < size; length++) {
        if (stream_read(stream, line + length, 1, deadline) != 0)
            return -1;
        if (line[length] != '\n')
            continue;
        if (length > 0 && line[length - 1] == '\r')
            length--;
        line[length] = '\0';
        return 0;
    }
    errno = EMSGSIZE;
    return -1;
}

int stream_write(struct stream *stream, const void *bytes, size_t length, int64_t deadline)
{
    const unsigned char *from = bytes;
    while (length > 0) {
        ssize_t count = send(stream->fd, from, length, MSG_NOSIGNAL);
        if (count >= 0) {
            from += count;
            length -= (size_t)count;
            continue;
        }
        if (errno != EAGAIN && errno != EINTR)
            return -1;
        if (wait_for(stream->fd, POLLOUT, deadline) != 0)
            return -1;
    }
    return 0;
}

unsigned stream_wait(struct stream *const streams[], size_t count, int64_t deadline)
{
    struct pollfd waited[MAX_WAITED];
    unsigned ready = 0;
    for (size_t i = 0; i < count; i++) {
        waited[i] = (struct pollfd){.fd = streams[i]->fd, .events = POLLIN};
        ready |= streams[i]->start < streams[i]->end ? 1U << i : 0;
    }
    /* Bytes already buffered are invisible to poll: then only look, do not wait. */
    if (poll(waited, (nfds_t)count, ready != 0 ? 0 : time_left(deadline)) <= 0)
        return ready;
    for (size_t i = 0; i < count; i++)
        ready |= waited[i].revents != 0 ? 1U << i : 0;
    return ready;
}

const char *stream_reason(void)
{
    if (errno == ETIMEDOUT)
        return "timed out";
    return errno == EPIPE ? "connection closed" : strerror(errno);
}
