#include "service/calls_book.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/generations.h"
#include "store/ledger.h"

enum { AT_ONCE = 200, MAX_UUID = 64, GENERATIONS = 20 };

struct entry {
    char uuid[MAX_UUID + 1];
    char *agent_id;
    int64_t started_ms, seen_ms;
    int64_t ended_ms; /* 0: it is open */
    bool heard;       /* core told of it, and not yet of its end */
    bool noted, done;
};

struct calls_book {
    struct store *store;
    struct entry *entries; /* by uuid */
    size_t n;
};

/* --- who is there ---------------------------------------------------------------------------- */

static int by_uuid(const void *x, const void *y)
{
    const struct call_row *const *a = x, *const *b = y;

    return strcmp((*a)->uuid, (*b)->uuid);
}

static bool can_be_noted(const struct call_row *row)
{
    return row->uuid && *row->uuid && strlen(row->uuid) <= MAX_UUID && row->agent_id;
}

static size_t sort_rows(struct arena *a, const struct call_row *rows, size_t n,
                        const struct call_row ***ret)
{
    const struct call_row **sorted = arena_alloc(a, (n + 1) * sizeof *sorted);
    size_t kept = 0, unique = 0;

    for (size_t i = 0; i < n; i++)
        if (can_be_noted(&rows[i]))
            sorted[kept++] = &rows[i];
    if (kept)
        qsort(sorted, kept, sizeof sorted[0], by_uuid);
    for (size_t i = 0; i < kept; i++)
        if (!unique || strcmp(sorted[unique - 1]->uuid, sorted[i]->uuid) != 0)
            sorted[unique++] = sorted[i];
    *ret = sorted;
    return unique;
}

static struct entry entry_new(const struct call_row *row, int64_t now_ms)
{
    struct entry e = {.started_ms = row->started_ms ? row->started_ms : now_ms, .seen_ms = now_ms};

    snprintf(e.uuid, sizeof e.uuid, "%s", row->uuid);
    e.agent_id = strdup(row->agent_id);
    if (!e.agent_id)
        abort();
    return e;
}

/* Both are sorted: one walk over them tells who came and who went. */
void calls_book_read(struct calls_book *book, const struct call_row *rows, size_t n, int64_t now_ms)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const struct call_row **sorted;
    size_t n_rows = sort_rows(a, rows, n, &sorted), i = 0, k = 0, merged_n = 0;
    struct entry *merged = calloc(n_rows + book->n + 1, sizeof *merged);

    if (!merged)
        abort();
    while (i < n_rows || k < book->n) {
        int order = i == n_rows    ? 1
                    : k == book->n ? -1
                                   : strcmp(sorted[i]->uuid, book->entries[k].uuid);
        struct entry *e = &merged[merged_n++];
        if (order < 0) {
            *e = entry_new(sorted[i++], now_ms);
            continue;
        }
        *e = book->entries[k++];
        if (order > 0 && !e->ended_ms && !e->heard)
            e->ended_ms = now_ms;
        i += order == 0;
    }
    free(book->entries);
    book->entries = merged;
    book->n = merged_n;
}

static size_t place_of(const struct calls_book *book, const char *uuid, bool *ret_found)
{
    size_t i = 0;
    int order = 1;

    while (i < book->n && (order = strcmp(book->entries[i].uuid, uuid)) < 0)
        i++;
    *ret_found = i < book->n && order == 0;
    return i;
}

static void insert(struct calls_book *book, size_t i, const struct entry *e)
{
    struct entry *more = realloc(book->entries, (book->n + 1) * sizeof *more);

    if (!more)
        abort();
    memmove(&more[i + 1], &more[i], (book->n - i) * sizeof *more);
    more[i] = *e;
    book->entries = more;
    book->n++;
}

/* Of a call that ended nothing is known here once it was written down. */
void calls_book_heard(struct calls_book *book, const struct call_row *row, int64_t ended_ms,
                      int64_t now_ms)
{
    bool found;

    if (!can_be_noted(row))
        return;
    size_t i = place_of(book, row->uuid, &found);
    if (!found && ended_ms)
        return;
    if (!found) {
        struct entry e = entry_new(row, now_ms);
        insert(book, i, &e);
    }
    struct entry *e = &book->entries[i];
    e->heard = !ended_ms;
    if (!e->ended_ms)
        e->ended_ms = ended_ms;
}

/* --- what served it -------------------------------------------------------------------------- */

/* The newest one that was in force when the call began.  What is remembered begins with the first
 * look at an agent; its containers may be older, so an older call is given to the first one. */
static const struct generation *generation_at(const struct generations *list, int64_t at_ms)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->items[i].since_ms <= at_ms)
            return &list->items[i];
    return list->n && list->items[list->n - 1].number == 1 ? &list->items[list->n - 1] : NULL;
}

static int note(struct calls_book *book, struct entry *e, struct err *err)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct call_record record = {.uuid = e->uuid,
                                 .agent_id = e->agent_id,
                                 .first_seen_ms = e->started_ms,
                                 .ended_ms = e->ended_ms};
    struct call_role roles[ROLE__N];
    struct generations list;

    if (generation_list(book->store, a, e->agent_id, GENERATIONS, &list, err) < 0)
        return -1;
    const struct generation *g = generation_at(&list, e->started_ms);
    for (size_t i = 0; g && i < g->n_roles; i++) {
        const struct record_role *r = &g->roles[i];
        roles[i] = (struct call_role){r->role, r->image_digest ? r->image_digest : r->image_id,
                                      r->settings_hash};
    }
    record.generation = g ? g->number : 0;
    record.roles = roles;
    record.n_roles = g ? g->n_roles : 0;
    if (ledger_note(book->store, &record, err) < 0)
        return -1;
    e->noted = true;
    return 0;
}

static void forget_done(struct calls_book *book)
{
    size_t kept = 0;

    for (size_t i = 0; i < book->n; i++) {
        struct entry *e = &book->entries[i];
        if (e->done)
            free(e->agent_id);
        else
            book->entries[kept++] = *e;
    }
    book->n = kept;
}

static int write_entry(struct calls_book *book, struct entry *e, struct err *err)
{
    int result = e->noted ? ledger_end(book->store, e->uuid, e->ended_ms, err) : note(book, e, err);

    e->done = result == 0 && e->ended_ms;
    return result;
}

int calls_book_write(struct calls_book *book, calls_may_note *may_note, void *ctx, bool *ret_left,
                     struct err *err)
{
    int result = 0, written = 0;

    *ret_left = false;
    for (size_t i = 0; i < book->n && result == 0; i++) {
        struct entry *e = &book->entries[i];
        if (e->noted && !e->ended_ms)
            continue;
        if (written == AT_ONCE ||
            (!e->ended_ms && may_note && !may_note(ctx, e->agent_id, e->seen_ms))) {
            *ret_left = true;
            continue;
        }
        result = write_entry(book, e, err);
        written++;
    }
    forget_done(book);
    return result;
}

struct calls_book *calls_book_new(struct store *store)
{
    struct calls_book *book = calloc(1, sizeof *book);

    if (!book)
        abort();
    book->store = store;
    return book;
}

void calls_book_free(struct calls_book *book)
{
    if (!book)
        return;
    for (size_t i = 0; i < book->n; i++)
        free(book->entries[i].agent_id);
    free(book->entries);
    free(book);
}
