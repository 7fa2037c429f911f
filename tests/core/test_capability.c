#include "core/material.h"

#include "core/capability.h"

static const struct digest_key other_key = {{1}};

static const char *token_of(struct arena *a, const struct digest_key *key, const char *agent,
                            enum role role, const char *provider)
{
    return strstr(capability_url(a, key, "http://x", agent, role, provider), "/c/") + 3;
}

static void test_an_address_with_its_token(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    const char *url = capability_url(a, &test_key, "http://host:6100/", "a1", ROLE_STS, "p-1");

    (void)state;
    assert_true(text_starts(url, "http://host:6100/c/sts.a1."));
    assert_int_equal(strlen(strrchr(url, '.') + 1), 64);
    assert_string_equal(url,
                        capability_url(a, &test_key, "http://host:6100", "a1", ROLE_STS, "p-1"));
}

static void test_it_proves_what_it_was_made_for(void **state)
{
    static const struct {
        const struct digest_key *key;
        const char *agent;
        enum role role;
        const char *provider;
        bool proves;
    } made[] = {
        {&test_key, "a1", ROLE_STS, "p-1", true},
        {&test_key, "a1", ROLE_STS, "p-2", false},
        {&other_key, "a1", ROLE_STS, "p-1", false},
        {&test_key, "a.1_-x", ROLE_TTS, "p-1", true},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(made); i++) {
        CLEANUP_ARENA struct arena *a = arena_new();
        const char *token = token_of(a, made[i].key, made[i].agent, made[i].role, made[i].provider);
        struct capability c;
        assert_true(capability_parse(a, token, &c));
        assert_string_equal(c.agent_id, made[i].agent);
        assert_int_equal(c.role, made[i].role);
        assert_int_equal(capability_proves(&test_key, &c, "p-1"), made[i].proves);
    }
}

/* Neither another agent's name nor another role's before a digest that is right. */
static void test_its_parts_belong_together(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    const char *token = token_of(a, &test_key, "a1", ROLE_STS, "p-1"), *mac = strrchr(token, '.');
    struct capability c;

    (void)state;
    assert_true(capability_parse(a, arena_printf(a, "sts.a2%s", mac), &c));
    assert_false(capability_proves(&test_key, &c, "p-1"));
    assert_true(capability_parse(a, arena_printf(a, "tts.a1%s", mac), &c));
    assert_false(capability_proves(&test_key, &c, "p-1"));
    char *bent = arena_strdup(a, token);
    bent[strlen(bent) - 1] = bent[strlen(bent) - 1] == '0' ? '1' : '0';
    assert_true(capability_parse(a, bent, &c));
    assert_false(capability_proves(&test_key, &c, "p-1"));
}

static void test_what_is_no_token(void **state)
{
    static const char *const wrong[] = {
        "",        ".",         "sts",        "sts.",           "sts..",        "sts.a1",
        "sts.a1.", "sts.a1.12", "core.a1.%s", "sts.a1.%sx",     "sts.a1.%.63s", "sts..%s",
        ".a1.%s",  "STS.a1.%s", "%s",         "sts.a1.0%.62sZ",
    };
    char mac[65];

    (void)state;
    memset(mac, 'a', 64);
    mac[64] = '\0';
    for (size_t i = 0; i < N_OF(wrong); i++) {
        CLEANUP_ARENA struct arena *a = arena_new();
        struct text t = {.arena = a};
        const char *at = strchr(wrong[i], '%');
        text_add_n(&t, wrong[i], at ? (size_t)(at - wrong[i]) : strlen(wrong[i]));
        if (at) {
            size_t n = at[1] == '.' ? (size_t)strtol(at + 2, NULL, 10) : 64;
            text_add_n(&t, mac, n);
            text_add(&t, strchr(at, 's') + 1);
        }
        struct capability c;
        if (capability_parse(a, text_str(&t), &c))
            fail_msg("%s is no token", text_str(&t));
    }
    CLEANUP_ARENA struct arena *a = arena_new();
    struct capability c;
    char *endless = arena_alloc(a, 100001);
    memset(endless, 'a', 100000);
    assert_false(capability_parse(a, endless, &c));
}

static void test_it_is_found_in_a_line(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    const char *url = capability_url(a, &test_key, "http://h:1", "a1", ROLE_STS, "p-1");
    const char *token = strstr(url, "/c/") + 3;
    const char *line = arena_printf(a, "fetched /c/x from %s/internal/providers/p-1/config", url);
    size_t len;

    (void)state;
    const char *found = capability_find(line, &len);
    assert_non_null(found);
    assert_int_equal(len, strlen(token));
    assert_memory_equal(found, token, len);
    assert_null(capability_find("http://h/c/sts.a1.short/internal", &len));
}

static void test_it_is_a_secret_wherever_it_stands(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    const char *url = capability_url(a, &test_key, "http://h:1", "a1", ROLE_STS, "p-1");

    (void)state;
    assert_true(looks_secret("BACKEND_URL", url));
    assert_true(looks_secret(NULL, arena_printf(a, "see %s/internal", url)));
    assert_false(looks_secret("BACKEND_URL", "http://h:1/c/internal"));
    assert_false(looks_secret("live_keys", "AGENT_PROMPT")); /* the names of variables are none */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_address_with_its_token),
        cmocka_unit_test(test_it_proves_what_it_was_made_for),
        cmocka_unit_test(test_its_parts_belong_together),
        cmocka_unit_test(test_what_is_no_token),
        cmocka_unit_test(test_it_is_found_in_a_line),
        cmocka_unit_test(test_it_is_a_secret_wherever_it_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
