/* Findings as people and programs read them; nothing hostile in a name reaches the terminal. */
#include "render/small.h"

#include "base/json.h"

static const struct agent desk = {.id = "7d1c0a52", .name = "Night desk"};
static const struct finding two[] = {
    {.severity = SEVERITY_ERROR,
     .kind = "stale-url",
     .agent = &desk,
     .role = "core",
     .container = "avr-core-7d1c0a52",
     .what = "STS_URL names port 6123",
     .why = "every call on it is answered by nobody",
     .command = "avr-reconciler apply 'Night desk'"},
    {.severity = SEVERITY_WARNING,
     .kind = "updater",
     .container = "w" HOSTILE,
     .what = "it runs",
     .why = "it cuts calls",
     .advice = "stop it",
     .command = "docker stop w"},
    {.severity = SEVERITY_HINT,
     .kind = "witness",
     .what = "not seen",
     .why = "no root",
     .advice = "run it as root"},
};

static void a_finding_says_what_why_and_what_mends_it(void **state)
{
    struct small *s = small_new(*state);
    const struct findings found = {two, COUNT(two)}, none = {0}, one = {two, 1};

    assert_string_equal(
        render_doctor(*state, &s->look, &s->plan, &found),
        "✗ Night desk core   STS_URL names port 6123\n"
        "    every call on it is answered by nobody\n"
        "      avr-reconciler apply 'Night desk'\n"
        "! w\\x1b]0;owned\\x07\\x1b[2J\\xc2\\x9b31m\\xff\\xe2\\x80\\xae\\r   it runs\n"
        "    it cuts calls\n"
        "    stop it:\n"
        "      docker stop w\n"
        "· not seen\n"
        "    no root\n"
        "    run it as root\n"
        "\n"
        "1 error, 1 warning, 1 hint.\n");
    assert_non_null(
        strstr(render_doctor(*state, &s->look, &s->plan, &one), "1 error, 0 warnings, 0 hints.\n"));
    assert_string_equal(render_doctor(*state, &s->look, &s->plan, &none),
                        "1 agent, 1 container: nothing found.\n");
}

static void programs_get_every_field(void **state)
{
    struct small *s = small_new(*state);
    const struct findings found = {two, COUNT(two)};
    struct err err;
    const char *text = render_doctor_json(*state, &s->look, &found);
    const cJSON *tree = json_parse(*state, text, strlen(text), &err);
    const cJSON *first = cJSON_GetArrayItem(json_get(tree, "findings"), 0);

    assert_null(strchr(text, '\x1b'));
    assert_int_equal(json_int(tree, "version", 0), 1);
    assert_string_equal(json_text(first, "severity"), "error");
    assert_string_equal(json_text(first, "kind"), "stale-url");
    assert_string_equal(json_text(first, "agent"), "Night desk");
    assert_string_equal(json_text(first, "agent_id"), "7d1c0a52");
    assert_string_equal(json_text(first, "container"), "avr-core-7d1c0a52");
    assert_true(cJSON_IsNull(json_get(first, "advice")));
    assert_string_equal(json_text(first, "command"), "avr-reconciler apply 'Night desk'");
    assert_int_equal(json_int(json_get(tree, "summary"), "hints", 0), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_finding_says_what_why_and_what_mends_it, setup, teardown),
        cmocka_unit_test_setup_teardown(programs_get_every_field, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
