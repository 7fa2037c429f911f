/* Goal: what was asked for, agent by agent, with the place every value came from. */
#include "core/material.h"

static const struct container_spec *container(const struct material *m, const char *agent,
                                              enum role role)
{
    const struct container_spec *c = agent_container(agent_of(m, agent), role);
    assert_non_null(c);
    return c;
}

static void test_dashboard_alone(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    m.host = (struct host){.webhook_url = "hook", .webhook_secret = "wh", .ami_url = "ami"};
    material_merge(&m);
    assert_int_equal(m.d.n_agents, 2);
    assert_string_equal(m.d.agents[0].name, "booking");
    assert_true(m.d.agents[0].pipeline);
    assert_int_equal(m.d.agents[0].n_containers, 4);
    assert_int_equal(m.d.agents[1].n_containers, 2);
    const struct container_spec *sts = container(&m, "sales", ROLE_STS);
    assert_string_equal(sts->name, "avr-sts-a1");
    assert_string_equal(env_dump(a, &sts->env),
                        "AGENT_ID=a1 <AVR>\n"
                        "AGENT_NAME=sales <agent \"sales\", data.db>\n"
                        "AGENT_PROMPT=Be kind <provider \"deepgram\", data.db>\n"
                        "AMI_URL=ami <$AMI_URL>\n"
                        "DEEPGRAM_API_KEY=k1 <provider \"deepgram\", data.db>\n"
                        "PROVIDER_STS_ID=p-sts <agent \"sales\", data.db>\n"
                        "PROVIDER_STS_NAME=deepgram <provider \"deepgram\", data.db>\n"
                        "PROVIDER_STS_TYPE=STS <provider \"deepgram\", data.db>\n");
    assert_string_equal(env_dump(a, &sts->if_present),
                        "PROVIDER_ID=p-sts <agent \"sales\", data.db>\n");
    assert_string_equal(sts->image.candidates[0].text, "sts");
    assert_int_equal(sts->image.pull, PULL_PREFER_LOCAL);
    assert_int_equal(sts->probe.kind, PROBE_WS);
    const struct container_spec *core = container(&m, "sales", ROLE_CORE);
    assert_string_equal(env_dump(a, &core->env), "AGENT_ID=a1 <AVR>\n"
                                                 "AGENT_NAME=sales <agent \"sales\", data.db>\n"
                                                 "HTTP_PORT=7001 <agent \"sales\", data.db>\n"
                                                 "PORT=5001 <agent \"sales\", data.db>\n"
                                                 "WEBHOOK_SECRET=wh <$WEBHOOK_SECRET>\n"
                                                 "WEBHOOK_URL=hook <$WEBHOOK_URL>\n");
    assert_int_equal(core->image.n, 0);
    assert_string_equal(core->image.fallback, "agentvoiceresponse/avr-core:latest");
    assert_int_equal(core->probe.kind, PROBE_HTTP);
    assert_int_equal(container(&m, "booking", ROLE_ASR)->probe.kind, PROBE_TCP);
}

static void test_backend_url_asks_for_the_provider_id(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    m.host.backend_url = "http://back:3001";
    material_merge(&m);
    const struct container_spec *asr = container(&m, "booking", ROLE_ASR);
    assert_string_equal(env_get(&asr->env, "PROVIDER_ID")->value, "p-asr");
    assert_string_equal(env_get(&asr->env, "BACKEND_URL")->value, "http://back:3001");
    assert_int_equal(asr->if_present.n, 0);
    const struct container_spec *core = container(&m, "booking", ROLE_CORE);
    assert_null(env_get(&core->env, "BACKEND_URL"));
    assert_string_equal(env_dump(a, &core->if_present),
                        "BACKEND_URL=http://back:3001 <$BACKEND_URL>\n");
}

static void test_backend_url_of_a_spec(void **state)
{
    static const struct env_var env[] = {
        {.name = "BACKEND_URL", .value = "http://r:6100", .origin = SPEC_AT(3, 3)}};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    m.spec.defaults.environment = (struct env_list){env, 1};
    material_merge(&m);
    assert_string_equal(env_get(&container(&m, "sales", ROLE_STS)->env, "PROVIDER_ID")->value,
                        "p-sts");
    assert_string_equal(env_get(&container(&m, "sales", ROLE_CORE)->env, "BACKEND_URL")->value,
                        "http://r:6100");
}

/* AVR < database < defaults < providers < agent. */
static void test_layers(void **state)
{
    static const struct env_var defaults[] = {
        {.name = "A", .value = "defaults", .origin = SPEC_AT(1, 1)},
        {.name = "AGENT_PROMPT", .value = "defaults", .origin = SPEC_AT(1, 2)},
        {.name = "B", .value = "defaults", .origin = SPEC_AT(1, 3)}};
    static const struct env_var provider[] = {
        {.name = "AGENT_PROMPT", .value = "provider", .origin = SPEC_AT(2, 1)},
        {.name = "B", .value = "provider", .origin = SPEC_AT(2, 2)}};
    static const struct env_var role[] = {
        {.name = "AGENT_PROMPT", .value = "role", .origin = SPEC_AT(3, 1)}};
    struct provider_spec providers[] = {
        {.name = "deepgram", .origin = SPEC_AT(2, 1), .settings.environment = {provider, 2}}};
    struct agent_spec agents[] = {{.key = "sales", .origin = SPEC_AT(3, 1)}};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    agents[0].has_role[ROLE_STS] = true;
    agents[0].role[ROLE_STS].environment = (struct env_list){role, 1};
    m.spec.defaults.environment = (struct env_list){defaults, 3};
    m.spec.providers = providers, m.spec.n_providers = 1;
    m.spec.agents = agents, m.spec.n_agents = 1;
    material_merge(&m);
    assert_int_equal(m.d.n_agents, 2);
    const struct env_list *env = &container(&m, "sales", ROLE_STS)->env;
    assert_string_equal(env_get(env, "A")->value, "defaults");
    assert_string_equal(env_get(env, "B")->value, "provider");
    assert_string_equal(env_get(env, "AGENT_PROMPT")->value, "role");
    assert_int_equal(env_get(env, "AGENT_PROMPT")->origin.at.line, 3);
    assert_string_equal(env_get(env, "DEEPGRAM_API_KEY")->value, "k1");
    assert_true(env_get(env, "B")->of_provider);
    assert_true(env_get(env, "DEEPGRAM_API_KEY")->of_provider);
    assert_false(env_get(env, "A")->of_provider);
    assert_false(env_get(env, "AGENT_PROMPT")->of_provider);
}

static void test_status_and_wishes(void **state)
{
    static const struct {
        const char *status, *mode, *state;
        enum wish wish;
    } cases[] = {
        {"running", NULL, NULL, WISH_RUN},        {"starting", NULL, NULL, WISH_RUN},
        {"error", NULL, NULL, WISH_RUN},          {"stopped", NULL, NULL, WISH_STOP},
        {"stopping", NULL, NULL, WISH_STOP},      {"stopped", "all", NULL, WISH_RUN},
        {"stopped", "all", "stopped", WISH_STOP}, {"running", NULL, "stopped", WISH_STOP},
        {"running", NULL, "absent", WISH_ABSENT}, {"stopped", NULL, "running", WISH_RUN},
        {"stopped", "none", "running", WISH_RUN},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++) {
        CLEANUP_ARENA struct arena *a = arena_new();
        struct material m = material_new(a);
        struct agent_row row = agent_rows[0];
        struct agent_spec spec = {.key = "a1", .origin = SPEC_AT(4, 3)};

        row.status = cases[i].status;
        m.db.agents = &row, m.db.n_agents = 1;
        m.spec.database_agents = SAID(cases[i].mode, 1, 1);
        if (cases[i].state) {
            spec.state = SAID(cases[i].state, 5, 5);
            m.spec.agents = &spec, m.spec.n_agents = 1;
        }
        material_merge(&m);
        assert_int_equal(m.d.agents[0].wish, cases[i].wish);
        assert_null(m.d.agents[0].problem);
        if (cases[i].state)
            assert_int_equal(m.d.agents[0].wish_origin.at.line, 5);
    }
}

static void test_agents_none(void **state)
{
    struct agent_spec spec = {.key = "booking", .origin = SPEC_AT(4, 3)};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    m.spec.database_agents = SAID("none", 1, 1);
    m.spec.agents = &spec, m.spec.n_agents = 1;
    material_merge(&m);
    assert_int_equal(m.d.n_agents, 1);
    assert_string_equal(m.d.agents[0].id, "b2");
    assert_int_equal(m.d.n_ignored, 1);
    assert_string_equal(m.d.ignored[0], "a1");
    assert_string_equal(m.d.notices[0],
                        "1 agent of data.db is left to the dashboard (database: agents: none)");
}

static void test_an_agent_of_its_own(void **state)
{
    static const struct value image = {.text = "my/sts", .origin = SPEC_AT(6, 9)};
    struct agent_spec spec = {.key = "hotel", .origin = SPEC_AT(4, 3)};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    spec.name = SAID("Hotel Aurora", 5, 5);
    spec.port = (struct number){5100, true, SPEC_AT(7, 5)};
    spec.has_role[ROLE_STS] = true;
    spec.role[ROLE_STS].image = (struct values){&image, 1, true};
    m.spec.agents = &spec, m.spec.n_agents = 1;
    m.spec.name_prefix = SAID("dsai", 1, 1);
    m.db = (struct database){0};
    material_merge(&m);
    assert_int_equal(m.d.n_agents, 1);
    assert_null(m.d.agents[0].problem);
    const struct container_spec *sts = container(&m, "Hotel Aurora", ROLE_STS);
    assert_string_equal(sts->name, "dsai-sts-hotel");
    assert_string_equal(env_dump(a, &sts->env), "AGENT_ID=hotel <AVR>\n"
                                                "AGENT_NAME=Hotel Aurora <a.yaml:5:5>\n");
    assert_string_equal(container(&m, "Hotel Aurora", ROLE_CORE)->port.text, "5100");
}

static void test_a_provider_of_the_specs(void **state)
{
    static const struct value image = {.text = "my/asr", .origin = SPEC_AT(2, 9)};
    struct provider_spec providers[] = {{.name = "dg-asr", .origin = SPEC_AT(2, 1)}};
    struct agent_spec spec = {.key = "booking", .origin = SPEC_AT(4, 3)};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    providers[0].settings.image = (struct values){&image, 1, true};
    spec.has_role[ROLE_ASR] = true;
    spec.role[ROLE_ASR].provider = SAID("dg-asr", 5, 10);
    m.spec.providers = providers, m.spec.n_providers = 1;
    m.spec.agents = &spec, m.spec.n_agents = 1;
    material_merge(&m);
    const struct container_spec *asr = container(&m, "booking", ROLE_ASR);
    assert_string_equal(asr->image.candidates[0].text, "my/asr");
    assert_string_equal(env_dump(a, &asr->env), "AGENT_ID=b2 <AVR>\n"
                                                "AGENT_NAME=booking <agent \"booking\", data.db>\n"
                                                "PROVIDER_ASR_ID=dg-asr <a.yaml:5:10>\n"
                                                "PROVIDER_ASR_NAME=dg-asr <a.yaml:2:1>\n"
                                                "PROVIDER_ASR_TYPE=ASR <a.yaml:2:1>\n");
    /* The other roles stay the dashboard's. */
    assert_string_equal(env_get(&container(&m, "booking", ROLE_LLM)->env, "OPENAI_MODEL")->value,
                        "gpt-4o");
}

static void test_mode_follows_the_specs_roles(void **state)
{
    struct agent_spec spec = {.key = "booking", .origin = SPEC_AT(4, 3)};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    spec.has_role[ROLE_STS] = true;
    spec.role[ROLE_STS].provider = SAID("deepgram", 5, 10);
    m.spec.agents = &spec, m.spec.n_agents = 1;
    material_merge(&m);
    assert_false(agent_of(&m, "booking")->pipeline);
    assert_int_equal(agent_of(&m, "booking")->n_containers, 2);
    assert_null(agent_of(&m, "booking")->problem);
}

#define TEN  "1234567890"
#define LONG TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "1"

/* One spec or row that is wrong; the sentence and the line it points at. */
static void test_problems(void **state)
{
    enum { STS = 1 << ROLE_STS, ASR = 1 << ROLE_ASR, LLM = 1 << ROLE_LLM, TTS = 1 << ROLE_TTS };
    static const struct {
        const char *key, *provider;
        unsigned roles;
        const char *want;
        unsigned line;
    } cases[] = {
        {"sales", "deepgran", STS,
         "no provider \"deepgran\" in the specs or in data.db; did you mean \"deepgram\" "
         "(data.db)?",
         10},
        {"sales", "dg-sst", STS,
         "no provider \"dg-sst\" in the specs or in data.db; did you mean \"dg-sts\"?", 10},
        {"sales", "zzzzzzzzzzzz", STS, "no provider \"zzzzzzzzzzzz\" in the specs or in data.db",
         10},
        {"sales", "llm one", STS,
         "provider \"llm one\" (data.db) is of type LLM and cannot serve as sts", 10},
        {"sales", "deepgram", STS | ASR,
         "asr here and sts in line 20: an agent has either sts or asr, llm and tts", 21},
        {"own", NULL, 0, "no agent \"own\" in data.db, and no sts, asr, llm or tts here", 4},
        {"saless", NULL, 0,
         "no agent \"saless\" in data.db, and no sts, asr, llm or tts here; did you mean "
         "\"sales\" (data.db)?",
         4},
        {"own", "asr one", ASR, "agent \"own\" has no LLM provider", 4},
        {"sales", "deepgram", STS | LLM,
         "llm here and sts in line 20: an agent has either sts or asr, llm and tts", 22},
        {"sales", "deepgram", STS | TTS,
         "tts here and sts in line 20: an agent has either sts or asr, llm and tts", 23},
        {"own", "llm one", LLM, "agent \"own\" has no ASR provider", 4},
        {"own", "tts one", TTS, "agent \"own\" has no ASR provider", 4},
        {"-own", "deepgram", STS,
         "\"-own\" cannot be part of a container's name: letters, digits, \"_\", \".\" and \"-\" "
         "only, beginning with a letter or digit",
         4},
        {"", "deepgram", STS,
         "\"\" cannot be part of a container's name: letters, digits, \"_\", \".\" and \"-\" "
         "only, beginning with a letter or digit",
         4},
        {LONG, "deepgram", STS,
         "\"" LONG
         "\" cannot be part of a container's name: letters, digits, \"_\", \".\" and \"-\" "
         "only, beginning with a letter or digit",
         4},
        {"a b", "deepgram", STS,
         "\"a b\" cannot be part of a container's name: letters, digits, \"_\", \".\" and \"-\" "
         "only, beginning with a letter or digit",
         4},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++) {
        CLEANUP_ARENA struct arena *a = arena_new();
        struct material m = material_new(a);
        struct provider_spec providers[] = {{.name = "dg-sts", .origin = SPEC_AT(2, 1)}};
        struct agent_spec spec = {.key = cases[i].key, .origin = SPEC_AT(4, 3)};

        for (enum role r = 0; r < ROLE__N; r++)
            if (cases[i].roles & 1u << r) {
                spec.has_role[r] = true;
                spec.role_origin[r] = (struct origin)SPEC_AT(20 + r, 5);
                if (cases[i].provider)
                    spec.role[r].provider = SAID(cases[i].provider, 10, 12);
            }
        m.spec.providers = providers, m.spec.n_providers = 1;
        m.spec.agents = &spec, m.spec.n_agents = 1;
        material_merge(&m);
        const struct agent *agent = agent_of(&m, cases[i].key);
        if (!text_is(agent->problem, cases[i].want))
            fail_msg("case %zu: %s", i, agent->problem ? agent->problem : "no problem");
        assert_int_equal(agent->problem_at.line, cases[i].line);
        assert_null(agent_of(&m, "booking")->problem);
    }
}

static void test_a_broken_row_hurts_only_its_agents(void **state)
{
    struct provider_row rows[N_OF(provider_rows)];
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    memcpy(rows, provider_rows, sizeof rows);
    rows[0].problem = "config is not valid JSON at byte 17 of 40";
    m.db.providers = rows;
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

static void test_clashes_hurt_both(void **state)
{
    struct agent_spec specs[] = {{.key = "a1", .origin = SPEC_AT(4, 3)},
                                 {.key = "sales", .origin = SPEC_AT(9, 3)}};
    struct agent_row rows[2] = {agent_rows[0], agent_rows[0]};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a), n = material_new(a), p = material_new(a);

    (void)state;
    m.spec.agents = specs, m.spec.n_agents = 2;
    material_merge(&m);
    assert_int_equal(m.d.n_agents, 2);
    assert_string_equal(agent_of(&m, "sales")->problem,
                        "\"a1\" (a.yaml:4:3) and \"sales\" (a.yaml:9:3) are the same dashboard "
                        "agent");

    rows[1].id = "a9"; /* two of one name, and a spec that means one of them */
    n.db.agents = rows, n.db.n_agents = 2;
    n.spec.agents = &specs[1], n.spec.n_agents = 1;
    material_merge(&n);
    assert_string_equal(n.d.agents[0].problem,
                        "several dashboard agents are named \"sales\": use the id, here a1");
    assert_string_equal(n.d.agents[1].problem,
                        "several dashboard agents are named \"sales\": use the id, here a9");

    rows[1] = rows[0];
    p.db.agents = rows, p.db.n_agents = 2;
    material_merge(&p);
    assert_non_null(strstr(p.d.agents[0].problem, "agent id \"a1\" is used twice"));
    assert_non_null(p.d.agents[1].problem);
}

static void test_container_names(void **state)
{
    struct agent_spec specs[] = {{.key = "a1", .origin = SPEC_AT(4, 3)}};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a), n = material_new(a), p = material_new(a);

    (void)state;
    specs[0].has_role[ROLE_STS] = true;
    specs[0].role[ROLE_STS].container_name = SAID("my-sts", 5, 5);
    m.spec.agents = specs, m.spec.n_agents = 1;
    material_merge(&m);
    assert_string_equal(container(&m, "sales", ROLE_STS)->name, "my-sts");

    specs[0].role[ROLE_STS].container_name = SAID("avrd-next-000000000000", 5, 5);
    n.spec.agents = specs, n.spec.n_agents = 1;
    material_merge(&n);
    assert_non_null(strstr(agent_of(&n, "sales")->problem, "cannot be used"));

    specs[0].role[ROLE_STS].container_name = SAID("my sts", 5, 5);
    material_merge(&n);
    assert_non_null(strstr(agent_of(&n, "sales")->problem, "cannot be used"));

    specs[0].role[ROLE_STS].container_name = SAID("avr-core-b2", 5, 5);
    p.spec.agents = specs, p.spec.n_agents = 1;
    material_merge(&p);
    assert_non_null(strstr(agent_of(&p, "sales")->problem, "container name \"avr-core-b2\" is used "
                                                           "twice"));
    assert_non_null(agent_of(&p, "booking")->problem);
}

static void test_rollout(void **state)
{
    struct agent_spec spec = {.key = "a1", .origin = SPEC_AT(4, 3)};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    m.spec.rollout.monitor_s = (struct number){45, true, SPEC_AT(1, 1)};
    m.spec.rollout.on_timeout = SAID("force", 1, 1);
    m.spec.rollout.parallelism = (struct number){2, true, SPEC_AT(1, 1)};
    spec.rollout.order = SAID("stop-first", 5, 5);
    spec.rollout.on_timeout = SAID("abort", 5, 5);
    spec.rollout.failure_action = SAID("pause", 5, 5);
    spec.rollout.drain_timeout_s = (struct number){90, true, SPEC_AT(6, 6)};
    spec.rollout.max_call_age_s = (struct number){0, true, SPEC_AT(6, 6)};
    m.spec.agents = &spec, m.spec.n_agents = 1;
    m.spec.prune = SAID("true", 1, 1);
    m.host.tenant = "demo";
    material_merge(&m);
    const struct agent *sales = agent_of(&m, "sales"), *booking = agent_of(&m, "booking");
    assert_true(sales->stop_first && sales->pause_on_failure);
    assert_int_equal(sales->monitor_s, 45);
    assert_int_equal(sales->drain.on_timeout, ON_TIMEOUT_ABORT);
    assert_int_equal(sales->drain.timeout_s, 90);
    assert_int_equal(sales->drain.max_call_age_s, 0); /* 0 is a value */
    assert_int_equal(booking->drain.on_timeout, ON_TIMEOUT_FORCE);
    assert_int_equal(booking->drain.timeout_s, 3600);
    assert_int_equal(booking->drain.max_call_age_s, 14400);
    assert_false(booking->stop_first || booking->pause_on_failure);
    assert_int_equal(m.d.parallelism, 2);
    assert_true(m.d.prune && m.d.complete);
    assert_string_equal(m.d.tenant, "demo");
    m.host.tenant = ""; /* as Compose passes a variable that is not set */
    material_merge(&m);
    assert_null(m.d.tenant);
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
    struct agent_spec spec = {.key = "sales", .origin = SPEC_AT(4, 3)};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    providers[0].settings.image = (struct values){&image, 1, true};
    spec.has_role[ROLE_CORE] = true;
    spec.role[ROLE_CORE].provider = SAID("shared", 5, 10);
    m.spec.providers = providers, m.spec.n_providers = 1;
    m.spec.agents = &spec, m.spec.n_agents = 1;
    material_merge(&m);
    assert_null(agent_of(&m, "sales")->problem);
    assert_string_equal(container(&m, "sales", ROLE_CORE)->image.candidates[0].text, "my/core");

    spec.role[ROLE_CORE].provider = SAID("deepgram", 5, 10);
    material_merge(&m);
    assert_string_equal(agent_of(&m, "sales")->problem,
                        "provider \"deepgram\" (data.db) is of type STS and cannot serve as core");
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
        struct agent_spec spec = {.key = "sales", .origin = SPEC_AT(4, 3)};
        CLEANUP_ARENA struct arena *a = arena_new();
        struct material m = material_new(a);

        spec.has_role[ROLE_STS] = true;
        spec.role[ROLE_STS].provider = SAID("deepgram", 5, 10);
        m.spec.providers = providers, m.spec.n_providers = 1;
        m.spec.agents = &spec, m.spec.n_agents = 1;
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
        cmocka_unit_test(test_dashboard_alone),
        cmocka_unit_test(test_backend_url_asks_for_the_provider_id),
        cmocka_unit_test(test_backend_url_of_a_spec),
        cmocka_unit_test(test_layers),
        cmocka_unit_test(test_status_and_wishes),
        cmocka_unit_test(test_agents_none),
        cmocka_unit_test(test_an_agent_of_its_own),
        cmocka_unit_test(test_a_provider_of_the_specs),
        cmocka_unit_test(test_mode_follows_the_specs_roles),
        cmocka_unit_test(test_problems),
        cmocka_unit_test(test_a_broken_row_hurts_only_its_agents),
        cmocka_unit_test(test_what_shall_stop_needs_no_provider),
        cmocka_unit_test(test_rows_that_make_no_sense),
        cmocka_unit_test(test_clashes_hurt_both),
        cmocka_unit_test(test_container_names),
        cmocka_unit_test(test_rollout),
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
