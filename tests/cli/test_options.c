/* The tables of verbs and options, what a command line makes of them, and which setting wins. */
#include "cli/cli_fixture.h"

#include "base/text.h"
#include "cli/configure.h"
#include "cli/help.h"
#include "source/schema.h"

static int parse(struct arena *a, const char *line, const char *const *list, struct options *opt,
                 struct err *err)
{
    struct spec_env env = env_of(list);
    char **argv = arena_alloc(a, MAX_ARGS * sizeof *argv);

    return options_parse(a, words_of(a, line, argv), argv, &env, opt, err);
}

static void tables_are_complete(void **state)
{
    (void)state;
    for (int i = 0; i < OPT__N; i++) {
        assert_non_null(option_defs[i].name);
        assert_non_null(option_defs[i].help);
        for (int k = 0; k < i; k++) {
            assert_string_not_equal(option_defs[i].name, option_defs[k].name);
            assert_true(!option_defs[i].letter || option_defs[i].letter != option_defs[k].letter);
        }
        /* What takes a safety away must be written where it acts, what is said of an order where
         * it is given, and so must be whom and what a pin changes. */
        bool here_only = i == OPT_NOW || i == OPT_HELP || i == OPT_ALLOW_EMPTY || i == OPT_WHY ||
                         i == OPT_TO || i == OPT_ALL || i == OPT_DATABASE || i == OPT_ROLE ||
                         i == OPT_EXPIRES;
        assert_int_equal(option_defs[i].env == NULL, here_only);
    }
    for (size_t i = 0; i < n_cmds; i++) {
        assert_non_null(cmds[i]->run);
        assert_ptr_equal(cmd_find(cmds[i]->name), cmds[i]);
        assert_true(cmds[i]->formats & FORMAT_BIT(FORMAT_TABLE));
    }
}

static void verbs_have_their_aliases(void **state)
{
    (void)state;
    assert_ptr_equal(cmd_find("plan"), &cmd_diff);
    assert_ptr_equal(cmd_find("up"), &cmd_apply);
    assert_ptr_equal(cmd_find("ps"), &cmd_status);
    assert_ptr_equal(cmd_find("ls"), &cmd_status);
    assert_ptr_equal(cmd_find("lint"), &cmd_validate);
    assert_null(cmd_find("dif"));
}

static void options_stand_before_or_after_the_verb(void **state)
{
    struct options opt;
    struct err err;

    assert_int_equal(
        parse(*state, "-f a.yaml -o json diff support -f b.yaml -v night", NULL, &opt, &err), 0);
    assert_ptr_equal(opt.cmd, &cmd_diff);
    assert_int_equal(opt.n_files, 2);
    assert_string_equal(opt.files[1], "b.yaml");
    assert_int_equal(opt.format, FORMAT_JSON);
    assert_true(opt.is_set[OPT_VERBOSE]);
    assert_int_equal(opt.n_args, 2);
    assert_string_equal(opt.args[1], "night");
    assert_int_equal(opt.diff_exit_code, 2);
    assert_int_equal(parse(*state, "apply --wait-timeout=1h30m --prune -- -odd", NULL, &opt, &err),
                     0);
    assert_int_equal(opt.wait_timeout_s, 5400);
    assert_true(opt.is_set[OPT_PRUNE]);
    assert_string_equal(opt.args[0], "-odd");
}

static void wrong_usage_is_explained(void **state)
{
    static const struct {
        const char *line, *says;
    } cases[] = {
        {"", "no verb"},
        {"dif", "did you mean \"diff\"?"},
        {"statsu", "did you mean \"status\"?"},
        {"xyzzyx", "unknown verb \"xyzzyx\""},
        {"diff --colour never", "did you mean \"--color\"?"},
        {"diff --colo=never", "did you mean \"--color\"?"},
        {"apply --no", "unknown option \"--no\"; did you mean \"--now\"?"},
        {"apply --wait 3", "unknown option \"--wait\""},
        {"diff -Z", "unknown option \"-Z\""},
        {"diff -f", "option --file needs FILE|DIR"},
        {"diff --quiet=1", "option --quiet takes no argument"},
        {"diff --wait-timeout 3", "--wait-timeout is no option of \"diff\""},
        {"apply --wait-timeout soon", "not a time such as 30m"},
        {"diff -o jsom", "did you mean \"json\"?"},
        {"diff -o yaml", "not one of table|json|name"},
        {"adopt -o name", "adopt cannot write name, only table, json"},
        {"version extra", "does not know what to do with \"extra\""},
        {"completion", "completion needs bash|zsh|fish"},
        {"diff --diff-exit-code 256", "not a number from 0 to 255"},
        {"diff --diff-exit-code x", "not a number from 0 to 255"},
        {"run --resync 0", "--resync is \"0\", not a time such as 5m"},
        {"run --history-keep 5m", "not a time such as 90d, at least 1h"},
        {"diff --color sometimes", "not one of auto|always|never"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ran ran = run_program(*state, cases[i].line, NULL);
        assert_int_equal(ran.code, 64);
        assert_contains(ran.err, cases[i].says);
        assert_string_equal(ran.out, "");
    }
}

static void environment_fills_what_the_line_left_open(void **state)
{
    static const char *const list[] = {"AVR_RECONCILER_SPECS=a.yaml:b.yaml",
                                       "AVR_RECONCILER_OUTPUT=json",
                                       "AVR_RECONCILER_DIFF_EXIT_CODE=9",
                                       "AVR_RECONCILER_VERBOSE=yes",
                                       "AVR_RECONCILER_QUIET=0",
                                       "AVR_RECONCILER_NOW=1",
                                       "AVR_RECONCILER_PRUNE=true",
                                       NULL};
    static const char *const bad[] = {"AVR_RECONCILER_YES=perhaps", NULL};
    struct options opt;
    struct err err;

    assert_int_equal(parse(*state, "apply", list, &opt, &err), 0);
    assert_int_equal(opt.n_files, 2);
    assert_string_equal(opt.files[1], "b.yaml");
    assert_int_equal(opt.format, FORMAT_JSON);
    assert_int_equal(opt.diff_exit_code, 9);
    assert_true(opt.is_set[OPT_VERBOSE]);
    assert_true(opt.is_set[OPT_PRUNE]);
    assert_false(opt.is_set[OPT_QUIET]);
    assert_false(opt.is_set[OPT_NOW]);

    assert_int_equal(parse(*state, "diff -f c.yaml -o table", list, &opt, &err), 0);
    assert_int_equal(opt.n_files, 1);
    assert_int_equal(opt.format, FORMAT_TABLE);

    /* A switch of another verb in the environment is no wrong usage of this one. */
    assert_int_equal(parse(*state, "schema", list, &opt, &err), 0);
    assert_int_equal(parse(*state, "diff", bad, &opt, &err), -1);
    assert_contains(err.text, "AVR_RECONCILER_YES");
}

static int settle(struct arena *a, const char *line, const char *const *list, struct config *config,
                  struct err *err)
{
    struct spec_env env = env_of(list);
    struct options *opt = arena_alloc(a, sizeof *opt);

    if (parse(a, line, list, opt, err) < 0)
        return -1;
    return configure(a, opt, &env, config, err);
}

static void settings_have_an_order(void **state)
{
    static const char *const list[] = {"DB_DATABASE=/avr/data.db",
                                       "DB_TYPE=sqlite",
                                       "DOCKER_SOCKET_PATH=/avr.sock",
                                       "DOCKER_HOST=tcp://10.0.0.2:2375",
                                       "TENANT=hotel",
                                       "AVR_RECONCILER_TENANT=aurora",
                                       "WEBHOOK_URL=",
                                       "TOOLS_DIR=/tools",
                                       "AVR_RECONCILER_ALLOW_BINDS=/a:/b",
                                       "AVR_RECONCILER_STATE_DIR=/state",
                                       NULL};
    struct config config;
    struct err err;

    assert_int_equal(settle(*state, "diff", list, &config, &err), 0);
    assert_string_equal(config.database, "/avr/data.db");
    assert_string_equal(config.engine.unix_path, "/avr.sock");
    assert_string_equal(config.host.tenant, "aurora");
    assert_null(config.host.webhook_url);
    assert_string_equal(config.state_dir, "/state");
    assert_int_equal(config.n_bind_roots, 3);
    assert_string_equal(config.bind_roots[2], "/tools");

    assert_int_equal(
        settle(*state, "diff -H unix:///mine.sock --state-dir /s", list, &config, &err), 0);
    assert_string_equal(config.engine.unix_path, "/mine.sock");
    assert_string_equal(config.state_dir, "/s");

    static const char *const engine[] = {"DB_DATABASE=x", "AVR_RECONCILER_ENGINE=/ours.sock",
                                         "DOCKER_SOCKET_PATH=/avr.sock", NULL};
    assert_int_equal(settle(*state, "diff", engine, &config, &err), 0);
    assert_string_equal(config.engine.unix_path, "/ours.sock");
}

static void specs_are_looked_up(void **state)
{
    static const char *const none[] = {"HOME=/nowhere", NULL};
    char folder[] = "/tmp/avr-options-XXXXXX", before[4096];
    struct config config;
    struct err err;

    assert_non_null(getcwd(before, sizeof before));
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    if (access("/etc/avr-reconciler/specs", F_OK) != 0) {
        assert_int_equal(settle(*state, "diff", none, &config, &err), -1);
        assert_contains(err.text, "DB_DATABASE");
        assert_contains(err.text, "-f FILE");
    }
    char *specs = arena_printf(*state, "%s/specs", folder);
    FILE *file = fopen(specs, "we");
    assert_non_null(file);
    fclose(file);
    assert_int_equal(settle(*state, "diff", none, &config, &err), 0);
    assert_string_equal(config.spec_paths[0], "specs");
    assert_int_equal(settle(*state, "validate a.yaml -f b.yaml c.yaml", none, &config, &err), 0);
    assert_int_equal(config.n_spec_paths, 3);
    unlink(specs);
    assert_int_equal(chdir(before), 0);
    rmdir(folder);
}

static void a_spec_speaks_after_line_and_environment(void **state)
{
    static const char *const list[] = {"AVR_RECONCILER_LOG_FORMAT=text", NULL};
    const struct service_spec spec = {.control = {.text = "/spec/control.sock"},
                                      .state_dir = {.text = "/spec/state"},
                                      .log_format = {.text = "json"},
                                      .resync_s = {.n = 600, .set = true},
                                      .history_keep_s = {.n = 86400, .set = true},
                                      .webhook_forward = {.text = "http://backend:3001/webhooks"},
                                      .notify = {.text = "https://hooks.example.com/x"}};
    struct options opt;
    struct err err;

    assert_int_equal(parse(*state, "run --state-dir /line", list, &opt, &err), 0);
    assert_int_equal(opt.resync_s, 300);
    assert_int_equal(opt.history_keep_s, (int64_t)90 * 24 * 3600);
    assert_int_equal(options_adopt(*state, &opt, &spec, &err), 0);
    assert_string_equal(opt.value[OPT_STATE_DIR], "/line");
    assert_string_equal(opt.value[OPT_LOG_FORMAT], "text");
    assert_string_equal(opt.value[OPT_CONTROL], "/spec/control.sock");
    assert_string_equal(opt.value[OPT_NOTIFY], "https://hooks.example.com/x");
    assert_string_equal(opt.value[OPT_WEBHOOK_FORWARD], "http://backend:3001/webhooks");
    assert_int_equal(opt.resync_s, 600);
    assert_int_equal(opt.history_keep_s, 86400);
    assert_false(opt.is_set[OPT_CONTROL]); /* what was decided here and what was not */
    assert_true(opt.is_set[OPT_LOG_FORMAT]);

    assert_int_equal(parse(*state, "status", NULL, &opt, &err), 0);
    assert_int_equal(options_adopt(*state, &opt, &spec, &err), 0);
    assert_string_equal(opt.value[OPT_CONTROL], "/spec/control.sock");
    assert_null(opt.value[OPT_NOTIFY]); /* no option of this verb */
}

/* The options of its own, and those of all verbs that make no sense but once for all of them. */
static void a_spec_may_say_whatever_the_service_is_told(void **state)
{
    static const enum opt of_all_verbs[] = {OPT_CONTROL, OPT_STATE_DIR, OPT_ADVERTISE};
    size_t n_keys = 0, n = sizeof of_all_verbs / sizeof *of_all_verbs;

    (void)state;
    for (int k = 0; k < OPT__N; k++) {
        bool is_of_run = !option_defs[k].everywhere && cmd_takes(&cmd_run, (enum opt)k);
        for (size_t i = 0; i < n; i++)
            is_of_run |= (enum opt)k == of_all_verbs[i];
        size_t shift = 0;
        const struct field *key = schema_find(&schema_service, option_defs[k].name, &shift);
        if (is_of_run != (key != NULL))
            fail_msg("--%s: an option of run %d, a key under service: %d", option_defs[k].name,
                     is_of_run, key != NULL);
        n_keys += key != NULL;
    }
    assert_int_equal(n_keys, schema_service.n);
}

static void other_databases_are_refused(void **state)
{
    static const char *const list[] = {"DB_TYPE=mysql", "DB_DATABASE=avr", NULL};
    struct config config;
    struct err err;

    assert_int_equal(settle(*state, "diff", list, &config, &err), -1);
    assert_contains(err.text, "only AVR's sqlite database can be read");
    assert_int_equal(run_program(*state, "diff", list).code, 64);
}

static void help_names_everything(void **state)
{
    struct ran all = run_program(*state, "--help", NULL);

    assert_int_equal(all.code, 0);
    assert_string_equal(all.out, run_program(*state, "help", NULL).out);
    for (size_t i = 0; i < n_cmds; i++) {
        assert_contains(all.out, cmds[i]->summary);
        struct ran one = run_program(*state, arena_printf(*state, "help %s", cmds[i]->name), NULL);
        assert_contains(one.out, cmds[i]->summary);
        struct ran same =
            run_program(*state, arena_printf(*state, "%s --help", cmds[i]->name), NULL);
        if (cmds[i] != &cmd_help)
            assert_string_equal(one.out, same.out);
        for (int k = 0; k < OPT__N; k++)
            if (cmd_takes(cmds[i], (enum opt)k))
                assert_contains(one.out, arena_printf(*state, "--%s", option_defs[k].name));
    }
    assert_int_equal(run_program(*state, "help aply", NULL).code, 64);
}

static void completion_names_everything(void **state)
{
    static const char *const shells[] = {"bash", "zsh", "fish"};

    for (int s = 0; s < 3; s++) {
        const char *script = completion_script(*state, shells[s]);
        for (size_t i = 0; i < n_cmds; i++)
            assert_contains(script, cmds[i]->name);
        for (int i = 0; i < OPT__N; i++)
            assert_contains(script, option_defs[i].name);
        if (system(arena_printf(*state, "command -v %s >/dev/null", shells[s])) != 0) {
            print_message("SKIPPED: %s is not installed\n", shells[s]);
            continue;
        }
        FILE *shell = popen(arena_printf(*state, "%s -n", shells[s]), "w");
        assert_non_null(shell);
        fputs(script, shell);
        assert_int_equal(pclose(shell), 0);
    }
    assert_int_equal(run_program(*state, "completion tcsh", NULL).code, 64);
}

static void bash_completion_completes(void **state)
{
    char answer[256] = "";
    FILE *file = fopen("avr-completion.bash", "we");

    assert_non_null(file);
    fputs(completion_script(*state, "bash"), file);
    fclose(file);
    FILE *shell = popen("bash -c 'source ./avr-completion.bash; "
                        "COMP_WORDS=(avr-reconciler val); COMP_CWORD=1; _avr_reconciler; "
                        "echo \"${COMPREPLY[*]}\"; "
                        "COMP_WORDS=(avr-reconciler apply --pr); COMP_CWORD=2; _avr_reconciler; "
                        "echo \"${COMPREPLY[*]}\"; "
                        "COMP_WORDS=(avr-reconciler diff -o j); COMP_CWORD=3; _avr_reconciler; "
                        "echo \"${COMPREPLY[*]}\"'",
                        "r");
    assert_non_null(shell);
    size_t n = fread(answer, 1, sizeof answer - 1, shell);
    answer[n] = '\0';
    pclose(shell);
    unlink("avr-completion.bash");
    assert_string_equal(answer, "validate\n--progress --prune\njson\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tables_are_complete),
        TEST(verbs_have_their_aliases),
        TEST(options_stand_before_or_after_the_verb),
        TEST(wrong_usage_is_explained),
        TEST(environment_fills_what_the_line_left_open),
        TEST(settings_have_an_order),
        TEST(specs_are_looked_up),
        TEST(a_spec_speaks_after_line_and_environment),
        TEST(a_spec_may_say_whatever_the_service_is_told),
        TEST(other_databases_are_refused),
        TEST(help_names_everything),
        TEST(completion_names_everything),
        TEST(bash_completion_completes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
