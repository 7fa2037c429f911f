/* Goal: what could hurt the host or make an engine misbehave is never sent, whoever asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/guard.h"

#define N_OF(array) (sizeof(array) / sizeof(array)[0])

static const char *const roots[] = {"/srv/avr", "/opt/tools/"};

static int guard_bind(const char *bind, const struct box *running, struct err *err)
{
    struct wanted w = {.binds = &bind, .n_binds = 1};
    return guard_wanted(&w, roots, N_OF(roots), running, err);
}

static void test_binds(void **state)
{
    static const struct {
        const char *bind;
        bool good;
    } cases[] = {
        {"/srv/avr:/usr/src/app/tools", true},
        {"/srv/avr/tools:/usr/src/app/tools:ro", true},
        {"/opt/tools:/x", true},
        {"/opt/tools/a:/x", true},
        {"volume:/data", true},
        {"a_volume.1-x:/data", true},
        {"/srv/avrx:/x", false},
        {"/srv:/x", false},
        {"/etc:/x", false},
        {"/:/x", false},
        {"/srv/avr/../../etc:/x", false},
        {"/srv/avr/./a:/x", false},
        {"/srv/avr//a:/x", false},
        {"/srv/avr/:/x", true},
        {"/srv/avr/.a/ab/..b/.../b.:/x", true},
        {"/srv/avr/..:/x", false},
        {"/srv/avr/a:/x/.", false},
        {"v:/data", false},
        {"vo|ume:/data", false},
        {"/run/dock:/x", false},
        {"relative/path:/x", false},
        {"./x:/x", false},
        {"..:/x", false},
        {"~/x:/x", false},
        {"-x:/x", false},
        {"/x", false},
        {":/x", false},
        {"volume:", false},
        {"volume:relative", false},
        {"volume:/", false},
        {"volume:/a/../b", false},
        {"/var/run/docker.sock:/var/run/docker.sock", false},
        {"/run/docker.sock:/s", false},
        {"/run:/x", false},
        {"/var/run/:/x", false},
        {"/srv/avr/docker.sock:/s", false},
        {"/srv/avr/docker.sock/:/s", false},
        {"/srv/avr/mydocker.sock:/s", true},
        {"docker.sock:/s", true}, /* a volume of that name */
        {"/run/podman:/x", false},
        {"/srv/avr/\xff:/x", false},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++) {
        struct err err = {0};
        int result = guard_bind(cases[i].bind, NULL, &err);
        if ((result == 0) != cases[i].good)
            fail_msg("%s: %s", cases[i].bind, result ? err.text : "was let through");
        if (result)
            assert_int_equal(err.code, ERR_DENIED);
    }
}

static void test_binds_carried_over(void **state)
{
    static const char *const has[] = {"/etc/avr:/etc/avr:ro", "undefined:/usr/src/app/tools",
                                      "/var/run/docker.sock:/s"};
    struct box box = {.binds = has, .n_binds = N_OF(has)};
    struct err err;

    (void)state;
    assert_int_equal(guard_bind(has[0], &box, &err), 0);
    assert_int_equal(guard_bind(has[1], &box, &err), 0);
    assert_int_equal(guard_bind("/etc/avr:/other", &box, &err), -1);
    assert_int_equal(guard_bind(has[2], &box, &err), -1); /* never that one */
}

static void test_no_roots(void **state)
{
    const char *bind = "/srv/avr:/x", *all = "/";
    struct wanted w = {.binds = &bind, .n_binds = 1};
    struct err err;

    (void)state;
    assert_int_equal(guard_wanted(&w, NULL, 0, NULL, &err), -1);
    assert_int_equal(guard_wanted(&w, &all, 1, NULL, &err), 0);
    all = "//";
    assert_int_equal(guard_wanted(&w, &all, 1, NULL, &err), 0);
    all = "";
    assert_int_equal(guard_wanted(&w, &all, 1, NULL, &err), -1);
    all = "/srv/avr/deeper";
    assert_int_equal(guard_wanted(&w, &all, 1, NULL, &err), -1);
}

static void test_networks(void **state)
{
    static char long_name[258]; /* one byte more than an engine takes */
    const struct {
        const char *name;
        bool good;
    } cases[] = {
        {"avr", true},          {"bridge", true},         {"host", false}, {"none", false},
        {"container:x", false}, {"ns:/proc/1/ns", false}, {"", false},     {"av\xff", false},
        {long_name, false},     {long_name + 1, true},
    };

    (void)state;
    memset(long_name, 'n', sizeof long_name - 1);
    for (size_t i = 0; i < N_OF(cases); i++) {
        struct wanted w = {.networks = &cases[i].name, .n_networks = 1};
        struct err err = {0};
        if ((guard_wanted(&w, NULL, 0, NULL, &err) == 0) != cases[i].good)
            fail_msg("network %s: %s", cases[i].name, err.text);
    }
}

static int guard_env(const struct env_var *vars, size_t n, struct err *err)
{
    struct wanted w = {.env = {vars, n}};
    return guard_wanted(&w, NULL, 0, NULL, err);
}

static void test_environment(void **state)
{
    static const struct {
        struct env_var var;
        bool good;
    } cases[] = {
        {{.name = "A", .value = ""}, true},
        {{.name = "npm.config-x", .value = "a=b\nc"}, true},
        {{.name = "A", .value = "\xc3\xa9"}, true},
        {{.name = "", .value = "x"}, false},
        {{.name = "A=B", .value = "x"}, false},
        {{.name = "A B", .value = "x"}, false},
        {{.name = "A\n", .value = "x"}, false},
        {{.name = "A\x7f", .value = "x"}, false},
        {{.name = "\xff", .value = "x"}, false},
        {{.name = "A", .value = "\xff"}, false},
        {{.name = "A", .value = "\xed\xa0\x80"}, false},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++) {
        struct err err = {0};
        if ((guard_env(&cases[i].var, 1, &err) == 0) != cases[i].good)
            fail_msg("case %zu: %s", i, err.text);
    }
}

static void test_environment_sizes(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    const size_t limit = 128 * 1024 - 3; /* "A=" and the NUL */
    char *value = arena_alloc(a, limit + 2);
    struct env_var many[13];
    struct err err = {0};

    (void)state;
    memset(value, 'x', limit);
    many[0] = (struct env_var){.name = "A", .value = value};
    assert_int_equal(guard_env(many, 1, &err), 0);
    value[limit] = 'x';
    assert_int_equal(guard_env(many, 1, &err), -1);
    assert_non_null(strstr(err.text, "128 KiB"));
    assert_null(strstr(err.text, "xxxx"));
    value[limit] = '\0';
    for (size_t i = 0; i < N_OF(many); i++)
        many[i] = (struct env_var){.name = "A", .value = value};
    assert_int_equal(guard_env(many, 12, &err), 0);
    assert_int_equal(guard_env(many, 13, &err), -1);
    assert_non_null(strstr(err.text, "1.5 MB"));
    value[257] = '\0';
    many[0] = (struct env_var){.name = value, .value = "x"};
    assert_int_equal(guard_env(many, 1, &err), -1);
    value[256] = '\0';
    assert_int_equal(guard_env(many, 1, &err), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_binds),       cmocka_unit_test(test_binds_carried_over),
        cmocka_unit_test(test_no_roots),    cmocka_unit_test(test_networks),
        cmocka_unit_test(test_environment), cmocka_unit_test(test_environment_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
