/* Who may read which settings: tokens, addresses, and everybody else. */
#include "core/material.h"

#include <arpa/inet.h>

#include "core/capability.h"
#include "live/asker.h"
#include "live/settings.h"

static const struct digest_key other_key = {{7}};
static struct arena *a;
static struct material m;
static struct sockaddr_storage peer;

static void at(const char *address)
{
    struct sockaddr_in *four = (struct sockaddr_in *)&peer;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&peer;

    memset(&peer, 0, sizeof peer);
    if (inet_pton(AF_INET, address, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        return;
    }
    six->sin6_family = AF_INET6;
    assert_int_equal(inet_pton(AF_INET6, address, &six->sin6_addr), 1);
}

static void give_address(const char *box, const char *ip)
{
    struct box_network *network = arena_memdup(a, box_named(&m, box)->networks, sizeof *network);

    network->ip = ip;
    box_named(&m, box)->networks = network;
}

static int set_up(void **state)
{
    static const char *const addresses[][2] = {
        {"avr-sts-a1", "172.18.0.2"}, {"avr-core-a1", "172.18.0.3"}, {"avr-asr-b2", "172.18.0.4"},
        {"avr-llm-b2", "172.18.0.5"}, {"avr-tts-b2", "172.18.0.6"},  {"avr-core-b2", "fd00::7"},
    };

    (void)state;
    a = arena_new();
    m = material_new(a);
    m.host.token = &test_key;
    m.host.advertise = "http://h:1";
    add_images(&m);
    material_merge(&m);
    run_agent(&m, "sales");
    run_agent(&m, "booking");
    for (size_t i = 0; i < N_OF(addresses); i++)
        give_address(addresses[i][0], addresses[i][1]);
    at("10.9.9.9");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

static const char *token_for(const struct digest_key *key, const char *agent, enum role role,
                             const char *provider)
{
    return strstr(capability_url(a, key, "http://h:1", agent, role, provider), "/c/") + 3;
}

static struct live_ask ask_with(const char *token)
{
    return (struct live_ask){.token = token,
                             .peer = (const struct sockaddr *)&peer,
                             .key = &test_key,
                             .desired = &m.d,
                             .observed = &m.o};
}

/* "sales sts", or "nobody". */
static const char *who(const char *token, const char *provider)
{
    struct live_ask ask = ask_with(token);
    struct live_asker asker;

    if (!asker_of_provider(a, &ask, provider, &asker))
        return "nobody";
    return arena_printf(a, "%s %s", asker.agent->name, role_name[asker.role]);
}

static const char *who_of_agent(const char *token, const char *agent)
{
    struct live_ask ask = ask_with(token);
    struct live_asker asker;

    return asker_of_agent(a, &ask, agent, &asker) ? asker.agent->name : "nobody";
}

static void test_who_may_read_a_provider(void **state)
{
    const char *own = token_for(&test_key, "a1", ROLE_STS, "p-sts");
    const char *others = token_for(&test_key, "b2", ROLE_LLM, "p-llm");
    const struct {
        const char *what, *token, *from, *provider, *who;
    } rows[] = {
        {"anonymous", NULL, "10.9.9.9", "p-sts", "nobody"},
        {"this machine", NULL, "127.0.0.1", "p-sts", "nobody"},
        {"no token at all", "", "10.9.9.9", "p-sts", "nobody"},
        {"a wrong token", token_for(&other_key, "a1", ROLE_STS, "p-sts"), "10.9.9.9", "p-sts",
         "nobody"},
        {"a wrong token from the right address", token_for(&other_key, "a1", ROLE_STS, "p-sts"),
         "172.18.0.2", "p-sts", "nobody"},
        {"its own token", own, "10.9.9.9", "p-sts", "sales sts"},
        {"its own token from elsewhere", own, "172.18.0.4", "p-sts", "sales sts"},
        {"its own token for another provider", own, "172.18.0.2", "p-llm", "nobody"},
        {"another agent's token", others, "10.9.9.9", "p-sts", "nobody"},
        {"another agent's token from the right address", others, "172.18.0.2", "p-sts", "nobody"},
        {"a token of an agent that is gone", token_for(&test_key, "gone", ROLE_STS, "p-sts"),
         "10.9.9.9", "p-sts", "nobody"},
        {"its own address", NULL, "172.18.0.2", "p-sts", "sales sts"},
        {"its own address, as IPv6 shows it", NULL, "::ffff:172.18.0.2", "p-sts", "sales sts"},
        {"the address of its core", NULL, "172.18.0.3", "p-sts", "sales sts"},
        {"the address of its core, of IPv6", NULL, "fd00::7", "p-tts", "booking tts"},
        {"another container's address", NULL, "172.18.0.4", "p-sts", "nobody"},
        {"a provider nobody has", NULL, "172.18.0.2", "p-none", "nobody"},
        {"a part of a pipeline", NULL, "172.18.0.4", "p-llm", "booking llm"},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(rows); i++) {
        at(rows[i].from);
        const char *found = who(rows[i].token, rows[i].provider);
        if (!text_is(found, rows[i].who))
            fail_msg("%s: %s, not %s", rows[i].what, found, rows[i].who);
    }
}

static void test_who_may_know_an_agents_addresses(void **state)
{
    const char *own = token_for(&test_key, "b2", ROLE_LLM, "p-llm");

    (void)state;
    assert_string_equal(who_of_agent(NULL, "a1"), "nobody");
    assert_string_equal(who_of_agent(own, "b2"), "booking");
    assert_string_equal(who_of_agent(own, "a1"), "nobody");
    assert_string_equal(who_of_agent(own, "gone"), "nobody");
    assert_string_equal(who_of_agent(token_for(&other_key, "b2", ROLE_LLM, "p-llm"), "b2"),
                        "nobody");
    assert_string_equal(who_of_agent(token_for(&test_key, "b2", ROLE_LLM, "p-old"), "b2"),
                        "nobody");
    at("172.18.0.3");
    assert_string_equal(who_of_agent(NULL, "a1"), "sales");
    assert_string_equal(who_of_agent(NULL, "b2"), "nobody");
}

/* An address is the container's only while it runs, and only if no other claims it. */
static void test_an_address_may_be_anybodys(void **state)
{
    (void)state;
    at("172.18.0.2");
    box_named(&m, "avr-sts-a1")->state = BOX_EXITED;
    assert_string_equal(who(NULL, "p-sts"), "nobody");
    box_named(&m, "avr-sts-a1")->state = BOX_RUNNING;
    assert_string_equal(who(NULL, "p-sts"), "sales sts");
    give_address("avr-asr-b2", "172.18.0.2");
    assert_string_equal(who(NULL, "p-sts"), "nobody");
    give_address("avr-asr-b2", "");
    assert_string_equal(who(NULL, "p-sts"), "sales sts");
}

static void test_before_the_first_look_there_are_tokens_only(void **state)
{
    struct live_ask ask = ask_with(token_for(&test_key, "a1", ROLE_STS, "p-sts"));
    struct live_asker asker;

    (void)state;
    at("172.18.0.2");
    ask.observed = NULL;
    assert_true(asker_of_provider(a, &ask, "p-sts", &asker));
    assert_true(asker_of_agent(a, &ask, "a1", &asker));
    ask.token = NULL;
    assert_false(asker_of_provider(a, &ask, "p-sts", &asker));
    ask.token = token_for(&test_key, "a1", ROLE_STS, "p-sts");
    ask.key = NULL;
    assert_false(asker_of_provider(a, &ask, "p-sts", &asker));
}

static void assign(const char *provider)
{
    struct agent_row *rows = arena_memdup(a, agent_rows, sizeof agent_rows);

    rows[0].provider_id[ROLE_STS] = provider;
    m.db.agents = rows;
}

static const char *told(const char *provider)
{
    const struct sources sources = {.spec = m.spec, .database = m.db, .desired = m.d};
    const struct env_list *env =
        settings_fetched(a, &sources, agent_of(&m, "sales"), ROLE_STS, provider).env;

    return env ? settings_env_json(a, env) : "nothing";
}

/* The agent has another provider now, but its container waits for its window: whoever calls
 * meanwhile hears what the old provider says today. */
static void test_a_container_made_for_an_earlier_provider(void **state)
{
    const struct provider_row second = {.id = "p-new", .type = "STS", .name = "second"};
    struct provider_row *rows = arena_alloc(a, (N_OF(provider_rows) + 1) * sizeof *rows);
    const char *old = token_for(&test_key, "a1", ROLE_STS, "p-sts");

    (void)state;
    memcpy(rows, provider_rows, sizeof provider_rows);
    rows[N_OF(provider_rows)] = second;
    m.db.providers = rows;
    m.db.n_providers++;
    assign("p-new");
    material_merge(&m);
    assert_string_equal(who(old, "p-sts"), "sales sts");
    assert_string_equal(told("p-sts"),
                        "{\"env\": {\"AGENT_PROMPT\": \"Be kind\", \"DEEPGRAM_API_KEY\": \"k1\"}}");
    assert_string_equal(told("p-new"), "{\"env\": {}}");
    assert_string_equal(told("p-none"), "nothing");
    at("172.18.0.2");
    assert_string_equal(who(NULL, "p-sts"), "sales sts");
    assert_string_equal(who(NULL, "p-new"), "sales sts");
    assert_string_equal(who_of_agent(old, "a1"), "sales");
}

static void test_a_prompt_alone(void **state)
{
    static const struct env_var vars[] = {{.name = "GEMINI_INSTRUCTIONS", .value = "Say \"hi\""},
                                          {.name = "GEMINI_MODEL", .value = "x"}};
    const struct env_list env = {vars, N_OF(vars)}, none = {vars + 1, 1};

    (void)state;
    assert_string_equal(settings_system_json(a, &env), "{\"system\": \"Say \\\"hi\\\"\"}");
    assert_null(settings_system_json(a, &none));
}

static void test_addresses_of_what_serves(void **state)
{
    (void)state;
    assert_string_equal(settings_addresses_json(a, &m.d, agent_of(&m, "sales"), &m.o),
                        "{\"stsUrl\": \"ws://avr-sts-a1:6000\"}");
    box_named(&m, "avr-llm-b2")->state = BOX_EXITED;
    assert_string_equal(settings_addresses_json(a, &m.d, agent_of(&m, "booking"), &m.o),
                        "{\"asrUrl\": \"http://avr-asr-b2:6000/speech-to-text-stream\", "
                        "\"ttsUrl\": \"http://avr-tts-b2:6000/text-to-speech-stream\"}");
}

static void test_an_entity_tag_tells_answers_apart(void **state)
{
    const char *tag = settings_etag(a, &test_key, "{}");

    (void)state;
    assert_int_equal(strlen(tag), 34);
    assert_string_equal(tag, settings_etag(a, &test_key, "{}"));
    assert_string_not_equal(tag, settings_etag(a, &test_key, "{ }"));
    assert_string_not_equal(tag, settings_etag(a, &other_key, "{}"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_who_may_read_a_provider),
        TEST(test_who_may_know_an_agents_addresses),
        TEST(test_an_address_may_be_anybodys),
        TEST(test_before_the_first_look_there_are_tokens_only),
        TEST(test_a_container_made_for_an_earlier_provider),
        TEST(test_a_prompt_alone),
        TEST(test_addresses_of_what_serves),
        TEST(test_an_entity_tag_tells_answers_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
