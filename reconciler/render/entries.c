/* A container's settings as a flat list of key, value and source: what `config` prints. */
#include "render/entries.h"

typedef ARRAY(struct entry) entries_builder;

struct builder {
    struct arena *arena;
    entries_builder list;
};

static void add(struct builder *b, const char *group, const char *key, const struct value *v)
{
    if (!v->text)
        return;
    struct entry e = {group, key, v->text, v->origin, looks_secret(key ? key : group, v->text)};
    ARRAY_PUSH(b->arena, b->list, e);
}

static void add_list(struct builder *b, const char *group, const struct values *list)
{
    for (size_t i = 0; i < list->n; i++)
        add(b, group, NULL, &list->items[i]);
}

static void add_number(struct builder *b, const char *group, const struct number *n,
                       const char *unit)
{
    if (!n->set)
        return;
    struct value v = {arena_printf(b->arena, "%lld%s", (long long)n->n, unit), n->origin};
    add(b, group, NULL, &v);
}

static void add_image(struct builder *b, const struct container_spec *spec, const struct wanted *w)
{
    for (size_t i = 0; i < spec->image.n; i++)
        add(b, "image", NULL, &spec->image.candidates[i]);
    if (spec->image.n == 0 && spec->image.fallback) {
        struct value v = {spec->image.fallback, {.kind = FROM_AVR}};
        add(b, "image", NULL, &v);
    }
    if (!w || !w->image_ref)
        return;
    struct value v = {wanted_image(b->arena, w), w->image_origin};
    add(b, "image chosen", NULL, &v);
}

static void add_variable(struct builder *b, const char *group, const struct env_var *v)
{
    struct entry e = {group, v->name, v->value, v->origin,
                      v->secret || looks_secret(v->name, v->value)};
    ARRAY_PUSH(b->arena, b->list, e);
}

static void add_env(struct builder *b, const struct env_list *env)
{
    for (size_t i = 0; i < env->n; i++)
        add_variable(b, "environment", &env->items[i]);
}

/* What is in no environment, because it is fetched. */
static void add_live(struct builder *b, const struct container_spec *spec)
{
    for (size_t i = 0; spec->asks_us && i < spec->fetched.n; i++)
        if (spec->fetched.items[i].live)
            add_variable(b, "at each call", &spec->fetched.items[i]);
}

static void add_labels(struct builder *b, const char *group, const struct label *labels, size_t n)
{
    for (size_t i = 0; i < n; i++)
        add(b, group, labels[i].key, &labels[i].value);
}

static void add_settings(struct builder *b, const struct settings *s)
{
    add_list(b, "volumes", &s->volumes);
    add_list(b, "ports", &s->ports);
    add_list(b, "networks", &s->networks);
    add_list(b, "command", &s->command);
    add_list(b, "cap_drop", &s->cap_drop);
    add_list(b, "extra_hosts", &s->extra_hosts);
    add(b, "restart", NULL, &s->restart);
    add(b, "user", NULL, &s->user);
    add(b, "platform", NULL, &s->platform);
    add(b, "config", NULL, &s->config);
    add_list(b, "live_keys", &s->live_keys);
    add(b, "healthcheck", NULL, &s->healthcheck.kind);
    add_list(b, "healthcheck", &s->healthcheck.args);
    add_number(b, "healthcheck timeout", &s->healthcheck.timeout_s, "s");
    add_number(b, "stop_grace_period", &s->stop_grace_s, "s");
    if (s->mem_limit.set) {
        struct value v = {memory_text(b->arena, s->mem_limit.n), s->mem_limit.origin};
        add(b, "mem_limit", NULL, &v);
    }
    if (s->nano_cpus.set) {
        struct value v = {cpus_text(b->arena, s->nano_cpus.n), s->nano_cpus.origin};
        add(b, "cpus", NULL, &v);
    }
    add(b, "logging", NULL, &s->log_driver);
    add_labels(b, "logging", s->log_options, s->n_log_options);
    add_labels(b, "labels", s->labels, s->n_labels);
}

struct entries entries_make(struct arena *a, const struct container_spec *spec,
                            const struct wanted *w)
{
    struct builder b = {.arena = a};
    const struct settings *settings = w && w->settings ? w->settings : spec->settings;

    add_image(&b, spec, w);
    if (settings)
        add(&b, "pull_policy", NULL, &settings->pull_policy);
    add_env(&b, w && w->env.n ? &w->env : &spec->env);
    add_live(&b, spec);
    if (settings)
        add_settings(&b, settings);
    return (struct entries){b.list.items, b.list.n};
}
