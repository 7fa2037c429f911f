/* Goal: specs and database come together, and whichever cannot be read fails the whole look with
 * the code that tells what to do about it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/sources.h"

#define FLEET TEST_SOURCE "/tests/data/fleet/fleet.db"

static char dir[] = "/tmp/avr-test-sources-XXXXXX";
static char spec[64];

static int set_up(void **state)
{
    (void)state;
    strcpy(dir + strlen(dir) - 6, "XXXXXX");
    if (!mkdtemp(dir))
        return -1;
    snprintf(spec, sizeof spec, "%s/agents.yaml", dir);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(spec);
    return rmdir(dir);
}

static void write_spec(const char *text)
{
    FILE *f = fopen(spec, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static int read_all(struct arena *a, const char *database, struct sources *ret,
                    struct spec_errors *errors, struct err *err)
{
    const char *paths[] = {spec};
    struct config config = {.spec_paths = paths, .n_spec_paths = 1, .database = database};

    return sources_read(a, &config, ret, errors, err);
}

static void both_together(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct spec_errors errors;
    struct sources s;
    struct err err;

    (void)state;
    write_spec("defaults:\n  restart: always\n");
    if (read_all(a, FLEET, &s, &errors, &err) < 0)
        fail_msg("%s", errors.n ? errors.items[0].text : err.text);
    assert_true(s.desired.n_agents > 0);
    assert_true(s.desired.complete);
    assert_true(strstr(s.text, "agents.yaml, fleet.db") != NULL);
    assert_int_equal(s.n_bind_roots, 1);
    assert_non_null(strstr(s.bind_roots[0], "avr-test-sources"));
    assert_string_equal(s.desired.agents[0].containers[0].settings->restart.text, "always");
}

static void errors_of_a_spec_are_listed(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct spec_errors errors;
    struct sources s;
    struct err err;

    (void)state;
    write_spec("agnets: {}\ndefaults: {restrat: always}\n");
    assert_int_equal(read_all(a, FLEET, &s, &errors, &err), -1);
    assert_int_equal(err.code, ERR_INVALID);
    assert_int_equal(errors.n, 2);
}

static void a_database_that_cannot_be_read_is_not_an_empty_one(void **state)
{
    static const char *const paths[] = {"/tmp/avr-test-none/data.db",
                                        TEST_SOURCE "/CMakeLists.txt"};
    struct arena *a CLEANUP_ARENA = arena_new();
    struct spec_errors errors;
    struct sources s;
    struct err err;

    (void)state;
    write_spec("defaults: {restart: always}\n");
    for (size_t i = 0; i < 2; i++) {
        err = (struct err){0};
        assert_int_equal(read_all(a, paths[i], &s, &errors, &err), -1);
        assert_int_equal(err.code, ERR_UNREACHABLE);
        assert_int_equal(errors.n, 0);
        assert_true(*err.text);
    }
}

static void the_spec_names_the_database(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct spec_errors errors;
    struct sources s;
    struct err err;

    (void)state;
    write_spec("database: " FLEET "\n");
    assert_int_equal(read_all(a, "/tmp/avr-test-none/data.db", &s, &errors, &err), 0);
    assert_non_null(s.database.path);
    write_spec("defaults: {restart: always}\n");
    assert_int_equal(read_all(a, NULL, &s, &errors, &err), 0); /* none is used */
    assert_null(s.database.path);
    assert_int_equal(s.desired.n_agents, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(both_together, set_up, tear_down),
        cmocka_unit_test_setup_teardown(errors_of_a_spec_are_listed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_database_that_cannot_be_read_is_not_an_empty_one, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_spec_names_the_database, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("sources", tests, NULL, NULL);
}
