/* /api/v1/agents/{id}/logs: what its containers write, until the reader leaves.
 *
 * Who watches asks the engine once a second and a container; candidates and replaced ones come and
 * go meanwhile, as the rounds see them. */
#include <ev.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/out.h"
#include "base/text.h"
#include "control/client.h"
#include "core/drift.h"
#include "core/what_if.h"
#include "face/seen.h"
#include "face/tail.h"
#include "render/place.h"
#include "web/stream.h"

enum { MOST_READERS = 16, MOST_BOXES = 16, MOST_TAIL = 1000, TAIL = 100 };
#define PAUSE_S 1.

struct source { /* a container that is read */
    char id[65];
    struct tail tail;
};

struct written { /* a container of this turn; its texts live as long as the look */
    const struct box *box;
    enum role role;
    int place;
};

struct reader {
    TAILQ_ENTRY(reader) all;
    struct logs *logs;
    struct web_stream *stream;
    char *agent_id;
    int role; /* -1: all */
    int tail;
    struct source sources[MOST_BOXES];
    size_t n_sources;
    struct ev_timer timer;    /* to the next turn */
    struct client_call *call; /* of this turn */
    struct arena *turn;       /* NULL: none is under way */
    ARRAY(struct written) boxes;
    struct env_list secrets;
    size_t at;
};

struct logs {
    struct face *face;
    TAILQ_HEAD(, reader) readers;
    size_t n;
};

static void ask_next(struct reader *);

/* --- one turn -------------------------------------------------------------------------------- */

static void turn_end(struct reader *r)
{
    struct arena *turn = r->turn;

    r->turn = NULL;
    arena_free(turn);
}

static void reader_release(struct reader *r)
{
    if (r->call)
        client_cancel(r->call);
    ev_timer_stop(service_loop(r->logs->face->service), &r->timer);
    turn_end(r);
    free(r->agent_id);
    free(r);
}

static void reader_free(struct reader *r)
{
    TAILQ_REMOVE(&r->logs->readers, r, all);
    r->logs->n--;
    reader_release(r);
}

static bool is_marked(const struct agent_plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->n_roles; i++)
        for (size_t k = 0; plan->roles[i].wanted && k < plan->roles[i].wanted->env.n; k++) {
            const struct env_var *v = &plan->roles[i].wanted->env.items[k];
            if (v->secret && text_is(v->name, name))
                return true;
        }
    return false;
}

/* Of all its containers: one may tell what another was given. */
static struct env_list secrets_of(struct arena *a, const struct agent_plan *plan,
                                  const struct observed *mine)
{
    ARRAY(struct env_var) list = {0};

    for (size_t i = 0; i < mine->n_boxes; i++)
        for (size_t k = 0; k < mine->boxes[i].n_env; k++) {
            const struct pair *p = &mine->boxes[i].env[k];
            if (looks_secret(p->key, p->value) || is_marked(plan, p->key))
                ARRAY_PUSH(a, list, ((struct env_var){p->key, p->value, .secret = true}));
        }
    return (struct env_list){list.items, list.n};
}

static void add_boxes(struct reader *r, const struct role_plan *role, const struct observed *mine)
{
    for (size_t i = 0; i < mine->n_boxes; i++) {
        int place = place_in(&mine->boxes[i], role->name);
        if (place >= 0 && r->boxes.n < MOST_BOXES)
            ARRAY_PUSH(r->turn, r->boxes, ((struct written){&mine->boxes[i], role->role, place}));
    }
}

static const struct agent_plan *plan_of(const struct look *look, const char *agent_id)
{
    for (size_t i = 0; i < look->plan.n_agents; i++)
        if (text_is(look->plan.agents[i].agent->id, agent_id))
            return &look->plan.agents[i];
    return NULL;
}

static bool is_read(const struct reader *r, const struct source *s)
{
    for (size_t i = 0; i < r->boxes.n; i++)
        if (text_is(r->boxes.items[i].box->id, s->id))
            return true;
    return false;
}

/* Containers that are gone make room. */
static void forget_sources(struct reader *r)
{
    size_t kept = 0;

    for (size_t i = 0; i < r->n_sources; i++)
        if (is_read(r, &r->sources[i]))
            r->sources[kept++] = r->sources[i];
    r->n_sources = kept;
}

static struct source *source_of(struct reader *r, const char *box_id)
{
    for (size_t i = 0; i < r->n_sources; i++)
        if (text_is(r->sources[i].id, box_id))
            return &r->sources[i];
    struct source *s = &r->sources[r->n_sources++];
    *s = (struct source){.tail = {.since_s = r->tail ? 0 : wall_ms() / 1000}};
    strncpy(s->id, box_id, sizeof s->id - 1);
    return s;
}

/* Nothing speaks of the agent any more. */
static void end(struct reader *r)
{
    web_stream_send(r->stream, 0, "end", "{\"why\": \"nothing is left of this agent\"}");
    web_stream_end(r->stream);
    reader_free(r);
}

static void turn_begin(struct reader *r)
{
    struct arena *of_look;
    const struct look *look = service_last_look(r->logs->face->service, &of_look, NULL);
    const struct agent_plan *plan = look ? plan_of(look, r->agent_id) : NULL;

    if (!plan) {
        end(r);
        return;
    }
    r->turn = arena_new();
    arena_lean(r->turn, of_look);
    struct alone alone =
        what_if_alone(r->turn, &look->sources->desired, plan->agent, &look->observed);
    r->boxes.items = NULL;
    r->boxes.n = r->boxes.cap = 0;
    for (size_t i = 0; i < plan->n_roles; i++)
        if (r->role < 0 || r->role == (int)plan->roles[i].role)
            add_boxes(r, &plan->roles[i],
                      arena_memdup(r->turn, &alone.observed, sizeof alone.observed));
    r->secrets = secrets_of(r->turn, plan, &alone.observed);
    r->at = 0;
    forget_sources(r);
    ask_next(r);
}

static void tell_line(struct reader *r, const struct written *w, const char *line)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct out o = {.text.arena = a};

    out_object(&o, NULL);
    out_text(&o, "role", role_name[w->role]);
    out_text(&o, "box", w->box->name);
    out_text(&o, "place", place_word[w->place]);
    out_text(&o, "line", line);
    out_end(&o);
    web_stream_send(r->stream, 0, "line", text_str(&o.text));
}

/* One that is gone since the round has nothing more to say. */
static void on_log(void *ctx, const struct facts *facts, const struct err *err)
{
    struct reader *r = ctx;
    const struct written *w = &r->boxes.items[r->at++];
    const char *const *lines;

    r->call = NULL;
    if (!err && facts->log) {
        struct source *s = source_of(r, w->box->id);
        size_t n = tail_read(&s->tail, r->turn, facts->log, &r->secrets, &lines);
        for (size_t i = 0; i < n; i++)
            tell_line(r, w, lines[i]);
    }
    ask_next(r);
}

static void ask_next(struct reader *r)
{
    struct service *service = r->logs->face->service;

    if (r->at == r->boxes.n) {
        turn_end(r);
        ev_timer_set(&r->timer, PAUSE_S, 0.);
        ev_timer_start(service_loop(service), &r->timer);
        return;
    }
    const struct box *box = r->boxes.items[r->at].box;
    const struct source *s = source_of(r, box->id);
    struct call call = {.kind = CALL_LOGS,
                        .id = box->id,
                        .timestamps = true,
                        .tail = *s->tail.last || !r->tail ? MOST_TAIL : r->tail,
                        .since_ns = s->tail.since_s * 1000000000};
    r->call = client_send(session_client(service_session(service)), &call, r->turn, on_log, r);
}

static void on_timer(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    (void)loop;
    (void)events;
    turn_begin(timer->data);
}

/* --- readers --------------------------------------------------------------------------------- */

static void on_gone(void *ctx)
{
    reader_free(ctx);
}

/* False: it is no role, and that was answered. */
static bool query_role(struct web_request *r, int *ret)
{
    const char *word = web_query(r, "role");

    *ret = -1;
    for (enum role role = 0; word && role < ROLE__N; role++)
        if (text_is(word, role_name[role]))
            *ret = (int)role;
    if (word && *ret < 0)
        web_reply_error(r, 400, "bad_request", "role is none of core, sts, asr, llm, tts.");
    return !word || *ret >= 0;
}

static void get_logs(void *ctx, struct web_request *request)
{
    struct face *face = ctx;
    struct logs *logs = face->logs;
    const struct look *look = seen_look(face, request);
    const struct agent_plan *plan = look ? seen_agent(request, look) : NULL;
    int64_t tail;
    int role;

    if (!plan || !query_role(request, &role) ||
        !query_number(request, "tail", 0, MOST_TAIL, TAIL, &tail))
        return;
    if (logs->n == MOST_READERS) {
        web_reply_error(request, 503, "unavailable", "Too many read logs already.");
        return;
    }
    struct reader *r = calloc(1, sizeof *r);
    if (!r || !(r->agent_id = strdup(plan->agent->id)))
        abort();
    r->logs = logs;
    r->role = role;
    r->tail = (int)tail;
    ev_init(&r->timer, on_timer);
    r->timer.data = r;
    r->stream = web_stream_open(request, on_gone, r);
    if (!r->stream) {
        free(r->agent_id);
        free(r);
        return;
    }
    TAILQ_INSERT_TAIL(&logs->readers, r, all);
    logs->n++;
    turn_begin(r);
}

/* --- the family ------------------------------------------------------------------------------ */

static void logs_open(struct face *face)
{
    face->logs = calloc(1, sizeof *face->logs);
    if (!face->logs)
        abort();
    face->logs->face = face;
    TAILQ_INIT(&face->logs->readers);
}

static void logs_close(struct face *face)
{
    for (struct reader *r = TAILQ_FIRST(&face->logs->readers), *next; r; r = next) {
        next = TAILQ_NEXT(r, all);
        reader_release(r);
    }
    free(face->logs);
}

static const struct web_route routes[] = {
    {"GET", "/api/v1/agents/{id}/logs", ACCESS_VIEWER, get_logs},
};

const struct face_family logs_family = {.routes = routes,
                                        .n_routes = sizeof routes / sizeof routes[0],
                                        .open = logs_open,
                                        .close = logs_close};
