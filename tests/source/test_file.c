/* Paths inside specs, words of a command line, and lines of an env file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/text.h"
#include "source/env_file.h"
#include "source/file.h"
#include "source/shell_words.h"

static void test_path_join(void **state)
{
    static const char *const cases[][3] = {
        {"specs", "./data/data.db", "specs/data/data.db"},
        {".", "./data.db", "data.db"},
        {".", ".", "."},
        {"specs", "..", "."},
        {"specs", "../data.db", "data.db"},
        {"specs", "../../data.db", "../data.db"},
        {"..", "../x", "../../x"},
        {"/etc/specs", "a//b/./c", "/etc/specs/a/b/c"},
        {"/etc", "../../../x", "/x"},
        {"/", "x", "/x"},
        {"specs", "/abs/../y/", "/y"},
        {"specs", "", "specs"},
        {"a/b", "...", "a/b/..."},
        {"a", "..b/../c", "a/c"},
    };
    CLEANUP_ARENA struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(path_join(a, cases[i][0], cases[i][1]), cases[i][2]);
}

static void test_path_folder(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();

    (void)state;
    assert_string_equal(path_folder(a, "specs/a.yaml"), "specs");
    assert_string_equal(path_folder(a, "a.yaml"), ".");
    assert_string_equal(path_folder(a, "/a.yaml"), "/");
    assert_string_equal(path_absolute(a, "/x/../y"), "/y");
    assert_true(path_absolute(a, "x")[0] == '/');
}

/* The words of the line, each in brackets; "!" if it cannot be split. */
static const char *split(struct arena *a, const char *line)
{
    struct text t = {.arena = a};
    struct shell_words words;
    struct err err;

    if (shell_words_split(a, line, &words, &err) < 0)
        return "!";
    for (size_t i = 0; i < words.words.n; i++)
        text_printf(&t, "[%s]", words.words.items[i]);
    return text_str(&t);
}

static void test_shell_words(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();

    (void)state;
    assert_string_equal(split(a, ""), "");
    assert_string_equal(split(a, "  node  index.js\t-v "), "[node][index.js][-v]");
    assert_string_equal(split(a, "a 'b c' \"d e\" f\\ g"), "[a][b c][d e][f g]");
    assert_string_equal(split(a, "'' \"\""), "[][]");
    assert_string_equal(split(a, "--x='1 2'3"), "[--x=1 23]");
    assert_string_equal(split(a, "\"a\\\"b\\n\" 'c\\d'"), "[a\"b\\n][c\\d]");
    assert_string_equal(split(a, "$HOME *"), "[$HOME][*]");
    assert_string_equal(split(a, "'open"), "!");
    assert_string_equal(split(a, "end\\"), "!");
}

/* "NAME=value;" for each line, and the number of errors. */
static const char *env(struct arena *a, const char *text)
{
    struct report *r = report_new(a);
    struct env_lines lines = {0};
    struct text t = {.arena = a};

    env_file_parse(a, r, report_file(r, "x.env", NULL, 0), text, &lines);
    for (size_t i = 0; i < lines.lines.n; i++)
        text_printf(&t, "%s=%s;", lines.lines.items[i].name, lines.lines.items[i].value);
    text_printf(&t, "%zu", report_count(r));
    return text_str(&t);
}

static void test_env_file(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();

    (void)state;
    assert_string_equal(env(a, ""), "0");
    assert_string_equal(env(a, "\xef\xbb\xbf# x\n\n  A=1\r\nB=2"), "A=1;B=2;0");
    assert_string_equal(env(a, "export A = b c  # d\nB=x#y\nC=#z"), "A=b c;B=x#y;C=;0");
    assert_string_equal(env(a, "A='x\\n' # c\nB=\"x\\ty\\q\""), "A=x\\n;B=x\ty\\q;0");
    assert_string_equal(env(a, "A=\"1\r\n2\"\nB=3\nA=4"), "A=4;B=3;0");
    assert_string_equal(env(a, "exported=1\nA=b=c"), "exported=1;A=b=c;0");
    assert_string_equal(env(a, "A\n=1\n1A=1\nA='x' y\nA='x"), "5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_path_join),
        cmocka_unit_test(test_path_folder),
        cmocka_unit_test(test_shell_words),
        cmocka_unit_test(test_env_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
