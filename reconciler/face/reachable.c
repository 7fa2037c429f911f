/* Is the service where containers can reach it, if they are to?  By default it is not: it listens
 * at the machine itself.  What would mend it is said once, with the addresses of this machine. */
#include "control/examine.h"
#include "core/find.h"
#include "doctor/settings.h"
#include "face/parts.h"

#include <string.h>

#include "base/text.h"

static bool is_loopback(const char *listen)
{
    return text_starts(listen, "127.") || text_starts(listen, "[::1]") ||
           text_starts(listen, "localhost:");
}

static bool listens_for_containers(const struct face_options *o)
{
    for (size_t i = 0; i < o->n_listen; i++)
        if (!is_loopback(o->listen[i]))
            return true;
    return false;
}

static const char *all_addresses(struct arena *a, const struct face_options *o)
{
    struct text t = {.arena = a};

    for (size_t i = 0; i < o->n_listen; i++)
        text_printf(&t, "%s%s", i ? "," : "", o->listen[i]);
    return text_str(&t);
}

/* What must be said on the command line for containers of this network. */
static const char *options_for(const struct face *face, struct arena *a, const char *network)
{
    const struct face_options *o = face->options;
    const char *port = strrchr(o->listen[0], ':') + 1;
    struct network n;
    struct err ignored;

    if (examine_network(service_session(face->service), a, network, &n, &ignored) < 0)
        n = (struct network){.name = network, .subnet = "", .gateway = ""};
    return settings_options(a, &n, listens_for_containers(o) ? NULL : all_addresses(a, o), port);
}

static void say(const struct face *face, struct arena *a, const char *what,
                const struct wanted *wanted)
{
    const char *network = wanted && wanted->n_networks ? wanted->networks[0] : "avr";
    const char *text = arena_printf(a, "%s: start it with %s, for the network %s", what,
                                    options_for(face, a, network), network);

    log_condition(service_log(face->service), "reach", LEVEL_WARNING, NULL, text);
}

static const struct wanted *first_wanted(const struct plan *plan)
{
    for (size_t i = 0; i < plan->n_agents; i++)
        for (size_t k = 0; k < plan->agents[i].n_roles; k++)
            if (plan->agents[i].roles[k].wanted)
                return plan->agents[i].roles[k].wanted;
    return NULL;
}

static void examine_reach(struct face *face, struct arena *a, const struct look *look)
{
    bool listens = listens_for_containers(face->options), was = face->is_unreached;
    struct unreached u;

    bool settings = settings_unreached(&look->plan, listens, &u);
    bool relay = face->options->webhook_forward && !listens;
    face->is_unreached = settings || relay;
    if (!face->is_unreached)
        log_clear(service_log(face->service), "reach", NULL);
    else if (!was && settings)
        say(face, a,
            arena_printf(a,
                         "%s %s is to fetch its settings at each call, and cannot ask this service",
                         agent_title(u.agent), role_name[u.role->role]),
            u.role->wanted);
    else if (!was)
        say(face, a, "webhooks are to be passed on, and core cannot post them to this service",
            first_wanted(&look->plan));
}

/* The engine is asked in between: what was seen must not die meanwhile. */
static void on_round(struct face *face, bool good)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct arena *held;
    const struct look *look = good ? service_last_look(face->service, &held, NULL) : NULL;

    if (!look)
        return;
    arena_lean(a, held);
    examine_reach(face, a, look);
}

const struct face_family reachable_family = {.on_round = on_round};
