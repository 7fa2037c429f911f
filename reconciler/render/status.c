/* The table of agents.  Image and uptime are those of the container that speaks: sts, or core of a
 * pipeline, since that is the one people ask about. */
#include "base/out.h"
#include "base/visible.h"
#include "render/parts.h"

struct status {
    const char *state; /* for programs */
    const char *words; /* for people */
    enum style style;
    const char *mode;
    size_t running, wanted;
    const struct box *speaker; /* NULL: none */
    const char *note;
};

static void set_state(struct status *s, const struct agent_plan *plan)
{
    static const struct {
        const char *state, *words;
        enum style style;
    } states[] = {
        [VERDICT_SYNC] = {"in_sync", "in sync", GREEN},
        [VERDICT_REPLACE] = {"drifted", "drifted", YELLOW},
        [VERDICT_UPDATE] = {"drifted", "drifted", YELLOW},
        [VERDICT_LIVE] = {"drifted", "drifted", YELLOW},
        [VERDICT_CREATE] = {"drifted", "drifted", YELLOW},
        [VERDICT_START] = {"drifted", "drifted", YELLOW},
        [VERDICT_REMOVE] = {"drifted", "drifted", YELLOW},
        [VERDICT_UNDERWAY] = {"replacing", "replacing", CYAN},
        [VERDICT_HOLD] = {"held", "held", RED},
        [VERDICT_ORPHAN] = {"orphan", "orphan", CYAN},
    };

    s->state = states[verdict_of(plan)].state;
    s->words = states[verdict_of(plan)].words;
    s->style = states[verdict_of(plan)].style;
    if (verdict_of(plan) == VERDICT_SYNC && plan->agent->wish != WISH_RUN) {
        s->state = s->words = "stopped";
        s->style = DIM;
    }
    if (plan->agent->pause) {
        s->state = s->words = "paused";
        s->style = CYAN;
    }
}

static const char *drift_note(struct arena *a, const struct agent_plan *plan)
{
    struct text t = {.arena = a};
    size_t shown = 0, all = 0;

    for (size_t i = 0; i < plan->n_roles; i++) {
        const struct role_plan *role = &plan->roles[i];
        if (role->verdict == VERDICT_REMOVE) {
            text_printf(&t, "%s%s is to be removed", t.len ? "; " : "", role_name[role->role]);
            continue;
        }
        if (role->reason)
            text_printf(&t, "%s%s %s", t.len ? "; " : "", role_name[role->role], role->reason);
        for (size_t k = 0; k < role->drifts.n; k++, all++) {
            const struct drift *d = &role->drifts.items[k];
            if (shown == 3)
                continue;
            text_printf(&t, "%s%s %s", t.len ? ", " : "", role_name[role->role],
                        d->key ? d->key : d->field);
            shown++;
        }
    }
    if (all > shown)
        text_printf(&t, " and %zu more", all - shown);
    return text_str(&t);
}

/* The orders, and what differs; of an agent that is held for another reason that one. */
static const char *note_of(struct arena *a, const struct render *r, const struct agent_plan *plan)
{
    struct sentences orders = orders_said(a, r, plan->agent);
    bool paused = plan->hold.hold == HOLD_PAUSED;
    struct text t = {.arena = a};

    for (size_t i = 0; i < orders.n; i++)
        text_printf(&t, "%s%s", t.len ? "; " : "", orders.items[i]);
    const char *rest =
        is_left_alone(plan) && !paused ? held_make(a, plan).why : drift_note(a, plan);
    text_printf(&t, "%s%s", t.len && *rest ? "; " : "", rest);
    return text_str(&t);
}

/* Calls that do not look like calls, since nobody else tells of them. */
static const char *calls_note(struct arena *a, const struct agent_plan *plan, int64_t now_ms)
{
    const char *lost = lost_text(a, plan, now_ms);
    const char *open = plan->quiet_ms ? "open calls without a connection" : NULL;

    return open && lost ? arena_printf(a, "%s, %s", open, lost) : open ? open : lost;
}

static const char *joined(struct arena *a, const char *note, const char *more)
{
    return more ? arena_printf(a, "%s%s%s", note, *note ? "; " : "", more) : note;
}

static struct status status_make(struct arena *a, const struct render *r,
                                 const struct agent_plan *plan)
{
    struct status s = {.mode = plan->agent->pipeline ? "pipeline" : "sts"};
    enum role speaks = plan->agent->pipeline ? ROLE_CORE : ROLE_STS;

    set_state(&s, plan);
    for (size_t i = 0; i < plan->n_roles; i++) {
        const struct role_plan *role = &plan->roles[i];
        s.wanted +=
            role->wanted || role->verdict == VERDICT_ORPHAN || role->verdict == VERDICT_HOLD;
        if (!role->live)
            continue;
        s.running += role->live->state == BOX_RUNNING;
        if (!s.speaker || role->role == speaks)
            s.speaker = role->live;
    }
    s.note = note_of(a, r, plan);
    s.note = joined(a, s.note, window_note(a, r, plan));
    s.note = joined(a, s.note, calls_note(a, plan, r->now_ms));
    return s;
}

static int64_t uptime_s(const struct status *s, int64_t now_ms)
{
    if (!s->speaker || s->speaker->state != BOX_RUNNING || !s->speaker->started_ms)
        return -1;
    return (now_ms - s->speaker->started_ms) / 1000;
}

static const char *image_cell(struct arena *a, const struct status *s)
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
    struct status s = status_make(a, r, plan);
    int64_t up = uptime_s(&s, r->now_ms);
    struct line l = {.style = {BOLD, s.style}};

    l.cell[0] = visible_cut(a, visible_text(a, agent_label(plan->agent)), 32);
    l.cell[1] = s.words;
    l.cell[2] = s.mode;
    l.cell[3] = arena_printf(a, "%zu/%zu", s.running, s.wanted);
    l.cell[4] = plan->live_calls < 0 ? "?" : arena_printf(a, "%d", plan->live_calls);
    l.cell[5] = image_cell(a, &s);
    l.cell[6] = up < 0 ? "-" : text_duration(a, up);
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

static void put_status(struct out *o, const struct render *r, const struct agent_plan *plan)
{
    struct status s = status_make(o->text.arena, r, plan);

    out_object(o, NULL);
    out_text(o, "id", plan->agent->id);
    out_text(o, "name", agent_label(plan->agent));
    out_text(o, "state", s.state);
    out_text(o, "mode", s.mode);
    out_number(o, "running", (int64_t)s.running);
    out_number(o, "containers", (int64_t)s.wanted);
    out_count(o, "live_calls", plan->live_calls);
    out_number(o, "unconnected_calls", plan->quiet_ms ? plan->live_calls : 0);
    out_number(o, "lost_calls", plan->lost_calls);
    out_text(o, "image", s.speaker ? s.speaker->image_ref : NULL);
    out_text(o, "image_id", s.speaker ? s.speaker->image_id : NULL);
    out_count(o, "uptime_s", uptime_s(&s, r->now_ms));
    out_text(o, "note", *s.note ? s.note : NULL);
    out_end(o);
}

const char *render_status_json(struct arena *a, const struct render *r, const struct desired *d,
                               const struct plan *plan)
{
    struct out o = {.text.arena = a, .indented = true};

    out_object(&o, NULL);
    out_bool(&o, "in_sync", plan_in_sync(plan));
    out_notices(&o, d, plan);
    out_array(&o, "agents");
    for (size_t i = 0; i < plan->n_agents; i++)
        put_status(&o, r, &plan->agents[i]);
    out_end(&o);
    out_end(&o);
    text_add(&o.text, "\n");
    return text_str(&o.text);
}
