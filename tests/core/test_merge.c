/* Goal: what was asked for, agent by agent, with the place every value came from. */
#include "core/material.h"

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
    m.spec.rollout.delay_s = (struct number){30, true, SPEC_AT(1, 1)};
    m.spec.rollout.max_failures = (struct number){3, true, SPEC_AT(1, 1)};
    m.spec.rollout.window = SAID("Mon-Fri 02:00-05:00, Sat 01:00-06:00", 1, 1);
    spec.rollout.window = SAID("always", 5, 5);
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
    assert_int_equal(m.d.delay_s, 30);
    assert_int_equal(m.d.max_failures, 3);
    assert_int_equal(sales->window.n, 0);
    assert_int_equal(booking->window.n, 2);
    assert_true(m.d.prune && m.d.complete);
    assert_string_equal(m.d.tenant, "demo");
    m.host.tenant = ""; /* as Compose passes a variable that is not set */
    material_merge(&m);
    assert_null(m.d.tenant);
}

static void test_a_canary_is_asked_for_by_any_of_its_keys(void **state)
{
    static const struct value caller = {.text = "2000"};
    struct agent_spec spec = {.key = "a1", .origin = SPEC_AT(4, 3)};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    m.spec.agents = &spec, m.spec.n_agents = 1;
    material_merge(&m);
    assert_int_equal(agent_of(&m, "sales")->canary.calls, 0);
    m.spec.rollout.canary_percent = (struct number){0, true, SPEC_AT(1, 1)};
    spec.rollout.canary_callers = (struct values){&caller, 1, true};
    material_merge(&m);
    const struct canary_policy *canary = &agent_of(&m, "sales")->canary;
    assert_int_equal(canary->percent, 0);
    assert_int_equal(canary->calls, 20);
    assert_string_equal(canary->callers[0], "2000");
    assert_null(agent_of(&m, "sales")->problem);
    /* Where nobody is named and nobody drawn, no call would ever tell. */
    spec.rollout.canary_callers.set = false;
    material_merge(&m);
    assert_string_equal(
        agent_of(&m, "sales")->problem,
        "its canary lets no call meet the new container: name callers, or a percent "
        "above 0");
    m.spec.rollout.canary_percent.set = false;
    m.spec.rollout.canary_calls = (struct number){5, true, SPEC_AT(1, 1)};
    material_merge(&m);
    assert_int_equal(agent_of(&m, "sales")->canary.percent, 10);
    assert_int_equal(agent_of(&m, "sales")->canary.calls, 5);
}

/* What all agents are asked for means those for whom it can be; who asks it of one, errs. */
static void test_a_pipeline_has_no_canary(void **state)
{
    static const struct value caller = {.text = "2000", .origin = SPEC_AT(6, 7)};
    struct agent_spec spec = {.key = "b2", .origin = SPEC_AT(4, 3)};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    m.spec.agents = &spec, m.spec.n_agents = 1;
    m.spec.rollout.canary_calls = (struct number){5, true, SPEC_AT(1, 1)};
    material_merge(&m);
    const struct agent *booking = agent_of(&m, "booking");
    assert_null(booking->problem);
    assert_int_equal(booking->canary.calls, 0);
    assert_string_equal(m.d.notices[m.d.n_notices - 1],
                        "1 agent in mode pipeline is replaced without a canary (defaults: "
                        "update.canary): their calls cannot be sent elsewhere");
    spec.rollout.canary_callers = (struct values){&caller, 1, true};
    material_merge(&m);
    booking = agent_of(&m, "booking");
    assert_string_equal(booking->problem,
                        "no call of a pipeline can be sent to a container of its own, so it can "
                        "have no canary: take update.canary out");
    assert_int_equal(booking->problem_at.line, 6);
}

/* The reader refuses it; whoever else says it does not get an agent that is replaced at any time.
 */
static void test_a_window_that_cannot_be_read(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    m.spec.rollout.window = SAID("at night", 1, 1);
    material_merge(&m);
    assert_string_equal(agent_of(&m, "sales")->problem,
                        "its window cannot be read: a day is Mon, Tue, Wed, Thu, Fri, Sat or Sun");
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
        cmocka_unit_test(test_clashes_hurt_both),
        cmocka_unit_test(test_container_names),
        cmocka_unit_test(test_a_canary_is_asked_for_by_any_of_its_keys),
        cmocka_unit_test(test_a_pipeline_has_no_canary),
        cmocka_unit_test(test_a_window_that_cannot_be_read),
        cmocka_unit_test(test_rollout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
