/* Goal: every difference that matters is found with its effect, and nothing else is: what nobody
 * asked about, what the image or the engine brings along, and AVR's own oddities. */
#include "core/material.h"

static void test_environment(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "sales");
    struct box *sts = box_named(&m, "avr-sts-a1");

    (void)state;
    box_env(&m, sts, "AGENT_PROMPT", "Be rude");
    box_env(&m, sts, "DEEPGRAM_API_KEY", NULL);
    box_env(&m, sts, "OLD", "1");
    box_env(&m, sts, "OLD_TOKEN", "1");
    assert_string_equal(again(&m, "sales"), "sts env AGENT_PROMPT: Be rude -> Be kind replace\n"
                                            "sts env DEEPGRAM_API_KEY: - -> k1 replace secret\n"
                                            "sts env OLD: 1 -> - replace\n"
                                            "sts env OLD_TOKEN: 1 -> - replace secret\n");
}

static void test_what_image_and_engine_bring_along(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "sales");
    struct box *sts = box_named(&m, "avr-sts-a1");

    (void)state;
    box_env(&m, sts, "LANG", "C");
    box_env(&m, sts, "PATH", "/usr/bin");
    box_env(&m, sts, "TERM", "xterm");
    box_env(&m, sts, "container", "podman");
    box_env(&m, sts, "HOSTNAME", "x");
    assert_string_equal(again(&m, "sales"), "");
    box_env(&m, sts, "LANG", "it_IT"); /* somebody set it, and does no longer */
    assert_string_equal(again(&m, "sales"), "sts env LANG: it_IT -> - replace\n");
    sts->image_id = "id-nobody-has"; /* its own ENV cannot be known: say nothing of it */
    assert_string_equal(again(&m, "sales"), "sts image: id-nobody-has -> id-sts replace\n");
}

static void test_names_nobody_asked_about(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "sales");
    struct box *sts = box_named(&m, "avr-sts-a1"), *core = box_named(&m, "avr-core-a1");

    (void)state;
    m.host = (struct host){0};
    box_env(&m, sts, "BACKEND_URL", "http://back");
    box_env(&m, sts, "PROVIDER_ID", "p-sts");
    box_env(&m, core, "WEBHOOK_SECRET", "undefined");
    assert_string_equal(again(&m, "sales"), "");
    assert_string_equal(env_get(&m.w[ROLE_CORE].env, "WEBHOOK_URL")->value, "hook");
    assert_string_equal(env_get(&m.w[ROLE_STS].env, "AMI_URL")->value, "ami");
    assert_string_equal(env_get(&m.w[ROLE_STS].env, "BACKEND_URL")->value, "http://back");
    assert_null(env_get(&m.w[ROLE_CORE].env, "WEBHOOK_SECRET")); /* not frozen */

    m.host.webhook_secret = "wh"; /* now somebody asks */
    assert_string_equal(again(&m, "sales"),
                        "core env WEBHOOK_SECRET: undefined -> wh replace secret\n");
}

/* Whatever was put in to say nothing is as good as not there. */
static void test_variables_that_say_nothing(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "sales");
    struct box *core = box_named(&m, "avr-core-a1");

    (void)state;
    m.host = (struct host){0};
    box_env(&m, core, "WEBHOOK_URL", "");
    box_env(&m, core, "AMI_URL", "undefined"); /* no variable of core's at all */
    box_env(&m, box_named(&m, "avr-sts-a1"), "AMI_URL", "");
    assert_string_equal(again(&m, "sales"), "");
}

/* The first and the last name of a sorted environment. */
static void test_ends_of_the_environment(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "sales");
    struct box *sts = box_named(&m, "avr-sts-a1");

    (void)state;
    box_env(&m, sts, "AGENT_ID", NULL);
    box_env(&m, sts, "PROVIDER_STS_TYPE", NULL);
    assert_string_equal(again(&m, "sales"), "sts env AGENT_ID: - -> a1 replace\n"
                                            "sts env PROVIDER_STS_TYPE: - -> STS replace\n");
    box_env(&m, sts, "A", "1");
    box_env(&m, sts, "Z", "1");
    assert_string_equal(again(&m, "sales"), "sts env A: 1 -> - replace\n"
                                            "sts env AGENT_ID: - -> a1 replace\n"
                                            "sts env PROVIDER_STS_TYPE: - -> STS replace\n"
                                            "sts env Z: 1 -> - replace\n");
}

static void test_addresses_core_has_not_or_should_not_have(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "sales"), n = running(a, "booking");

    (void)state;
    /* An sts agent that was a pipeline once. */
    box_env(&m, box_named(&m, "avr-core-a1"), "asr_URL", "http://avr-asr-a1:6000");
    assert_string_equal(again(&m, "sales"),
                        "core env asr_URL: http://avr-asr-a1:6000 -> - replace\n");
    box_env(&n, box_named(&n, "avr-core-b2"), "LLM_URL", NULL);
    assert_string_equal(again(&n, "booking"),
                        "core env LLM_URL: - -> http://avr-llm-b2:6000/prompt-stream replace\n");
}

static void test_provider_id(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "sales");

    (void)state;
    box_env(&m, box_named(&m, "avr-sts-a1"), "PROVIDER_ID", "p-old");
    assert_string_equal(again(&m, "sales"), "sts env PROVIDER_ID: p-old -> p-sts replace\n");
    box_env(&m, box_named(&m, "avr-sts-a1"), "PROVIDER_ID", NULL);
    m.host.backend_url = "http://back";
    assert_string_equal(again(&m, "sales"), "sts env BACKEND_URL: - -> http://back replace\n"
                                            "sts env PROVIDER_ID: - -> p-sts replace\n");
}

static void test_per_call(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "sales");
    struct box *sts = box_named(&m, "avr-sts-a1");

    (void)state;
    m.spec.defaults.config = SAID("per_call", 1, 1);
    box_env(&m, sts, "AGENT_PROMPT", "Be rude");
    assert_string_equal(again(&m, "sales"), "sts env AGENT_PROMPT: Be rude -> Be kind replace\n");
    box_env(&m, sts, "BACKEND_URL", "http://back"); /* only now does it know whom to ask */
    box_env(&m, sts, "PROVIDER_ID", "p-sts");
    box_env(&m, sts, "AGENT_PROMPT", "Be rude");
    box_env(&m, sts, "DEEPGRAM_API_KEY", NULL);
    assert_string_equal(again(&m, "sales"), "sts env AGENT_PROMPT: Be rude -> Be kind live\n"
                                            "sts env DEEPGRAM_API_KEY: - -> k1 live secret\n");
    box_env(&m, sts, "AGENT_NAME", "old"); /* not a setting of the provider */
    box_env(&m, sts, "OLD", "1");          /* its old value would come back */
    const char *found = again(&m, "sales");
    assert_non_null(strstr(found, "AGENT_NAME: old -> sales replace"));
    assert_non_null(strstr(found, "OLD: 1 -> - replace"));
}

/* A box somebody tuned by hand: nobody asked, so it stays, and a successor is made the same. */
static void test_nothing_asked_is_no_difference(void **state)
{
    static const char *const binds[] = {"/srv/x:/x", "/srv/tools:/usr/src/app/tools"};
    static const char *const ports[] = {"127.0.0.1:7000:6000/tcp"};
    static const char *const caps[] = {"NET_RAW"}, *const hosts[] = {"db:10.0.0.1"};
    static const char *const command[] = {"node", "other.js"};
    static const struct pair options[] = {{"max-size", "10m"}};
    static const struct box_network networks[] = {{.name = "avr"}, {.name = "bridge"}};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "sales");
    struct box *b = box_named(&m, "avr-sts-a1");
    const struct wanted *w = &m.w[ROLE_STS];

    (void)state;
    b->binds = binds, b->n_binds = 2;
    b->ports = ports, b->n_ports = 1;
    b->cap_drop = caps, b->n_cap_drop = 1;
    b->extra_hosts = hosts, b->n_extra_hosts = 1;
    b->command = command, b->n_command = 2;
    b->log_options = options, b->n_log_options = 1;
    b->networks = networks, b->n_networks = 2;
    b->network_mode = "bridge";
    b->restart = (struct restart_policy){"on-failure", 3};
    b->memory = 1 << 28, b->nano_cpus = 500000000;
    b->user = "node";
    b->stop_timeout_s = 30;
    assert_string_equal(again(&m, "sales"), "");
    assert_int_equal(w->n_binds, 2);
    assert_string_equal(w->networks[0], "bridge");
    assert_int_equal(w->n_networks, 2);
    assert_string_equal(w->carried_ports[0], ports[0]);
    assert_true(w->stop_first);
    assert_string_equal(w->restart.name, "on-failure");
    assert_int_equal(w->memory, 1 << 28);
    assert_string_equal(w->settings->user.text, "node");
    assert_string_equal(w->settings->command.items[1].text, "other.js");
    assert_string_equal(w->settings->cap_drop.items[0].text, "NET_RAW");
    assert_string_equal(w->settings->extra_hosts.items[0].text, "db:10.0.0.1");
    assert_string_equal(w->settings->log_driver.text, "json-file");
    assert_string_equal(w->settings->log_options[0].value.text, "10m");
    assert_int_equal(w->settings->stop_grace_s.n, 30);
    assert_int_equal(w->settings->user.origin.kind, FROM_CONTAINER);
}

/* A container whose image is gone: its own ENV, user and command cannot be told from a wish. */
static void test_an_image_that_is_gone(void **state)
{
    static const char *const command[] = {"node", "other.js"};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "sales");
    struct box *sts = box_named(&m, "avr-sts-a1");

    (void)state;
    sts->user = "node";
    sts->command = command;
    box_env(&m, sts, "NODE_VERSION", "20");
    m.images.items[1].id = NULL; /* looked for by the id the box has, and not there */
    assert_string_equal(again(&m, "sales"), "");
    assert_null(m.w[ROLE_STS].settings->user.text);
    assert_false(m.w[ROLE_STS].settings->command.set);
}

/* The command of an image must not be frozen into its successors. */
static void test_the_images_own_is_not_carried(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "sales");

    (void)state;
    assert_false(m.w[ROLE_STS].settings->command.set);
    assert_null(m.w[ROLE_STS].settings->user.text);
    assert_null(m.w[ROLE_STS].settings->log_driver.text);
}

static void test_every_field_that_was_asked_for(void **state)
{
    static const struct value port = {.text = "5001:6000", .origin = SPEC_AT(1, 1)};
    static const struct value cap = {.text = "ALL", .origin = SPEC_AT(1, 2)};
    static const struct value host = {.text = "db:10.0.0.1", .origin = SPEC_AT(1, 3)};
    static const struct value network = {.text = "voice", .origin = SPEC_AT(1, 4)};
    static const struct value bind = {.text = "/srv/x:/x", .origin = SPEC_AT(1, 5)};
    static const struct value words[] = {{.text = "node", .origin = SPEC_AT(1, 6)},
                                         {.text = "other.js", .origin = SPEC_AT(1, 6)}};
    static const struct label label = {"team", {.text = "night", .origin = SPEC_AT(1, 7)}};
    static const struct label option = {"max-size", {.text = "10m", .origin = SPEC_AT(1, 8)}};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "sales");

    (void)state;
    struct settings *s = spec_of_sales(&m, ROLE_STS);
    s->ports = (struct values){&port, 1, true};
    s->cap_drop = (struct values){&cap, 1, true};
    s->extra_hosts = (struct values){&host, 1, true};
    s->networks = (struct values){&network, 1, true};
    s->volumes = (struct values){&bind, 1, true};
    s->command = (struct values){words, 2, true};
    s->labels = &label, s->n_labels = 1;
    s->log_driver = SAID("local", 1, 8);
    s->log_options = &option, s->n_log_options = 1;
    s->user = SAID("1000", 1, 9);
    s->restart = SAID("on-failure:3", 1, 10);
    s->mem_limit = (struct number){512 << 20, true, SPEC_AT(1, 11)};
    s->nano_cpus = (struct number){1500000000, true, SPEC_AT(1, 12)};
    m.host.tenant = "demo";
    assert_string_equal(again(&m, "sales"), "sts binds: - -> /srv/x:/x replace\n"
                                            "sts network: - -> voice replace\n"
                                            "sts network: avr -> - replace\n"
                                            "sts ports: - -> 5001:6000 replace\n"
                                            "sts command: node index.js -> node other.js replace\n"
                                            "sts user: - -> 1000 replace\n"
                                            "sts cap_drop: - -> ALL replace\n"
                                            "sts extra_hosts: - -> db:10.0.0.1 replace\n"
                                            "sts logging: json-file -> local replace\n"
                                            "sts logging max-size: - -> 10m replace\n"
                                            "sts labels tenant:  -> demo replace\n"
                                            "sts labels team: - -> night replace\n"
                                            "sts restart: no -> on-failure:3 update\n"
                                            "sts mem_limit: - -> 512m update\n"
                                            "sts cpus: - -> 1.5 update\n"
                                            "core labels tenant:  -> demo replace\n");
    assert_true(m.w[ROLE_STS].stop_first);
}

/* Both sides in one normal form. */
static void test_equal_in_other_words(void **state)
{
    static const char *const binds[] = {"/srv/x:/x"};
    static const char *const ports[] = {"0.0.0.0:5001:6000/tcp", "53:53/udp"};
    static const struct value volume = {.text = "/srv/x:/x:rw", .origin = SPEC_AT(1, 1)};
    static const struct value published[] = {{.text = "53:53/udp", .origin = SPEC_AT(1, 1)},
                                             {.text = "5001:6000", .origin = SPEC_AT(1, 1)}};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "sales");
    struct box *b = box_named(&m, "avr-sts-a1");

    (void)state;
    struct settings *said = spec_of_sales(&m, ROLE_STS);
    said->volumes = (struct values){&volume, 1, true};
    said->ports = (struct values){published, 2, true};
    said->restart = SAID("no", 1, 1);
    b->binds = binds, b->n_binds = 1;
    b->ports = ports, b->n_ports = 2;
    b->restart.name = "";
    assert_string_equal(again(&m, "sales"), "");
}

static void test_tools_folders(void **state)
{
    static const char *const binds[] = {"/srv/tools:/usr/src/app/tools",
                                        "/srv/own:/usr/src/app/avr_tools"};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "sales");
    struct box *b = box_named(&m, "avr-sts-a1");

    (void)state;
    b->binds = binds, b->n_binds = 2;
    assert_string_equal(again(&m, "sales"), ""); /* this process knows neither */
    m.host.tools_dir = "/srv/new";
    assert_string_equal(again(&m, "sales"),
                        "sts binds: - -> /srv/new:/usr/src/app/tools replace\n"
                        "sts binds: /srv/tools:/usr/src/app/tools -> - replace\n");
    m.host.tools_dir = "/srv/tools";
    assert_string_equal(again(&m, "sales"), "");
    /* A spec that lists volumes lists all but AVR's own. */
    static const struct value volume = {.text = "/srv/x:/x", .origin = SPEC_AT(1, 1)};
    m.spec.defaults.volumes = (struct values){&volume, 1, true};
    assert_non_null(strstr(again(&m, "sales"), "sts binds: - -> /srv/x:/x replace\n"));
    assert_null(strstr(again(&m, "sales"), "avr_tools"));
    static const char *const more[] = {"/srv/own:/usr/src/app/avr_tools", "/srv/y:/y"};
    b->binds = more;
    assert_non_null(strstr(again(&m, "sales"), "sts binds: /srv/y:/y -> - replace\n"));
    b->binds = binds;
    m.spec.defaults.volumes = (struct values){NULL, 0, true};
    assert_non_null(strstr(again(&m, "sales"), "/srv/own:/usr/src/app/avr_tools -> -"));
}

static void test_a_candidate_without_the_alias(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "booking");
    struct wanted w = m.w[ROLE_LLM];
    const struct box *b = box_named(&m, "avr-llm-b2");

    (void)state;
    w.alias = "avrd-llm-0123456789ab";
    struct drifts d = drift_find(a, &w, b, observed_image(&m.o, b->image_id));
    assert_int_equal(d.n, 1);
    assert_string_equal(d.items[0].field, "alias");
    assert_null(d.items[0].have);
    assert_string_equal(d.items[0].want, "avrd-llm-0123456789ab");
    assert_true(drifts_have(&d, EFFECT_REPLACE));
    assert_false(drifts_have(&d, EFFECT_UPDATE));

    /* Something the engine can change on the live container does not hide it … */
    w.memory = 1 << 28;
    d = drift_find(a, &w, b, observed_image(&m.o, b->image_id));
    assert_int_equal(d.n, 2);
    assert_string_equal(d.items[1].field, "alias");
    /* … and what makes a new container necessary says enough. */
    w.tenant = "demo";
    d = drift_find(a, &w, b, observed_image(&m.o, b->image_id));
    assert_int_equal(d.n, 2);
    assert_string_equal(d.items[0].field, "labels");
    assert_string_equal(d.items[1].field, "mem_limit");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_environment),
        cmocka_unit_test(test_what_image_and_engine_bring_along),
        cmocka_unit_test(test_names_nobody_asked_about),
        cmocka_unit_test(test_provider_id),
        cmocka_unit_test(test_per_call),
        cmocka_unit_test(test_nothing_asked_is_no_difference),
        cmocka_unit_test(test_the_images_own_is_not_carried),
        cmocka_unit_test(test_every_field_that_was_asked_for),
        cmocka_unit_test(test_equal_in_other_words),
        cmocka_unit_test(test_tools_folders),
        cmocka_unit_test(test_a_candidate_without_the_alias),
        cmocka_unit_test(test_variables_that_say_nothing),
        cmocka_unit_test(test_ends_of_the_environment),
        cmocka_unit_test(test_addresses_core_has_not_or_should_not_have),
        cmocka_unit_test(test_an_image_that_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
