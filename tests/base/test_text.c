/* Goal: text is built without limits, and the questions about it are answered right at the edges.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define N_OF(array) (sizeof(array) / sizeof(array)[0])

static void builds(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct text t = {.arena = a};

    (void)state;
    assert_string_equal(text_str(&t), "");
    text_add_n(&t, NULL, 0);
    text_printf(&t, "%s", "");
    assert_string_equal(text_str(&t), "");
    for (int i = 0; i < 1000; i++) {
        text_add(&t, "ab");
        text_printf(&t, "%d,", i);
    }
    assert_int_equal(t.len, strlen(t.s));
    assert_int_equal(strncmp(t.s, "ab0,ab1,ab2,", 12), 0);
    assert_true(text_ends(t.s, "ab999,"));
    text_add_n(&t, "\0x", 2); /* bytes are bytes */
    assert_memory_equal(t.s + t.len - 3, ",\0x", 4);
}

static void compares(void **state)
{
    (void)state;
    assert_true(text_is(NULL, NULL));
    assert_false(text_is(NULL, ""));
    assert_false(text_is("", NULL));
    assert_true(text_is("a", "a"));
    assert_false(text_is("a", "A"));
    assert_true(text_starts("abc", "") && text_starts("abc", "abc") && !text_starts("ab", "abc"));
    assert_true(text_ends("abc", "") && text_ends("abc", "bc") && !text_ends("bc", "abc"));
}

static void tells_utf8_from_what_looks_like_it(void **state)
{
    static const struct {
        const char *bytes;
        bool good;
    } cases[] = {
        {"", true},
        {"plain", true},
        {"\x7f", true},
        {"\xc3\xa8", true},         /* è */
        {"\xe2\x82\xac", true},     /* € */
        {"\xf0\x9f\x93\x9e", true}, /* a telephone */
        {"\xdf\xbf", true},
        {"\xe0\xa0\x80", true},      /* the first of three bytes */
        {"\xed\x9f\xbf", true},      /* the last before the surrogates */
        {"\xee\x80\x80", true},      /* the first behind them */
        {"\xf0\x90\x80\x80", true},  /* the first of four bytes */
        {"\xf4\x8f\xbf\xbf", true},  /* the very last */
        {"\xc0\x80", false},         /* overlong NUL */
        {"\xc1\xbf", false},         /* overlong */
        {"\xe0\x9f\xbf", false},     /* overlong */
        {"\xf0\x8f\xbf\xbf", false}, /* overlong */
        {"\xed\xa0\x80", false},     /* a surrogate */
        {"\xed\xbf\xbf", false},     /* a surrogate */
        {"\xf4\x90\x80\x80", false}, /* beyond the last */
        {"\xf5\x80\x80\x80", false},
        {"\xff", false},
        {"\x80", false}, /* a continuation alone */
        {"\xc3", false}, /* cut */
        {"\xe2\x82", false},
        {"\xf0\x9f\x93", false},
        {"\xc3(", false},
        {"\xe2(\xa1", false},
        {"\xe2\x82(", false},
        {"\xf0\x9f\x93(", false},
        {"a\xc3\xa8\xc3", false},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++)
        if (text_is_utf8(cases[i].bytes, strlen(cases[i].bytes)) != cases[i].good)
            fail_msg("case %zu", i);
    assert_false(text_is_utf8("a\0b", 3));
    assert_int_equal(text_columns("\xe2\x82\xac 5 per caff\xc3\xa8"), 13);
}

static void reads_durations(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } cases[] = {
        {"90s", 90},
        {"2m", 120},
        {"1h30m", 5400},
        {"1d", 86400},
        {"7", 7},
        {"0", 0},
        {"0s", 0},
        {"1d2h3m4s", 93784},
        {"", -1},
        {"s", -1},
        {"m5", -1},
        {"5x", -1},
        {"1h5", -1},
        {"30m1h", -1},
        {"1m1m", -1},
        {"-5", -1},
        {" 5", -1},
        {"5 ", -1},
        {"1.5h", -1},
        {"+5", -1},
        {"9223372036854775807", INT64_MAX},
        {"9223372036854775808", -1},
        {"99999999999999999999", -1},
        {"106751991167301d", -1},
        {"106751991167300d", 9223372036854720000},
        {"106751991167300d99h", -1},
    };
    static const struct {
        int64_t seconds;
        const char *text;
    } back[] = {{-5, "0s"},        {0, "0s"},        {59, "59s"},        {60, "1m00s"},
                {192, "3m12s"},    {3599, "59m59s"}, {3600, "1h00m"},    {7500, "2h05m"},
                {86399, "23h59m"}, {86400, "1d00h"}, {1000000, "11d13h"}};
    struct arena *a CLEANUP_ARENA = arena_new();

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++)
        if (text_duration_s(cases[i].text) != cases[i].seconds)
            fail_msg("%s: %lld", cases[i].text, (long long)text_duration_s(cases[i].text));
    for (size_t i = 0; i < N_OF(back); i++)
        assert_string_equal(text_duration(a, back[i].seconds), back[i].text);
}

static void reads_sizes(void **state)
{
    static const struct {
        const char *text;
        int64_t bytes;
    } cases[] = {{"0", 0},
                 {"1073741824", 1073741824},
                 {"512m", 536870912},
                 {"1g", 1 << 30},
                 {"1GB", 1 << 30},
                 {"64kb", 65536},
                 {"64K", 65536},
                 {"5b", 5},
                 {"", -1},
                 {"m", -1},
                 {"5t", -1},
                 {"5 m", -1},
                 {"-1", -1},
                 {"1.5g", -1},
                 {"9007199254740992k", -1}};

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++)
        if (text_bytes(cases[i].text) != cases[i].bytes)
            fail_msg("%s: %lld", cases[i].text, (long long)text_bytes(cases[i].text));
}

static void suggests_what_was_meant(void **state)
{
    static const char *const verbs[] = {"apply", "diff", "status", "validate", "adopt", "help"};
    char longest[100];

    (void)state;
    assert_string_equal(text_suggest("aplly", verbs, N_OF(verbs)), "apply");
    assert_string_equal(text_suggest("paply", verbs, N_OF(verbs)), "apply"); /* a swap is one */
    assert_string_equal(text_suggest("dif", verbs, N_OF(verbs)), "diff");
    assert_string_equal(text_suggest("stauts", verbs, N_OF(verbs)), "status");
    assert_string_equal(text_suggest("help", verbs, N_OF(verbs)), "help");
    assert_null(text_suggest("restart", verbs, N_OF(verbs)));
    assert_null(text_suggest("", verbs, N_OF(verbs)));
    assert_null(text_suggest("x", verbs, 0));
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_null(text_suggest(longest, verbs, N_OF(verbs)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(builds),
        cmocka_unit_test(compares),
        cmocka_unit_test(tells_utf8_from_what_looks_like_it),
        cmocka_unit_test(reads_durations),
        cmocka_unit_test(reads_sizes),
        cmocka_unit_test(suggests_what_was_meant),
    };

    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
