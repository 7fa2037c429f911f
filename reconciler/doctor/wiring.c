/* What containers were told of each other and of AVR when they were created. */
#include <string.h>

#include "base/text.h"
#include "core/avr.h"
#include "core/find.h"
#include "doctor/parts.h"

/* A name we would have given; others lead to machines this program knows nothing of. */
static bool is_name_of_ours(const struct doctor *d, const char *host)
{
    enum role role;
    const char *id;

    return canonical_parse(host, d->in->desired->prefix, &role, &id) || text_starts(host, "avrd-");
}

static void stale(struct doctor *d, const struct agent_plan *plan, const struct box *core,
                  const char *what)
{
    doctor_report(d, &(struct finding){
                         .severity = SEVERITY_ERROR,
                         .kind = "stale-url",
                         .agent = plan->agent,
                         .role = role_name[ROLE_CORE],
                         .container = core->name,
                         .what = what,
                         .why = "every call on it is answered by nobody",
                         .command = doctor_command(d->arena, "apply", plan->agent),
                     });
}

static void check_url(struct doctor *d, const struct agent_plan *plan, const struct box *core,
                      const struct role_plan *target, const char *url)
{
    const char *name = avr_url_name(target->role), *port;
    struct avr_url parts;

    if (!avr_url_parse(d->arena, url, &parts)) {
        stale(d, plan, core, arena_printf(d->arena, "%s is no URL", name));
        return;
    }
    if (!is_name_of_ours(d, parts.host) || !target->live || !box_runs(target->live))
        return; /* that it does not run is said elsewhere */
    const struct box *box = doctor_box_at(d->in->observed, parts.host);
    if (!box) {
        stale(d, plan, core,
              arena_printf(d->arena, "%s names %s, and no container has that name", name,
                           parts.host));
        return;
    }
    port = pair_get(box->env, box->n_env, "PORT");
    if (port && !text_is(port, parts.port))
        stale(d, plan, core,
              arena_printf(d->arena, "%s names port %s, and %s listens on %s", name, parts.port,
                           parts.host, port));
}

static void wrong_names(struct doctor *d, const struct agent_plan *plan, const struct box *core,
                        const char *names)
{
    doctor_report(d,
                  &(struct finding){
                      .severity = SEVERITY_ERROR,
                      .kind = "lower-case-url",
                      .agent = plan->agent,
                      .role = role_name[ROLE_CORE],
                      .container = core->name,
                      .what = arena_printf(d->arena, "it has %s: AVR wrote the names wrong", names),
                      .why = "core reads ASR_URL, LLM_URL and TTS_URL; its calls reach nobody",
                      .command = doctor_command(d->arena, "restart", plan->agent),
                  });
}

static void check_core(struct doctor *d, const struct agent_plan *plan)
{
    const struct role_plan *core = role_plan_of(plan, ROLE_CORE);
    struct text wrong = {.arena = d->arena};

    if (!core || !core->live || !box_runs(core->live))
        return;
    for (size_t i = 0; i < plan->n_roles; i++) {
        const struct role_plan *target = &plan->roles[i];
        const char *name = avr_url_name(target->role), *other = avr_url_name_wrong(target->role);
        const struct box *b = core->live;
        if (!name || !target->wanted)
            continue;
        const char *url = pair_get(b->env, b->n_env, name);
        const char *bad = other && !url ? pair_get(b->env, b->n_env, other) : NULL;
        if (bad)
            text_printf(&wrong, "%s%s", wrong.len ? ", " : "", other);
        if (url || bad)
            check_url(d, plan, b, target, url ? url : bad);
        else
            stale(d, plan, b, arena_printf(d->arena, "it has no %s", name));
    }
    if (wrong.len)
        wrong_names(d, plan, core->live, text_str(&wrong));
}

/* --- what AVR's backend did not have when it created them --------------------------------------
 */

struct variable {
    const char *name, *needs; /* of no use without the other one */
    enum severity severity;
    const char *why, *example;
};

static const struct variable variables[] = {
    {"WEBHOOK_URL", NULL, SEVERITY_WARNING,
     "core reports no calls: the dashboard shows none, and only connections tell which are live",
     "http://avr-app-backend:3001/webhooks"},
    {"WEBHOOK_SECRET", "WEBHOOK_URL", SEVERITY_WARNING,
     "the backend takes no report of a call without its secret", NULL},
    {"AMI_URL", NULL, SEVERITY_HINT, "tools that transfer or hang up a call reach no Asterisk",
     "http://avr-ami:6006"},
};

static const char *host_value(const struct host *host, const char *name)
{
    return text_is(name, "WEBHOOK_URL")      ? host->webhook_url
           : text_is(name, "WEBHOOK_SECRET") ? host->webhook_secret
                                             : host->ami_url;
}

static bool is_unset(const struct box *b, const char *name)
{
    const char *value = pair_get(b->env, b->n_env, name);

    return value && avr_means_unset(name, value);
}

static bool lacks(const struct role_plan *role, const struct variable *v)
{
    const struct box *b = role->wanted ? role->live : NULL;

    return b && is_unset(b, v->name) && !(v->needs && is_unset(b, v->needs));
}

/* The containers that lack it, as a list of a few; "" if none does. */
static const char *who_lacks(struct doctor *d, const struct variable *v)
{
    enum { FEW = 4 };
    const struct plan *plan = d->in->plan;
    struct text t = {.arena = d->arena};
    size_t n = 0;

    for (size_t i = 0; i < plan->n_agents; i++)
        for (size_t k = 0; k < plan->agents[i].n_roles; k++) {
            const struct role_plan *role = &plan->agents[i].roles[k];
            if (lacks(role, v) && ++n <= FEW)
                text_printf(&t, "%s%s of %s", n > 1 ? ", " : "", role_name[role->role],
                            agent_title(plan->agents[i].agent));
        }
    if (n > FEW)
        text_printf(&t, " and %zu more", n - FEW);
    return text_str(&t);
}

static void check_variable(struct doctor *d, const struct variable *v)
{
    const char *who = who_lacks(d, v), *have = host_value(d->in->host, v->name);
    struct finding f = {.severity = v->severity, .kind = "undefined", .why = v->why};

    if (!*who)
        return;
    f.what = arena_printf(d->arena, "%s=undefined in %s: AVR's backend had none", v->name, who);
    if (!have)
        f.advice = arena_printf(d->arena, "set %s for AVR's backend and, to the same, for %s",
                                v->name, "avr-reconciler");
    if (have)
        f.command = "avr-reconciler apply";
    else if (v->example)
        f.command = arena_printf(d->arena, "%s=%s avr-reconciler apply", v->name, v->example);
    doctor_report(d, &f);
}

/* --- prompts -----------------------------------------------------------------------------------
 */

static bool is_address(const char *s)
{
    return strncasecmp(s, "http://", 7) == 0 || strncasecmp(s, "https://", 8) == 0;
}

static void check_prompts(struct doctor *d, const struct agent *agent,
                          const struct container_spec *c)
{
    for (size_t i = 0; i < c->env.n; i++) {
        const struct env_var *v = &c->env.items[i];
        if (!text_ends(v->name, "_URL_INSTRUCTIONS") || is_address(v->value))
            continue;
        const char *begin = arena_strndup(d->arena, v->value, strcspn(v->value, ": \n"));
        doctor_report(
            d, &(struct finding){
                   .severity = SEVERITY_ERROR,
                   .kind = "prompt-is-url",
                   .agent = agent,
                   .role = role_name[c->role],
                   .container = c->name,
                   .what = arena_printf(d->arena,
                                        "its prompt begins with \"%s:\", which AVR takes for the "
                                        "address of a prompt (%s)",
                                        begin, origin_text(d->arena, &v->origin)),
                   .why = "at every call it is fetched from there in vain",
                   .advice = "begin the prompt with a word that no colon follows",
               });
    }
}

void doctor_wiring(struct doctor *d)
{
    const struct desired *desired = d->in->desired;

    for (size_t i = 0; i < d->in->plan->n_agents; i++)
        if (d->in->plan->agents[i].agent->wish == WISH_RUN)
            check_core(d, &d->in->plan->agents[i]);
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++)
        check_variable(d, &variables[i]);
    for (size_t i = 0; i < desired->n_agents; i++)
        for (size_t k = 0; k < desired->agents[i].n_containers; k++)
            check_prompts(d, &desired->agents[i], &desired->agents[i].containers[k]);
}
