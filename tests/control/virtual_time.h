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

static int64_t virtual_us = 1700000000000000;

static inline int64_t virtual_ms(void)
{
    return virtual_us / 1000;
}

static inline void virtual_pass(int64_t ms)
{
    virtual_us += ms * 1000;
}

/* What else could be done, by whoever plays the other side; true: something was. */
static bool (*virtual_work)(void);

int clock_gettime(clockid_t id, struct timespec *ret)
{
    (void)id;
    ret->tv_sec = virtual_us / 1000000;
    ret->tv_nsec = virtual_us % 1000000 * 1000;
    return 0;
}

int gettimeofday(struct timeval *restrict ret, void *restrict zone)
{
    (void)zone;
    ret->tv_sec = virtual_us / 1000000;
    ret->tv_usec = virtual_us % 1000000;
    return 0;
}

int epoll_wait(int fd, struct epoll_event *events, int max, int timeout_ms)
{
    bool yielded = false;

    virtual_us++; /* a timer is due only after its moment */
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
        virtual_pass(timeout_ms);
        return 0;
    }
}

#endif
