/* Settings that are to be fetched at each call, from nobody. */
#include "doctor/settings.h"

#include "base/text.h"
#include "core/env.h"
#include "doctor/parts.h"

static bool is_unreached(const struct role_plan *role, bool listens, bool *ret_of_nobody)
{
    const struct wanted *w = role->wanted;
    const struct container_spec *spec = w ? w->spec : NULL;

    if (!spec || !spec->settings || !spec->provider_id || spec->cold ||
        !text_is(spec->settings->config.text, "per_call"))
        return false;
    *ret_of_nobody = !spec->asks_us;
    return spec->asks_us ? !listens : !env_get(&w->env, "BACKEND_URL");
}

bool settings_unreached(const struct plan *plan, bool listens, struct unreached *ret)
{
    for (size_t i = 0; i < plan->n_agents; i++)
        for (size_t k = 0; k < plan->agents[i].n_roles; k++) {
            const struct role_plan *role = &plan->agents[i].roles[k];
            bool of_nobody;
            if (!is_unreached(role, listens, &of_nobody))
                continue;
            *ret = (struct unreached){plan->agents[i].agent, role, of_nobody};
            return true;
        }
    return false;
}

const char *settings_options(struct arena *a, const struct network *n, const char *listen,
                             const char *port)
{
    bool known = n->gateway && *n->gateway && n->gateway_is_here;
    const char *host = known ? n->gateway : "ITS-CONTAINER";
    const char *advertise = arena_printf(a, "--advertise http://%s:%s", host, port);

    if (!listen)
        return advertise;
    if (!known)
        return arena_printf(a, "--listen 0.0.0.0:%s %s", port, advertise);
    return arena_printf(a, "--listen %s,%s:%s %s", listen, host, port, advertise);
}

static const struct network *network_of(const struct doctor *d, const struct role_plan *role)
{
    static const struct network unknown = {.name = "", .subnet = "", .gateway = ""};
    const struct doctor_facts *facts = d->in->facts;

    for (size_t i = 0; role->wanted->n_networks && i < facts->n_networks; i++)
        if (text_is(facts->networks[i].name, role->wanted->networks[0]))
            return &facts->networks[i];
    return &unknown;
}

/* Whether a service that is named can be reached, `verify` asks from inside the container. */
void doctor_settings(struct doctor *d)
{
    struct unreached u;

    if (!settings_unreached(d->in->plan, true, &u))
        return;
    const char *options =
        settings_options(d->arena, network_of(d, u.role), "127.0.0.1:6100", "6100");
    doctor_report(d,
                  &(struct finding){
                      .severity = SEVERITY_WARNING,
                      .kind = "settings-of-nobody",
                      .agent = u.agent,
                      .role = role_name[u.role->role],
                      .container = u.role->name,
                      .what = "is to fetch its settings at each call, and nobody is named who has "
                              "them",
                      .why = "it keeps those of its start: what is saved reaches calls by a new "
                             "container only",
                      .advice = arena_printf(d->arena,
                                             "start the service where containers reach it: "
                                             "avr-reconciler run %s; or name AVR's backend as "
                                             "BACKEND_URL",
                                             options),
                  });
}
