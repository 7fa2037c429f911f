/* Goal: AVR's rules, one test each, against what its backend was seen to write. */
#include "core/material.h"

static const struct origin somewhere = {.kind = FROM_DATABASE, .where = "row"};

static void test_agent(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct env_build b = {.arena = a};

    (void)state;
    avr_put_agent(&b, "a1", "Night desk \xc3\xa9", &somewhere);
    struct env_list env = env_done(&b);
    assert_string_equal(env_dump(a, &env), "AGENT_ID=a1 <AVR>\n"
                                           "AGENT_NAME=Night desk \xc3\xa9 <row>\n");
}

/* AGENT_ID, config.env, PROVIDER_…: later ones win; a PORT in config.env never counts, and a
 * language that means none is left out. */
static void test_precedence(void **state)
{
    static const struct pair config[] = {{"AGENT_NAME", "from config"},
                                         {"PROVIDER_STS_ID", "from config"},
                                         {"PORT", "6033"},
                                         {"OPENAI_LANGUAGE", "auto"},
                                         {"X", "1"},
                                         {"AMI_URL", "from config"}};
    struct avr_provider p = {"id", "name", "STS", somewhere, somewhere};
    struct host host = {.ami_url = "http://avr-ami:6006"};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct env_build b = {.arena = a};

    (void)state;
    avr_put_agent(&b, "a1", "sales", &somewhere);
    avr_put_config(&b, config, N_OF(config), &somewhere);
    avr_put_provider(&b, ROLE_STS, &p);
    avr_put_host(&b, ROLE_STS, &host);
    struct env_list env = env_done(&b);
    assert_string_equal(env_dump(a, &env), "AGENT_ID=a1 <AVR>\n"
                                           "AGENT_NAME=from config <row>\n"
                                           "AMI_URL=http://avr-ami:6006 <$AMI_URL>\n"
                                           "PROVIDER_STS_ID=id <row>\n"
                                           "PROVIDER_STS_NAME=name <row>\n"
                                           "PROVIDER_STS_TYPE=STS <row>\n"
                                           "X=1 <row>\n");
    assert_true(env_get(&env, "X")->of_provider);
    assert_false(env_get(&env, "PROVIDER_STS_ID")->of_provider);
}

static void test_rewrites(void **state)
{
    static const struct {
        const char *key, *value, *want; /* want NULL: dropped */
    } cases[] = {
        {"OPENAI_INSTRUCTIONS", "https://example.test/p", "OPENAI_URL_INSTRUCTIONS"},
        {"OPENAI_INSTRUCTIONS", "You are kind", "OPENAI_INSTRUCTIONS"},
        {"OPENAI_INSTRUCTIONS", "Note: be kind", "OPENAI_URL_INSTRUCTIONS"},
        {"GEMINI_INSTRUCTIONS", "http://x/y", "GEMINI_URL_INSTRUCTIONS"},
        {"GEMINI_INSTRUCTIONS", "", "GEMINI_INSTRUCTIONS"},
        {"XAI_INSTRUCTIONS", "http://x/y", "XAI_INSTRUCTIONS"},
        {"OPENAI_LANGUAGE", "", NULL},
        {"OPENAI_LANGUAGE", "NULL", NULL},
        {"OPENAI_LANGUAGE", "auto", NULL},
        {"OPENAI_LANGUAGE", "null", NULL},
        {"OPENAI_LANGUAGE", "Auto", "OPENAI_LANGUAGE"},
        {"OPENAI_LANGUAGE", "it", "OPENAI_LANGUAGE"},
        {"LANGUAGE", "auto", "LANGUAGE"},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++) {
        struct pair p = {cases[i].key, cases[i].value}, got;
        if (!avr_rewrite(&p, &got)) {
            assert_null(cases[i].want);
            continue;
        }
        assert_string_equal(got.key, cases[i].want);
        assert_string_equal(got.value, cases[i].value);
    }
}

static void test_host_variables(void **state)
{
    struct host host = {
        .ami_url = "ami", .backend_url = "back", .webhook_url = "hook", .webhook_secret = "secret"};
    static const char *const want[ROLE__N] = {
        [ROLE_STS] = "AMI_URL=ami <$AMI_URL>\nBACKEND_URL=back <$BACKEND_URL>\n",
        [ROLE_ASR] = "BACKEND_URL=back <$BACKEND_URL>\n",
        [ROLE_LLM] = "AMI_URL=ami <$AMI_URL>\nBACKEND_URL=back <$BACKEND_URL>\n",
        [ROLE_TTS] = "BACKEND_URL=back <$BACKEND_URL>\n",
        [ROLE_CORE] = "WEBHOOK_SECRET=secret <$WEBHOOK_SECRET>\nWEBHOOK_URL=hook <$WEBHOOK_URL>\n",
    };
    CLEANUP_ARENA struct arena *a = arena_new();

    (void)state;
    for (enum role r = 0; r < ROLE__N; r++) {
        struct env_build b = {.arena = a};
        avr_put_host(&b, r, &host);
        struct env_list env = env_done(&b);
        assert_string_equal(env_dump(a, &env), want[r]);
    }
}

static void test_kept_names(void **state)
{
    static const char *const want[ROLE__N] = {
        [ROLE_STS] = "AMI_URL BACKEND_URL ",
        [ROLE_ASR] = "BACKEND_URL ",
        [ROLE_LLM] = "AMI_URL BACKEND_URL ",
        [ROLE_TTS] = "BACKEND_URL ",
        [ROLE_CORE] = "BACKEND_URL WEBHOOK_SECRET WEBHOOK_URL HTTP_PORT ",
    };
    CLEANUP_ARENA struct arena *a = arena_new();
    struct env_var asked = {.name = "AMI_URL", .value = "x"};
    const char *const *names;

    (void)state;
    for (enum role r = 0; r < ROLE__N; r++) {
        struct env_list none = {0};
        struct text t = {.arena = a};
        size_t n = avr_kept_names(a, r, &none, &names);
        for (size_t i = 0; i < n; i++)
            text_printf(&t, "%s ", names[i]);
        assert_string_equal(text_str(&t), want[r]);
    }
    assert_int_equal(avr_kept_names(a, ROLE_STS, &(struct env_list){&asked, 1}, &names), 1);
    asked.name = "HTTP_PORT";
    assert_int_equal(avr_kept_names(a, ROLE_CORE, &(struct env_list){&asked, 1}, &names), 3);
}

static void test_means_unset(void **state)
{
    (void)state;
    assert_true(avr_means_unset("WEBHOOK_URL", "undefined"));
    assert_true(avr_means_unset("AMI_URL", "undefined"));
    assert_true(avr_means_unset("HTTP_PORT", "null"));
    assert_true(avr_means_unset("PORT", "undefined"));
    assert_false(avr_means_unset("WEBHOOK_URL", "null"));
    assert_false(avr_means_unset("AGENT_NAME", "undefined"));
    assert_false(avr_means_unset("WEBHOOK_URL", ""));
}

static void test_binds(void **state)
{
    struct host host = {.tools_dir = "/srv/tools", .avr_tools_dir = "/srv/own"}, none = {0};
    CLEANUP_ARENA struct arena *a = arena_new();

    (void)state;
    struct values v = avr_binds(a, ROLE_LLM, &host);
    assert_int_equal(v.n, 2);
    assert_string_equal(v.items[0].text, "/srv/tools:/usr/src/app/tools");
    assert_string_equal(v.items[1].text, "/srv/own:/usr/src/app/avr_tools");
    assert_string_equal(origin_text(a, &v.items[1].origin), "$AVR_TOOLS_DIR");
    assert_int_equal(avr_binds(a, ROLE_CORE, &host).n, 0);
    assert_false(avr_binds(a, ROLE_STS, &none).set);
    none.avr_tools_dir = "/srv/own";
    assert_int_equal(avr_binds(a, ROLE_STS, &none).n, 1);
    assert_true(avr_is_tools_bind("/x:/usr/src/app/tools:ro"));
    assert_true(avr_is_tools_bind("/x:/usr/src/app/avr_tools/"));
    assert_false(avr_is_tools_bind("/x:/usr/src/app/tools2"));
}

static void test_urls(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct avr_url u;

    (void)state;
    assert_string_equal(avr_url(a, ROLE_STS, "h", "1"), "ws://h:1");
    assert_string_equal(avr_url(a, ROLE_ASR, "h", "1"), "http://h:1/speech-to-text-stream");
    assert_string_equal(avr_url(a, ROLE_LLM, "h", "1"), "http://h:1/prompt-stream");
    assert_string_equal(avr_url(a, ROLE_TTS, "h", "1"), "http://h:1/text-to-speech-stream");
    assert_string_equal(avr_url_name(ROLE_STS), "STS_URL");
    assert_null(avr_url_name(ROLE_CORE));
    assert_null(avr_url_name_wrong(ROLE_STS));
    assert_true(avr_url_parse(a, "http://h:1/p?q", &u));
    assert_string_equal(u.host, "h");
    assert_string_equal(u.port, "1");
    assert_string_equal(u.path, "/p?q");
    assert_true(avr_url_parse(a, "ws://h", &u));
    assert_string_equal(u.port, "");
    assert_false(avr_url_parse(a, "undefined", &u));
    assert_false(avr_url_parse(a, "ws://", &u));
}

static void test_wrong_name_means_the_same(void **state)
{
    static const char want[] = "http://h:1/prompt-stream";
    CLEANUP_ARENA struct arena *a = arena_new();

    (void)state;
    assert_true(avr_url_equal(a, "http://h:1", true, want));
    assert_true(avr_url_equal(a, "http://h:1/prompt-stream", true, want));
    assert_true(avr_url_equal(a, want, false, want));
    assert_false(avr_url_equal(a, "http://h:1", false, want));
    assert_false(avr_url_equal(a, "http://h:2", true, want));
    assert_false(avr_url_equal(a, "http://g:1", true, want));
    assert_false(avr_url_equal(a, "http://h:1/other", true, want));
    assert_false(avr_url_equal(a, "undefined", true, want));
    assert_false(avr_url_equal(a, "http://h:1", true, "gateway")); /* asked for, and no address */
}

static void test_image_ports(void **state)
{
    (void)state;
    assert_int_equal(avr_image_port("avr-core"), 5001);
    assert_int_equal(avr_image_port("avr-sts-deepgram"), 6033);
    assert_int_equal(avr_image_port("avr-asr-vosk"), 6010);
    assert_int_equal(avr_image_port("avr-llm-n8n"), 6016);
    assert_int_equal(avr_image_port("avr-tts-coqui"), 6032);
    assert_int_equal(avr_image_port("avr-sts-deepgramx"), 0);
    assert_int_equal(avr_image_port(""), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_agent),
        cmocka_unit_test(test_precedence),
        cmocka_unit_test(test_rewrites),
        cmocka_unit_test(test_host_variables),
        cmocka_unit_test(test_kept_names),
        cmocka_unit_test(test_means_unset),
        cmocka_unit_test(test_binds),
        cmocka_unit_test(test_urls),
        cmocka_unit_test(test_wrong_name_means_the_same),
        cmocka_unit_test(test_image_ports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
