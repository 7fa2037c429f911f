/* The table of agents. */
#include "base/visible.h"
#include "core/find.h"
#include "render/agent_status.h"

static const char *image_cell(struct arena *a, const struct agent_status *s)
{
    if (!s->speaker)
        return "-";
    return visible_text(a, arena_printf(a, "%s@%s", short_image(s->speaker->image_ref),
                                        short_id(a, s->speaker->image_id)));
}

enum { COLUMNS = 8 };
struct line {
    const char *cell[COLUMNS];
    enum style style[COLUMNS];
};

static struct line make_line(struct arena *a, const struct render *r, const struct agent_plan *plan)
{
    struct agent_status s = agent_status_make(a, r, plan);
    struct line l = {.style = {BOLD, s.style}};

    l.cell[0] = visible_cut(a, visible_text(a, agent_title(plan->agent)), 32);
    l.cell[1] = s.words;
    l.cell[2] = s.mode;
    l.cell[3] = arena_printf(a, "%zu/%zu", s.running, s.wanted);
    l.cell[4] = plan->live_calls < 0 ? "?" : arena_printf(a, "%d", plan->live_calls);
    l.cell[5] = image_cell(a, &s);
    l.cell[6] = s.uptime_s < 0 ? "-" : text_duration(a, s.uptime_s);
    l.cell[7] = visible_text(a, s.note);
    return l;
}

static void put_table_line(struct text *t, const struct render *r, const struct line *l,
                           const size_t *widths)
{
    size_t used = 0;

    for (size_t c = 0; c < COLUMNS - 1; c++) {
        put_cell(t, r, l->style[c], l->cell[c], widths[c]);
        put_spaces(t, 2);
        used += widths[c] + 2;
    }
    size_t left = r->width == 0 ? 0 : r->width > used + 20 ? r->width - used : 20;
    put(t, r, l->style[COLUMNS - 1], visible_cut(t->arena, l->cell[COLUMNS - 1], left));
    while (t->s[t->len - 1] == ' ')
        t->s[--t->len] = '\0';
    text_add(t, "\n");
}

const char *render_status(struct arena *a, const struct render *r, const struct desired *d,
                          const struct plan *plan)
{
    struct text t = {.arena = a};
    size_t widths[COLUMNS] = {0};
    size_t n_lines = plan->n_agents + 1;
    struct line *lines = arena_alloc(a, n_lines * sizeof *lines);

    lines[0] =
        (struct line){{"NAME", "STATE", "MODE", "CONTAINERS", "CALLS", "IMAGE", "UPTIME", "NOTE"},
                      {DIM, DIM, DIM, DIM, DIM, DIM, DIM, DIM}};
    for (size_t i = 0; i < plan->n_agents; i++)
        lines[i + 1] = make_line(a, r, &plan->agents[i]);
    for (size_t i = 0; i < n_lines; i++)
        for (size_t c = 0; c < COLUMNS; c++) {
            size_t n = text_columns(lines[i].cell[c]);
            widths[c] = n > widths[c] ? n : widths[c];
        }
    put_notices(&t, r, d, plan);
    for (size_t i = 0; i < n_lines; i++)
        put_table_line(&t, r, &lines[i], widths);
    if (plan->n_agents == 0)
        text_add(&t, "No agents: neither the specs nor the database ask for any.\n");
    return text_str(&t);
}
