/* Goal: whoever works beside the service gives containers the address that it was told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/advertise.h"

static char dir[64];
static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/avr-test-advertise-XXXXXX");
    arena = arena_new();
    return mkdtemp(dir) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    advertise_remember(dir, NULL);
    arena_free(arena);
    return rmdir(dir);
}

static void what_was_told_is_recalled(void **state)
{
    (void)state;
    assert_null(advertise_recall(arena, dir));
    advertise_remember(dir, "http://avr-reconciler:6100");
    assert_string_equal(advertise_recall(arena, dir), "http://avr-reconciler:6100");
    advertise_remember(dir, "http://10.0.0.1:6100");
    assert_string_equal(advertise_recall(arena, dir), "http://10.0.0.1:6100");
    advertise_remember(dir, NULL);
    assert_null(advertise_recall(arena, dir));
    advertise_remember("/proc/none/of/this", "http://10.0.0.1:6100");
    assert_null(advertise_recall(arena, "/proc/none/of/this"));
}

static void what_is_no_address_is_not_used(void **state)
{
    static const char *const bad[] = {"",           "http://",    "http:///x",  "ftp://h",
                                      "http://u@h", "http://h?q", "http://h#f", "http://h\tx"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(advertise_is_usable(bad[i]));
        advertise_remember(dir, bad[i]);
        assert_null(advertise_recall(arena, dir));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_told_is_recalled, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_address_is_not_used, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
