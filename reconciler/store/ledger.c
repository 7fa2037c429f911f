#include "store/ledger.h"

#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "store/store_parts.h"
#include "store/words.h"

enum { MAX_UUID = 64, MAX_HASH = 200 };

/* "sts sha256:… 3fa2…" a line: small, for there are many calls.  Neither text has a space. */
static const char *roles_line(struct arena *a, const struct call_record *c)
{
    struct text t = {.arena = a};

    for (size_t i = 0; i < c->n_roles; i++) {
        const struct call_role *r = &c->roles[i];
        text_printf(&t, "%s%s %s %s", i ? "\n" : "", role_name[r->role],
                    r->image_digest ? bounded(a, r->image_digest, MAX_HASH) : "-",
                    r->settings_hash ? bounded(a, r->settings_hash, MAX_HASH) : "-");
    }
    return text_str(&t);
}

static const char *word_of(struct arena *a, const char **line)
{
    size_t n = strcspn(*line, " ");
    const char *word = arena_strndup(a, *line, n);

    *line += n + ((*line)[n] == ' ');
    return text_is(word, "-") || !*word ? NULL : word;
}

static void get_roles(struct arena *a, const char *text, struct call_record *ret)
{
    ARRAY(struct call_role) roles = {0};
    const char *const *lines;
    size_t n = lines_split(a, text, &lines);

    for (size_t i = 0; i < n; i++) {
        const char *line = lines[i];
        size_t role = word_index(word_of(a, &line), role_name, ROLE__N);
        const char *digest = word_of(a, &line), *hash = word_of(a, &line);
        if (role < ROLE__N)
            ARRAY_PUSH(a, roles, (struct call_role){(enum role)role, digest, hash});
    }
    ret->roles = roles.items;
    ret->n_roles = roles.n;
}

static int write_call(struct store *s, const struct call_record *c, struct err *err)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct query q;

    if (query_begin(&q, s, "INSERT OR IGNORE INTO call VALUES (?, ?, ?, ?, ?, ?)", err) < 0)
        return -1;
    put_text(&q, c->uuid);
    put_text(&q, c->agent_id);
    put_int(&q, c->generation);
    put_int(&q, c->first_seen_ms);
    put_int(&q, c->ended_ms);
    put_text(&q, roles_line(a, c));
    return query_run(&q, err);
}

int ledger_note(struct store *s, const struct call_record *c, struct err *err)
{
    if (!*c->uuid || strlen(c->uuid) > MAX_UUID)
        return store_refuse(s, CAUSE_NONE, err, ERR_INVALID,
                            "a call's uuid has %zu bytes, not 1 to %d", strlen(c->uuid), MAX_UUID);
    return write_begin(s, err) < 0 ? -1 : write_end(s, write_call(s, c, err), err);
}

static int end_call(struct store *s, const char *uuid, int64_t ended_ms, struct err *err)
{
    struct query q;

    if (query_begin(&q, s, "UPDATE call SET ended_ms = ? WHERE uuid = ?", err) < 0)
        return -1;
    put_int(&q, ended_ms);
    put_text(&q, uuid);
    return query_run(&q, err);
}

int ledger_end(struct store *s, const char *uuid, int64_t ended_ms, struct err *err)
{
    return write_begin(s, err) < 0 ? -1 : write_end(s, end_call(s, uuid, ended_ms, err), err);
}

int ledger_find(struct store *s, struct arena *a, const char *uuid, struct call_record *ret,
                struct err *err)
{
    struct query q;

    if (query_begin(&q, s, "SELECT * FROM call WHERE uuid = ?", err) < 0)
        return -1;
    put_text(&q, uuid);
    int more = query_next(&q, err);
    if (more == 0)
        return store_refuse(s, CAUSE_NONE, err, ERR_NOT_FOUND,
                            "nothing is remembered of a call %.100s", uuid);
    if (more < 0)
        return -1;
    *ret = (struct call_record){
        .uuid = column_text(&q, a, 0),
        .agent_id = column_text(&q, a, 1),
        .generation = column_count(&q, 2),
        .first_seen_ms = column_int(&q, 3),
        .ended_ms = column_int(&q, 4),
    };
    get_roles(a, column_text(&q, a, 5), ret);
    query_end(&q);
    return 0;
}

int ledger_durations(struct store *s, struct arena *a, const char *agent_id, int64_t before_ms,
                     const int64_t **ret_ms, size_t *ret_n, struct err *err)
{
    enum { AMONG = 20000 };
    int64_t *durations = arena_alloc(a, LEDGER_DURATIONS * sizeof *durations);
    struct query q;
    int more;

    *ret_ms = durations;
    *ret_n = 0;
    if (query_begin(&q, s,
                    "SELECT ended_ms - first_seen_ms FROM (SELECT agent_id, first_seen_ms, ended_ms"
                    " FROM call WHERE first_seen_ms < ? ORDER BY first_seen_ms DESC LIMIT ?)"
                    " WHERE agent_id = ? AND ended_ms > 0 LIMIT ?",
                    err) < 0)
        return -1;
    put_int(&q, before_ms);
    put_int(&q, AMONG);
    put_text(&q, agent_id);
    put_int(&q, LEDGER_DURATIONS);
    while ((more = query_next(&q, err)) > 0)
        durations[(*ret_n)++] = column_int(&q, 0);
    return more;
}
