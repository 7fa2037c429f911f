/* Networks that are missing or full, and ports of the host that two containers want. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "doctor/parts.h"

static bool is_on(const struct role_plan *role, const char *network)
{
    for (size_t i = 0; role->wanted && i < role->wanted->n_networks; i++)
        if (text_is(role->wanted->networks[i], network))
            return true;
    return false;
}

size_t doctor_networks(struct arena *a, const struct plan *plan, const char *const **ret)
{
    ARRAY(const char *) names = {0};

    for (size_t i = 0; i < plan->n_agents; i++)
        for (size_t k = 0; k < plan->agents[i].n_roles; k++) {
            const struct wanted *w = plan->agents[i].roles[k].wanted;
            for (size_t n = 0; w && n < w->n_networks; n++) {
                size_t at = 0;
                while (at < names.n && !text_is(names.items[at], w->networks[n]))
                    at++;
                if (at == names.n)
                    ARRAY_PUSH(a, names, w->networks[n]);
            }
        }
    *ret = names.items;
    return names.n;
}

/* Addresses for containers in "172.18.0.0/16": all but the network's, the gateway's and the
 * broadcast.  -1: not known. */
static int64_t capacity(const char *subnet)
{
    const char *slash = strchr(subnet, '/');
    char *end;
    long bits = slash ? strtol(slash + 1, &end, 10) : -1;

    if (bits < 8 || bits > 30 || *end)
        return -1;
    return (INT64_C(1) << (32 - bits)) - 3;
}

/* How many candidates may stand beside the containers they replace, at most. */
static int64_t needed(const struct doctor *d, const char *network)
{
    enum { MOST_ROLES = 4 };
    const struct plan *plan = d->in->plan;
    int64_t wanted = 0, most = d->in->desired->parallelism * MOST_ROLES;

    for (size_t i = 0; i < plan->n_agents; i++)
        for (size_t k = 0; k < plan->agents[i].n_roles; k++)
            wanted += is_on(&plan->agents[i].roles[k], network);
    return wanted < most ? wanted : most;
}

static void say_missing(struct doctor *d, const struct network *n)
{
    doctor_report(d, &(struct finding){
                         .severity = SEVERITY_ERROR,
                         .kind = "network-missing",
                         .what = arena_printf(d->arena, "there is no network \"%s\"", n->name),
                         .why = "no container can be created or started on it",
                         .command = arena_printf(d->arena, "docker network create %s",
                                                 doctor_word(d->arena, n->name)),
                     });
}

static void check_network(struct doctor *d, const struct network *n)
{
    int64_t all = capacity(n->subnet), left = all - (int64_t)n->n_containers;

    if (n->missing) {
        say_missing(d, n);
        return;
    }
    if (all < 0 || left >= needed(d, n->name))
        return;
    left = left > 0 ? left : 0;
    doctor_report(
        d, &(struct finding){
               .severity = left ? SEVERITY_WARNING : SEVERITY_ERROR,
               .kind = "network-full",
               .what = arena_printf(d->arena, "network \"%s\" (%s) has %lld address%s left",
                                    n->name, n->subnet, (long long)left, left == 1 ? "" : "es"),
               .why = arena_printf(d->arena,
                                   "up to %lld new containers stand beside the old ones during a "
                                   "change",
                                   (long long)needed(d, n->name)),
               .advice = "take other containers off it, lower update.parallelism, or name a larger "
                         "network in the specs",
               .command = arena_printf(d->arena, "docker network inspect %s",
                                       doctor_word(d->arena, n->name)),
           });
}

/* --- ports of the host ------------------------------------------------------------------------ */

struct claim {
    const struct agent *agent;
    const struct role_plan *role;
    const char *address, *port, *protocol; /* address "": all of them */
};

/* "[address:]host:container[/protocol]"; false if the engine draws the host's port. */
static bool claim_read(struct arena *a, const char *published, struct claim *ret)
{
    const char *colon = strrchr(published, ':'), *slash = strchr(published, '/');

    if (!colon)
        return false;
    const char *host = arena_strndup(a, published, (size_t)(colon - published));
    const char *second = strrchr(host, ':');
    ret->port = second ? second + 1 : host;
    ret->address = second ? arena_strndup(a, host, (size_t)(second - host)) : "";
    if (text_is(ret->address, "0.0.0.0"))
        ret->address = "";
    ret->protocol = slash ? slash + 1 : "tcp";
    return *ret->port && !text_is(ret->port, "0");
}

static bool clash(const struct claim *x, const struct claim *y)
{
    return text_is(x->port, y->port) && text_is(x->protocol, y->protocol) &&
           (!*x->address || !*y->address || text_is(x->address, y->address));
}

struct claims {
    struct claim *items;
    size_t n, cap;
};

static void add_claim(struct doctor *d, struct claims *claims, const struct agent *agent,
                      const struct role_plan *role, const char *published)
{
    struct claim c = {.agent = agent, .role = role};

    if (!claim_read(d->arena, published, &c))
        return;
    for (size_t i = 0; i < claims->n; i++) {
        const struct claim *other = &claims->items[i];
        if (other->role == role || !clash(other, &c))
            continue;
        doctor_report(d, &(struct finding){
                             .severity = SEVERITY_ERROR,
                             .kind = "port-clash",
                             .agent = agent,
                             .role = role_name[role->role],
                             .container = role->name,
                             .what = arena_printf(d->arena,
                                                  "port %s of the host is wanted by %s, "
                                                  "too",
                                                  c.port, other->role->name),
                             .why = "only one of the two can be started",
                             .advice = "give one of them another port under `ports`",
                         });
    }
    ARRAY_PUSH(d->arena, *claims, c);
}

static void check_ports(struct doctor *d)
{
    struct claims claims = {0};

    for (size_t i = 0; i < d->in->plan->n_agents; i++) {
        const struct agent_plan *plan = &d->in->plan->agents[i];
        for (size_t k = 0; k < plan->n_roles; k++) {
            const struct role_plan *role = &plan->roles[k];
            const struct wanted *w = role->wanted;
            for (size_t n = 0; w && w->settings && n < w->settings->ports.n; n++)
                add_claim(d, &claims, plan->agent, role, w->settings->ports.items[n].text);
            for (size_t n = 0; w && n < w->n_carried_ports; n++)
                add_claim(d, &claims, plan->agent, role, w->carried_ports[n]);
        }
    }
}

void doctor_networking(struct doctor *d)
{
    for (size_t i = 0; i < d->in->facts->n_networks; i++)
        check_network(d, &d->in->facts->networks[i]);
    check_ports(d);
}
