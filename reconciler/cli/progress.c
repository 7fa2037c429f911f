#include "cli/progress.h"

#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "base/visible.h"
#include "base/out.h"
#include "core/find.h"
#include "link/wire_event.h"

/* An event and its agent are lent for the time of the call: all that is kept is copied. */
struct row {
    const char *id, *name, *role;
    const char *last;  /* sentence of the last event */
    const char *step;  /* sentence of the last step; NULL: none yet */
    const char *trail; /* "pulled · ready 2.1s · switched" */
    const char *failed_box;
    int64_t begun_ms, said_ms; /* said: the last line that was written */
    int said_calls;
    enum { ROW_ACTIVE, ROW_DONE, ROW_FAILED, ROW_SCROLLED } state;
};

struct progress {
    struct arena *arena;
    FILE *file;
    struct progress_options opt;
    int64_t begun_ms;
    ARRAY(struct row) rows;
    size_t drawn; /* lines on the screen that will be redrawn */
    size_t name_width;
};

struct progress *progress_new(struct arena *a, FILE *file, const struct progress_options *opt)
{
    struct progress *p = arena_alloc(a, sizeof *p);

    p->arena = a;
    p->file = file;
    p->opt = *opt;
    p->begun_ms = opt->now_ms();
    p->name_width = 8;
    return p;
}

static struct row *find(const struct progress *p, const char *id)
{
    for (size_t i = 0; i < p->rows.n; i++)
        if (text_is(p->rows.items[i].id, id))
            return &p->rows.items[i];
    return NULL;
}

static const char *label(struct arena *a, const struct agent *agent)
{
    return visible_text(a, agent_title(agent));
}

static struct row *row_of(struct progress *p, const struct agent *agent)
{
    struct row *row = find(p, agent->id);

    if (row)
        return row;
    struct row fresh = {.id = arena_strdup(p->arena, agent->id),
                        .name = label(p->arena, agent),
                        .role = "",
                        .trail = "",
                        .begun_ms = p->opt.now_ms()};
    if (text_columns(fresh.name) > p->name_width)
        p->name_width = text_columns(fresh.name);
    ARRAY_PUSH(p->arena, p->rows, fresh);
    return &p->rows.items[p->rows.n - 1];
}

static const char *seconds(struct arena *a, int64_t ms)
{
    return arena_printf(a, "%lld.%llds", (long long)(ms / 1000), (long long)(ms % 1000 / 100));
}

/* The few words a finished step leaves in the line of its agent. */
static const char *trail_word(struct arena *a, const struct event *e)
{
    enum place place;

    switch (e->step->kind) {
    case STEP_PULL:
        return arena_printf(a, "pulled%s%s", e->text ? " " : "", e->text ? e->text : "");
    case STEP_PROBE:
        return arena_printf(a, "ready %s", seconds(a, e->elapsed_ms));
    case STEP_RENAME:
        if (e->step->new_name && !place_parse(e->step->new_name, &place, NULL))
            return "switched";
        return NULL;
    case STEP_REMOVE:
        if (e->step->box_name && place_parse(e->step->box_name, &place, NULL))
            return place == PLACE_DRAIN ? "old removed" : "leftover removed";
        return "removed";
    case STEP_UPDATE:
        return "changed in place";
    default:
        return NULL;
    }
}

static void remember(struct progress *p, struct row *row, const struct event *e,
                     const char *sentence)
{
    enum place place;

    row->last = sentence;
    if (!e->step) {
        if (e->state == EVENT_DONE || e->state == EVENT_FAILED)
            row->state = e->state == EVENT_DONE ? ROW_DONE : ROW_FAILED;
        return;
    }
    if (row->state != ROW_ACTIVE)
        row->state = ROW_ACTIVE; /* it goes on after all, e.g. after looking again */
    row->role = role_name[e->step->role];
    row->step = sentence;
    if (e->state != EVENT_DONE)
        return;
    const char *word = trail_word(p->arena, e);
    if (word)
        row->trail = visible_text(
            p->arena, arena_printf(p->arena, "%s%s%s", row->trail, *row->trail ? " · " : "", word));
    if (e->step->kind == STEP_RENAME && e->step->new_name &&
        place_parse(e->step->new_name, &place, NULL) && place == PLACE_FAILED)
        row->failed_box = arena_strdup(p->arena, e->step->new_name);
}

static void write_cell(struct progress *p, const char *s, size_t columns)
{
    size_t n = text_columns(s);
    fprintf(p->file, "%s%*s", s, n < columns ? (int)(columns - n) : 0, "");
}

static void write_plain(struct progress *p, const struct row *row, const struct event *e)
{
    fprintf(p->file, "%7s  ", seconds(p->arena, p->opt.now_ms() - p->begun_ms));
    write_cell(p, row->name, p->name_width);
    fputs("  ", p->file);
    write_cell(p, e->step ? role_name[e->step->role] : "", 4);
    fprintf(p->file, "  %s\n", row->last);
}

/* A log wants to know that it still waits and that a call has ended, not every second. */
static bool is_too_soon(struct progress *p, struct row *row, const struct event *e)
{
    enum { APART_MS = 10000 };
    int64_t now = p->opt.now_ms();
    int calls = e->step ? e->step->calls : 0;

    if (e->state == EVENT_PROGRESS && calls == row->said_calls && now - row->said_ms < APART_MS)
        return true;
    row->said_ms = now;
    row->said_calls = calls;
    return false;
}

static void write_json(struct progress *p, const struct row *row, const struct event *e)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct out o = {.text.arena = a};

    out_object(&o, NULL);
    out_text(&o, "event", e->step ? "step" : "agent");
    out_text(&o, "agent", agent_title(e->agent));
    out_text(&o, "agent_id", row->id);
    if (e->step) {
        out_text(&o, "role", role_name[e->step->role]);
        out_text(&o, "step", step_text[e->step->kind]);
    }
    out_text(&o, "state", event_state_word[e->state]);
    out_text(&o, "text", row->last);
    out_number(&o, "elapsed_ms", e->step ? e->elapsed_ms : p->opt.now_ms() - row->begun_ms);
    out_end(&o);
    fprintf(p->file, "%s\n", text_str(&o.text));
}

static const char *sign_of(const struct progress *p, const struct row *row)
{
    if (row->state == ROW_FAILED)
        return p->opt.color ? "\x1b[31m✗\x1b[0m" : "✗";
    if (row->state == ROW_DONE)
        return p->opt.color ? "\x1b[32m✓\x1b[0m" : "✓";
    return p->opt.color ? "\x1b[33m◷\x1b[0m" : "◷";
}

static void draw_row(struct progress *p, const struct row *row)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const char *time = seconds(a, p->opt.now_ms() - row->begun_ms);
    size_t width = p->opt.width > 40 ? p->opt.width : 80;
    size_t fixed = 3 + p->name_width + 2 + 4 + 2 + 2 + 8;
    size_t room = width > fixed + 20 ? width - fixed : 20;
    bool finished = row->state != ROW_ACTIVE;
    const char *text = row->state == ROW_DONE && *row->trail ? row->trail : row->last;

    if (!finished && *row->trail)
        text = arena_printf(a, "%s · %s", row->trail, row->last);
    if (!finished && text_columns(text) > room)
        text = row->last; /* what it does now matters more than what it did */
    fprintf(p->file, "\r\x1b[2K %s ", sign_of(p, row));
    write_cell(p, row->name, p->name_width);
    fputs("  ", p->file);
    write_cell(p, row->role, 4);
    fputs("  ", p->file);
    /* Not cut, the terminal would wrap it and the next redraw would miss. */
    write_cell(p, visible_cut(a, text ? text : "", room), room);
    fprintf(p->file, "  %7s\n", time);
}

/* Finished agents first, once and for good; then those at work, to be redrawn. */
static void redraw(struct progress *p)
{
    if (p->drawn)
        fprintf(p->file, "\x1b[%zuA", p->drawn);
    p->drawn = 0;
    for (size_t i = 0; i < p->rows.n; i++) {
        struct row *row = &p->rows.items[i];
        if (row->state == ROW_DONE || row->state == ROW_FAILED) {
            draw_row(p, row);
            row->state = ROW_SCROLLED;
        }
    }
    for (size_t i = 0; i < p->rows.n; i++)
        if (p->rows.items[i].state == ROW_ACTIVE) {
            draw_row(p, &p->rows.items[i]);
            p->drawn++;
        }
    fputs("\x1b[J", p->file);
}

static void write_notice(struct progress *p, const char *text)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct out o = {.text.arena = a};

    if (p->opt.mode == PROGRESS_QUIET)
        return;
    if (p->opt.mode != PROGRESS_JSON) {
        fprintf(p->file, "note: %s\n", visible_text(a, text));
        return;
    }
    out_object(&o, NULL);
    out_text(&o, "event", "notice");
    out_text(&o, "text", text);
    out_end(&o);
    fprintf(p->file, "%s\n", text_str(&o.text));
}

void progress_event(void *ctx, const struct event *e)
{
    struct progress *p = ctx;

    if (!e->agent) {
        write_notice(p, e->text);
        return;
    }
    struct row *row = row_of(p, e->agent);

    remember(p, row, e, event_text(p->arena, e, p->opt.wall_ms()));
    switch (p->opt.mode) {
    case PROGRESS_TTY:
        redraw(p);
        break;
    case PROGRESS_JSON:
        write_json(p, row, e);
        break;
    case PROGRESS_QUIET:
        if (e->state == EVENT_FAILED)
            write_plain(p, row, e);
        break;
    case PROGRESS_AUTO:
    case PROGRESS_PLAIN:
        if (!is_too_soon(p, row, e))
            write_plain(p, row, e);
        break;
    }
    fflush(p->file);
}

const char *outcome_json(struct arena *arena, const struct progress *p,
                         const struct outcome *outcome)
{
    struct out o = {.text.arena = arena};

    out_object(&o, NULL);
    out_text(&o, "event", "done");
    out_array(&o, "agents");
    for (size_t i = 0; i < outcome->n_agents; i++) {
        const struct agent_outcome *r = &outcome->agents[i];
        out_object(&o, NULL);
        out_text(&o, "agent", agent_title(r->agent));
        out_text(&o, "agent_id", r->agent->id);
        out_text(&o, "result", result_word[r->result]);
        out_text(&o, "text", r->text);
        out_number(&o, "changes", (int64_t)r->steps);
        out_text(&o, "failed_container", progress_failed_box(p, r->agent->id));
        out_end(&o);
    }
    out_end(&o);
    out_end(&o);
    return text_str(&o.text);
}

void progress_end(struct progress *p, const struct outcome *outcome)
{
    if (p->opt.mode == PROGRESS_JSON)
        fprintf(p->file, "%s\n", outcome_json(p->arena, p, outcome));
    for (size_t i = 0; i < outcome->n_agents && p->opt.mode == PROGRESS_TTY; i++) {
        struct row *row = find(p, outcome->agents[i].agent->id);
        if (row && row->state == ROW_ACTIVE && outcome->agents[i].result == RESULT_SYNC)
            row->state = ROW_DONE;
        else if (row && row->state == ROW_ACTIVE && outcome->agents[i].result == RESULT_FAILED)
            row->state = ROW_FAILED;
    }
    if (p->opt.mode == PROGRESS_TTY && p->rows.n)
        redraw(p);
    fflush(p->file);
}

const char *progress_last(const struct progress *p, const char *agent_id)
{
    const struct row *row = find(p, agent_id);
    return row ? row->step : NULL;
}

const char *progress_failed_box(const struct progress *p, const char *agent_id)
{
    const struct row *row = find(p, agent_id);
    return row ? row->failed_box : NULL;
}
