/* Goal: of the children that are given to process 1 none stays a zombie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <ev.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "service/reap.h"

/* A child that leaves a zombie behind when it ends. */
static pid_t parent_of_an_orphan(pid_t *ret_orphan)
{
    int fds[2];

    assert_int_equal(pipe(fds), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        pid_t orphan = fork();
        if (orphan == 0)
            _exit(7);
        siginfo_t info; /* it has ended, and nobody waited for it */
        bool well = orphan > 0 && waitid(P_PID, (id_t)orphan, &info, WEXITED | WNOWAIT) == 0 &&
                    write(fds[1], &orphan, sizeof orphan) == sizeof orphan;
        _exit(well ? 0 : 2);
    }
    assert_int_equal(read(fds[0], ret_orphan, sizeof *ret_orphan), sizeof *ret_orphan);
    close(fds[0]);
    close(fds[1]);
    return pid;
}

static void assert_reaped(struct ev_loop *loop, pid_t pid)
{
    for (int i = 0; i < 5000 && kill(pid, 0) == 0; i++) {
        ev_run(loop, EVRUN_NOWAIT);
        usleep(1000);
    }
    assert_int_equal(kill(pid, 0), -1);
    assert_int_equal(errno, ESRCH);
}

static void orphans_do_not_stay(void **state)
{
    struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
    pid_t orphan;

    (void)state;
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0); /* as process 1 is */
    struct reaper *reaper = reap_open(loop);
    pid_t parent = parent_of_an_orphan(&orphan);
    assert_reaped(loop, parent);
    assert_reaped(loop, orphan);
    reap_close(reaper);
    ev_loop_destroy(loop);
    prctl(PR_SET_CHILD_SUBREAPER, 0);
}

static void who_ended_before_is_waited_for_too(void **state)
{
    struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
    siginfo_t info;

    (void)state;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(9);
    assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    struct reaper *reaper = reap_open(loop);
    assert_reaped(loop, pid);
    reap_close(reaper);
    reap_close(NULL);
    ev_loop_destroy(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orphans_do_not_stay),
        cmocka_unit_test(who_ended_before_is_waited_for_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
