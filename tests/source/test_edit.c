/* One image changed and nothing else, in every layout people write; what others would notice is
 * refused, and a file that was changed meanwhile is left alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "source/edit.h"
#include "source/replace.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define NEW      "acme/sts@sha256:12"

static int edit(struct arena *a, const char *text, enum role role, struct edit *ret,
                struct err *err)
{
    const struct spec_file file = {"a.yaml", text, strlen(text)};

    *ret = (struct edit){0};
    return edit_image(a, &file, "desk", role, NEW, ret, err);
}

static void each_layout_keeps_everything_else(void **state)
{
    static const struct {
        const char *before, *after, *old;
        unsigned line, column;
    } cases[] = {
        /* over what is there */
        {"agents:\n  desk: # d\n    sts:\n      image:  x:1   # why\n      user: u\n",
         "agents:\n  desk: # d\n    sts:\n      image:  " NEW "   # why\n      user: u\n", "x:1", 4,
         15},
        {"agents:\n  desk:\n    sts: {user: u, image: 'x:1', restart: no}\n",
         "agents:\n  desk:\n    sts: {user: u, image: '" NEW "', restart: no}\n", "x:1", 3, 27},
        {"agents:\n  desk:\n    sts:\n      image: [x:local, \"x\" , # ]\n        y ] # z\n",
         "agents:\n  desk:\n    sts:\n      image: " NEW " # z\n", "[x:local, x, y]", 4, 14},
        {"agents:\n  desk:\n    sts:\n      image:\n        - x:local\n        - x # last\n"
         "      user: u\n",
         "agents:\n  desk:\n    sts:\n      image: " NEW " # last\n      user: u\n", "[x:local, x]",
         4, 14},
        {"agents:\r\n  désk: {}\r\n  desk: {name: ö, sts: {name: ü, image: x}}\r\n",
         "agents:\r\n  désk: {}\r\n  desk: {name: ö, sts: {name: ü, image: " NEW "}}\r\n", "x", 3,
         41},
        {"\xef\xbb\xbf"
         "agents: {desk: {sts: {image: x}}}\n",
         "\xef\xbb\xbf"
         "agents: {desk: {sts: {image: " NEW "}}}\n",
         "x", 1, 30},
        /* a line more, an entry more */
        {"agents:\n  desk:\n    # c\n    sts:\n      # d\n      provider: p\n",
         "agents:\n  desk:\n    # c\n    sts:\n      # d\n      image: " NEW
         "\n      provider: p\n",
         NULL, 6, 14},
        {"agents:\r\n  desk:\r\n    sts:\r\n      user: u\r\n",
         "agents:\r\n  desk:\r\n    sts:\r\n      image: " NEW "\r\n      user: u\r\n", NULL, 4,
         14},
        {"agents:\n  desk:\n    sts: { user: u }\n",
         "agents:\n  desk:\n    sts: {image: " NEW ",  user: u }\n", NULL, 3, 18},
        {"agents:\n  desk:\n    sts: {}\n", "agents:\n  desk:\n    sts: {image: " NEW "}\n", NULL,
         3, 18},
        {"agents:\n  desk:\n    sts: night desk # c\n",
         "agents:\n  desk:\n    sts: {provider: night desk, image: " NEW "} # c\n", NULL, 3, 40},
        {"agents:\n  desk:\n    sts: a, b\n",
         "agents:\n  desk:\n    sts: {provider: \"a, b\", image: " NEW "}\n", NULL, 3, 36},
        {"agents:\n  desk:\n    sts:\n", "agents:\n  desk:\n    sts: {image: " NEW "}\n", NULL, 3,
         18},
        {"agents:\n  desk:\n    sts: ~\n", "agents:\n  desk:\n    sts: {image: " NEW "}\n", NULL, 3,
         18},
        {"agents:\n  desk:\n    name: d\n    core: {}\n",
         "agents:\n  desk:\n    sts: {image: " NEW "}\n    name: d\n    core: {}\n", NULL, 3, 18},
        {"agents:\n  desk:   # refined\n  other: {}\n",
         "agents:\n  desk: {sts: {image: " NEW "}}   # refined\n  other: {}\n", NULL, 2, 23},
        /* merged from elsewhere: said here, not there */
        {"x-a: &a {image: x, user: u}\nagents:\n  desk:\n    sts:\n      <<: *a\n",
         "x-a: &a {image: x, user: u}\nagents:\n  desk:\n    sts:\n      image: " NEW
         "\n      <<: *a\n",
         NULL, 5, 14},
        /* no line break at the end */
        {"agents:\n  desk:\n    sts:\n      image: x",
         "agents:\n  desk:\n    sts:\n      image: " NEW, "x", 4, 14},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena *a CLEANUP_ARENA = arena_new();
        struct edit e;
        struct err err = {0};
        if (edit(a, cases[i].before, ROLE_STS, &e, &err) < 0)
            fail_msg("%zu: %s", i, err.text);
        assert_string_equal(e.bytes, cases[i].after);
        assert_int_equal(e.len, strlen(cases[i].after));
        assert_int_equal(e.line, cases[i].line);
        assert_int_equal(e.column, cases[i].column);
        assert_true(e.changed);
        if (cases[i].old)
            assert_string_equal(e.old, cases[i].old);
        else
            assert_null(e.old);
        /* Once more changes nothing. */
        assert_int_equal(edit(a, cases[i].after, ROLE_STS, &e, &err), 0);
        assert_false(e.changed);
        assert_string_equal(e.bytes, cases[i].after);
    }
}

static void what_others_would_notice_is_refused(void **state)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"x-a: &a {image: x}\nagents:\n  desk:\n    sts: *a\n",
         "a.yaml:4:5: sts stands for an anchor: others would change with it"},
        {"agents:\n  desk:\n    sts: &a {image: x}\n  other:\n    sts: *a\n",
         "a.yaml:3:5: sts has an anchor: others may change with it"},
        {"agents:\n  desk:\n    sts:\n      image: &i x\n", "has an anchor"},
        {"agents:\n  other: {}\n", "agent desk does not stand there in plain sight"},
        {"agents:\n  desk: [a]\n", "is no mapping"},
        {"agents:\n  desk: {sts: [a]}\n", "is a list"},
        {"agents:\n  desk: {sts: {image: {a: b}}}\n", "is no text here"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena *a CLEANUP_ARENA = arena_new();
        struct edit e;
        struct err err = {0};
        assert_int_equal(edit(a, cases[i].text, ROLE_STS, &e, &err), -1);
        if (!strstr(err.text, cases[i].says))
            fail_msg("%s", err.text);
    }
}

/* ---- writing ---- */

static char folder[] = "/tmp/avr-test-edit-XXXXXX";

static const char *path_in(struct arena *a, const char *name)
{
    return arena_printf(a, "%s/%s", folder, name);
}

static void put(const char *path, const char *text)
{
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static const char *got(struct arena *a, const char *path)
{
    char buf[64] = "";
    FILE *f = fopen(path, "re");
    assert_non_null(f);
    size_t n = fread(buf, 1, sizeof buf - 1, f);
    fclose(f);
    return arena_strndup(a, buf, n);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();

    (void)state;
    unlink(path_in(a, "link"));
    unlink(path_in(a, "a"));
    return rmdir(folder); /* fails if anything else was left */
}

static void a_file_is_replaced_as_a_whole(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const char *path = path_in(a, "a"), *link = path_in(a, "link");
    struct stat before, after;
    struct err err;

    (void)state;
    put(path, "old");
    assert_int_equal(symlink("a", link), 0);
    chmod(path, 0640);
    if (geteuid() == 0)
        assert_int_equal(chown(path, 12, 34), 0);
    stat(path, &before);
    assert_int_equal(file_replace(link, "old", 3, "newer", 5, &err), 0);
    assert_string_equal(got(a, path), "newer");
    stat(path, &after);
    assert_int_equal(after.st_mode, before.st_mode);
    assert_int_equal(after.st_uid, before.st_uid);
    assert_int_equal(after.st_gid, before.st_gid);
    assert_true(after.st_ino != before.st_ino);
    lstat(link, &after);
    assert_true(S_ISLNK(after.st_mode));
}

static void what_was_changed_meanwhile_is_left_alone(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const char *path = path_in(a, "a");
    struct err err;

    (void)state;
    put(path, "mine");
    assert_int_equal(file_replace(path, "your", 4, "newer", 5, &err), -1);
    assert_int_equal(err.code, ERR_CONFLICT);
    assert_non_null(strstr(err.text, "was changed meanwhile"));
    assert_string_equal(got(a, path), "mine");
    assert_int_equal(file_replace(path_in(a, "none"), "", 0, "x", 1, &err), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_layout_keeps_everything_else),
        cmocka_unit_test(what_others_would_notice_is_refused),
        cmocka_unit_test(a_file_is_replaced_as_a_whole),
        cmocka_unit_test(what_was_changed_meanwhile_is_left_alone),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
