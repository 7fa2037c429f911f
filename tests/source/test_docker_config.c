/* Logins in Docker's config.json: whose they are, and what is wrong with one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "source/docker_config.h"

#define ANN "YW5uOnNlOmNyZXQ=" /* ann:se:cret */
#define BOB "Ym9iOmJvYnM="     /* bob:bobs */

static char dir[] = "/tmp/avr-test-docker-XXXXXX";
static char path[128];

static void put_file(const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

/* "user:password", "token:…", "helper NAME for SERVER", "-" for no login, or the error. */
static const char *login(struct arena *a, const char *registry)
{
    struct docker_login l;
    struct err err;

    if (docker_config_login(a, path, registry, &l, &err) < 0)
        return arena_strdup(a, err.text);
    if (l.helper)
        return arena_printf(a, "helper %s for %s", l.helper, l.server);
    if (l.identity_token)
        return arena_printf(a, "token:%s", l.identity_token);
    return l.username ? arena_printf(a, "%s:%s for %s", l.username, l.password, l.server) : "-";
}

static void finds_the_login_of_a_registry(void **state)
{
    static const struct {
        const char *file, *registry, *want;
    } cases[] = {
        {"{}", "r.example", "-"},
        {"{\"auths\":{}}", "r.example", "-"},
        {"{\"auths\":{\"r.example\":{}}}", "r.example", "-"},
        {"{\"auths\":{\"r.example\":{\"auth\":\"\"}}}", "r.example", "-"},
        {"{\"auths\":{\"r.example\":{\"auth\":\"" ANN "\"}}}", "r.example",
         "ann:se:cret for r.example"},
        {"{\"auths\":{\"r.example\":{\"auth\":\"" ANN "\"}}}", "r.example:5000", "-"},
        {"{\"auths\":{\"r.example\":{\"auth\":\"" ANN "\"}}}", "docker.io", "-"},
        {"{\"auths\":{\"https://r.example/v2/\":{\"auth\":\"" ANN "\"}}}", "r.example",
         "ann:se:cret for r.example"},
        {"{\"auths\":{\"http://r.example\":{\"auth\":\"" BOB "\"},\"r.example\":{\"auth\":\"" ANN
         "\"}}}",
         "r.example", "ann:se:cret for r.example"},
        {"{\"auths\":{\"r.example\":{\"username\":\"ann\",\"password\":\"x\"}}}", "r.example",
         "ann:x for r.example"},
        {"{\"auths\":{\"r.example\":{\"auth\":\"" ANN "\",\"identitytoken\":\"tok\"}}}",
         "r.example", "token:tok"},
        {"{\"auths\":{\"https://index.docker.io/v1/\":{\"auth\":\"" ANN "\"}}}", "docker.io",
         "ann:se:cret for https://index.docker.io/v1/"},
        {"{\"auths\":{\"docker.io\":{\"auth\":\"" ANN "\"}}}", "docker.io",
         "ann:se:cret for https://index.docker.io/v1/"},
        {"{\"credsStore\":\"pass\"}", "r.example", "helper pass for r.example"},
        {"{\"credsStore\":\"pass\"}", "docker.io", "helper pass for https://index.docker.io/v1/"},
        {"{\"credsStore\":\"\",\"auths\":{\"r.example\":{\"auth\":\"" ANN "\"}}}", "r.example",
         "ann:se:cret for r.example"},
        {"{\"credsStore\":\"pass\",\"credHelpers\":{\"r.example\":\"ecr-login\"}}", "r.example",
         "helper ecr-login for r.example"},
        {"{\"credsStore\":\"pass\",\"credHelpers\":{\"r.example\":\"ecr-login\"}}", "s.example",
         "helper pass for s.example"},
        {"{\"credHelpers\":{\"r.example\":\"ecr-login\"},\"auths\":{\"s.example\":{\"auth\":\"" ANN
         "\"}}}",
         "s.example", "ann:se:cret for s.example"},
        {"{\"credsStore\":\"pass\",\"auths\":{\"r.example\":{\"auth\":\"" ANN "\"}}}", "r.example",
         "helper pass for r.example"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CLEANUP_ARENA struct arena *a = arena_new();
        put_file(cases[i].file);
        assert_string_equal(login(a, cases[i].registry), cases[i].want);
    }
}

static void says_what_is_wrong_and_where(void **state)
{
    static const struct {
        const char *file, *want;
    } cases[] = {
        {"{", "not valid JSON at byte 1 of 1"},
        {"[]", "is not a JSON object"},
        {"{\"auths\":{\"x\":{\"auth\":\"!\"}}}", "auths.\"x\".auth is not base64"},
        {"{\"auths\":{\"x\":{\"auth\":\"YW5u\"}}}",
         "auths.\"x\".auth is not user:password in base64"},
        {"{\"auths\":{\"x\":{\"auth\":\"OmFubg==\"}}}",
         "auths.\"x\".auth is not user:password in base64"},
        {"{\"auths\":{\"x\":{\"auth\":\"YTpiAGM=\"}}}",
         "auths.\"x\".auth is not user:password in base64"},
        {"{\"auths\":{\"x\":{\"auth\":7}}}", "auths.\"x\".auth is not a text"},
        {"{\"auths\":{\"x\":7}}", "auths.\"x\" is not a mapping"},
        {"{\"auths\":{\"http://x/\\u001b[1m\":7}}", "auths.\"http://x/\\x1b[1m\" is not a mapping"},
        {"{\"credsStore\":7}", "credsStore is not the name of a credential helper"},
        {"{\"credsStore\":\"../sh\"}", "credsStore is not the name of a credential helper"},
        {"{\"credHelpers\":{\"x\":\"a b\"}}",
         "credHelpers.\"x\" is not the name of a credential helper"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CLEANUP_ARENA struct arena *a = arena_new();
        put_file(cases[i].file);
        assert_string_equal(login(a, "x"), arena_printf(a, "%s: %s", path, cases[i].want));
    }
}

static void what_is_wrong_with_another_does_not_matter(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();

    (void)state;
    put_file("{\"auths\":{\"x\":{\"auth\":\"!\"},\"y\":{\"auth\":\"" ANN "\"}},"
             "\"credHelpers\":{\"x\":7}}");
    assert_string_equal(login(a, "y"), "ann:se:cret for y");
}

static void no_file_is_no_login(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct docker_login l;
    struct err err;

    (void)state;
    unlink(path);
    assert_string_equal(login(a, "x"), "-");
    assert_int_equal(docker_config_login(a, dir, "x", &l, &err), -1);
    assert_string_equal(err.text, arena_printf(a, "%s: is a folder, not a file", dir));
}

static void understands_a_helper_s_answer(void **state)
{
    static const struct {
        const char *answer, *user, *password, *token, *wrong;
    } cases[] = {
        {"{\"ServerURL\":\"x\",\"Username\":\"ann\",\"Secret\":\"s\"}\n", "ann", "s", NULL, NULL},
        {"{\"ServerURL\":\"x\",\"Username\":\"<token>\",\"Secret\":\"s\"}", NULL, NULL, "s", NULL},
        {"{\"ServerURL\":\"x\",\"Username\":\"\",\"Secret\":\"\"}", NULL, NULL, NULL, NULL},
        {"credentials not found in native keychain\n", NULL, NULL, NULL, NULL},
        {"", NULL, NULL, NULL, "its answer is no login"},
        {"{\"Username\":\"ann\"}", NULL, NULL, NULL, "its answer is no login"},
        {"[\"ann\"]", NULL, NULL, NULL, "its answer is no login"},
        {"my secret is s", NULL, NULL, NULL, "its answer is no login"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CLEANUP_ARENA struct arena *a = arena_new();
        struct docker_login l = {.server = "x"};
        struct err err;
        int result = docker_helper_login(a, cases[i].answer, &l, &err);
        assert_int_equal(result, cases[i].wrong ? -1 : 0);
        if (cases[i].wrong)
            assert_string_equal(err.text, cases[i].wrong);
        assert_true(text_is(l.username, cases[i].user));
        assert_true(text_is(l.password, cases[i].password));
        assert_true(text_is(l.identity_token, cases[i].token));
    }
}

static int make_dir(void **state)
{
    (void)state;
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof path, "%s/config.json", dir);
    return 0;
}

static int remove_dir(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_login_of_a_registry),
        cmocka_unit_test(says_what_is_wrong_and_where),
        cmocka_unit_test(what_is_wrong_with_another_does_not_matter),
        cmocka_unit_test(no_file_is_no_login),
        cmocka_unit_test(understands_a_helper_s_answer),
    };

    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
