/* Goal: only what AVR's backend signed with its secret, by HS256, for one of its roles, and not for
 * too long ago, is a login. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/base64.h"
#include "base/digest.h"
#include "base/text.h"
#include "face/jwt.h"

enum { NOW = 1790000000 };
static const char secret[] = "a secret of nobody else";
static const char head[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";

static struct arena *arena;

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

static const char *unpadded(const void *bytes, size_t len)
{
    char *text = base64url_encode(arena, bytes, len);

    text[strcspn(text, "=")] = '\0';
    return text;
}

static const char *signed_by(const char *key, const char *header, const char *claims)
{
    unsigned char mac[32];
    const char *text = arena_printf(arena, "%s.%s", unpadded(header, strlen(header)),
                                    unpadded(claims, strlen(claims)));

    digest_mac(key, strlen(key), text, strlen(text), mac);
    return arena_printf(arena, "%s.%s", text, unpadded(mac, sizeof mac));
}

static const char *claims_of(const char *role, int64_t exp)
{
    return arena_printf(
        arena, "{\"sub\":\"1\",\"username\":\"ada\",\"role\":\"%s\",\"iat\":1,\"exp\":%lld}", role,
        (long long)exp);
}

static bool is_taken(const char *token)
{
    struct jwt jwt;
    struct err err = {0};

    if (jwt_verify(arena, token, secret, NOW, &jwt, &err) == 0)
        return true;
    assert_int_equal(err.code, ERR_DENIED);
    return false;
}

static void a_login_of_avr_is_believed(void **state)
{
    static const struct {
        const char *role;
        enum face_access access;
    } roles[] = {{"viewer", ACCESS_VIEWER}, {"manager", ACCESS_MANAGER}, {"admin", ACCESS_ADMIN}};
    struct jwt jwt;
    struct err err;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const char *token = signed_by(secret, head, claims_of(roles[i].role, NOW + 1));
        assert_int_equal(jwt_verify(arena, token, secret, NOW, &jwt, &err), 0);
        assert_int_equal(jwt.access, roles[i].access);
        assert_string_equal(jwt.user, "ada");
    }
}

/* Made by another program: what we sign and what we believe are not only like each other. */
static void the_signature_is_that_of_the_standard(void **state)
{
    static const char token[] =
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
        "eyJyb2xlIjoidmlld2VyIiwiZXhwIjoxODAwMDAwMDAwLCJ1c2VybmFtZSI6ImFkYSJ9."
        "RyT-DOpiWpQUSQuGz2MDO4wFjrz6b_3QGGTRyTqrkqA";
    struct jwt jwt;
    struct err err;

    (void)state;
    assert_int_equal(jwt_verify(arena, token, "0123456789abcdef", NOW, &jwt, &err), 0);
    assert_int_equal(jwt.access, ACCESS_VIEWER);
}

static void time_and_role_are_looked_at(void **state)
{
    static const char *const bad[] = {
        "{\"role\":\"admin\"}",
        "{\"role\":\"admin\",\"exp\":\"1800000000\"}",
        "{\"role\":\"admin\",\"exp\":null}",
        "{\"role\":\"admin\",\"exp\":1800000000,\"nbf\":1790000001}",
        "{\"role\":\"root\",\"exp\":1800000000}",
        "{\"role\":\"Admin\",\"exp\":1800000000}",
        "{\"role\":[\"admin\"],\"exp\":1800000000}",
        "{\"exp\":1800000000}",
        "[]",
        "\"admin\"",
        "",
        "{",
    };

    (void)state;
    assert_false(is_taken(signed_by(secret, head, claims_of("admin", NOW))));
    assert_true(is_taken(signed_by(secret, head, claims_of("admin", NOW + 1))));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (is_taken(signed_by(secret, head, bad[i])))
            fail_msg("taken: %s", bad[i]);
}

static void other_algorithms_are_refused(void **state)
{
    static const char *const heads[] = {"{\"alg\":\"none\"}",
                                        "{\"alg\":\"None\"}",
                                        "{\"alg\":\"hs256\"}",
                                        "{\"alg\":\"HS512\"}",
                                        "{\"alg\":\"RS256\"}",
                                        "{\"typ\":\"JWT\"}",
                                        "{\"alg\":null}",
                                        "[]",
                                        "{\"alg\":\"HS256\",\"crit\":[\"x\"]}"};
    const char *claims = claims_of("admin", NOW + 1);

    (void)state;
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (is_taken(signed_by(secret, heads[i], claims)))
            fail_msg("taken: %s", heads[i]);
    const char *none = unpadded(heads[0], strlen(heads[0]));
    assert_false(is_taken(arena_printf(arena, "%s.%s.", none, unpadded(claims, strlen(claims)))));
    assert_false(is_taken(arena_printf(arena, "%s.%s", none, unpadded(claims, strlen(claims)))));
}

static void whatever_is_changed_is_noticed(void **state)
{
    const char *token = signed_by(secret, head, claims_of("viewer", NOW + 1000));
    size_t n = strlen(token);

    (void)state;
    for (size_t i = 0; i < n; i++) {
        char *other = arena_strdup(arena, token);
        other[i] = other[i] == 'A' ? 'Q' : 'A';
        if (is_taken(other))
            fail_msg("taken, though changed at %zu", i);
        if (i && is_taken(arena_strndup(arena, token, i)))
            fail_msg("taken, though cut at %zu", i);
    }
    assert_false(is_taken(arena_printf(arena, "%s.", token)));
    assert_false(is_taken(arena_printf(arena, ".%s", token)));
    assert_false(is_taken(arena_printf(arena, "%s=", token)));
    assert_false(is_taken(signed_by("another secret", head, claims_of("viewer", NOW + 1))));
    assert_false(is_taken(signed_by("", head, claims_of("viewer", NOW + 1))));
}

static void no_secret_is_no_key(void **state)
{
    struct jwt jwt;
    struct err err;

    (void)state;
    assert_int_equal(
        jwt_verify(arena, signed_by("", head, claims_of("admin", NOW + 1)), "", NOW, &jwt, &err),
        -1);
}

static void names_are_fit_to_be_shown(void **state)
{
    struct jwt jwt;
    struct err err;
    const char *token = signed_by(
        secret, head, "{\"username\":\"a\\u001b[31m\\nb\",\"role\":\"admin\",\"exp\":1800000000}");

    (void)state;
    assert_int_equal(jwt_verify(arena, token, secret, NOW, &jwt, &err), 0);
    assert_null(strpbrk(jwt.user, "\x1b\n"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_login_of_avr_is_believed),     TEST(the_signature_is_that_of_the_standard),
        TEST(time_and_role_are_looked_at),    TEST(other_algorithms_are_refused),
        TEST(whatever_is_changed_is_noticed), TEST(no_secret_is_no_key),
        TEST(names_are_fit_to_be_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
