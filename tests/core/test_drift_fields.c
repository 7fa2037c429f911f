/* Goal: one field of a container after the other, asked for and not, in its own words. */
#include "core/material.h"
#include "core/model.h"

/* Of the running container, what differs from its image is carried; what does not is not. */
static void test_user_and_command(void **state)
{
    static const char *const shorter[] = {"node"};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "sales");
    struct box *sts = box_named(&m, "avr-sts-a1");

    (void)state;
    m.images.items[0].user = m.images.items[1].user = "node";
    sts->user = "node";
    sts->command = shorter, sts->n_command = 1;
    assert_string_equal(again(&m, "sales"), "");
    assert_null(m.w[ROLE_STS].settings->user.text);
    assert_int_equal(m.w[ROLE_STS].settings->command.n, 1);
    m.spec.defaults.user = SAID("1000", 1, 1);
    assert_non_null(strstr(again(&m, "sales"), "sts user: node -> 1000 replace\n"));

    /* An empty command asks for the image's own. */
    m.spec.defaults.user = SAID(NULL, 1, 1);
    m.spec.defaults.command = (struct values){NULL, 0, true};
    assert_string_equal(again(&m, "sales"), "sts command: node -> node index.js replace\n");
}

static void test_logging_by_hand(void **state)
{
    static const struct label option = {"max-size", {.text = "10m", .origin = SPEC_AT(1, 8)}};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "sales");
    struct box *sts = box_named(&m, "avr-sts-a1");

    (void)state;
    sts->log_driver = "local";
    assert_string_equal(again(&m, "sales"), "");
    assert_string_equal(m.w[ROLE_STS].settings->log_driver.text, "local");
    m.spec.defaults.log_options = &option, m.spec.defaults.n_log_options = 1;
    assert_non_null(strstr(again(&m, "sales"), "sts logging max-size: - -> 10m replace\n"));
    m.spec.defaults.log_driver = SAID("local", 1, 8);
    assert_null(strstr(again(&m, "sales"), "sts logging: "));

    /* An engine that does not say which driver it uses. */
    sts->log_driver = NULL;
    assert_non_null(strstr(again(&m, "sales"), "sts logging: - -> local replace\n"));
    m.spec = (struct spec){0};
    assert_string_equal(again(&m, "sales"), "");
    assert_null(m.w[ROLE_STS].settings->log_driver.text);
}

static void test_time_to_stop(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "sales");

    (void)state;
    box_named(&m, "avr-sts-a1")->stop_timeout_s = 30;
    m.spec.defaults.stop_grace_s = (struct number){90, true, SPEC_AT(1, 1)};
    assert_string_equal(again(&m, "sales"), ""); /* no reason to replace anything */
    assert_int_equal(m.w[ROLE_STS].settings->stop_grace_s.n, 90);
    m.spec.defaults.stop_grace_s.set = false;
    assert_string_equal(again(&m, "sales"), "");
    assert_int_equal(m.w[ROLE_STS].settings->stop_grace_s.n, 30);
    assert_false(m.w[ROLE_CORE].settings->stop_grace_s.set);
}

/* What the engine runs by itself: a line for the shell is the shell's call, NONE is none. */
static void test_health_checks(void **state)
{
    static const char *const line[] = {"CMD-SHELL", "curl x"}, *const none[] = {"NONE"},
                             *const words[] = {"CMD", "/bin/sh", "-c", "curl x"};
    static const struct {
        const char *const *have;
        size_t n;
        const char *kind, *arg, *want;
    } cases[] = {
        {line, 2, NULL, NULL, ""},
        {line, 2, "TCP", NULL, ""},
        {line, 2, "CMD-SHELL", "curl x", ""},
        {words, 4, "CMD-SHELL", "curl x", ""},
        {line, 2, "CMD-SHELL", "curl y",
         "sts healthcheck: /bin/sh -c curl x -> /bin/sh -c curl y replace\n"},
        {line, 2, "CMD", "curl x", "sts healthcheck: /bin/sh -c curl x -> curl x replace\n"},
        {line, 2, "NONE", NULL, "sts healthcheck: /bin/sh -c curl x -> NONE replace\n"},
        {none, 1, "NONE", NULL, ""},
        {NULL, 0, "NONE", NULL, ""},
        {none, 1, NULL, NULL, ""},
        {NULL, 0, "CMD", "true", "sts healthcheck: NONE -> true replace\n"},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++) {
        struct agent_spec spec = {.key = "sales", .origin = SPEC_AT(4, 3)};
        const struct value arg = {.text = cases[i].arg, .origin = SPEC_AT(5, 9)};
        CLEANUP_ARENA struct arena *a = arena_new();
        struct material m = running(a, "sales");

        box_named(&m, "avr-sts-a1")->check =
            (struct engine_check){.test = cases[i].have, .n_test = cases[i].n, .retries = 7};
        spec.has_role[ROLE_STS] = true;
        spec.role[ROLE_STS].healthcheck.kind = SAID(cases[i].kind, 5, 5);
        spec.role[ROLE_STS].healthcheck.args = (struct values){&arg, cases[i].arg ? 1 : 0, true};
        m.spec.agents = &spec, m.spec.n_agents = 1;
        assert_string_equal(again(&m, "sales"), cases[i].want);
        assert_int_equal(m.w[ROLE_STS].check.retries, 7); /* nobody asked: as it is */
    }
}

/* The image's own check is not frozen, and how often is nobody's drift. */
static void test_a_check_of_the_image(void **state)
{
    static const char *const line[] = {"CMD-SHELL", "curl x"};
    const struct engine_check own = {.test = line, .n_test = 2};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "sales");
    struct box *sts = box_named(&m, "avr-sts-a1");

    (void)state;
    m.images.items[0].check = m.images.items[1].check = sts->check = own;
    sts->check.interval_ns = 30000000000; /* the default, said aloud */
    assert_string_equal(again(&m, "sales"), "");
    assert_int_equal(m.w[ROLE_STS].check.n_test, 0);
    sts->check.interval_ns = 5000000000;
    assert_string_equal(again(&m, "sales"), "");
    assert_int_equal(m.w[ROLE_STS].check.n_test, 2);
    assert_int_equal(m.w[ROLE_STS].check.interval_ns, 5000000000);
}

/* A further network needs a new container, unless this one was never started. */
static void test_further_networks(void **state)
{
    static const struct value two[] = {{.text = "avr"}, {.text = "voice"}};
    struct agent_spec spec = {.key = "sales", .origin = SPEC_AT(4, 3)};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "sales");
    struct box *sts = box_named(&m, "avr-sts-a1");

    (void)state;
    spec.has_role[ROLE_STS] = true;
    spec.role[ROLE_STS].networks = (struct values){two, 2, true};
    m.spec.agents = &spec, m.spec.n_agents = 1;
    assert_string_equal(again(&m, "sales"), "sts network: - -> voice replace\n");
    assert_null(network_to_connect(a, &m.w[ROLE_STS], sts));
    sts->state = BOX_CREATED;
    assert_string_equal(again(&m, "sales"), "sts network: - -> voice connect\n");
    assert_string_equal(network_to_connect(a, &m.w[ROLE_STS], sts), "voice");
    model_connect(a, sts, &m.w[ROLE_STS], "voice");
    assert_string_equal(again(&m, "sales"), "");
    assert_null(network_to_connect(a, &m.w[ROLE_STS], sts));
}

/* The engine raises, lowers and sets a limit on the live container; only a new one has none. */
static void test_limits(void **state)
{
    static const struct {
        int64_t memory, nano_cpus;
        const char *want;
    } cases[] = {
        {256 << 20, 500000000, ""},
        {512 << 20, 1000000000, "sts mem_limit: 256m -> 512m update\nsts cpus: 0.5 -> 1 update\n"},
        {2000000000, 1234567890,
         "sts mem_limit: 256m -> 1953125k update\nsts cpus: 0.5 -> 1.23456789 update\n"},
        {(256 << 20) + 1, 500000001,
         "sts mem_limit: 256m -> 268435457 update\nsts cpus: 0.5 -> 0.500000001 update\n"},
        {0, 500000000, "sts mem_limit: 256m -> - replace\n"},
        {256 << 20, 0, "sts cpus: 0.5 -> - replace\n"},
        {0, 0, "sts mem_limit: 256m -> - replace\nsts cpus: 0.5 -> - replace\n"},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++) {
        CLEANUP_ARENA struct arena *a = arena_new();
        struct material m = running(a, "sales");
        struct box *sts = box_named(&m, "avr-sts-a1");

        sts->memory = 256 << 20, sts->nano_cpus = 500000000;
        assert_string_equal(again(&m, "sales"), ""); /* nobody asked */
        struct settings *said = spec_of_sales(&m, ROLE_STS);
        said->mem_limit = (struct number){cases[i].memory, true, SPEC_AT(5, 5)};
        said->nano_cpus = (struct number){cases[i].nano_cpus, true, SPEC_AT(5, 5)};
        assert_string_equal(again(&m, "sales"), cases[i].want);
        assert_int_equal(m.w[ROLE_STS].memory, cases[i].memory);
        assert_int_equal(m.w[ROLE_STS].nano_cpus, cases[i].nano_cpus);
    }
}

static void test_restart_policies(void **state)
{
    static const struct {
        struct restart_policy have;
        const char *asked, *want;
    } cases[] = {
        {{"on-failure", 0}, "on-failure", ""},
        {{"on-failure", 3}, "on-failure:3", ""},
        {{"on-failure", 3}, "on-failure", "sts restart: on-failure:3 -> on-failure update\n"},
        {{"on-failure", 0}, "on-failure:2", "sts restart: on-failure -> on-failure:2 update\n"},
        {{"always", 0}, "no", "sts restart: always -> no update\n"},
        {{"", 0}, "no", ""},
        {{NULL, 0}, "no", ""},
        {{"always", 0}, NULL, ""},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++) {
        CLEANUP_ARENA struct arena *a = arena_new();
        struct material m = running(a, "sales");

        box_named(&m, "avr-sts-a1")->restart = cases[i].have;
        spec_of_sales(&m, ROLE_STS)->restart = SAID(cases[i].asked, 5, 5);
        assert_string_equal(again(&m, "sales"), cases[i].want);
    }
}

static void test_labels(void **state)
{
    static const struct label labels[] = {{"api.token", {.text = "t2", .origin = SPEC_AT(1, 7)}},
                                          {"note", {.text = "plain", .origin = SPEC_AT(1, 8)}},
                                          {"owner", {.text = "me", .origin = SPEC_AT(1, 9)}}};
    static const struct pair have[] = {
        {"agentName", "avr-sts-a1"},          {"api.token", "t1"},     {"app", "AVR"},
        {"note", "postgres://u:secret@db/x"}, {"of-somebody", "else"}, {"owner", "me"}};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "sales");
    struct box *sts = box_named(&m, "avr-sts-a1");

    (void)state;
    sts->labels = have, sts->n_labels = N_OF(have);
    struct settings *said = spec_of_sales(&m, ROLE_STS);
    said->labels = labels, said->n_labels = 3;
    /* Secret by name, or by the value on either side. */
    assert_string_equal(again(&m, "sales"),
                        "sts labels api.token: t1 -> t2 replace secret\n"
                        "sts labels note: postgres://u:secret@db/x -> plain replace secret\n");
}

static void test_networks(void **state)
{
    static const struct value none = {0};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "sales");
    struct box *sts = box_named(&m, "avr-sts-a1");

    (void)state;
    sts->n_networks = 0; /* somebody took it off */
    assert_string_equal(again(&m, "sales"), "sts network: - -> avr replace\n");
    m.spec.defaults.networks = (struct values){&none, 0, true}; /* names none */
    assert_string_equal(again(&m, "sales"), "sts network: - -> avr replace\n");
}

static void test_stop_first(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "sales");

    (void)state;
    assert_false(m.w[ROLE_STS].stop_first || m.w[ROLE_CORE].stop_first);
    m.spec.rollout.order = SAID("stop-first", 1, 1);
    assert_string_equal(again(&m, "sales"), "");
    assert_true(m.w[ROLE_STS].stop_first && m.w[ROLE_CORE].stop_first);
}

/* All addresses, in the words of specs and engines; "any port of the host", too. */
static void test_published_ports(void **state)
{
    static const struct {
        const char *want, *have;
        bool same;
    } cases[] = {
        {"5001:6000", "5001:6000/tcp", true},
        {"0.0.0.0:5001:6000", "5001:6000/tcp", true},
        {"[::]:5001:6000", "5001:6000/tcp", true},
        {":::5001:6000", "[::]:5001:6000/tcp", true},
        {"6000", "6000/tcp", true},
        {":6000", "6000/tcp", true},
        {"0.0.0.0::6000", "6000/tcp", true},
        {"127.0.0.1::6000", "127.0.0.1::6000/tcp", true},
        {"127.0.0.1:5001:6000", "5001:6000/tcp", false},
        {"5001:6000/udp", "5001:6000/tcp", false},
        {"5001:6000", "5002:6000/tcp", false},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++) {
        struct value port = {.text = cases[i].want, .origin = SPEC_AT(5, 5)};
        CLEANUP_ARENA struct arena *a = arena_new();
        struct material m = running(a, "sales");
        struct box *sts = box_named(&m, "avr-sts-a1");

        sts->ports = &cases[i].have, sts->n_ports = 1;
        spec_of_sales(&m, ROLE_STS)->ports = (struct values){&port, 1, true};
        if (!*again(&m, "sales") != cases[i].same)
            fail_msg("%s and %s", cases[i].want, cases[i].have);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_health_checks),    cmocka_unit_test(test_a_check_of_the_image),
        cmocka_unit_test(test_further_networks), cmocka_unit_test(test_user_and_command),
        cmocka_unit_test(test_logging_by_hand),  cmocka_unit_test(test_time_to_stop),
        cmocka_unit_test(test_limits),           cmocka_unit_test(test_restart_policies),
        cmocka_unit_test(test_labels),           cmocka_unit_test(test_networks),
        cmocka_unit_test(test_stop_first),       cmocka_unit_test(test_published_ports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
