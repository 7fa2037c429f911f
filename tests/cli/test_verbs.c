/* The verbs from command line to exit code, against a control that is played. */
#include "cli/fake_control.h"

#include "base/json.h"
#include "base/text.h"
#include "cli/look.h"

static const char *const env[] = {"DB_DATABASE=data.db", NULL};

static struct ran run(struct arena *a, const char *line)
{
    return run_program(a, line, env);
}

static void diff_shows_the_plan_and_says_so_in_its_code(void **state)
{
    struct ran ran = run(*state, "diff");

    assert_int_equal(ran.code, 2);
    assert_contains(ran.out, "≠ support   2 live calls, oldest 3m12s");
    assert_null(strstr(ran.out, "\x1b"));
    assert_string_equal(ran.err, "");
    assert_true(fake.read_only);
    assert_int_equal(fake.sessions, fake.freed);
    assert_int_equal(run(*state, "plan --diff-exit-code 0").code, 0);
    assert_string_equal(run(*state, "diff -o name").out, "booking\nlobby\nsupport\nsummer sale\n");
    assert_string_equal(run(*state, "diff -q").out, "");
    assert_contains(run(*state, "diff --color always").out, "\x1b[33m≠");
    fake.plan = &sync_plan;
    assert_int_equal(run(*state, "diff").code, 0);
}

static void a_dry_run_is_a_diff(void **state)
{
    struct ran diff = run(*state, "diff"), dry = run(*state, "apply --dry-run");

    assert_string_equal(dry.out, diff.out);
    assert_int_equal(dry.code, diff.code);
    assert_true(fake.read_only);
    assert_int_equal(fake.applies, 0);
}

static void agents_are_picked(void **state)
{
    struct err err;
    struct ran ran = run(*state, "diff 7d1c -o json");
    const cJSON *tree = json_parse(*state, ran.out, strlen(ran.out), &err);

    assert_int_equal(cJSON_GetArraySize(json_get(tree, "agents")), 1);
    assert_string_equal(run(*state, "status -o name sales 7d1c0a52").out, "sales\nsupport\n");
    assert_int_equal(run(*state, "diff sales").code, 0);
    assert_contains(run(*state, "diff sales").out, "1 agent, 2 containers: in sync.");
    ran = run(*state, "diff suport");
    assert_int_equal(ran.code, 64);
    assert_contains(ran.err, "unknown agent \"suport\"; did you mean \"support\"?");
    assert_int_equal(run(*state, "apply nobody").code, 64);
    assert_int_equal(fake.applies, 0);
    assert_int_equal(run(*state, "apply support sales").code, 0);
    assert_int_equal(fake.asked.n_only, 2);
    assert_string_equal(fake.only[0], "7d1c0a52");
    /* An orphan is in no spec, and can be named all the same. */
    assert_int_equal(run(*state, "apply e11ee770 --prune").code, 0);
    assert_true(fake.asked.plan.prune);
}

static void an_ambiguous_beginning_is_refused(void **state)
{
    const struct agent a = {.id = "abc1", .name = "one"}, b = {.id = "abc2", .name = "two"};
    const struct agent c = {.id = "d", .name = "two"};
    const struct agent *const agents[] = {&a, &b, &c};
    const char *const *ids;
    struct err err;

    assert_int_equal(select_agents(*state, agents, 3, (const char *const[]){"abc"}, 1, &ids, &err),
                     -1);
    assert_contains(err.text, "2 ids begin with \"abc\"");
    assert_int_equal(select_agents(*state, agents, 3, (const char *const[]){"two"}, 1, &ids, &err),
                     -1);
    assert_contains(err.text, "2 agents are named \"two\"");
    assert_int_equal(select_agents(*state, agents, 3, (const char *const[]){"abc1"}, 1, &ids, &err),
                     0);
    assert_string_equal(ids[0], "abc1");
    assert_int_equal(select_agents(*state, agents, 3, (const char *const[]){""}, 1, &ids, &err),
                     -1);
}

static void status_adopt_and_config_answer(void **state)
{
    struct ran ran = run(*state, "ps");

    assert_int_equal(ran.code, 2);
    assert_contains(ran.out, "support      drifted  sts");
    assert_int_equal(run(*state, "adopt").code, 2);
    assert_int_equal(run(*state, "adopt sales").code, 0);
    assert_contains(run(*state, "adopt sales").out, "nothing would restart");
    ran = run(*state, "config support");
    assert_int_equal(ran.code, 0);
    assert_contains(ran.out, "image chosen");
    assert_null(strstr(ran.out, "booking"));
    assert_string_equal(run(*state, "config -o name").out,
                        "booking\nlobby\nsales\nsupport\nsummer sale\n");
    err_set(&fake.look_err, ERR_UNREACHABLE, "no engine");
    ran = run(*state, "config support");
    assert_int_equal(ran.code, 0);
    assert_contains(ran.err, "left open (no engine)");
}

static void errors_have_their_codes(void **state)
{
    static const struct {
        enum err_code code;
        enum exit_code exit;
    } cases[] = {{ERR_UNREACHABLE, 6}, {ERR_TRANSIENT, 1}, {ERR_DENIED, 1}, {ERR_CONFLICT, 1}};
    static const struct spec_error wrong[] = {
        {.at = {"a.yaml", 5, 7}, .length = 4, .text = "unknown key \"pull_polcy\""}};

    for (size_t i = 0; i < COUNT(cases); i++) {
        err_set(&fake.look_err, cases[i].code, "engine says \x1b[2J");
        struct ran ran = run(*state, "diff");
        assert_int_equal(ran.code, cases[i].exit);
        const char *hint = strchr(ran.err, '\n') + 1; /* what to do, if anything can be done */
        assert_true(text_starts(ran.err, "error: engine says \\x1b[2J\n"));
        assert_true(cases[i].code == ERR_UNREACHABLE ? strstr(hint, "-H or DOCKER_HOST") != NULL
                                                     : *hint == '\0');
        assert_string_equal(ran.out, "");
    }
    err_set(&fake.look_err, ERR_UNREACHABLE, "permission denied on /var/run/docker.sock");
    assert_contains(run(*state, "diff").err, "Run it as root");
    err_set(&fake.sources_err, ERR_UNREACHABLE, "data.db is locked");
    assert_int_equal(run(*state, "status").code, 6);
    err_set(&fake.sources_err, ERR_INVALID, "the specs are not valid");
    fake.spec_errors = (struct spec_errors){wrong, 1};
    struct ran ran = run(*state, "apply");
    assert_int_equal(ran.code, 3);
    assert_contains(ran.err, "a.yaml:5:7");
    assert_contains(ran.err, "1 error\n");
    assert_int_equal(fake.applies, 0);
}

static void validate_finds_problems_of_agents(void **state)
{
    struct err err;
    struct ran ran = run(*state, "validate");

    assert_int_equal(ran.code, 3);
    assert_contains(ran.err, "specs/agents.yaml:12:10");
    assert_contains(ran.err, "agent booking: no provider \"Deepgram nite\"");
    assert_contains(ran.err, "1 error\n");
    ran = run(*state, "validate -o json");
    const cJSON *tree = json_parse(*state, ran.out, strlen(ran.out), &err);
    assert_false(json_bool(tree, "ok", true));
    assert_int_equal(json_int(cJSON_GetArrayItem(json_get(tree, "errors"), 0), "line", 0), 12);
    assert_int_equal(fake.sessions, 0);
}

/* What an error of sources or engine is to other verbs, it is to this one. */
static void doctor_finds_or_not_and_says_so_in_its_code(void **state)
{
    static const struct network missing = {.name = "avr", .missing = true, .subnet = ""};
    static const char *const beside[] = {"DB_DATABASE=data.db", "AVR_RECONCILER_STATE_DIR=/tmp",
                                         "AVR_RECONCILER_CONTROL=/nowhere/control.sock", NULL};
    struct err err;

    fake.plan = &sync_plan;
    fake.facts = (struct doctor_facts){.sockets_readable = true};
    struct ran ran = run_program(*state, "doctor", beside);
    assert_int_equal(ran.code, 2); /* the fixture's agents have a fault of their own */
    fake.facts.networks = &missing, fake.facts.n_networks = 1;
    ran = run_program(*state, "doctor -o json", beside);
    assert_int_equal(ran.code, 2);
    assert_true(fake.read_only);
    assert_int_equal(fake.sessions, fake.freed);
    const cJSON *first = cJSON_GetArrayItem(
        json_get(json_parse(*state, ran.out, strlen(ran.out), &err), "findings"), 0);
    assert_string_equal(json_text(first, "command"), "docker network create avr");
    assert_string_equal(run_program(*state, "doctor -q", beside).out, "");
    assert_int_equal(run_program(*state, "doctor support", beside).code, 64);
    err_set(&fake.look_err, ERR_UNREACHABLE, "no engine");
    assert_int_equal(run_program(*state, "doctor", beside).code, 6);
}

static void verify_fails_when_a_check_does(void **state)
{
    struct err err;
    struct ran ran = run(*state, "verify support");

    assert_int_equal(ran.code, 1);
    assert_true(fake.read_only);
    assert_int_equal(fake.sessions, fake.freed);
    assert_contains(ran.out, "✗ sts   env");
    assert_null(strstr(ran.out, CANARY));
    ran = run(*state, "verify support -o json");
    const cJSON *tree = json_parse(*state, ran.out, strlen(ran.out), &err);
    assert_true(json_int(json_get(tree, "summary"), "failed", 0) > 0);
    assert_string_equal(run(*state, "verify -q").out, "");
    assert_int_equal(run(*state, "verify e11ee770").code, 0); /* an orphan: nothing is asked */
    assert_int_equal(run(*state, "verify nobody").code, 64);
    err_set(&fake.prove_err, ERR_UNREACHABLE, "no engine");
    assert_int_equal(run(*state, "verify").code, 6);
}

static void pin_wants_to_know_whom(void **state)
{
    assert_int_equal(run(*state, "pin").code, 64);
    assert_int_equal(run(*state, "pin support --all").code, 64);
    assert_int_equal(fake.looks, 0);
    fake.plan = &sync_plan;
    struct ran ran = run(*state, "pin --all --database");
    assert_int_equal(ran.code, 1);
    assert_contains(ran.err, "name AVR's backend with --backend URL or BACKEND_URL");
    assert_true(fake.read_only);
}

static void now_wants_a_yes(void **state)
{
    struct ran ran = run(*state, "apply --now");

    assert_int_equal(ran.code, 64);
    assert_contains(ran.err, "add -y if that is meant");
    assert_int_equal(fake.applies, 0);
    assert_int_equal(run(*state, "apply --now -y").code, 0);
    assert_int_equal(fake.applies, 1);
    assert_true(fake.asked.plan.now);
    assert_false(fake.read_only);
}

static void results_have_their_codes(void **state)
{
    static const struct {
        enum agent_result result;
        enum exit_code code;
        const char *says;
    } cases[] = {
        {RESULT_SYNC, 0, "support: as asked for, 6 changes"},
        {RESULT_FAILED, 4, "error: support: failed, and stays on what it had: the reason"},
        {RESULT_WAITING, 5, "error: support: the reason"},
        {RESULT_HELD, 1, "support: left as it is: the reason"},
        {RESULT_INTERRUPTED, 130, "Go on with:  avr-reconciler apply"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct agent_outcome agents[] = {
            {&fixture_agents[3], cases[i].result, i ? "the reason" : NULL, 6},
            {&fixture_agents[2], RESULT_SYNC, NULL, 1}};
        fake.outcome = (struct outcome){agents, 2};
        struct ran ran = run(*state, "apply");
        assert_int_equal(ran.code, cases[i].code);
        assert_contains(ran.err, cases[i].says);
        assert_string_equal(ran.out, "");
    }
    fake.outcome = (struct outcome){0};
    assert_contains(run(*state, "apply").err, "Nothing to do: in sync.");
    err_set(&fake.apply_err, ERR_CONFLICT, "process 4711 works on this engine");
    assert_int_equal(run(*state, "apply").code, 1);
}

static void the_gravest_result_decides(void **state)
{
    const struct agent_outcome agents[] = {{&fixture_agents[1], RESULT_HELD, "x", 0},
                                           {&fixture_agents[2], RESULT_WAITING, "x", 0},
                                           {&fixture_agents[3], RESULT_FAILED, "x", 0}};
    const struct outcome two = {agents, 2}, three = {agents, 3};

    (void)state;
    assert_int_equal(exit_of_outcome(&two), 5);
    assert_int_equal(exit_of_outcome(&three), 4);
}

static void a_kept_orphan_is_no_failure(void **state)
{
    struct agent orphan = fixture_agents[4];

    orphan.origin.kind = FROM_CONTAINER;
    const struct agent_outcome agents[] = {{&orphan, RESULT_HELD, "nobody asks for it", 0}};
    fake.outcome = (struct outcome){agents, 1};
    struct ran ran = run(*state, "apply");
    assert_int_equal(ran.code, 0);
    assert_contains(ran.err, "summer sale: kept: nobody asks for it; `diff` says what can be done");
}

static void a_failed_candidate_is_named(void **state)
{
    const struct step keep = {.kind = STEP_RENAME,
                              .box_name = "avrd-next-019a2b3c4d5e",
                              .new_name = "avrd-failed-019a2b3c4d5e"};
    const struct event events[] = {{&fixture_agents[3], &keep, EVENT_DONE, NULL, 3}};
    const struct agent_outcome agents[] = {
        {&fixture_agents[3], RESULT_FAILED, "nothing listens on port 6033", 5}};

    fake.events = events;
    fake.n_events = 1;
    fake.outcome = (struct outcome){agents, 1};
    struct ran ran = run(*state, "apply");
    assert_contains(ran.err, "nothing listens on port 6033");
    assert_contains(ran.err, "docker logs avrd-failed-019a2b3c4d5e");
    struct err err;
    ran = run(*state, "apply -o json --progress json");
    const cJSON *tree = json_parse(*state, ran.out, strlen(ran.out), &err);
    const cJSON *agent = cJSON_GetArrayItem(json_get(tree, "agents"), 0);
    assert_string_equal(json_text(agent, "failed_container"), "avrd-failed-019a2b3c4d5e");
    assert_string_equal(json_text(agent, "result"), "failed");
}

static void a_write_error_is_an_error(void **state)
{
    struct spec_env environment = env_of(env);
    char *argv[MAX_ARGS];
    int argc = words_of(*state, "version", argv);
    FILE *full = fopen("/dev/full", "we"), *err = tmpfile();

    assert_non_null(full);
    assert_int_equal(cli_main(argc, argv, &environment, full, err), 1);
    fclose(full);
    fclose(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAKE_TEST(diff_shows_the_plan_and_says_so_in_its_code),
        FAKE_TEST(a_dry_run_is_a_diff),
        FAKE_TEST(agents_are_picked),
        FAKE_TEST(an_ambiguous_beginning_is_refused),
        FAKE_TEST(status_adopt_and_config_answer),
        FAKE_TEST(errors_have_their_codes),
        FAKE_TEST(validate_finds_problems_of_agents),
        FAKE_TEST(doctor_finds_or_not_and_says_so_in_its_code),
        FAKE_TEST(verify_fails_when_a_check_does),
        FAKE_TEST(pin_wants_to_know_whom),
        FAKE_TEST(now_wants_a_yes),
        FAKE_TEST(results_have_their_codes),
        FAKE_TEST(the_gravest_result_decides),
        FAKE_TEST(a_kept_orphan_is_no_failure),
        FAKE_TEST(a_failed_candidate_is_named),
        FAKE_TEST(a_write_error_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
