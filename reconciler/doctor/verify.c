#include "doctor/verify.h"

#include <string.h>

#include "base/text.h"
#include "core/avr.h"
#include "core/drift.h"
#include "doctor/verify_parts.h"

enum { FEW = 6, DIGITS = 8 };

void verify_say(struct verifying *v, enum check_state state, const char *kind, const char *text)
{
    const struct role_plan *role = v->role;

    ARRAY_PUSH(v->arena, v->list,
               ((struct check){.state = state,
                               .kind = kind,
                               .agent = v->agent->agent,
                               .role = role ? role_name[role->role] : NULL,
                               .container = role ? role->name : NULL,
                               .text = text}));
}

void few_add(struct few *f, const char *name)
{
    if (++f->n <= FEW)
        text_printf(f->text, "%s%s", f->n > 1 ? ", " : "", name);
}

void few_end(struct few *f)
{
    if (f->n > FEW)
        text_printf(f->text, " and %zu more", f->n - FEW);
}

const struct box_facts *verify_facts_of(const struct verify_facts *facts, const struct box *b)
{
    for (size_t i = 0; i < facts->n_boxes; i++)
        if (text_is(facts->boxes[i].box_id, b->id))
            return &facts->boxes[i];
    return NULL;
}

/* --- the image -------------------------------------------------------------------------------- */

static const char *digits(struct arena *a, const char *id)
{
    const char *hex = text_starts(id, "sha256:") ? id + strlen("sha256:") : id;
    return arena_strndup(a, hex, strnlen(hex, DIGITS));
}

static void check_image(struct verifying *v)
{
    const struct wanted *w = v->role->wanted;
    const struct box *b = v->role->live;
    const char *runs =
        arena_printf(v->arena, "%s (%s)", b->image_ref, digits(v->arena, b->image_id));

    if (!w->image_ref)
        verify_say(v, CHECK_FAILED, "image",
                   arena_printf(v->arena, "%s runs, and none can be chosen: %s", runs, w->problem));
    else if (!w->image_id)
        verify_say(v, CHECK_FAILED, "image",
                   arena_printf(v->arena, "%s runs, and the policy chooses %s, which is not here",
                                runs, w->image_ref));
    else if (!text_is(w->image_id, b->image_id))
        verify_say(v, CHECK_FAILED, "image",
                   arena_printf(v->arena, "%s runs, and the policy chooses %s (%s)%s%s", runs,
                                w->image_ref, digits(v->arena, w->image_id),
                                w->image_note ? ", " : "", w->image_note ? w->image_note : ""));
    else if (w->pull)
        verify_say(v, CHECK_FAILED, "image",
                   arena_printf(v->arena, "%s runs, and %s", runs, w->pull_why));
    else
        verify_say(v, CHECK_OK, "image",
                   arena_printf(v->arena, "%s%s%s", runs, w->image_note ? ", " : "",
                                w->image_note ? w->image_note : ""));
}

/* --- settings --------------------------------------------------------------------------------- */

static bool is_env(const struct drift *d)
{
    return text_is(d->field, "env");
}

/* What the next call will fetch is no fault of the container. */
static bool counts(const struct drift *d)
{
    return d->effect != EFFECT_LIVE && !text_is(d->field, "image");
}

/* "PROVIDER_ID 31e3…, BACKEND_URL http://…": what decides where settings come from. */
static void add_named(struct verifying *v, struct text *t, const char *name)
{
    const struct box *b = v->role->live;
    const char *value = pair_get(b->env, b->n_env, name);

    if (!value)
        text_printf(t, ", no %s", name);
    else
        text_printf(t, ", %s %s", name, looks_secret(name, value) ? "(hidden)" : value);
}

static void check_env(struct verifying *v)
{
    struct text wrong = {.arena = v->arena}, t = {.arena = v->arena};
    struct few few = {.text = &wrong};

    for (size_t i = 0; i < v->role->drifts.n; i++) {
        const struct drift *d = &v->role->drifts.items[i];
        if (!is_env(d) || !counts(d))
            continue;
        const char *how = !d->have ? "is missing" : !d->want ? "must go" : "differs";
        few_add(&few, arena_printf(v->arena, "%s %s", d->key, how));
    }
    few_end(&few);
    if (few.n)
        text_add(&t, text_str(&wrong));
    else
        text_printf(&t, "%zu variables as wanted", v->role->wanted->env.n);
    if (v->role->role != ROLE_CORE) {
        add_named(v, &t, "PROVIDER_ID");
        add_named(v, &t, "BACKEND_URL");
    }
    verify_say(v, few.n ? CHECK_FAILED : CHECK_OK, "env", text_str(&t));
}

static void check_settings(struct verifying *v)
{
    struct text t = {.arena = v->arena};
    struct few few = {.text = &t};

    for (size_t i = 0; i < v->role->drifts.n; i++) {
        const struct drift *d = &v->role->drifts.items[i];
        if (!is_env(d) && counts(d))
            few_add(&few, d->key ? arena_printf(v->arena, "%s %s", d->field, d->key) : d->field);
    }
    few_end(&few);
    if (few.n)
        text_add(&t, few.n == 1 ? " differs" : " differ");
    verify_say(v, few.n ? CHECK_FAILED : CHECK_OK, "settings",
               few.n ? text_str(&t) : "networks, ports, volumes and the rest as wanted");
}

/* --- does it work ------------------------------------------------------------------------------
 */

static const char *proof(const struct verifying *v)
{
    const struct box *b = v->role->live;
    const char *port = pair_get(b->env, b->n_env, "PORT");
    enum probe_kind kind = v->role->wanted->spec->probe.kind;

    if (kind == PROBE_ENGINE)
        return "healthy by its own HEALTHCHECK";
    if (kind == PROBE_HTTP)
        return "answers its health check";
    return arena_printf(v->arena, "%s on port %s",
                        kind == PROBE_WS ? "answers a WebSocket upgrade" : "accepts connections",
                        port ? port : v->role->wanted->port);
}

static void check_answer(struct verifying *v)
{
    const struct box_facts *f = v->facts;

    if (!f || !f->probed)
        verify_say(v, CHECK_UNKNOWN, "answer",
                   f && f->probe_text ? f->probe_text : "it was not asked");
    else if (f->ready)
        verify_say(v, CHECK_OK, "answer", proof(v));
    else
        verify_say(v, CHECK_FAILED, "answer", f->probe_text);
}

/* --- an agent ----------------------------------------------------------------------------------
 */

static void check_role(struct verifying *v)
{
    const struct role_plan *role = v->role;

    if (!role->live || !box_runs(role->live)) {
        verify_say(v, CHECK_FAILED, "runs", role->reason ? role->reason : "it does not run");
        return;
    }
    v->facts = verify_facts_of(v->in->facts, role->live);
    check_image(v);
    check_env(v);
    check_settings(v);
    check_answer(v);
    if (role->role == ROLE_CORE)
        verify_wiring(v);
    else
        verify_config(v);
}

/* Nothing of it may run. */
static void check_stopped(struct verifying *v)
{
    size_t running = 0;

    for (size_t i = 0; i < v->agent->n_roles; i++) {
        v->role = &v->agent->roles[i];
        if (!v->role->live || !box_runs(v->role->live))
            continue;
        verify_say(v, CHECK_FAILED, "stopped", "runs, and nothing of this agent should");
        running++;
    }
    v->role = NULL;
    if (!running)
        verify_say(v, CHECK_OK, "stopped", "nothing runs, as was asked for");
}

static void check_agent(struct verifying *v)
{
    const struct agent *agent = v->agent->agent;

    v->role = NULL;
    if (agent->problem) {
        verify_say(v, CHECK_FAILED, "inputs", agent->problem);
    } else if (agent->origin.kind == FROM_CONTAINER) {
        verify_say(v, CHECK_UNKNOWN, "inputs", "nobody asks for it, so nothing can be compared");
    } else if (agent->wish != WISH_RUN) {
        check_stopped(v);
    } else {
        for (size_t i = 0; i < v->agent->n_roles; i++)
            if (v->agent->roles[i].wanted) {
                v->role = &v->agent->roles[i];
                check_role(v);
            }
    }
}

struct checks verify_all(struct arena *a, const struct verify_input *in)
{
    struct verifying v = {.arena = a, .in = in};

    for (size_t i = 0; i < in->plan->n_agents; i++) {
        v.agent = &in->plan->agents[i];
        check_agent(&v);
    }
    struct checks ret = {.items = v.list.items, .n = v.list.n};
    for (size_t i = 0; i < ret.n; i++)
        ret.count[ret.items[i].state]++;
    return ret;
}
