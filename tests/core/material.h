/* material.h - small inputs for tests of merge, resolve and drift: one database with two agents and
 * their providers, and boxes that have exactly what is wanted. */
#ifndef TESTS_CORE_MATERIAL_H
#define TESTS_CORE_MATERIAL_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "core/avr.h"
#include "core/slot.h"

#define N_OF(array) (sizeof(array) / sizeof(array)[0])

#define SPEC_AT(l, c)                                                                              \
    {                                                                                              \
        .kind = FROM_SPEC, .at = {.file = "a.yaml", .line = (l), .column = (c) }                   \
    }
#define SAID(s, l, c)                                                                              \
    (struct value)                                                                                 \
    {                                                                                              \
        .text = (s), .origin = SPEC_AT(l, c)                                                       \
    }

static const struct digest_key test_key;

/* sales: sts "deepgram"; booking: a pipeline. */
static const struct pair sts_env[] = {{"DEEPGRAM_API_KEY", "k1"}, {"AGENT_PROMPT", "Be kind"}};
static const struct pair llm_env[] = {{"OPENAI_MODEL", "gpt-4o"}};
static const struct provider_row provider_rows[] = {
    {.id = "p-sts", .type = "STS", .name = "deepgram", .image = "sts", .env = sts_env, .n_env = 2},
    {.id = "p-asr", .type = "ASR", .name = "asr one", .image = "asr"},
    {.id = "p-llm", .type = "LLM", .name = "llm one", .image = "llm", .env = llm_env, .n_env = 1},
    {.id = "p-tts", .type = "TTS", .name = "tts one", .image = "tts"},
};
static const struct agent_row agent_rows[] = {
    {.id = "a1",
     .name = "sales",
     .status = "running",
     .mode = "sts",
     .port = 5001,
     .http_port = 7001,
     .provider_id = {[ROLE_STS] = "p-sts"}},
    {.id = "b2",
     .name = "booking",
     .status = "running",
     .mode = "pipeline",
     .port = 5002,
     .http_port = 7002,
     .provider_id = {[ROLE_ASR] = "p-asr", [ROLE_LLM] = "p-llm", [ROLE_TTS] = "p-tts"}},
};

struct material {
    struct arena *a;
    struct spec spec;
    struct database db;
    struct host host;
    const struct standing_orders *orders; /* NULL: none */
    struct observed o;
    struct desired d;
    struct wanted w[ROLE__N];
    ARRAY(struct box) boxes;
    ARRAY(struct image) images;
};

static inline struct material material_new(struct arena *a)
{
    return (struct material){.a = a,
                             .db = {.path = "/var/lib/avr/data.db",
                                    .providers = provider_rows,
                                    .n_providers = N_OF(provider_rows),
                                    .agents = agent_rows,
                                    .n_agents = N_OF(agent_rows),
                                    .calls_known = true}};
}

static inline void material_merge(struct material *m)
{
    merge(m->a, &m->spec, &m->db, &m->host, m->orders, true, &m->d);
}

static inline const struct agent *agent_of(const struct material *m, const char *name)
{
    for (size_t i = 0; i < m->d.n_agents; i++)
        if (text_is(m->d.agents[i].name, name))
            return &m->d.agents[i];
    fail_msg("no agent %s", name);
    return NULL;
}

static inline const struct container_spec *container(const struct material *m, const char *agent,
                                                     enum role role)
{
    const struct container_spec *c = agent_container(agent_of(m, agent), role);
    assert_non_null(c);
    return c;
}

/* Rows of providers that may be changed; they are the database's from now on. */
static inline struct provider_row *own_providers(struct material *m)
{
    struct provider_row *rows = arena_memdup(m->a, m->db.providers, sizeof provider_rows);

    m->db.providers = rows;
    return rows;
}

/* What the one agent of the spec, sales, says of this role: nothing yet. */
static inline struct settings *spec_of_sales(struct material *m, enum role r)
{
    struct agent_spec *spec = arena_alloc(m->a, sizeof *spec);

    *spec = (struct agent_spec){.key = "sales", .origin = SPEC_AT(4, 3)};
    spec->has_role[r] = true;
    m->spec.agents = spec, m->spec.n_agents = 1;
    return &spec->role[r];
}

/* Images "sts", "asr", "llm", "tts" and core's, with the ids id-sts, …; env PATH and LANG. */
static inline struct image *add_image(struct material *m, const char *asked, const char *id)
{
    static const struct pair env[] = {{"LANG", "C"}, {"PATH", "/bin"}};
    static const char *const command[] = {"node", "index.js"};

    ARRAY_PUSH(m->a, m->images,
               ((struct image){.asked = asked,
                               .id = id,
                               .env = env,
                               .n_env = 2,
                               .command = command,
                               .n_command = 2,
                               .user = ""}));
    m->o.images = m->images.items;
    m->o.n_images = m->images.n;
    return &m->images.items[m->images.n - 1];
}

static inline void add_images(struct material *m)
{
    static const char *const names[] = {"sts", "asr", "llm", "tts", "agentvoiceresponse/avr-core"};

    for (size_t i = 0; i < N_OF(names); i++) {
        add_image(m, arena_printf(m->a, "%s:latest", names[i]),
                  arena_printf(m->a, "id-%s", names[i]));
        add_image(m, arena_printf(m->a, "id-%s", names[i]), arena_printf(m->a, "id-%s", names[i]));
    }
    m->o.now_ms = 1000000000;
}

static inline void material_resolve(struct material *m, const char *agent)
{
    resolve_agent(m->a, &m->d, agent_of(m, agent), &m->o, &test_key, m->w);
}

/* A running box that has what is wanted of this role and nothing else. */
static inline struct box *add_box(struct material *m, const char *name, const struct wanted *w)
{
    static const char *const command[] = {"node", "index.js"};
    struct pair *env = arena_alloc(m->a, (w->env.n + 4) * sizeof *env);
    struct pair *labels = arena_alloc(m->a, 3 * sizeof *labels);
    struct box_network *network = arena_alloc(m->a, sizeof *network);
    const char **aliases = arena_alloc(m->a, 2 * sizeof *aliases);

    for (size_t i = 0; i < w->env.n; i++)
        env[i] = (struct pair){w->env.items[i].name, w->env.items[i].value};
    labels[0] = (struct pair){"agentName", w->spec->name};
    labels[1] = (struct pair){"app", "AVR"};
    labels[2] = (struct pair){"tenant", w->tenant ? w->tenant : ""};
    aliases[0] = "0123456789ab";
    aliases[1] = w->alias;
    *network = (struct box_network){
        .name = "avr", .ip = "172.18.0.2", .aliases = aliases, .n_aliases = w->alias ? 2 : 1};
    ARRAY_PUSH(m->a, m->boxes,
               ((struct box){.id = name,
                             .name = name,
                             .image_ref = w->image_ref,
                             .image_id = w->image_id,
                             .state = BOX_RUNNING,
                             .error = "",
                             .env = env,
                             .n_env = w->env.n,
                             .labels = labels,
                             .n_labels = 3,
                             .networks = network,
                             .n_networks = 1,
                             .network_mode = "avr",
                             .restart = {"no", 0},
                             .command = command,
                             .n_command = 2,
                             .user = "",
                             .log_driver = "json-file",
                             .stop_timeout_s = -1,
                             .health_text = "",
                             .sockets = -1}));
    m->o.boxes = m->boxes.items;
    m->o.n_boxes = m->boxes.n;
    return &m->boxes.items[m->boxes.n - 1];
}

static inline struct box *box_named(const struct material *m, const char *name)
{
    for (size_t i = 0; i < m->boxes.n; i++)
        if (text_is(m->boxes.items[i].name, name))
            return &m->boxes.items[i];
    fail_msg("no box %s", name);
    return NULL;
}

/* The agent as it is wanted now, running. */
static inline void run_agent(struct material *m, const char *agent)
{
    struct wanted w[ROLE__N];

    material_resolve(m, agent);
    memcpy(w, m->w, sizeof w);
    for (enum role r = 0; r < ROLE__N; r++)
        if (w[r].spec)
            add_box(m, w[r].spec->name, &w[r]);
    material_resolve(m, agent);
}

/* Puts, replaces or (value NULL) removes a variable of a box. */
static inline void box_env(struct material *m, struct box *b, const char *name, const char *value)
{
    struct env_build e = {.arena = m->a};
    struct pair *env;
    struct env_list list;

    for (size_t i = 0; i < b->n_env; i++)
        if (value || !text_is(b->env[i].key, name))
            env_put(&e, &(struct env_var){.name = b->env[i].key, .value = b->env[i].value});
    if (value)
        env_put(&e, &(struct env_var){.name = name, .value = value});
    list = env_done(&e);
    env = arena_alloc(m->a, (list.n + 1) * sizeof *env);
    for (size_t i = 0; i < list.n; i++)
        env[i] = (struct pair){list.items[i].name, list.items[i].value};
    b->env = env;
    b->n_env = list.n;
}

/* "NAME=value <origin>" a line. */
static inline const char *env_dump(struct arena *a, const struct env_list *env)
{
    struct text t = {.arena = a};

    for (size_t i = 0; i < env->n; i++)
        text_printf(&t, "%s=%s <%s>\n", env->items[i].name, env->items[i].value,
                    origin_text(a, &env->items[i].origin));
    return text_str(&t);
}

/* "role field key: have -> want effect" a line, over all roles that have a live box. */
static inline const char *drift_dump(struct material *m)
{
    static const char *const effects[] = {"replace", "update", "connect", "live"};
    struct text t = {.arena = m->a};

    for (enum role r = 0; r < ROLE__N; r++) {
        const struct box *live = NULL;
        for (size_t i = 0; m->w[r].spec && i < m->boxes.n; i++)
            if (text_is(m->boxes.items[i].name, m->w[r].spec->name))
                live = &m->boxes.items[i];
        if (!live)
            continue;
        struct drifts d = drift_find(m->a, &m->w[r], live, observed_image(&m->o, live->image_id));
        for (size_t i = 0; i < d.n; i++)
            text_printf(&t, "%s %s%s%s: %s -> %s %s%s\n", role_name[r], d.items[i].field,
                        d.items[i].key ? " " : "", d.items[i].key ? d.items[i].key : "",
                        d.items[i].have ? d.items[i].have : "-",
                        d.items[i].want ? d.items[i].want : "-", effects[d.items[i].effect],
                        d.items[i].secret ? " secret" : "");
    }
    return text_str(&t);
}

/* The agent as it is asked for, running. */
static inline struct material running(struct arena *a, const char *agent)
{
    struct material m = material_new(a);

    m.host = (struct host){.webhook_url = "hook", .ami_url = "ami"};
    material_merge(&m);
    add_images(&m);
    run_agent(&m, agent);
    assert_string_equal(drift_dump(&m), "");
    return m;
}

/* Merges and resolves again and compares the whole agent. */
static inline const char *again(struct material *m, const char *agent)
{
    material_merge(m);
    material_resolve(m, agent);
    return drift_dump(m);
}

#endif
