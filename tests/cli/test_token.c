/* Goal: `token` prints what the service will believe, and nothing that it would not. */
#include "cli/cli_fixture.h"

#include "base/clock.h"
#include "base/text.h"
#include "control/state.h"
#include "face/token.h"

static char dir[] = "/tmp/avr-test-token-XXXXXX";

static struct ran run(struct arena *a, const char *options)
{
    static const char *const none[] = {NULL};

    return run_program(a, arena_printf(a, "token --state-dir %s %s", dir, options), none);
}

static enum face_access believed(struct arena *a, const char *out, int64_t in_s)
{
    enum face_access access = ACCESS_ANYONE;
    struct digest_key key;
    struct err err;

    assert_true(state_key(dir, &key));
    assert_true(text_ends(out, "\n"));
    return token_verify(a, &key, arena_strndup(a, out, strlen(out) - 1), wall_ms() / 1000 + in_s,
                        &access, &err) == 0
               ? access
               : ACCESS_ANYONE;
}

static void a_token_is_believed_until_it_expires(void **state)
{
    enum { DAY = 24 * 3600 };
    struct arena *a CLEANUP_ARENA = arena_new();
    struct ran ran = run(a, "");

    (void)state;
    assert_int_equal(ran.code, EXIT_CODE_OK);
    assert_int_equal(believed(a, ran.out, 0), ACCESS_VIEWER);
    assert_int_equal(believed(a, ran.out, 90 * DAY - 60), ACCESS_VIEWER);
    assert_int_equal(believed(a, ran.out, 90 * DAY + 60), ACCESS_ANYONE);
    ran = run(a, "--role admin --expires 1h");
    assert_int_equal(believed(a, ran.out, 3000), ACCESS_ADMIN);
    assert_int_equal(believed(a, ran.out, 4000), ACCESS_ANYONE);
}

static void wrong_usage_is_refused(void **state)
{
    static const char *const bad[] = {"--role root", "--role anyone",   "--expires soon",
                                      "--expires 0", "--expires 9999d", "viewer"};
    struct arena *a CLEANUP_ARENA = arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct ran ran = run(a, bad[i]);
        assert_int_equal(ran.code, EXIT_CODE_USAGE);
        assert_string_equal(ran.out, "");
    }
}

static void without_the_key_there_is_no_token(void **state)
{
    static const char *const none[] = {NULL};
    struct arena *a CLEANUP_ARENA = arena_new();
    struct ran ran = run_program(a, "token --state-dir /dev/null/x", none);

    (void)state;
    assert_int_equal(ran.code, EXIT_CODE_ERROR);
    assert_string_equal(ran.out, "");
}

static int make_dir(void **state)
{
    (void)state;
    return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();

    (void)state;
    unlink(arena_printf(a, "%s/key", dir));
    return rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_is_believed_until_it_expires),
        cmocka_unit_test(wrong_usage_is_refused),
        cmocka_unit_test(without_the_key_there_is_no_token),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
