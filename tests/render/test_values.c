/* Single values: made visible, hidden, cut, compared line by line, written as JSON. */
#include "render/fixture.h"

#include "base/json.h"
#include "base/text.h"
#include "base/out.h"
#include "base/visible.h"
#include "core/capability.h"
#include "render/parts.h"

static int setup(void **state)
{
    *state = arena_new();
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

static void of_an_address_with_a_token_only_that_is_hidden(void **state)
{
    const struct digest_key key = {{0}};
    const char *url = capability_url(*state, &key, "http://h:1", "a1", ROLE_STS, "p-1");
    const char *with_password = capability_url(*state, &key, "http://u:p@h", "a1", ROLE_STS, "p");

    assert_true(text_starts(render_value(*state, &key, url, true), "http://h:1/c/(hidden fp:"));
    assert_true(text_starts(render_value(*state, &key, with_password, true), "(hidden fp:"));
}

static void control_characters_are_spelled_out(void **state)
{
    static const struct {
        const char *value, *shown;
    } cases[] = {
        {"plain é 日本", "plain é 日本"},
        {"a\nb\tc\rd", "a\\nb\\tc\\rd"},
        {"\x1b[31m", "\\x1b[31m"},
        {"\x7f", "\\x7f"},
        {"\xc2\x9b"
         "31m",
         "\\xc2\\x9b31m"},
        {"\xff\xc3", "\\xff\\xc3"},
        {"cut \xe2\x82", "cut \\xe2\\x82"},
        {"\xe2\x80\xae"
         "gnp",
         "\\xe2\\x80\\xaegnp"},
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
        {"wide 😀 \xc2\xa0 \xc3\x9f", "wide 😀 \xc2\xa0 \xc3\x9f"},
        {"\u200d \u2027 \u202f \u2065 \u206a", "\u200d \u2027 \u202f \u2065 \u206a"},
        {"\u200e\u200f", "\\xe2\\x80\\x8e\\xe2\\x80\\x8f"},
        {"\u2028\u202e", "\\xe2\\x80\\xa8\\xe2\\x80\\xae"},
        {"\u2066\u2069", "\\xe2\\x81\\xa6\\xe2\\x81\\xa9"},
    };

    for (size_t i = 0; i < COUNT(cases); i++)
        assert_string_equal(visible_text(*state, cases[i].value), cases[i].shown);
    assert_string_equal(visible_lines(*state, "a\nb\x1b"), "a\nb\\x1b");
}

static void cutting_never_breaks_a_character(void **state)
{
    assert_string_equal(visible_cut(*state, "héllo", 5), "héllo");
    assert_string_equal(visible_cut(*state, "héllo", 4), "hél…");
    assert_string_equal(visible_cut(*state, "ééééé", 1), "…");
    assert_string_equal(visible_cut(*state, "ééééé", 0), "ééééé");
    for (size_t n = 1; n < 8; n++) {
        const char *s = visible_cut(*state, "日é€a😀b", n);
        assert_true(text_is_utf8(s, strlen(s)));
        assert_true(text_columns(s) <= n);
    }
}

static void values_are_shown_or_hidden(void **state)
{
    const char *hidden = render_value(*state, &fixture_key, "s3cret", true);
    const struct digest_key other = {{9}};

    assert_string_equal(render_value(*state, &fixture_key, NULL, false), "(not set)");
    assert_string_equal(render_value(*state, &fixture_key, "", true), "\"\"");
    assert_string_equal(render_value(*state, &fixture_key, "x\ny", false), "x\\ny");
    assert_true(text_starts(hidden, "(hidden fp:"));
    assert_null(strstr(hidden, "s3cret"));
    assert_string_equal(hidden, render_value(*state, &fixture_key, "s3cret", true));
    assert_string_not_equal(hidden, render_value(*state, &other, "s3cret", true));
    char *longest = arena_alloc(*state, 5000);
    memset(longest, 'x', 4999);
    assert_true(text_columns(render_value(*state, &fixture_key, longest, false)) <= 160);
}

static const char *diff(struct arena *a, const char *have, const char *want)
{
    static const char signs[] = {[LINE_SAME] = ' ', [LINE_OLD] = '-', [LINE_NEW] = '+'};
    struct line_edits e = line_edits_make(a, have, want);
    struct text t = {.arena = a};

    for (size_t i = 0; i < e.n; i++)
        text_printf(&t, "%c%s|", signs[e.items[i].kind], e.items[i].text);
    return text_str(&t);
}

static void lines_are_compared(void **state)
{
    assert_string_equal(diff(*state, "a\nb\nc", "a\nx\nc"), " a|-b|+x| c|");
    assert_string_equal(diff(*state, "a\nb", "a\nb"), " a| b|");
    assert_string_equal(diff(*state, "a\nc", "a\nb\nc"), " a|+b| c|");
    assert_string_equal(diff(*state, "a\nb\na\nb", "b\na\nb\na"), "-a| b| a| b|+a|");
    assert_string_equal(diff(*state, "a", "a\n"), " a|+|");
    assert_string_equal(diff(*state, "b\nz", "a\nb"), "+a| b|-z|");
    assert_string_equal(diff(*state, NULL, "a\nb"), "+a|+b|");
    assert_string_equal(diff(*state, "a\nb", NULL), "-a|-b|");
}

/* Too many different lines for the table: replaced as a whole, and quickly. */
static void huge_texts_are_compared_too(void **state)
{
    struct text have = {.arena = *state}, want = {.arena = *state};

    for (int i = 0; i < 3000; i++) {
        text_printf(&have, "old %d\n", i);
        text_printf(&want, "new %d\n", i);
    }
    struct line_edits e = line_edits_make(*state, text_str(&have), text_str(&want));
    assert_int_equal(e.n_old, 3000);
    assert_int_equal(e.n_new, 3000);
}

static const char *plan_of(struct arena *a, const char *have, const char *want, unsigned width)
{
    const struct drift drift = {.field = "env", .key = "TEXT", .have = have, .want = want};
    const struct wanted wanted = {0};
    const struct role_plan role = {
        .verdict = VERDICT_REPLACE, .wanted = &wanted, .drifts = {&drift, 1}};
    const struct agent agent = {.id = "a", .name = "a"};
    const struct agent_plan agent_plan = {
        .agent = &agent, .verdict = VERDICT_REPLACE, .roles = &role, .n_roles = 1};
    const struct plan plan = {.agents = &agent_plan, .n_agents = 1, .n_containers = 1};
    const struct desired desired = {0};
    struct render r = fixture_render;

    r.width = width;
    return render_plan(a, &r, &desired, &plan);
}

static void the_difference_of_long_values_is_in_sight(void **state)
{
    char have[400], want[400];

    memset(have, 'x', sizeof have);
    have[398] = 'A';
    have[399] = '\0';
    memcpy(want, have, sizeof have);
    want[398] = 'B';
    for (unsigned width = 60; width <= 200; width += 20) {
        const char *text = plan_of(*state, have, want, width);
        assert_non_null(strstr(text, "xA → …"));
        assert_non_null(strstr(text, "xB "));
    }
}

static void long_line_diffs_are_limited(void **state)
{
    struct text have = {.arena = *state}, want = {.arena = *state};
    size_t lines = 0;

    for (int i = 0; i < 200; i++) {
        text_printf(&have, "old %d\n", i);
        text_printf(&want, "new %d\n", i);
    }
    const char *text = plan_of(*state, text_str(&have), text_str(&want), 100);
    for (const char *s = text; *s; s++)
        lines += *s == '\n';
    assert_true(lines < 30);
    assert_non_null(strstr(text, "200 lines of 201"));
    assert_non_null(strstr(text, "… 388 more changed lines"));
}

static void json_is_written_soundly(void **state)
{
    struct out o = {.text.arena = *state};
    struct err err;

    out_object(&o, NULL);
    out_text(&o, "te\"xt", "q\"b\\s/\n\t\x01\x1b\x7f\xc2\x85\xe2\x80\xae\xff é 😀");
    out_array(&o, "list");
    out_number(&o, NULL, INT64_C(9007199254740993));
    out_count(&o, NULL, -1);
    out_object(&o, NULL);
    out_end(&o);
    out_end(&o);
    out_bool(&o, "yes", true);
    out_end(&o);
    assert_string_equal(text_str(&o.text),
                        "{\"te\\\"xt\": \"q\\\"b\\\\s/\\n\\u0009\\u0001\\u001b\\u007f\\u0085\\u202e"
                        "\xef\xbf\xbd é 😀\", \"list\": [9007199254740993, null, {}], "
                        "\"yes\": true}");
    assert_non_null(json_parse(*state, text_str(&o.text), o.text.len, &err));
}

static void only_what_drives_a_terminal_is_escaped_in_json(void **state)
{
    struct out o = {.text.arena = *state};

    out_array(&o, NULL);
    out_text(&o, NULL, "\u200d\u200e\u200f\u2010");
    out_text(&o, NULL, "\u2027\u2028\u202e\u202f");
    out_text(&o, NULL, "\u2065\u2066\u2069\u206a");
    out_text(&o, NULL, "\xc2\x80 \xc2\xa0 cut \xe2\x82");
    out_end(&o);
    assert_string_equal(text_str(&o.text), "[\"\u200d\\u200e\\u200f\u2010\", "
                                           "\"\u2027\\u2028\\u202e\u202f\", "
                                           "\"\u2065\\u2066\\u2069\u206a\", "
                                           "\"\\u0080 \xc2\xa0 cut \xef\xbf\xbd\xef\xbf\xbd\"]");
}

static void calls_are_counted_with_their_age(void **state)
{
    static const struct {
        int calls;
        int64_t oldest_ms, quiet_ms;
        int lost;
        int64_t lost_ms;
        const char *text;
    } cases[] = {
        {-1, 0, 0, 0, 0, "live calls not known, so it counts as busy"},
        {0, 0, 0, 0, 0, "no live call"},
        {1, NOW - 192000, 0, 0, 0, "1 live call, for 3m12s"},
        {2, NOW - 192000, 0, 0, 0, "2 live calls, oldest 3m12s"},
        {2, 0, 0, 0, 0, "2 live calls"},
        {1, NOW + 5000, 0, 0, 0, "1 live call"}, /* the clock of the database is ahead */
        {1, NOW - 192000, NOW, 0, 0, "1 open call without a connection, for 3m12s"},
        {2, NOW - 192000, NOW, 0, 0, "2 open calls without a connection, oldest 3m12s"},
        {0, 0, 0, 1, NOW - 18000000, "no live call, 1 lost end (open for 5h00m)"},
        {1, 0, 0, 2, NOW - 18000000, "1 live call, 2 lost ends (oldest open for 5h00m)"},
        {0, 0, 0, 1, 0, "no live call, 1 lost end"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct agent_plan plan = {.live_calls = cases[i].calls,
                                        .oldest_call_ms = cases[i].oldest_ms,
                                        .quiet_ms = cases[i].quiet_ms,
                                        .lost_calls = cases[i].lost,
                                        .oldest_lost_ms = cases[i].lost_ms};
        assert_string_equal(calls_text(*state, &plan, NOW), cases[i].text);
    }
}

static void nothing_is_not_coloured(void **state)
{
    struct text t = {.arena = *state};
    struct render r = fixture_render;

    r.color = true;
    put(&t, &r, BOLD, "");
    put(&t, &r, PLAIN, "plain ");
    put(&t, &r, RED, "red");
    assert_string_equal(text_str(&t), "plain \x1b[31mred\x1b[0m");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(control_characters_are_spelled_out, setup, teardown),
        cmocka_unit_test_setup_teardown(of_an_address_with_a_token_only_that_is_hidden, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(cutting_never_breaks_a_character, setup, teardown),
        cmocka_unit_test_setup_teardown(values_are_shown_or_hidden, setup, teardown),
        cmocka_unit_test_setup_teardown(lines_are_compared, setup, teardown),
        cmocka_unit_test_setup_teardown(huge_texts_are_compared_too, setup, teardown),
        cmocka_unit_test_setup_teardown(the_difference_of_long_values_is_in_sight, setup, teardown),
        cmocka_unit_test_setup_teardown(long_line_diffs_are_limited, setup, teardown),
        cmocka_unit_test_setup_teardown(json_is_written_soundly, setup, teardown),
        cmocka_unit_test_setup_teardown(only_what_drives_a_terminal_is_escaped_in_json, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(calls_are_counted_with_their_age, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_is_not_coloured, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
