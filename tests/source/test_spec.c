/* Every spec under tests/specs/good is read and compared, as a dump, with the text beside it; every
 * one under tests/specs/bad must give exactly the errors of the text beside it.  A folder there is
 * a spec of several files.
 *
 * After a wanted change, UPDATE_EXPECTED=1 writes the texts anew; read the difference before it is
 * committed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source/file.h"
#include "source/spec.h"
#include "spec_dump.h"

#define SPECS TEST_SOURCE "/tests/specs"

/* The environment of all test specs. */
static const char *get_variable(void *ctx, const char *name)
{
    static const char *const variables[][2] = {
        {"HOME", "/home/avr"},
        {"TAG", "1.9.0"},
        {"EMPTY", ""},
        {"REGISTRY", "registry.example:5000"},
        {"DEEPGRAM_API_KEY", "dg-0123456789-hidden"},
        {"DB_PASSWORD", "pass-hidden-word"},
        {"SHOUT", "LOUD"},
        {"NOT_TEXT", "\xff\xfe"},
    };

    (void)ctx;
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++)
        if (strcmp(variables[i][0], name) == 0)
            return variables[i][1];
    return NULL;
}

static const struct spec_env env = {get_variable, NULL};

static const char *errors_text(struct arena *a, const struct spec_errors *errors)
{
    struct text t = {.arena = a};

    for (size_t i = 0; i < errors->n; i++)
        text_printf(&t, "%s\n", spec_error_text(a, &errors->items[i]));
    return text_str(&t);
}

/* What reading the path gives, as text: a dump or the errors. */
static const char *outcome(struct arena *a, const char *path, bool *ret_ok)
{
    struct spec spec;
    struct spec_errors errors = {0};
    char root[4096]; /* symbolic links resolved, as in the name of the current folder */

    assert_non_null(realpath(SPECS, root));
    *ret_ok = spec_read(a, &path, 1, &env, &spec, &errors) == 0;
    if (!*ret_ok)
        assert_true(errors.n > 0);
    return *ret_ok ? spec_dump(a, &spec, root) : errors_text(a, &errors);
}

static void write_expected(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

/* All secrets of the bad specs have "hidden" in them; "(hidden)" is what errors say instead. */
static bool shows_secret(const char *errors)
{
    for (const char *s = errors; (s = strstr(s, "hidden")); s++)
        if (s == errors || s[-1] != '(')
            return true;
    return false;
}

/* True if the outcome of name.yaml is what name.txt says. */
static bool is_as_expected(const char *name, bool good)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    size_t stem = strlen(name) - (text_ends(name, ".yaml") ? 5 : 0);
    const char *expected_path = arena_printf(a, "%.*s.txt", (int)stem, name);
    struct file expected = {.bytes = ""};
    struct err err;
    bool ok;
    const char *have = outcome(a, name, &ok);

    if (!good && shows_secret(have))
        print_error("%s: a secret is shown\n", name);
    if (getenv("UPDATE_EXPECTED")) {
        write_expected(expected_path, have);
    } else if (file_read(a, expected_path, 1 << 20, &expected, &err) < 0) {
        print_error("%s: %s\n", expected_path, err.text);
        return false;
    } else if (strcmp(have, expected.bytes) != 0) {
        fprintf(stderr, "%s\n--- expected\n%s--- got\n%s", name, expected.bytes, have);
        return false;
    }
    return ok == good && (good || !shows_secret(have));
}

static int is_case(const struct dirent *e)
{
    struct stat st;

    if (text_ends(e->d_name, ".yaml"))
        return 1;
    return e->d_name[0] >= '0' && e->d_name[0] <= '9' && stat(e->d_name, &st) == 0 &&
           S_ISDIR(st.st_mode);
}

static void check_folder(const char *folder, bool good, int at_least)
{
    struct dirent **names;
    int failed = 0;

    assert_int_equal(chdir(folder), 0);
    int n = scandir(".", &names, is_case, alphasort);
    assert_true(n >= at_least);
    for (int i = 0; i < n; i++) {
        if (!is_as_expected(names[i]->d_name, good)) {
            print_error("%s: not as expected\n", names[i]->d_name);
            failed++;
        }
        free(names[i]);
    }
    free(names);
    assert_int_equal(failed, 0);
}

static void test_good_specs(void **state)
{
    (void)state;
    check_folder(SPECS "/good", true, 8);
}

static void test_bad_specs(void **state)
{
    (void)state;
    check_folder(SPECS "/bad", false, 60);
}

static void test_default_spec_is_valid(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    bool ok;

    (void)state;
    const char *text = outcome(a, TEST_SOURCE "/specs/default.yaml", &ok);
    if (!ok)
        print_error("%s", text);
    assert_true(ok);
    outcome(a, TEST_SOURCE "/specs", &ok);
    assert_true(ok);
}

/* The words of `avr-reconciler validate`. */
static void test_error_text(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    const struct spec_error with_line = {.at = {"specs/agents.yaml", 5, 7},
                                         .length = 10,
                                         .text = "unknown key \"pull_polcy\" in agents.support.sts",
                                         .hint = "did you mean \"pull_policy\"?",
                                         .line_text = "      pull_polcy: never"};
    const struct spec_error no_line = {
        .at = {"a.yaml", 2, 1}, .length = 1, .text = "wrong", .hint = "right"};
    const struct spec_error no_place = {.length = 1, .text = "wrong"};

    (void)state;
    assert_string_equal(
        spec_error_text(a, &with_line),
        "specs/agents.yaml:5:7: error: unknown key \"pull_polcy\" in agents.support.sts\n"
        "    5 |       pull_polcy: never\n"
        "      |       ^~~~~~~~~~ did you mean \"pull_policy\"?");
    assert_string_equal(spec_error_text(a, &no_line), "a.yaml:2:1: error: wrong\n      = right");
    assert_string_equal(spec_error_text(a, &no_place), "error: wrong");
}

static void test_no_paths_is_an_empty_spec(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct spec spec;
    struct spec_errors errors;

    (void)state;
    assert_int_equal(spec_read(a, NULL, 0, &env, &spec, &errors), 0);
    assert_int_equal(spec.n_agents, 0);
    assert_null(spec.database.text);
}

/* ---- files that are made here rather than kept ---- */

static char scratch[64];

static int make_scratch(void **state)
{
    (void)state;
    strcpy(scratch, "/tmp/spec-test-XXXXXX");
    return mkdtemp(scratch) && chdir(scratch) == 0 ? 0 : -1;
}

static int remove_scratch(void **state)
{
    struct dirent **names;
    int n = chdir(scratch) == 0 ? scandir(".", &names, NULL, NULL) : -1;

    (void)state;
    for (int i = 0; i < n; i++) {
        if (names[i]->d_name[0] != '.')
            remove(names[i]->d_name);
        free(names[i]);
    }
    if (n >= 0)
        free(names);
    return chdir("/") == 0 ? rmdir(scratch) : -1;
}

static void write_bytes(const char *path, const char *bytes, size_t len)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    fclose(f);
}

static void assert_outcome(const char *path, const char *expected)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    bool ok;
    assert_string_equal(outcome(a, path, &ok), expected);
}

/* Fills the file with the line, again and again, up to len bytes. */
static void write_repeated(const char *path, const char *line, size_t len)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct text t = {.arena = a};

    while (t.len + strlen(line) <= len)
        text_add(&t, line);
    write_bytes(path, text_str(&t), t.len);
}

static void test_files_that_are_no_specs(void **state)
{
    (void)state;
    assert_outcome("none.yaml", "none.yaml: error: no such file\n");
    assert_int_equal(mkfifo("pipe.yaml", 0600), 0);
    assert_outcome("pipe.yaml", "pipe.yaml: error: is not a regular file\n");
    assert_outcome("/dev/zero", "/dev/zero: error: is not a regular file\n");
    assert_int_equal(mkdir("folder.yaml", 0700), 0);
    assert_outcome("folder.yaml", "folder.yaml: error: no *.yaml and no *.yml in this folder\n");
    write_repeated("huge.yaml", "# nothing to see\n", (1 << 20) + 100);
    assert_outcome("huge.yaml", "huge.yaml: error: is larger than 1 MiB\n");
    write_bytes("empty.yaml", "", 0);
    assert_outcome("empty.yaml", "empty.yaml: error: there is nothing in this file\n"
                                 "      = write {} if that is meant\n");
}

/* Large and odd, but within 1 MiB: must be answered soon and with few words. */
static void test_large_files(void **state)
{
    static const char *const lines[] = {
        "- a\n", "[",        "{a: ",        "? ",          "&a *a ",   "a: b\n",
        "\"",    "- - - - ", "x: |\n  y\n", "agents: \n",  "<<: {}\n", "[a,",
        "'",     "!!str ",   "\t",          "%YAML 1.2\n", "--- a\n",  "- &a {a: *a}\n",
        "$",     "{{",       "${A:-"};

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        CLEANUP_ARENA struct arena *a = arena_new();
        bool ok;
        write_repeated("large.yaml", lines[i], 100000);
        const char *text = outcome(a, "large.yaml", &ok);
        assert_false(ok);
        assert_true(strlen(text) < 100000);
    }
}

/* A file that is cut anywhere, as an editor or a full disk leaves it, is read or refused. */
static void cut_everywhere(const char *name)
{
    CLEANUP_ARENA struct arena *whole = arena_new();
    struct file file;
    struct err err;

    assert_int_equal(file_read(whole, name, 1 << 20, &file, &err), 0);
    for (size_t len = 0; len < file.len; len++) {
        CLEANUP_ARENA struct arena *a = arena_new();
        bool ok;
        write_bytes("cut.tmp", file.bytes, len);
        outcome(a, "cut.tmp", &ok);
    }
    remove("cut.tmp");
}

static void test_every_prefix(void **state)
{
    struct dirent **names;

    (void)state;
    assert_int_equal(chdir(SPECS "/good"), 0);
    int n = scandir(".", &names, is_case, alphasort);
    assert_true(n > 0);
    for (int i = 0; i < n; i++) {
        struct stat st;
        const char *path = names[i]->d_name;
        if (stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
            char full[4096];
            snprintf(full, sizeof full, SPECS "/good/%s", path);
            assert_int_equal(chdir(scratch), 0);
            cut_everywhere(full);
            assert_int_equal(chdir(SPECS "/good"), 0);
        }
        free(names[i]);
    }
    free(names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_specs),
        cmocka_unit_test(test_bad_specs),
        cmocka_unit_test(test_default_spec_is_valid),
        cmocka_unit_test(test_error_text),
        cmocka_unit_test(test_no_paths_is_an_empty_spec),
        cmocka_unit_test_setup_teardown(test_files_that_are_no_specs, make_scratch, remove_scratch),
        cmocka_unit_test_setup_teardown(test_large_files, make_scratch, remove_scratch),
        cmocka_unit_test_setup_teardown(test_every_prefix, make_scratch, remove_scratch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
