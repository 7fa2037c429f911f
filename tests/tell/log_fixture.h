/* log_fixture.h - a log that writes into a pipe, with clocks of the test's own. */
#ifndef TESTS_SERVICE_LOG_FIXTURE_H
#define TESTS_SERVICE_LOG_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tell/log.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

static int64_t now_ms;

static inline int64_t test_mono(void)
{
    return now_ms;
}

static inline int64_t test_wall(void) /* 2026-11-22T13:14:15.678Z and on */
{
    return 1795353255678 + now_ms;
}

struct desk {
    struct log *log;
    int read_fd, write_fd;
    char text[1 << 17]; /* what was written since the last read_log() */
};

static inline struct log_options log_to(int fd, enum log_format format)
{
    return (struct log_options){.fd = fd,
                                .format = format,
                                .level = LEVEL_INFO,
                                .color = true,
                                .mono_ms = test_mono,
                                .wall_ms = test_wall};
}

static inline void open_on(struct desk *d, const int fds[2], enum log_format format)
{
    now_ms = 0;
    d->read_fd = fds[0];
    d->write_fd = fds[1];
    fcntl(d->read_fd, F_SETFL, O_NONBLOCK);
    struct log_options o = log_to(d->write_fd, format);
    d->log = log_open(&o);
}

static inline struct desk *desk_open(enum log_format format)
{
    struct desk *d = calloc(1, sizeof *d);
    int fds[2];

    assert_int_equal(pipe(fds), 0);
    open_on(d, fds, format);
    return d;
}

static inline const char *read_log(struct desk *d)
{
    size_t len = 0;
    ssize_t n;

    while (len < sizeof d->text - 1 &&
           (n = read(d->read_fd, d->text + len, sizeof d->text - 1 - len)) > 0)
        len += (size_t)n;
    d->text[len] = '\0';
    return d->text;
}

static inline void desk_close(struct desk *d)
{
    log_close(d->log);
    close(d->read_fd);
    close(d->write_fd);
    free(d);
}

#endif
