/* Goal: what is remembered reads well, as text and as JSON, and shows no secret and no control
 * character, whatever was put into the file. */
#include "render/fixture.h"

#include "base/json.h"
#include "base/text.h"
#include "render/history.h"

static const char *clock_text(struct arena *a, int64_t wall_ms)
{
    return arena_printf(a, "T%+lld", (long long)(wall_ms - NOW) / 1000);
}

static struct render look = {.key = &fixture_key, .now_ms = NOW};
static const struct render_history history = {&look, clock_text};

static int setup(void **state)
{
    look = (struct render){.key = &fixture_key, .now_ms = NOW};
    *state = arena_new();
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

static const char *const drifts[] = {"env AGENT_PROMPT  Be kind. → Be brief.", "image id  a → b"};
static const char *const log_lines[] = {"connecting", "no key"};
static const struct change items[] = {
    {.id = 3,
     .agent_id = "7d1c0a52",
     .agent_name = "Night desk",
     .roles = ROLE_BIT(ROLE_STS),
     .began_ms = NOW - 200000,
     .ended_ms = NOW - 130000,
     .cause = "provider \"Deepgram night\" changed",
     .result = CHANGE_DONE,
     .drifts = drifts,
     .n_drifts = 2,
     .calls_waited = 2,
     .waited_ms = 45000,
     .from = 3,
     .to = 4},
    {.id = 2,
     .agent_id = "booking",
     .roles = ROLE_BIT(ROLE_LLM) | ROLE_BIT(ROLE_CORE),
     .began_ms = NOW - 90000000,
     .ended_ms = NOW - 89995000,
     .cause = "image tag moved",
     .result = CHANGE_FAILED,
     .failure = "exited with 1 before it was ready",
     .log = log_lines,
     .n_log = 2,
     .from = 7},
    {.id = 1,
     .agent_id = "sales",
     .agent_name = "",
     .began_ms = NOW - 90000001,
     .result = CHANGE_HELD},
};
static const struct changes changes = {items, COUNT(items)};

static void changes_read_well(void **state)
{
    assert_string_equal(render_changes(*state, &history, &changes, true),
                        "T-200  3m20s ago   Night desk   sts   done in 1m10s   generation 3 → 4\n"
                        "    provider \"Deepgram night\" changed\n"
                        "    waited 45s for 2 calls\n"
                        "T-90000  1d01h ago   booking   llm, core   failed in 5s   generation 7\n"
                        "    image tag moved\n"
                        "    exited with 1 before it was ready\n"
                        "T-90000  1d01h ago   sales   held\n"
                        "There are older ones: --limit N shows more.\n");
    assert_string_equal(render_changes(*state, &history, &(struct changes){0}, false),
                        "No change is remembered.\n");
}

static void verbose_shows_what_differed_and_the_log(void **state)
{
    look.verbose = true;
    const char *text = render_changes(*state, &history, &changes, false);
    assert_non_null(strstr(text, "changed\n      env AGENT_PROMPT  Be kind. → Be brief.\n"
                                 "      image id  a → b\n    waited"));
    assert_non_null(strstr(text, "ready\n    | connecting\n    | no key\n"));
    assert_null(strstr(text, "older"));
}

static void lines_are_cut_to_the_terminal(void **state)
{
    look.width = 24;
    assert_non_null(
        strstr(render_changes(*state, &history, &changes, false), "    provider \"Deepgram …\n"));
    look.color = true;
    assert_non_null(
        strstr(render_changes(*state, &history, &changes, false), "\x1b[31mfailed\x1b[0m"));
}

static const cJSON *parsed(struct arena *a, const char *text)
{
    struct err err;
    const cJSON *tree = json_parse(a, text, strlen(text), &err);

    assert_non_null(tree);
    return tree;
}

static void changes_are_json(void **state)
{
    const cJSON *tree = parsed(*state, render_changes_json(*state, &changes, true));
    const cJSON *list = json_get(tree, "changes"), *first = cJSON_GetArrayItem(list, 0);

    assert_true(json_bool(tree, "more", false));
    assert_int_equal(cJSON_GetArraySize(list), 3);
    assert_string_equal(json_text(first, "agent_name"), "Night desk");
    assert_string_equal(json_text(first, "result"), "done");
    assert_int_equal(json_int(first, "began_ms", 0), NOW - 200000);
    assert_int_equal(json_int(first, "from_generation", 0), 3);
    assert_int_equal(cJSON_GetArraySize(json_get(first, "drifts")), 2);
    assert_string_equal(cJSON_GetArrayItem(json_get(first, "roles"), 0)->valuestring, "sts");
    const cJSON *last = cJSON_GetArrayItem(list, 2);
    assert_true(cJSON_IsNull(json_get(last, "ended_ms")));
    assert_true(cJSON_IsNull(json_get(last, "from_generation")));
    assert_true(cJSON_IsNull(json_get(last, "cause")));
}

static const struct record_env old_env[] = {
    {"AGENT_PROMPT", "Be kind.", false, NULL},
    {"A_TOKEN", CANARY "-unmarked", false, NULL},
    {"DEEPGRAM_API_KEY", CANARY "-old", true, NULL},
    {"LOST_KEY", NULL, true, NULL},
};
static const struct record_env new_env[] = {
    {"AGENT_PROMPT", "Be\nbrief.", false, NULL},
    {"DEEPGRAM_API_KEY", CANARY "-new", true, NULL},
    {"LOST_KEY", CANARY "-lost", true, NULL},
};
static const struct record_role old_role = {ROLE_STS, "hub/avr-sts:1.4", "sha256:0a1b2c3d4e", NULL,
                                            "5e77",   old_env,           COUNT(old_env)};
static const struct record_role new_role = {ROLE_STS, "hub/avr-sts:1.5", "sha256:ffeeddccbb", NULL,
                                            "5e78",   new_env,           COUNT(new_env)};
static const struct generation pair[] = {
    {"7d1c0a52", 4, NOW - 60000, 0, "image tag moved", &new_role, 1},
    {"7d1c0a52", 3, NOW - 7200000, NOW - 7100000, NULL, &old_role, 1},
};

static void generations_are_a_table(void **state)
{
    const struct generations list = {pair, 2};

    assert_string_equal(
        render_generations(*state, &history, &list),
        "GENERATION  SINCE              STATE     IMAGES                    CAUSE\n"
        "4           T-60, 1m00s ago    in force  sts avr-sts:1.5@ffeeddcc  image tag moved\n"
        "3           T-7200, 2h00m ago  good      sts avr-sts:1.4@0a1b2c3d\n");
    const cJSON *tree = parsed(*state, render_generations_json(*state, "7d1c0a52", &list));
    const cJSON *one = cJSON_GetArrayItem(json_get(tree, "generations"), 1);
    assert_int_equal(json_int(one, "generation", 0), 3);
    assert_int_equal(json_int(one, "good_ms", 0), NOW - 7100000);
    const cJSON *role = cJSON_GetArrayItem(json_get(one, "roles"), 0);
    assert_string_equal(json_text(role, "image_id"), "sha256:0a1b2c3d4e");
    assert_non_null(
        strstr(render_generations(*state, &history, &(struct generations){0}), "No generation"));
}

static void a_diff_hides_secrets(void **state)
{
    const char *text = render_generation_diff(*state, &history, &pair[1], &pair[0]);

    assert_non_null(strstr(text, "generation 3 (T-7200) → 4 (T-60)\n  sts\n"));
    assert_non_null(strstr(text, "    image                 hub/avr-sts:1.4 → hub/avr-sts:1.5\n"));
    assert_non_null(strstr(text, "    env AGENT_PROMPT      Be kind. → Be\\nbrief.\n"));
    assert_non_null(strstr(text, "    env DEEPGRAM_API_KEY  (hidden fp:"));
    assert_non_null(strstr(text, "    env LOST_KEY          (cannot be opened) → (hidden fp:"));
    assert_non_null(strstr(text, "    env A_TOKEN           (hidden fp:"));
    assert_null(strstr(text, "CANARY"));
    assert_non_null(
        strstr(render_generation_diff(*state, &history, &pair[0], &pair[0]), "nothing differs"));
    text = render_generation_diff_json(*state, &history, &pair[1], &pair[0]);
    assert_null(strstr(text, "CANARY"));
    const cJSON *tree = parsed(*state, text);
    const cJSON *list = json_get(tree, "differences"), *d;
    assert_int_equal(json_int(tree, "from", 0), 3);
    assert_int_equal(cJSON_GetArraySize(list), 6);
    json_each(d, list)
        if (text_is(json_text(d, "name"), "A_TOKEN")) {
            assert_true(json_bool(d, "secret", false));
            assert_non_null(json_text(json_get(d, "have"), "fingerprint"));
            assert_true(cJSON_IsNull(json_get(d, "want")));
        }
}

static const struct call_role answered[] = {{ROLE_STS, "sha256:ff", "5e78"},
                                            {ROLE_CORE, NULL, NULL}};

static void a_call_says_what_answered_it(void **state)
{
    struct call_record call = {"u-1", "7d1c0a52", 4, NOW - 90000, NOW - 30000, answered, 2};

    assert_string_equal(render_call(*state, &history, &call, "Night desk", &pair[0]),
                        "call u-1   Night desk   T-90, 1m30s ago, lasted 1m00s\n"
                        "    generation 4: image tag moved\n"
                        "    sts   hub/avr-sts:1.5  sha256:ff  settings 5e78\n"
                        "    core  image not known  settings not known\n");
    const cJSON *tree = parsed(*state, render_call_json(*state, &call, "Night desk", &pair[0]));
    assert_int_equal(json_int(tree, "generation", 0), 4);
    const cJSON *role = cJSON_GetArrayItem(json_get(tree, "roles"), 0);
    assert_string_equal(json_text(role, "image"), "hub/avr-sts:1.5");
    call.generation = 0;
    call.ended_ms = 0;
    assert_string_equal(render_call(*state, &history, &call, NULL, NULL),
                        "call u-1   7d1c0a52   T-90, 1m30s ago, its end was not seen\n"
                        "    sts   sha256:ff  settings 5e78\n"
                        "    core  image not known  settings not known\n");
    tree = parsed(*state, render_call_json(*state, &call, NULL, NULL));
    assert_true(cJSON_IsNull(json_get(tree, "generation")));
}

/* Whoever can write the file shall not write to the terminal. */
static void nothing_hostile_comes_through(void **state)
{
    static const char *const lines[] = {HOSTILE};
    const struct record_env env[] = {{HOSTILE, HOSTILE, false, HOSTILE}};
    const struct record_role role = {ROLE_STS, HOSTILE, HOSTILE, HOSTILE, HOSTILE, env, 1};
    const struct generation g = {HOSTILE, 1, NOW, NOW, HOSTILE, &role, 1};
    const struct generation none = {HOSTILE, 1, NOW, NOW, HOSTILE, NULL, 0};
    const struct record_role bare = {.role = ROLE_STS};
    const struct generation other = {HOSTILE, 2, NOW, NOW, HOSTILE, &bare, 1};
    const struct change c = {.agent_id = HOSTILE,
                             .agent_name = HOSTILE,
                             .cause = HOSTILE,
                             .failure = HOSTILE,
                             .drifts = lines,
                             .n_drifts = 1,
                             .log = lines,
                             .n_log = 1};
    const struct call_role roles[] = {{ROLE_STS, HOSTILE, HOSTILE}};
    const struct call_record call = {HOSTILE, HOSTILE, 1, NOW, 0, roles, 1};
    const struct changes some = {&c, 1};
    const struct generations list = {&g, 1};

    look.verbose = true;
    const char *const texts[] = {
        render_changes(*state, &history, &some, false),
        render_changes_json(*state, &some, false),
        render_generations(*state, &history, &list),
        render_generations_json(*state, HOSTILE, &list),
        render_generation_diff(*state, &history, &g, &other),
        render_generation_diff(*state, &history, &none, &g),
        render_generation_diff_json(*state, &history, &g, &other),
        render_call(*state, &history, &call, HOSTILE, &g),
        render_call_json(*state, &call, HOSTILE, &g),
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        assert_true(text_is_utf8(texts[i], strlen(texts[i])));
        for (const char *s = texts[i]; *s; s++)
            assert_true(*s == '\n' || (unsigned char)*s >= 0x20);
        assert_null(strstr(texts[i], "\xc2\x9b"));
        assert_null(strstr(texts[i], "\xe2\x80\xae"));
    }
}

/* One generation is named when the other is not known or is the same. */
static void generations_are_named_once(void **state)
{
    static const struct {
        unsigned from, to;
        const char *end;
    } cases[] = {
        {0, 0, "done\n"},
        {3, 0, "done   generation 3\n"},
        {0, 4, "done   generation 4\n"},
        {4, 4, "done   generation 4\n"},
        {3, 4, "done   generation 3 → 4\n"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct change c = {.agent_id = "sales",
                                 .began_ms = NOW + 5000, /* a clock that went back */
                                 .result = CHANGE_DONE,
                                 .from = cases[i].from,
                                 .to = cases[i].to};
        const char *text = render_changes(*state, &history, &(struct changes){&c, 1}, false);
        assert_string_equal(text, arena_printf(*state, "T+5  0s ago   sales   %s", cases[i].end));
    }
}

static const struct record_role scarce_roles[] = {
    {.role = ROLE_STS}, {.role = ROLE_CORE, .image_ref = "hub/avr-core:1"}};

static void what_is_not_known_of_images_is_left_out(void **state)
{
    const struct generation g = {"sales", 1, NOW, NOW, NULL, scarce_roles, 2};

    assert_string_equal(render_generations(*state, &history, &(struct generations){&g, 1}),
                        "GENERATION  SINCE        STATE           IMAGES                  CAUSE\n"
                        "1           T+0, 0s ago  in force, good  sts ?, core avr-core:1\n");
}

/* The cause takes what is left of the line, and at least 20 columns. */
static void the_cause_is_cut_to_the_terminal(void **state)
{
    const struct generation g = {"sales", 1, NOW, 0, "provider \"Deepgram night\" changed",
                                 NULL,    0};
    const struct generations list = {&g, 1};

    look.width = 30;
    assert_non_null(strstr(render_generations(*state, &history, &list),
                           "in force          provider \"Deepgram …\n"));
    look.width = 72;
    assert_non_null(strstr(render_generations(*state, &history, &list),
                           "in force          provider \"Deepgram night\" ch…\n"));
}

static void a_diff_has_a_head_for_each_container(void **state)
{
    static const struct record_role have[] = {
        {.role = ROLE_STS, .image_ref = "s:1", .image_id = "1"},
        {.role = ROLE_CORE, .image_ref = "c:1"}};
    static const struct record_role want[] = {
        {.role = ROLE_STS, .image_ref = "s:2", .image_id = "2"},
        {.role = ROLE_CORE, .image_ref = "c:2"}};
    const struct generation h = {"sales", 1, NOW, NOW, NULL, have, 2};
    const struct generation w = {"sales", 2, NOW, NOW, NULL, want, 2};

    assert_string_equal(render_generation_diff(*state, &history, &h, &w),
                        "generation 1 (T+0) → 2 (T+0)\n"
                        "  sts\n"
                        "    image     s:1 → s:2\n"
                        "    image id  1 → 2\n"
                        "  core\n"
                        "    image     c:1 → c:2\n");
}

static void a_value_is_hidden_if_either_side_is_a_secret(void **state)
{
    static const struct {
        struct record_difference d;
        bool hidden;
    } cases[] = {
        {{.name = "PLAIN", .variable = true, .have = "1", .want = "2"}, false},
        {{.name = "PLAIN", .variable = true, .have = "1"}, false},
        {{.name = "PLAIN", .variable = true, .want = "2"}, false},
        {{.name = "PLAIN", .variable = true, .secret = true, .have = "1"}, true},
        {{.name = "A_TOKEN", .variable = true, .have = CANARY "-have"}, true},
        {{.name = "A_TOKEN", .variable = true, .want = CANARY "-want"}, true},
        {{.name = "image", .have = "a:1", .want = "a:2"}, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(difference_hidden(&cases[i].d), cases[i].hidden);
}

static void a_call_of_a_generation_that_is_hardly_known(void **state)
{
    const struct generation g = {"sales", 4, NOW, 0, NULL, scarce_roles, 1};
    const struct call_record call = {"u-1", "sales", 4, NOW - 1000, NOW - 2000, answered, 2};

    assert_string_equal(render_call(*state, &history, &call, "", &g),
                        "call u-1   sales   T-1, 1s ago, lasted 0s\n"
                        "    generation 4\n"
                        "    sts   sha256:ff  settings 5e78\n"
                        "    core  image not known  settings not known\n");
    assert_non_null(
        strstr(render_call(*state, &history, &call, NULL, NULL), "\n    generation 4\n"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(changes_read_well),
        TEST(verbose_shows_what_differed_and_the_log),
        TEST(lines_are_cut_to_the_terminal),
        TEST(changes_are_json),
        TEST(generations_are_a_table),
        TEST(a_diff_hides_secrets),
        TEST(a_call_says_what_answered_it),
        TEST(generations_are_named_once),
        TEST(what_is_not_known_of_images_is_left_out),
        TEST(the_cause_is_cut_to_the_terminal),
        TEST(a_diff_has_a_head_for_each_container),
        TEST(a_value_is_hidden_if_either_side_is_a_secret),
        TEST(a_call_of_a_generation_that_is_hardly_known),
        TEST(nothing_hostile_comes_through),
    };
    return cmocka_run_group_tests_name("render_history", tests, NULL, NULL);
}
