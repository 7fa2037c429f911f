/* Each field has one function that compares both sides in one normal form; what nobody asked about
 * was carried over from the container itself (core/resolve.c), so it cannot differ from it. */
#include "core/drift.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "core/avr.h"
#include "core/env.h"
#include "core/reference.h"
#include "core/slot.h"

struct found {
    struct arena *arena;
    const struct wanted *w;
    const struct box *b;
    const struct image *image;
    ARRAY(struct drift) list;
};

static void add(struct found *f, const struct drift *d)
{
    ARRAY_PUSH(f->arena, f->list, *d);
}

static void compare_image(struct found *f)
{
    const struct wanted *w = f->w;
    const struct box *b = f->b;
    struct drift d = {.field = "image",
                      .have = b->image_id,
                      .want = w->image_id,
                      .origin = w->image_origin,
                      .note = w->pull ? w->pull_why : w->image_note};

    if (!w->image_ref)
        return;
    if (w->pull && w->image_id) {
        d.want = w->image_ref; /* newer, and its id is known only after the pull */
    } else if (!w->image_id) {
        /* A tag that was removed from the engine does not make the container made from it wrong. */
        if (!w->pull || reference_same(f->arena, b->image_ref, w->image_ref))
            return;
        d.want = w->image_ref;
    } else if (text_is(w->image_id, b->image_id)) {
        return;
    }
    add(f, &d);
}

static void add_env(struct found *f, const struct env_var *want, const char *name, const char *have)
{
    struct drift d = {
        .field = "env", .key = name, .have = have, .secret = looks_secret(name, have)};

    if (want) {
        d.want = want->value;
        d.secret |= want->secret || looks_secret(name, want->value);
        d.origin = want->origin;
        if (want->live && env_get(&f->w->env, "BACKEND_URL"))
            d.effect = EFFECT_LIVE; /* without an address nothing is fetched */
    } else {
        d.origin = f->w->spec->origin;
    }
    add(f, &d);
}

static enum role url_role(const char *name, bool wrong)
{
    for (enum role r = 0; r < ROLE_CORE; r++)
        if (text_is(wrong ? avr_url_name_wrong(r) : avr_url_name(r), name))
            return r;
    return ROLE__N;
}

/* The value the box has for a wanted name, NULL if none that differs: an address under the name
 * AVR's main branch writes by mistake counts as the right one. */
static const char *have_of(const struct found *f, const struct env_var *want, bool *ret_same)
{
    const struct box *b = f->b;
    const char *have = pair_get(b->env, b->n_env, want->name);
    enum role role = f->w->spec->role == ROLE_CORE ? url_role(want->name, false) : ROLE__N;
    const char *wrong = role != ROLE__N ? avr_url_name_wrong(role) : NULL;

    if (!have && wrong) {
        have = pair_get(b->env, b->n_env, wrong);
        *ret_same = have && avr_url_equal(f->arena, have, true, want->value);
        return have;
    }
    *ret_same = text_is(have, want->value);
    return have;
}

/* What an engine puts in by itself. */
static bool is_engines_own(const char *name)
{
    static const char *const names[] = {"HOME", "HOSTNAME", "PATH", "TERM", "container"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool is_kept(const struct container_spec *c, const char *name)
{
    for (size_t i = 0; i < c->n_keep; i++)
        if (strcmp(c->keep[i], name) == 0)
            return true;
    return false;
}

/* A variable of the container that nobody wants: must it go? */
static bool must_go(const struct found *f, const struct pair *p)
{
    const struct image *image = f->image;

    if (!image || !image->id)
        return false; /* it may be the image's own, and the image cannot be asked */
    if (is_engines_own(p->key) || is_kept(f->w->spec, p->key) || avr_means_unset(p->key, p->value))
        return false;
    if (text_is(pair_get(image->env, image->n_env, p->key), p->value))
        return false;
    enum role twin = f->w->spec->role == ROLE_CORE ? url_role(p->key, true) : ROLE__N;
    return twin == ROLE__N || !env_get(&f->w->env, avr_url_name(twin));
}

static void compare_env(struct found *f)
{
    const struct env_list *env = &f->w->env;
    const struct box *b = f->b;

    for (size_t i = 0, k = 0; i < env->n || k < b->n_env;) {
        int order = i == env->n     ? 1
                    : k == b->n_env ? -1
                                    : strcmp(env->items[i].name, b->env[k].key);
        if (order <= 0) {
            bool same;
            const char *have = have_of(f, &env->items[i], &same);
            if (!same)
                add_env(f, &env->items[i], env->items[i].name, have);
            i++;
            k += order == 0;
        } else {
            if (must_go(f, &b->env[k]))
                add_env(f, NULL, b->env[k].key, b->env[k].value);
            k++;
        }
    }
}

static bool has_text(const char *const *list, size_t n, const char *s)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i], s) == 0)
            return true;
    return false;
}

/* Two lists as sets: one drift for each entry that only one side has. */
static void compare_sets(struct found *f, const char *field, const char *const *want, size_t n_want,
                         const char *const *have, size_t n_have, const struct origin *origin)
{
    struct drift d = {.field = field, .origin = *origin};

    for (size_t i = 0; i < n_want; i++)
        if (!has_text(have, n_have, want[i])) {
            d.have = NULL, d.want = want[i];
            add(f, &d);
        }
    for (size_t i = 0; i < n_have; i++)
        if (!has_text(want, n_want, have[i])) {
            d.have = have[i], d.want = NULL;
            add(f, &d);
        }
}

static struct origin origin_of(const struct values *list, const struct container_spec *c)
{
    return list->n ? list->items[0].origin : c->origin;
}

/* "source:target:rw" is "source:target". */
static const char *normal_bind(struct arena *a, const char *bind)
{
    return text_ends(bind, ":rw") ? arena_strndup(a, bind, strlen(bind) - 3) : bind;
}

/* "5001:5001" and "0.0.0.0:5001:5001/tcp" are one. */
static const char *normal_port(struct arena *a, const char *port)
{
    static const char *const any[] = {"0.0.0.0:", "[::]:", ":::", ":"};

    for (size_t i = 0; i < sizeof any / sizeof any[0]; i++)
        if (text_starts(port, any[i]))
            port += strlen(any[i]);
    return text_ends(port, "/tcp") ? arena_strndup(a, port, strlen(port) - 4) : port;
}

typedef const char *normal_fn(struct arena *, const char *);

static const char *const *normal_list(struct arena *a, const char *const *list, size_t n,
                                      normal_fn *normal)
{
    const char **out = arena_alloc(a, (n + 1) * sizeof *out);

    for (size_t i = 0; i < n; i++)
        out[i] = normal(a, list[i]);
    return out;
}

static const char *const *texts(struct arena *a, const struct values *list)
{
    const char **out = arena_alloc(a, (list->n + 1) * sizeof *out);

    for (size_t i = 0; i < list->n; i++)
        out[i] = list->items[i].text;
    return out;
}

static void compare_binds(struct found *f)
{
    const struct wanted *w = f->w;
    struct origin origin = origin_of(&w->spec->settings->volumes, w->spec);

    compare_sets(f, "binds", normal_list(f->arena, w->binds, w->n_binds, normal_bind), w->n_binds,
                 normal_list(f->arena, f->b->binds, f->b->n_binds, normal_bind), f->b->n_binds,
                 &origin);
}

/* A container is created on one network and connected to the others before it starts.  One that
 * runs is never connected: its way out could change, and its calls with it. */
static void compare_networks(struct found *f)
{
    const struct wanted *w = f->w;
    const struct box *b = f->b;
    const char **have = arena_alloc(f->arena, (b->n_networks + 1) * sizeof *have);
    struct origin origin = origin_of(&w->settings->networks, w->spec);
    size_t first = f->list.n;

    for (size_t i = 0; i < b->n_networks; i++)
        have[i] = b->networks[i].name;
    compare_sets(f, "network", w->networks, w->n_networks, have, b->n_networks, &origin);
    for (size_t i = first; i < f->list.n; i++)
        if (b->state == BOX_CREATED && f->list.items[i].want &&
            strcmp(f->list.items[i].want, w->networks[0]) != 0)
            f->list.items[i].effect = EFFECT_CONNECT;
}

static void compare_ports(struct found *f)
{
    const struct wanted *w = f->w;
    const struct values *asked = &w->settings->ports;
    const char *const *want = asked->set ? texts(f->arena, asked) : w->carried_ports;
    size_t n = asked->set ? asked->n : w->n_carried_ports;
    struct origin origin = origin_of(asked, w->spec);

    compare_sets(f, "ports", normal_list(f->arena, want, n, normal_port), n,
                 normal_list(f->arena, f->b->ports, f->b->n_ports, normal_port), f->b->n_ports,
                 &origin);
}

static void compare_set(struct found *f, const char *field, const struct values *want,
                        const char *const *have, size_t n_have)
{
    struct origin origin = origin_of(want, f->w->spec);

    if (want->set)
        compare_sets(f, field, texts(f->arena, want), want->n, have, n_have, &origin);
}

static const char *joined(struct arena *a, const char *const *words, size_t n)
{
    struct text t = {.arena = a};

    for (size_t i = 0; i < n; i++)
        text_printf(&t, "%s%s", i ? " " : "", words[i]);
    return text_str(&t);
}

static void compare_command(struct found *f)
{
    const struct values *want = &f->w->settings->command;
    const struct box *b = f->b;
    /* An empty list asks for the image's own. */
    const char *const *own = f->image ? f->image->command : NULL;
    const char *const *words = want->n ? texts(f->arena, want) : own;
    size_t n = want->n ? want->n : f->image ? f->image->n_command : 0;
    bool same = n == b->n_command;

    if (!want->set)
        return;
    for (size_t i = 0; same && i < n; i++)
        same = strcmp(words[i], b->command[i]) == 0;
    if (!same)
        add(f, &(struct drift){.field = "command",
                               .have = joined(f->arena, b->command, b->n_command),
                               .want = joined(f->arena, words, n),
                               .origin = origin_of(want, f->w->spec)});
}

static const char *check_text(struct found *f, const struct engine_check *check)
{
    const char *const *words = NULL;
    size_t n = check_command(f->arena, check, &words);
    return n ? joined(f->arena, words, n) : "NONE";
}

/* Only what the engine runs by itself; TCP, WS and HTTP are asked from outside. */
static void compare_healthcheck(struct found *f)
{
    const struct value *asked = &f->w->spec->settings->healthcheck.kind;
    bool of_engine = text_is(asked->text, "CMD") || text_is(asked->text, "CMD-SHELL") ||
                     text_is(asked->text, "NONE");

    if (of_engine && !check_same_command(f->arena, &f->w->check, &f->b->check))
        add(f, &(struct drift){.field = "healthcheck",
                               .have = check_text(f, &f->b->check),
                               .want = check_text(f, &f->w->check),
                               .origin = asked->origin});
}

static void compare_text(struct found *f, const char *field, const struct value *want,
                         const char *have)
{
    if (want->text && !text_is(want->text, have))
        add(f, &(struct drift){.field = field,
                               .have = have && *have ? have : NULL,
                               .want = want->text,
                               .origin = want->origin});
}

static void compare_logging(struct found *f)
{
    const struct settings *s = f->w->settings;
    const struct box *b = f->b;

    compare_text(f, "logging", &s->log_driver, b->log_driver);
    for (size_t i = 0; i < s->n_log_options; i++) {
        const char *have = pair_get(b->log_options, b->n_log_options, s->log_options[i].key);
        if (!text_is(have, s->log_options[i].value.text))
            add(f, &(struct drift){.field = "logging",
                                   .key = s->log_options[i].key,
                                   .have = have,
                                   .want = s->log_options[i].value.text,
                                   .origin = s->log_options[i].value.origin});
    }
}

static void compare_label(struct found *f, const char *key, const char *want,
                          const struct origin *origin)
{
    const char *have = pair_get(f->b->labels, f->b->n_labels, key);

    if (want && !text_is(have, want))
        add(f, &(struct drift){.field = "labels",
                               .key = key,
                               .have = have,
                               .want = want,
                               .secret = looks_secret(key, want) || looks_secret(key, have),
                               .origin = *origin});
}

static void compare_labels(struct found *f)
{
    const struct settings *s = f->w->settings;
    struct origin avr = {.kind = FROM_AVR};
    struct origin tenant = {.kind = FROM_HOST, .where = "TENANT"};

    compare_label(f, "agentName", f->w->spec->name, &avr);
    compare_label(f, "app", "AVR", &avr);
    compare_label(f, "tenant", f->w->tenant, &tenant);
    for (size_t i = 0; i < s->n_labels; i++)
        compare_label(f, s->labels[i].key, s->labels[i].value.text, &s->labels[i].value.origin);
}

static const char *restart_text(struct arena *a, const struct restart_policy *p)
{
    const char *name = p->name && *p->name ? p->name : "no";
    if (strcmp(name, "on-failure") == 0 && p->max_retries > 0)
        return arena_printf(a, "on-failure:%d", p->max_retries);
    return name;
}

const char *memory_text(struct arena *a, int64_t n)
{
    static const struct {
        int64_t unit;
        const char *suffix;
    } units[] = {{1 << 30, "g"}, {1 << 20, "m"}, {1 << 10, "k"}, {1, ""}};
    size_t i = 0;

    if (n == 0)
        return NULL;
    while (n % units[i].unit != 0)
        i++;
    return arena_printf(a, "%lld%s", (long long)(n / units[i].unit), units[i].suffix);
}

const char *cpus_text(struct arena *a, int64_t nano_cpus)
{
    return nano_cpus ? arena_printf(a, "%.9g", (double)nano_cpus / 1e9) : NULL;
}

/* What the engine changes on a container that runs; it takes a limit of 0 for "leave it". */
static void compare_updatable(struct found *f)
{
    const struct wanted *w = f->w;
    const struct settings *s = w->spec->settings;
    const char *have = restart_text(f->arena, &f->b->restart);
    const char *want = restart_text(f->arena, &w->restart);

    if (strcmp(have, want) != 0)
        add(f, &(struct drift){.field = "restart",
                               .have = have,
                               .want = want,
                               .origin = s->restart.origin,
                               .effect = EFFECT_UPDATE});
    if (w->memory != f->b->memory)
        add(f, &(struct drift){.field = "mem_limit",
                               .have = memory_text(f->arena, f->b->memory),
                               .want = memory_text(f->arena, w->memory),
                               .origin = s->mem_limit.origin,
                               .effect = w->memory ? EFFECT_UPDATE : EFFECT_REPLACE});
    if (w->nano_cpus != f->b->nano_cpus)
        add(f, &(struct drift){.field = "cpus",
                               .have = cpus_text(f->arena, f->b->nano_cpus),
                               .want = cpus_text(f->arena, w->nano_cpus),
                               .origin = s->nano_cpus.origin,
                               .effect = w->nano_cpus ? EFFECT_UPDATE : EFFECT_REPLACE});
}

static void compare_restart(struct found *f)
{
    const struct value *want = &f->w->restart_order;

    if (want->text && !text_is(pair_get(f->b->labels, f->b->n_labels, LABEL_RESTART), want->text))
        add(f, &(struct drift){.field = DRIFT_RESTART,
                               .have = "before the order",
                               .want = "after it",
                               .origin = want->origin});
}

/* A candidate of another generation can be like the wanted one in all but the name core will use.
 * Said only where nothing else tells them apart. */
static void compare_alias(struct found *f)
{
    const char *alias = f->w->alias;
    struct drifts others = {f->list.items, f->list.n};

    if (alias && !drifts_have(&others, EFFECT_REPLACE) && !box_has_alias(f->b, alias))
        add(f,
            &(struct drift){.field = DRIFT_ALIAS, .want = alias, .origin = {.kind = FROM_DEFAULT}});
}

const char *network_to_connect(struct arena *a, const struct wanted *w, const struct box *b)
{
    struct found f = {.arena = a, .w = w, .b = b};

    compare_networks(&f);
    for (size_t i = 0; i < f.list.n; i++)
        if (f.list.items[i].effect == EFFECT_CONNECT)
            return f.list.items[i].want;
    return NULL;
}

struct drifts drift_find(struct arena *a, const struct wanted *w, const struct box *b,
                         const struct image *image)
{
    struct found f = {.arena = a, .w = w, .b = b, .image = image};
    const struct settings *s = w->settings;

    compare_image(&f);
    compare_env(&f);
    compare_binds(&f);
    compare_networks(&f);
    compare_ports(&f);
    compare_command(&f);
    compare_healthcheck(&f);
    compare_text(&f, "user", &s->user, b->user);
    compare_set(&f, "cap_drop", &s->cap_drop, b->cap_drop, b->n_cap_drop);
    compare_set(&f, "extra_hosts", &s->extra_hosts, b->extra_hosts, b->n_extra_hosts);
    compare_logging(&f);
    compare_labels(&f);
    compare_updatable(&f);
    compare_restart(&f);
    compare_alias(&f);
    return (struct drifts){f.list.items, f.list.n};
}

bool drifts_have(const struct drifts *d, enum effect effect)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->items[i].effect == effect)
            return true;
    return false;
}
