/* Logins as they reach the engine: from Docker's file, and from credential helpers that are honest,
 * slow, talkative or not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ev.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/text.h"
#include "control/credentials.h"
#include "control/helper.h"

#define ANN_JSON "{\"username\":\"ann\",\"password\":\"s3c\",\"serveraddress\":\"r.example:5000\"}"

static char dir[] = "/tmp/avr-test-credentials-XXXXXX";
static char config_file[128], helper_file[128], count_file[128];

static struct arena *arena; /* of a test */
static struct ev_loop *loop;
static struct credentials *credentials;

/* --- a world --------------------------------------------------------------------------------- */

static void put_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

/* docker-credential-test; each run of it leaves a line in a file. */
static void put_helper(const char *script)
{
    put_file(helper_file,
             arena_printf(arena, "#!/bin/sh\necho \"$1\" >>%s\n%s\n", count_file, script));
    assert_int_equal(chmod(helper_file, 0700), 0);
    put_file(config_file, "{\"credsStore\":\"test\"}");
}

static unsigned helper_runs(void)
{
    FILE *f = fopen(count_file, "r");
    unsigned n = 0;

    for (int c; f && (c = fgetc(f)) != EOF;)
        n += c == '\n';
    if (f)
        fclose(f);
    return n;
}

struct told {
    unsigned times;
    const char *auth; /* what the engine reads in it; NULL: no login */
    const char *wrong;
};

static void on_told(void *ctx, const char *auth, const struct err *err)
{
    struct told *t = ctx;
    size_t len;

    t->times++;
    if (auth) {
        char *plain = arena_strdup(arena, auth);
        for (char *c = plain; *c; c++)
            *c = *c == '-' ? '+' : *c == '_' ? '/' : *c;
        t->auth = base64_decode(arena, plain, &len);
        assert_non_null(t->auth);
    }
    t->wrong = err ? arena_strdup(arena, err->text) : NULL;
    ev_break(loop, EVBREAK_ONE);
}

static struct told ask(const char *ref)
{
    struct told told = {0};

    credentials_ask(credentials, ref, on_told, &told);
    assert_int_equal(told.times, 0); /* never from within */
    while (!told.times)
        ev_run(loop, 0);
    assert_int_equal(told.times, 1);
    return told;
}

static void expect_no_child(void)
{
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

/* --- tests ----------------------------------------------------------------------------------- */

static void a_login_of_the_file(void **state)
{
    (void)state;
    put_file(config_file, "{\"auths\":{\"r.example:5000\":{\"auth\":\"YW5uOnMzYw==\"}}}");
    assert_string_equal(ask("r.example:5000/a/b:1").auth, ANN_JSON);
    assert_null(ask("r.example/a:1").auth);
    assert_null(ask("a:1").auth);
    put_file(config_file, "{}"); /* docker logout */
    assert_null(ask("r.example:5000/a/b:1").auth);
}

static void a_token_goes_alone(void **state)
{
    (void)state;
    put_file(config_file,
             "{\"auths\":{\"https://index.docker.io/v1/\":{\"identitytoken\":\"t\"}}}");
    assert_string_equal(
        ask("a:1").auth,
        "{\"identitytoken\":\"t\",\"serveraddress\":\"https://index.docker.io/v1/\"}");
}

static void a_broken_file_is_told_and_is_no_login(void **state)
{
    (void)state;
    put_file(config_file, "{\"auths\":{\"docker.io\":{\"auth\":\"!\"}}}");
    assert_null(credentials_problem(credentials));
    struct told told = ask("a:1");
    assert_null(told.auth);
    assert_true(text_ends(told.wrong, "/config.json: auths.\"docker.io\".auth is not base64"));
    assert_string_equal(credentials_problem(credentials), told.wrong);
    put_file(config_file, "{}");
    ask("a:1");
    assert_null(credentials_problem(credentials));
}

/* It gets the registry, in one word and on its stdin, and is asked once for many. */
static void a_helper_is_asked_once(void **state)
{
    struct told told[3] = {0};

    (void)state;
    put_helper("read -r server; printf "
               "'{\"ServerURL\":\"%s\",\"Username\":\"ann\",\"Secret\":\"s3c\"}' \"$server\"");
    for (int i = 0; i < 3; i++)
        credentials_ask(credentials, "r.example:5000/a:1", on_told, &told[i]);
    while (!told[0].times || !told[1].times || !told[2].times)
        ev_run(loop, 0);
    for (int i = 0; i < 3; i++)
        assert_string_equal(told[i].auth, ANN_JSON);
    assert_string_equal(ask("r.example:5000/b:2").auth, ANN_JSON);
    assert_int_equal(helper_runs(), 1);
    expect_no_child();
}

static void a_refused_login_is_asked_for_anew(void **state)
{
    struct err err;

    (void)state;
    put_helper("echo '{\"Username\":\"ann\",\"Secret\":\"s3c\"}'");
    ask("r.example:5000/a:1");
    err_set(&err, ERR_DENIED, "pull: 500 unauthorized");
    credentials_refused(credentials, "r.example:5000/a:1", true, &err);
    assert_string_equal(err.text, arena_printf(arena,
                                               "r.example:5000 refuses the login that %s has for "
                                               "it: pull: 500 unauthorized",
                                               config_file));
    ask("r.example:5000/a:1");
    assert_int_equal(helper_runs(), 2);
}

static void a_helper_without_a_login(void **state)
{
    struct err err;

    (void)state;
    put_helper("echo 'credentials not found in native keychain'; exit 1");
    struct told told = ask("r.example/a:1");
    assert_null(told.auth);
    assert_null(told.wrong);
    err_set(&err, ERR_DENIED, "pull: 500 unauthorized");
    credentials_refused(credentials, "r.example/a:1", false, &err);
    assert_string_equal(err.text, arena_printf(arena,
                                               "r.example wants a login and %s has none for it: "
                                               "pull: 500 unauthorized",
                                               config_file));
}

static void what_a_helper_can_do_wrong(void **state)
{
    static const struct {
        const char *script, *want;
    } cases[] = {
        {"echo 'the secret is s3c'", "its answer is no login"},
        {"exit 7", "its answer is no login"},
        {"kill -9 $$", "its answer is no login"},
        {"head -c 70000 /dev/zero | tr '\\0' x; sleep 60", "its answer is longer than 64 KiB"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct err err;
        put_helper(cases[i].script);
        const char *ref = arena_printf(arena, "r%zu.example/a:1", i);
        struct told told = ask(ref);
        assert_null(told.auth);
        assert_string_equal(told.wrong, arena_printf(arena,
                                                     "docker-credential-test, asked for "
                                                     "r%zu.example: %s",
                                                     i, cases[i].want));
        unsigned runs = helper_runs();
        ask(ref); /* not at once again */
        assert_int_equal(helper_runs(), runs);
        err_set(&err, ERR_DENIED, "pull: 500 unauthorized");
        credentials_refused(credentials, ref, false, &err);
        assert_true(text_starts(err.text, arena_printf(arena, "no login for r%zu.example (", i)));
        expect_no_child();
    }
}

static void a_helper_that_is_not_there(void **state)
{
    (void)state;
    put_file(config_file, "{\"credsStore\":\"nobody\"}");
    assert_string_equal(ask("r.example/a:1").wrong,
                        "docker-credential-nobody, asked for r.example: no such program");
}

/* Neither a program that never ends nor one that left somebody behind holds anybody up for long. */
static void a_helper_that_takes_its_time(void **state)
{
    (void)state;
    put_helper("sleep 60");
    assert_string_equal(ask("r.example/a:1").wrong,
                        "docker-credential-test, asked for r.example: no answer within 5 s");
    expect_no_child();
    put_helper("sleep 60 & echo '{\"Username\":\"ann\",\"Secret\":\"s3c\"}'");
    assert_string_equal(ask("r.example:5000/a:1").auth, ANN_JSON);
    expect_no_child();
}

static void who_does_not_wait_any_more_is_not_told(void **state)
{
    struct told told = {0}, other = {0};

    (void)state;
    put_helper("sleep 60");
    struct credentials_wait *wait = credentials_ask(credentials, "r.example/a:1", on_told, &told);
    credentials_cancel(wait);
    put_file(config_file, "{}");
    wait = credentials_ask(credentials, "s.example/a:1", on_told, &told);
    credentials_ask(credentials, "s.example/a:1", on_told, &other);
    credentials_cancel(wait);
    while (!other.times)
        ev_run(loop, 0);
    assert_int_equal(told.times, 0);
    credentials_free(credentials); /* ends the program */
    credentials = credentials_new(loop, config_file);
    expect_no_child();
}

/* As process 1 somebody else may be the first to wait for the child. */
static void on_child(struct ev_loop *l, struct ev_signal *signal, int events)
{
    (void)l, (void)signal, (void)events;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        continue;
}

static void somebody_else_may_wait_for_the_child(void **state)
{
    struct ev_signal signal;

    (void)state;
    ev_signal_init(&signal, on_child, SIGCHLD);
    ev_set_priority(&signal, EV_MAXPRI);
    ev_signal_start(loop, &signal);
    put_helper("echo '{\"Username\":\"ann\",\"Secret\":\"s3c\"}'");
    assert_string_equal(ask("r.example:5000/a:1").auth, ANN_JSON);
    ev_signal_stop(loop, &signal);
    expect_no_child();
}

/* --- the frame ------------------------------------------------------------------------------- */

static int begin(void **state)
{
    (void)state;
    arena = arena_new();
    loop = ev_loop_new(EVFLAG_AUTO);
    credentials = credentials_new(loop, config_file);
    return 0;
}

static int end(void **state)
{
    (void)state;
    credentials_free(credentials);
    ev_loop_destroy(loop);
    arena_free(arena);
    unlink(config_file);
    unlink(helper_file);
    unlink(count_file);
    return 0;
}

static int make_dir(void **state)
{
    char path[1024];

    (void)state;
    if (!mkdtemp(dir))
        return -1;
    snprintf(config_file, sizeof config_file, "%s/config.json", dir);
    snprintf(helper_file, sizeof helper_file, "%s/docker-credential-test", dir);
    snprintf(count_file, sizeof count_file, "%s/runs", dir);
    snprintf(path, sizeof path, "%s:/usr/bin:/bin", dir);
    return setenv("PATH", path, 1);
}

static int remove_dir(void **state)
{
    (void)state;
    return rmdir(dir);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_login_of_the_file),
        TEST(a_token_goes_alone),
        TEST(a_broken_file_is_told_and_is_no_login),
        TEST(a_helper_is_asked_once),
        TEST(a_refused_login_is_asked_for_anew),
        TEST(a_helper_without_a_login),
        TEST(what_a_helper_can_do_wrong),
        TEST(a_helper_that_is_not_there),
        TEST(a_helper_that_takes_its_time),
        TEST(who_does_not_wait_any_more_is_not_told),
        TEST(somebody_else_may_wait_for_the_child),
    };

    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
