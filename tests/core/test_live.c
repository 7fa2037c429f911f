/* What containers fetch at each call, and what they are given when they are made. */
#include "core/material.h"

#include "core/avr.h"
#include "core/capability.h"
#include "core/serial.h"

static const struct pair rich_env[] = {
    {"AGENT_PROMPT", "Be kind"},
    {"DEEPGRAM_API_KEY", "k1"},
    {"DEEPGRAM_SAMPLE_RATE", "8000"},
    {"PORT", "6030"},
};

static struct material per_call(struct arena *a)
{
    struct material m = material_new(a);
    struct provider_row *rows = own_providers(&m);

    rows[0].env = rich_env;
    rows[0].n_env = N_OF(rich_env);
    m.host = (struct host){.ami_url = "http://ami:6006",
                           .advertise = "http://avr-reconciler:6100",
                           .token = &test_key};
    spec_of_sales(&m, ROLE_STS)->config = SAID("per_call", 5, 1);
    add_images(&m);
    return m;
}

static const char *names_of(struct arena *a, const struct env_list *env)
{
    struct text t = {.arena = a};

    for (size_t i = 0; i < env->n; i++)
        text_printf(&t, "%s%s%s", i ? " " : "", env->items[i].name, env->items[i].live ? "*" : "");
    return text_str(&t);
}

#define AVR_GIVES "AGENT_ID AGENT_NAME AMI_URL "
#define AVR_SAYS  "PROVIDER_STS_ID PROVIDER_STS_NAME PROVIDER_STS_TYPE"

static void test_only_what_is_cold_is_given(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = per_call(a);

    (void)state;
    material_merge(&m);
    const struct container_spec *c = container(&m, "sales", ROLE_STS);
    assert_true(c->asks_us);
    assert_string_equal(c->provider_id, "p-sts");
    assert_string_equal(names_of(a, &c->env),
                        AVR_GIVES "BACKEND_URL DEEPGRAM_SAMPLE_RATE PROVIDER_ID " AVR_SAYS);
    assert_string_equal(names_of(a, &c->fetched),
                        "AGENT_PROMPT* DEEPGRAM_API_KEY* DEEPGRAM_SAMPLE_RATE");
    assert_string_equal(env_get(&c->env, "PROVIDER_ID")->value, "p-sts");
    assert_string_equal(
        env_get(&c->env, "BACKEND_URL")->value,
        capability_url(a, &test_key, "http://avr-reconciler:6100", "a1", ROLE_STS, "p-sts"));
    assert_true(env_get(&c->env, "BACKEND_URL")->secret);
    c = container(&m, "sales", ROLE_CORE);
    assert_false(c->per_call);
    assert_int_equal(c->fetched.n, 0);
}

/* What an agent's spec lays over its provider is fetched like the provider's own. */
static void test_what_a_spec_says_is_fetched_too(void **state)
{
    static const struct env_var over[] = {{.name = "AGENT_PROMPT", .value = "Be brief"},
                                          {.name = "BILLING_TOKEN", .value = "t", .secret = true},
                                          {.name = "TZ", .value = "Europe/Rome"}};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = per_call(a);
    struct settings *sts = spec_of_sales(&m, ROLE_STS);

    (void)state;
    sts->config = SAID("per_call", 5, 1);
    sts->environment = (struct env_list){over, N_OF(over)};
    material_merge(&m);
    const struct container_spec *c = container(&m, "sales", ROLE_STS);
    assert_string_equal(names_of(a, &c->fetched),
                        "AGENT_PROMPT* BILLING_TOKEN* DEEPGRAM_API_KEY* DEEPGRAM_SAMPLE_RATE TZ");
    assert_string_equal(env_get(&c->fetched, "AGENT_PROMPT")->value, "Be brief");
    assert_null(env_get(&c->env, "AGENT_PROMPT"));
    assert_null(env_get(&c->env, "BILLING_TOKEN"));
    assert_non_null(env_get(&c->env, "TZ"));
}

static void test_another_address_is_left_as_it_is(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = per_call(a);

    (void)state;
    m.host.backend_url = "http://avr-app-backend:3001";
    material_merge(&m);
    const struct container_spec *c = container(&m, "sales", ROLE_STS);
    assert_false(c->asks_us);
    assert_string_equal(env_get(&c->env, "BACKEND_URL")->value, "http://avr-app-backend:3001");
    assert_string_equal(names_of(a, &c->env),
                        "AGENT_ID AGENT_NAME AGENT_PROMPT* AMI_URL BACKEND_URL DEEPGRAM_API_KEY* "
                        "DEEPGRAM_SAMPLE_RATE PROVIDER_ID " AVR_SAYS);
}

static void test_nobody_told_how_to_be_reached(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = per_call(a);

    (void)state;
    m.host.advertise = NULL;
    material_merge(&m);
    const struct container_spec *c = container(&m, "sales", ROLE_STS);
    assert_false(c->asks_us);
    assert_null(env_get(&c->env, "BACKEND_URL"));
    assert_non_null(env_get(&c->env, "DEEPGRAM_API_KEY"));
}

static void test_live_keys_decide(void **state)
{
    static const struct value keys[] = {{.text = "DEEPGRAM_SAMPLE_*"}, {.text = "P*"}};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = per_call(a);
    struct settings *sts = spec_of_sales(&m, ROLE_STS);

    (void)state;
    sts->config = SAID("per_call", 5, 1);
    sts->live_keys = (struct values){keys, N_OF(keys), true};
    material_merge(&m);
    const struct container_spec *c = container(&m, "sales", ROLE_STS);
    /* A secret is fetched whatever they say, and no wiring is. */
    assert_string_equal(names_of(a, &c->fetched),
                        "AGENT_PROMPT DEEPGRAM_API_KEY* DEEPGRAM_SAMPLE_RATE*");
    assert_string_equal(
        names_of(a, &c->env),
        "AGENT_ID AGENT_NAME AGENT_PROMPT AMI_URL BACKEND_URL PROVIDER_ID " AVR_SAYS);
}

/* Whoever cannot read the key sees no difference in an address that has it. */
static void test_without_the_key_the_address_is_kept(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = per_call(a);

    (void)state;
    material_merge(&m);
    run_agent(&m, "sales");
    m.host.token = NULL;
    assert_string_equal(again(&m, "sales"), "");
    assert_null(m.w[ROLE_STS].problem);
    box_env(&m, box_named(&m, "avr-sts-a1"), "BACKEND_URL", NULL);
    again(&m, "sales");
    assert_non_null(strstr(m.w[ROLE_STS].problem, "its token cannot be made"));
}

static void test_a_new_prompt_is_no_drift(void **state)
{
    static const struct pair env[] = {{"AGENT_PROMPT", "Be brief"}, {"DEEPGRAM_API_KEY", "k2"}};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = per_call(a);

    (void)state;
    material_merge(&m);
    run_agent(&m, "sales");
    struct provider_row *rows = own_providers(&m);
    rows[0].env = env;
    rows[0].n_env = N_OF(env);
    assert_string_equal(again(&m, "sales"), "sts env DEEPGRAM_SAMPLE_RATE: 8000 -> - replace\n");
}

static void test_a_container_that_does_not_ask_yet(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = per_call(a);

    (void)state;
    m.host.advertise = NULL;
    material_merge(&m);
    run_agent(&m, "sales");
    m.host.advertise = "http://avr-reconciler:6100";
    const char *found = again(&m, "sales");
    assert_non_null(strstr(found, "sts env AGENT_PROMPT: Be kind -> - replace"));
    assert_non_null(strstr(found, "sts env DEEPGRAM_API_KEY: k1 -> - replace secret"));
    assert_non_null(strstr(found, "sts env PROVIDER_ID: - -> p-sts replace"));
    assert_non_null(strstr(found, "sts env BACKEND_URL: - -> http"));
}

static void test_what_connectors_take_up(void **state)
{
    static const struct {
        const char *image, *name;
        bool live;
    } rows[] = {
        {NULL, "AGENT_PROMPT", true},
        {NULL, "OPENAI_INSTRUCTIONS", true},
        {NULL, "DEEPGRAM_GREETING", true},
        {NULL, "ANTHROPIC_MODEL", true},
        {NULL, "KOKORO_VOICE", true},
        {NULL, "SPEECH_RECOGNITION_LANGUAGE", true},
        {NULL, "DEEPGRAM_SAMPLE_RATE", false},
        {NULL, "KOKORO_BASE_URL", false},
        {NULL, "MODEL_PATH", false},
        {NULL, "ULTRAVOX_AGENT_ID", false},
        {"avr-sts-ultravox", "ULTRAVOX_AGENT_ID", true},
        {"avr-sts-ultravox", "SYSTEM_PROMPT", true},
        {"avr-tts-google-cloud-tts", "TEXT_TO_SPEECH_NAME", true},
        {"avr-asr-vosk", "VOSK_MODEL", false},
        {"avr-asr-vosk", "SPEECH_LANGUAGE", true},
        {"somebody-elses", "SYSTEM_PROMPT", true},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(rows); i++) {
        CLEANUP_ARENA struct arena *a = arena_new();
        const char *const *keys;
        size_t n = avr_live_keys(a, rows[i].image, &keys);
        bool live = false;
        for (size_t k = 0; k < n; k++)
            live |= avr_key_matches(keys[k], rows[i].name);
        if (live != rows[i].live)
            fail_msg("%s of %s", rows[i].name, rows[i].image ? rows[i].image : "any image");
    }
}

static void test_patterns(void **state)
{
    static const struct {
        const char *pattern, *name;
        bool matches;
    } rows[] = {
        {"A", "A", true},         {"A", "AB", false},      {"A*", "A", true}, {"A*", "BA", false},
        {"*A", "XA", true},       {"*A", "AX", false},     {"*", "", true},   {"*A*", "XAX", true},
        {"*AB*C", "AABXC", true}, {"*AB*C", "ABX", false},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(rows); i++)
        if (avr_key_matches(rows[i].pattern, rows[i].name) != rows[i].matches)
            fail_msg("%s and %s", rows[i].pattern, rows[i].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_what_is_cold_is_given),
        cmocka_unit_test(test_what_a_spec_says_is_fetched_too),
        cmocka_unit_test(test_another_address_is_left_as_it_is),
        cmocka_unit_test(test_nobody_told_how_to_be_reached),
        cmocka_unit_test(test_live_keys_decide),
        cmocka_unit_test(test_without_the_key_the_address_is_kept),
        cmocka_unit_test(test_a_new_prompt_is_no_drift),
        cmocka_unit_test(test_a_container_that_does_not_ask_yet),
        cmocka_unit_test(test_what_connectors_take_up),
        cmocka_unit_test(test_patterns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
