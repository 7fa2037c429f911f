/* What happened, from everywhere: files, database, engine, signals, time.  A trigger only marks
 * that a look is due; what it means is found out by looking. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "control/cache.h"
#include "core/find.h"
#include "core/slot.h"
#include "service/service_parts.h"

enum { QUIET_MS = 100, LONGEST_MS = 1000 };

void service_mark(struct service *s, const char *cause)
{
    if (cause && !*s->cause)
        snprintf(s->cause, sizeof s->cause, "%s", cause);
    settle_poke(s->settle);
}

static void on_settled(void *ctx)
{
    struct service *s = ctx;

    s->round_due = true;
}

static void on_due(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    struct service *s = timer->data;

    (void)loop, (void)events;
    log_tick(s->log);
    s->round_due = true;
}

/* --- sources --------------------------------------------------------------------------------- */

static void on_file(void *ctx, size_t index)
{
    struct service *s = ctx;

    (void)index;
    intake_poke(s->intake, INTAKE_SPECS);
}

static void on_commit(void *ctx)
{
    struct service *s = ctx;

    intake_poke(s->intake, INTAKE_DATABASE);
}

static void on_accepted(void *ctx, const char *cause)
{
    service_mark(ctx, cause);
}

static void on_condition(void *ctx, const char *key, const char *text)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct service *s = ctx;

    if (text)
        log_condition(s->log, key, LEVEL_ERROR, NULL, text);
    else
        log_clear(s->log, key, arena_printf(a, "the %s can be read and believed again", key));
}

static void watch_database(struct service *s, const char *path)
{
    if (text_is(path, s->database_path))
        return;
    database_watch_free(s->database);
    s->database = NULL;
    free((char *)s->database_path);
    s->database_path = path ? strdup(path) : NULL;
    if (!path)
        return;
    s->database = database_watch_new(s->loop, path, on_commit, s);
    intake_poke(s->intake, INTAKE_DATABASE); /* nobody looked between the reading and this */
}

/* What is noticed late: NULL when nothing is. */
static void say_trouble(struct service *s, const char *key, const char *text)
{
    if (text)
        log_condition(s->log, key, LEVEL_WARNING, NULL, text);
    else
        log_clear(s->log, key, NULL);
}

static void on_read(void *ctx)
{
    struct service *s = ctx;
    const char *const *paths;
    bool has_database;
    size_t n = intake_paths(s->intake, &paths, &has_database);

    if (intake_service(s->intake))
        settings_take(s, intake_service(s->intake));
    watch_database(s, has_database ? paths[0] : NULL);
    if (file_watch_set(s->files, paths + has_database, n - has_database))
        intake_poke(s->intake, INTAKE_SPECS); /* nobody looked between the reading and this */
    say_trouble(s, "files", file_watch_trouble(s->files));
    say_trouble(s, "database file", s->database ? database_watch_trouble(s->database) : NULL);
}

static void on_calls(void *ctx, const struct database *db)
{
    struct service *s = ctx;

    account_calls(s->account, db);
    cold_calls(s, db);
    guest_calls(s, db);
}

/* --- the engine ------------------------------------------------------------------------------ */

/* The agent a container's slot belongs to; NULL: none of ours. */
static const char *agent_of(const struct service *s, const char *slot)
{
    const struct desired *d = &s->last.look.sources->desired;
    enum role role;
    const char *id;

    for (size_t i = 0; slot && i < d->n_agents; i++)
        for (size_t k = 0; k < d->agents[i].n_containers; k++)
            if (strcmp(d->agents[i].containers[k].name, slot) == 0)
                return d->agents[i].id;
    return slot && canonical_parse(slot, d->prefix, &role, &id) ? id : NULL;
}

/* Somebody else may have done it: then its runner learns until when to leave the agent alone. */
static void heed_others(struct service *s, const char *agent_id, const struct engine_event *e)
{
    const struct agent *agent = agent_by_id(&s->last.look.sources->desired, agent_id);

    if (!agent || !others_event(s->others, agent, e, wall_ms()))
        return;
    fleet_renew(s->fleet, agent_id);
    int64_t until_ms = others_until_ms(s->others, agent, wall_ms());
    struct log_about about = {.agent = agent_title(agent)};
    if (until_ms && e->action != ACTION_DIE)
        log_say(s->log, LEVEL_INFO, &about,
                "somebody else is at work on %s (%s): left alone for %lld s, or until the database "
                "says what is wanted",
                e->name, engine_action_text(e->action), (long long)(until_ms - wall_ms()) / 1000);
}

static const struct box *box_of(const struct service *s, const char *id)
{
    const struct observed *o = &s->last.look.observed;

    for (size_t i = 0; s->last.arena && i < o->n_boxes; i++)
        if (strcmp(o->boxes[i].id, id) == 0)
            return &o->boxes[i];
    return NULL;
}

/* What the last look does not know, the next one shows; what the one under way sees of it, nobody
 * can tell.  A container that is found unwell is still where it was. */
static void note_news(struct service *s, const struct engine_event *e)
{
    if (e->action != ACTION_HEALTH && (box_of(s, e->id) || sight_is_looking(s->sight)))
        sight_news(s->sight, e->id);
}

static void on_container(struct service *s, const struct engine_event *e)
{
    char cause[120];

    cache_box_news(session_cache(s->session), e->id);
    note_news(s, e);
    if (s->last.arena) {
        const char *agent = agent_of(s, *e->agent_name ? e->agent_name : e->name);
        if (agent)
            heed_others(s, agent, e);
        if (!agent || fleet_look(s->fleet, agent))
            return; /* a stranger's, or its runner looks */
    }
    snprintf(cause, sizeof cause, "%s: %s", *e->name ? e->name : "a container",
             engine_action_text(e->action));
    service_mark(s, cause);
}

/* The event names the network and the container's id; the list does not show a lost network. */
static void on_network(struct service *s, const struct engine_event *e)
{
    const struct box *b = box_of(s, e->id);
    const char *slot = b ? pair_get(b->labels, b->n_labels, "agentName") : NULL;
    const char *agent = b ? agent_of(s, slot ? slot : b->name) : NULL;
    char cause[120];

    cache_box_news(session_cache(s->session), e->id);
    note_news(s, e);
    if (agent && fleet_look(s->fleet, agent))
        return;
    snprintf(cause, sizeof cause, "network %s: %s", e->name, engine_action_text(e->action));
    service_mark(s, cause);
}

static void on_engine_event(void *ctx, const struct engine_event *e)
{
    struct service *s = ctx;

    if (e->object == OBJECT_CONTAINER) {
        on_container(s, e);
    } else if (e->object == OBJECT_NETWORK) {
        on_network(s, e);
    } else {
        cache_image_news(session_cache(s->session));
        service_mark(s, "an image changed on the engine");
    }
}

static void on_gap(void *ctx)
{
    struct service *s = ctx;

    sight_news(s->sight, NULL);
    fleet_look_all(s->fleet);
    service_mark(s, s->last.arena ? "found after a gap in what the engine tells" : NULL);
}

static void on_up(void *ctx)
{
    struct service *s = ctx;

    session_engine_up(s->session);
    sight_hears(s->sight, true);
    cache_rely_on_news(session_cache(s->session), true);
    s->failed_rounds = 0;
}

static void on_down(void *ctx, const char *why)
{
    struct service *s = ctx;

    (void)why; /* the next look says more, and is due at once */
    session_engine_down(s->session);
    sight_hears(s->sight, false);
    cache_rely_on_news(session_cache(s->session), false);
    service_mark(s, NULL);
}

/* --- signals --------------------------------------------------------------------------------- */

static void on_hup(struct ev_loop *loop, struct ev_signal *signal, int events)
{
    struct service *s = signal->data;

    (void)loop, (void)events;
    log_say(s->log, LEVEL_INFO, NULL, "asked to look at once");
    systemd_reloading(s->systemd);
    s->reloading = true;
    intake_poke(s->intake, INTAKE_SPECS | INTAKE_DATABASE | INTAKE_ORDERS);
    service_mark(s, "asked for by signal");
}

static void on_stop(struct ev_loop *loop, struct ev_signal *signal, int events)
{
    struct service *s = signal->data;

    (void)loop, (void)events;
    s->stopping = true;
    session_interrupt(s->session);
    fleet_interrupt(s->fleet);
}

static void catch_signal(struct service *s, size_t i, int number,
                         void (*on)(struct ev_loop *, struct ev_signal *, int))
{
    ev_signal_init(&s->signals[i], on, number);
    s->signals[i].data = s;
    ev_signal_start(s->loop, &s->signals[i]);
}

void triggers_open(struct service *s)
{
    static const struct engine_watch_callbacks engine = {on_engine_event, on_gap, on_up, on_down};
    const struct intake_owner intake = {.on_accepted = on_accepted,
                                        .on_condition = on_condition,
                                        .on_read = on_read,
                                        .on_calls = on_calls,
                                        .ctx = s,
                                        .orders = service_orders};

    s->settle = settle_new(s->loop, QUIET_MS, LONGEST_MS, on_settled, s);
    ev_timer_init(&s->due, on_due, 0., 0.);
    s->due.data = s;
    catch_signal(s, 0, SIGHUP, on_hup);
    catch_signal(s, 1, SIGTERM, on_stop);
    catch_signal(s, 2, SIGINT, on_stop);
    s->files = file_watch_new(s->loop, on_file, s);
    s->intake = intake_new(s->loop, s->config, session_key(s->session), &intake);
    intake_poke(s->intake, INTAKE_SPECS | INTAKE_DATABASE);
    s->engine = engine_watch_new(session_client(s->session), &engine, s);
}

void triggers_close(struct service *s)
{
    if (!s->settle)
        return;
    engine_watch_free(s->engine);
    database_watch_free(s->database);
    free((char *)s->database_path);
    intake_free(s->intake);
    file_watch_free(s->files);
    settle_free(s->settle);
    ev_timer_stop(s->loop, &s->due);
    for (size_t i = 0; i < 3; i++)
        ev_signal_stop(s->loop, &s->signals[i]);
}
