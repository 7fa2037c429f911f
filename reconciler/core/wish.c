#include "core/wish.h"

#include "core/serial.h"

static void add_number(struct text *t, const struct number *n)
{
    serial_number(t, n->set);
    serial_number(t, n->n);
}

static void add_settings(struct text *t, const struct settings *s)
{
    serial_values(t, &s->volumes);
    serial_values(t, &s->ports);
    serial_values(t, &s->command);
    serial_values(t, &s->cap_drop);
    serial_values(t, &s->extra_hosts);
    serial_values(t, &s->networks);
    serial_text(t, s->restart.text);
    serial_text(t, s->user.text);
    serial_text(t, s->platform.text);
    serial_text(t, s->log_driver.text);
    serial_labels(t, s->log_options, s->n_log_options);
    serial_labels(t, s->labels, s->n_labels);
    add_number(t, &s->stop_grace_s);
    add_number(t, &s->mem_limit);
    add_number(t, &s->nano_cpus);
    serial_text(t, s->healthcheck.kind.text);
    serial_values(t, &s->healthcheck.args);
    add_number(t, &s->healthcheck.timeout_s);
}

static void add_container(struct text *t, const struct container_spec *c)
{
    serial_number(t, c->role);
    serial_text(t, c->name);
    for (size_t i = 0; i < c->image.n; i++)
        serial_text(t, c->image.candidates[i].text);
    serial_number(t, c->image.pull);
    serial_number(t, c->image.every_s);
    serial_text(t, c->image.fallback);
    serial_env(t, &c->env);
    serial_env(t, &c->if_present);
    serial_words(t, c->keep, c->n_keep);
    serial_number(t, c->volumes_exact);
    serial_text(t, c->port.text);
    serial_text(t, c->http_port.text);
    serial_number(t, c->per_call);
    if (c->settings->live_keys.set)
        serial_values(t, &c->settings->live_keys);
    serial_number(t, c->probe.kind);
    serial_text(t, c->probe.path);
    serial_number(t, c->probe.timeout_s);
    add_settings(t, c->settings);
}

static void add_order(struct text *t, const struct order *o)
{
    serial_number(t, o ? o->at_ms : 0);
    serial_number(t, o ? o->to_generation : 0);
    serial_text(t, o ? o->away_from : NULL);
}

static void add_agent(struct text *t, const struct agent *agent)
{
    serial_text(t, agent->id);
    serial_text(t, agent->name);
    serial_number(t, agent->wish);
    serial_number(t, agent->stop_first);
    serial_number(t, agent->pause_on_failure);
    serial_number(t, agent->monitor_s);
    serial_number(t, agent->drain.timeout_s);
    serial_number(t, agent->drain.max_call_age_s);
    serial_number(t, agent->drain.on_timeout);
    serial_words(t, agent->canary.callers, agent->canary.n_callers);
    serial_number(t, agent->canary.percent);
    serial_number(t, agent->canary.calls);
    serial_text(t, agent->problem);
    for (size_t i = 0; i < agent->n_containers; i++)
        add_container(t, &agent->containers[i]);
    add_order(t, agent->pause);
    add_order(t, agent->stop);
    add_order(t, agent->restart);
    add_order(t, agent->rollback);
}

static void add_image(struct text *t, const struct observed *o, const char *ref)
{
    const struct image *image = observed_image(o, ref);

    serial_text(t, ref);
    serial_text(t, image ? image->id : NULL);
    serial_text(t, image ? image->remote_digest : NULL);
}

const char *agent_wish(struct arena *a, const struct digest_key *key, const struct desired *d,
                       const struct agent *agent, const struct observed *o)
{
    struct arena *scratch CLEANUP_ARENA = arena_new();
    struct text t = {.arena = scratch};
    struct desired alone = *d;
    const char *const *refs;

    serial_text(&t, d->tenant);
    serial_text(&t, d->prefix);
    add_agent(&t, agent);
    alone.agents = agent;
    alone.n_agents = 1;
    size_t n = o ? resolve_image_refs(scratch, &alone, &refs) : 0;
    for (size_t i = 0; i < n; i++)
        add_image(&t, o, refs[i]);
    return digest_hex(a, key, t.s, t.len, WISH_DIGITS);
}

const char *asked_wish(struct arena *a, const struct digest_key *key, const struct agent *agent)
{
    struct arena *scratch CLEANUP_ARENA = arena_new();
    struct text t = {.arena = scratch};

    for (size_t i = 0; i < agent->n_containers; i++)
        add_container(&t, &agent->containers[i]);
    return digest_hex(a, key, t.s, t.len, WISH_DIGITS);
}

const char *wanted_wish(struct arena *a, const struct digest_key *key, const struct wanted *w)
{
    struct arena *scratch CLEANUP_ARENA = arena_new();
    struct text t = {.arena = scratch};

    serial_env(&t, &w->env);
    serial_words(&t, w->binds, w->n_binds);
    serial_words(&t, w->networks, w->n_networks);
    serial_words(&t, w->carried_ports, w->n_carried_ports);
    serial_text(&t, w->restart.name);
    serial_number(&t, w->restart.max_retries);
    serial_number(&t, w->memory);
    serial_number(&t, w->nano_cpus);
    serial_words(&t, w->check.test, w->check.n_test);
    add_settings(&t, w->settings);
    return digest_hex(a, key, t.s, t.len, WISH_DIGITS);
}

const char *rollout_wish(struct arena *a, const struct digest_key *key, const struct desired *d)
{
    struct arena *scratch CLEANUP_ARENA = arena_new();
    struct text t = {.arena = scratch};

    for (size_t i = 0; i < d->n_agents; i++)
        serial_text(&t, agent_wish(scratch, key, d, &d->agents[i], NULL));
    serial_number(&t, d->max_failures);
    return digest_hex(a, key, t.s, t.len, WISH_DIGITS);
}

const char *desired_wish(struct arena *a, const struct digest_key *key, const struct desired *d)
{
    struct arena *scratch CLEANUP_ARENA = arena_new();
    struct text t = {.arena = scratch};

    for (size_t i = 0; i < d->n_agents; i++)
        serial_text(&t, agent_wish(scratch, key, d, &d->agents[i], NULL));
    serial_words(&t, d->ignored, d->n_ignored);
    serial_words(&t, d->notices, d->n_notices);
    for (size_t i = 0; i < d->n_agents; i++)
        serial_text(&t, d->agents[i].window.text);
    serial_number(&t, d->parallelism);
    serial_number(&t, d->delay_s);
    serial_number(&t, d->max_failures);
    serial_number(&t, d->prune);
    serial_number(&t, d->complete);
    return digest_hex(a, key, t.s, t.len, WISH_DIGITS);
}
