/* Goal: a provider's config reads as AVR's backend, which is JavaScript, would use it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "source/database_parts.h"
#include "source/javascript.h"

#define N_OF(array) (sizeof(array) / sizeof(array)[0])

/* What node prints for `${value}`. */
static void test_values_as_javascript_prints_them(void **state)
{
    static const struct {
        const char *json, *text;
    } cases[] = {
        {"0.5", "0.5"},
        {"1", "1"},
        {"1.0", "1"},
        {"-1.50", "-1.5"},
        {"0", "0"},
        {"-0", "0"},
        {"0.1", "0.1"},
        {"0.30000000000000004", "0.30000000000000004"},
        {"123456789012345680000", "123456789012345680000"},
        {"1e21", "1e+21"},
        {"1.5e300", "1.5e+300"},
        {"1e-6", "0.000001"},
        {"1e-7", "1e-7"},
        {"1.25e-9", "1.25e-9"},
        {"9007199254740993", "9007199254740992"},
        {"4294967296", "4294967296"},
        {"16000", "16000"},
        {"1e400", "Infinity"},
        {"5e-324", "5e-324"},
        {"1.7976931348623157e308", "1.7976931348623157e+308"},
        {"true", "true"},
        {"false", "false"},
        {"null", "null"},
        {"\"a\\nb\"", "a\nb"},
        {"\"\"", ""},
        {"{}", "[object Object]"},
        {"{\"a\":1}", "[object Object]"},
        {"[]", ""},
        {"[1,\"a\",null,true]", "1,a,,true"},
        {"[[1,2],{}]", "1,2,[object Object]"},
    };
    CLEANUP_ARENA struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++) {
        struct err err;
        const cJSON *json = json_parse(a, cases[i].json, strlen(cases[i].json), &err);
        if (!text_is(javascript_text(a, json), cases[i].text))
            fail_msg("%s became %s", cases[i].json, javascript_text(a, json));
    }
}

static const char *parsed(struct arena *a, const char *json, size_t len)
{
    struct provider_row row = {0};
    struct text t = {.arena = a};

    database_parse_config(a, json, len, &row);
    if (row.problem)
        return row.problem;
    text_printf(&t, "%s", row.image ? row.image : "-");
    for (size_t i = 0; i < row.n_env; i++)
        text_printf(&t, " %s=%s", row.env[i].key, row.env[i].value);
    return text_str(&t);
}

static void test_configs(void **state)
{
    static const struct {
        const char *json, *want;
    } cases[] = {
        {"{\"image\":\"a\",\"env\":{\"B\":\"1\",\"A\":2}}", "a B=1 A=2"},
        {"{\"dockerImage\":\"b\"}", "b"},
        {"{\"image\":\"a\",\"dockerImage\":\"b\"}", "a"},
        {"{\"image\":null,\"dockerImage\":\"b\"}", "b"},
        {"{\"image\":5,\"dockerImage\":\"b\"}", "-"},
        {"{\"Image\":\"a\"}", "-"},
        {"{}", "-"},
        {"null", "-"},
        {" {\"env\":null} ", "-"},
        {"{\"env\":{\"A\":\"1\",\"B\":\"2\",\"A\":\"3\"}}", "- A=3 B=2"},
        {"{\"env\":{\"A\":null,\"B\":true,\"C\":{}}}", "- A=null B=true C=[object Object]"},
        {"{\"env\":{\"A\":\"\\u00e9\",\"B\":\"\\\\u0000\"}}", "- A=\xc3\xa9 B=\\u0000"},
        {"", "config is not valid JSON at byte 1 of 0"},
        {"{\"env\": {\"A\": one}}", "config is not valid JSON at byte 15 of 19"},
        {"{} x", "config is not valid JSON: more text after byte 3"},
        {"[]", "config is not a JSON object"},
        {"\"text\"", "config is not a JSON object"},
        {"{\"env\":[\"A=1\"]}", "env in config is not a JSON object"},
        {"{\"env\":{\"A\":\"x\\u0000y\"}}",
         "config has a NUL character, which no environment can hold"},
        {"{\"env\":{\"A\":\"\xff\"}}", "config is not valid UTF-8"},
    };
    CLEANUP_ARENA struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++) {
        const char *got = parsed(a, cases[i].json, strlen(cases[i].json));
        if (!text_is(got, cases[i].want))
            fail_msg("%s became %s", cases[i].json, got);
    }
}

static void test_hostile_configs(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    size_t size = 1 << 20;
    char *big = arena_alloc(a, size + 1);

    (void)state;
    memset(big, ' ', size);
    memcpy(big, "{}", 2);
    assert_string_equal(parsed(a, big, size), "-");
    memset(big, '[', size); /* deeper than any parser's stack */
    assert_true(text_starts(parsed(a, big, size), "config is not valid JSON"));
}

static void test_times(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        {"1970-01-01 00:00:00.000", 0},
        {"2026-11-22 09:00:01.000", 1795338001000},
        {"2026-11-22T09:00:01.5Z", 1795338001500},
        {"2026-11-22 09:00:01", 1795338001000},
        {"2026-11-22 09:00:01.1239", 1795338001123},
        {"2024-02-29 23:59:59.999", 1709251199999},
        {"2000-03-01 00:00:00.000", 951868800000},
        {"", 0},
        {"now", 0},
        {"2026-11-22", 0},
        {"2026-13-22 09:00:01", 0},
        {"2026-11-22 25:00:01", 0},
        {"2026-11-22 09:00:01 x", 0},
        {"1795338001000", 0},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++)
        if (database_time_ms(cases[i].text) != cases[i].ms)
            fail_msg("%s became %lld", cases[i].text, (long long)database_time_ms(cases[i].text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_as_javascript_prints_them),
        cmocka_unit_test(test_configs),
        cmocka_unit_test(test_hostile_configs),
        cmocka_unit_test(test_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
