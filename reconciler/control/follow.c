#include "control/follow.h"

#include <ev.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "control/session_parts.h"
#include "core/hide.h"
#include "engine/log_stream.h"

enum { MOST_LOGS = 256 }; /* ended ones are remembered, so that a restart is told apart */

static const int64_t SECOND_NS = 1000000000;

struct log { /* of one container */
    struct log *next;
    struct follow *follow;
    const struct container_spec *slot;
    struct arena *arena; /* of its id, and of what is to be hidden */
    const char *id;
    char *name;
    struct box box; /* as inspected, in the arena; id NULL: not yet */
    struct arena *hiding;
    struct env_list hidden;   /* in that arena, and in the slot */
    struct client_call *call; /* an inspect, then the log; NULL: it has ended */
    int tail;
    int64_t since_ns, died_ns; /* engine's clock; 0: not known */
};

struct follow {
    struct client *client;
    struct follow_options options;
    follow_end *on_end;
    void *end_ctx;
    struct log *logs;
    size_t n_logs;
    struct client_call *events;
    bool over;
};

static struct follow_box box_of(const struct log *l)
{
    return (struct follow_box){l->slot, l->id, l->name};
}

static void end(struct follow *f, const struct err *err)
{
    if (f->over)
        return;
    f->over = true;
    f->on_end(f->end_ctx, err);
}

/* --- one log --------------------------------------------------------------------------------- */

static void rename_log(struct log *l, const char *name)
{
    free(l->name);
    l->name = strdup(name);
    if (!l->name)
        abort();
}

/* Of a line that is too long, what may be half of a secret is left out with the rest. */
static const char *fit_to_show(struct arena *a, const struct log *l, const char *line, bool is_long)
{
    const char *text = hide_secrets(a, line, &l->hidden);
    size_t n = strlen(text);

    if (!is_long || n <= LOG_LINE_SHOWN)
        return text;
    for (n = LOG_LINE_SHOWN; n && ((unsigned char)text[n] & 0xc0) == 0x80;)
        n--;
    return arena_printf(a, "%.*s…", (int)n, text);
}

static void on_line(void *ctx, const char *line, bool is_long)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct log *l = ctx;
    struct follow *f = l->follow;
    struct follow_box box = box_of(l);

    if (!f->over && !f->options.on_line(f->options.ctx, &box, fit_to_show(a, l, line, is_long)))
        end(f, NULL);
}

static void on_log_end(void *ctx, const struct facts *facts, const struct err *err)
{
    struct log *l = ctx;
    const struct follow_options *options = &l->follow->options;
    struct follow_box box = box_of(l);

    (void)facts;
    l->call = NULL;
    /* That the engine is away, the stream of events tells. */
    if (err && err->code != ERR_NOT_FOUND && err->code != ERR_UNREACHABLE && options->on_problem)
        options->on_problem(options->ctx, &box, err->text);
}

static void find_hidden(struct log *l)
{
    arena_free(l->hiding);
    l->hiding = arena_new();
    l->hidden = hide_list(l->hiding, &l->box, l->slot);
}

/* What has to be hidden is known before the first line is read. */
static void on_box(void *ctx, const struct facts *facts, const struct err *err)
{
    struct log *l = ctx;
    struct call call = {
        .kind = CALL_LOGS, .id = l->id, .tail = l->tail, .follow = true, .since_ns = l->since_ns};

    l->call = NULL;
    if (err) {
        on_log_end(l, NULL, err);
        return;
    }
    l->box = facts->box;
    find_hidden(l);
    l->call = client_follow(l->follow->client, &call, on_line, on_log_end, l);
}

static void log_free(struct log *l)
{
    if (l->call)
        client_cancel(l->call);
    arena_free(l->hiding);
    arena_free(l->arena);
    free(l->name);
    free(l);
}

/* The oldest one that has ended makes room; false: none has. */
static bool make_room(struct follow *f)
{
    struct log **oldest = NULL;

    if (f->n_logs < f->options.most_logs)
        return true;
    for (struct log **at = &f->logs; *at; at = &(*at)->next)
        if (!(*at)->call)
            oldest = at;
    if (!oldest)
        return false;
    struct log *gone = *oldest;
    *oldest = gone->next;
    log_free(gone);
    f->n_logs--;
    return true;
}

static void log_begin(struct log *l)
{
    struct arena *a = arena_new();
    const char *id = arena_strdup(a, l->id);

    arena_free(l->arena);
    l->arena = a;
    l->id = id;
    l->box = (struct box){0};
    l->hidden = (struct env_list){0};
    l->call = client_send(l->follow->client, &(struct call){CALL_INSPECT, .id = l->id}, l->arena,
                          on_box, l);
}

static void log_add(struct follow *f, const struct follow_box *box, int tail, int64_t since_ns)
{
    struct log *l = make_room(f) ? calloc(1, sizeof *l) : NULL;

    if (!l)
        return;
    *l = (struct log){.next = f->logs,
                      .follow = f,
                      .slot = box->slot,
                      .id = box->id,
                      .tail = tail,
                      .since_ns = since_ns};
    rename_log(l, box->name);
    f->logs = l;
    f->n_logs++;
    log_begin(l);
}

/* --- which ones ------------------------------------------------------------------------------ */

static struct log *find(const struct follow *f, const char *id)
{
    for (struct log *l = f->logs; l; l = l->next)
        if (text_is(l->id, id))
            return l;
    return NULL;
}

static const struct container_spec *slot_of(const struct follow *f, const struct engine_event *e)
{
    for (size_t i = 0; i < f->options.n_slots; i++)
        if (text_is(f->options.slots[i]->name, e->name) ||
            text_is(f->options.slots[i]->name, e->agent_name))
            return f->options.slots[i];
    return NULL;
}

/* The engine tells of a start when the container may have written already. */
static void on_start(struct follow *f, struct log *l, const struct follow_box *box, int64_t time_ns)
{
    int64_t since_ns = time_ns > SECOND_NS ? time_ns - SECOND_NS : 0;

    if (!l) {
        log_add(f, box, -1, since_ns);
    } else if (!l->call) {
        l->tail = -1;
        l->since_ns = l->died_ns > since_ns ? l->died_ns : since_ns;
        log_begin(l);
    }
}

static void on_container(struct follow *f, const struct engine_event *e)
{
    const struct container_spec *slot = slot_of(f, e);
    struct log *l = find(f, e->id);
    struct follow_box box = {slot, e->id, e->name};

    if (l && e->action == ACTION_DIE)
        l->died_ns = e->time_ns + 1;
    if (l && e->action == ACTION_RENAME)
        rename_log(l, e->name);
    if (!slot || (e->action != ACTION_START && e->action != ACTION_RENAME))
        return;
    bool is_new = !l || e->action == ACTION_RENAME;
    if (e->action == ACTION_START)
        on_start(f, l, &box, e->time_ns);
    else if (!l)
        log_add(f, &box, f->options.tail, 0);
    if (is_new && text_is(slot->name, e->name) && f->options.on_successor &&
        !f->options.on_successor(f->options.ctx, &box))
        end(f, NULL);
}

static void on_engine_event(void *ctx, const struct engine_event *e)
{
    struct follow *f = ctx;

    if (e && e->object == OBJECT_CONTAINER && *e->id && !f->over)
        on_container(f, e);
}

static void on_open(void *ctx)
{
    struct follow *f = ctx;

    for (size_t i = 0; i < f->options.n_boxes; i++)
        if (!find(f, f->options.boxes[i].id))
            log_add(f, &f->options.boxes[i], f->options.tail, f->options.lines_ms * 1000000);
}

static void on_events_end(void *ctx, const struct facts *facts, const struct err *err)
{
    struct follow *f = ctx;
    struct err closed;

    (void)facts;
    f->events = NULL;
    err_set(&closed, ERR_UNREACHABLE, "the engine closed the stream of its events");
    end(f, err ? err : &closed);
}

/* --- its life -------------------------------------------------------------------------------- */

struct follow *follow_open(struct client *client, const struct follow_options *options,
                           follow_end *on_end, void *end_ctx)
{
    struct follow *f = calloc(1, sizeof *f);
    struct call call = {.kind = CALL_EVENTS, .since_s = options->since_ms / 1000};

    if (!f)
        abort();
    *f = (struct follow){
        .client = client, .options = *options, .on_end = on_end, .end_ctx = end_ctx};
    if (!f->options.most_logs)
        f->options.most_logs = MOST_LOGS;
    f->events = client_watch(client, &call, on_open, on_engine_event, on_events_end, f);
    return f;
}

void follow_close(struct follow *f)
{
    if (!f)
        return;
    if (f->events)
        client_cancel(f->events);
    for (struct log *l = f->logs, *next; l; l = next) {
        next = l->next;
        log_free(l);
    }
    free(f);
}

static const struct container_spec *slot_named(const struct follow *f, const char *name)
{
    for (size_t i = 0; i < f->options.n_slots; i++)
        if (text_is(f->options.slots[i]->name, name))
            return f->options.slots[i];
    return NULL;
}

void follow_slots(struct follow *f, const struct container_spec *const *slots, size_t n)
{
    f->options.slots = slots;
    f->options.n_slots = n;
    for (struct log **at = &f->logs; *at;) {
        struct log *l = *at;
        l->slot = slot_named(f, l->slot->name);
        if (l->slot) {
            if (l->box.id)
                find_hidden(l);
            at = &l->next;
            continue;
        }
        *at = l->next;
        f->n_logs--;
        log_free(l);
    }
}

/* --- for whoever waits for its end ----------------------------------------------------------- */

struct watching {
    struct ev_loop *loop;
    bool over;
    struct err err;
};

static void on_end(void *ctx, const struct err *err)
{
    struct watching *w = ctx;

    w->over = true;
    if (err)
        w->err = *err;
    ev_break(w->loop, EVBREAK_ONE);
}

static void on_interrupt(void *ctx)
{
    on_end(ctx, NULL);
}

int session_follow(struct session *s, const struct follow_options *options, struct err *err)
{
    struct watching w = {.loop = s->client.loop};

    if (client_greet(&s->client, err) < 0)
        return -1;
    s->interrupt_ctx = &w;
    s->on_interrupt = on_interrupt;
    struct follow *f = follow_open(&s->client, options, on_end, &w);
    while (!w.over && !s->interrupted)
        ev_run(s->client.loop, 0);
    s->on_interrupt = NULL;
    follow_close(f);
    *err = w.err;
    return w.err.code ? -1 : 0;
}
