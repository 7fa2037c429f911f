/* One difference as people read it: field, name, `have → want`, and where the wanted value stands.
 * Values of several lines become line diffs; long ones are shown around the place where they
 * differ. */
#include "render/drift.h"
#include "base/visible.h"

#include <string.h>

enum {
    INDENT = 8,
    FIELD = 8,
    MAX_KEY = 28,
    MAX_VALUE = 44,  /* width of the value column: longer values push the source aside */
    UNLIMITED = 160, /* columns for values when the width of the terminal is not known */
    MIN_VALUES = 40, /* a narrower terminal gets broken lines rather than no values */
    MAX_LINES = 12,  /* changed lines shown of a line diff */
    CONTEXT = 1,
};

struct columns {
    size_t key, value;
};

/* A drift line that is ready but for alignment. */
struct row {
    const struct drift *drift;
    const char *value;
    struct line_edits lines; /* n = 0: a value of one line */
};

static const char *side(struct arena *a, const struct render *r, const struct drift *d,
                        const char *value, const char *missing)
{
    return value ? render_value(a, r->key, value, drift_hidden(d)) : missing;
}

/* Columns (of visible text) that both begin with. */
static size_t common_columns(const char *x, const char *y)
{
    size_t n = 0;

    for (; *x && *x == *y; x++, y++)
        n += ((unsigned char)*x & 0xc0) != 0x80;
    return n;
}

static const char *skip_columns(const char *s, size_t n)
{
    for (; n; n--)
        do
            s++;
        while (((unsigned char)*s & 0xc0) == 0x80);
    return s;
}

/* Both values in at most `budget` columns, with the first difference in sight. */
static const char *arrow(struct arena *a, const char *have, const char *want, size_t budget)
{
    enum { AROUND = 8 }; /* what is cut off begins later: half a budget is 18 at least */
    size_t x = text_columns(have), y = text_columns(want);

    budget = budget > MIN_VALUES ? budget - 3 : MIN_VALUES - 3;
    if (x + y > budget) {
        size_t half = budget / 2, same = common_columns(have, want);
        size_t from = same + AROUND / 2 > half ? same - AROUND : 0;
        if (from) {
            have = arena_printf(a, "…%s", skip_columns(have, from));
            want = arena_printf(a, "…%s", skip_columns(want, from));
            x -= from - 1;
            y -= from - 1;
        }
        size_t left = x < half ? x : y < half ? budget - y : half;
        have = visible_cut(a, have, left);
        want = visible_cut(a, want, budget - (x < left ? x : left));
    }
    return arena_printf(a, "%s → %s", have, want);
}

static const char *lines_text(struct arena *a, const struct drift *d, const struct line_edits *e)
{
    size_t changed = e->n_old > e->n_new ? e->n_old : e->n_new;

    if (!d->have)
        return arena_printf(a, "new, %zu lines", e->total);
    if (!d->want)
        return arena_printf(a, "goes, %zu lines", e->total);
    return arena_printf(a, "%zu %s of %zu", changed, plural(changed, "line", "lines"), e->total);
}

/* Full value, not shortened by render_value: arrow() cuts where the difference is. */
static const char *shown(struct arena *a, const struct render *r, const struct drift *d,
                         const char *value, const char *missing)
{
    if (!value || !*value || drift_hidden(d))
        return side(a, r, d, value, missing);
    return visible_text(a, value);
}

static const char *image_text(struct arena *a, const struct role_plan *role, size_t budget)
{
    const struct wanted *w = role->wanted;
    const char *have = visible_text(a, role->live->image_ref);
    const char *have_id = short_id(a, role->live->image_id), *want_id = wanted_id(a, w);

    if (text_is(role->live->image_ref, w->image_ref))
        return arena_printf(a, "%s   %s → %s", have, have_id, want_id);
    const char *want = visible_text(a, w->image_ref);
    return arrow(a, arena_printf(a, "%s %s", have, have_id),
                 arena_printf(a, "%s %s", want, want_id), budget);
}

static bool is_long_text(const struct drift *d)
{
    return (d->have && strchr(d->have, '\n')) || (d->want && strchr(d->want, '\n'));
}

static struct row make_row(struct arena *a, const struct render *r, const struct role_plan *role,
                           const struct drift *d, size_t budget)
{
    struct row row = {.drift = d};

    if (text_is(d->field, "image") && role->wanted) {
        row.value = image_text(a, role, budget);
    } else if (is_long_text(d) && !drift_hidden(d)) {
        row.lines = line_edits_make(a, d->have, d->want);
        row.value = lines_text(a, d, &row.lines);
    } else {
        row.value = arrow(a, shown(a, r, d, d->have, "(not set)"),
                          shown(a, r, d, d->want, "(goes)"), budget);
    }
    return row;
}

static void put_line(struct text *t, const struct render *r, const struct line_edit *e)
{
    static const struct {
        const char *sign;
        enum style style;
    } looks[] = {[LINE_SAME] = {"  ", DIM}, [LINE_OLD] = {"- ", RED}, [LINE_NEW] = {"+ ", GREEN}};
    size_t limit = r->width > MIN_VALUES ? r->width - INDENT - 4 : r->width ? MIN_VALUES : 0;
    const char *text = visible_cut(t->arena, visible_text(t->arena, e->text), limit);

    put_spaces(t, INDENT + 2);
    put(t, r, looks[e->kind].style, arena_printf(t->arena, "%s%s", looks[e->kind].sign, text));
    text_add(t, "\n");
}

static bool is_near_change(const struct line_edits *e, size_t i)
{
    size_t from = i > CONTEXT ? i - CONTEXT : 0;

    for (size_t k = from; k <= i + CONTEXT && k < e->n; k++)
        if (e->items[k].kind != LINE_SAME)
            return true;
    return false;
}

static void put_lines(struct text *t, const struct render *r, const struct line_edits *e)
{
    size_t changed = 0;

    for (size_t i = 0; i < e->n; i++) {
        if (!is_near_change(e, i))
            continue;
        changed += e->items[i].kind != LINE_SAME;
        if (changed <= MAX_LINES)
            put_line(t, r, &e->items[i]);
    }
    if (changed > MAX_LINES) {
        size_t more = changed - MAX_LINES;
        put_spaces(t, INDENT + 2);
        put(t, r, DIM,
            arena_printf(t->arena, "… %zu more changed %s", more, plural(more, "line", "lines")));
        text_add(t, "\n");
    }
}

static const char *source_text(struct arena *a, const struct drift *d)
{
    const char *origin = origin_text(a, &d->origin);

    return d->note ? arena_printf(a, "%s   %s", d->note, origin) : origin;
}

static size_t field_columns(const struct drift *d)
{
    size_t n = text_columns(d->field) + 2;
    return n > FIELD ? n : FIELD;
}

static void put_row(struct text *t, const struct render *r, const struct row *row, struct columns c)
{
    const struct drift *d = row->drift;
    const char *source = visible_text(t->arena, source_text(t->arena, d));
    size_t field = field_columns(d), used = INDENT + field, value = text_columns(row->value);

    put_spaces(t, INDENT);
    put_cell(t, r, PLAIN, d->field, field - 2);
    put_spaces(t, 2);
    if (d->key) {
        const char *key = visible_text(t->arena, d->key);
        put_cell(t, r, BOLD, key, c.key);
        put_spaces(t, 3);
        used += (text_columns(key) > c.key ? text_columns(key) : c.key) + 3;
    }
    put(t, r, PLAIN, row->value);
    size_t start = used + (value > c.value ? value : c.value) + 3;
    if (r->width && start + text_columns(source) > r->width) {
        text_add(t, "\n");
        put_spaces(t, INDENT + FIELD + 2);
    } else {
        put_spaces(t, start - used - value);
    }
    put(t, r, DIM, source);
    text_add(t, "\n");
    put_lines(t, r, &row->lines);
}

void put_drifts(struct text *t, const struct render *r, const struct role_plan *role,
                bool (*wanted)(const struct drift *))
{
    struct arena *a = t->arena;
    struct columns c = {0};
    ARRAY(struct row) rows = {0};

    for (size_t i = 0; i < role->drifts.n; i++) {
        const struct drift *d = &role->drifts.items[i];
        size_t key = d->key && wanted(d) ? text_columns(visible_text(a, d->key)) : 0;
        if (key > c.key)
            c.key = key < MAX_KEY ? key : MAX_KEY;
    }
    for (size_t i = 0; i < role->drifts.n; i++) {
        const struct drift *d = &role->drifts.items[i];
        if (!wanted(d))
            continue;
        size_t start = INDENT + field_columns(d) + (d->key ? c.key + 3 : 0);
        size_t budget = r->width == 0 ? UNLIMITED : r->width > start ? r->width - start : 0;
        struct row row = make_row(a, r, role, d, budget);
        size_t value = text_columns(row.value);
        if (d->key && value > c.value)
            c.value = value < MAX_VALUE ? value : MAX_VALUE;
        ARRAY_PUSH(a, rows, row);
    }
    for (size_t i = 0; i < rows.n; i++) {
        struct columns own = {c.key, rows.items[i].drift->key ? c.value : 0};
        put_row(t, r, &rows.items[i], own);
    }
}
