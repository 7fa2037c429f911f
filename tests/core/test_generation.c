/* Goal: ports stay where they are, and core's URLs lead to the containers that serve, also while
 * the parts of a pipeline are replaced as a set. */
#include "core/material.h"

static const char *url_of(const struct material *m, const char *name)
{
    const struct env_var *v = env_get(&m->w[ROLE_CORE].env, name);
    return v ? v->value : NULL;
}

static void test_ports(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    material_merge(&m);
    add_images(&m);
    material_resolve(&m, "sales");
    assert_string_equal(m.w[ROLE_STS].port, "6000"); /* an image nobody knows */
    assert_string_equal(m.w[ROLE_CORE].port, "5001");
    assert_string_equal(m.w[ROLE_CORE].http_port, "7001");
    struct wanted sts = m.w[ROLE_STS], core = m.w[ROLE_CORE];

    add_box(&m, "avr-core-a1", &core);
    box_env(&m, box_named(&m, "avr-core-a1"), "STS_URL", "ws://avr-sts-a1:6111");
    material_resolve(&m, "sales");
    assert_string_equal(m.w[ROLE_STS].port, "6111"); /* as core believes */

    add_box(&m, "avrd-next-000000000001", &sts);
    box_env(&m, box_named(&m, "avrd-next-000000000001"), "PORT", "6222");
    material_resolve(&m, "sales");
    assert_string_equal(m.w[ROLE_STS].port, "6222");

    add_box(&m, "avrd-drain-000000000001", &sts);
    box_env(&m, box_named(&m, "avrd-drain-000000000001"), "PORT", "6333");
    material_resolve(&m, "sales");
    assert_string_equal(m.w[ROLE_STS].port, "6333");

    add_box(&m, "avr-sts-a1", &sts);
    box_env(&m, box_named(&m, "avr-sts-a1"), "PORT", "6444");
    material_resolve(&m, "sales");
    assert_string_equal(m.w[ROLE_STS].port, "6444");
    assert_int_equal(env_get(&m.w[ROLE_STS].env, "PORT")->origin.kind, FROM_CONTAINER);
    assert_string_equal(url_of(&m, "STS_URL"), "ws://avr-sts-a1:6444");
    assert_string_equal(drift_dump(&m), "core env STS_URL: ws://avr-sts-a1:6111 -> "
                                        "ws://avr-sts-a1:6444 replace\n");
}

static void test_known_images(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    own_providers(&m)[0].image = "127.0.0.1:5000/avr-sts-deepgram";
    material_merge(&m);
    material_resolve(&m, "sales");
    assert_string_equal(m.w[ROLE_STS].port, "6033");
}

/* Core is known by its role, whatever its image is called; of another image nothing is known. */
static void test_unknown_images(void **state)
{
    struct agent_row row = agent_rows[0];
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = material_new(a);

    (void)state;
    row.port = row.http_port = 0;
    m.db.agents = &row, m.db.n_agents = 1;
    m.host.core_default_image = "my/own";
    material_merge(&m);
    material_resolve(&m, "sales");
    assert_string_equal(m.w[ROLE_CORE].port, "5001");
    assert_null(m.w[ROLE_CORE].http_port);
    assert_int_equal(env_get(&m.w[ROLE_CORE].env, "PORT")->origin.kind, FROM_AVR);
    assert_string_equal(m.w[ROLE_STS].port, "6000");
    m.host.core_default_image = "Not One";
    material_merge(&m);
    material_resolve(&m, "sales");
    assert_string_equal(m.w[ROLE_CORE].port, "5001");
}

/* What runs may have been made from anything, and told anything. */
static void test_ports_nobody_can_tell(void **state)
{
    static const char *const urls[] = {"ws://avr-sts-a1", "nonsense", "undefined", ""};

    (void)state;
    for (size_t i = 0; i < N_OF(urls); i++) {
        CLEANUP_ARENA struct arena *a = arena_new();
        struct material m = running(a, "sales");
        struct box *sts = box_named(&m, "avr-sts-a1");

        add_image(&m, "Not One", "id-sts");
        sts->image_ref = "Not One";
        own_providers(&m)[0].image = NULL;
        box_env(&m, sts, "PORT", i ? "" : "undefined");
        box_env(&m, box_named(&m, "avr-core-a1"), "STS_URL", urls[i]);
        material_merge(&m);
        material_resolve(&m, "sales");
        assert_string_equal(m.w[ROLE_STS].image_ref, "Not One");
        assert_string_equal(m.w[ROLE_STS].port, "6000");
        assert_string_equal(url_of(&m, "STS_URL"), "ws://avr-sts-a1:6000");
    }
}

/* A live box without a PORT has none that could move. */
static void test_sts_without_a_port(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "sales");
    struct box *sts = box_named(&m, "avr-sts-a1");

    (void)state;
    box_env(&m, sts, "PORT", NULL);
    material_resolve(&m, "sales");
    assert_string_equal(m.w[ROLE_STS].port, "6000"); /* as core believes */
    assert_string_equal(env_get(&m.w[ROLE_STS].env, "PORT")->origin.where,
                        "URL of the running core");
    assert_string_equal(drift_dump(&m), "sts env PORT: - -> 6000 replace\n");
    assert_false(m.w[ROLE_STS].as_set);
}

static void test_sts_keeps_its_name_and_port(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "sales");

    (void)state;
    box_env(&m, box_named(&m, "avr-sts-a1"), "AGENT_PROMPT", "Be rude");
    material_resolve(&m, "sales");
    assert_string_equal(drift_dump(&m), "sts env AGENT_PROMPT: Be rude -> Be kind replace\n");
    assert_false(m.w[ROLE_STS].as_set);
    assert_null(m.w[ROLE_STS].alias);
    assert_string_equal(url_of(&m, "STS_URL"), "ws://avr-sts-a1:6000");
}

static void test_sts_whose_port_moves(void **state)
{
    static const struct env_var port[] = {
        {.name = "PORT", .value = "6033", .origin = SPEC_AT(6, 6)}};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "sales");

    (void)state;
    spec_of_sales(&m, ROLE_STS)->environment = (struct env_list){port, 1};
    material_merge(&m);
    material_resolve(&m, "sales");
    assert_true(m.w[ROLE_STS].as_set && m.w[ROLE_CORE].as_set);
    assert_true(text_starts(m.w[ROLE_STS].alias, "avrd-sts-"));
    assert_int_equal(strlen(m.w[ROLE_STS].alias), strlen("avrd-sts-") + 12);
    assert_string_equal(url_of(&m, "STS_URL"),
                        arena_printf(a, "ws://%s:6033", m.w[ROLE_STS].alias));
}

/* From the edit of one provider to the last rename, every state on the way asks for the same. */
static void test_pipeline_as_a_set(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "booking");

    (void)state;
    assert_false(m.w[ROLE_LLM].as_set || m.w[ROLE_CORE].as_set);
    assert_string_equal(url_of(&m, "LLM_URL"), "http://avr-llm-b2:6000/prompt-stream");

    /* 1. The llm differs: core shall dial the new one by an alias. */
    box_env(&m, box_named(&m, "avr-llm-b2"), "OPENAI_MODEL", "gpt-3");
    material_resolve(&m, "booking");
    assert_true(m.w[ROLE_LLM].as_set && m.w[ROLE_CORE].as_set);
    assert_false(m.w[ROLE_ASR].as_set || m.w[ROLE_TTS].as_set);
    const char *alias = m.w[ROLE_LLM].alias;
    const char *url = arena_printf(a, "http://%s:6000/prompt-stream", alias);
    assert_true(text_starts(alias, "avrd-llm-"));
    assert_string_equal(url_of(&m, "LLM_URL"), url);
    assert_string_equal(url_of(&m, "ASR_URL"), "http://avr-asr-b2:6000/speech-to-text-stream");
    assert_non_null(strstr(drift_dump(&m), "core env LLM_URL"));

    /* 2. The candidates exist. */
    struct wanted llm = m.w[ROLE_LLM], core = m.w[ROLE_CORE];
    add_box(&m, "avrd-next-00000000000a", &llm);
    add_box(&m, "avrd-next-00000000000b", &core);
    material_resolve(&m, "booking");
    assert_string_equal(m.w[ROLE_LLM].alias, alias);
    struct box *next = box_named(&m, "avrd-next-00000000000a");
    assert_int_equal(drift_find(a, &m.w[ROLE_LLM], next, observed_image(&m.o, next->image_id)).n,
                     0);

    /* 3. Core was swapped, its old box drains; the old llm still has the name. */
    box_named(&m, "avr-core-b2")->name = "avrd-drain-00000000000c";
    box_named(&m, "avrd-next-00000000000b")->name = "avr-core-b2";
    material_resolve(&m, "booking");
    assert_string_equal(m.w[ROLE_LLM].alias, alias);
    assert_string_equal(url_of(&m, "LLM_URL"), url);
    assert_string_equal(drift_dump(&m), "llm env OPENAI_MODEL: gpt-3 -> gpt-4o replace\n");

    /* 4. In the gap of the llm's own swap. */
    box_named(&m, "avr-llm-b2")->name = "avrd-drain-00000000000d";
    material_resolve(&m, "booking");
    assert_string_equal(m.w[ROLE_LLM].alias, alias);
    assert_string_equal(url_of(&m, "LLM_URL"), url);

    /* 5. Done: the alias is as good a name as any, nothing differs. */
    next->name = "avr-llm-b2";
    material_resolve(&m, "booking");
    assert_string_equal(drift_dump(&m), "");
    assert_false(m.w[ROLE_LLM].as_set || m.w[ROLE_CORE].as_set);
    assert_string_equal(m.w[ROLE_LLM].alias, alias);
    assert_string_equal(url_of(&m, "LLM_URL"), url);

    /* 6. The live box differs, by whatever hand: the wish is the old one again, and its alias is
     * not given twice, since this box may be the one that has it. */
    box_env(&m, next, "OPENAI_MODEL", "gpt-5");
    material_resolve(&m, "booking");
    assert_true(m.w[ROLE_LLM].as_set);
    assert_string_not_equal(m.w[ROLE_LLM].alias, alias);
}

/* An sts box that core reaches by an alias cannot be replaced under its name alone. */
static void test_sts_reached_by_an_alias(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "sales");

    (void)state;
    struct wanted sts = m.w[ROLE_STS];
    sts.alias = "avrd-sts-0123456789ab";
    m.boxes.n = 0;
    add_box(&m, "avr-sts-a1", &sts);
    struct wanted core = m.w[ROLE_CORE];
    add_box(&m, "avr-core-a1", &core);
    box_env(&m, box_named(&m, "avr-core-a1"), "STS_URL", "ws://avrd-sts-0123456789ab:6000");
    material_resolve(&m, "sales");
    assert_string_equal(drift_dump(&m), "");

    box_env(&m, box_named(&m, "avr-sts-a1"), "AGENT_PROMPT", "Be rude");
    material_resolve(&m, "sales");
    assert_true(m.w[ROLE_STS].as_set);
    assert_string_not_equal(m.w[ROLE_STS].alias, "avrd-sts-0123456789ab");
}

static void test_missing_box_behind_an_alias(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "sales");

    (void)state;
    struct wanted core = m.w[ROLE_CORE];
    m.boxes.n = 0;
    add_box(&m, "avr-core-a1", &core);
    box_env(&m, box_named(&m, "avr-core-a1"), "STS_URL", "ws://avrd-sts-0123456789ab:6010");
    material_resolve(&m, "sales");
    assert_string_equal(m.w[ROLE_STS].alias, "avrd-sts-0123456789ab");
    assert_string_equal(m.w[ROLE_STS].port, "6010");
    assert_string_equal(drift_dump(&m), "");
}

/* Only a name of exactly our form is one of ours; any other that core has is a mistake. */
static void test_names_like_an_alias(void **state)
{
    static const struct {
        const char *host;
        bool ours;
    } cases[] = {
        {"avrd-sts-0123456789ab", true},
        {"avrd-sts-0123456789a", false},
        {"avrd-sts-0123456789abc", false},
        {"avrd-sts-0123456789aB", false},
        {"avrd-sts-0123456789.b", false},
        {"avrd-sts0123456789abcd", false},
        {"avrd-llm-0123456789ab", false},
        {"avrd-sts", false},
        {"avr-sts-a1", false},
        {"gateway", false},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++) {
        CLEANUP_ARENA struct arena *a = arena_new();
        struct material m = running(a, "sales");
        struct wanted core = m.w[ROLE_CORE];

        m.boxes.n = 0;
        add_box(&m, "avr-core-a1", &core);
        box_env(&m, box_named(&m, "avr-core-a1"), "STS_URL",
                arena_printf(a, "ws://%s:6010", cases[i].host));
        material_resolve(&m, "sales");
        if (!text_is(m.w[ROLE_STS].alias, cases[i].ours ? cases[i].host : NULL))
            fail_msg("%s", cases[i].host);
    }
}

static void test_core_with_a_dead_alias(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "sales");

    (void)state;
    box_env(&m, box_named(&m, "avr-core-a1"), "STS_URL", "ws://avrd-sts-0123456789ab:6000");
    material_resolve(&m, "sales");
    assert_null(m.w[ROLE_STS].alias);
    assert_string_equal(drift_dump(&m), "core env STS_URL: ws://avrd-sts-0123456789ab:6000 -> "
                                        "ws://avr-sts-a1:6000 replace\n");
}

static void test_core_is_missing(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "booking");

    (void)state;
    box_named(&m, "avr-core-b2")->name = "somebody-elses";
    material_resolve(&m, "booking");
    assert_string_equal(url_of(&m, "TTS_URL"), "http://avr-tts-b2:6000/text-to-speech-stream");
    assert_string_equal(drift_dump(&m), "");
}

/* An agent whose core cannot be built is left as it is; what can be told of the rest is told. */
static void test_core_cannot_be_built(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "sales");

    (void)state;
    spec_of_sales(&m, ROLE_CORE)->provider = SAID("no-such", 5, 5);
    material_merge(&m);
    assert_non_null(agent_of(&m, "sales")->problem);
    material_resolve(&m, "sales");
    assert_null(m.w[ROLE_CORE].spec);
    assert_string_equal(m.w[ROLE_STS].port, "6000");
    assert_string_equal(drift_dump(&m), "");
}

/* The alias stands for everything that makes a new container necessary: each such change gives
 * another one, and what the engine changes on the live container gives none. */
static void test_what_an_alias_stands_for(void **state)
{
    static const struct value one[] = {{.text = "one:1", .origin = SPEC_AT(6, 6)}};
    static const struct value port[] = {{.text = "6000", .origin = SPEC_AT(6, 6)}};
    static const struct value bind[] = {{.text = "/a:/b", .origin = SPEC_AT(6, 6)}};
    static const struct label label[] = {{"k", {.text = "v", .origin = SPEC_AT(6, 6)}}};
    static const struct env_var env[] = {{.name = "X", .value = "1", .origin = SPEC_AT(6, 6)},
                                         {.name = "Y", .value = "2", .origin = SPEC_AT(6, 6)}};
    static const struct env_var lines[] = {
        {.name = "X", .value = "1\nY=2", .origin = SPEC_AT(6, 6)}};
    static const struct values list = {one, 1, true};
    const struct settings wishes[] = {
        {.image = list},
        {.environment = {env, 1}},
        {.environment = {env, 2}},
        {.environment = {lines, 1}},
        {.volumes = {bind, 1, true}},
        {.networks = list},
        {.ports = {port, 1, true}},
        {.command = list},
        {.cap_drop = list},
        {.extra_hosts = list},
        {.labels = label, .n_labels = 1},
        {.log_driver = SAID("local", 6, 6)},
        {.log_options = label, .n_log_options = 1},
        {.user = SAID("1000", 6, 6)},
        {.mem_limit = {0, true, SPEC_AT(6, 6)}},
        {.nano_cpus = {0, true, SPEC_AT(6, 6)}},
        {.healthcheck = {.kind = SAID("CMD", 6, 6), .args = list}},
    };
    CLEANUP_ARENA struct arena *a = arena_new();
    const char *seen[N_OF(wishes)];

    (void)state;
    for (size_t i = 0; i < N_OF(wishes); i++) {
        struct agent_spec spec = {.key = "booking", .origin = SPEC_AT(4, 3)};
        struct material m = running(a, "booking");
        struct box *llm = box_named(&m, "avr-llm-b2");

        llm->memory = 256 << 20, llm->nano_cpus = 500000000;
        spec.has_role[ROLE_LLM] = true;
        spec.role[ROLE_LLM] = wishes[i];
        m.spec.agents = &spec, m.spec.n_agents = 1;
        material_merge(&m);
        material_resolve(&m, "booking");
        if (!m.w[ROLE_LLM].as_set)
            fail_msg("wish %zu needs no new container?\n%s", i, drift_dump(&m));
        seen[i] = m.w[ROLE_LLM].alias;
        for (size_t k = 0; k < i; k++)
            if (strcmp(seen[i], seen[k]) == 0)
                fail_msg("wishes %zu and %zu share %s", k, i, seen[i]);
        material_resolve(&m, "booking");
        assert_string_equal(m.w[ROLE_LLM].alias, seen[i]); /* whoever computes it, and when */
    }

    struct agent_spec spec = {.key = "booking", .origin = SPEC_AT(4, 3)};
    struct material m = running(a, "booking");
    spec.has_role[ROLE_LLM] = true;
    spec.role[ROLE_LLM].mem_limit = (struct number){512 << 20, true, SPEC_AT(6, 6)};
    spec.role[ROLE_LLM].restart = SAID("always", 6, 6);
    m.spec.agents = &spec, m.spec.n_agents = 1;
    material_merge(&m);
    material_resolve(&m, "booking");
    assert_string_equal(drift_dump(&m), "llm restart: no -> always update\n"
                                        "llm mem_limit: - -> 512m update\n");
    assert_false(m.w[ROLE_LLM].as_set);
    assert_null(m.w[ROLE_LLM].alias);
}

/* A limit taken away from a container that core reaches by an alias: the successor must not share
 * that alias, or core would talk to both in turn. */
static void test_a_limit_taken_away_behind_an_alias(void **state)
{
    struct agent_spec spec = {.key = "booking", .origin = SPEC_AT(4, 3)};
    struct settings *s = &spec.role[ROLE_LLM];
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "booking");

    (void)state;
    spec.has_role[ROLE_LLM] = true;
    s->mem_limit = (struct number){256 << 20, true, SPEC_AT(6, 6)};
    m.spec.agents = &spec, m.spec.n_agents = 1;
    material_merge(&m);
    box_env(&m, box_named(&m, "avr-llm-b2"), "OPENAI_MODEL", "gpt-3");
    material_resolve(&m, "booking");
    struct wanted llm = m.w[ROLE_LLM], core = m.w[ROLE_CORE];
    const char *alias = llm.alias;
    assert_non_null(alias);

    /* That generation runs now. */
    box_named(&m, "avr-llm-b2")->name = "gone";
    box_named(&m, "avr-core-b2")->name = "gone, too";
    add_box(&m, "avr-llm-b2", &llm)->memory = 256 << 20;
    add_box(&m, "avr-core-b2", &core);
    material_resolve(&m, "booking");
    assert_string_equal(drift_dump(&m), "");
    assert_string_equal(m.w[ROLE_LLM].alias, alias);

    s->mem_limit.n = 0;
    material_merge(&m);
    material_resolve(&m, "booking");
    assert_true(m.w[ROLE_LLM].as_set && m.w[ROLE_CORE].as_set);
    assert_string_not_equal(m.w[ROLE_LLM].alias, alias);
    assert_non_null(strstr(url_of(&m, "LLM_URL"), m.w[ROLE_LLM].alias));
}

/* The wish for a part of a set that cannot be built has a name as any other; nothing is created
 * from it. */
static void test_a_part_without_an_image(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "booking");

    (void)state;
    own_providers(&m)[2].image = "Not One";
    m.host.tenant = "demo";
    material_merge(&m);
    material_resolve(&m, "booking");
    assert_non_null(m.w[ROLE_LLM].problem);
    assert_null(m.w[ROLE_LLM].image_ref);
    assert_true(m.w[ROLE_LLM].as_set);
    assert_true(text_starts(m.w[ROLE_LLM].alias, "avrd-llm-"));
}

/* Something newer in the registry is another generation before its id is known. */
static void test_a_newer_image_is_another_generation(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "booking");

    (void)state;
    m.spec.defaults.pull_policy = SAID("always", 1, 1);
    material_merge(&m);
    for (size_t i = 0; i < m.images.n; i++)
        if (text_is(m.images.items[i].asked, "llm:latest"))
            m.images.items[i].remote_digest = "sha256:00";
    material_resolve(&m, "booking");
    assert_true(m.w[ROLE_LLM].pull && m.w[ROLE_LLM].as_set);
    assert_true(text_starts(m.w[ROLE_LLM].alias, "avrd-llm-"));
    assert_false(m.w[ROLE_ASR].as_set);
}

static void test_a_fixed_address_is_left_alone(void **state)
{
    static const struct env_var url[] = {
        {.name = "LLM_URL", .value = "http://gateway:9000/v1", .origin = SPEC_AT(6, 6)}};
    struct agent_spec spec = {.key = "booking", .origin = SPEC_AT(4, 3)};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "booking");

    (void)state;
    spec.has_role[ROLE_CORE] = true;
    spec.role[ROLE_CORE].environment = (struct env_list){url, 1};
    m.spec.agents = &spec, m.spec.n_agents = 1;
    material_merge(&m);
    box_env(&m, box_named(&m, "avr-llm-b2"), "OPENAI_MODEL", "gpt-3");
    material_resolve(&m, "booking");
    assert_string_equal(url_of(&m, "LLM_URL"), "http://gateway:9000/v1");
    assert_false(m.w[ROLE_LLM].as_set);
    assert_null(m.w[ROLE_LLM].alias);
}

static void test_wrong_names_of_the_main_branch(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct material m = running(a, "booking");
    struct box *core = box_named(&m, "avr-core-b2");

    (void)state;
    box_env(&m, core, "LLM_URL", NULL);
    box_env(&m, core, "llm_URL", "http://avr-llm-b2:6000");
    material_resolve(&m, "booking");
    assert_string_equal(drift_dump(&m), "");
    assert_string_equal(url_of(&m, "LLM_URL"), "http://avr-llm-b2:6000/prompt-stream");

    box_env(&m, core, "llm_URL", "http://avr-llm-b2:6999");
    material_resolve(&m, "booking");
    assert_string_equal(drift_dump(&m), "core env LLM_URL: http://avr-llm-b2:6999 -> "
                                        "http://avr-llm-b2:6000/prompt-stream replace\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ports),
        cmocka_unit_test(test_known_images),
        cmocka_unit_test(test_sts_keeps_its_name_and_port),
        cmocka_unit_test(test_sts_whose_port_moves),
        cmocka_unit_test(test_pipeline_as_a_set),
        cmocka_unit_test(test_sts_reached_by_an_alias),
        cmocka_unit_test(test_missing_box_behind_an_alias),
        cmocka_unit_test(test_core_with_a_dead_alias),
        cmocka_unit_test(test_core_is_missing),
        cmocka_unit_test(test_a_fixed_address_is_left_alone),
        cmocka_unit_test(test_wrong_names_of_the_main_branch),
        cmocka_unit_test(test_unknown_images),
        cmocka_unit_test(test_ports_nobody_can_tell),
        cmocka_unit_test(test_sts_without_a_port),
        cmocka_unit_test(test_names_like_an_alias),
        cmocka_unit_test(test_core_cannot_be_built),
        cmocka_unit_test(test_what_an_alias_stands_for),
        cmocka_unit_test(test_a_limit_taken_away_behind_an_alias),
        cmocka_unit_test(test_a_part_without_an_image),
        cmocka_unit_test(test_a_newer_image_is_another_generation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
