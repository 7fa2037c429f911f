#include "service/crashes.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "base/text.h"
#include "control/client.h"
#include "core/find.h"
#include "core/outage.h"
#include "base/visible.h"
#include "service/last_words.h"
#include "service/service_parts.h"

enum { TOLD_FROM = 3, LINE_COLUMNS = 160 };

static const int64_t QUIET_MS = 600 * 1000;

struct crash { /* one live container, whether or not it ever died */
    TAILQ_ENTRY(crash) in;
    struct crashes *all;
    char *agent_id, *box_id;
    enum role role;
    bool seen; /* in this round */
    int64_t started_ms, finished_ms;
    int restart_count;
    unsigned deaths; /* without ten quiet minutes between two */
    int64_t first_ms, last_ms;
    struct arena *arena; /* of the last death, all below; NULL: there was none */
    const char *title, *box_name, *then;
    struct env_list env;
    int exit_code;
    struct client_call *logs;
    const char *const *lines;
    size_t n_lines;
};

struct crashes {
    struct service *service;
    TAILQ_HEAD(, crash) list; /* who was looked at last is at the end */
};

static const char *key_of(struct arena *a, const struct crash *c)
{
    return arena_printf(a, "crash/%s/%s", c->agent_id, role_name[c->role]);
}

static void forget_death(struct crash *c)
{
    if (c->logs)
        client_cancel(c->logs);
    arena_free(c->arena);
    c->arena = NULL;
    c->logs = NULL;
    c->lines = NULL;
    c->n_lines = 0;
}

static void clear(struct crash *c)
{
    struct arena *a CLEANUP_ARENA = arena_new();

    log_clear(c->all->service->log, key_of(a, c), NULL);
    forget_death(c);
    c->deaths = 0;
}

static void crash_free(struct crash *c)
{
    forget_death(c);
    free(c->agent_id);
    free(c->box_id);
    free(c);
}

/* --- telling --------------------------------------------------------------------------------- */

static void tell(struct crash *c)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct log_about about = {.agent = c->title, .role = role_name[c->role]};
    const char *line = c->n_lines ? visible_cut(a, c->lines[c->n_lines - 1], LINE_COLUMNS) : NULL;

    if (c->deaths < TOLD_FROM)
        return;
    const char *text = arena_printf(a, "%s died %u times in %s (exit %d)%s%s; %s", c->box_name,
                                    c->deaths, text_duration(a, (c->last_ms - c->first_ms) / 1000),
                                    c->exit_code, line ? ": " : "", line ? line : "", c->then);
    log_condition(c->all->service->log, key_of(a, c), LEVEL_WARNING, &about, text);
}

static void on_logs(void *ctx, const struct facts *facts, const struct err *err)
{
    struct crash *c = ctx;

    c->logs = NULL;
    if (!err && facts->log)
        c->n_lines = last_words(c->arena, facts->log, &c->env, &c->lines);
    tell(c);
}

static const char *what_then(struct crash *c, const struct agent *agent, const struct box *b)
{
    int64_t due_ms = account_due_ms(c->all->service->account, agent), now = mono_ms();

    if (b->state != BOX_EXITED)
        return "its restart policy starts it again";
    if (due_ms <= now)
        return "started again at once";
    return arena_printf(c->arena, "started again in %s",
                        text_duration(c->arena, (due_ms - now + 999) / 1000));
}

/* --- counting -------------------------------------------------------------------------------- */

static void count(struct crash *c, const struct agent *agent, const struct role_plan *rp,
                  unsigned deaths)
{
    int64_t now = wall_ms();

    if (!c->deaths || now - c->last_ms > QUIET_MS) {
        c->deaths = 0;
        c->first_ms = now;
    }
    c->deaths += deaths;
    c->last_ms = now;
    forget_death(c);
    c->arena = arena_new();
    c->title = arena_strdup(c->arena, agent_title(agent));
    c->box_name = arena_strdup(c->arena, rp->live->name);
    c->exit_code = rp->live->exit_code;
    c->env = last_words_env(c->arena, rp->wanted);
    c->then = what_then(c, agent, rp->live);
    c->logs = client_send(session_client(c->all->service->session),
                          &(struct call){.kind = CALL_LOGS, .id = c->box_id, .tail = LAST_WORDS},
                          c->arena, on_logs, c);
}

static void remember(struct crash *c, const struct box *b)
{
    c->started_ms = b->started_ms;
    c->finished_ms = b->finished_ms;
    c->restart_count = b->restart_count;
}

/* Every round asks in the same order: who is asked for is mostly the first. */
static struct crash *crash_of(struct crashes *all, const char *agent_id, enum role role)
{
    struct crash *c;

    TAILQ_FOREACH(c, &all->list, in) {
        if (c->role != role || !text_is(c->agent_id, agent_id))
            continue;
        TAILQ_REMOVE(&all->list, c, in);
        TAILQ_INSERT_TAIL(&all->list, c, in);
        return c;
    }
    c = calloc(1, sizeof *c);
    if (!c || !(c->agent_id = strdup(agent_id)))
        abort();
    c->all = all;
    c->role = role;
    TAILQ_INSERT_TAIL(&all->list, c, in);
    return c;
}

/* Another container has taken its place: what it died of before is no matter any more. */
static void begin(struct crash *c, const struct box *b)
{
    clear(c);
    free(c->box_id);
    if (!(c->box_id = strdup(b->id)))
        abort();
    remember(c, b);
}

static unsigned deaths_since(const struct crash *c, const struct box *b)
{
    if (b->restart_count > c->restart_count)
        return (unsigned)(b->restart_count - c->restart_count);
    return b->finished_ms > c->finished_ms;
}

static void look_at(struct crashes *all, const struct agent *agent, const struct role_plan *rp)
{
    struct crash *c = crash_of(all, agent->id, rp->role);
    const struct box *b = rp->live;

    c->seen = true;
    if (!text_is(c->box_id, b->id)) {
        begin(c, b);
        return;
    }
    unsigned deaths = deaths_since(c, b);
    bool excused = outage_took(session_outage(all->service->session), b, c->started_ms);
    if (deaths && !excused)
        count(c, agent, rp, deaths);
    else if (c->deaths && b->state == BOX_RUNNING && wall_ms() - c->last_ms > QUIET_MS)
        clear(c);
    remember(c, b);
}

void crashes_round(struct crashes *all, const struct look *look)
{
    struct crash *c;

    TAILQ_FOREACH(c, &all->list, in)
        c->seen = false;
    for (size_t i = 0; i < look->plan.n_agents; i++) {
        const struct agent_plan *ap = &look->plan.agents[i];
        for (size_t k = 0; k < ap->n_roles; k++)
            if (ap->roles[k].wanted && ap->roles[k].live)
                look_at(all, ap->agent, &ap->roles[k]);
    }
    c = TAILQ_FIRST(&all->list);
    for (struct crash *next; c; c = next) {
        next = TAILQ_NEXT(c, in);
        if (c->seen)
            continue;
        clear(c);
        TAILQ_REMOVE(&all->list, c, in);
        crash_free(c);
    }
}

size_t crashes_last_words(const struct crashes *all, const char *agent_id, const char *const **ret)
{
    const struct crash *last = NULL, *c;

    TAILQ_FOREACH(c, &all->list, in)
        if (text_is(c->agent_id, agent_id) && c->n_lines && (!last || c->last_ms > last->last_ms))
            last = c;
    *ret = last ? last->lines : NULL;
    return last ? last->n_lines : 0;
}

struct crashes *crashes_new(struct service *s)
{
    struct crashes *all = calloc(1, sizeof *all);

    if (!all)
        abort();
    all->service = s;
    TAILQ_INIT(&all->list);
    return all;
}

void crashes_free(struct crashes *all)
{
    for (struct crash *c = all ? TAILQ_FIRST(&all->list) : NULL, *next; c; c = next) {
        next = TAILQ_NEXT(c, in);
        crash_free(c);
    }
    free(all);
}
