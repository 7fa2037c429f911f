/* What this machine lends: the service, the state folder, witnesses of calls, and neighbours. */
#include <string.h>

#include "base/text.h"
#include "doctor/parts.h"

static void check_service(struct doctor *d)
{
    static const struct {
        enum severity severity;
        const char *why, *command, *advice;
    } signs[] = {
        [SERVICE_DEAD] = {SEVERITY_WARNING, "nothing notices changes any more",
                          "systemctl start avr-reconciler", NULL},
        [SERVICE_SILENT] = {SEVERITY_ERROR,
                            "apply and status wait for it, and nothing notices changes",
                            "systemctl restart avr-reconciler", NULL},
        [SERVICE_REFUSES] = {SEVERITY_WARNING, "apply and status are turned away", NULL,
                             "run it as root or as a member of the socket's group"},
        [SERVICE_FOREIGN] = {SEVERITY_ERROR, "apply and status cannot be carried out", NULL,
                             "name another path with --control, for the service as well"},
    };
    enum service_sign sign = d->in->facts->service;

    if (sign == SERVICE_NONE || sign == SERVICE_ANSWERS)
        return;
    doctor_report(d, &(struct finding){.severity = signs[sign].severity,
                                       .kind = "service",
                                       .what = d->in->facts->service_text,
                                       .why = signs[sign].why,
                                       .command = signs[sign].command,
                                       .advice = signs[sign].advice});
}

static void check_state(struct doctor *d)
{
    const struct doctor_facts *facts = d->in->facts;

    if (!facts->state_problem)
        return;
    doctor_report(d, &(struct finding){
                         .severity = SEVERITY_ERROR,
                         .kind = "state-dir",
                         .what = arena_printf(d->arena, "the state folder %s cannot be written: %s",
                                              facts->state_dir, facts->state_problem),
                         .why = "apply cannot take its lock, nothing is remembered, and "
                                "fingerprints change from run to run",
                         .advice = "run it as the owner, or name another with --state-dir",
                         .command = arena_printf(d->arena, "install -d -m 0700 %s",
                                                 doctor_word(d->arena, facts->state_dir)),
                     });
}

static void check_witnesses(struct doctor *d)
{
    bool calls = d->in->observed->calls_known;

    if (d->in->facts->sockets_readable)
        return;
    doctor_report(d, &(struct finding){
                         .severity = calls ? SEVERITY_HINT : SEVERITY_WARNING,
                         .kind = "witness",
                         .what = "the connections of calls cannot be counted from here",
                         .why = calls ? "only open rows in the database tell which calls are live"
                                      : "nothing tells which calls are live: each old container "
                                        "gets its whole drain.timeout",
                         .advice = "run it as root on the engine's host; in a container with "
                                   "`pid: host`",
                     });
}

/* The last part of an image's name, without tag: "docker.io/containrrr/watchtower:1" -> it. */
static bool is_image(const char *image, const char *name)
{
    const char *slash = strrchr(image, '/'), *base = slash ? slash + 1 : image;

    return strncmp(base, name, strlen(name)) == 0 && strchr(":@", base[strlen(name)]);
}

static void check_neighbours(struct doctor *d)
{
    static const char *const updaters[] = {"watchtower", "ouroboros"};
    const char *first = NULL;

    for (size_t i = 0; i < d->in->facts->n_neighbours; i++) {
        const struct neighbour *n = &d->in->facts->neighbours[i];
        struct finding f = {.severity = SEVERITY_WARNING, .container = n->name};
        f.command = arena_printf(d->arena, "docker stop %s", n->name);
        for (size_t k = 0; n->running && k < sizeof updaters / sizeof updaters[0]; k++) {
            if (!is_image(n->image, updaters[k]))
                continue;
            f.kind = "updater";
            f.what = arena_printf(d->arena, "%s runs on this engine", n->image);
            f.why = "it replaces containers whose tag has moved at once, with the calls on them";
            f.advice = "exclude AVR's containers there, or stop it";
            doctor_report(d, &f);
        }
        if (!n->running || !is_image(n->image, "avr-reconciler"))
            continue;
        f.kind = "second-service";
        f.what = arena_printf(d->arena, "two services run on this engine: %s and %s",
                              first ? first : "", n->name);
        f.why = "with state folders of their own they do not know of each other";
        if (first)
            doctor_report(d, &f);
        first = n->name;
    }
}

static const char *tenant_of(const struct box *b)
{
    const char *tenant = pair_get(b->labels, b->n_labels, "tenant");
    return tenant && *tenant ? tenant : NULL;
}

static void check_tenant(struct doctor *d)
{
    const struct observed *o = d->in->observed;
    const char *tenant = NULL;
    bool several = false;

    for (size_t i = 0; !d->in->desired->tenant && i < o->n_boxes; i++) {
        const char *other = tenant_of(&o->boxes[i]);
        several |= tenant && other && !text_is(tenant, other);
        tenant = other ? other : tenant;
    }
    if (!tenant)
        return;
    struct finding f = {.severity = SEVERITY_WARNING, .kind = "tenant"};
    f.what = several ? "containers carry several tenants, and TENANT is not set"
                     : arena_printf(d->arena,
                                    "containers carry the tenant \"%s\", and TENANT is "
                                    "not set",
                                    tenant);
    f.why = "containers of other tenants are taken for this one's, and new ones carry none, so "
            "that AVR's list of containers does not show them";
    if (several)
        f.advice = "set TENANT as AVR's backend has it";
    else
        f.command = arena_printf(d->arena, "export TENANT=%s", doctor_word(d->arena, tenant));
    doctor_report(d, &f);
}

void doctor_place(struct doctor *d)
{
    check_service(d);
    check_state(d);
    check_witnesses(d);
    check_neighbours(d);
    check_tenant(d);
}
