#include "store/quarantine.h"

#include "base/array.h"
#include "store/store_parts.h"
#include "store/words.h"

static int write_failure(struct store *s, const struct quarantined *f, struct err *err)
{
    struct query q;

    if (query_begin(&q, s, "INSERT OR REPLACE INTO quarantine VALUES (?, ?, ?, ?, ?, ?)", err) < 0)
        return -1;
    put_text(&q, f->agent_id);
    put_text(&q, role_name[f->role]);
    put_text(&q, f->image_id);
    put_text(&q, f->settings_hash);
    put_int(&q, f->attempts);
    put_int(&q, f->failed_ms);
    return query_run(&q, err);
}

int quarantine_set(struct store *s, const struct quarantined *f, struct err *err)
{
    return write_begin(s, err) < 0 ? -1 : write_end(s, write_failure(s, f, err), err);
}

static struct quarantined get_failure(struct query *q, struct arena *a, size_t role)
{
    return (struct quarantined){
        .agent_id = column_text(q, a, 0),
        .role = (enum role)role,
        .image_id = column_text(q, a, 2),
        .settings_hash = column_text(q, a, 3),
        .attempts = column_count(q, 4),
        .failed_ms = column_int(q, 5),
    };
}

int quarantine_list(struct store *s, struct arena *a, const char *agent_id, struct quarantine *ret,
                    struct err *err)
{
    ARRAY(struct quarantined) list = {0};
    struct query q;
    int more;

    if (query_begin(&q, s,
                    "SELECT * FROM quarantine WHERE ?1 IS NULL OR agent_id = ?1"
                    " ORDER BY agent_id, role, failed_ms DESC",
                    err) < 0)
        return -1;
    put_text(&q, agent_id);
    while ((more = query_next(&q, err)) > 0) {
        size_t role = word_index(column_text(&q, a, 1), role_name, ROLE__N);
        if (role < ROLE__N)
            ARRAY_PUSH(a, list, get_failure(&q, a, role));
    }
    *ret = (struct quarantine){list.items, list.n};
    return more;
}

static int delete_failures(struct store *s, const char *agent_id, struct err *err)
{
    struct query q;

    if (query_begin(&q, s, "DELETE FROM quarantine WHERE agent_id = ?", err) < 0)
        return -1;
    put_text(&q, agent_id);
    return query_run(&q, err);
}

int quarantine_clear(struct store *s, const char *agent_id, struct err *err)
{
    return write_begin(s, err) < 0 ? -1 : write_end(s, delete_failures(s, agent_id, err), err);
}
