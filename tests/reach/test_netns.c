/* A socket of another network namespace is handed over, or it is said why not; a process that is
 * not the container's is never entered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "reach/netns.h"

#define ID "fb5d89fb13a82e01ecb102bf2ebe1ee1ecf17de785434000b328bab3cd6a8fe8"

/* A /proc of our own with one process, 77, whose network is ours. */
static char proc[] = "/tmp/avr-test-netns-XXXXXX";

static const char *path_in(const char *name)
{
    static char path[128];

    snprintf(path, sizeof path, "%s/77%s", proc, name);
    return path;
}

static int set_up(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(proc));
    mkdir(path_in(""), 0700);
    mkdir(path_in("/ns"), 0700);
    assert_int_equal(symlink("/proc/self/ns/net", path_in("/ns/net")), 0);
    FILE *f = fopen(path_in("/cgroup"), "we");
    assert_non_null(f);
    fputs("0::/system.slice/docker-" ID ".scope\n", f);
    return fclose(f);
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path_in("/cgroup"));
    unlink(path_in("/ns/net"));
    rmdir(path_in("/ns"));
    rmdir(path_in(""));
    return rmdir(proc);
}

static void a_socket_of_the_asked_type_or_the_reason(void **state)
{
    struct err err = {0};
    int type = 0, fd = netns_socket(proc, 77, ID, SOCK_DGRAM, &err);
    socklen_t size = sizeof type;

    (void)state;
    if (fd < 0) { /* that takes CAP_SYS_ADMIN */
        assert_int_equal(err.code, ERR_DENIED);
        assert_non_null(strstr(err.text, "cannot be entered"));
        return;
    }
    assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size), 0);
    assert_int_equal(type, SOCK_DGRAM);
    assert_int_equal(close(fd), 0);
}

static void a_stranger_is_not_entered(void **state)
{
    char other[] = ID;
    struct err err = {0};

    (void)state;
    other[0] = '0';
    assert_int_equal(netns_socket(proc, 77, other, SOCK_STREAM, &err), -1);
    assert_int_equal(err.code, ERR_DENIED);
    assert_non_null(strstr(err.text, "no sight of the host's process ids"));
    assert_int_equal(netns_socket(proc, 77, "", SOCK_STREAM, &err), -1);
    assert_int_equal(netns_socket(proc, 78, ID, SOCK_STREAM, &err), -1);
    assert_int_equal(netns_socket(proc, 0, ID, SOCK_STREAM, &err), -1);
}

static void a_network_that_is_gone_is_said(void **state)
{
    struct err err = {0};

    (void)state;
    unlink(path_in("/ns/net"));
    assert_int_equal(netns_socket(proc, 77, ID, SOCK_STREAM, &err), -1);
    assert_non_null(strstr(err.text, "No such file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_socket_of_the_asked_type_or_the_reason),
        cmocka_unit_test(a_stranger_is_not_entered),
        cmocka_unit_test(a_network_that_is_gone_is_said),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
