#include "live/settings.h"

#include <string.h>

#include "base/out.h"
#include "base/text.h"
#include "core/avr.h"
#include "core/env.h"
#include "core/slot.h"

/* --- the merged environment ------------------------------------------------------------------ */

static const struct provider_row *row_by_id(const struct database *db, const char *id)
{
    for (size_t i = 0; i < db->n_providers; i++)
        if (text_is(db->providers[i].id, id))
            return &db->providers[i];
    return NULL;
}

static const struct env_list *fetched_of(const struct agent *agent, enum role role,
                                         const char *provider_id)
{
    const struct container_spec *c = agent_container(agent, role);

    return c && text_is(c->provider_id, provider_id) ? &c->fetched : NULL;
}

/* All rows, or with what this one said last where it cannot be read. */
static const struct provider_row *rows_with(struct arena *a, const struct database *db,
                                            const struct provider_row *row)
{
    struct provider_row *rows;

    if (!row || !row->last)
        return db->providers;
    rows = arena_memdup(a, db->providers, db->n_providers * sizeof *rows);
    rows[row - db->providers] = *row->last;
    return rows;
}

/* The agent alone, with this provider in this role. */
static struct database database_with(struct arena *a, const struct database *db, const char *id,
                                     enum role role, const char *provider_id)
{
    struct database alone = *db;

    alone.providers = rows_with(a, db, row_by_id(db, provider_id));
    alone.n_agents = 0;
    for (size_t i = 0; i < db->n_agents; i++)
        if (text_is(db->agents[i].id, id)) {
            struct agent_row *row = arena_memdup(a, &db->agents[i], sizeof *row);
            row->provider_id[role] = provider_id;
            alone.agents = row;
            alone.n_agents = 1;
        }
    return alone;
}

static struct spec spec_with(struct arena *a, const struct spec *spec, const struct agent *agent,
                             enum role role, const char *provider_id)
{
    struct spec with = *spec;
    struct agent_spec *agents = arena_alloc(a, (spec->n_agents + 1) * sizeof *agents);

    with.agents = agents;
    with.n_agents = 0;
    for (size_t i = 0; i < spec->n_agents; i++) {
        const struct agent_spec *from = &spec->agents[i];
        if (!text_is(from->key, agent->id) && !text_is(from->key, agent->name))
            continue;
        agents[with.n_agents] = *from;
        struct settings *s = &agents[with.n_agents++].role[role];
        if (s->provider.text)
            s->provider.text = provider_id;
    }
    return with;
}

static const struct env_list *fetched_as_if(struct arena *a, const struct sources *sources,
                                            const struct agent *agent, enum role role,
                                            const char *provider_id)
{
    struct desired *d = arena_alloc(a, sizeof *d);
    struct database *db = arena_alloc(a, sizeof *db);
    struct spec *spec = arena_alloc(a, sizeof *spec);
    const struct host host = {0}; /* what comes from there is wiring */

    *db = database_with(a, &sources->database, agent->id, role, provider_id);
    *spec = spec_with(a, &sources->spec, agent, role, provider_id);
    merge(a, spec, db, &host, NULL, true, d);
    for (size_t i = 0; i < d->n_agents; i++)
        if (text_is(d->agents[i].id, agent->id))
            return fetched_of(&d->agents[i], role, provider_id);
    return NULL;
}

struct live_settings settings_fetched(struct arena *a, const struct sources *sources,
                                      const struct agent *agent, enum role role,
                                      const char *provider_id)
{
    const struct provider_row *row = row_by_id(&sources->database, provider_id);
    struct live_settings s = {.env = fetched_of(agent, role, provider_id)};

    if (!s.env)
        s.env = fetched_as_if(a, sources, agent, role, provider_id);
    if (s.env && row)
        s.read_ms = row->last_ms;
    return s;
}

/* --- answers --------------------------------------------------------------------------------- */

const char *settings_env_json(struct arena *a, const struct env_list *env)
{
    struct out o = {.text.arena = a};

    out_object(&o, NULL);
    out_object(&o, "env");
    for (size_t i = 0; i < env->n; i++)
        out_text(&o, env->items[i].name, env->items[i].value);
    out_end(&o);
    out_end(&o);
    return text_str(&o.text);
}

const char *settings_system_json(struct arena *a, const struct env_list *env)
{
    static const char *const names[] = {"OPENAI_INSTRUCTIONS", "GEMINI_INSTRUCTIONS",
                                        "XAI_INSTRUCTIONS"};
    struct out o = {.text.arena = a};
    const struct env_var *v = NULL;

    for (size_t i = 0; !v && i < sizeof names / sizeof names[0]; i++)
        v = env_get(env, names[i]);
    if (!v)
        return NULL;
    out_object(&o, NULL);
    out_text(&o, "system", v->value);
    out_end(&o);
    return text_str(&o.text);
}

static void add_address(struct out *o, const struct slot *slot)
{
    const struct box *b = slot->live;
    const char *port = b ? pair_get(b->env, b->n_env, "PORT") : NULL;

    if (!b || b->state != BOX_RUNNING || !port || avr_means_unset("PORT", port))
        return;
    out_text(o, arena_printf(o->text.arena, "%sUrl", role_name[slot->role]),
             avr_url(o->text.arena, slot->role, slot->name, port));
}

const char *settings_addresses_json(struct arena *a, const struct desired *d,
                                    const struct agent *agent, const struct observed *observed)
{
    struct out o = {.text.arena = a};
    struct slot slots[ROLE__N];

    slots_find(a, d, agent, observed, slots);
    out_object(&o, NULL);
    for (enum role r = 0; r < ROLE_CORE; r++)
        add_address(&o, &slots[r]);
    out_end(&o);
    return text_str(&o.text);
}

const char *settings_etag(struct arena *a, const struct digest_key *key, const char *json)
{
    enum { DIGITS = 32 };

    return arena_printf(a, "\"%s\"", digest_hex(a, key, json, strlen(json), DIGITS));
}
