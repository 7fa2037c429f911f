/* A single difference: where the wanted image comes from, values of any length, line diffs. */
#include "render/small.h"

static struct small *replaced_by(struct arena *a, const struct drift *d)
{
    struct small *s = small_new(a);

    small_is(s, VERDICT_REPLACE, NULL);
    s->role[0].drifts = (struct drifts){d, 1};
    return s;
}

/* The line of the only difference. */
static const char *drift_line(struct arena *a, const struct small *s)
{
    return line_of(a, small_plan(a, s), 2);
}

static void an_image_is_shown_by_tag_and_id(void **state)
{
    const struct drift d = {.field = "image", .have = "x", .want = "y", .origin = SPEC_AT(8, 14)};
    struct small *s = replaced_by(*state, &d);

    s->wanted[0].image_id = "sha256:ffff2c3d4e5f";
    assert_string_equal(drift_line(*state, s),
                        "image   agentvoiceresponse/avr-sts-openai:1.4   0a1b2c3d → ffff2c3d   "
                        "specs/agents.yaml:8:14");
    s->wanted[0].image_ref = "agentvoiceresponse/avr-sts-openai:1.5";
    assert_string_equal(drift_line(*state, s),
                        "image   agentvoiceresponse/avr-sts-openai:1.4 0a1b2c3d → "
                        "agentvoiceresponse/avr-sts-openai:1.5 ffff2c3d   specs/agents.yaml:8:14");
}

/* A tag that moved in the registry: the local image has the id that runs, the new one has none. */
static void an_image_to_be_pulled_has_no_id(void **state)
{
    const struct drift d = {.field = "image",
                            .have = "sha256:0a1b2c3d4e5f",
                            .want = "agentvoiceresponse/avr-sts-openai:1.4",
                            .origin = SPEC_AT(8, 14),
                            .note = "the registry has sha256:41d07a13ffff"};
    struct small *s = replaced_by(*state, &d);

    s->wanted[0].pull = true;
    assert_string_equal(drift_line(*state, s),
                        "image   agentvoiceresponse/avr-sts-openai:1.4   0a1b2c3d → (to be "
                        "pulled)   the registry has sha256:41d07a13ffff   specs/agents.yaml:8:14");
}

static void a_container_that_goes_has_no_wanted_image(void **state)
{
    const struct drift d = {.field = "image", .have = "sha256:0a1b", .want = "sha256:ffff"};
    struct small *s = replaced_by(*state, &d);

    small_is(s, VERDICT_REMOVE, NULL);
    s->role[0].wanted = NULL;
    assert_string_equal(drift_line(*state, s), "image   sha256:0a1b → sha256:ffff   AVR");
}

static void empty_and_missing_values_are_told_apart(void **state)
{
    static const struct {
        const char *have, *want, *line;
    } cases[] = {
        {"a", "", "env     NAME   a → \"\"   AVR"},
        {"", "a", "env     NAME   \"\" → a   AVR"},
        {NULL, "a", "env     NAME   (not set) → a   AVR"},
        {"a", NULL, "env     NAME   a → (goes)   AVR"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct drift d = {
            .field = "env", .key = "NAME", .have = cases[i].have, .want = cases[i].want};
        assert_string_equal(drift_line(*state, replaced_by(*state, &d)), cases[i].line);
    }
}

/* Hidden by its name, by the look of either side, or because a spec said so: on both sides. */
static void secrets_are_hidden_on_both_sides(void **state)
{
    static const struct drift drifts[] = {
        {.field = "env", .key = "API_KEY", .have = "one", .want = "two"},
        {.field = "env", .key = "X", .have = "one", .want = "two", .secret = true},
        {.field = "env", .key = "X", .have = "https://u:p@host/", .want = "two"},
        {.field = "env", .key = "X", .have = "one", .want = "https://u:p@host/"},
        {.field = "env", .key = "X", .want = "-----BEGIN KEY-----\none\ntwo\n"},
    };

    for (size_t i = 0; i < COUNT(drifts); i++) {
        const char *line = drift_line(*state, replaced_by(*state, &drifts[i]));
        assert_non_null(strstr(line, "→ (hidden fp:"));
        assert_null(strstr(line, "one"));
        assert_null(strstr(line, "two"));
        assert_null(strstr(line, "u:p"));
    }
}

/* 60 columns: the short side is shown whole, the long one gets what is left. */
static void a_long_value_leaves_room_for_a_short_one(void **state)
{
    static const char longer[] = "one two three four five six seven eight nine ten eleven twelve";
    struct drift d = {.field = "env", .key = "T", .have = longer, .want = "short"};
    struct small *s = replaced_by(*state, &d);

    s->look.width = 60;
    assert_string_equal(drift_line(*state, s),
                        "env     T   one two three four five six sev… → short");
    d.have = "short";
    d.want = longer;
    assert_string_equal(drift_line(*state, s),
                        "env     T   short → one two three four five six sev…");
}

static void the_common_beginning_is_cut_between_characters(void **state)
{
    struct drift d = {.field = "env",
                      .key = "T",
                      .have = "éééééééééééééééééééééééééééééééééééé old",
                      .want = "éééééééééééééééééééééééééééééééééééé new"};
    struct small *s = replaced_by(*state, &d);

    s->look.width = 60;
    assert_string_equal(drift_line(*state, s), "env     T   …ééééééé old → …ééééééé new   AVR");
}

static void texts_of_several_lines_are_counted(void **state)
{
    static const struct {
        const char *have, *want, *line;
    } cases[] = {
        {NULL, "a\nb", "env     PROMPT   new, 2 lines   AVR"},
        {"a\nb\nc", NULL, "env     PROMPT   goes, 3 lines   AVR"},
        {"a\nb", "a\nc", "env     PROMPT   1 line of 2   AVR"},
        {"a", "b\nc", "env     PROMPT   2 lines of 2   AVR"},
        {"a\nb\nc", "x", "env     PROMPT   3 lines of 1   AVR"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct drift d = {
            .field = "env", .key = "PROMPT", .have = cases[i].have, .want = cases[i].want};
        assert_string_equal(drift_line(*state, replaced_by(*state, &d)), cases[i].line);
    }
}

/* More differences than the first room of the list. */
static void many_differences_are_aligned(void **state)
{
    struct drift drifts[20];
    struct small *s = small_new(*state);

    for (size_t i = 0; i < COUNT(drifts); i++)
        drifts[i] = (struct drift){
            .field = "env", .key = arena_printf(*state, "NAME_%zu", i), .have = "a", .want = "b"};
    small_is(s, VERDICT_REPLACE, NULL);
    s->role[0].drifts = (struct drifts){drifts, COUNT(drifts)};
    const char *text = small_plan(*state, s);
    assert_string_equal(line_of(*state, text, 2), "env     NAME_0    a → b   AVR");
    assert_string_equal(line_of(*state, text, 21), "env     NAME_19   a → b   AVR");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_image_is_shown_by_tag_and_id, setup, teardown),
        cmocka_unit_test_setup_teardown(an_image_to_be_pulled_has_no_id, setup, teardown),
        cmocka_unit_test_setup_teardown(a_container_that_goes_has_no_wanted_image, setup, teardown),
        cmocka_unit_test_setup_teardown(empty_and_missing_values_are_told_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(secrets_are_hidden_on_both_sides, setup, teardown),
        cmocka_unit_test_setup_teardown(a_long_value_leaves_room_for_a_short_one, setup, teardown),
        cmocka_unit_test_setup_teardown(the_common_beginning_is_cut_between_characters, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(texts_of_several_lines_are_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(many_differences_are_aligned, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
