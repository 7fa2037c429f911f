/* Command lines that a running service carries out, against a service that is played. */
#include "cli/cli_fixture.h"
#include "link/fake_service.h"

#include <fcntl.h>

#include "base/text.h"
#include "cli/configure.h"
#include "cli/progress.h"
#include "cli/remote.h"

#define HELLO "{\"hello\":1}\n"

struct stage {
    struct arena *arena;
    char folder[64];
    const char *path;
    const char *env[4];
};

static int stage_setup(void **state)
{
    struct arena *a = arena_new();
    struct stage *s = arena_alloc(a, sizeof *s);

    s->arena = a;
    strcpy(s->folder, "/tmp/avr-remote-XXXXXX");
    assert_non_null(mkdtemp(s->folder));
    s->path = arena_printf(a, "%s/control.sock", s->folder);
    s->env[0] = arena_printf(a, "AVR_RECONCILER_CONTROL=%s", s->path);
    *state = s;
    return 0;
}

static int stage_teardown(void **state)
{
    struct stage *s = *state;

    unlink(s->path);
    rmdir(s->folder);
    arena_free(s->arena);
    return 0;
}

#define STAGE_TEST(f) cmocka_unit_test_setup_teardown(f, stage_setup, stage_teardown)

static struct ran run(struct stage *s, const char *line, const struct fake_service *f)
{
    pid_t service = fake_start(s->path, f);
    struct ran ran = run_program(s->arena, line, s->env);

    fake_stop(service);
    return ran;
}

static void health_is_one_line_and_zero_or_one(void **state)
{
    const struct fake_service good = {.first = HELLO,
                                      .waits = true,
                                      .needs = "\"verb\":\"health\"",
                                      .then = "{\"out\":\"healthy\\n\"}\n{\"exit\":0}\n"},
                              bad = {.first = HELLO,
                                     .waits = true,
                                     .then = "{\"out\":\"no engine for 3m\\n\"}\n{\"exit\":6}\n"},
                              dies = {.first = HELLO, .waits = true};
    struct ran ran = run(*state, "health", &good);

    assert_int_equal(ran.code, 0);
    assert_string_equal(ran.out, "healthy\n");
    assert_string_equal(ran.err, "");
    ran = run(*state, "health", &bad);
    assert_int_equal(ran.code, 1);
    assert_string_equal(ran.out, "no engine for 3m\n");
    ran = run(*state, "health", &dies);
    assert_int_equal(ran.code, 1);
    assert_contains(ran.err, "before it was done");
    /* Nobody there: a socket without a service, then no socket. */
    ran = run_program(((struct stage *)*state)->arena, "health", ((struct stage *)*state)->env);
    assert_int_equal(ran.code, 1);
    assert_contains(ran.err, "error: no service runs here");
    ran = run_program(((struct stage *)*state)->arena, "health --control /nowhere/at/all", NULL);
    assert_int_equal(ran.code, 1);
    assert_contains(ran.err, "/nowhere/at/all");
    assert_string_equal(strchr(ran.err, '\n'), "\n");
}

static const char *write_file(struct stage *s, const char *text)
{
    const char *path = arena_printf(s->arena, "%s/spec.yaml", s->folder);
    FILE *f = fopen(path, "we");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    return arena_printf(s->arena, "AVR_RECONCILER_SPECS=%s", path);
}

/* What is wrong elsewhere in a spec does not hide where the service is, and what is wrong there
 * stops those who have nothing else to go by. */
static void a_spec_says_where_the_service_is(void **state)
{
    const struct fake_service good = {.first = HELLO,
                                      .waits = true,
                                      .needs = "\"verb\":\"health\"",
                                      .then = "{\"out\":\"healthy\\n\"}\n{\"exit\":0}\n"};
    struct stage *s = *state;

    s->env[0] = write_file(s, "agents: {desk: {stsx: {}}}\nservice: {control: ./control.sock}\n");
    struct ran ran = run(s, "health", &good);
    assert_int_equal(ran.code, 0);
    assert_string_equal(ran.out, "healthy\n");
    assert_int_equal(run(s, "health --control /nowhere/at/all", &good).code, 1);

    write_file(s, "service: {state-dir: [], contrl: x}\n");
    ran = run_program(s->arena, "history", s->env);
    assert_int_equal(ran.code, 3);
    assert_contains(ran.err, "spec.yaml:1:");
    assert_contains(ran.err, "did you mean \"control\"?");
    ran = run_program(s->arena, "run", s->env);
    assert_int_equal(ran.code, 3);
    assert_contains(ran.err, "state-dir in service must be a text, not a list");
    unlink(arena_printf(s->arena, "%s/spec.yaml", s->folder));
}

/* A command line as far as cli_main() takes it, with streams in memory. */
struct line {
    struct cli cli;
    struct options opt;
    struct spec_env env;
    char *argv[MAX_ARGS];
    char *out, *err;
    size_t n_out, n_err;
};

static struct line *line_open(struct stage *s, const char *words)
{
    struct line *l = arena_alloc(s->arena, sizeof *l);
    struct err err;

    l->env = env_of(s->env);
    assert_int_equal(options_parse(s->arena, words_of(s->arena, words, l->argv), l->argv, &l->env,
                                   &l->opt, &err),
                     0);
    l->cli = (struct cli){.arena = s->arena,
                          .opt = &l->opt,
                          .env = &l->env,
                          .out = open_memstream(&l->out, &l->n_out),
                          .err = open_memstream(&l->err, &l->n_err),
                          .width = 100};
    return l;
}

static void line_close(struct line *l)
{
    fclose(l->cli.out);
    fclose(l->cli.err);
    free(l->out);
    free(l->err);
}

static void a_service_is_there_or_not(void **state)
{
    const struct fake_service refuses = {.first = "{\"err\":\"busy\"}\n{\"exit\":1}\n"},
                              answers = {.first = HELLO};
    struct stage *s = *state;
    struct line *l = line_open(s, "status");

    assert_false(service_is_there(&l->cli));
    pid_t service = fake_start(s->path, &answers);
    assert_true(service_is_there(&l->cli));
    fake_stop(service);
    assert_false(service_is_there(&l->cli)); /* what it left does not count */
    service = fake_start(s->path, &refuses);
    assert_true(service_is_there(&l->cli));
    assert_int_equal(ask_service(&l->cli, NULL, NULL), 1);
    fflush(l->cli.err);
    assert_string_equal(
        l->err, arena_printf(s->arena, "error: the service at %s refuses: busy\n", s->path));
    fake_stop(service);
    line_close(l);
}

static void the_command_line_is_sent_as_it_was_given(void **state)
{
    struct stage *s = *state;
    char here[4096];
    struct line *l =
        line_open(s, "up sales support --prune --wait-timeout 30m -f . -f no.yaml -v -o json -q");
    assert_non_null(getcwd(here, sizeof here));
    const struct fake_service f = {
        .first = HELLO,
        .waits = true,
        .needs = arena_printf(
            s->arena,
            "{\"v\":1,\"verb\":\"apply\",\"args\":[\"sales\",\"support\"],\"options\":{\"file\":"
            "[\"%s\",\"no.yaml\"],\"quiet\":true,\"wait-timeout\":\"30m\",\"prune\":true},"
            "\"format\":\"json\",\"color\":false,\"width\":100,\"verbose\":true}\n",
            here),
        .then = "{\"out\":\"{}\\n\"}\n{\"err\":\"note\\n\"}\n{\"exit\":5}\n"};
    pid_t service = fake_start(s->path, &f);

    assert_int_equal(ask_service(&l->cli, NULL, NULL), 5);
    fflush(l->cli.out);
    fflush(l->cli.err);
    assert_string_equal(l->out, "{}\n");
    assert_string_equal(l->err, "note\n");
    fake_stop(service);
    line_close(l);
}

static void an_order_says_who_gives_it(void **state)
{
    const struct fake_service f = {.first = HELLO,
                                   .waits = true,
                                   .needs = "\"options\":{\"why\":\"vendor\",\"who\":\"",
                                   .then = "{\"err\":\"sales is paused\\n\"}\n{\"exit\":0}\n"};
    struct ran ran = run(*state, "pause sales --why vendor", &f);

    assert_int_equal(ran.code, 0);
    assert_string_equal(ran.err, "sales is paused\n");
}

static void progress_and_results_arrive(void **state)
{
    const struct fake_service f = {
        .first = HELLO,
        .waits = true,
        .then = "{\"event\":{\"event\":\"step\",\"agent\":\"support\",\"agent_id\":\"7d1c\","
                "\"state\":\"done\",\"elapsed_ms\":4,\"role\":\"sts\",\"step\":\"rename\","
                "\"gate\":\"none\",\"box\":\"avrd-next-019a2b3c4d5e\",\"name\":"
                "\"avrd-failed-019a2b3c4d5e\"}}\n"
                "{\"event\":{\"event\":\"of another day\"}}\n"
                "{\"event\":{\"event\":\"done\",\"agents\":[{\"agent\":\"support\",\"agent_id\":"
                "\"7d1c\",\"result\":\"failed\",\"text\":\"deaf\",\"changes\":3,\"orphan\":"
                "false}]}}\n{\"exit\":4}\n"};
    struct stage *s = *state;
    struct line *l = line_open(s, "apply");
    struct progress *progress = progress_for(&l->cli);
    struct outcome outcome;
    pid_t service = fake_start(s->path, &f);

    assert_int_equal(ask_service(&l->cli, progress, &outcome), 4);
    fake_stop(service);
    assert_int_equal(outcome.n_agents, 1);
    assert_string_equal(outcome.agents[0].agent->name, "support");
    assert_string_equal(outcome.agents[0].text, "deaf");
    assert_int_equal(outcome.agents[0].result, RESULT_FAILED);
    assert_string_equal(progress_failed_box(progress, "7d1c"), "avrd-failed-019a2b3c4d5e");
    fflush(l->cli.err);
    assert_contains(l->err, "kept the failed candidate as avrd-failed-019a2b3c4d5e");
    line_close(l);
}

static void leaving_ends_the_watching_alone(void **state)
{
    const struct fake_service f = {.first = HELLO, .waits = true, .kills = SIGINT, .end = STAYS};
    struct stage *s = *state;
    struct line *l = line_open(s, "apply");
    struct outcome outcome = {.n_agents = 7};
    pid_t service = fake_start(s->path, &f);

    assert_int_equal(ask_service(&l->cli, NULL, &outcome), 130);
    fake_stop(service);
    assert_int_equal(outcome.n_agents, 0);
    fflush(l->cli.err);
    assert_contains(l->err, "what the service has begun goes on");
    line_close(l);
}

static void a_closed_output_is_not_written_to_for_ever(void **state)
{
    const struct fake_service f = {
        .first = HELLO, .waits = true, .then = "{\"out\":\"line\\n\"}\n", .end = STAYS};
    struct stage *s = *state;
    struct line *l = line_open(s, "status");
    FILE *memory = l->cli.out;
    pid_t service = fake_start(s->path, &f);

    l->cli.out = fopen("/dev/full", "we");
    assert_non_null(l->cli.out);
    assert_int_equal(ask_service(&l->cli, NULL, NULL), 1);
    fake_stop(service);
    fclose(l->cli.out);
    l->cli.out = memory;
    line_close(l);
}

static const char *path_for(struct arena *a, const char *words, const char *const *list)
{
    struct options *opt = arena_alloc(a, sizeof *opt);
    struct spec_env env = env_of(list);
    char **argv = arena_alloc(a, MAX_ARGS * sizeof *argv);
    struct err err;

    assert_int_equal(options_parse(a, words_of(a, words, argv), argv, &env, opt, &err), 0);
    return control_path(a, opt, &env);
}

static void the_socket_has_its_usual_place(void **state)
{
    static const char *const both[] = {"XDG_RUNTIME_DIR=/run/user/7",
                                       "AVR_RECONCILER_CONTROL=/c.sock", NULL},
                             *const user[] = {"XDG_RUNTIME_DIR=/run/user/7", NULL};
    struct arena *a = ((struct stage *)*state)->arena;
    int status;

    assert_string_equal(path_for(a, "status --control /x.sock", both), "/x.sock");
    assert_string_equal(path_for(a, "status", both), "/c.sock");
    if (geteuid() != 0 || access("/run/avr-reconciler/control.sock", F_OK) == 0)
        return;
    assert_string_equal(path_for(a, "status", user), "/run/avr-reconciler/control.sock");
    pid_t child = fork();
    if (child == 0) {
        if (setuid(65534) < 0)
            _exit(1);
        _exit(text_is(path_for(a, "status", user), "/run/user/7/avr-reconciler/control.sock") &&
                      text_is(path_for(a, "status", NULL), "/run/avr-reconciler/control.sock")
                  ? 0
                  : 2);
    }
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(health_is_one_line_and_zero_or_one),
        STAGE_TEST(a_spec_says_where_the_service_is),
        STAGE_TEST(a_service_is_there_or_not),
        STAGE_TEST(the_command_line_is_sent_as_it_was_given),
        STAGE_TEST(an_order_says_who_gives_it),
        STAGE_TEST(progress_and_results_arrive),
        STAGE_TEST(leaving_ends_the_watching_alone),
        STAGE_TEST(a_closed_output_is_not_written_to_for_ever),
        STAGE_TEST(the_socket_has_its_usual_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
