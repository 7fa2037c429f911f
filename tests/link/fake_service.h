/* fake_service.h - a process that listens on a socket and does what a test says.  It is killed, and
 * the socket stays, when the test is done with it. */
#ifndef TEST_FAKE_SERVICE_H
#define TEST_FAKE_SERVICE_H

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

struct fake_service {
    const char *first; /* what it says to whoever connects */
    bool waits;        /* for the request; then it says */
    const char *then;
    const char *needs; /* must be in the request, or it says that it is not */
    int kills;         /* then it sends this signal to the test; 0: none */
    enum { LEAVES, STAYS } end;
};

static inline void fake_say(int fd, const char *text)
{
    if (text && send(fd, text, strlen(text), MSG_NOSIGNAL) < 0)
        _exit(1);
}

static inline void fake_serve(int fd, const struct fake_service *f)
{
    char request[65536] = "";
    size_t n = 0;

    fake_say(fd, f->first);
    while (f->waits && !strchr(request, '\n')) {
        ssize_t got = recv(fd, request + n, sizeof request - 1 - n, 0);
        if (got <= 0)
            return; /* a probe: it only wanted to see whether somebody is there */
        n += (size_t)got;
    }
    if (f->needs && !strstr(request, f->needs)) {
        fprintf(stderr, "\"%s\" is not in: %s", f->needs, request);
        fake_say(fd, "{\"err\":\"another request was expected\"}\n{\"exit\":99}\n");
        return;
    }
    fake_say(fd, f->then);
    if (f->kills)
        kill(getppid(), f->kills);
    while (f->end == STAYS)
        pause();
}

/* Listens once this returns. */
static inline pid_t fake_start(const char *path, const struct fake_service *f)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    unlink(path);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 8), 0);
    pid_t child = fork();
    if (child == 0)
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nobody behind */
    while (child == 0) {
        int client = accept(fd, NULL, NULL);
        if (client < 0)
            _exit(1);
        fake_serve(client, f);
        close(client);
    }
    close(fd);
    return child;
}

static inline void fake_stop(pid_t child)
{
    int status;

    kill(child, SIGKILL);
    waitpid(child, &status, 0);
}

#endif
