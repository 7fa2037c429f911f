/* virtual_time.h - time that only passes when there is nothing else to do.
 *
 * Takes the place of clock_gettime(), gettimeofday() and epoll_wait() for the whole program, libev
 * and curl included: where a loop would go to sleep the clock is set forward instead, so an hour of
 * waiting costs nothing and a busy machine changes no outcome.  For one .c file of a program. */
#ifndef TESTS_VIRTUAL_TIME_H
#define TESTS_VIRTUAL_TIME_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/time.h>
#include <time.h>

static int64_t virtual_ms = 1700000000000;

/* What else could be done, by whoever plays the other side; true: something was. */
static bool (*virtual_work)(void);

int clock_gettime(clockid_t id, struct timespec *ret)
{
    (void)id;
    ret->tv_sec = virtual_ms / 1000;
    ret->tv_nsec = virtual_ms % 1000 * 1000000;
    return 0;
}

int gettimeofday(struct timeval *restrict ret, void *restrict zone)
{
    (void)zone;
    ret->tv_sec = virtual_ms / 1000;
    ret->tv_usec = virtual_ms % 1000 * 1000;
    return 0;
}

int epoll_wait(int fd, struct epoll_event *events, int max, int timeout_ms)
{
    bool yielded = false;

    for (;;) {
        int n = epoll_pwait(fd, events, max, 0, NULL);
        if (n != 0 || timeout_ms == 0)
            return n;
        if (virtual_work && virtual_work())
            continue;
        if (!yielded) { /* the kernel may still be carrying a packet */
            yielded = true;
            sched_yield();
            continue;
        }
        if (timeout_ms < 0) {
            fputs("virtual time: everybody sleeps for ever\n", stderr);
            abort();
        }
        virtual_ms += timeout_ms;
        return 0;
    }
}

#endif
