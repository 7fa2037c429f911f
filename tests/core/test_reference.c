/* Goal: image references are read as Docker reads them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/text.h"
#include "core/reference.h"

#define SHA         "sha256:01dfc0e3e7f68705e514e04e7d1fdad99bbd1e2cf984000fcba4b7bc25f92029"
#define HEX32       "0123456789abcdef0123456789abcdef"
#define N_OF(array) (sizeof(array) / sizeof(array)[0])

static void test_parts(void **state)
{
    static const struct {
        const char *text, *repository, *tag, *digest, *full, *base;
    } cases[] = {
        {"a", "a", NULL, NULL, "a:latest", "a"},
        {"a:1.9", "a", "1.9", NULL, "a:1.9", "a"},
        {"agentvoiceresponse/avr-core", "agentvoiceresponse/avr-core", NULL, NULL,
         "agentvoiceresponse/avr-core:latest", "avr-core"},
        {"127.0.0.1:5000/avr-core", "127.0.0.1:5000/avr-core", NULL, NULL,
         "127.0.0.1:5000/avr-core:latest", "avr-core"},
        {"host:5000/x/y:t", "host:5000/x/y", "t", NULL, "host:5000/x/y:t", "y"},
        {"[::1]:5000/x", "[::1]:5000/x", NULL, NULL, "[::1]:5000/x:latest", "x"},
        {"a@" SHA, "a", NULL, SHA, "a@" SHA, "a"},
        {"h.example/a:1@" SHA, "h.example/a", "1", SHA, "h.example/a:1@" SHA, "a"},
        {"Reg/a", "Reg/a", NULL, NULL, "Reg/a:latest", "a"},
        {"localhost/a__b-c.d", "localhost/a__b-c.d", NULL, NULL, "localhost/a__b-c.d:latest",
         "a__b-c.d"},
        {"a---b:_x", "a---b", "_x", NULL, "a---b:_x", "a---b"},
        {"a:V1_2.x-y", "a", "V1_2.x-y", NULL, "a:V1_2.x-y", "a"},
        {"my-host.example:80/a", "my-host.example:80/a", NULL, NULL, "my-host.example:80/a:latest",
         "a"},
        {"[::1]/x", "[::1]/x", NULL, NULL, "[::1]/x:latest", "x"},
        {"a@sha512+b.c-d_e:" HEX32, "a", NULL, "sha512+b.c-d_e:" HEX32, "a@sha512+b.c-d_e:" HEX32,
         "a"},
    };
    CLEANUP_ARENA struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++) {
        struct reference r;
        struct err err;
        if (reference_parse(a, cases[i].text, &r, &err) != 0)
            fail_msg("%s: %s", cases[i].text, err.text);
        assert_string_equal(r.repository, cases[i].repository);
        assert_true(text_is(r.tag, cases[i].tag));
        assert_true(text_is(r.digest, cases[i].digest));
        assert_string_equal(reference_full(a, &r), cases[i].full);
        assert_string_equal(reference_basename(&r), cases[i].base);
    }
}

static void test_registry(void **state)
{
    static const char *const cases[][2] = {
        {"a", "docker.io"},           {"a/b:1", "docker.io"},
        {"docker.io/a", "docker.io"}, {"index.docker.io/a/b", "docker.io"},
        {"localhost/a", "localhost"}, {"127.0.0.1:5000/a/b:1", "127.0.0.1:5000"},
        {"r.example/a", "r.example"},
    };
    CLEANUP_ARENA struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct reference r;
        struct err err;
        assert_int_equal(reference_parse(a, cases[i][0], &r, &err), 0);
        assert_string_equal(reference_registry(a, &r), cases[i][1]);
    }
}

static void test_refused(void **state)
{
    static const char *const cases[] = {
        "",
        " a",
        "a b",
        "A",
        "a/B",
        "a:",
        "a:-x",
        "/a",
        "a/",
        "a//b",
        "-a",
        "a-",
        "a..b",
        "a___b",
        "a:b:c",
        "a@",
        "a@b",
        "a@sha256:00",
        "http://a/b",
        "h:x/a",
        "h:/a",
        "[::1/a",
        "a\n",
        "a:\xc3\xa9",
        "h..x/a",
        ":t",
        ":5000/a",
        "[]/a",
        "[:]/A",
        "[::1",
        "[::g]/a",
        "[::1]x/a",
        "[::1]:/a",
        "h.x-/a",
        "h.-x/a",
        "h.x-:1/a",
        "h_.x/a",
        "h.x/a~b",
        "a`b",
        "a{b",
        "a:t~",
        ("a@:" HEX32),
        ("a@1sha:" HEX32),
        ("a@sha-:" HEX32),
        ("a@sha~x:" HEX32),
        ("a@sha--x:" HEX32),
        "a@sha512:0123456789abcdef",
        ("a@sha512:" HEX32 "g"),
        ("a@sha256:" HEX32),
        "-h.x/a",
        "a@sha256:01DFC0E3E7F68705E514E04E7D1FDAD99BBD1E2CF984000FCBA4B7BC25F92029",
    };
    CLEANUP_ARENA struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++) {
        struct reference r;
        struct err err = {0};
        if (reference_parse(a, cases[i], &r, &err) == 0)
            fail_msg("\"%s\" was taken", cases[i]);
        assert_int_equal(err.code, ERR_INVALID);
        assert_true(strlen(err.text) > 0);
    }
}

static void test_long_parts(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    char text[700];
    struct reference r;
    struct err err;

    (void)state;
    memset(text, 'a', sizeof text);
    text[255] = '\0';
    assert_int_equal(reference_parse(a, text, &r, &err), 0);
    text[255] = 'a', text[256] = '\0';
    assert_int_equal(reference_parse(a, text, &r, &err), -1);
    memset(text, 'a', sizeof text);
    text[1] = ':', text[2 + 128] = '\0';
    assert_int_equal(reference_parse(a, text, &r, &err), 0);
    text[2 + 128] = 'a', text[2 + 129] = '\0';
    assert_int_equal(reference_parse(a, text, &r, &err), -1);
}

static void test_same(void **state)
{
    static const struct {
        const char *a, *b;
        bool same;
    } cases[] = {
        {"a", "a:latest", true},
        {"a", "docker.io/library/a:latest", true},
        {"a", "index.docker.io/library/a", true},
        {"a", "docker.io/a", true},
        {"x/a", "docker.io/x/a:latest", true},
        {"x/a", "docker.io/library/x/a", false},
        {"a", "a:1", false},
        {"a", "b", false},
        {"127.0.0.1:5000/a", "127.0.0.1:5000/a:latest", true},
        {"127.0.0.1:5000/a", "a", false},
        {"a:1@" SHA, "a@" SHA, true},
        {"a@" SHA, "a", false},
        {"not a reference", "not a reference", true},
        {"not a reference", "a", false},
    };
    CLEANUP_ARENA struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++)
        if (reference_same(a, cases[i].a, cases[i].b) != cases[i].same ||
            reference_same(a, cases[i].b, cases[i].a) != cases[i].same)
            fail_msg("%s and %s", cases[i].a, cases[i].b);
}

static void test_with_tag(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct reference r;
    struct err err;

    (void)state;
    assert_int_equal(reference_parse(a, "h:5000/x:1", &r, &err), 0);
    assert_string_equal(reference_with_tag(a, &r, "local"), "h:5000/x:local");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts),      cmocka_unit_test(test_refused),
        cmocka_unit_test(test_long_parts), cmocka_unit_test(test_same),
        cmocka_unit_test(test_with_tag),   cmocka_unit_test(test_registry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
