/* Goal: `history` answers from state.db alone, names agents as the other verbs do, and changes
 * nothing. */
#include "cli/fake_control.h"

#include <dirent.h>
#include <time.h>

#include "base/json.h"
#include "base/text.h"
#include "control/state.h"
#include "store/generations.h"
#include "store/history.h"
#include "store/ledger.h"

#define UUID "2f1d9a04-4f6a-4d53-9f0b-3c1b7d8e5a66"

static char dir[64];
static char dir_variable[128];
static const char *const env[] = {dir_variable, NULL};

static struct ran run(struct arena *a, const char *line)
{
    return run_program(a, line, env);
}

static void must(int result, const struct err *err)
{
    if (result < 0)
        fail_msg("%s", err->text);
}

static void note(struct store *s, const char *prompt, const char *key, int64_t now_ms)
{
    const struct record_env vars[] = {{"AGENT_PROMPT", prompt, false, NULL},
                                      {"DEEPGRAM_API_KEY", key, true, NULL}};
    const struct record_role role = {.role = ROLE_STS,
                                     .image_ref = "avr-sts-deepgram:1.4",
                                     .image_id = "sha256:0a1b2c3d",
                                     .env = vars,
                                     .n_env = 2};
    struct err err;
    unsigned number;

    must(generation_note(s, "7d1c0a52", &role, 1, "a change", now_ms, &number, &err), &err);
}

/* Three changes and three generations of "Night desk", one change of "sales", one call. */
static void fill(void)
{
    static const char *const drifts[] = {"env AGENT_PROMPT  one → two"};
    struct change c = {.agent_id = "7d1c0a52",
                       .agent_name = "Night desk",
                       .roles = ROLE_BIT(ROLE_STS),
                       .result = CHANGE_DONE,
                       .drifts = drifts,
                       .n_drifts = 1};
    const struct call_role answered = {ROLE_STS, "sha256:d1", "5e77"};
    const struct call_record call = {UUID, "7d1c0a52", 2, NOW, NOW + 60000, &answered, 1};
    struct digest_key key;
    struct store *s;
    struct err err;

    assert_true(state_key(dir, &key));
    must(store_open(dir, &key, STORE_WRITE, NOW, &s, &err), &err);
    for (int i = 0; i < 3; i++) {
        c.began_ms = NOW + i * 1000;
        c.cause = i == 2 ? "the third change" : "an earlier change";
        must(history_add(s, &c, &c.id, &err), &err);
    }
    c.agent_id = c.agent_name = "sales";
    must(history_add(s, &c, &c.id, &err), &err);
    note(s, "one", CANARY "1", NOW);
    note(s, "two", CANARY "1", NOW + 1);
    note(s, "three", CANARY "2", NOW + 2);
    must(ledger_note(s, &call, &err), &err);
    store_close(s);
}

static int history_setup(void **state)
{
    snprintf(dir, sizeof dir, "/tmp/avr-history-XXXXXX");
    assert_non_null(mkdtemp(dir));
    snprintf(dir_variable, sizeof dir_variable, "AVR_RECONCILER_STATE_DIR=%s", dir);
    setenv("TZ", "XST-2", 1);
    tzset();
    return fake_setup(state);
}

static int history_teardown(void **state)
{
    struct dirent *entry;
    DIR *d = opendir(dir);

    while ((entry = readdir(d)))
        if (entry->d_name[0] != '.')
            unlink(arena_printf(*state, "%s/%s", dir, entry->d_name));
    closedir(d);
    rmdir(dir);
    return arena_teardown(state);
}

static void changes_are_listed(void **state)
{
    fill();
    struct ran ran = run(*state, "history");
    assert_int_equal(ran.code, 0);
    assert_string_equal(ran.err, "");
    assert_contains(ran.out, "   sales   sts   done\n");
    /* 11:00:02 in UTC, two hours east of it. */
    assert_contains(ran.out, "2026-11-22 13:00:02  ");
    assert_contains(ran.out, " ago   Night desk   sts   done\n    the third change\n");
    assert_null(strstr(ran.out, "AGENT_PROMPT"));
    assert_contains(run(*state, "history -v").out, "env AGENT_PROMPT  one → two");
    assert_string_equal(run(*state, "history -q").out, "");
    assert_int_equal(fake.sessions, 0);
}

static void one_agent_is_named_as_elsewhere(void **state)
{
    static const char *const names[] = {"history 7d1c", "history 7d1c0a52"};

    fill();
    for (size_t i = 0; i < COUNT(names); i++) {
        struct ran ran = run(*state, names[i]);
        assert_int_equal(ran.code, 0);
        assert_contains(ran.out, "the third change");
        assert_null(strstr(ran.out, "sales"));
    }
    struct ran ran = run(*state, "history salse");
    assert_int_equal(ran.code, 64);
    assert_contains(ran.err, "in what is remembered: unknown agent \"salse\"; did you mean "
                             "\"sales\"?");
}

static void a_limit_says_that_there_is_more(void **state)
{
    struct err err;

    fill();
    struct ran ran = run(*state, "history 7d1c --limit 2 -o json");
    const cJSON *tree = json_parse(*state, ran.out, strlen(ran.out), &err);
    assert_int_equal(cJSON_GetArraySize(json_get(tree, "changes")), 2);
    assert_true(json_bool(tree, "more", false));
    ran = run(*state, "history 7d1c --limit 3 -o json");
    tree = json_parse(*state, ran.out, strlen(ran.out), &err);
    assert_int_equal(cJSON_GetArraySize(json_get(tree, "changes")), 3);
    assert_false(json_bool(tree, "more", true));
    assert_contains(run(*state, "history --limit 1").out, "There are older ones");
    static const char *const wrong[] = {"0", "-1", "x", "3x", "100001", "99999999999999999999"};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        ran = run(*state, arena_printf(*state, "history --limit %s", wrong[i]));
        assert_int_equal(ran.code, 64);
        assert_contains(ran.err, "--limit is");
    }
}

static void generations_are_listed_and_compared(void **state)
{
    struct err err;

    fill();
    struct ran ran = run(*state, "history 7d1c --generations");
    assert_int_equal(ran.code, 0);
    assert_contains(ran.out, "\n3           2026-11-22 13:00:00, ");
    assert_contains(ran.out, "in force  sts avr-sts-deepgram:1.4@0a1b2c3d");
    ran = run(*state, "history 7d1c --generations -o json");
    const cJSON *tree = json_parse(*state, ran.out, strlen(ran.out), &err);
    assert_int_equal(cJSON_GetArraySize(json_get(tree, "generations")), 3);
    ran = run(*state, "history 7d1c --diff 1..2");
    assert_contains(ran.out, "    env AGENT_PROMPT  one → two\n");
    assert_null(strstr(ran.out, "DEEPGRAM"));
    ran = run(*state, "history 7d1c --diff 1");
    assert_contains(ran.out, "    env AGENT_PROMPT      one → three\n");
    assert_contains(ran.out, "    env DEEPGRAM_API_KEY  (hidden fp:");
    assert_null(strstr(ran.out, "CANARY"));
    ran = run(*state, "history 7d1c --diff 3..1 -o json");
    assert_null(strstr(ran.out, "CANARY"));
    tree = json_parse(*state, ran.out, strlen(ran.out), &err);
    assert_int_equal(cJSON_GetArraySize(json_get(tree, "differences")), 2);
    ran = run(*state, "history 7d1c --diff 1..9");
    assert_int_equal(ran.code, 1);
    assert_contains(ran.err, "no generation 9 of this agent is remembered");
}

static void a_call_finds_its_settings(void **state)
{
    fill();
    struct ran ran = run(*state, "history --call " UUID);
    assert_int_equal(ran.code, 0);
    assert_contains(ran.out, "call " UUID "   Night desk   2026-11-22 13:00:00, ");
    assert_contains(ran.out, "lasted 1m00s\n    generation 2: a change\n"
                             "    sts   avr-sts-deepgram:1.4  sha256:d1  settings 5e77\n");
    assert_contains(run(*state, "history -o json --call " UUID).out,
                    "\"image\": \"avr-sts-deepgram:1.4\"");
    ran = run(*state, "history --call nothing");
    assert_int_equal(ran.code, 1);
    assert_contains(ran.err, "nothing is remembered of a call nothing");
}

static void questions_that_make_no_sense_are_refused(void **state)
{
    static const char *const wrong[] = {
        "history --generations",
        "history --diff 1..2",
        "history 7d1c --diff x",
        "history 7d1c --diff 1..",
        "history 7d1c --diff ..2",
        "history 7d1c --diff 1-2",
        "history 7d1c --diff 1..2x",
        "history 7d1c --diff 99999999999",
        "history 7d1c --call " UUID,
        "history --call " UUID " --generations",
        "history 7d1c --diff 1 --generations",
        "history 7d1c sales",
        "history -o name",
    };

    fill();
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct ran ran = run(*state, wrong[i]);
        if (ran.code != 64)
            fail_msg("\"%s\" gives %d", wrong[i], ran.code);
        assert_string_equal(ran.out, "");
    }
}

/* On a machine where nothing was ever done. */
static void nothing_remembered_is_no_error(void **state)
{
    struct ran ran = run(*state, "history");
    assert_int_equal(ran.code, 0);
    assert_string_equal(ran.out, "No change is remembered.\n");
    assert_contains(ran.err, arena_printf(*state, "note: nothing is remembered in %s yet\n", dir));
    assert_int_equal(access(arena_printf(*state, "%s/state.db", dir), F_OK), -1);
}

static void a_damaged_file_is_said_and_left(void **state)
{
    const char *path = arena_printf(*state, "%s/state.db", dir);
    FILE *file = fopen(path, "we");

    for (int i = 0; i < 200; i++)
        fputs("no database\n", file);
    fclose(file);
    struct ran ran = run(*state, "history");
    assert_int_equal(ran.code, 1);
    assert_contains(ran.err, "damaged");
    assert_int_equal(access(path, F_OK), 0);
}

#define HISTORY_TEST(f) cmocka_unit_test_setup_teardown(f, history_setup, history_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HISTORY_TEST(changes_are_listed),
        HISTORY_TEST(one_agent_is_named_as_elsewhere),
        HISTORY_TEST(a_limit_says_that_there_is_more),
        HISTORY_TEST(generations_are_listed_and_compared),
        HISTORY_TEST(a_call_finds_its_settings),
        HISTORY_TEST(questions_that_make_no_sense_are_refused),
        HISTORY_TEST(nothing_remembered_is_no_error),
        HISTORY_TEST(a_damaged_file_is_said_and_left),
    };
    return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
