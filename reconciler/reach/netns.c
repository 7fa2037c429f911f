#include "reach/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "control/sockets.h"

struct parcel { /* what the child sends: errno, and the socket when it is 0 */
    int number;
    struct iovec iov;
    struct msghdr msg;
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control;
};

static void prepare(struct parcel *p)
{
    *p = (struct parcel){0};
    p->iov = (struct iovec){&p->number, sizeof p->number};
    p->msg = (struct msghdr){.msg_iov = &p->iov,
                             .msg_iovlen = 1,
                             .msg_control = p->control.bytes,
                             .msg_controllen = sizeof p->control.bytes};
}

static void send_socket(int pipe, int fd, int number)
{
    struct parcel p;

    prepare(&p);
    p.number = number;
    if (fd < 0) {
        p.msg.msg_control = NULL;
        p.msg.msg_controllen = 0;
    } else {
        struct cmsghdr *c = CMSG_FIRSTHDR(&p.msg);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(c), &fd, sizeof fd);
    }
    (void)!sendmsg(pipe, &p.msg, MSG_NOSIGNAL);
}

/* -1 and errno as the child met it. */
static int receive_socket(int pipe)
{
    struct parcel p;
    ssize_t n;
    int fd = -1;

    prepare(&p);
    do
        n = recvmsg(pipe, &p.msg, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    const struct cmsghdr *c = n == (ssize_t)sizeof p.number ? CMSG_FIRSTHDR(&p.msg) : NULL;
    if (c && c->cmsg_type == SCM_RIGHTS)
        memcpy(&fd, CMSG_DATA(c), sizeof fd);
    else
        errno = n == (ssize_t)sizeof p.number ? p.number : EIO;
    return fd;
}

/* In the child: only what may be called there. */
static _Noreturn void enter(int ns, int type, int pipe)
{
    int fd = -1;

    if (setns(ns, CLONE_NEWNET) == 0)
        fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    send_socket(pipe, fd, fd < 0 ? errno : 0);
    _exit(0);
}

static int fetch(int ns, int type, struct err *err)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return err_set(err, ERR_TRANSIENT, "no socket: %s", strerror(errno));
    pid_t child = fork();
    if (child == 0)
        enter(ns, type, pair[1]);
    close(pair[1]);
    int fd = child < 0 ? -1 : receive_socket(pair[0]);
    int number = errno;
    close(pair[0]);
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
    if (fd < 0)
        return err_set(err, ERR_DENIED, "the container's network cannot be entered: %s",
                       strerror(number));
    return fd;
}

int netns_socket(const char *proc, int pid, const char *box_id, int type, struct err *err)
{
    char path[512];

    snprintf(path, sizeof path, "%s/%d/ns/net", proc, pid);
    int ns = pid > 0 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    int number = errno;
    /* Proved when it is open: a process id that was given anew meanwhile is found out. */
    if (!sockets_of_container(proc, pid, box_id)) {
        if (ns >= 0)
            close(ns);
        return err_set(err, ERR_DENIED, "no sight of the host's process ids");
    }
    if (ns < 0)
        return err_set(err, ERR_DENIED, "the container's network cannot be entered: %s",
                       strerror(number));
    int fd = fetch(ns, type, err);
    close(ns);
    return fd;
}
