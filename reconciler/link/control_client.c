#include "link/control_client.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/lines.h"
#include "link/control_socket.h"

struct caller {
    const char *path;
    int fd;
    int signals;         /* a signalfd; -1: signals do what they always do */
    int64_t deadline_ms; /* monotonic; 0: none */
    struct lines lines;
    struct arena *arena; /* of the frame at hand */
};

static int refused(struct caller *c, enum control_presence *ret, struct err *err)
{
    int why = errno;
    struct stat st;

    *ret = CONTROL_REFUSED;
    if (why == ENOENT || why == ENOTDIR) {
        *ret = CONTROL_ABSENT;
        return err_set(err, ERR_NOT_FOUND, "no service runs here: there is no socket %s", c->path);
    }
    if (why == EAGAIN) { /* SO_SNDTIMEO: it takes nobody in */
        *ret = CONTROL_SILENT;
        return err_set(err, ERR_UNREACHABLE, "the service at %s hangs: it lets nobody in", c->path);
    }
    if (why != ECONNREFUSED)
        return err_set(err, ERR_DENIED, "cannot talk to the service at %s: %s", c->path,
                       strerror(why));
    if (stat(c->path, &st) == 0 && !S_ISSOCK(st.st_mode)) {
        *ret = CONTROL_FOREIGN;
        return err_set(err, ERR_INVALID, "%s is no socket", c->path);
    }
    *ret = CONTROL_STALE;
    return err_set(err, ERR_NOT_FOUND,
                   "no service runs here: the socket %s was left by one that ended", c->path);
}

static int open_connection(struct caller *c, enum control_presence *ret, struct err *err)
{
    const struct timeval patience = {.tv_sec = CONTROL_HANDSHAKE_MS / 1000};
    struct sockaddr_un address;

    *ret = CONTROL_FOREIGN;
    if (control_address(c->path, &address, err) < 0)
        return -1;
    c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0)
        return err_set(err, ERR_TRANSIENT, "cannot make a socket: %s", strerror(errno));
    (void)setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (connect(c->fd, (const struct sockaddr *)&address, sizeof address) < 0)
        return refused(c, ret, err);
    return 0;
}

static int time_left(const struct caller *c)
{
    if (!c->deadline_ms)
        return -1;
    int64_t left = c->deadline_ms - mono_ms();
    return left > 0 ? (int)left : 0;
}

static int wait_for_bytes(struct caller *c, struct err *err)
{
    struct pollfd fds[] = {{.fd = c->fd, .events = POLLIN}, {.fd = c->signals, .events = POLLIN}};
    struct signalfd_siginfo signal;

    for (;;) {
        int n = poll(fds, sizeof fds / sizeof fds[0], time_left(c));
        if (n < 0 && errno != EINTR)
            return err_set(err, ERR_TRANSIENT, "cannot wait: %s", strerror(errno));
        if (n == 0)
            return err_set(err, ERR_UNREACHABLE,
                           "the service at %s does not answer in time: it hangs or is stopped",
                           c->path);
        if (n > 0 && fds[1].revents && read(c->signals, &signal, sizeof signal) > 0)
            return err_set(err, ERR_INTERRUPTED, "interrupted");
        if (n > 0 && fds[0].revents)
            return 0;
    }
}

static int next_line(struct caller *c, const char **ret, size_t *ret_len, struct err *err)
{
    char piece[16384];

    while (!lines_next(&c->lines, ret, ret_len)) {
        if (wait_for_bytes(c, err) < 0)
            return -1;
        ssize_t n = recv(c->fd, piece, sizeof piece, MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (n <= 0)
            return err_set(err, ERR_UNREACHABLE,
                           "the service at %s closed the connection before it was done", c->path);
        if (!lines_add(&c->lines, piece, (size_t)n))
            return err_set(err, ERR_INVALID, "what answers at %s sends lines without end", c->path);
    }
    return 0;
}

/* The frame lives until the next one. */
static int next_frame(struct caller *c, struct wire_frame *ret, struct err *err)
{
    const char *line;
    size_t len;

    if (next_line(c, &line, &len, err) < 0)
        return -1;
    arena_free(c->arena);
    c->arena = arena_new();
    if (wire_frame_decode(c->arena, line, len, ret, err) < 0)
        return err_wrap(err, "the service at %s is not understood", c->path);
    return 0;
}

static enum control_presence presence_of(const struct err *err)
{
    return err->code == ERR_UNREACHABLE   ? CONTROL_SILENT
           : err->code == ERR_INTERRUPTED ? CONTROL_SILENT
                                          : CONTROL_FOREIGN;
}

static int greet(struct caller *c, enum control_presence *ret, struct err *err)
{
    struct wire_frame frame;

    if (next_frame(c, &frame, err) < 0) {
        *ret = presence_of(err);
        return -1;
    }
    if (frame.kind == WIRE_ERR) {
        *ret = CONTROL_REFUSED;
        return err_set(err, ERR_DENIED, "the service at %s refuses: %s", c->path, frame.text);
    }
    *ret = CONTROL_FOREIGN;
    if (frame.kind != WIRE_HELLO)
        return err_set(err, ERR_INVALID, "what answers at %s is no avr-reconciler", c->path);
    if (frame.number != WIRE_VERSION)
        return err_set(err, ERR_INVALID,
                       "the service at %s speaks version %d, this program version %d: use the same "
                       "release of both",
                       c->path, frame.number, WIRE_VERSION);
    *ret = CONTROL_ANSWERS;
    return 0;
}

static int reach(struct caller *c, enum control_presence *ret, struct err *err)
{
    c->deadline_ms = mono_ms() + CONTROL_HANDSHAKE_MS;
    return open_connection(c, ret, err) < 0 || greet(c, ret, err) < 0 ? -1 : 0;
}

static void hang_up(struct caller *c)
{
    if (c->fd >= 0)
        close(c->fd);
    lines_free(&c->lines);
    arena_free(c->arena);
}

static struct caller caller_at(const char *path)
{
    return (struct caller){.path = path, .fd = -1, .signals = -1, .lines.max = WIRE_MAX_FRAME};
}

enum control_presence control_probe(const char *path, struct err *err)
{
    struct caller c = caller_at(path);
    enum control_presence presence;

    if (reach(&c, &presence, err) == 0)
        *err = (struct err){0};
    hang_up(&c);
    return presence;
}

/* SO_SNDTIMEO bounds it.  A service that turns us away may have closed already; what it said about
 * that is still to be read. */
static int send_request(struct caller *c, const struct wire_request *request, struct err *err)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const char *line;

    if (wire_request_encode(a, request, &line, err) < 0)
        return -1;
    for (size_t left = strlen(line); left;) {
        ssize_t n = send(c->fd, line, left, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EPIPE)
            return 0;
        if (n < 0)
            return err_set(err, ERR_UNREACHABLE, "the service at %s takes no request: %s", c->path,
                           strerror(errno));
        line += n;
        left -= (size_t)n;
    }
    return 0;
}

static int hear(struct caller *c, const struct control_listener *listener, int *ret_exit,
                struct err *err)
{
    struct wire_frame frame;

    for (;;) {
        if (next_frame(c, &frame, err) < 0)
            return -1;
        switch (frame.kind) {
        case WIRE_OUT:
            if (!listener->out(listener->ctx, frame.text))
                return err_set(err, ERR_INTERRUPTED, "the output is closed");
            break;
        case WIRE_ERR:
            listener->err(listener->ctx, frame.text);
            break;
        case WIRE_EVENT:
            listener->event(listener->ctx, frame.event);
            break;
        case WIRE_EXIT:
            *ret_exit = frame.number;
            return 0;
        case WIRE_HELLO:
            return err_set(err, ERR_INVALID, "the service at %s says hello twice", c->path);
        }
    }
}

static int converse(struct caller *c, const struct wire_request *request, unsigned answer_ms,
                    const struct control_listener *listener, int *ret_exit, struct err *err)
{
    enum control_presence presence;

    if (reach(c, &presence, err) < 0 || send_request(c, request, err) < 0)
        return -1;
    c->deadline_ms = answer_ms ? mono_ms() + answer_ms : 0;
    return hear(c, listener, ret_exit, err);
}

/* Signals are read from a descriptor, so that none is lost between a look at a flag and a poll. */
int control_ask(const char *path, const struct wire_request *request, unsigned answer_ms,
                const struct control_listener *listener, int *ret_exit, struct err *err)
{
    struct caller c = caller_at(path);
    sigset_t ours, before;

    sigemptyset(&ours);
    sigaddset(&ours, SIGINT);
    sigaddset(&ours, SIGTERM);
    sigprocmask(SIG_BLOCK, &ours, &before);
    c.signals = signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
    int ok = converse(&c, request, answer_ms, listener, ret_exit, err);
    if (c.signals >= 0)
        close(c.signals);
    sigprocmask(SIG_SETMASK, &before, NULL);
    hang_up(&c);
    return ok;
}
