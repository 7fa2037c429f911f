/* specs/schema.json is what the tables say; UPDATE_EXPECTED=1 writes it anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "source/file.h"
#include "source/schema.h"
#include "source/spec.h"

#define SCHEMA TEST_SOURCE "/specs/schema.json"

static void test_schema_file_is_current(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    const char *json = spec_schema_json(a);
    struct file file;
    struct err err;

    (void)state;
    if (getenv("UPDATE_EXPECTED")) {
        FILE *f = fopen(SCHEMA, "w");
        assert_non_null(f);
        fputs(json, f);
        fclose(f);
    }
    assert_int_equal(file_read(a, SCHEMA, 1 << 20, &file, &err), 0);
    assert_string_equal(file.bytes, json);
}

/* Every "$ref" leads somewhere. */
static void check_references(const cJSON *node, const cJSON *definitions)
{
    const cJSON *child;

    json_each(child, node) {
        if (text_is(child->string, "$ref")) {
            assert_true(text_starts(child->valuestring, "#/definitions/"));
            assert_non_null(json_get(definitions, child->valuestring + strlen("#/definitions/")));
        }
        check_references(child, definitions);
    }
}

static void test_schema_is_whole(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    const char *json = spec_schema_json(a);
    struct err err;
    const cJSON *tree = json_parse(a, json, strlen(json), &err);

    (void)state;
    assert_non_null(tree);
    assert_string_equal(json_text(tree, "$schema"), "http://json-schema.org/draft-07/schema#");
    assert_non_null(json_get(json_get(tree, "properties"), "agents"));
    check_references(tree, json_get(tree, "definitions"));
}

/* What the reader and the reference rely on, for every field of every section. */
static void check_section(const struct section *s)
{
    assert_non_null(s->name);
    assert_non_null(s->title);
    assert_non_null(s->doc);
    for (size_t i = 0; i < s->n; i++) {
        const struct field *f = &s->fields[i];
        regex_t re;
        if (f->shape == SHAPE_INCLUDE) {
            check_section(f->section);
            continue;
        }
        assert_non_null(f->name);
        assert_true(f->shape == SHAPE_REFUSED ? f->expects != NULL : f->doc != NULL);
        if (f->choices || f->pattern || f->max)
            assert_non_null(f->expects);
        if (f->pattern) {
            assert_int_equal(regcomp(&re, f->pattern, REG_EXTENDED | REG_NOSUB), 0);
            regfree(&re);
        }
        if (f->section)
            check_section(f->section);
        for (size_t k = 0; k < i; k++)
            assert_false(text_is(s->fields[k].name, f->name));
    }
}

static void test_tables_are_complete(void **state)
{
    (void)state;
    check_section(&schema_top);
}

static void test_reference_names_every_key(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    const char *text = spec_reference_markdown(a);
    const struct section *sections[] = {&schema_top, &schema_role, &schema_agent, &schema_secret};

    (void)state;
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        const char *const *names;
        size_t n = schema_names(a, sections[i], &names);
        for (size_t k = 0; k < n; k++)
            assert_non_null(strstr(text, arena_printf(a, "| `%s` |", names[k])));
    }
    assert_non_null(strstr(text, "Never sent to the engine: `privileged`"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_schema_file_is_current),
        cmocka_unit_test(test_schema_is_whole),
        cmocka_unit_test(test_tables_are_complete),
        cmocka_unit_test(test_reference_names_every_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
