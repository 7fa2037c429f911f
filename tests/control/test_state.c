/* Goal: one key whoever comes first, readable by nobody else; one holder of an engine's lock, which
 * dies with him; a clock that never goes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "control/state.h"

static char root[40], dir[64];

static int set_up(void **state)
{
    (void)state;
    strcpy(root, "/tmp/avr-test-state-XXXXXX");
    if (!mkdtemp(root))
        return -1;
    snprintf(dir, sizeof dir, "%s/a/b", root);
    return 0;
}

static int tear_down(void **state)
{
    char command[80];

    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command);
}

static mode_t mode_of(const char *name)
{
    char path[128];
    struct stat st;

    snprintf(path, sizeof path, "%s/%s", dir, name);
    assert_int_equal(stat(path, &st), 0);
    return st.st_mode & 0777;
}

static void the_key_is_made_once_and_secret(void **state)
{
    struct digest_key one, two;

    (void)state;
    umask(0);
    assert_true(state_key(dir, &one));
    assert_true(state_key(dir, &two));
    assert_memory_equal(&one, &two, sizeof one);
    assert_int_equal(mode_of("key"), 0600);
    assert_int_equal(mode_of("."), 0700);
}

/* Each of many first runs at once prints its key: they are all the same. */
static void first_runs_at_once_agree(void **state)
{
    enum { RUNS = 8 };
    struct digest_key keys[RUNS];
    int pipes[2], go[2];

    (void)state;
    assert_int_equal(pipe(pipes), 0);
    assert_int_equal(pipe(go), 0);
    for (int i = 0; i < RUNS; i++)
        if (fork() == 0) {
            struct digest_key key;
            char byte;
            close(go[1]);
            if (read(go[0], &byte, 1) != 0) /* until all are there */
                _exit(1);
            bool made = state_key(dir, &key);
            _exit(!made || write(pipes[1], &key, sizeof key) != (ssize_t)sizeof key);
        }
    close(go[1]);
    for (int i = 0; i < RUNS; i++) {
        int status;
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
        assert_int_equal(read(pipes[0], &keys[i], sizeof keys[i]), sizeof keys[i]);
        assert_memory_equal(&keys[i], &keys[0], sizeof keys[0]);
    }
    close(pipes[0]);
    close(pipes[1]);
    close(go[0]);
}

static void without_a_folder_the_key_is_for_this_run(void **state)
{
    struct digest_key one, two;

    (void)state;
    assert_false(state_key("/proc/none/of/this", &one));
    assert_false(state_key("/proc/none/of/this", &two));
    assert_memory_not_equal(&one, &two, sizeof one);

    char path[128]; /* a key that is too short is no key, and is not written over */
    assert_true(state_key(dir, &one));
    snprintf(path, sizeof path, "%s/key", dir);
    assert_int_equal(truncate(path, 5), 0);
    assert_false(state_key(dir, &two));
}

static void one_holds_the_lock(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct err err;
    int fd = state_lock(a, dir, "ENGINE:1/x", &err);

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(mode_of("ENGINE-1-x.lock"), 0600);
    assert_int_equal(state_lock(a, dir, "ENGINE:1/x", &err), -1);
    assert_int_equal(err.code, ERR_CONFLICT);
    assert_non_null(strstr(err.text, arena_printf(a, "(pid %d)", (int)getpid())));

    int another = state_lock(a, dir, "ENGINE:2", &err); /* another engine */
    assert_true(another >= 0);
    close(another);
    close(fd);
    fd = state_lock(a, dir, "ENGINE:1/x", &err);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(state_lock(a, "/proc/none", "E", &err), -1);
    assert_int_equal(err.code, ERR_DENIED);
}

static void the_lock_dies_with_its_holder(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct err err;
    int pipes[2];
    char byte;

    (void)state;
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    if (child == 0) {
        if (state_lock(a, dir, "E", &err) < 0 || write(pipes[1], "x", 1) != 1)
            _exit(1);
        pause();
    }
    assert_int_equal(read(pipes[0], &byte, 1), 1);
    assert_int_equal(state_lock(a, dir, "E", &err), -1);
    assert_non_null(strstr(err.text, arena_printf(a, "(pid %d)", (int)child)));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    int fd = state_lock(a, dir, "E", &err);
    assert_true(fd >= 0);
    close(fd);
    close(pipes[0]);
    close(pipes[1]);
}

static void the_clock_never_goes_back(void **state)
{
    int64_t wall = wall_ms(), mono = mono_ms(), offset = wall - mono;

    (void)state;
    assert_true(wall > 1600000000000);
    for (int i = 0; i < 1000; i++) {
        int64_t later = wall_ms();
        assert_true(later >= wall);
        wall = later;
    }
    int64_t drift = wall_ms() - mono_ms() - offset; /* one reads a moment after the other */
    assert_true(drift >= -1 && drift <= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_key_is_made_once_and_secret, set_up, tear_down),
        cmocka_unit_test_setup_teardown(first_runs_at_once_agree, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_a_folder_the_key_is_for_this_run, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(one_holds_the_lock, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_lock_dies_with_its_holder, set_up, tear_down),
        cmocka_unit_test(the_clock_never_goes_back),
    };

    return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
