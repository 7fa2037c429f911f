#include "reach/prove.h"

#include <ev.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "control/prober.h"
#include "reach/config.h"
#include "control/session_parts.h"
#include "engine/fields.h"
#include "source/database.h"

enum { PROBE_MS = 3000, LOG_LINES = 5000 };

static const char proc[] = "/proc";

struct proving {
    struct session *session;
    struct arena *arena;
    size_t under_way; /* probes */
    ARRAY(struct box_facts) boxes;
    ARRAY(const struct box *) live; /* that they are about */
};

struct probing {
    struct proving *p;
    size_t index;
};

/* --- does it answer? ---------------------------------------------------------------------------
 */

static void on_verdict(void *ctx, const struct verdict_of_probe *verdict)
{
    struct probing *q = ctx;
    struct box_facts *f = &q->p->boxes.items[q->index];

    q->p->under_way--;
    f->probed = verdict->err == NULL;
    f->ready = verdict->ready;
    f->probe_text = arena_strdup(q->p->arena, verdict->err ? verdict->err->text : verdict->text);
}

/* The port it has, not the one it should have. */
static const struct wanted *as_it_runs(struct arena *a, const struct role_plan *role)
{
    const struct box *b = role->live;
    const char *port = pair_get(b->env, b->n_env, "PORT");
    const char *http_port = pair_get(b->env, b->n_env, "HTTP_PORT");
    struct wanted *w = arena_memdup(a, role->wanted, sizeof *w);

    w->port = port ? port : w->port;
    w->http_port = http_port ? http_port : w->http_port;
    return w;
}

static void start_probe(struct proving *p, const struct role_plan *role, size_t index)
{
    struct probing *q = arena_alloc(p->arena, sizeof *q);

    *q = (struct probing){p, index};
    if (role->wanted->spec->probe.kind == PROBE_NONE) {
        p->boxes.items[index].probe_text = "its healthcheck is NONE, so there is nothing to ask";
        return;
    }
    p->under_way++;
    prober_start(&p->session->client, p->arena, as_it_runs(p->arena, role), role->live, PROBE_MS,
                 on_verdict, q);
}

/* --- what does its log say? --------------------------------------------------------------------
 */

struct config_lines {
    ARRAY(struct config_line) list;
};

/* "2026-11-22T16:00:00.123456789Z [CONFIG] …" */
static void keep_line(struct arena *a, const char *line, struct config_lines *lines)
{
    const char *text = strchr(line, ' ');

    if (!text || !text_starts(++text, "[CONFIG]"))
        return;
    const char *at = arena_strndup(a, line, (size_t)(text - line - 1));
    ARRAY_PUSH(a, lines->list, ((struct config_line){field_time_ms(at), text}));
}

static void read_log(struct proving *p, const struct box *b, struct box_facts *f)
{
    const struct call call = {
        .kind = CALL_LOGS, .id = b->id, .tail = LOG_LINES, .timestamps = true};
    struct config_lines lines = {0};
    struct facts facts;
    struct err err;

    if (client_ask(&p->session->client, &call, p->arena, &facts, &err) < 0) {
        f->log_problem = arena_strdup(p->arena, err.text);
        return;
    }
    for (const char *s = facts.log ? facts.log : ""; *s;) {
        size_t n = strcspn(s, "\n");
        keep_line(p->arena, arena_strndup(p->arena, s, n), &lines);
        s += n + (s[n] == '\n');
    }
    f->lines = lines.list.items;
    f->n_lines = lines.list.n;
}

/* --- all of it ---------------------------------------------------------------------------------
 */

static bool is_proved(const struct agent_plan *agent, const struct role_plan *role)
{
    return agent->agent->wish == WISH_RUN && role->wanted && role->live && box_runs(role->live);
}

/* All probes at once; the facts do not move any more when the first one starts. */
static void probe_all(struct proving *p, const struct plan *plan)
{
    ARRAY(const struct role_plan *) roles = {0};

    for (size_t i = 0; i < plan->n_agents; i++)
        for (size_t k = 0; k < plan->agents[i].n_roles; k++) {
            const struct role_plan *role = &plan->agents[i].roles[k];
            if (!is_proved(&plan->agents[i], role))
                continue;
            ARRAY_PUSH(p->arena, roles, role);
            ARRAY_PUSH(p->arena, p->live, role->live);
            ARRAY_PUSH(p->arena, p->boxes, ((struct box_facts){.box_id = role->live->id}));
        }
    for (size_t i = 0; i < roles.n; i++)
        start_probe(p, roles.items[i], i);
    while (p->under_way)
        ev_run(p->session->client.loop, EVRUN_ONCE);
}

static void ask_endpoints(struct proving *p, const struct facts *list)
{
    const char *base, *path;

    for (size_t i = 0; i < p->boxes.n; i++) {
        struct box_facts *f = &p->boxes.items[i];
        const struct box *b = p->live.items[i];
        if (!verify_endpoint(p->arena, b, &base, &path))
            continue;
        reach_config(&p->session->client, p->arena, proc, b, list->entries, list->n_entries,
                     &f->inside, &f->here);
        read_log(p, b, f);
    }
}

static void read_calls(struct proving *p, const struct database *db, struct verify_facts *ret)
{
    struct database found;
    struct err err;

    if (!db->path) {
        ret->calls_problem = "no database tells of calls";
        return;
    }
    if (database_read_last_calls(p->arena, db->path, &found, &err) < 0) {
        ret->calls_problem = arena_strdup(p->arena, err.text);
        return;
    }
    if (!found.calls_known)
        ret->calls_problem = "the database has no table of calls";
    struct last_call *calls = arena_alloc(p->arena, (found.n_calls + 1) * sizeof *calls);
    for (size_t i = 0; i < found.n_calls; i++)
        calls[i] = (struct last_call){found.calls[i].agent_id, found.calls[i].started_ms};
    ret->calls = calls;
    ret->n_calls = found.n_calls;
}

int prove(struct session *s, struct arena *a, const struct look *look, struct verify_facts *ret,
          struct err *err)
{
    struct proving p = {.session = s, .arena = a};
    struct facts list;

    if (client_ask(&s->client, &(struct call){.kind = CALL_LIST}, a, &list, err) < 0)
        return -1;
    probe_all(&p, &look->plan);
    ask_endpoints(&p, &list);
    read_calls(&p, &look->sources->database, ret);
    ret->boxes = p.boxes.items;
    ret->n_boxes = p.boxes.n;
    return 0;
}
