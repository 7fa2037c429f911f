#include "render/history.h"
#include "base/visible.h"

#include "core/drift.h"
#include "render/parts.h"

static const char *age(struct arena *a, const struct render_history *h, int64_t at_ms)
{
    int64_t ms = h->render->now_ms - at_ms;
    return arena_printf(a, "%s ago", text_duration(a, ms > 0 ? ms / 1000 : 0));
}

static const char *label(const char *id, const char *name)
{
    return name && *name ? name : id;
}

static const char *roles_words(struct arena *a, unsigned roles)
{
    struct text t = {.arena = a};

    for (enum role role = 0; role < ROLE__N; role++)
        if (roles & ROLE_BIT(role))
            text_printf(&t, "%s%s", t.len ? ", " : "", role_name[role]);
    return arena_printf(a, "%s%s", text_str(&t), t.len ? "   " : "");
}

static enum style result_style(enum change_result result)
{
    static const enum style styles[CHANGE__N] = {
        [CHANGE_UNDERWAY] = CYAN, [CHANGE_DONE] = GREEN,  [CHANGE_FAILED] = RED,
        [CHANGE_WAITING] = CYAN,  [CHANGE_HELD] = YELLOW, [CHANGE_INTERRUPTED] = YELLOW,
    };
    return styles[result];
}

static const char *generations_words(struct arena *a, unsigned from, unsigned to)
{
    if (from && to && from != to)
        return arena_printf(a, "   generation %u → %u", from, to);
    return from || to ? arena_printf(a, "   generation %u", to ? to : from) : "";
}

static void put_head(struct text *t, const struct render_history *h, const struct change *c)
{
    struct arena *a = t->arena;

    put(t, h->render, PLAIN, h->local_time(a, c->began_ms));
    put(t, h->render, DIM, arena_printf(a, "  %s   ", age(a, h, c->began_ms)));
    put(t, h->render, BOLD, label(c->agent_id, c->agent_name));
    put(t, h->render, PLAIN, arena_printf(a, "   %s", roles_words(a, c->roles)));
    put(t, h->render, result_style(c->result), change_result_words[c->result]);
    if (c->ended_ms > c->began_ms)
        put(t, h->render, PLAIN,
            arena_printf(a, " in %s", text_duration(a, (c->ended_ms - c->began_ms) / 1000)));
    put(t, h->render, PLAIN, generations_words(a, c->from, c->to));
    text_add(t, "\n");
}

static void put_line(struct text *t, const struct render_history *h, enum style style,
                     const char *prefix, const char *line)
{
    enum { INDENT = 4 };
    size_t width = h->render->width > 2 * INDENT ? h->render->width - INDENT : 0;
    const char *whole = visible_text(t->arena, arena_printf(t->arena, "%s%s", prefix, line));

    put_spaces(t, INDENT);
    put(t, h->render, style, visible_cut(t->arena, whole, width));
    text_add(t, "\n");
}

static void put_change(struct text *t, const struct render_history *h, const struct change *c)
{
    struct arena *a = t->arena;
    bool verbose = h->render->verbose;

    put_head(t, h, c);
    if (c->cause)
        put_line(t, h, PLAIN, "", c->cause);
    for (size_t i = 0; verbose && i < c->n_drifts; i++)
        put_line(t, h, PLAIN, "  ", c->drifts[i]);
    if (c->calls_waited)
        put_line(t, h, PLAIN, "",
                 arena_printf(a, "waited %s for %u %s", text_duration(a, c->waited_ms / 1000),
                              c->calls_waited, plural(c->calls_waited, "call", "calls")));
    if (c->failure)
        put_line(t, h, RED, "", c->failure);
    for (size_t i = 0; verbose && i < c->n_log; i++)
        put_line(t, h, DIM, "| ", c->log[i]);
}

const char *render_changes(struct arena *a, const struct render_history *h,
                           const struct changes *changes, bool more)
{
    struct text t = {.arena = a};

    for (size_t i = 0; i < changes->n; i++)
        put_change(&t, h, &changes->items[i]);
    if (changes->n == 0)
        text_add(&t, "No change is remembered.\n");
    if (more)
        text_add(&t, "There are older ones: --limit N shows more.\n");
    return text_str(&t);
}

enum { COLUMNS = 5 };

static const char *image_of(struct arena *a, const struct record_role *r)
{
    const char *ref = r->image_ref ? short_image(r->image_ref) : "?";
    return r->image_id ? arena_printf(a, "%s@%s", ref, short_id(a, r->image_id)) : ref;
}

static const char *images_of(struct arena *a, const struct generation *g)
{
    struct text t = {.arena = a};

    for (size_t i = 0; i < g->n_roles; i++)
        text_printf(&t, "%s%s %s", i ? ", " : "", role_name[g->roles[i].role],
                    image_of(a, &g->roles[i]));
    return text_str(&t);
}

/* The last column takes what is left of the line, and at least 20 columns. */
static void put_row(struct text *t, const struct render_history *h, enum style style,
                    const char *const *cells, const size_t *widths)
{
    size_t used = 0, width = h->render->width;

    for (size_t c = 0; c < COLUMNS - 1; c++) {
        put_cell(t, h->render, style, cells[c], widths[c]);
        put_spaces(t, 2);
        used += widths[c] + 2;
    }
    size_t left = width == 0 ? 0 : width > used + 20 ? width - used : 20;
    put(t, h->render, style,
        visible_cut(t->arena, visible_text(t->arena, cells[COLUMNS - 1]), left));
    while (t->s[t->len - 1] == ' ')
        t->s[--t->len] = '\0';
    text_add(t, "\n");
}

const char *render_generations(struct arena *a, const struct render_history *h,
                               const struct generations *list)
{
    static const char *const heads[COLUMNS] = {"GENERATION", "SINCE", "STATE", "IMAGES", "CAUSE"};
    struct text t = {.arena = a};
    const char *(*rows)[COLUMNS] = arena_alloc(a, (list->n + 1) * sizeof *rows);
    size_t widths[COLUMNS] = {0};

    for (size_t i = 0; i < list->n; i++) {
        const struct generation *g = &list->items[i];
        const char *good = g->good_ms ? "good" : "";
        rows[i][0] = arena_printf(a, "%u", g->number);
        rows[i][1] =
            arena_printf(a, "%s, %s", h->local_time(a, g->since_ms), age(a, h, g->since_ms));
        rows[i][2] = i > 0 ? good : *good ? "in force, good" : "in force";
        rows[i][3] = images_of(a, g);
        rows[i][4] = g->cause ? g->cause : "";
    }
    for (size_t c = 0; c < COLUMNS; c++) {
        widths[c] = text_columns(heads[c]);
        for (size_t i = 0; i < list->n; i++) {
            size_t n = text_columns(visible_text(a, rows[i][c]));
            widths[c] = n > widths[c] ? n : widths[c];
        }
    }
    put_row(&t, h, DIM, heads, widths);
    for (size_t i = 0; i < list->n; i++)
        put_row(&t, h, PLAIN, rows[i], widths);
    return list->n ? text_str(&t) : "No generation of this agent is remembered.\n";
}

bool difference_hidden(const struct record_difference *d)
{
    return d->secret || (d->variable && ((d->have && looks_secret(d->name, d->have)) ||
                                         (d->want && looks_secret(d->name, d->want))));
}

const char *render_difference_side(struct arena *a, const struct digest_key *key,
                                   const struct record_difference *d, const char *value)
{
    if (!value && d->sealed)
        return "(cannot be opened)";
    return render_value(a, key, value, difference_hidden(d));
}

static void put_difference(struct text *t, const struct render_history *h,
                           const struct record_difference *d, size_t width)
{
    const struct digest_key *key = h->render->key;

    put_spaces(t, 4);
    put(t, h->render, PLAIN, d->variable ? "env " : "");
    put_cell(t, h->render, PLAIN, d->name, width - (d->variable ? 4 : 0));
    put(t, h->render, PLAIN, "  ");
    put(t, h->render, RED, render_difference_side(t->arena, key, d, d->have));
    put(t, h->render, PLAIN, " → ");
    put(t, h->render, GREEN, render_difference_side(t->arena, key, d, d->want));
    text_add(t, "\n");
}

const char *render_generation_diff(struct arena *a, const struct render_history *h,
                                   const struct generation *have, const struct generation *want)
{
    struct record_differences found = generation_diff(a, have, want);
    struct text t = {.arena = a};
    size_t width = 0;

    text_printf(&t, "generation %u (%s) → %u (%s)\n", have->number,
                h->local_time(a, have->since_ms), want->number, h->local_time(a, want->since_ms));
    for (size_t i = 0; i < found.n; i++) {
        const struct record_difference *d = &found.items[i];
        size_t n = text_columns(visible_text(a, d->name)) + (d->variable ? 4 : 0);
        width = n > width ? n : width;
    }
    for (size_t i = 0; i < found.n; i++) {
        if (i == 0 || found.items[i].role != found.items[i - 1].role)
            text_printf(&t, "  %s\n", role_name[found.items[i].role]);
        put_difference(&t, h, &found.items[i], width);
    }
    if (found.n == 0)
        text_add(&t, "  nothing differs\n");
    return text_str(&t);
}

static void put_call_role(struct text *t, const struct render_history *h, const struct call_role *r,
                          const struct generation *g)
{
    const struct record_role *known = g ? generation_role(g, r->role) : NULL;
    struct arena *a = t->arena;

    put_spaces(t, 4);
    put_cell(t, h->render, PLAIN, role_name[r->role], 6);
    if (known && known->image_ref)
        put(t, h->render, PLAIN, arena_printf(a, "%s  ", known->image_ref));
    put(t, h->render, DIM,
        arena_printf(a, "%s  settings %s", r->image_digest ? r->image_digest : "image not known",
                     r->settings_hash ? r->settings_hash : "not known"));
    text_add(t, "\n");
}

const char *render_call(struct arena *a, const struct render_history *h,
                        const struct call_record *c, const char *name, const struct generation *g)
{
    struct text t = {.arena = a};
    int64_t lasted_s = (c->ended_ms - c->first_seen_ms) / 1000;

    put(&t, h->render, PLAIN, arena_printf(a, "call %s   ", c->uuid));
    put(&t, h->render, BOLD, label(c->agent_id, name));
    put(&t, h->render, PLAIN,
        arena_printf(a, "   %s, %s, %s", h->local_time(a, c->first_seen_ms),
                     age(a, h, c->first_seen_ms),
                     c->ended_ms ? arena_printf(a, "lasted %s",
                                                text_duration(a, lasted_s > 0 ? lasted_s : 0))
                                 : "its end was not seen"));
    text_add(&t, "\n");
    if (c->generation)
        put_line(&t, h, PLAIN, "",
                 g && g->cause ? arena_printf(a, "generation %u: %s", c->generation, g->cause)
                               : arena_printf(a, "generation %u", c->generation));
    for (size_t i = 0; i < c->n_roles; i++)
        put_call_role(&t, h, &c->roles[i], g);
    return text_str(&t);
}
