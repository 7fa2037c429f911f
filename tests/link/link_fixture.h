/* service_fixture.h - a folder of its own and an arena for each test. */
#ifndef TEST_SERVICE_FIXTURE_H
#define TEST_SERVICE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/text.h"

struct stage {
    struct arena *arena;
    char folder[64];
    const char *path; /* of the socket, in a folder that is not made yet */
};

static inline int stage_setup(void **state)
{
    struct arena *a = arena_new();
    struct stage *p = arena_alloc(a, sizeof *p);

    p->arena = a;
    strcpy(p->folder, "/tmp/avr-service-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    p->path = arena_printf(a, "%s/run/control.sock", p->folder);
    *state = p;
    return 0;
}

static inline int stage_teardown(void **state)
{
    struct stage *p = *state;

    unlink(p->path);
    unlink(arena_printf(p->arena, "%s.lock", p->path));
    rmdir(arena_printf(p->arena, "%s/run", p->folder));
    assert_int_equal(rmdir(p->folder), 0); /* nothing else was left behind */
    arena_free(p->arena);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, stage_setup, stage_teardown)

static inline void assert_contains(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in:\n%s", part, text);
}

static inline int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

#endif
