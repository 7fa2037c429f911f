#include "store/generations.h"

#include <string.h>

#include "base/array.h"
#include "base/seal.h"
#include "base/text.h"
#include "core/drift.h"
#include "store/store_parts.h"
#include "store/words.h"

enum { MAX_GENERATION = 1024 * 1024, MAX_CAUSE = 500, MAX_ORIGIN = 500, DIGEST = 32 };

/* With its NUL, so that no two lists of texts give the same bytes. */
static void add_part(struct text *t, const char *part)
{
    text_add_n(t, part ? part : "", part ? strlen(part) + 1 : 1);
}

/* What two generations must share to be the same.  A digest may become known later than the image,
 * and a reference may change its words: neither makes another generation.  Under another key
 * everything is another generation, which then holds secrets that this key opens. */
static const char *digest_of(struct store *s, struct arena *a, const struct record_role *roles,
                             size_t n, size_t *ret_size)
{
    struct text t = {.arena = a};

    for (size_t i = 0; i < n; i++) {
        const struct record_role *r = &roles[i];
        text_printf(&t, "%s %zu", role_name[r->role], r->n_env);
        add_part(&t, "");
        add_part(&t, r->image_id ? r->image_id : r->image_digest);
        add_part(&t, r->settings_hash);
        for (size_t k = 0; k < r->n_env; k++) {
            add_part(&t, r->env[k].name);
            add_part(&t, r->env[k].value);
        }
    }
    *ret_size = t.len;
    return digest_hex(a, &s->compare, text_str(&t), t.len, DIGEST);
}

static int find_newest(struct store *s, struct arena *a, const char *agent_id, unsigned *ret,
                       const char **ret_digest, struct err *err)
{
    struct query q;
    int more;

    *ret = 0;
    *ret_digest = NULL;
    if (query_begin(&q, s,
                    "SELECT number, digest FROM generation WHERE agent_id = ?"
                    " ORDER BY number DESC LIMIT 1",
                    err) < 0)
        return -1;
    put_text(&q, agent_id);
    if ((more = query_next(&q, err)) > 0) {
        *ret = column_count(&q, 0);
        *ret_digest = column_text(&q, a, 1);
        query_end(&q);
    }
    return more < 0 ? -1 : 0;
}

/* A value sealed for one agent, role and name opens nowhere else. */
static const char *place_of(struct arena *a, const char *agent_id, enum role role, const char *name)
{
    return arena_printf(a, "%s\n%s\n%s", agent_id, role_name[role], name);
}

struct place { /* where a row of a generation belongs */
    struct store *store;
    struct arena *arena;
    const char *agent_id;
    unsigned number;
    enum role role;
};

static void put_place(struct query *q, const struct place *p)
{
    put_text(q, p->agent_id);
    put_int(q, p->number);
    put_text(q, role_name[p->role]);
}

static int write_variable(const struct place *p, const struct record_env *v, struct err *err)
{
    struct query q;
    const char *value = v->value ? v->value : "";

    if (query_begin(&q, p->store, "INSERT INTO generation_env VALUES (?, ?, ?, ?, ?, ?)", err) < 0)
        return -1;
    put_place(&q, p);
    put_text(&q, v->name);
    if (v->secret || looks_secret(v->name, value)) {
        struct sealed sealed = seal(p->arena, &p->store->seal,
                                    place_of(p->arena, p->agent_id, p->role, v->name), value);
        put_blob(&q, sealed.bytes, sealed.len);
    } else {
        put_text(&q, value);
    }
    put_text(&q, bounded(p->arena, v->origin, MAX_ORIGIN));
    return query_run(&q, err);
}

static int write_role(const struct place *p, const struct record_role *r, struct err *err)
{
    struct query q;

    if (query_begin(&q, p->store, "INSERT INTO generation_role VALUES (?, ?, ?, ?, ?, ?, ?)", err) <
        0)
        return -1;
    put_place(&q, p);
    put_text(&q, r->image_ref);
    put_text(&q, r->image_id);
    put_text(&q, r->image_digest);
    put_text(&q, r->settings_hash);
    if (query_run(&q, err) < 0)
        return -1;
    for (size_t i = 0; i < r->n_env; i++)
        if (write_variable(p, &r->env[i], err) < 0)
            return -1;
    return 0;
}

static int write_head(const struct place *p, const char *cause, const char *digest, int64_t now_ms,
                      struct err *err)
{
    struct query q;

    if (query_begin(&q, p->store, "INSERT INTO generation VALUES (?, ?, ?, 0, ?, ?)", err) < 0)
        return -1;
    put_text(&q, p->agent_id);
    put_int(&q, p->number);
    put_int(&q, now_ms);
    put_text(&q, bounded(p->arena, cause, MAX_CAUSE));
    put_text(&q, digest);
    return query_run(&q, err);
}

static int write_generation(struct place *p, const struct generation *g, const char *digest,
                            struct err *err)
{
    if (write_head(p, g->cause, digest, g->since_ms, err) < 0)
        return -1;
    for (size_t i = 0; i < g->n_roles; i++) {
        p->role = g->roles[i].role;
        if (write_role(p, &g->roles[i], err) < 0)
            return -1;
    }
    return 0;
}

/* The newest is read again within the transaction: another process may have noted the same. */
static int add_generation(struct store *s, struct arena *a, const struct generation *g,
                          const char *digest, unsigned *ret_number, struct err *err)
{
    struct place p = {.store = s, .arena = a, .agent_id = g->agent_id};
    const char *newest_digest;

    if (write_begin(s, err) < 0)
        return -1;
    int result = find_newest(s, a, g->agent_id, ret_number, &newest_digest, err);
    if (result == 0 && !text_is(newest_digest, digest)) {
        p.number = ++*ret_number;
        result = write_generation(&p, g, digest, err);
    }
    return write_end(s, result, err);
}

int generation_note(struct store *s, const char *agent_id, const struct record_role *roles,
                    size_t n_roles, const char *cause, int64_t now_ms, unsigned *ret_number,
                    struct err *err)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct generation g = {.agent_id = agent_id,
                           .since_ms = now_ms,
                           .cause = cause,
                           .roles = roles,
                           .n_roles = n_roles};
    const char *newest_digest;
    size_t size;
    const char *digest = digest_of(s, a, roles, n_roles, &size);

    if (find_newest(s, a, agent_id, ret_number, &newest_digest, err) < 0)
        return -1;
    if (text_is(newest_digest, digest))
        return 0;
    if (size > MAX_GENERATION)
        return store_refuse(s, CAUSE_NONE, err, ERR_INVALID,
                            "the settings of agent %.100s have %zu bytes: too many to remember",
                            agent_id, size);
    return add_generation(s, a, &g, digest, ret_number, err);
}

static struct generation get_head(struct query *q, struct arena *a)
{
    return (struct generation){
        .agent_id = column_text(q, a, 0),
        .number = column_count(q, 1),
        .since_ms = column_int(q, 2),
        .good_ms = column_int(q, 3),
        .cause = column_text(q, a, 4),
    };
}

static struct record_env get_variable(struct query *q, const struct place *p)
{
    struct record_env v = {
        .name = column_text(q, p->arena, 0),
        .secret = sqlite3_column_type(q->stmt, 1) == SQLITE_BLOB,
        .origin = column_text(q, p->arena, 2),
    };

    if (v.secret) {
        struct sealed sealed = {sqlite3_column_blob(q->stmt, 1),
                                (size_t)sqlite3_column_bytes(q->stmt, 1)};
        v.value = seal_open(p->arena, &p->store->seal,
                            place_of(p->arena, p->agent_id, p->role, v.name), sealed);
    } else {
        v.value = column_text(q, p->arena, 1);
    }
    return v;
}

static int read_env(const struct place *p, struct record_role *r, struct err *err)
{
    ARRAY(struct record_env) env = {0};
    struct query q;
    int more;

    if (query_begin(&q, p->store,
                    "SELECT name, value, origin FROM generation_env"
                    " WHERE agent_id = ? AND number = ? AND role = ? ORDER BY name",
                    err) < 0)
        return -1;
    put_place(&q, p);
    while ((more = query_next(&q, err)) > 0)
        ARRAY_PUSH(p->arena, env, get_variable(&q, p));
    r->env = env.items;
    r->n_env = env.n;
    return more;
}

/* 1: there is such a role, 0: there is none. */
static int read_role(const struct place *p, struct record_role *ret, struct err *err)
{
    struct query q;

    if (query_begin(&q, p->store,
                    "SELECT image_ref, image_id, image_digest, settings_hash FROM generation_role"
                    " WHERE agent_id = ? AND number = ? AND role = ?",
                    err) < 0)
        return -1;
    put_place(&q, p);
    int more = query_next(&q, err);
    if (more <= 0)
        return more;
    *ret = (struct record_role){
        .role = p->role,
        .image_ref = column_text(&q, p->arena, 0),
        .image_id = column_text(&q, p->arena, 1),
        .image_digest = column_text(&q, p->arena, 2),
        .settings_hash = column_text(&q, p->arena, 3),
    };
    query_end(&q);
    return 1;
}

static int read_roles(struct place *p, struct generation *g, bool with_env, struct err *err)
{
    struct record_role *roles = arena_alloc(p->arena, ROLE__N * sizeof *roles);

    p->number = g->number;
    g->roles = roles;
    for (p->role = 0; p->role < ROLE__N; p->role++) {
        int found = read_role(p, &roles[g->n_roles], err);
        if (found < 0 || (found && with_env && read_env(p, &roles[g->n_roles], err) < 0))
            return -1;
        g->n_roles += (size_t)found;
    }
    return 0;
}

static const char get_sql[] = "SELECT * FROM generation WHERE agent_id = ? AND number = ?";
static const char list_sql[] =
    "SELECT * FROM generation WHERE agent_id = ? ORDER BY number DESC LIMIT ?";

int generation_get(struct store *s, struct arena *a, const char *agent_id, unsigned number,
                   struct generation *ret, struct err *err)
{
    struct place p = {.store = s, .arena = a, .agent_id = agent_id};
    struct query q;

    if (query_begin(&q, s, get_sql, err) < 0)
        return -1;
    put_text(&q, agent_id);
    put_int(&q, number);
    int more = query_next(&q, err);
    if (more == 0)
        return store_refuse(s, CAUSE_NONE, err, ERR_NOT_FOUND,
                            "no generation %u of this agent is remembered", number);
    if (more < 0)
        return -1;
    *ret = get_head(&q, a);
    query_end(&q);
    return read_roles(&p, ret, true, err);
}

int generation_list(struct store *s, struct arena *a, const char *agent_id, unsigned limit,
                    struct generations *ret, struct err *err)
{
    struct place p = {.store = s, .arena = a, .agent_id = agent_id};
    ARRAY(struct generation) list = {0};
    struct query q;
    int more;

    if (query_begin(&q, s, list_sql, err) < 0)
        return -1;
    put_text(&q, agent_id);
    put_int(&q, limit);
    while ((more = query_next(&q, err)) > 0)
        ARRAY_PUSH(a, list, get_head(&q, a));
    for (size_t i = 0; more == 0 && i < list.n; i++)
        more = read_roles(&p, &list.items[i], false, err);
    *ret = (struct generations){list.items, list.n};
    return more;
}

static int mark_good(struct store *s, const char *agent_id, unsigned number, int64_t now_ms,
                     struct err *err)
{
    struct query q;

    if (query_begin(&q, s,
                    "UPDATE generation SET good_ms = ?"
                    " WHERE agent_id = ? AND number = ? AND good_ms = 0",
                    err) < 0)
        return -1;
    put_int(&q, now_ms);
    put_text(&q, agent_id);
    put_int(&q, number);
    return query_run(&q, err);
}

int generation_mark_good(struct store *s, const char *agent_id, unsigned number, int64_t now_ms,
                         struct err *err)
{
    if (write_begin(s, err) < 0)
        return -1;
    return write_end(s, mark_good(s, agent_id, number, now_ms, err), err);
}

int generation_last_good(struct store *s, const char *agent_id, unsigned *ret_number,
                         struct err *err)
{
    struct query q;

    *ret_number = 0;
    if (query_begin(&q, s, "SELECT max(number) FROM generation WHERE agent_id = ? AND good_ms > 0",
                    err) < 0)
        return -1;
    put_text(&q, agent_id);
    int more = query_next(&q, err);
    if (more <= 0)
        return more;
    *ret_number = column_count(&q, 0);
    query_end(&q);
    return 0;
}
