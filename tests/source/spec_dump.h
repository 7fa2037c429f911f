/* spec_dump.h - a spec as text, one line a value with its line:column, to compare with an expected
 * one.  Written out member by member, not led by the schema: a wrong place in the schema shows. */
#ifndef TESTS_SPEC_DUMP_H
#define TESTS_SPEC_DUMP_H

#include <string.h>

#include "base/text.h"
#include "core/inputs.h"

struct dump {
    struct text text;
    const char *root; /* this absolute path shows as $ROOT */
    unsigned level;
};

static void dump_origin(struct dump *d, const struct origin *o)
{
    const char *slash = strrchr(o->at.file, '/');
    text_printf(&d->text, "  @%s:%u:%u\n", slash ? slash + 1 : o->at.file, o->at.line,
                o->at.column);
}

static void dump_name(struct dump *d, const char *name)
{
    text_printf(&d->text, "%*s%s", (int)(2 * d->level), "", name);
}

static void dump_open(struct dump *d, const char *name, const struct origin *o)
{
    dump_name(d, name);
    if (o)
        dump_origin(d, o);
    else
        text_add(&d->text, "\n");
    d->level++;
}

/* Line breaks as \n, the root as $ROOT. */
static void dump_quoted(struct dump *d, const char *s)
{
    size_t n = strlen(d->root);

    text_add(&d->text, "\"");
    for (; *s; s++)
        if (strncmp(s, d->root, n) == 0) {
            text_add(&d->text, "$ROOT");
            s += n - 1;
        } else if (*s == '\n') {
            text_add(&d->text, "\\n");
        } else {
            text_add_n(&d->text, s, 1);
        }
    text_add(&d->text, "\"");
}

static void dump_value(struct dump *d, const char *name, const struct value *v)
{
    if (!v->text)
        return;
    dump_name(d, name);
    text_add(&d->text, " = ");
    dump_quoted(d, v->text);
    dump_origin(d, &v->origin);
}

static void dump_values(struct dump *d, const char *name, const struct values *v)
{
    if (!v->set)
        return;
    dump_open(d, v->n ? name : arena_printf(d->text.arena, "%s (empty)", name), NULL);
    for (size_t i = 0; i < v->n; i++)
        dump_value(d, "-", &v->items[i]);
    d->level--;
}

static void dump_number(struct dump *d, const char *name, const struct number *n)
{
    if (!n->set)
        return;
    dump_name(d, name);
    text_printf(&d->text, " = %lld", (long long)n->n);
    dump_origin(d, &n->origin);
}

static void dump_labels(struct dump *d, const char *name, const struct label *labels, size_t n)
{
    if (!n)
        return;
    dump_open(d, name, NULL);
    for (size_t i = 0; i < n; i++)
        dump_value(d, labels[i].key, &labels[i].value);
    d->level--;
}

static void dump_env(struct dump *d, const struct env_list *env)
{
    if (!env->n)
        return;
    dump_open(d, "environment", NULL);
    for (size_t i = 0; i < env->n; i++) {
        const struct env_var *v = &env->items[i];
        dump_name(d, v->name);
        text_add(&d->text, v->secret ? " = secret " : " = ");
        dump_quoted(d, v->value);
        dump_origin(d, &v->origin);
    }
    d->level--;
}

static void dump_settings(struct dump *d, const struct settings *s)
{
    dump_value(d, "provider", &s->provider);
    dump_values(d, "image", &s->image);
    dump_value(d, "pull_policy", &s->pull_policy);
    dump_env(d, &s->environment);
    dump_values(d, "volumes", &s->volumes);
    dump_values(d, "ports", &s->ports);
    dump_values(d, "command", &s->command);
    dump_values(d, "cap_drop", &s->cap_drop);
    dump_values(d, "extra_hosts", &s->extra_hosts);
    dump_values(d, "networks", &s->networks);
    dump_value(d, "restart", &s->restart);
    dump_value(d, "user", &s->user);
    dump_value(d, "platform", &s->platform);
    dump_value(d, "container_name", &s->container_name);
    dump_value(d, "config", &s->config);
    dump_values(d, "live_keys", &s->live_keys);
    dump_value(d, "log_driver", &s->log_driver);
    dump_labels(d, "log_options", s->log_options, s->n_log_options);
    dump_labels(d, "labels", s->labels, s->n_labels);
    dump_number(d, "stop_grace_s", &s->stop_grace_s);
    dump_number(d, "mem_limit", &s->mem_limit);
    dump_number(d, "nano_cpus", &s->nano_cpus);
    dump_value(d, "healthcheck.kind", &s->healthcheck.kind);
    dump_values(d, "healthcheck.args", &s->healthcheck.args);
    dump_number(d, "healthcheck.timeout_s", &s->healthcheck.timeout_s);
}

static void dump_rollout(struct dump *d, const struct rollout *r)
{
    dump_value(d, "order", &r->order);
    dump_number(d, "parallelism", &r->parallelism);
    dump_number(d, "delay_s", &r->delay_s);
    dump_number(d, "max_failures", &r->max_failures);
    dump_value(d, "window", &r->window);
    dump_number(d, "monitor_s", &r->monitor_s);
    dump_value(d, "failure_action", &r->failure_action);
    dump_values(d, "canary_callers", &r->canary_callers);
    dump_number(d, "canary_percent", &r->canary_percent);
    dump_number(d, "canary_calls", &r->canary_calls);
    dump_number(d, "drain_timeout_s", &r->drain_timeout_s);
    dump_value(d, "on_timeout", &r->on_timeout);
    dump_number(d, "max_call_age_s", &r->max_call_age_s);
}

static void dump_agent(struct dump *d, const struct agent_spec *agent)
{
    dump_open(d, arena_printf(d->text.arena, "agent %s", agent->key), &agent->origin);
    dump_value(d, "name", &agent->name);
    dump_value(d, "state", &agent->state);
    dump_number(d, "port", &agent->port);
    dump_number(d, "http_port", &agent->http_port);
    dump_rollout(d, &agent->rollout);
    for (enum role r = 0; r < ROLE__N; r++) {
        if (!agent->has_role[r])
            continue;
        dump_open(d, role_name[r], &agent->role_origin[r]);
        dump_settings(d, &agent->role[r]);
        d->level--;
    }
    d->level--;
}

static void dump_service(struct dump *d, const struct service_spec *s)
{
    dump_value(d, "service.control", &s->control);
    dump_value(d, "service.state_dir", &s->state_dir);
    dump_value(d, "service.log_format", &s->log_format);
    dump_number(d, "service.resync_s", &s->resync_s);
    dump_number(d, "service.history_keep_s", &s->history_keep_s);
    dump_value(d, "service.notify", &s->notify);
    dump_value(d, "service.notify_format", &s->notify_format);
    dump_value(d, "service.listen", &s->listen);
    dump_value(d, "service.advertise", &s->advertise);
    dump_value(d, "service.webhook_forward", &s->webhook_forward);
}

static const char *spec_dump(struct arena *a, const struct spec *s, const char *root)
{
    struct dump d = {.text = {.arena = a}, .root = root};

    dump_value(&d, "database", &s->database);
    dump_value(&d, "database_agents", &s->database_agents);
    dump_value(&d, "name_prefix", &s->name_prefix);
    dump_value(&d, "prune", &s->prune);
    dump_service(&d, &s->service);
    dump_open(&d, "defaults", NULL);
    dump_settings(&d, &s->defaults);
    dump_rollout(&d, &s->rollout);
    d.level--;
    for (size_t i = 0; i < s->n_providers; i++) {
        dump_open(&d, arena_printf(a, "provider %s", s->providers[i].name),
                  &s->providers[i].origin);
        dump_settings(&d, &s->providers[i].settings);
        d.level--;
    }
    for (size_t i = 0; i < s->n_agents; i++)
        dump_agent(&d, &s->agents[i]);
    return text_str(&d.text);
}

#endif
