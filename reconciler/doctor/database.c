/* Rows of AVR's database that do not fit together. */
#include <strings.h>

#include "base/text.h"
#include "doctor/parts.h"

static const struct provider_row *row_of(const struct database *db, const char *id)
{
    for (size_t i = 0; i < db->n_providers; i++)
        if (text_is(db->providers[i].id, id))
            return &db->providers[i];
    return NULL;
}

static bool serves(const struct agent_row *row, enum role role)
{
    return role == ROLE_STS ? text_is(row->mode, "sts") : text_is(row->mode, "pipeline");
}

/* A spec may have given the role another provider than the dashboard did. */
static const struct agent *agent_with(const struct desired *d, const char *id, enum role role,
                                      const char *provider)
{
    for (size_t i = 0; i < d->n_agents; i++) {
        const struct container_spec *c = agent_container(&d->agents[i], role);
        if (!text_is(d->agents[i].id, id) || !c)
            continue;
        for (size_t k = 0; k < c->env.n; k++)
            if (text_starts(c->env.items[k].name, "PROVIDER_") &&
                text_is(c->env.items[k].value, provider))
                return &d->agents[i];
    }
    return NULL;
}

static const char *row_name(const char *name, const char *id)
{
    return name && *name ? name : id;
}

static void say_missing(struct doctor *d, const struct agent_row *row, enum role role)
{
    doctor_report(
        d, &(struct finding){
               .severity = SEVERITY_WARNING,
               .kind = "provider-missing",
               .role = role_name[role],
               .what = arena_printf(d->arena,
                                    "agent \"%s\", which is stopped, has a provider that is no "
                                    "longer in the database (%s)",
                                    row_name(row->name, row->id), row->provider_id[role]),
               .why = "it cannot be run",
               .advice = "give it another provider in the dashboard",
           });
}

static void say_type(struct doctor *d, const struct agent *agent, enum role role,
                     const struct provider_row *provider)
{
    doctor_report(
        d, &(struct finding){
               .severity = SEVERITY_ERROR,
               .kind = "provider-type",
               .agent = agent,
               .role = role_name[role],
               .what = arena_printf(d->arena, "its provider \"%s\" is of type %s",
                                    row_name(provider->name, provider->id), provider->type),
               .why = "core does not speak that protocol with it",
               .advice = arena_printf(d->arena, "give it a provider of type %s in the dashboard",
                                      role_upper[role]),
           });
}

/* That a running agent's provider is missing is a problem of the agent, and said as that. */
static void check_agent(struct doctor *d, const struct agent_row *row)
{
    for (enum role r = 0; r < ROLE_CORE; r++) {
        const char *id = row->provider_id[r];
        if (!id || !serves(row, r))
            continue;
        const struct provider_row *provider = row_of(d->in->database, id);
        const struct agent *agent = agent_with(d->in->desired, row->id, r, id);
        if (!provider && text_is(row->status, "stopped"))
            say_missing(d, row, r);
        else if (provider && agent && provider->type &&
                 strcasecmp(provider->type, role_name[r]) != 0)
            say_type(d, agent, r, provider);
    }
}

static bool is_named(const struct spec *spec, const struct provider_row *p)
{
    for (size_t i = 0; i < spec->n_agents; i++)
        for (enum role r = 0; r < ROLE__N; r++) {
            const char *said = spec->agents[i].role[r].provider.text;
            if (said && (text_is(said, p->id) || text_is(said, p->name)))
                return true;
        }
    return false;
}

static bool is_assigned(const struct database *db, const struct provider_row *p)
{
    for (size_t i = 0; i < db->n_agents; i++)
        for (enum role r = 0; r < ROLE__N; r++)
            if (text_is(db->agents[i].provider_id[r], p->id))
                return true;
    return false;
}

static void check_provider(struct doctor *d, const struct provider_row *p)
{
    if (is_assigned(d->in->database, p) || is_named(d->in->spec, p))
        return;
    doctor_report(d, &(struct finding){
                         .severity = SEVERITY_HINT,
                         .kind = "provider-unused",
                         .what = arena_printf(d->arena, "no agent uses the provider \"%s\"",
                                              row_name(p->name, p->id)),
                         .why = "an edit there reaches no call, and its keys lie about",
                         .advice = "delete it in the dashboard if nobody will need it",
                     });
}

void doctor_database(struct doctor *d)
{
    for (size_t i = 0; i < d->in->database->n_agents; i++)
        check_agent(d, &d->in->database->agents[i]);
    for (size_t i = 0; i < d->in->database->n_providers; i++)
        check_provider(d, &d->in->database->providers[i]);
}
