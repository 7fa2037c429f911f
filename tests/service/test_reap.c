/* Goal: whoever started a child gets its exit status, and nobody else's children stay zombies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <ev.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "service/reap.h"

struct scene {
    struct ev_loop *loop;
    struct reaper *reaper;
    int ends, status[8];
    int want;
};

struct part { /* one child of the scene */
    struct scene *scene;
    int number;
};

static void on_end(void *ctx, int status)
{
    struct part *p = ctx;

    p->scene->status[p->number] = status;
    if (++p->scene->ends == p->scene->want)
        ev_break(p->scene->loop, EVBREAK_ALL);
}

static pid_t child(int code)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(code);
    assert_true(pid > 0);
    return pid;
}

static void run(struct scene *s)
{
    struct ev_timer alive; /* the reaper alone keeps no loop running */

    ev_timer_init(&alive, NULL, 3600, 0);
    ev_timer_start(s->loop, &alive);
    alarm(20);
    ev_run(s->loop, 0);
    alarm(0);
    ev_timer_stop(s->loop, &alive);
}

static void check_statuses(bool orphans)
{
    struct scene s = {.loop = ev_loop_new(EVFLAG_AUTO), .want = 4};
    struct part parts[4];

    s.reaper = reap_open(s.loop, orphans);
    for (int i = 0; i < 4; i++) {
        parts[i] = (struct part){&s, i};
        reap_watch(s.reaper, child(40 + i), on_end, &parts[i]);
    }
    run(&s);
    for (int i = 0; i < 4; i++) {
        assert_true(WIFEXITED(s.status[i]));
        assert_int_equal(WEXITSTATUS(s.status[i]), 40 + i);
    }
    reap_close(s.reaper);
    ev_loop_destroy(s.loop);
}

static void each_gets_the_status_of_its_child(void **state)
{
    (void)state;
    check_statuses(false);
    check_statuses(true);
}

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
        _exit(well ? 1 : 2);
    }
    assert_int_equal(read(fds[0], ret_orphan, sizeof *ret_orphan), sizeof *ret_orphan);
    close(fds[0]);
    close(fds[1]);
    return pid;
}

static void orphans_do_not_stay(void **state)
{
    struct scene s = {.loop = ev_loop_new(EVFLAG_AUTO), .want = 1};
    struct part mine = {&s, 0};
    pid_t orphan;

    (void)state;
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0); /* as process 1 is */
    s.reaper = reap_open(s.loop, true);
    reap_watch(s.reaper, parent_of_an_orphan(&orphan), on_end, &mine);
    run(&s);
    assert_int_equal(WEXITSTATUS(s.status[0]), 1);
    for (int i = 0; i < 2000 && kill(orphan, 0) == 0; i++) {
        ev_run(s.loop, EVRUN_NOWAIT);
        usleep(1000);
    }
    assert_int_equal(kill(orphan, 0), -1);
    assert_int_equal(errno, ESRCH);
    reap_close(s.reaper);
    ev_loop_destroy(s.loop);
    prctl(PR_SET_CHILD_SUBREAPER, 0);
}

static void others_children_are_left_to_others(void **state)
{
    struct scene s = {.loop = ev_loop_new(EVFLAG_AUTO), .want = 1};
    struct part mine = {&s, 0};
    siginfo_t info;
    int status;

    (void)state;
    s.reaper = reap_open(s.loop, false);
    pid_t other = child(9);
    assert_int_equal(waitid(P_PID, (id_t)other, &info, WEXITED | WNOWAIT), 0);
    reap_watch(s.reaper, child(3), on_end, &mine);
    run(&s);
    assert_int_equal(WEXITSTATUS(s.status[0]), 3);
    assert_int_equal(waitpid(other, &status, WNOHANG), other);
    assert_int_equal(WEXITSTATUS(status), 9);
    reap_watch(s.reaper, getppid(), on_end, &mine); /* forgotten with the reaper */
    reap_close(s.reaper);
    reap_close(NULL);
    ev_loop_destroy(s.loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_gets_the_status_of_its_child),
        cmocka_unit_test(orphans_do_not_stay),
        cmocka_unit_test(others_children_are_left_to_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
