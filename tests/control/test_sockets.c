#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "control/sockets.h"

#define ID "fb5d89fb13a82e01ecb102bf2ebe1ee1ecf17de785434000b328bab3cd6a8fe8"
#define HEAD                                                                                       \
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "  \
    "inode\n"
#define ROW(local, state)                                                                          \
    "   0: " local " 0A0012AC:D3A4 " state " 00000000:00000000 00:00000000 00000000     0        " \
    "0 30563 1 0000000000000000 100 0 0 10 0\n"

/* A /proc of our own with one process, 77. */
static char proc[] = "/tmp/avr-test-proc-XXXXXX";

static void put(const char *name, const char *text)
{
    char path[256];

    snprintf(path, sizeof path, "%s/77/%s", proc, name);
    unlink(path);
    if (!text)
        return;
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static int set_up(void **state)
{
    char path[256];

    (void)state;
    strcpy(proc + strlen(proc) - 6, "XXXXXX");
    assert_non_null(mkdtemp(proc));
    snprintf(path, sizeof path, "%s/77", proc);
    mkdir(path, 0700);
    strcat(path, "/net");
    mkdir(path, 0700);
    put("cgroup", "0::/system.slice/docker-" ID ".scope\n");
    put("net/tcp", HEAD ROW("00000000:1A12", "0A")            /* listens */
        ROW("040012AC:1A12", "01") ROW("040012AC:1A12", "06") /* open, TIME_WAIT */
        ROW("040012AC:9C40", "01")                            /* its own call to the vendor */
        ROW("040012AC:1A12", "01"));
    put("net/tcp6", HEAD ROW("0000000000000000FFFF0000040012AC:1A12", "01"));
    return 0;
}

static int tear_down(void **state)
{
    static const char *const names[] = {"cgroup", "mountinfo", "net/tcp", "net/tcp6"};
    char path[256];

    (void)state;
    for (size_t i = 0; i < 4; i++)
        put(names[i], NULL);
    snprintf(path, sizeof path, "%s/77/net", proc);
    rmdir(path);
    *strrchr(path, '/') = '\0';
    rmdir(path);
    return rmdir(proc);
}

static int count(int pid, const char *port, struct err *err)
{
    return sockets_count(proc, pid, ID, port, err);
}

static void counts_established_connections_to_the_port(void **state)
{
    struct err err;

    (void)state;
    assert_int_equal(count(77, "6674", &err), 3);
    assert_int_equal(count(77, "40000", &err), 1);
    assert_int_equal(count(77, "6675", &err), 0);
    put("net/tcp6", NULL); /* a kernel without IPv6 */
    assert_int_equal(count(77, "6674", &err), 2);
}

static void unknown_is_not_none(void **state)
{
    static const char *const ports[] = {NULL, "", "0", "65536", "x", "80x"};
    struct err err;

    (void)state;
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(count(77, ports[i], &err), -1);
        assert_string_equal(err.text, "it has no port to look at");
    }
    assert_int_equal(count(0, "80", &err), -1);
    assert_string_equal(err.text, "it has no process");
    put("net/tcp", NULL);
    assert_int_equal(count(77, "80", &err), -1);
    assert_non_null(strstr(err.text, "cannot read its sockets"));
}

static void the_process_must_be_the_container_s(void **state)
{
    char far[9000];
    struct err err;

    (void)state;
    assert_int_equal(count(78, "6674", &err), -1); /* no such process here */
    assert_int_equal(err.code, ERR_DENIED);
    assert_string_equal(err.text, "no sight of the host's process ids");

    put("cgroup", "0::/\n"); /* private cgroup namespace */
    assert_int_equal(count(77, "6674", &err), -1);
    put("mountinfo", "691 677 254:1 /var/lib/docker/containers/" ID
                     "/hosts /etc/hosts rw,relatime - ext4 /dev/vda1 rw\n");
    assert_int_equal(count(77, "6674", &err), 3);

    put("mountinfo", NULL);
    put("cgroup", "0::/docker/0000000000000000000000000000000000000000000000000000000000000000\n");
    assert_int_equal(count(77, "6674", &err), -1); /* another container */
    assert_int_equal(sockets_count(proc, 77, "", "6674", &err), -1);

    for (size_t at = 4000; at < 4200; at++) { /* the id anywhere around the end of a read */
        memset(far, 'x', sizeof far);
        memcpy(far + at, ID, 64);
        far[at + 200] = '\0';
        put("cgroup", far);
        assert_int_equal(count(77, "6674", &err), 3);
    }
}

/* The real table of this process, seen as if it were a container's. */
static void reads_the_kernel_s_own_table(void **state)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
    char table[64], copy[256], port[16];
    struct err err;

    (void)state;
    assert_int_equal(bind(listener, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(listener, 5), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
    assert_int_equal(connect(client, (struct sockaddr *)&address, len), 0);
    snprintf(port, sizeof port, "%d", ntohs(address.sin_port));
    snprintf(table, sizeof table, "/proc/%d/net/tcp", (int)getpid());
    snprintf(copy, sizeof copy, "%s/77/net/tcp", proc);
    put("net/tcp", NULL);
    assert_int_equal(symlink(table, copy), 0);
    assert_int_equal(count(77, port, &err), 1); /* the listener and the client's end are none */
    close(client);
    close(listener);
}

static void bounds_what_it_reads(void **state)
{
    char path[256];
    struct err err;

    (void)state;
    put("net/tcp", "");
    snprintf(path, sizeof path, "%s/77/net/tcp", proc);
    FILE *f = fopen(path, "w");
    for (int i = 0; i < 200001; i++)
        fputs("   0: 040012AC:1A12 0A0012AC:D3A4 01 0\n", f);
    fclose(f);
    assert_int_equal(count(77, "6674", &err), -1);
    put("net/tcp", "\n\n garbage : : 01\n 0: x:1A12 y 01\n 1: 1A12 0 01\n");
    assert_int_equal(count(77, "6674", &err), 2); /* the odd one of this table, and of tcp6 */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(counts_established_connections_to_the_port),
        TEST(unknown_is_not_none),
        TEST(the_process_must_be_the_container_s),
        TEST(reads_the_kernel_s_own_table),
        TEST(bounds_what_it_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
