/* Goal: rows and specs as they come: incomplete, wrong, of one name, and what becomes of them. */
#include "core/material.h"

static void test_a_broken_row_hurts_only_its_agents(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    own_providers(&m)[0].problem = "config is not valid JSON at byte 17 of 40";
    material_merge(&m);
    assert_string_equal(
        agent_of(&m, "sales")->problem,
        "provider \"deepgram\", data.db: config is not valid JSON at byte 17 of 40");
    assert_null(agent_of(&m, "booking")->problem);
}

static void test_what_shall_stop_needs_no_provider(void **state)
{
    struct agent_row row = agent_rows[0];
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    row.status = "stopped";
    row.provider_id[ROLE_STS] = "gone";
    m.db.agents = &row, m.db.n_agents = 1;
    material_merge(&m);
    assert_int_equal(m.d.agents[0].wish, WISH_STOP);
    assert_null(m.d.agents[0].problem);
}

static void test_rows_that_make_no_sense(void **state)
{
    static const struct {
        const char *status, *mode, *provider, *want;
    } cases[] = {
        {"paused", "sts", "p-sts", "agent \"sales\", data.db: status \"paused\" is not known"},
        {NULL, "sts", "p-sts", "agent \"sales\", data.db: status \"\" is not known"},
        {"running", NULL, "p-sts", "agent \"sales\", data.db: mode \"\" is not known"},
        {"running", "duplex", "p-sts", "agent \"sales\", data.db: mode \"duplex\" is not known"},
        {"running", "sts", "p-no", "no provider with the id p-no in data.db"},
        {"running", "sts", NULL, "agent \"sales\" has no STS provider"},
        {"running", "pipeline", NULL, "agent \"sales\" has no ASR provider"},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++) {
        struct agent_row row = agent_rows[0];
        CLEANUP_ARENA struct arena *a = arena_new();
        struct material m = material_new(a);

        row.status = cases[i].status;
        row.mode = cases[i].mode;
        row.provider_id[ROLE_STS] = cases[i].provider;
        m.db.agents = &row, m.db.n_agents = 1;
        material_merge(&m);
        assert_string_equal(m.d.agents[0].problem, cases[i].want);
    }
}

static void test_volumes_merge_by_target(void **state)
{
    static const struct value own = {.text = "/srv/x:/usr/src/app/tools", .origin = SPEC_AT(5, 5)};
    static const struct value more = {.text = "/srv/y:/data", .origin = SPEC_AT(6, 5)};
    struct agent_spec spec = {.key = "a1", .origin = SPEC_AT(4, 3)};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a), n = material_new(a);

    (void)state;
    m.host.tools_dir = "/srv/tools";
    m.host.avr_tools_dir = "/srv/own";
    material_merge(&m);
    assert_int_equal(container(&m, "sales", ROLE_STS)->settings->volumes.n, 2);
    assert_false(container(&m, "sales", ROLE_STS)->volumes_exact);
    assert_int_equal(container(&m, "sales", ROLE_CORE)->settings->volumes.n, 0);

    n.host = m.host;
    n.spec.defaults.volumes = (struct values){&more, 1, true};
    spec.has_role[ROLE_STS] = true;
    spec.role[ROLE_STS].volumes = (struct values){&own, 1, true};
    n.spec.agents = &spec, n.spec.n_agents = 1;
    material_merge(&n);
    const struct container_spec *sts = container(&n, "sales", ROLE_STS);
    assert_int_equal(sts->settings->volumes.n, 3);
    assert_string_equal(sts->settings->volumes.items[0].text, "/srv/own:/usr/src/app/avr_tools");
    assert_string_equal(sts->settings->volumes.items[1].text, "/srv/y:/data");
    assert_string_equal(sts->settings->volumes.items[2].text, "/srv/x:/usr/src/app/tools");
    assert_true(sts->volumes_exact);
}

static void test_notices(void **state)
{
    static const struct call_row calls[] = {
        {.uuid = "1"}, {.uuid = "2", .agent_id = "a1"}, {.uuid = "3"}};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    m.db.calls = calls, m.db.n_calls = 2;
    material_merge(&m);
    assert_int_equal(m.d.n_notices, 1);
    assert_string_equal(
        m.d.notices[0],
        "1 open call in data.db cannot be attributed to an agent and counts for none");
    m.db.n_calls = 3;
    m.spec.database_agents = SAID("none", 1, 1);
    material_merge(&m);
    assert_int_equal(m.d.n_notices, 2);
    assert_string_equal(
        m.d.notices[0],
        "2 open calls in data.db cannot be attributed to an agent and count for none");
    assert_string_equal(m.d.notices[1],
                        "2 agents of data.db are left to the dashboard (database: agents: none)");
    m.spec.database_agents = SAID(NULL, 1, 1);
    m.db.n_calls = 0;
    m.db.calls_known = false;
    material_merge(&m);
    assert_non_null(strstr(m.d.notices[0], "no table of calls"));
}

static void test_pull_policies_and_probes(void **state)
{
    static const struct {
        const char *word;
        enum pull_policy pull;
        int64_t every_s;
        bool good;
    } cases[] = {
        {"prefer_local", PULL_PREFER_LOCAL, 0, true},
        {"missing", PULL_MISSING, 0, true},
        {"always", PULL_ALWAYS, 0, true},
        {"never", PULL_NEVER, 0, true},
        {"every_6h", PULL_ALWAYS, 21600, true},
        {"every_", PULL_ALWAYS, -1, false},
        {"sometimes", PULL_ALWAYS, -1, false},
    };
    static const struct value path = {.text = "/ready", .origin = SPEC_AT(1, 1)};
    CLEANUP_ARENA struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++) {
        struct material m = material_new(a);
        m.spec.defaults.pull_policy = SAID(cases[i].word, 2, 2);
        material_merge(&m);
        assert_int_equal(agent_of(&m, "sales")->problem == NULL, cases[i].good);
        const struct image_policy *p = &container(&m, "sales", ROLE_STS)->image;
        if (cases[i].good) {
            assert_int_equal(p->pull, cases[i].pull);
            assert_int_equal(p->every_s, cases[i].every_s);
        }
    }
    struct material m = material_new(a);
    m.spec.defaults.healthcheck.kind = SAID("HTTP", 2, 2);
    m.spec.defaults.healthcheck.args = (struct values){&path, 1, true};
    m.spec.defaults.healthcheck.timeout_s = (struct number){5, true, SPEC_AT(2, 2)};
    material_merge(&m);
    const struct probe *p = &container(&m, "sales", ROLE_STS)->probe;
    assert_int_equal(p->kind, PROBE_HTTP);
    assert_string_equal(p->path, "/ready");
    assert_int_equal(p->timeout_s, 5);
    m.spec.defaults.healthcheck.args = (struct values){0};
    material_merge(&m);
    assert_string_equal(container(&m, "sales", ROLE_CORE)->probe.path, "/");
}

static void test_kinds_of_probes(void **state)
{
    static const struct {
        const char *word;
        enum probe_kind kind;
    } cases[] = {{"TCP", PROBE_TCP},    {"WS", PROBE_WS},     {"HTTP", PROBE_HTTP},
                 {"CMD", PROBE_ENGINE}, {"NONE", PROBE_NONE}, {"CMD-SHELL", PROBE_ENGINE},
                 {NULL, PROBE_HTTP}};

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++) {
        CLEANUP_ARENA struct arena *a = arena_new();
        struct material m = material_new(a);
        m.spec.defaults.healthcheck.kind = SAID(cases[i].word, 2, 2);
        material_merge(&m);
        assert_int_equal(container(&m, "sales", ROLE_CORE)->probe.kind, cases[i].kind);
    }
}

/* A row whose name cannot be read goes by its id, in every place that shows where a value came
 * from. */
static void test_rows_without_a_name(void **state)
{
    static const char *const no_names[] = {NULL, ""};

    (void)state;
    for (size_t i = 0; i < N_OF(no_names); i++) {
        struct provider_row provider = provider_rows[0];
        struct agent_row rows[2] = {agent_rows[0], agent_rows[1]};
        struct agent_spec spec = {.key = "zz", .origin = SPEC_AT(4, 3)};
        CLEANUP_ARENA struct arena *a = arena_new();
        struct material m = material_new(a);

        rows[0].name = no_names[i];
        provider.name = NULL;
        provider.type = NULL;
        m.db.agents = rows, m.db.n_agents = 1;
        m.db.providers = &provider, m.db.n_providers = 1;
        material_merge(&m);
        const struct agent *agent = agent_of(&m, "a1");
        assert_null(agent->problem);
        assert_string_equal(origin_text(a, &agent->origin), "agent \"a1\", data.db");
        assert_string_equal(origin_text(a, &agent->wish_origin), "agent \"a1\", data.db");
        assert_string_equal(env_dump(a, &container(&m, "a1", ROLE_CORE)->env),
                            "AGENT_ID=a1 <AVR>\n"
                            "AGENT_NAME=a1 <agent \"a1\", data.db>\n"
                            "HTTP_PORT=7001 <agent \"a1\", data.db>\n"
                            "PORT=5001 <agent \"a1\", data.db>\n");
        const struct env_list *env = &container(&m, "a1", ROLE_STS)->env;
        assert_string_equal(env_get(env, "PROVIDER_STS_ID")->origin.where, "agent \"a1\", data.db");
        assert_string_equal(env_get(env, "PROVIDER_STS_NAME")->value, "p-sts");
        assert_string_equal(env_get(env, "PROVIDER_STS_TYPE")->value, "STS");

        /* A spec gives the name; the origins still name the row. */
        spec.key = "a1";
        spec.name = SAID("Sales desk", 5, 5);
        spec.has_role[ROLE_STS] = true;
        spec.role[ROLE_STS].provider = SAID("p-sts", 6, 6);
        m.spec.agents = &spec, m.spec.n_agents = 1;
        material_merge(&m);
        assert_null(agent_of(&m, "Sales desk")->problem);
        assert_string_equal(env_dump(a, &container(&m, "Sales desk", ROLE_CORE)->env),
                            "AGENT_ID=a1 <AVR>\n"
                            "AGENT_NAME=Sales desk <a.yaml:5:5>\n"
                            "HTTP_PORT=7001 <agent \"a1\", data.db>\n"
                            "PORT=5001 <agent \"a1\", data.db>\n");

        /* Nameless rows are nobody's typo. */
        spec = (struct agent_spec){.key = "zz", .origin = SPEC_AT(4, 3)};
        material_merge(&m);
        assert_string_equal(agent_of(&m, "zz")->problem,
                            "no agent \"zz\" in data.db, and no sts, asr, llm or tts here");
        spec.has_role[ROLE_STS] = true;
        spec.role[ROLE_STS].provider = SAID("zz", 6, 6);
        material_merge(&m);
        assert_string_equal(agent_of(&m, "zz")->problem,
                            "no provider \"zz\" in the specs or in data.db");
    }
}

static void test_a_row_with_a_problem(void **state)
{
    struct agent_row row = agent_rows[0];
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    row.name = NULL;
    row.problem = "its name is too long";
    m.db.agents = &row, m.db.n_agents = 1;
    material_merge(&m);
    assert_string_equal(m.d.agents[0].problem, "agent \"a1\", data.db: its name is too long");
}

static void test_specs_without_a_database(void **state)
{
    struct provider_spec providers[] = {{.name = "deepgram", .origin = SPEC_AT(2, 1)}};
    struct agent_spec spec = {.key = "own", .origin = SPEC_AT(4, 3)};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    m.db = (struct database){0};
    m.spec.providers = providers, m.spec.n_providers = 1;
    m.spec.agents = &spec, m.spec.n_agents = 1;
    material_merge(&m);
    assert_string_equal(m.d.agents[0].problem, "agent \"own\" needs sts, or asr, llm and tts");
    assert_int_equal(m.d.n_notices, 0);

    spec.state = SAID("absent", 5, 5); /* what shall not run need not be described */
    material_merge(&m);
    assert_null(m.d.agents[0].problem);
    assert_int_equal(m.d.agents[0].wish, WISH_ABSENT);

    spec.state = SAID(NULL, 5, 5);
    spec.has_role[ROLE_STS] = true;
    spec.role[ROLE_STS].provider = SAID("deepgran", 6, 6);
    material_merge(&m);
    assert_string_equal(m.d.agents[0].problem,
                        "no provider \"deepgran\" in the specs; did you mean \"deepgram\"?");
    spec.role[ROLE_STS].provider = SAID("deepgram", 6, 6);
    material_merge(&m);
    assert_null(m.d.agents[0].problem);
}

static void test_a_database_beside_the_program(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    m.db.path = "own.db";
    material_merge(&m);
    assert_string_equal(origin_text(a, &agent_of(&m, "sales")->origin), "agent \"sales\", own.db");
}

/* Several roles may share settings under one name; core takes part, but not with a provider the
 * dashboard knows by a type. */
static void test_core_with_a_provider(void **state)
{
    static const struct value image = {.text = "my/core", .origin = SPEC_AT(2, 9)};
    struct provider_spec providers[] = {{.name = "shared", .origin = SPEC_AT(2, 1)}};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    providers[0].settings.image = (struct values){&image, 1, true};
    struct settings *said = spec_of_sales(&m, ROLE_CORE);
    said->provider = SAID("shared", 5, 10);
    m.spec.providers = providers, m.spec.n_providers = 1;
    material_merge(&m);
    assert_null(agent_of(&m, "sales")->problem);
    assert_string_equal(container(&m, "sales", ROLE_CORE)->image.candidates[0].text, "my/core");
    assert_null(strstr(env_dump(a, &container(&m, "sales", ROLE_CORE)->env), "PROVIDER_"));
    assert_int_equal(container(&m, "sales", ROLE_CORE)->if_present.n, 0);

    said->provider = SAID("deepgram", 5, 10);
    material_merge(&m);
    assert_string_equal(agent_of(&m, "sales")->problem,
                        "provider \"deepgram\" (data.db) is of type STS and cannot serve as core");
    struct provider_row typeless = {.id = "p-any", .name = "any"};
    m.db.providers = &typeless, m.db.n_providers = 1;
    m.db.agents = NULL, m.db.n_agents = 0;
    said = spec_of_sales(&m, ROLE_CORE);
    said->provider = SAID("any", 5, 10);
    struct agent_spec both = m.spec.agents[0];
    both.has_role[ROLE_STS] = true;
    m.spec.agents = &both;
    material_merge(&m);
    assert_string_equal(agent_of(&m, "sales")->problem,
                        "provider \"any\" (data.db) cannot serve as core: core has no provider in "
                        "AVR");
}

/* A row of the database and an entry of the specs of one name are one provider, and a role that
 * names it gets both. */
static void test_a_provider_of_both(void **state)
{
    static const struct env_var env[] = {
        {.name = "AGENT_PROMPT", .value = "Be brief", .origin = SPEC_AT(2, 5)}};
    static const char *const names[] = {"deepgram", "p-sts"};

    (void)state;
    for (size_t i = 0; i < N_OF(names); i++) {
        struct provider_spec providers[] = {
            {.name = names[i], .origin = SPEC_AT(2, 1), .settings.environment = {env, 1}}};
        CLEANUP_ARENA struct arena *a = arena_new();
        struct material m = material_new(a);

        spec_of_sales(&m, ROLE_STS)->provider = SAID("deepgram", 5, 10);
        m.spec.providers = providers, m.spec.n_providers = 1;
        material_merge(&m);
        const struct env_list *list = &container(&m, "sales", ROLE_STS)->env;
        assert_string_equal(env_get(list, "AGENT_PROMPT")->value, "Be brief");
        assert_string_equal(env_get(list, "DEEPGRAM_API_KEY")->value, "k1");
        assert_string_equal(env_get(list, "PROVIDER_STS_ID")->value, "p-sts");
    }
}

/* What a spec sets by hand is not touched by the rules about it. */
static void test_backend_variables_set_by_hand(void **state)
{
    static const struct env_var env[] = {
        {.name = "BACKEND_URL", .value = "http://r:6100", .origin = SPEC_AT(3, 3)},
        {.name = "HTTP_PORT", .value = "9000", .origin = SPEC_AT(3, 3)},
        {.name = "PROVIDER_ID", .value = "by-hand", .origin = SPEC_AT(3, 3)}};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    m.host.backend_url = "http://back";
    m.spec.defaults.environment = (struct env_list){env, 3};
    material_merge(&m);
    const struct container_spec *sts = container(&m, "sales", ROLE_STS);
    const struct container_spec *core = container(&m, "sales", ROLE_CORE);
    assert_string_equal(env_get(&sts->env, "PROVIDER_ID")->value, "by-hand");
    assert_string_equal(env_get(&sts->env, "BACKEND_URL")->value, "http://r:6100");
    assert_int_equal(sts->if_present.n, 0);
    assert_int_equal(core->if_present.n, 0);
    /* Only core has a second port. */
    assert_null(sts->http_port.text);
    assert_string_equal(core->http_port.text, "9000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_broken_row_hurts_only_its_agents),
        cmocka_unit_test(test_what_shall_stop_needs_no_provider),
        cmocka_unit_test(test_rows_that_make_no_sense),
        cmocka_unit_test(test_volumes_merge_by_target),
        cmocka_unit_test(test_notices),
        cmocka_unit_test(test_pull_policies_and_probes),
        cmocka_unit_test(test_kinds_of_probes),
        cmocka_unit_test(test_rows_without_a_name),
        cmocka_unit_test(test_a_row_with_a_problem),
        cmocka_unit_test(test_specs_without_a_database),
        cmocka_unit_test(test_a_database_beside_the_program),
        cmocka_unit_test(test_core_with_a_provider),
        cmocka_unit_test(test_a_provider_of_both),
        cmocka_unit_test(test_backend_variables_set_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
