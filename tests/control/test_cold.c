/* Goal: who did not ask is remembered as it was written, and a damaged file makes nobody cold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/cold.h"

static char dir[40];
static struct arena *a;

static int set_up(void **state)
{
    (void)state;
    a = arena_new();
    strcpy(dir, "/tmp/avr-test-cold-XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(arena_printf(a, "%s/cold", dir));
    rmdir(dir);
    arena_free(a);
    return 0;
}

static void what_is_written_is_read(void **state)
{
    static const struct cold_part parts[] = {{"a1", ROLE_STS, "repo/sts:1"}, {"b.2", ROLE_LLM, ""}};
    const struct cold_part *read;
    struct err err;

    (void)state;
    assert_int_equal(cold_read(a, dir, &read), 0);
    assert_int_equal(cold_write(dir, parts, 2, &err), 0);
    assert_int_equal(cold_read(a, dir, &read), 2);
    assert_string_equal(read[0].agent_id, "a1");
    assert_int_equal(read[0].role, ROLE_STS);
    assert_string_equal(read[0].image, "repo/sts:1");
    assert_string_equal(read[1].agent_id, "b.2");
    assert_int_equal(read[1].role, ROLE_LLM);
    assert_string_equal(read[1].image, "");
    assert_int_equal(cold_write(dir, parts, 0, &err), 0);
    assert_int_equal(cold_read(a, dir, &read), 0);
}

static void anything_else_is_passed_over(void **state)
{
    const struct cold_part *read;
    FILE *f = fopen(arena_printf(a, "%s/cold", dir), "w");

    (void)state;
    fputs("\n\t\t\nrubbish\ncore\ta1\tx\nsts\ta1\nsts\ta1\tx", f);
    fclose(f);
    assert_int_equal(cold_read(a, dir, &read), 1);
    assert_string_equal(read[0].image, "x");
}

static void a_folder_that_takes_nothing(void **state)
{
    struct err err;

    (void)state;
    assert_int_equal(cold_write("/dev/null", NULL, 0, &err), -1);
    assert_non_null(strstr(err.text, "cannot write /dev/null/cold"));
}

int main(void)
{
#define IT(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        IT(what_is_written_is_read),
        IT(anything_else_is_passed_over),
        IT(a_folder_that_takes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
