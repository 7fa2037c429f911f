#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/base64.h"

/* RFC 4648, section 10, and bytes whose digits differ between the alphabets. */
static const struct {
    const char *bytes, *plain, *url;
} pairs[] = {
    {"", "", ""},
    {"f", "Zg==", "Zg=="},
    {"fo", "Zm8=", "Zm8="},
    {"foo", "Zm9v", "Zm9v"},
    {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
    {"\xfb\xff\xfe", "+//+", "-__-"},
};

static void both_ways(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        size_t len = 99;
        const char *bytes = base64_decode(a, pairs[i].plain, &len);
        assert_string_equal(base64url_encode(a, pairs[i].bytes, strlen(pairs[i].bytes)),
                            pairs[i].url);
        assert_non_null(bytes);
        assert_int_equal(len, strlen(pairs[i].bytes));
        assert_string_equal(bytes, pairs[i].bytes);
    }
}

static void what_is_not_base64(void **state)
{
    static const char *const bad[] = {
        "Z",     "Zg",    "Zg=",    "Zg===",    "=",    "====", "Z===",
        " Zm9v", "Zm9v ", "Zm9v\n", "Zm 9vYQ=", "-__-", "Zg=v", "Zm9v\x80\x80\x80\x80"};
    CLEANUP_ARENA struct arena *a = arena_new();
    size_t len;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (base64_decode(a, bad[i], &len))
            fail_msg("taken for base64: \"%s\"", bad[i]);
}

static void without_padding(void **state)
{
    static const char *const bad[] = {"Z", "Zg==", "Zm9vZ", "+//+", "Zm 9", "Zm9\n", "Zm\x80v"};
    CLEANUP_ARENA struct arena *a = arena_new();
    size_t len;

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        size_t digits = strcspn(pairs[i].url, "=");
        assert_string_equal(base64url_decode(a, pairs[i].url, digits, &len), pairs[i].bytes);
        assert_int_equal(len, strlen(pairs[i].bytes));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (base64url_decode(a, bad[i], strlen(bad[i]), &len))
            fail_msg("taken for base64: \"%s\"", bad[i]);
    assert_null(base64url_decode(a, "Zm9\0", 4, &len));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways),
        cmocka_unit_test(what_is_not_base64),
        cmocka_unit_test(without_padding),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
