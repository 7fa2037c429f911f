/* Which of a container's variables are fetched at each call, and from whom.
 *
 * From this service, when containers can reach it and nobody named another place: its environment
 * then holds only what cannot be fetched, so neither a changed prompt nor a new key ever needs a
 * new container.  Else from whoever BACKEND_URL names; what AVR's backend serves are the
 * provider's own settings, and the environment is complete. */
#include "base/array.h"
#include "base/text.h"
#include "core/capability.h"
#include "core/drift.h"
#include "core/merge_parts.h"
#include "core/reference.h"

const char *live_image(const struct container_spec *c)
{
    return c->image.n ? c->image.candidates[0].text : "";
}

/* The last part of the repository that was asked for first; NULL: no image was named. */
static const char *image_name(const struct merging *s, const struct container_spec *c)
{
    struct reference r;
    struct err err;

    if (!c->image.n || reference_parse(s->arena, c->image.candidates[0].text, &r, &err) < 0)
        return NULL;
    return reference_basename(&r);
}

static size_t live_keys(const struct merging *s, const struct container_spec *c,
                        const char *const **ret)
{
    const struct values *asked = &c->settings->live_keys;
    const char **list = arena_alloc(s->arena, (asked->n + 1) * sizeof *list);

    if (!asked->set)
        return avr_live_keys(s->arena, image_name(s, c), ret);
    for (size_t i = 0; i < asked->n; i++)
        list[i] = asked->items[i].text;
    *ret = list;
    return asked->n;
}

static bool matches(const char *const *keys, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (avr_key_matches(keys[i], name))
            return true;
    return false;
}

static bool is_secret(const struct env_var *v)
{
    return v->secret || looks_secret(v->name, v->value);
}

/* Marks what is live, and collects what the container is told when it asks. */
static void sort_out(const struct merging *s, struct env_build *b, struct container_spec *c)
{
    const char *const *keys;
    size_t n = live_keys(s, c, &keys);
    struct env_build fetched = {.arena = s->arena};

    ARRAY_RESERVE(s->arena, fetched.vars, b->vars.n);
    for (size_t i = 0; i < b->vars.n; i++) {
        struct env_var *v = &b->vars.items[i];
        if (avr_is_wiring(v->name))
            continue;
        v->live = c->per_call && (c->asks_us || v->of_provider) &&
                  (matches(keys, n, v->name) || is_secret(v));
        ARRAY_PUSH(s->arena, fetched.vars, *v);
    }
    c->fetched = env_done(&fetched);
}

static void drop_live(struct env_build *b)
{
    size_t n = 0;

    for (size_t i = 0; i < b->vars.n; i++)
        if (!b->vars.items[i].live)
            b->vars.items[n++] = b->vars.items[i];
    b->vars.n = n;
}

static bool is_cold(const struct merging *s, const char *agent_id, const struct container_spec *c)
{
    for (size_t i = 0; i < s->host->n_cold; i++) {
        const struct cold_part *part = &s->host->cold[i];
        if (part->role == c->role && text_is(part->agent_id, agent_id) &&
            text_is(part->image, live_image(c)))
            return true;
    }
    return false;
}

static void put_address(const struct merging *s, const struct agent_inputs *in,
                        const struct container_spec *c, struct env_build *b)
{
    if (s->host->token)
        env_put(b, &(struct env_var){.name = "BACKEND_URL",
                                     .value = capability_url(s->arena, s->host->token,
                                                             s->host->advertise, in->id, c->role,
                                                             c->provider_id),
                                     .secret = true,
                                     .origin = {.kind = FROM_DEFAULT, .where = "--advertise"}});
}

void live_make(const struct merging *s, const struct agent_inputs *in, const struct provider *p,
               struct env_build *b, struct container_spec *c)
{
    struct env_list env = env_done(b);
    const struct env_var *id = env_get(&env, "PROVIDER_ID");

    c->per_call = p && c->role != ROLE_CORE && text_is(c->settings->config.text, "per_call");
    if (!p || c->role == ROLE_CORE)
        return;
    c->provider_id = id ? id->value : p->id;
    c->asks_us = c->per_call && s->host->advertise && !env_get(&env, "BACKEND_URL");
    c->cold = c->asks_us && is_cold(s, in->id, c);
    if (c->cold)
        c->per_call = c->asks_us = false;
    sort_out(s, b, c);
    if (!c->asks_us)
        return;
    drop_live(b);
    if (!id)
        env_put(b, &(struct env_var){.name = "PROVIDER_ID", .value = p->id, .origin = p->assigned});
    put_address(s, in, c, b);
}
