#include "control/helper.h"

#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KILLED_WITHIN_MS = 100, MAX_INPUT = 4096 };

struct helper {
    struct ev_loop *loop;
    struct ev_io output, end;
    struct ev_timer limit; /* of its time; at once if it could not be started */
    pid_t pid;
    int pidfd, out; /* -1: it could not be started */
    char *answer;   /* HELPER_MAX_ANSWER and a NUL */
    size_t len;
    struct err err;
    helper_done *done;
    void *ctx;
};

static void close_fd(int fd)
{
    if (fd >= 0)
        close(fd);
}

/* --- its end --------------------------------------------------------------------------------- */

/* The whole group, if it is still there: the descriptor tells, so no stranger is ever hit. */
static void end_process(const struct helper *h)
{
    siginfo_t info;

    if (h->pidfd < 0)
        return;
    if (pidfd_send_signal(h->pidfd, SIGKILL, NULL, 0) == 0)
        kill(-h->pid, SIGKILL);
    poll(&(struct pollfd){.fd = h->pidfd, .events = POLLIN}, 1, KILLED_WITHIN_MS);
    waitid(P_PIDFD, (id_t)h->pidfd, &info, WEXITED | WNOHANG);
}

static void drop(struct helper *h)
{
    ev_io_stop(h->loop, &h->output);
    ev_io_stop(h->loop, &h->end);
    ev_timer_stop(h->loop, &h->limit);
    close_fd(h->pidfd);
    close_fd(h->out);
    explicit_bzero(h->answer, h->len);
    free(h->answer);
    free(h);
}

static void finish(struct helper *h)
{
    h->answer[h->len] = '\0';
    h->done(h->ctx, h->err.code ? NULL : h->answer, h->err.code ? &h->err : NULL);
    drop(h);
}

void helper_cancel(struct helper *h)
{
    if (!h)
        return;
    end_process(h);
    drop(h);
}

/* --- its answer ------------------------------------------------------------------------------ */

/* What is there; false if that is more than may be. */
static bool read_output(struct helper *h)
{
    for (;;) {
        ssize_t n = read(h->out, h->answer + h->len, HELPER_MAX_ANSWER + 1 - h->len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            if (n == 0)
                ev_io_stop(h->loop, &h->output);
            return true;
        }
        h->len += (size_t)n;
        if (h->len > HELPER_MAX_ANSWER)
            return false;
    }
}

static void too_long(struct helper *h)
{
    h->len = HELPER_MAX_ANSWER;
    err_set(&h->err, ERR_TRANSIENT, "its answer is longer than %d KiB", HELPER_MAX_ANSWER >> 10);
    end_process(h);
    finish(h);
}

static void on_output(struct ev_loop *loop, struct ev_io *io, int events)
{
    struct helper *h = io->data;

    (void)loop, (void)events;
    if (!read_output(h))
        too_long(h);
}

static void on_end(struct ev_loop *loop, struct ev_io *io, int events)
{
    struct helper *h = io->data;
    siginfo_t info;

    (void)loop, (void)events;
    waitid(P_PIDFD, (id_t)h->pidfd, &info, WEXITED | WNOHANG);
    if (!read_output(h))
        too_long(h);
    else
        finish(h);
}

static void on_limit(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    struct helper *h = timer->data;

    (void)loop, (void)events;
    if (!h->err.code)
        err_set(&h->err, ERR_TRANSIENT, "no answer within %d s", HELPER_TIMEOUT_MS / 1000);
    end_process(h);
    finish(h);
}

/* --- its start ------------------------------------------------------------------------------- */

/* The input fits into the pipe, so it can be written before anybody reads. */
static int make_input(const char *input)
{
    size_t len = strlen(input);
    int ends[2];

    if (len > MAX_INPUT || pipe2(ends, O_CLOEXEC) < 0)
        return -1;
    bool whole = write(ends[1], input, len) == (ssize_t)len;
    close(ends[1]);
    if (whole)
        return ends[0];
    close(ends[0]);
    return -1;
}

static int make_output(struct helper *h)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return -1;
    h->out = ends[0];
    fcntl(h->out, F_SETFL, O_NONBLOCK);
    return ends[1];
}

/* A group of its own, and none of our ways with signals. */
static void set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none, all;

    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setpgroup(attributes, 0);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &all);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                             POSIX_SPAWN_SETSIGDEF);
}

/* Returns an errno.  What it writes to stderr is nobody's: it could be a secret. */
static int spawn(struct helper *h, const char *const *args, int in, int out)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;

    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_init(&attributes);
    set_attributes(&attributes);
    int number = posix_spawnp(&h->pid, args[0], &files, &attributes, (char *const *)args, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    return number;
}

static int start(struct helper *h, const char *const *args, const char *input)
{
    int in = make_input(input), out = in < 0 ? -1 : make_output(h);
    int number = out < 0 ? errno : spawn(h, args, in, out);

    close_fd(in);
    close_fd(out);
    if (number == ENOENT)
        return err_set(&h->err, ERR_INVALID, "no such program");
    if (number)
        return err_set(&h->err, ERR_TRANSIENT, "cannot be started: %s", strerror(number));
    h->pidfd = pidfd_open(h->pid, 0);
    if (h->pidfd >= 0)
        return 0;
    err_set(&h->err, ERR_TRANSIENT, "cannot be watched: %s", strerror(errno));
    kill(-h->pid, SIGKILL);
    waitpid(h->pid, NULL, 0);
    return -1;
}

struct helper *helper_start(struct ev_loop *loop, const char *const *args, const char *input,
                            helper_done *done, void *ctx)
{
    struct helper *h = calloc(1, sizeof *h);
    char *answer = malloc(HELPER_MAX_ANSWER + 2);

    if (!h || !answer)
        abort();
    *h = (struct helper){
        .loop = loop, .pidfd = -1, .out = -1, .answer = answer, .done = done, .ctx = ctx};
    bool runs = start(h, args, input) == 0;
    ev_io_init(&h->output, on_output, h->out, EV_READ);
    ev_io_init(&h->end, on_end, h->pidfd, EV_READ);
    ev_timer_init(&h->limit, on_limit, runs ? HELPER_TIMEOUT_MS / 1000. : 0., 0.);
    h->output.data = h->end.data = h->limit.data = h;
    ev_now_update(loop);
    ev_timer_start(loop, &h->limit);
    if (runs) {
        ev_io_start(loop, &h->output);
        ev_io_start(loop, &h->end);
    }
    return h;
}
