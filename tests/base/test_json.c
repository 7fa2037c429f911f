/* Goal: a hostile document reads as empty; nothing but one whole document is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/json.h"

static const cJSON *parse(struct arena *a, const char *s)
{
    struct err err;
    return json_parse(a, s, strlen(s), &err);
}

static void keys_have_a_case(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const cJSON *tree = parse(a, "{\"id\": \"low\", \"Id\": \"Up\", \"n\": 7, \"yes\": true}");

    (void)state;
    assert_string_equal(json_text(tree, "Id"), "Up");
    assert_string_equal(json_text(tree, "id"), "low");
    assert_null(json_text(tree, "ID"));
    assert_null(json_get(tree, "none"));
    assert_int_equal(json_int(tree, "n", -1), 7);
    assert_true(json_bool(tree, "yes", false));
}

static void other_types_are_the_default(void **state)
{
    static const char *const values[] = {"null", "7",          "\"7\"", "true",
                                         "[1]",  "{\"k\": 1}", "1e999", "[]"};
    struct arena *a CLEANUP_ARENA = arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        const cJSON *tree = parse(a, arena_printf(a, "{\"k\": %s}", values[i]));
        bool is_number = i == 1 || i == 6, is_text = i == 2, is_bool = i == 3;
        assert_int_equal(json_text(tree, "k") != NULL, is_text);
        if (!is_number)
            assert_int_equal(json_int(tree, "k", -5), -5);
        assert_int_equal(json_bool(tree, "k", true), true);
        assert_int_equal(json_bool(tree, "k", false), is_bool);
        assert_null(json_get(json_get(tree, "none"), "k"));
    }
    const cJSON *array = parse(a, "[1, 2]"), *item;
    int n = 0;
    assert_null(json_get(array, "k"));
    assert_null(json_text(NULL, "k"));
    assert_int_equal(json_int(NULL, "k", 3), 3);
    json_each(item, array)
        n++;
    json_each(item, json_get(array, "k"))
        n++;
    assert_int_equal(n, 2);
}

static void numbers_are_clamped(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const cJSON *tree = parse(a, "{\"big\": 1e300, \"small\": -1e300, \"half\": 2.9}");

    (void)state;
    assert_int_equal(json_int(tree, "big", 0), 1LL << 53);
    assert_int_equal(json_int(tree, "small", 0), -(1LL << 53));
    assert_int_equal(json_int(tree, "half", 0), 2);
}

static void only_one_whole_document_is_taken(void **state)
{
    static const char *const bad[] = {"",    "{",         "{\"a\": 1", "[1,]", "{} {}",
                                      "{}x", "undefined", "\"",        "[1] ]"};
    struct arena *a CLEANUP_ARENA = arena_new();
    struct err err;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (json_parse(a, bad[i], strlen(bad[i]), &err))
            fail_msg("taken: %s", bad[i]);
        assert_int_equal(err.code, ERR_INVALID);
        assert_int_equal(strncmp(err.text, "not valid JSON", 14), 0);
    }
    assert_non_null(parse(a, " {} \r\n\t"));
    assert_non_null(json_parse(a, "{}garbage", 2, &err)); /* exactly so many bytes */
    assert_null(json_parse(a, "{}garbage", 5, &err));
}

static void depth_is_bounded(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    enum { DEEP = 100000 };
    char *s = arena_alloc(a, 2 * DEEP + 1);

    (void)state;
    memset(s, '[', DEEP);
    memset(s + DEEP, ']', DEEP);
    assert_null(parse(a, s));
    memset(s, 0, 2 * DEEP);
    memset(s, '[', 50);
    memset(s + 50, ']', 50);
    assert_non_null(parse(a, s));
}

static void writes(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    cJSON *tree = json_object(a);

    (void)state;
    cJSON_AddStringToObject(tree, "quote", "\"\n");
    cJSON_AddNumberToObject(tree, "n", 3);
    assert_string_equal(json_print(a, tree, false), "{\"quote\":\"\\\"\\n\",\"n\":3}");
    assert_non_null(strstr(json_print(a, tree, true), "\n"));
}

/* What is parsed lies in its arena, what is built does not. */
static void parses_while_a_tree_is_built(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    cJSON *built = json_object(a);

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct arena *brief CLEANUP_ARENA = arena_new();
        const cJSON *read = parse(brief, "{\"k\": \"text\", \"n\": [1, {}]}");
        assert_string_equal(json_text(read, "k"), "text");
        cJSON_AddStringToObject(built, i ? "second" : "first", json_text(read, "k"));
        assert_null(parse(brief, "{\"k\": [\"half"));
        cJSON_DeleteItemFromObjectCaseSensitive(built, "second");
    }
    assert_string_equal(json_print(a, built, false), "{\"first\":\"text\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_have_a_case),
        cmocka_unit_test(other_types_are_the_default),
        cmocka_unit_test(numbers_are_clamped),
        cmocka_unit_test(only_one_whole_document_is_taken),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(writes),
        cmocka_unit_test(parses_while_a_tree_is_built),
    };

    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
