/* /api/v1/agents/{id}/logs: what its containers write, until the reader leaves.
 *
 * Each reader follows for himself (control/follow.h), so their number and that of the logs of each
 * are bounded.  What is followed and what is to be hidden is renewed with each round. */
#include <ev.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/out.h"
#include "base/text.h"
#include "base/visible.h"
#include "control/follow.h"
#include "core/drift.h"
#include "core/find.h"
#include "core/hide.h"
#include "core/what_if.h"
#include "face/seen.h"
#include "render/place.h"
#include "web/stream.h"

enum { MOST_READERS = 16, MOST_BOXES = 16, MOST_TAIL = 1000, TAIL = 100, COLUMNS = 400 };
#define PAUSE_S 1.

struct reader {
    TAILQ_ENTRY(reader) all;
    struct logs *logs;
    struct web_stream *stream;
    char *agent_id;
    int role;        /* -1: all */
    int tail;        /* of what is there at first; -1: all that was written since lost_ms */
    int64_t lost_ms; /* when the engine went away; 0: it did not */
    struct follow *follow;
    struct arena *begun; /* what the following began with */
    struct arena *seen;  /* of the last round */
    ARRAY(const struct container_spec *) slots;
    ARRAY(struct follow_box) boxes;
    struct env_list secrets;
    struct ev_timer timer; /* to the next try, while the engine is away */
};

struct logs {
    struct face *face;
    TAILQ_HEAD(, reader) readers;
    size_t n;
};

/* --- what the last round saw ----------------------------------------------------------------- */

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

/* Of a role that nobody asks for any more its name is all there is. */
static const struct container_spec *slot_of(struct arena *a, const struct agent *agent,
                                            const struct role_plan *role)
{
    const struct container_spec bare = {.role = role->role, .name = role->name};
    const struct container_spec *asked = agent_container(agent, role->role);

    return asked ? asked : arena_memdup(a, &bare, sizeof bare);
}

static void add_role(struct reader *r, const struct agent *agent, const struct role_plan *role,
                     const struct observed *mine)
{
    const struct container_spec *slot = slot_of(r->seen, agent, role);

    ARRAY_PUSH(r->seen, r->slots, slot);
    for (size_t i = 0; i < mine->n_boxes; i++)
        if (place_in(&mine->boxes[i], role->name) >= 0)
            ARRAY_PUSH(r->seen, r->boxes,
                       ((struct follow_box){slot, mine->boxes[i].id, mine->boxes[i].name}));
}

/* False: nothing speaks of the agent any more. */
static bool see(struct reader *r)
{
    struct arena *of_look;
    const struct look *look = service_last_look(r->logs->face->service, &of_look, NULL);
    const struct agent_plan *plan = look ? agent_plan_by_id(&look->plan, r->agent_id) : NULL;

    if (!plan)
        return false;
    r->seen = arena_new();
    arena_lean(r->seen, of_look);
    struct alone alone =
        what_if_alone(r->seen, &look->sources->desired, plan->agent, &look->observed);
    r->slots.items = NULL;
    r->slots.n = r->slots.cap = 0;
    r->boxes.items = NULL;
    r->boxes.n = r->boxes.cap = 0;
    for (size_t i = 0; i < plan->n_roles; i++)
        if (r->role < 0 || r->role == (int)plan->roles[i].role)
            add_role(r, plan->agent, &plan->roles[i], &alone.observed);
    r->secrets = secrets_of(r->seen, plan, &alone.observed);
    return true;
}

/* --- following ------------------------------------------------------------------------------- */

static int place_of(const struct follow_box *box)
{
    enum place place;

    if (text_is(box->name, box->slot->name))
        return PLACE_LIVE;
    return place_parse(box->name, &place, NULL) ? (int)place : PLACE_STRAY;
}

static bool on_line(void *ctx, const struct follow_box *box, const char *line)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct reader *r = ctx;
    struct out o = {.text.arena = a};

    r->lost_ms = 0;
    out_object(&o, NULL);
    out_text(&o, "role", role_name[box->slot->role]);
    out_text(&o, "box", box->name);
    out_text(&o, "place", place_word[place_of(box)]);
    out_text(&o, "line",
             visible_cut(a, visible_text(a, hide_secrets(a, line, &r->secrets)), COLUMNS));
    out_end(&o);
    web_stream_send(r->stream, 0, "line", text_str(&o.text));
    return true;
}

static void stop(struct reader *r)
{
    follow_close(r->follow);
    r->follow = NULL;
    arena_free(r->begun);
    r->begun = NULL;
}

/* The engine is away: what is written meanwhile is told once it is there again. */
static void on_end(void *ctx, const struct err *err)
{
    struct reader *r = ctx;

    (void)err;
    stop(r);
    r->tail = -1;
    r->lost_ms = r->lost_ms ? r->lost_ms : wall_ms();
    ev_timer_set(&r->timer, PAUSE_S, 0.);
    ev_timer_start(service_loop(r->logs->face->service), &r->timer);
}

/* What is followed begins with what the last round saw. */
static void begin(struct reader *r)
{
    struct service *service = r->logs->face->service;
    const struct follow_options options = {
        .slots = r->slots.items,
        .n_slots = r->slots.n,
        .boxes = r->boxes.items,
        .n_boxes = r->boxes.n,
        .tail = r->tail,
        .lines_ms = r->lost_ms,
        .most_logs = MOST_BOXES,
        .since_ms = service_last_look(service, NULL, NULL)->observed.now_ms,
        .on_line = on_line,
        .ctx = r};

    r->begun = arena_share(r->seen);
    r->follow = follow_open(session_client(service_session(service)), &options, on_end, r);
}

/* --- readers --------------------------------------------------------------------------------- */

static void reader_release(struct reader *r)
{
    stop(r);
    ev_timer_stop(service_loop(r->logs->face->service), &r->timer);
    arena_free(r->seen);
    free(r->agent_id);
    free(r);
}

static void reader_free(struct reader *r)
{
    TAILQ_REMOVE(&r->logs->readers, r, all);
    r->logs->n--;
    reader_release(r);
}

static void end(struct reader *r)
{
    web_stream_send(r->stream, 0, "end", "{\"why\": \"nothing is left of this agent\"}");
    web_stream_end(r->stream);
    reader_free(r);
}

static void renew(struct reader *r)
{
    struct arena *before = r->seen;

    if (!see(r)) {
        end(r);
        return;
    }
    if (r->follow)
        follow_slots(r->follow, r->slots.items, r->slots.n);
    arena_free(before);
}

static void on_round(struct face *face, bool good)
{
    for (struct reader *r = TAILQ_FIRST(&face->logs->readers), *next; good && r; r = next) {
        next = TAILQ_NEXT(r, all);
        renew(r);
    }
}

static void on_timer(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    (void)loop, (void)events;
    begin(timer->data);
}

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
    if (see(r))
        begin(r);
    else
        end(r);
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
                                        .on_round = on_round,
                                        .close = logs_close};
