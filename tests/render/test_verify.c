/* Checks as people and programs read them; nothing hostile reaches the terminal. */
#include "render/small.h"

#include "base/json.h"
#include "render/verify.h"

static const struct agent desk = {.id = "7d1c0a52", .name = "Night desk"};
static const struct agent shop = {.id = "51c09d07"};
static const struct check four[] = {
    {CHECK_OK, "image", &desk, "sts", "avr-sts-7d1c0a52", "it:1 (9b1e4c20)"},
    {CHECK_FAILED, "config", &desk, "sts", "avr-sts-7d1c0a52", "answers " HOSTILE},
    {CHECK_UNKNOWN, "reach", &desk, "core", "avr-core-7d1c0a52", "cannot be checked from here"},
    {CHECK_OK, "stopped", &shop, NULL, NULL, "nothing runs"},
};
static const struct checks checks = {four, COUNT(four), {2, 1, 1}};

static void a_check_is_a_line(void **state)
{
    struct small *s = small_new(*state);
    const struct checks one = {four, 1, {1, 0, 0}};

    assert_string_equal(render_verify(*state, &s->look, &checks),
                        "Night desk\n"
                        "  ✓ sts   image    it:1 (9b1e4c20)\n"
                        "  ✗ sts   config   answers "
                        "\\x1b]0;owned\\x07\\x1b[2J\\xc2\\x9b31m\\xff\\xe2\\x80\\xae\\r\n"
                        "  ? core  reach    cannot be checked from here\n"
                        "\n"
                        "51c09d07\n"
                        "  ✓       stopped  nothing runs\n"
                        "\n"
                        "4 checks: 2 ok, 1 failed, 1 that cannot be told from here.\n");
    assert_non_null(strstr(render_verify(*state, &s->look, &one), "1 check: 1 ok, 0 failed.\n"));
}

static void an_order_stands_before_the_checks(void **state)
{
    struct small *s = small_new(*state);
    const struct order pause = {.kind = ORDER_PAUSE, .who = "root", .why = HOSTILE};
    const struct agent held = {.id = "7d1c0a52", .name = "Night desk", .pause = &pause};
    const struct check one[] = {{CHECK_FAILED, "env", &held, "sts", "avr-sts", "GREETING differs"}};
    const struct checks its = {one, 1, {0, 1, 0}};
    const char *text = render_verify(*state, &s->look, &its);

    assert_non_null(strstr(text, "Night desk\n  order: paused by root"));
    assert_non_null(strstr(text, "\n  ✗ sts  env  GREETING differs\n"));
    assert_null(strchr(text, '\x1b'));
}

static void programs_get_every_field(void **state)
{
    struct small *s = small_new(*state);
    struct err err;
    const char *text = render_verify_json(*state, &s->look, &checks);
    const cJSON *tree = json_parse(*state, text, strlen(text), &err);
    const cJSON *list = json_get(tree, "checks"), *second = cJSON_GetArrayItem(list, 1);

    assert_int_equal(cJSON_GetArraySize(list), 4);
    assert_string_equal(json_text(second, "state"), "failed");
    assert_string_equal(json_text(second, "kind"), "config");
    assert_string_equal(json_text(second, "agent"), "Night desk");
    assert_string_equal(json_text(second, "agent_id"), "7d1c0a52");
    assert_string_equal(json_text(second, "container"), "avr-sts-7d1c0a52");
    assert_null(json_text(cJSON_GetArrayItem(list, 3), "role"));
    assert_int_equal(json_int(json_get(tree, "summary"), "unknown", 0), 1);
    assert_null(strchr(text, '\x1b'));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_check_is_a_line, setup, teardown),
        cmocka_unit_test_setup_teardown(an_order_stands_before_the_checks, setup, teardown),
        cmocka_unit_test_setup_teardown(programs_get_every_field, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
