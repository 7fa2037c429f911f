/* One container: AVR's rules < database < defaults < providers < agent, layer by layer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/merge_parts.h"
#include "core/settings.h"

enum { DEFAULT_READY_S = 60 };

/* A provider's settings with its environment marked as such. */
static struct settings of_provider(struct arena *a, const struct settings *from)
{
    struct settings s = *from;
    struct env_var *vars = arena_alloc(a, (s.environment.n + 1) * sizeof *vars);

    for (size_t i = 0; i < s.environment.n; i++) {
        vars[i] = s.environment.items[i];
        vars[i].of_provider = true;
    }
    s.environment.items = vars;
    return s;
}

/* config.image of the row, CORE_DEFAULT_IMAGE for core: one candidate, or none. */
static struct values image_below(const struct merging *s, enum role role, const struct provider *p)
{
    struct value v = {0};

    if (role == ROLE_CORE) {
        v.text = s->host->core_default_image;
        v.origin = (struct origin){.kind = FROM_HOST, .where = "CORE_DEFAULT_IMAGE"};
    } else if (p && p->row) {
        v.text = p->row->image;
        v.origin = p->origin;
    }
    if (!v.text)
        return (struct values){0};
    return (struct values){arena_memdup(s->arena, &v, sizeof v), 1, true};
}

static struct settings *settings_make(const struct merging *s, const struct agent_inputs *in,
                                      enum role role, const struct provider *p)
{
    struct settings *m = arena_alloc(s->arena, sizeof *m);

    m->image = image_below(s, role, p);
    m->volumes = avr_binds(s->arena, role, s->host);
    settings_overlay(s->arena, m, &s->spec->defaults);
    if (p && p->spec) {
        struct settings marked = of_provider(s->arena, &p->spec->settings);
        settings_overlay(s->arena, m, &marked);
    }
    if (in->spec && in->spec->has_role[role])
        settings_overlay(s->arena, m, &in->spec->role[role]);
    return m;
}

static bool volumes_asked(const struct settings *m)
{
    for (size_t i = 0; i < m->volumes.n; i++)
        if (m->volumes.items[i].origin.kind == FROM_SPEC)
            return true;
    return m->volumes.set && m->volumes.n == 0;
}

/* A number of the agent's, as core's environment shows it; text NULL if it has none. */
static struct value core_number(const struct merging *s, const struct agent_inputs *in,
                                const struct number *spec, int row)
{
    if (spec && spec->set)
        return (struct value){arena_printf(s->arena, "%lld", (long long)spec->n), spec->origin};
    if (row)
        return (struct value){arena_printf(s->arena, "%d", row), in->row_origin};
    return (struct value){0};
}

static void put_number(struct env_build *b, const char *name, const struct value *v)
{
    if (v->text)
        env_put(b, &(struct env_var){.name = name, .value = v->text, .origin = v->origin});
}

static void put_core(const struct merging *s, const struct agent_inputs *in, struct env_build *b)
{
    struct value port =
        core_number(s, in, in->spec ? &in->spec->port : NULL, in->row ? in->row->port : 0);
    struct value http = core_number(s, in, in->spec ? &in->spec->http_port : NULL,
                                    in->row ? in->row->http_port : 0);
    put_number(b, "PORT", &port);
    put_number(b, "HTTP_PORT", &http);
}

static void put_provider(struct env_build *b, enum role role, const struct provider *p)
{
    struct avr_provider v = {.id = p->id,
                             .name = p->name,
                             .type = p->row && p->row->type ? p->row->type : role_upper[role],
                             .assigned = p->assigned,
                             .origin = p->origin};

    if (role == ROLE_CORE)
        return; /* for core it is a name for shared settings: AVR tells core of no provider */
    if (p->row)
        avr_put_config(b, p->row->env, p->row->n_env, &p->origin);
    avr_put_provider(b, role, &v);
}

/* PROVIDER_ID and BACKEND_URL are how a container asks for its settings: the id is wanted where
 * the address is, and must be the right one wherever it is. */
static void settle_backend(const struct merging *s, enum role role, const struct provider *p,
                           struct env_build *b, struct container_spec *c)
{
    struct env_list env = env_done(b);
    struct env_build if_present = {.arena = s->arena};

    if (p && role != ROLE_CORE && !env_get(&env, "PROVIDER_ID")) {
        struct env_var id = {.name = "PROVIDER_ID", .value = p->id, .origin = p->assigned};
        env_put(env_get(&env, "BACKEND_URL") ? b : &if_present, &id);
    }
    if (role == ROLE_CORE && s->host->backend_url && !env_get(&env, "BACKEND_URL"))
        env_put(&if_present,
                &(struct env_var){.name = "BACKEND_URL",
                                  .value = s->host->backend_url,
                                  .origin = {.kind = FROM_HOST, .where = "BACKEND_URL"}});
    c->env = env_done(b);
    c->if_present = env_done(&if_present);
}

static void environment_make(const struct merging *s, const struct agent_inputs *in, enum role role,
                             const struct provider *p, struct container_spec *c)
{
    struct env_build b = {.arena = s->arena};

    avr_put_agent(&b, in->id, in->name, &in->name_origin);
    if (p)
        put_provider(&b, role, p);
    if (role == ROLE_CORE)
        put_core(s, in, &b);
    avr_put_host(&b, role, s->host);
    env_put_all(&b, &c->settings->environment);
    live_make(s, in, p, &b, c);
    settle_backend(s, role, p, &b, c);

    const char *const *unsaid;
    size_t n = avr_kept_names(s->arena, role, &c->env, &unsaid);
    const char **keep = arena_alloc(s->arena, (n + 1) * sizeof *keep);
    for (size_t i = 0; i < n; i++)
        if (!env_get(&c->if_present, unsaid[i]))
            keep[c->n_keep++] = unsaid[i];
    c->keep = keep;
    const struct env_var *port = env_get(&c->env, "PORT"), *http = env_get(&c->env, "HTTP_PORT");
    if (port)
        c->port = (struct value){port->value, port->origin};
    if (http && role == ROLE_CORE)
        c->http_port = (struct value){http->value, http->origin};
}

static struct probe probe_make(enum role role, const struct healthcheck *h)
{
    struct probe p = {
        .kind = role == ROLE_STS    ? PROBE_WS
                : role == ROLE_CORE ? PROBE_HTTP
                                    : PROBE_TCP,
        .path = role == ROLE_CORE ? "/health" : "/",
        .timeout_s = h->timeout_s.set ? h->timeout_s.n : DEFAULT_READY_S,
    };
    static const struct {
        const char *word;
        enum probe_kind kind;
    } kinds[] = {{"TCP", PROBE_TCP},          {"WS", PROBE_WS},
                 {"HTTP", PROBE_HTTP},        {"CMD", PROBE_ENGINE},
                 {"CMD-SHELL", PROBE_ENGINE}, {"NONE", PROBE_NONE}};

    for (size_t i = 0; h->kind.text && i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(h->kind.text, kinds[i].word) == 0)
            p.kind = kinds[i].kind;
    if (h->kind.text && p.kind == PROBE_HTTP)
        p.path = h->args.n ? h->args.items[0].text : "/";
    return p;
}

static struct image_policy image_make(const struct merging *s, enum role role,
                                      const struct settings *m, struct problem *problem)
{
    static const struct {
        const char *word;
        enum pull_policy pull;
    } words[] = {{"prefer_local", PULL_PREFER_LOCAL},
                 {"missing", PULL_MISSING},
                 {"always", PULL_ALWAYS},
                 {"never", PULL_NEVER}};
    struct image_policy p = {.candidates = m->image.items,
                             .n = m->image.n,
                             .pull = PULL_PREFER_LOCAL,
                             .fallback = role == ROLE_CORE ? AVR_CORE_IMAGE : NULL};
    const char *word = m->pull_policy.text;

    if (!word)
        return p;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(word, words[i].word) == 0) {
            p.pull = words[i].pull;
            return p;
        }
    p.pull = PULL_ALWAYS;
    p.every_s = text_starts(word, "every_") ? text_duration_s(word + strlen("every_")) : -1;
    if (p.every_s <= 0)
        problem_set(s->arena, problem, m->pull_policy.origin.at, "pull_policy \"%s\" is not known",
                    word);
    return p;
}

static const char *container_name(const struct merging *s, const struct agent_inputs *in,
                                  enum role role, const struct settings *m, struct problem *problem)
{
    const struct value *asked = &m->container_name;

    /* The same text slot.h's canonical_name() makes. */
    if (!asked->text)
        return arena_printf(s->arena, "%s-%s-%s", s->prefix, role_name[role], in->id);
    if (!name_is_usable(asked->text) || text_starts(asked->text, "avrd-"))
        problem_set(s->arena, problem, asked->origin.at,
                    "container_name \"%s\" cannot be used: letters, digits, \"_\", \".\" and \"-\" "
                    "only, and not the prefix \"avrd-\"",
                    asked->text);
    return asked->text;
}

struct container_spec container_make(const struct merging *s, const struct agent_inputs *in,
                                     enum role role, const struct provider *p,
                                     struct problem *problem)
{
    struct settings *m = settings_make(s, in, role, p);
    struct container_spec c = {
        .role = role,
        .origin = in->spec && in->spec->has_role[role]
                      ? (struct origin){.kind = FROM_SPEC, .at = in->spec->role_origin[role].at}
                      : in->origin,
        .settings = m,
        .volumes_exact = volumes_asked(m),
    };

    c.name = container_name(s, in, role, m, problem);
    c.image = image_make(s, role, m, problem);
    c.probe = probe_make(role, &m->healthcheck);
    environment_make(s, in, role, p, &c);
    return c;
}
