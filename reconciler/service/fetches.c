#include "service/fetches.h"

#include <stdlib.h>
#include <string.h>

enum { NOTICED_MS = 5000, LONG_ENOUGH_MS = 10000, MISSES_OF_A_TURN = 3 };

struct part {
    char *agent_id;
    int64_t asked_ms[ROLE__N]; /* wall clock: last time; 0: never */
    unsigned missed[ROLE__N];  /* calls in a row */
};

struct call {
    char *uuid, *agent_id;
    int64_t began_ms;
    unsigned should; /* bits of the roles that should ask in it */
    bool is_open;    /* in the reading under way */
};

struct fetches {
    struct part *parts;
    size_t n_parts;
    struct call *calls;
    size_t n_calls;
};

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

static struct part *part_of(struct fetches *f, const char *agent_id)
{
    for (size_t i = 0; i < f->n_parts; i++)
        if (strcmp(f->parts[i].agent_id, agent_id) == 0)
            return &f->parts[i];
    f->parts = must(reallocarray(f->parts, f->n_parts + 1, sizeof *f->parts));
    f->parts[f->n_parts] = (struct part){.agent_id = must(strdup(agent_id))};
    return &f->parts[f->n_parts++];
}

void fetches_note(struct fetches *f, const char *agent_id, enum role role, int64_t now_ms)
{
    struct part *part = part_of(f, agent_id);

    part->asked_ms[role] = now_ms;
    part->missed[role] = 0;
}

static void begin(struct fetches *f, const struct call_row *row, const struct fetches_judge *judge)
{
    struct call call = {.uuid = must(strdup(row->uuid)),
                        .agent_id = must(strdup(row->agent_id)),
                        .began_ms = row->started_ms,
                        .is_open = true};

    for (enum role r = 0; r < ROLE_CORE; r++)
        if (judge->should_ask(judge->ctx, row->agent_id, r))
            call.should |= 1u << r;
    f->calls = must(reallocarray(f->calls, f->n_calls + 1, sizeof *f->calls));
    f->calls[f->n_calls++] = call;
}

/* Whoever asks a moment before the row is written asks for this call. */
static void end(struct fetches *f, const struct call *call, int64_t now_ms,
                const struct fetches_judge *judge)
{
    struct part *part = part_of(f, call->agent_id);

    for (enum role r = 0; r < ROLE_CORE; r++) {
        bool asked = part->asked_ms[r] >= call->began_ms - NOTICED_MS;
        if (!(call->should & 1u << r) || asked || now_ms - call->began_ms < LONG_ENOUGH_MS)
            continue;
        part->missed[r]++;
        if (part->missed[r] >= (r == ROLE_STS ? 1 : MISSES_OF_A_TURN))
            judge->did_not(judge->ctx, call->agent_id, r);
    }
}

static struct call *find(struct fetches *f, const char *uuid)
{
    for (size_t i = 0; i < f->n_calls; i++)
        if (strcmp(f->calls[i].uuid, uuid) == 0)
            return &f->calls[i];
    return NULL;
}

static void drop(struct call *call)
{
    free(call->uuid);
    free(call->agent_id);
}

void fetches_calls(struct fetches *f, const struct call_row *rows, size_t n, int64_t now_ms,
                   const struct fetches_judge *judge)
{
    for (size_t i = 0; i < f->n_calls; i++)
        f->calls[i].is_open = false;
    for (size_t i = 0; i < n; i++) {
        struct call *known = rows[i].uuid ? find(f, rows[i].uuid) : NULL;
        if (known)
            known->is_open = true;
        else if (rows[i].uuid && rows[i].agent_id &&
                 llabs((long long)(now_ms - rows[i].started_ms)) <= NOTICED_MS)
            begin(f, &rows[i], judge);
    }
    size_t left = 0;
    for (size_t i = 0; i < f->n_calls; i++) {
        if (f->calls[i].is_open) {
            f->calls[left++] = f->calls[i];
            continue;
        }
        end(f, &f->calls[i], now_ms, judge);
        drop(&f->calls[i]);
    }
    f->n_calls = left;
}

struct fetches *fetches_new(void)
{
    return must(calloc(1, sizeof(struct fetches)));
}

void fetches_free(struct fetches *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < f->n_calls; i++)
        drop(&f->calls[i]);
    for (size_t i = 0; i < f->n_parts; i++)
        free(f->parts[i].agent_id);
    free(f->calls);
    free(f->parts);
    free(f);
}
