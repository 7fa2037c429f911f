#include "control/session_parts.h"

#include <ev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/clock.h"
#include "control/notices.h"
#include "control/state.h"
#include "control/witness.h"

static void on_wake(struct ev_loop *loop, struct ev_async *async, int events)
{
    struct session *s = async->data;

    (void)loop, (void)events;
    if (s->on_interrupt)
        s->on_interrupt(s->interrupt_ctx);
}

struct session *session_new(const struct config *config, bool read_only)
{
    struct session *s = calloc(1, sizeof *s);

    if (!s)
        abort();
    s->config = config;
    s->client.loop = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV);
    if (!s->client.loop)
        abort();
    s->client.http = http_open(s->client.loop);
    s->client.driver = &docker_driver;
    s->client.endpoint = config->engine;
    if (read_only)
        http_read_only(s->client.http);
    s->client.credentials = credentials_new(s->client.loop, config->docker_config);
    s->cache = cache_new();
    s->registries = registry_memory_new();
    s->calls = witness_calls_new();
    s->last_lines = last_lines_new();
    state_key(config->state_dir, &s->key);
    ev_async_init(&s->wake, on_wake);
    s->wake.data = s;
    ev_async_start(s->client.loop, &s->wake);
    ev_unref(s->client.loop); /* it alone keeps no loop running */
    return s;
}

void session_free(struct session *s)
{
    if (!s)
        return;
    cache_free(s->cache);
    registry_memory_free(s->registries);
    witness_calls_free(s->calls);
    last_lines_free(s->last_lines);
    http_close(s->client.http);
    credentials_free(s->client.credentials);
    ev_ref(s->client.loop);
    ev_async_stop(s->client.loop, &s->wake);
    ev_loop_destroy(s->client.loop);
    explicit_bzero(&s->key, sizeof s->key);
    free(s);
}

void session_watch(struct session *s)
{
    cache_watch(s->cache, &s->client);
}

void session_interrupt(struct session *s)
{
    s->interrupted = 1;
    ev_async_send(s->client.loop, &s->wake);
}

int session_lock(struct session *s, struct err *err)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct facts facts;

    if (!*s->engine_id) {
        if (client_greet(&s->client, err) < 0 ||
            client_ask(&s->client, &(struct call){.kind = CALL_INFO}, a, &facts, err) < 0)
            return -1;
        snprintf(s->engine_id, sizeof s->engine_id, "%s", facts.engine_id);
    }
    return state_lock(a, s->config->state_dir, s->engine_id, err);
}

/* "Docker/20.10.24 (linux)" -> "Docker 20.10.24" */
static const char *engine_text(struct arena *a, const struct session *s)
{
    char *server = arena_strdup(a, s->client.server);
    char *slash = strchr(server, '/'), *space;

    if (slash)
        *slash = ' ';
    space = strchr(slash ? slash + 1 : server, ' ');
    if (space)
        *space = '\0';
    return arena_printf(a, "%s (%s)", s->config->engine_name, *server ? server : "engine");
}

static bool will_go(const struct role_plan *rp)
{
    return rp->verdict == VERDICT_REPLACE || rp->verdict == VERDICT_REMOVE ||
           rp->verdict == VERDICT_UNDERWAY;
}

/* Counts the connections of boxes that are to go and hold calls; of no others, since the kernel
 * walks a long table for each.  False if none could be counted: there is no such witness here. */
static bool count_connections(struct box *boxes, const struct look *look)
{
    bool known = false, asked = false;

    for (size_t i = 0; i < look->plan.n_agents; i++)
        for (size_t k = 0; k < look->plan.agents[i].n_roles; k++) {
            const struct role_plan *rp = &look->plan.agents[i].roles[k];
            if (!will_go(rp) || !role_holds_calls(rp->role))
                continue;
            for (size_t n = 0; n < look->observed.n_boxes; n++) {
                struct box *b = &boxes[n];
                const char *slot = pair_get(b->labels, b->n_labels, "agentName");
                if (!text_is(slot, rp->name) && !text_is(b->name, rp->name))
                    continue;
                witness_sockets(b, 1, look->observed.now_ms);
                asked = asked || box_runs(b);
                known = known || (box_runs(b) && b->sockets >= 0);
            }
        }
    return known || !asked;
}

enum { FRESH_MS = 500 };

/* Of sources that were read long ago the calls are read again.  What cannot be read now stays as it
 * was: a gate asks for itself before anything is stopped. */
static void refresh_calls(struct session *s, struct arena *a, const struct sources *sources,
                          struct observed *o)
{
    struct err err;

    if (sources->read_ms && mono_ms() - sources->read_ms < FRESH_MS)
        return;
    if (witness_calls_refresh(s->calls, &sources->database, o, &err) < 0)
        return;
    struct call_row *calls = arena_memdup(a, o->calls, o->n_calls * sizeof *calls);
    for (size_t i = 0; i < o->n_calls; i++) {
        calls[i].uuid = arena_strdup(a, calls[i].uuid);
        calls[i].agent_id = arena_strdup(a, calls[i].agent_id);
    }
    o->calls = calls;
}

/* What people must know before they read on: which witness is missing here.  NULL: none is. */
static const char *missing_witness(const struct observed *o)
{
    if (o->sockets_known)
        return NULL;
    if (!o->calls_known && o->heard.n_agents)
        return "the connections of calls cannot be counted from here (that takes root on the "
               "engine's host and its process ids in sight), and no database tells of calls: only "
               "what core's webhooks tell is known";
    return o->calls_known
               ? "the connections of calls cannot be counted from here (that takes root on the "
                 "engine's host and its process ids in sight): only open rows in the database "
                 "tell which calls are live"
               : "the connections of calls cannot be counted from here (that takes root on the "
                 "engine's host and its process ids in sight), and no database tells of calls: "
                 "each old container gets its whole drain timeout";
}

int session_look(struct session *s, struct arena *a, const struct sources *sources,
                 const struct plan_options *options, const char *const *only, size_t n_only,
                 struct look *ret, struct err *err)
{
    struct look look = {0};

    if (gather(&s->client, s->cache, s->registries, a, sources, wall_ms(), &look.observed, err) < 0)
        return -1;
    ev_run(s->client.loop, EVRUN_NOWAIT); /* who waits need not wait for the plan, too */
    refresh_calls(s, a, sources, &look.observed);
    witness_calls_heard(s->calls, a, &look.observed.heard);
    look.sources = notices_add(a, sources, &look.observed);
    look.engine_text = engine_text(a, s);
    look.plan = plan_make(a, &sources->desired, &look.observed, &s->key, options, only, n_only);
    if (!plan_in_sync(&look.plan)) { /* again, now that calls and last lines are known */
        struct box *boxes =
            arena_memdup(a, look.observed.boxes, look.observed.n_boxes * sizeof *boxes);
        if (last_lines_add(s->last_lines, &s->client, a, &sources->desired, boxes,
                           look.observed.n_boxes, err) < 0)
            return -1;
        look.observed.sockets_known = count_connections(boxes, &look);
        look.observed.boxes = boxes;
        look.plan = plan_make(a, &sources->desired, &look.observed, &s->key, options, only, n_only);
        look.plan.notice = missing_witness(&look.observed);
    }
    *ret = look;
    return 0;
}

int64_t session_registry_due_ms(const struct session *s)
{
    return registry_due_ms(s->registries);
}

const char *session_login_problem(const struct session *s)
{
    return credentials_problem(s->client.credentials);
}

int session_logs(struct session *s, struct arena *a, const char *box_id, unsigned tail,
                 const char **ret, struct err *err)
{
    struct call call = {.kind = CALL_LOGS, .id = box_id, .tail = (int)tail};
    struct facts facts;

    if (client_greet(&s->client, err) < 0 || client_ask(&s->client, &call, a, &facts, err) < 0)
        return -1;
    *ret = facts.log ? facts.log : "";
    return 0;
}

void session_engine_down(struct session *s)
{
    outage_begin(&s->outage, wall_ms());
}

void session_engine_up(struct session *s)
{
    outage_end(&s->outage, wall_ms());
}

const struct outage *session_outage(const struct session *s)
{
    return &s->outage;
}

struct http_stats session_stats(const struct session *s)
{
    return http_stats(s->client.http);
}

const struct digest_key *session_key(const struct session *s)
{
    return &s->key;
}

void session_hear(struct session *s, witness_heard *heard, void *ctx)
{
    witness_calls_hear(s->calls, heard, ctx);
}

struct ev_loop *session_loop(const struct session *s)
{
    return s->client.loop;
}

struct client *session_client(struct session *s)
{
    return &s->client;
}

struct cache *session_cache(struct session *s)
{
    return s->cache;
}
