/* Goal: laying one mapping of a spec over another. */
#include "core/material.h"

#include "core/settings.h"

static struct values list(struct arena *a, const char *const *texts, size_t n)
{
    struct value *items = arena_alloc(a, (n + 1) * sizeof *items);

    for (size_t i = 0; i < n; i++)
        items[i].text = texts[i];
    return (struct values){items, n, true};
}

static const char *dump(struct arena *a, const struct values *v)
{
    struct text t = {.arena = a};

    for (size_t i = 0; i < v->n; i++)
        text_printf(&t, "%s ", v->items[i].text);
    return text_str(&t);
}

static const char *dump_labels(struct arena *a, const struct label *labels, size_t n)
{
    struct text t = {.arena = a};

    for (size_t i = 0; i < n; i++)
        text_printf(&t, "%s=%s ", labels[i].key, labels[i].value.text);
    return text_str(&t);
}

static void test_targets_of_volumes(void **state)
{
    static const struct {
        const char *volume, *target;
    } cases[] = {
        {"/srv/x:/x", "/x"}, {"/srv/x:/x:ro", "/x"}, {"data:/x/", "/x"}, {"/srv/x://", "/"},
        {"/srv/x:/", "/"},   {"/x", "/x"},           {"/x//:", ""},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++) {
        size_t n;
        const char *target = volume_target(cases[i].volume, &n);
        assert_int_equal(n, strlen(cases[i].target));
        assert_memory_equal(target, cases[i].target, n);
    }
    assert_true(volume_same_target("/a:/x/", "b:/x:ro"));
    assert_false(volume_same_target("/a:/x", "/a:/y"));
    assert_false(volume_same_target("/a:/x", "/a:/xy"));
}

static void test_volumes(void **state)
{
    static const char *const below[] = {"/a:/x", "/b:/y"}, *const above[] = {"/c:/y/", "/d:/z"};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct settings base = {.volumes = list(a, below, 2)}, over = {0};

    (void)state;
    settings_overlay(a, &base, &over); /* says nothing */
    assert_string_equal(dump(a, &base.volumes), "/a:/x /b:/y ");
    over.volumes = list(a, above, 2);
    settings_overlay(a, &base, &over);
    assert_string_equal(dump(a, &base.volumes), "/a:/x /c:/y/ /d:/z ");
    over.volumes = list(a, NULL, 0);
    settings_overlay(a, &base, &over);
    assert_true(base.volumes.set);
    assert_int_equal(base.volumes.n, 0);
}

static void test_labels_by_key(void **state)
{
    static const struct label below[] = {{"team", {.text = "night"}}, {"city", {.text = "Rome"}}};
    static const struct label above[] = {{"floor", {.text = "2"}}, {"team", {.text = "day"}}};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct settings base = {0}, first = {.labels = below, .n_labels = 2};
    struct settings second = {.labels = above, .n_labels = 2};

    (void)state;
    settings_overlay(a, &base, &first);
    settings_overlay(a, &base, &second);
    assert_string_equal(dump_labels(a, base.labels, base.n_labels), "team=day city=Rome floor=2 ");
    assert_string_equal(below[0].value.text, "night"); /* the layers themselves stay as they are */
}

/* Options go with their driver. */
static void test_logging(void **state)
{
    static const struct label below[] = {{"max-file", {.text = "3"}}, {"max-size", {.text = "1m"}}};
    static const struct label above[] = {{"max-size", {.text = "9m"}}};
    static const struct {
        const char *below, *above, *driver, *options;
    } cases[] = {
        {NULL, NULL, NULL, "max-file=3 max-size=9m "},
        {"local", NULL, "local", "max-file=3 max-size=9m "},
        {NULL, "local", "local", "max-file=3 max-size=9m "},
        {"local", "local", "local", "max-file=3 max-size=9m "},
        {"json-file", "local", "local", "max-size=9m "},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++) {
        CLEANUP_ARENA struct arena *a = arena_new();
        struct settings base = {
            .log_driver.text = cases[i].below, .log_options = below, .n_log_options = 2};
        struct settings over = {
            .log_driver.text = cases[i].above, .log_options = above, .n_log_options = 1};

        settings_overlay(a, &base, &over);
        if (!text_is(base.log_driver.text, cases[i].driver))
            fail_msg("case %zu: driver %s", i, base.log_driver.text);
        assert_string_equal(dump_labels(a, base.log_options, base.n_log_options), cases[i].options);
    }
}

static void test_another_driver_without_options(void **state)
{
    static const struct label below[] = {{"max-size", {.text = "1m"}}};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct settings base = {
        .log_driver.text = "json-file", .log_options = below, .n_log_options = 1};
    struct settings over = {.log_driver.text = "none"};

    (void)state;
    settings_overlay(a, &base, &over);
    assert_string_equal(base.log_driver.text, "none");
    assert_int_equal(base.n_log_options, 0);
}

/* The words of a test belong to its kind; the time it may take does not. */
static void test_healthcheck(void **state)
{
    static const char *const path[] = {"/ready"};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct settings base = {.healthcheck = {.kind.text = "HTTP",
                                            .args = list(a, path, 1),
                                            .timeout_s = {30, true, {0}}}};
    struct settings longer = {.healthcheck.timeout_s = {60, true, {0}}};
    struct settings tcp = {.healthcheck.kind.text = "TCP"};

    (void)state;
    settings_overlay(a, &base, &longer);
    assert_string_equal(base.healthcheck.kind.text, "HTTP");
    assert_string_equal(base.healthcheck.args.items[0].text, "/ready");
    assert_int_equal(base.healthcheck.timeout_s.n, 60);
    settings_overlay(a, &base, &tcp);
    assert_string_equal(base.healthcheck.kind.text, "TCP");
    assert_int_equal(base.healthcheck.args.n, 0);
    assert_int_equal(base.healthcheck.timeout_s.n, 60);
}

/* Everything else is replaced as a whole where it is said, and an empty list and 0 are said. */
static void test_whole_fields(void **state)
{
    static const char *const words[] = {"a", "b"};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct settings base = {.user.text = "node",
                            .restart.text = "always",
                            .command = list(a, words, 2),
                            .cap_drop = list(a, words, 2),
                            .mem_limit = {1 << 28, true, {0}},
                            .nano_cpus = {5, true, {0}}};
    struct settings over = {
        .restart.text = "no", .cap_drop = list(a, NULL, 0), .mem_limit = {0, true, {0}}};

    (void)state;
    settings_overlay(a, &base, &over);
    assert_string_equal(base.user.text, "node");
    assert_string_equal(base.restart.text, "no");
    assert_string_equal(dump(a, &base.command), "a b ");
    assert_true(base.cap_drop.set && base.cap_drop.n == 0);
    assert_true(base.mem_limit.set && base.mem_limit.n == 0);
    assert_int_equal(base.nano_cpus.n, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_targets_of_volumes),
        cmocka_unit_test(test_volumes),
        cmocka_unit_test(test_labels_by_key),
        cmocka_unit_test(test_logging),
        cmocka_unit_test(test_another_driver_without_options),
        cmocka_unit_test(test_healthcheck),
        cmocka_unit_test(test_whole_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
