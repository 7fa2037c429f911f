#include "render/history.h"
#include "base/out.h"

static void put_time(struct out *o, const char *key, int64_t ms)
{
    out_count(o, key, ms > 0 ? ms : -1);
}

static void put_generation(struct out *o, const char *key, unsigned number)
{
    out_count(o, key, number ? (int64_t)number : -1);
}

static void put_lines(struct out *o, const char *key, const char *const *lines, size_t n)
{
    out_array(o, key);
    for (size_t i = 0; i < n; i++)
        out_text(o, NULL, lines[i]);
    out_end(o);
}

static const char *finished(struct out *o)
{
    text_add(&o->text, "\n");
    return text_str(&o->text);
}

static void put_change(struct out *o, const struct change *c)
{
    out_object(o, NULL);
    out_number(o, "id", c->id);
    out_text(o, "agent_id", c->agent_id);
    out_text(o, "agent_name", c->agent_name);
    out_array(o, "roles");
    for (enum role role = 0; role < ROLE__N; role++)
        if (c->roles & ROLE_BIT(role))
            out_text(o, NULL, role_name[role]);
    out_end(o);
    put_time(o, "began_ms", c->began_ms);
    put_time(o, "ended_ms", c->ended_ms);
    out_text(o, "cause", c->cause);
    out_text(o, "result", change_result_name[c->result]);
    out_text(o, "failure", c->failure);
    put_lines(o, "drifts", c->drifts, c->n_drifts);
    put_lines(o, "log", c->log, c->n_log);
    out_number(o, "calls_waited", c->calls_waited);
    out_number(o, "waited_ms", c->waited_ms);
    put_generation(o, "from_generation", c->from);
    put_generation(o, "to_generation", c->to);
    out_end(o);
}

const char *render_changes_json(struct arena *a, const struct changes *changes, bool more)
{
    struct out o = {.text.arena = a, .indented = true};

    out_object(&o, NULL);
    out_array(&o, "changes");
    for (size_t i = 0; i < changes->n; i++)
        put_change(&o, &changes->items[i]);
    out_end(&o);
    out_bool(&o, "more", more);
    out_end(&o);
    return finished(&o);
}

const char *render_change_json(struct arena *a, const struct change *change)
{
    struct out o = {.text.arena = a};

    put_change(&o, change);
    return text_str(&o.text);
}

static void put_one(struct out *o, const struct generation *g)
{
    out_object(o, NULL);
    put_generation(o, "generation", g->number);
    put_time(o, "since_ms", g->since_ms);
    put_time(o, "good_ms", g->good_ms);
    out_text(o, "cause", g->cause);
    out_array(o, "roles");
    for (size_t i = 0; i < g->n_roles; i++) {
        const struct record_role *r = &g->roles[i];
        out_object(o, NULL);
        out_text(o, "role", role_name[r->role]);
        out_text(o, "image", r->image_ref);
        out_text(o, "image_id", r->image_id);
        out_text(o, "image_digest", r->image_digest);
        out_text(o, "settings_hash", r->settings_hash);
        out_end(o);
    }
    out_end(o);
    out_end(o);
}

const char *render_generations_json(struct arena *a, const char *agent_id,
                                    const struct generations *list)
{
    struct out o = {.text.arena = a, .indented = true};

    out_object(&o, NULL);
    out_text(&o, "agent_id", agent_id);
    out_array(&o, "generations");
    for (size_t i = 0; i < list->n; i++)
        put_one(&o, &list->items[i]);
    out_end(&o);
    out_end(&o);
    return finished(&o);
}

static void put_side(struct out *o, const struct digest_key *key, const char *name,
                     const struct record_difference *d, const char *value)
{
    if (!value || !difference_hidden(d)) {
        out_text(o, name, value);
        return;
    }
    out_object(o, name);
    out_text(o, "fingerprint", render_fingerprint(o->text.arena, key, value));
    out_end(o);
}

static void put_difference(struct out *o, const struct digest_key *key,
                           const struct record_difference *d)
{
    out_object(o, NULL);
    out_text(o, "role", role_name[d->role]);
    out_text(o, "name", d->name);
    out_bool(o, "variable", d->variable);
    out_bool(o, "secret", difference_hidden(d));
    out_bool(o, "sealed", d->sealed);
    put_side(o, key, "have", d, d->have);
    put_side(o, key, "want", d, d->want);
    out_end(o);
}

const char *render_generation_diff_json(struct arena *a, const struct render_history *h,
                                        const struct generation *have,
                                        const struct generation *want)
{
    struct record_differences found = generation_diff(a, have, want);
    struct out o = {.text.arena = a, .indented = true};

    out_object(&o, NULL);
    out_text(&o, "agent_id", have->agent_id);
    put_generation(&o, "from", have->number);
    put_generation(&o, "to", want->number);
    out_array(&o, "differences");
    for (size_t i = 0; i < found.n; i++)
        put_difference(&o, h->render->key, &found.items[i]);
    out_end(&o);
    out_end(&o);
    return finished(&o);
}

const char *render_call_json(struct arena *a, const struct call_record *c, const char *name,
                             const struct generation *g)
{
    struct out o = {.text.arena = a, .indented = true};

    out_object(&o, NULL);
    out_text(&o, "uuid", c->uuid);
    out_text(&o, "agent_id", c->agent_id);
    out_text(&o, "agent_name", name);
    put_generation(&o, "generation", c->generation);
    put_time(&o, "first_seen_ms", c->first_seen_ms);
    put_time(&o, "ended_ms", c->ended_ms);
    out_array(&o, "roles");
    for (size_t i = 0; i < c->n_roles; i++) {
        const struct call_role *r = &c->roles[i];
        const struct record_role *known = g ? generation_role(g, r->role) : NULL;
        out_object(&o, NULL);
        out_text(&o, "role", role_name[r->role]);
        out_text(&o, "image", known ? known->image_ref : NULL);
        out_text(&o, "image_digest", r->image_digest);
        out_text(&o, "settings_hash", r->settings_hash);
        out_end(&o);
    }
    out_end(&o);
    out_end(&o);
    return finished(&o);
}
