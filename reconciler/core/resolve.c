#include "core/resolve.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/avr.h"
#include "core/resolve_parts.h"
#include "core/rollback.h"
#include "core/settings.h"

static const struct origin from_container = {.kind = FROM_CONTAINER};

/* A list of the running container as one of a spec would stand. */
static struct values carried(struct arena *a, const char *const *items, size_t n)
{
    struct value *list = arena_alloc(a, (n + 1) * sizeof *list);

    for (size_t i = 0; i < n; i++)
        list[i] = (struct value){items[i], from_container};
    return (struct values){list, n, n > 0};
}

static bool same_words(const char *const *a, size_t n, const char *const *b, size_t m)
{
    if (n != m)
        return false;
    for (size_t i = 0; i < n; i++)
        if (strcmp(a[i], b[i]) != 0)
            return false;
    return true;
}

/* What differs from the image's own is somebody's wish; what equals it must not be frozen, or the
 * next image would run with the old one's command. */
static void carry_image_overrides(struct resolving *v, struct settings *s, const struct box *from)
{
    const struct image *image = observed_image(v->observed, from->image_id);

    if (!image || !image->id)
        return;
    if (!s->user.text && *from->user && !text_is(from->user, image->user))
        s->user = (struct value){from->user, from_container};
    if (!s->command.set &&
        !same_words(from->command, from->n_command, image->command, image->n_command))
        s->command = carried(v->arena, from->command, from->n_command);
}

static void carry_logging(struct arena *a, struct settings *s, const struct box *from)
{
    bool is_default = text_is(from->log_driver, "json-file") && from->n_log_options == 0;
    struct label *options = arena_alloc(a, (from->n_log_options + 1) * sizeof *options);

    if (s->log_driver.text || s->n_log_options || !from->log_driver || is_default)
        return;
    for (size_t i = 0; i < from->n_log_options; i++)
        options[i] =
            (struct label){from->log_options[i].key, {from->log_options[i].value, from_container}};
    s->log_driver = (struct value){from->log_driver, from_container};
    s->log_options = options;
    s->n_log_options = from->n_log_options;
}

static const struct settings *carry_settings(struct resolving *v, const struct settings *asked,
                                             const struct box *from)
{
    if (!from)
        return asked;
    struct settings *s = arena_memdup(v->arena, asked, sizeof *asked);
    carry_image_overrides(v, s, from);
    carry_logging(v->arena, s, from);
    if (!s->cap_drop.set)
        s->cap_drop = carried(v->arena, from->cap_drop, from->n_cap_drop);
    if (!s->extra_hosts.set)
        s->extra_hosts = carried(v->arena, from->extra_hosts, from->n_extra_hosts);
    if (!s->stop_grace_s.set && from->stop_timeout_s >= 0)
        s->stop_grace_s = (struct number){from->stop_timeout_s, true, from_container};
    return s;
}

static bool is_bound(const struct values *volumes, const char *bind)
{
    for (size_t i = 0; i < volumes->n; i++)
        if (volume_same_target(volumes->items[i].text, bind))
            return true;
    return false;
}

/* Asked for, and those of the running container nobody spoke about: all others when no spec lists
 * volumes, else AVR's tools folders whose variables this process does not know. */
static void settle_binds(struct arena *a, struct wanted *w, const struct box *from)
{
    const struct values *asked = &w->spec->settings->volumes;
    size_t n = from ? from->n_binds : 0;
    const char **binds = arena_alloc(a, (asked->n + n + 1) * sizeof *binds);

    for (size_t i = 0; i < asked->n; i++)
        binds[w->n_binds++] = asked->items[i].text;
    for (size_t i = 0; i < n; i++)
        if (!is_bound(asked, from->binds[i]) &&
            (!w->spec->volumes_exact || (asked->n && avr_is_tools_bind(from->binds[i]))))
            binds[w->n_binds++] = from->binds[i];
    w->binds = binds;
}

/* The networks of the running container, the one that is its network mode first. */
static void carry_networks(struct arena *a, struct wanted *w, const struct box *from)
{
    const char **names = arena_alloc(a, from->n_networks * sizeof *names);
    size_t n = 0;

    for (size_t i = 0; i < from->n_networks; i++)
        if (text_is(from->networks[i].name, from->network_mode))
            names[n++] = from->networks[i].name;
    for (size_t i = 0; i < from->n_networks; i++)
        if (!text_is(from->networks[i].name, from->network_mode))
            names[n++] = from->networks[i].name;
    w->networks = names;
    w->n_networks = n;
}

static void settle_networks(struct arena *a, struct wanted *w, const struct box *from)
{
    static const char *const avr[] = {AVR_NETWORK};
    const struct values *asked = &w->spec->settings->networks;

    w->networks = avr;
    w->n_networks = 1;
    if (asked->n) {
        const char **names = arena_alloc(a, asked->n * sizeof *names);
        for (size_t i = 0; i < asked->n; i++)
            names[i] = asked->items[i].text;
        w->networks = names;
        w->n_networks = asked->n;
    } else if (from && from->n_networks) {
        carry_networks(a, w, from);
    }
}

/* What a spec asks the engine to run; false if it speaks of no such thing. */
static bool asked_check(struct arena *a, const struct healthcheck *asked, struct engine_check *ret)
{
    bool command = text_is(asked->kind.text, "CMD") || text_is(asked->kind.text, "CMD-SHELL");
    const char **test = arena_alloc(a, (asked->args.n + 1) * sizeof *test);

    if (!command && !text_is(asked->kind.text, "NONE"))
        return false;
    test[0] = asked->kind.text;
    *ret = (struct engine_check){.test = test, .n_test = 1};
    for (size_t i = 0; command && i < asked->args.n; i++)
        test[ret->n_test++] = asked->args.items[i].text;
    return true;
}

/* How often and how patiently is nothing a spec speaks of. */
static void carry_times(struct engine_check *check, const struct engine_check *from)
{
    check->interval_ns = from->interval_ns;
    check->timeout_ns = from->timeout_ns;
    check->start_period_ns = from->start_period_ns;
    check->retries = from->retries;
}

/* As with the command: what differs from the image's own is somebody's wish. */
static void settle_check(struct resolving *v, struct wanted *w, const struct box *from)
{
    const struct image *image = from ? observed_image(v->observed, from->image_id) : NULL;
    bool asked = asked_check(v->arena, &w->spec->settings->healthcheck, &w->check);

    if (!image || !image->id || check_same(v->arena, &from->check, &image->check))
        return;
    if (asked)
        carry_times(&w->check, &from->check);
    else
        w->check = from->check;
}

/* "on-failure:3" */
static struct restart_policy restart_parse(struct arena *a, const char *text)
{
    const char *colon = strchr(text, ':');

    if (!colon)
        return (struct restart_policy){text, 0};
    return (struct restart_policy){arena_strndup(a, text, (size_t)(colon - text)),
                                   (int)strtol(colon + 1, NULL, 10)};
}

void resolve_settings(struct resolving *v, struct wanted *w, const struct box *from)
{
    const struct settings *asked = w->spec->settings;

    w->settings = carry_settings(v, asked, from);
    settle_binds(v->arena, w, from);
    settle_networks(v->arena, w, from);
    settle_check(v, w, from);
    w->restart = asked->restart.text ? restart_parse(v->arena, asked->restart.text)
                 : from              ? from->restart
                                     : (struct restart_policy){"no", 0};
    w->memory = asked->mem_limit.set ? asked->mem_limit.n : from ? from->memory : 0;
    w->nano_cpus = asked->nano_cpus.set ? asked->nano_cpus.n : from ? from->nano_cpus : 0;
    if (!asked->ports.set && from) {
        w->carried_ports = from->ports;
        w->n_carried_ports = from->n_ports;
    }
    /* Two containers cannot hold one host port. */
    w->stop_first = v->agent->stop_first || asked->ports.n || w->n_carried_ports;
}

static void settle_restart(const struct resolving *v, struct wanted *w)
{
    const struct order *restart = v->agent->restart;

    if (restart)
        w->restart_order = (struct value){arena_printf(v->arena, "%lld", (long long)restart->at_ms),
                                          order_origin(v->arena, restart)};
}

/* The containers are left as they are while the order stands and cannot be followed. */
static const char *rollback_problem(struct arena *a, const struct agent *agent)
{
    if (!agent->goal)
        return arena_printf(a,
                            "generation %u, to which it was rolled back, is not remembered any "
                            "more",
                            agent->rollback->to_generation);
    return rollback_obstacle(a, agent, agent->goal);
}

/* The container as it was made before, if it is to be that; had NULL: it is not. */
static struct earlier earlier_of(const struct resolving *v, enum role r)
{
    const struct agent *agent = v->agent;

    if (v->back & ROLE_BIT(r))
        return (struct earlier){.had = last_good_role(v->observed, agent, r),
                                .origin = from_container};
    if (!v->rolls_back)
        return (struct earlier){0};
    return (struct earlier){.had = generation_role(agent->goal, r),
                            .number = agent->goal->number,
                            .origin = order_origin(v->arena, agent->rollback),
                            .rewires = true};
}

static void settle_role(struct resolving *v, struct wanted *w, const struct box *from)
{
    struct earlier earlier = earlier_of(v, w->spec->role);

    w->tenant = v->desired->tenant;
    if (earlier.had)
        w->spec = earlier_container(v->arena, w->spec, &earlier);
    else
        resolve_image(v, w, from);
    resolve_settings(v, w, from);
    if (earlier.had)
        earlier_image(v->arena, &earlier, v->observed, w);
    settle_restart(v, w);
}

static void resolve(struct resolving *v)
{
    bool holds = rollback_holds(v->key, v->agent);
    const char *problem = holds ? rollback_problem(v->arena, v->agent) : NULL;

    memset(v->wanted, 0, ROLE__N * sizeof v->wanted[0]);
    slots_find(v->arena, v->desired, v->agent, v->observed, v->slots);
    v->rolls_back = holds && !problem;
    for (enum role r = 0; r < ROLE__N; r++) {
        struct wanted *w = &v->wanted[r];
        w->spec = agent_container(v->agent, r);
        if (!w->spec)
            continue;
        settle_role(v, w, slot_carried(&v->slots[r]));
        if (problem)
            w->problem = problem;
    }
    resolve_environment(v);
}

void resolve_agent(struct arena *a, const struct desired *d, const struct agent *agent,
                   const struct observed *o, const struct digest_key *key,
                   struct wanted ret[ROLE__N])
{
    resolve_last_good(a, d, agent, o, key, 0, ret);
}

void resolve_last_good(struct arena *a, const struct desired *d, const struct agent *agent,
                       const struct observed *o, const struct digest_key *key, unsigned roles,
                       struct wanted ret[ROLE__N])
{
    struct resolving v = {.arena = a,
                          .desired = d,
                          .agent = agent,
                          .observed = o,
                          .key = key,
                          .back = roles,
                          .wanted = ret};

    resolve(&v);
}
