/* Environments: what was asked for, what is kept, the ports, and how core reaches its providers.
 *
 * A port stays what it is as long as nobody fixes it, so core's URLs stay right when a provider is
 * replaced under its name.  Where that is not enough - a pipeline, whose parts must change together
 * so that no call sees mixed settings, or a port that moves - the new provider gets a network alias
 * of its own and core's wanted URL names it: the old core keeps the old provider by the canonical
 * name until its last call has ended. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/avr.h"
#include "core/reference.h"
#include "core/resolve_parts.h"
#include "core/serial.h"

enum { ALIAS_DIGITS = 12 };

static const char *env_of(const struct box *b, const char *name)
{
    const char *value = b ? pair_get(b->env, b->n_env, name) : NULL;
    return value && *value && !avr_means_unset(name, value) ? value : NULL;
}

/* What the running core was told about this role; NULL: nothing. */
static const char *core_url(const struct resolving *v, enum role role)
{
    const struct box *core = slot_carried(&v->slots[ROLE_CORE]);
    const char *url = env_of(core, avr_url_name(role));

    return url || !avr_url_name_wrong(role) ? url : env_of(core, avr_url_name_wrong(role));
}

static bool core_url_parse(const struct resolving *v, enum role role, struct avr_url *ret)
{
    const char *url = core_url(v, role);
    return url && avr_url_parse(v->arena, url, ret);
}

static const char *image_port(struct arena *a, const struct wanted *w)
{
    struct reference r;
    struct err err;
    int port = 0;

    if (w->image_ref && reference_parse(a, w->image_ref, &r, &err) == 0)
        port = avr_image_port(reference_basename(&r));
    if (!port)
        port = w->spec->role == ROLE_CORE ? avr_image_port("avr-core") : AVR_ANY_PORT;
    return arena_printf(a, "%d", port);
}

/* Fixed by somebody, else as it is, else as core believes, else as the image does by itself. */
static struct value port_of(const struct resolving *v, enum role role)
{
    const struct wanted *w = &v->wanted[role];
    const struct slot *s = &v->slots[role];
    struct value port = w->spec->port;
    struct avr_url url;

    if (port.text)
        return port;
    port.origin = (struct origin){.kind = FROM_CONTAINER};
    port.text = env_of(s->live, "PORT");
    if (!port.text && s->n_drains)
        port.text = env_of(s->drains[0], "PORT");
    if (!port.text)
        port.text = env_of(s->next, "PORT");
    if (!port.text && role != ROLE_CORE && core_url_parse(v, role, &url) && *url.port) {
        port.text = url.port;
        port.origin.where = "URL of the running core";
    }
    if (!port.text)
        port = (struct value){image_port(v->arena, w), {.kind = FROM_AVR}};
    return port;
}

/* All but core's URLs. */
static void environment_begin(struct resolving *v, enum role role, struct env_build *b)
{
    struct wanted *w = &v->wanted[role];
    const struct box *from = slot_carried(&v->slots[role]);
    struct value port = port_of(v, role);

    b->arena = v->arena;
    env_put_all(b, &w->spec->env);
    for (size_t i = 0; i < w->spec->if_present.n; i++)
        if (env_of(from, w->spec->if_present.items[i].name))
            env_put(b, &w->spec->if_present.items[i]);
    for (size_t i = 0; i < w->spec->n_keep; i++) {
        const char *name = w->spec->keep[i], *value = env_of(from, name);
        if (value)
            env_put(b, &(struct env_var){.name = name,
                                         .value = value,
                                         .secret = looks_secret(name, value),
                                         .origin = {.kind = FROM_CONTAINER}});
    }
    env_put(b, &(struct env_var){.name = "PORT", .value = port.text, .origin = port.origin});
    w->env = env_done(b);
    w->port = port.text;
    if (w->spec->asks_us && !env_get(&w->env, "BACKEND_URL"))
        w->problem = "it asks for its settings at each call, and its token cannot be made: the key "
                     "in the state folder cannot be read";
    const struct env_var *http = role == ROLE_CORE ? env_get(&w->env, "HTTP_PORT") : NULL;
    w->http_port = http ? http->value : NULL;
}

static bool is_our_alias(enum role role, const char *host)
{
    if (!text_starts(host, "avrd-") || !text_starts(host + 5, role_name[role]))
        return false;
    const char *rest = host + 5 + strlen(role_name[role]);
    return *rest == '-' && strlen(rest + 1) == ALIAS_DIGITS &&
           strspn(rest + 1, "0123456789abcdef") == ALIAS_DIGITS;
}

/* The alias of ours that a box has; NULL: none, or no box. */
static const char *alias_of(const struct box *b, enum role role)
{
    for (size_t i = 0; b && i < b->n_networks; i++)
        for (size_t k = 0; k < b->networks[i].n_aliases; k++)
            if (is_our_alias(role, b->networks[i].aliases[k]))
                return b->networks[i].aliases[k];
    return NULL;
}

/* avrd-<role>-<12 hex> over the live box and everything that makes a new one necessary: the same
 * wish gives the same alias, whoever computes it and when; a wish that comes back later does not,
 * since a box of its first time may still have that one. */
static const char *generation_alias(const struct resolving *v, const struct wanted *w,
                                    const struct box *live)
{
    const struct settings *s = w->settings;
    struct text t = {.arena = v->arena};

    serial_text(&t, v->agent->id);
    serial_text(&t, live->id);
    serial_text(&t, role_name[w->spec->role]);
    serial_text(&t, w->image_id && !w->pull ? w->image_id : w->image_ref);
    serial_env(&t, &w->env);
    serial_words(&t, w->binds, w->n_binds);
    serial_words(&t, w->networks, w->n_networks);
    serial_words(&t, w->carried_ports, w->n_carried_ports);
    serial_values(&t, &s->ports);
    serial_values(&t, &s->command);
    serial_values(&t, &s->cap_drop);
    serial_values(&t, &s->extra_hosts);
    serial_words(&t, w->check.test, w->check.n_test);
    serial_labels(&t, s->labels, s->n_labels);
    serial_labels(&t, s->log_options, s->n_log_options);
    serial_text(&t, s->user.text);
    serial_text(&t, s->log_driver.text);
    serial_text(&t, w->tenant);
    if (w->restart_order.text)
        serial_text(&t, w->restart_order.text);
    /* Only taking a limit away needs a new container. */
    text_printf(&t, "%d %d\n", w->memory == 0, w->nano_cpus == 0);
    return arena_printf(v->arena, "avrd-%s-%s", role_name[w->spec->role],
                        digest_hex(v->arena, v->key, t.s, t.len, ALIAS_DIGITS));
}

/* By which name core shall reach this provider, and whether the two must change together.
 *
 * live matches   the name core uses now, if it leads to the live box: nothing changes
 * live differs   pipeline, or the port moves, or core uses an alias of the box that goes: a new
 *                alias, and core follows (as_set); else the canonical name, which moves by itself
 * no live box    in the gap of a swap the candidate's own alias; else an alias of ours that core
 *                uses already must lead to the new one */
static void settle_generation(struct resolving *v, enum role role)
{
    struct wanted *w = &v->wanted[role];
    const struct box *live = v->slots[role].live;
    const struct wanted *core = &v->wanted[ROLE_CORE];
    struct avr_url url;
    bool ours = core_url_parse(v, role, &url) && is_our_alias(role, url.host);

    if (core->spec && env_get(&core->spec->env, avr_url_name(role)))
        return; /* somebody fixed the address: it is theirs to keep right */
    if (!live) {
        const struct box *failed = v->slots[role].failed;
        const char *candidates = alias_of(v->slots[role].next, role);
        bool taken = ours && failed && box_runs(failed) && box_has_alias(failed, url.host);
        w->alias = candidates ? candidates : ours && !taken ? url.host : NULL;
        return;
    }
    struct drifts drifts =
        drift_find(v->arena, w, live, observed_image(v->observed, live->image_id));
    if (!drifts_have(&drifts, EFFECT_REPLACE)) {
        w->alias = ours && box_has_alias(live, url.host) ? url.host : NULL;
        return;
    }
    const char *port = env_of(live, "PORT");
    w->as_set = v->agent->pipeline || ours || (port && !text_is(port, w->port));
    w->alias = w->as_set ? generation_alias(v, w, live) : NULL;
}

static void put_core_urls(struct resolving *v, struct env_build *b)
{
    struct wanted *core = &v->wanted[ROLE_CORE];

    for (enum role r = 0; r < ROLE_CORE; r++) {
        const struct wanted *w = &v->wanted[r];
        const char *name = avr_url_name(r);
        if (!w->spec || env_get(&core->spec->env, name))
            continue;
        const char *host = w->alias ? w->alias : w->spec->name;
        env_put(b, &(struct env_var){.name = name,
                                     .value = avr_url(v->arena, r, host, w->port),
                                     .origin = {.kind = FROM_AVR}});
        core->as_set |= w->as_set;
    }
    core->env = env_done(b);
}

void resolve_environment(struct resolving *v)
{
    struct env_build b[ROLE__N] = {0};

    for (enum role r = 0; r < ROLE__N; r++)
        if (v->wanted[r].spec)
            environment_begin(v, r, &b[r]);
    for (enum role r = 0; r < ROLE_CORE; r++)
        if (v->wanted[r].spec)
            settle_generation(v, r);
    if (v->wanted[ROLE_CORE].spec)
        put_core_urls(v, &b[ROLE_CORE]);
}
