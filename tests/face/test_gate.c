/* Goal: who may is who shows a token or a login with the role that is needed, or sits at the
 * machine while nobody can log in; and nothing is changed by a page of somebody else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/text.h"
#include "face/gate.h"
#include "face/token.h"

enum { NOW = 1790000000 };
static const struct digest_key key = {{1, 2, 3}}, other_key = {{1, 2, 4}};
static struct arena *arena;

/* Of "0123456789abcdef": role viewer, user ada, until 1800000000. */
static const char login[] = "Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
                            "eyJyb2xlIjoidmlld2VyIiwiZXhwIjoxODAwMDAwMDAwLCJ1c2VybmFtZSI6ImFkYSJ9."
                            "RyT-DOpiWpQUSQuGz2MDO4wFjrz6b_3QGGTRyTqrkqA";

static int setup(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct gate_answer ask_at(const char *secret, const struct gate_request *r)
{
    const struct gate_rules rules = {.key = &key, .jwt_secret = secret, .now_s = NOW};

    return gate_decide(arena, &rules, r);
}

static const char *token(enum face_access access, int64_t expires_s)
{
    return arena_printf(arena, "Bearer %s", token_make(arena, &key, access, expires_s));
}

static bool verifies(const char *text)
{
    enum face_access access;
    struct err err;

    return token_verify(arena, &key, text, NOW, &access, &err) == 0;
}

static void a_token_says_what_it_is_for(void **state)
{
    const char *text = token_make(arena, &key, ACCESS_MANAGER, NOW + 1);
    enum face_access access;
    struct err err;

    (void)state;
    assert_true(text_starts(text, "v1.manager.1790000001."));
    assert_int_equal(token_verify(arena, &key, text, NOW, &access, &err), 0);
    assert_int_equal(access, ACCESS_MANAGER);
    assert_int_equal(token_verify(arena, &key, text, NOW + 1, &access, &err), -1);
    assert_int_equal(token_verify(arena, &other_key, text, NOW, &access, &err), -1);
}

static void a_token_that_was_changed_is_none(void **state)
{
    const char *text = token_make(arena, &key, ACCESS_VIEWER, NOW + 1000);
    const char *digits = strrchr(text, '.');

    (void)state;
    for (size_t i = 0; text[i]; i++) {
        char *other = arena_strdup(arena, text);
        other[i] = other[i] == 'Q' ? 'g' : 'Q';
        if (verifies(other))
            fail_msg("taken, though changed at %zu", i);
        if (verifies(arena_strndup(arena, text, i)))
            fail_msg("taken, though cut at %zu", i);
    }
    assert_false(verifies(arena_printf(arena, "v1.admin.1790001000%s", digits)));
    assert_false(verifies(arena_printf(arena, "v1.viewer.1990001000%s", digits)));
    assert_false(verifies(arena_printf(arena, "%sA", text)));
    assert_false(verifies("v1."));
    assert_false(verifies("v1...."));
}

static void whoever_sits_at_the_machine_may_all(void **state)
{
    struct gate_request r = {.access = ACCESS_ADMIN, .is_local = true};
    struct gate_answer a = ask_at(NULL, &r);

    (void)state;
    assert_int_equal(a.status, 0);
    assert_int_equal(a.identity.access, ACCESS_ADMIN);
    r.is_forwarded = true;
    assert_int_equal(ask_at(NULL, &r).status, 401);
    r.is_forwarded = false;
    assert_int_equal(ask_at("0123456789abcdef", &r).status, 401); /* he can log in */
    r.is_local = false;
    assert_int_equal(ask_at(NULL, &r).status, 401);
}

static void everybody_may_ask_whether_it_lives(void **state)
{
    (void)state;
    assert_int_equal(ask_at(NULL, &(struct gate_request){.access = ACCESS_ANYONE}).status, 0);
    assert_int_equal(
        ask_at(NULL, &(struct gate_request){.access = ACCESS_CONTAINER, .changes = true}).status,
        0);
}

static void roles_are_kept(void **state)
{
    (void)state;
    for (enum face_access has = ACCESS_VIEWER; has <= ACCESS_ADMIN; has++)
        for (enum face_access needs = ACCESS_VIEWER; needs <= ACCESS_ADMIN; needs++) {
            struct gate_answer a =
                ask_at(NULL, &(struct gate_request){.access = needs,
                                                    .authorization = token(has, NOW + 1)});
            assert_int_equal(a.status, has >= needs ? 0 : 403);
        }
}

static void what_is_shown_counts_wherever_it_comes_from(void **state)
{
    struct gate_request r = {.access = ACCESS_VIEWER, .is_local = true, .authorization = login};

    (void)state;
    assert_int_equal(ask_at("0123456789abcdef", &r).status, 0);
    assert_string_equal(ask_at("0123456789abcdef", &r).identity.who, "ada");
    assert_int_equal(ask_at("another", &r).status, 401);
    assert_int_equal(ask_at(NULL, &r).status, 401);
    r.access = ACCESS_MANAGER;
    assert_int_equal(ask_at("0123456789abcdef", &r).status, 403); /* though he sits there */
    r.authorization = token(ACCESS_ADMIN, NOW);
    assert_int_equal(ask_at(NULL, &r).status, 401); /* over */
    r.authorization = "Basic YTpi";
    assert_int_equal(ask_at("0123456789abcdef", &r).status, 401);
    r.authorization = "bearer v1.";
    assert_int_equal(ask_at(NULL, &r).status, 401);
}

static void no_page_of_somebody_else_changes_anything(void **state)
{
    struct gate_request r = {
        .access = ACCESS_MANAGER, .is_local = true, .changes = true, .host = "localhost:6100"};

    (void)state;
    assert_string_equal(ask_at(NULL, &r).code, "no_mark");
    r.mark = "1";
    assert_int_equal(ask_at(NULL, &r).status, 0);
    r.origin = "http://localhost:6100";
    assert_int_equal(ask_at(NULL, &r).status, 0);
    static const char *const others[] = {"http://evil.example",
                                         "null",
                                         "http://localhost:3001",
                                         "http://localhost:6100.evil.example",
                                         "",
                                         "http://"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        r.origin = others[i];
        assert_string_equal(ask_at(NULL, &r).code, "other_origin");
    }
    r.origin = "http://localhost:6100";
    r.host = NULL;
    assert_int_equal(ask_at(NULL, &r).status, 403);
    r.mark = NULL;
    r.changes = false;
    assert_int_equal(ask_at(NULL, &r).status, 0);
}

static void secrets_that_everybody_knows_are_none(void **state)
{
    (void)state;
    assert_true(gate_secret_is_known("supersecret"));
    assert_true(gate_secret_is_known("ChangeMe"));
    assert_false(gate_secret_is_known("supersecret2"));
    assert_false(gate_secret_is_known(NULL));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_token_says_what_it_is_for),
        TEST(a_token_that_was_changed_is_none),
        TEST(whoever_sits_at_the_machine_may_all),
        TEST(everybody_may_ask_whether_it_lives),
        TEST(roles_are_kept),
        TEST(what_is_shown_counts_wherever_it_comes_from),
        TEST(no_page_of_somebody_else_changes_anything),
        TEST(secrets_that_everybody_knows_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
