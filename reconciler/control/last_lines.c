#include "control/last_lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "base/visible.h"
#include "control/batch.h"
#include "core/hide.h"
#include "core/slot.h"

enum { LINES = 5 /* the last may be empty */, COLUMNS = 160 };

struct said {
    const char *id, *line; /* "": it said nothing that can be read */
};

struct last_lines {
    struct arena *arena; /* of the list */
    ARRAY(struct said) list;
};

struct asking {
    struct arena *arena;
    const struct desired *desired;
    struct box **boxes;
};

static const char *known(const struct last_lines *l, const char *id)
{
    for (size_t i = 0; i < l->list.n; i++)
        if (strcmp(l->list.items[i].id, id) == 0)
            return l->list.items[i].line;
    return NULL;
}

static const struct container_spec *spec_of(const struct desired *d, const struct box *b)
{
    const char *slot = pair_get(b->labels, b->n_labels, "agentName");

    for (size_t i = 0; slot && i < d->n_agents; i++)
        for (size_t k = 0; k < d->agents[i].n_containers; k++)
            if (strcmp(d->agents[i].containers[k].name, slot) == 0)
                return &d->agents[i].containers[k];
    return NULL;
}

static const char *last_of(struct arena *a, const char *log)
{
    size_t end = strlen(log), begin;

    while (end && strchr(" \t\r\n", log[end - 1]))
        end--;
    for (begin = end; begin && log[begin - 1] != '\n';)
        begin--;
    return arena_strndup(a, log + begin, end - begin);
}

/* Secrets first: one may have line breaks. */
static void on_log(void *ctx, size_t index, const struct facts *facts)
{
    const struct asking *q = ctx;
    struct box *b = q->boxes[index];
    const struct env_list secrets = hide_list(q->arena, b, spec_of(q->desired, b));
    const char *log = hide_secrets(q->arena, facts->log ? facts->log : "", &secrets);

    b->last_line = visible_cut(q->arena, visible_text(q->arena, last_of(q->arena, log)), COLUMNS);
}

/* It is not asked again: an engine that is slow to tell must not hold up every look. */
static bool note_silence(void *ctx, size_t index, const struct err *err)
{
    const struct asking *q = ctx;

    if (err->code == ERR_UNREACHABLE)
        return false;
    q->boxes[index]->last_line = "";
    return true;
}

static bool has_failed(const struct box *b)
{
    enum place place;

    return place_parse(b->name, &place, NULL) && place == PLACE_FAILED && b->started_ms &&
           !box_runs(b);
}

/* Only what is still there. */
static void remember(struct last_lines *l, struct box *const *boxes, size_t n)
{
    struct arena *before = l->arena;

    l->arena = arena_new();
    l->list.items = NULL;
    l->list.n = l->list.cap = 0;
    for (size_t i = 0; i < n; i++)
        if (boxes[i]->last_line)
            ARRAY_PUSH(l->arena, l->list,
                       ((struct said){arena_strdup(l->arena, boxes[i]->id),
                                      arena_strdup(l->arena, boxes[i]->last_line)}));
    arena_free(before);
}

int last_lines_add(struct last_lines *l, struct client *client, struct arena *a,
                   const struct desired *d, struct box *boxes, size_t n, struct err *err)
{
    struct box **failed = arena_alloc(a, (n + 1) * sizeof(struct box *));
    struct asking asking = {a, d, failed};
    struct batch batch = {
        .client = client, .arena = a, .on_facts = on_log, .ctx = &asking, .forgive = note_silence};
    size_t n_failed = 0;

    for (size_t i = 0; i < n; i++)
        if (has_failed(&boxes[i]))
            failed[n_failed++] = &boxes[i];
    for (size_t i = 0; i < n_failed; i++) {
        const char *line = known(l, failed[i]->id);
        failed[i]->last_line = line ? arena_strdup(a, line) : NULL;
        if (!line)
            batch_send(&batch, i,
                       &(struct call){.kind = CALL_LOGS, .id = failed[i]->id, .tail = LINES}, NULL);
    }
    int result = batch_wait(&batch, err);
    remember(l, failed, n_failed);
    return result;
}

struct last_lines *last_lines_new(void)
{
    struct last_lines *l = calloc(1, sizeof *l);

    if (!l)
        abort();
    return l;
}

void last_lines_free(struct last_lines *l)
{
    if (!l)
        return;
    arena_free(l->arena);
    free(l);
}
