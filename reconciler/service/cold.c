/* What comes of a part that had a call and did not ask for its settings: it is remembered, merged
 * as one that is given them when it is made, and so made anew with them. */
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/text.h"
#include "control/cold.h"
#include "core/capability.h"
#include "core/find.h"
#include "core/slot.h"
#include "service/service_parts.h"

static bool has_token(const struct box *b)
{
    const char *address = pair_get(b->env, b->n_env, "BACKEND_URL");
    size_t n;

    return address && capability_find(address, &n);
}

/* By the last round: the container under the name, so one that calls are put to. */
static bool should_ask(void *ctx, const char *agent_id, enum role role)
{
    const struct service *s = ctx;
    const struct observed *o = &s->last.look.observed;

    if (!s->last.arena)
        return false;
    const struct agent *agent = agent_by_id(&s->last.look.sources->desired, agent_id);
    const struct container_spec *c = agent ? agent_container(agent, role) : NULL;
    for (size_t i = 0; c && c->asks_us && i < o->n_boxes; i++)
        if (text_is(o->boxes[i].name, c->name))
            return has_token(&o->boxes[i]);
    return false;
}

static bool is_asked_for(const struct desired *d, const struct cold_part *part)
{
    const struct agent *agent = agent_by_id(d, part->agent_id);
    const struct container_spec *c = agent ? agent_container(agent, part->role) : NULL;

    return c && text_is(c->settings->config.text, "per_call") &&
           text_is(live_image(c), part->image);
}

/* Those that still hold, and one more; NULL: none. */
static void remember(struct service *s, const struct cold_part *one)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const struct desired *d = &s->last.look.sources->desired;
    const struct cold_part *had;
    size_t n = cold_read(a, s->config->state_dir, &had);
    ARRAY(struct cold_part) parts = {0};
    struct err err;

    for (size_t i = 0; i < n; i++)
        if (!d->complete || is_asked_for(d, &had[i]))
            ARRAY_PUSH(a, parts, had[i]);
    if (!one && parts.n == n)
        return;
    if (one)
        ARRAY_PUSH(a, parts, *one);
    if (cold_write(s->config->state_dir, parts.items, parts.n, &err) < 0)
        log_say(s->log, LEVEL_WARNING, NULL, "%s", err.text);
    intake_poke(s->intake, INTAKE_ORDERS); /* merges anew */
}

static void did_not(void *ctx, const char *agent_id, enum role role)
{
    struct service *s = ctx;
    const struct agent *agent = agent_by_id(&s->last.look.sources->desired, agent_id);
    const struct container_spec *c = agent ? agent_container(agent, role) : NULL;

    if (!c || !c->asks_us)
        return;
    struct log_about about = {.agent = agent_title(agent), .role = role_name[role]};
    log_say(s->log, LEVEL_WARNING, &about,
            "it had a call and did not ask for its settings: from now on it is given them when it "
            "is made, and a changed one needs a new container");
    remember(s, &(struct cold_part){agent_id, role, live_image(c)});
}

void cold_calls(struct service *s, const struct database *db)
{
    const struct fetches_judge judge = {should_ask, did_not, s};

    fetches_calls(s->fetches, db->calls, db->n_calls, wall_ms(), &judge);
}

/* One whose spec, or image, is another by now is forgotten, and has another try. */
void cold_round(struct service *s)
{
    if (s->config->host.advertise)
        remember(s, NULL);
}
