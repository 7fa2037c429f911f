#include "face/rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "render/agent_status.h"
#include "render/api.h"

struct row {
    const char *id;
    const char *text; /* as it is shown at one and the same moment, so that no clock ticks in it */
    const struct agent_plan *plan; /* while its round is worked on */
    enum agent_state state;
    bool ready;
    int64_t since_ms; /* -1: not known */
};

struct rows {
    struct arena *arena; /* of the rows; NULL: there was no round */
    struct row *items;   /* by id */
    size_t n;
    int64_t moment_ms; /* that moment: long after everything that is shown */
};

struct rows *rows_new(void)
{
    struct rows *rows = calloc(1, sizeof *rows);

    if (!rows)
        abort();
    return rows;
}

void rows_free(struct rows *rows)
{
    if (rows)
        arena_free(rows->arena);
    free(rows);
}

enum { YEAR_S = 365 * 24 * 3600 };

static int by_id(const void *x, const void *y)
{
    return strcmp(((const struct row *)x)->id, ((const struct row *)y)->id);
}

static struct row row_make(struct arena *a, const struct render *still,
                           const struct agent_plan *plan)
{
    return (struct row){.id = arena_strdup(a, plan->agent->id),
                        .text = render_agent_status_json(a, still, plan),
                        .plan = plan,
                        .state = agent_state(still, plan),
                        .ready = agent_is_ready(plan),
                        .since_ms = -1};
}

static struct rows read_rows(const struct rows *before, const struct render *r,
                             const struct plan *plan)
{
    struct rows now = {.arena = arena_new(), .n = plan->n_agents};
    struct render still = *r;

    now.moment_ms = before->moment_ms ? before->moment_ms : r->now_ms + INT64_C(10000) * YEAR_S;
    still.now_ms = now.moment_ms;
    still.since_ms = NULL;
    now.items = arena_alloc(now.arena, (now.n + 1) * sizeof *now.items);
    for (size_t i = 0; i < now.n; i++)
        now.items[i] = row_make(now.arena, &still, &plan->agents[i]);
    if (now.n)
        qsort(now.items, now.n, sizeof *now.items, by_id);
    return now;
}

static struct row *row_find(const struct rows *rows, const char *id)
{
    const struct row key = {.id = id};

    return rows->n ? bsearch(&key, rows->items, rows->n, sizeof *rows->items, by_id) : NULL;
}

int64_t rows_since_ms(const void *ctx, const char *agent_id)
{
    const struct row *row = row_find(ctx, agent_id);

    return row ? row->since_ms : -1;
}

static void tell_gone(const struct rows *before, const struct rows *now,
                      const struct rows_listener *l)
{
    for (size_t i = 0; i < before->n; i++)
        if (!row_find(now, before->items[i].id))
            l->on_gone(l->ctx, before->items[i].id);
}

void rows_round(struct rows *rows, const struct render *r, const struct plan *plan,
                const struct rows_listener *l)
{
    struct rows before = *rows, now = read_rows(rows, r, plan);
    bool first = !before.arena;

    for (size_t i = 0; i < now.n; i++) {
        struct row *row = &now.items[i];
        const struct row *was = row_find(&before, row->id);
        if (was && was->state == row->state && was->ready == row->ready)
            row->since_ms = was->since_ms;
        else if (!first)
            row->since_ms = r->now_ms;
    }
    *rows = now;
    for (size_t i = 0; !first && i < now.n; i++) {
        const struct row *was = row_find(&before, now.items[i].id);
        if (!was || !text_is(was->text, now.items[i].text))
            l->on_agent(l->ctx, now.items[i].plan);
    }
    tell_gone(&before, &now, l);
    arena_free(before.arena);
}
