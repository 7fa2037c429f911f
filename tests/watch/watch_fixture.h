/* watch_fixture.h - a folder of one's own, a loop, and waiting for something without counting
 * seconds: only a thing that never happens costs time. */
#ifndef TESTS_WATCH_FIXTURE_H
#define TESTS_WATCH_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ev.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"

static struct ev_loop *loop;
static struct arena *memory;
static char folder[32];

static inline const char *in(const char *name) /* its path in the test's folder */
{
    return arena_printf(memory, "%s/%s", folder, name);
}

static inline void put(const char *name, const char *text) /* in place */
{
    int fd = open(in(name), O_WRONLY | O_CREAT | O_TRUNC, 0644);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static inline void make_folder(const char *name)
{
    assert_int_equal(mkdir(in(name), 0755), 0);
}

static inline void move(const char *from, const char *to)
{
    assert_int_equal(rename(in(from), in(to)), 0);
}

static inline void make_link(const char *target, const char *name)
{
    assert_int_equal(symlink(target, in(name)), 0);
}

static inline void run_command(const char *format, const char *argument)
{
    assert_int_equal(system(arena_printf(memory, "%s '%s'", format, argument)), 0); /* NOLINT */
}

static inline void on_alarm(struct ev_loop *l, struct ev_timer *timer, int events)
{
    (void)timer, (void)events;
    ev_break(l, EVBREAK_ONE);
}

/* Runs the loop until the time is over or a callback breaks it. */
static inline void run_for(double seconds)
{
    struct ev_timer timer;

    ev_timer_init(&timer, on_alarm, seconds, 0.);
    ev_now_update(loop);
    ev_timer_start(loop, &timer);
    ev_run(loop, 0);
    ev_timer_stop(loop, &timer);
}

/* Until the number is not 0, which the callback that counts it up has to ev_break() for. */
static inline void wait_for(const int *number)
{
    for (int i = 0; i < 300 && !*number; i++)
        run_for(0.1);
    if (!*number)
        fail_msg("waited for half a minute");
}

static inline int set_up(void **state)
{
    (void)state;
    loop = ev_loop_new(EVFLAG_AUTO);
    memory = arena_new();
    strcpy(folder, "/tmp/avr-watch-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static inline int tear_down(void **state)
{
    (void)state;
    run_command("rm -rf", folder);
    arena_free(memory);
    ev_loop_destroy(loop);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
