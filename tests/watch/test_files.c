/* Goal: whatever becomes of a file, of a folder or of the way to it, is noticed; what happens
 * beside it is not. */
#include "watch/watch_fixture.h"

#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "watch/files.h"

enum { MANY = 4 };

static struct file_watch *watch;
static int told[MANY];

static void on_change(void *ctx, size_t index)
{
    assert_ptr_equal(ctx, told);
    assert_true(index < MANY);
    told[index]++;
    ev_break(loop, EVBREAK_ONE);
}

static void watch_paths(const char *const *paths, size_t n)
{
    if (!watch)
        watch = file_watch_new(loop, on_change, told);
    file_watch_set(watch, paths, n);
    memset(told, 0, sizeof told);
}

static void watch_one(const char *name)
{
    watch_paths((const char *const[]){in(name)}, 1);
}

static int end(void **state)
{
    file_watch_free(watch);
    watch = NULL;
    return tear_down(state);
}

/* The first path was told; what is left of the same change is let pass. */
static void assert_told(void)
{
    wait_for(&told[0]);
    run_for(0.01);
    run_for(0.01);
    told[0] = 0;
}

static void assert_quiet(void)
{
    run_for(0.05);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(told[i], 0);
}

static void ways_to_save(void **state)
{
    (void)state;
    put("a.yaml", "one");
    watch_one("a.yaml");
    assert_quiet();
    put("a.yaml", "two"); /* truncated and rewritten */
    assert_told();
    int fd = open(in("a.yaml"), O_WRONLY);
    assert_int_equal(write(fd, "6", 1), 1); /* in place */
    assert_told();
    close(fd);
    put(".a.yaml.swp", "three");
    run_for(0.01);
    memset(told, 0, sizeof told);
    move(".a.yaml.swp", "a.yaml");
    assert_told();
    put("a.yaml", "four"); /* the new one is watched as the old one was */
    assert_told();
    move("a.yaml", "a.yaml~"); /* a backup is made, then the file is new */
    assert_told();
    put("a.yaml", "five");
    assert_told();
    assert_int_equal(unlink(in("a.yaml")), 0);
    assert_told();
    put("a.yaml", "six");
    assert_told();
    assert_int_equal(chmod(in("a.yaml"), 0600), 0);
    assert_told();
}

static void neighbours_are_not_told(void **state)
{
    (void)state;
    put("a.yaml", "");
    put("b.yaml", "");
    watch_paths((const char *const[]){in("a.yaml"), in("b.yaml")}, 2);
    put("c.yaml", "");
    put("a.yaml.tmp", "");
    assert_quiet();
    put("b.yaml", "new");
    wait_for(&told[1]);
    assert_int_equal(told[0], 0);
}

static void a_file_under_two_names(void **state)
{
    (void)state;
    make_folder("there");
    put("a.yaml", "");
    assert_int_equal(link(in("a.yaml"), in("there/b.yaml")), 0);
    watch_one("a.yaml");
    put("there/b.yaml", "changed");
    assert_told();
}

static void a_way_that_does_not_exist_yet(void **state)
{
    (void)state;
    watch_one("x/y/z/a.yaml");
    assert_quiet();
    make_folder("x");
    make_folder("x/y");
    make_folder("x/y/z");
    put("x/y/z/a.yaml", "all at once");
    assert_told();
    put("x/y/z/a.yaml", "again");
    assert_told();
    put("x/y/z/other", "");
    assert_quiet();
}

static void folders_go_and_come_back(void **state)
{
    (void)state;
    make_folder("x");
    make_folder("x/y");
    put("x/y/a.yaml", "");
    watch_one("x/y/a.yaml");
    move("x", "z");
    assert_told();
    put("z/y/a.yaml", "not here any more");
    assert_quiet();
    move("z", "x");
    assert_told();
    put("x/y/a.yaml", "back");
    assert_told();
    run_command("rm -r", in("x"));
    assert_told();
    make_folder("x");
    make_folder("x/y");
    put("x/y/a.yaml", "new");
    assert_told();
    put("x/y/a.yaml", "newer");
    assert_told();
}

static void a_folder_is_watched(void **state)
{
    (void)state;
    make_folder("specs");
    put("specs/a.yaml", "");
    watch_one("specs");
    put("specs/a.yaml", "changed");
    assert_told();
    put("specs/b.yaml", "new");
    assert_told();
    assert_int_equal(unlink(in("specs/a.yaml")), 0);
    assert_told();
    move("specs", "gone");
    assert_told();
    put("gone/b.yaml", "elsewhere");
    assert_quiet();
    make_folder("specs");
    assert_told();
    put("specs/c.yaml", "");
    assert_told();
}

/* As a config map is mounted: specs/a.yaml -> ..data/a.yaml, ..data -> ..1, and ..data is replaced
 * by a rename. */
static void a_mounted_config_map_is_swapped(void **state)
{
    (void)state;
    make_folder("specs");
    make_folder("specs/..1");
    make_folder("specs/..2");
    put("specs/..1/a.yaml", "one");
    put("specs/..2/a.yaml", "two");
    make_link("..1", "specs/..data");
    make_link("..data/a.yaml", "specs/a.yaml");
    watch_one("specs/a.yaml");
    assert_quiet();
    make_link("..2", "specs/..data_tmp");
    move("specs/..data_tmp", "specs/..data");
    assert_told();
    put("specs/..2/a.yaml", "three");
    assert_told();
    put("specs/..1/a.yaml", "nobody reads this");
    assert_quiet();
}

static void links_out_of_the_folder(void **state)
{
    (void)state;
    make_folder("here");
    make_folder("there");
    make_folder("there/sub");
    put("there/real", "");
    make_link("../there/sub/../real", "here/a");
    make_link(in("here/a"), "link");
    watch_one("link");
    put("there/real", "changed");
    assert_told();
    put("there/new", "");
    move("there/new", "there/real");
    assert_told();
    assert_int_equal(unlink(in("here/a")), 0);
    assert_told();
    make_link("a", "here/a"); /* to itself */
    assert_told();
    put("there/real", "not on the way");
    assert_quiet();
}

static void a_storm_is_one_call(void **state)
{
    (void)state;
    put("a.yaml", "");
    watch_one("a.yaml");
    for (int i = 0; i < 1000; i++) {
        int fd = open(in("a.yaml"), O_WRONLY);
        assert_int_equal(write(fd, "x", 1), 1);
        close(fd);
    }
    assert_told();
    assert_quiet();
}

/* More events than the kernel keeps: both are told, although nothing happened to the second. */
static void events_were_lost(void **state)
{
    (void)state;
    make_folder("specs");
    put("specs/one", "");
    put("specs/two", "");
    put("a.yaml", "");
    watch_paths((const char *const[]){in("specs"), in("a.yaml")}, 2);
    const char *names[] = {in("specs/one"), in("specs/two")}; /* equal events in a row are merged */
    for (int i = 0; i < 40000; i++)
        assert_int_equal(chmod(names[i % 2], 0600), 0);
    wait_for(&told[0]);
    wait_for(&told[1]);
    run_for(0.01);
    memset(told, 0, sizeof told);
    put("a.yaml", "still watched");
    wait_for(&told[1]);
}

static void set_again(void *ctx, size_t index)
{
    on_change(ctx, index);
    file_watch_set(watch, (const char *const[]){in("c"), in("b")}, 2);
}

static void the_set_changes(void **state)
{
    (void)state;
    put("a", "");
    put("b", "");
    put("c", "");
    watch = file_watch_new(loop, set_again, told);
    watch_paths((const char *const[]){in("a"), in("b")}, 2);
    watch_paths((const char *const[]){in("a"), in("b")}, 2);
    put("a", "x");
    put("b", "x"); /* told as well, although the set changes while the first is told */
    wait_for(&told[0]);
    run_for(0.01);
    assert_int_equal(told[0], 1);
    assert_int_equal(told[1], 1);
    memset(told, 0, sizeof told);
    put("a", "not watched any more");
    assert_quiet();
    put("c", "x");
    wait_for(&told[0]);
    file_watch_set(watch, NULL, 0);
    memset(told, 0, sizeof told);
    put("b", "x");
    assert_quiet();
}

/* --- in a process of its own: what cannot be undone ------------------------------------------- */

static void in_a_child(bool (*fn)(void), const char *what)
{
    pid_t pid = fork();
    int status;

    assert_true(pid >= 0);
    if (pid == 0) {
        ev_loop_fork(loop);
        bool done = fn();
        file_watch_free(watch);
        arena_free(memory);
        ev_loop_destroy(loop);
        _exit(done ? 0 : 77);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        print_message("not allowed here: %s\n", what);
    else
        assert_int_equal(status, 0);
}

/* cmocka's assertions end the test, which in the child would go on with the parent's. */
static void must(bool holds)
{
    if (!holds)
        _exit(1);
}

static bool got_told(void)
{
    for (int i = 0; i < 300 && !told[0]; i++)
        run_for(0.1);
    bool was = told[0] > 0;
    run_for(0.01);
    told[0] = 0;
    return was;
}

/* What is mounted elsewhere does not make an old change new. */
static bool mount_elsewhere(void)
{
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, "") != 0)
        return false;
    make_folder("elsewhere");
    put("a.yaml", "");
    watch_one("a.yaml");
    put("a.yaml", "changed");
    must(got_told());
    must(mount("none", in("elsewhere"), "tmpfs", 0, "") == 0);
    run_for(0.05);
    must(told[0] == 0);
    return true;
}

static void something_is_mounted_elsewhere(void **state)
{
    (void)state;
    in_a_child(mount_elsewhere, "a mount namespace");
}

static bool mount_and_unmount(void)
{
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, "") != 0)
        return false;
    make_folder("specs");
    put("specs/a.yaml", "below");
    watch_one("specs/a.yaml");
    run_for(0.01);
    must(told[0] == 0);
    must(mount("none", in("specs"), "tmpfs", 0, "") == 0);
    must(got_told());
    put("specs/a.yaml", "on it");
    must(got_told());
    must(umount2(in("specs"), MNT_DETACH) == 0);
    must(got_told());
    put("specs/a.yaml", "below again");
    must(got_told());
    must(mount(in("specs/a.yaml"), in("specs/a.yaml"), "none", MS_BIND, "") == 0);
    run_for(0.05);
    told[0] = 0;
    put("specs/a.yaml", "through the mount");
    must(got_told());
    return true;
}

static void something_is_mounted(void **state)
{
    (void)state;
    in_a_child(mount_and_unmount, "a mount namespace");
}

static bool set_limit(const char *limit)
{
    int fd = open("/proc/sys/user/max_inotify_watches", O_WRONLY);
    bool done = fd >= 0 && write(fd, limit, strlen(limit)) == (ssize_t)strlen(limit);

    if (fd >= 0)
        close(fd);
    return done;
}

static bool few_watches(void)
{
    if (unshare(CLONE_NEWUSER) != 0 || !set_limit("1"))
        return false;
    put("a.yaml", "");
    watch_one("a.yaml");
    must(file_watch_trouble(watch) && strstr(file_watch_trouble(watch), strerror(ENOSPC)));
    put("a.yaml", "seen by looking");
    must(got_told());
    must(set_limit("1000"));
    for (int i = 0; i < 100 && file_watch_trouble(watch); i++)
        run_for(0.1);
    must(!file_watch_trouble(watch));
    told[0] = 0;
    put("a.yaml", "seen by inotify");
    must(got_told());
    return true;
}

static void no_watches_left(void **state)
{
    (void)state;
    in_a_child(few_watches, "a user namespace");
}

static bool no_descriptors(void)
{
    struct rlimit all, none;
    int next = dup(0);

    must(next >= 0 && getrlimit(RLIMIT_NOFILE, &all) == 0);
    close(next);
    none = (struct rlimit){(rlim_t)next, all.rlim_max};
    make_folder("specs");
    put("specs/a.yaml", "");
    must(setrlimit(RLIMIT_NOFILE, &none) == 0);
    watch_one("specs");
    must(setrlimit(RLIMIT_NOFILE, &all) == 0);
    must(file_watch_trouble(watch) != NULL);
    int fd = open(in("specs/a.yaml"), O_WRONLY);
    must(write(fd, "x", 1) == 1);
    close(fd);
    must(got_told());
    must(!file_watch_trouble(watch)); /* by now there are descriptors again */
    put("specs/a.yaml", "seen by inotify");
    must(got_told());
    return true;
}

static void no_inotify(void **state)
{
    (void)state;
    in_a_child(no_descriptors, "few descriptors");
}

int main(void)
{
#define IT(name) cmocka_unit_test_setup_teardown(name, set_up, end)
    const struct CMUnitTest tests[] = {
        IT(ways_to_save),
        IT(neighbours_are_not_told),
        IT(a_file_under_two_names),
        IT(a_way_that_does_not_exist_yet),
        IT(folders_go_and_come_back),
        IT(a_folder_is_watched),
        IT(a_mounted_config_map_is_swapped),
        IT(links_out_of_the_folder),
        IT(a_storm_is_one_call),
        IT(events_were_lost),
        IT(the_set_changes),
        IT(something_is_mounted),
        IT(something_is_mounted_elsewhere),
        IT(no_watches_left),
        IT(no_inotify),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
