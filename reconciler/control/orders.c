#include "control/orders.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "core/find.h"
#include "core/rollback.h"
#include "core/wish.h"
#include "store/generations.h"
#include "store/orders.h"

enum { MOST_GENERATIONS = 1000 };

/* --- reading --------------------------------------------------------------------------------- */

int orders_read(struct store *store, struct arena *a, struct standing_orders *ret, struct err *err)
{
    ARRAY(struct generation) goals = {0};

    *ret = (struct standing_orders){0};
    if (order_list(store, a, &ret->orders, err) < 0)
        return -1;
    for (size_t i = 0; i < ret->orders.n; i++) {
        const struct order *o = &ret->orders.items[i];
        struct generation g;
        if (o->kind != ORDER_ROLLBACK)
            continue;
        if (generation_get(store, a, o->agent_id, o->to_generation, &g, err) == 0)
            ARRAY_PUSH(a, goals, g);
        else if (err->code != ERR_NOT_FOUND)
            return -1;
    }
    ret->goals = (struct generations){goals.items, goals.n};
    return 0;
}

/* --- giving ---------------------------------------------------------------------------------- */

struct giving {
    struct store *store;
    struct arena *arena;
    const struct order_desk *desk;
    const struct agent *agent;
    const struct command *command;
    struct answer *ret;
};

static int answer(const struct giving *g, enum to_follow follow, const char *text)
{
    *g->ret = (struct answer){.agent = g->agent,
                              .text = arena_printf(g->arena, "%s %s", agent_title(g->agent), text),
                              .follow = follow};
    return 0;
}

static int set(const struct giving *g, struct order *o, struct err *err)
{
    o->agent_id = g->agent->id;
    o->who = g->command->who;
    o->why = g->command->why;
    o->at_ms = g->command->now_ms;
    return order_set(g->store, o, err);
}

static int take_back(const struct giving *g, enum order_kind kind, bool *ret_was, struct err *err)
{
    return order_clear(g->store, g->agent->id, kind, INT64_MAX, ret_was, err);
}

static int give_pause(const struct giving *g, struct err *err)
{
    if (set(g, &(struct order){.kind = ORDER_PAUSE}, err) < 0)
        return -1;
    return answer(g, FOLLOW_STANDSTILL,
                  "is paused: nothing is done to it, not even if a container dies, "
                  "until it is resumed");
}

static int give_resume(const struct giving *g, struct err *err)
{
    bool was;

    if (take_back(g, ORDER_PAUSE, &was, err) < 0)
        return -1;
    if (was)
        return answer(g, FOLLOW_NOTHING, "is paused no more");
    if (take_back(g, ORDER_ROLLBACK, &was, err) < 0)
        return -1;
    return was ? answer(g, FOLLOW_NOTHING, "is rolled back no more: what is asked for counts again")
               : answer(g, FOLLOW_NOTHING, "was neither paused nor rolled back");
}

static int give_stop(const struct giving *g, struct err *err)
{
    if (set(g, &(struct order){.kind = ORDER_STOP}, err) < 0)
        return -1;
    return answer(g, FOLLOW_WORK, "is to stop, once no call is on it");
}

/* The sources may have stopped it as well, and theirs is not ours to take back. */
static int give_start(const struct giving *g, struct err *err)
{
    const struct agent *agent = g->agent;
    bool by_sources = agent->wish != WISH_RUN && agent->wish_origin.kind != FROM_ORDER;
    bool was;

    if (take_back(g, ORDER_STOP, &was, err) < 0)
        return -1;
    if (by_sources)
        return err_set(
            err, ERR_INVALID, "%s%s does not run because of %s, which wins: change it there%s",
            agent_title(g->agent), was ? ": the order to stop is taken back, but it" : "",
            origin_text(g->arena, &agent->wish_origin),
            agent->wish_origin.kind == FROM_DATABASE ? " (in the dashboard)" : "");
    return was ? answer(g, FOLLOW_WORK, "is to run again")
               : answer(g, FOLLOW_WORK, "was not stopped by an order");
}

static int give_restart(const struct giving *g, struct err *err)
{
    if (g->agent->wish != WISH_RUN)
        return err_set(err, ERR_INVALID, "%s is stopped (%s): there is nothing to restart",
                       agent_title(g->agent), origin_text(g->arena, &g->agent->wish_origin));
    if (set(g, &(struct order){.kind = ORDER_RESTART}, err) < 0)
        return -1;
    return answer(g, FOLLOW_WORK, "is to restart: new containers with the same settings");
}

/* --- going back ------------------------------------------------------------------------------ */

static int named_goal(const struct giving *g, struct generation *ret, struct err *err)
{
    const char *text = g->command->to;
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || digits > 9 || text[digits])
        return err_set(err, ERR_INVALID, "--to is \"%s\", not the number of a generation", text);
    if (generation_get(g->store, g->arena, g->agent->id, (unsigned)strtoul(text, NULL, 10), ret,
                       err) < 0)
        return err->code == ERR_NOT_FOUND ? err_set(err, ERR_INVALID,
                                                    "no generation %s of %s is "
                                                    "remembered",
                                                    text, agent_title(g->agent))
                                          : -1;
    return 0;
}

/* The newest one is in force, or was last: back to the last good one that was made from something
 * else. */
static int last_goal(const struct giving *g, struct generation *ret, struct err *err)
{
    struct generations list;
    struct generation newest = {0};
    const char *id = g->agent->id;

    if (generation_list(g->store, g->arena, id, MOST_GENERATIONS, &list, err) < 0)
        return -1;
    if (list.n && generation_get(g->store, g->arena, id, list.items[0].number, &newest, err) < 0)
        return -1;
    for (size_t i = 1; i < list.n; i++) {
        if (!list.items[i].good_ms)
            continue;
        if (generation_get(g->store, g->arena, id, list.items[i].number, ret, err) < 0)
            return -1;
        if (generation_diff(g->arena, &newest, ret).n)
            return 0;
    }
    return err_set(err, ERR_INVALID,
                   "no good generation of %s before the present one is remembered",
                   agent_title(g->agent));
}

static int find_goal(const struct giving *g, struct generation *ret, struct err *err)
{
    if (g->agent->problem)
        return err_set(err, ERR_INVALID, "%s: %s", agent_title(g->agent), g->agent->problem);
    if ((g->command->to ? named_goal(g, ret, err) : last_goal(g, ret, err)) < 0)
        return -1;
    const char *obstacle = rollback_obstacle(g->arena, g->agent, ret);
    if (obstacle)
        return err_set(err, ERR_INVALID, "%s cannot go back: %s", agent_title(g->agent), obstacle);
    return 0;
}

int order_goal_find(const struct order_desk *desk, const struct agent *agent, const char *to,
                    struct generation *ret, struct err *err)
{
    const struct command command = {.verb = "rollback", .to = to};
    const struct giving g = {.store = desk->store,
                             .arena = desk->arena,
                             .desk = desk,
                             .agent = agent,
                             .command = &command};

    *ret = (struct generation){0};
    return find_goal(&g, ret, err);
}

static int give_rollback(const struct giving *g, struct err *err)
{
    struct generation goal = {0};

    if (find_goal(g, &goal, err) < 0)
        return -1;
    struct order o = {.kind = ORDER_ROLLBACK,
                      .to_generation = goal.number,
                      .away_from = asked_wish(g->arena, g->desk->key, g->agent)};
    if (set(g, &o, err) < 0)
        return -1;
    return answer(g, FOLLOW_WORK,
                  arena_printf(g->arena,
                               "goes back to generation %u, until something else is "
                               "asked for or it is resumed",
                               goal.number));
}

/* --- verbs ----------------------------------------------------------------------------------- */

static const struct {
    const char *verb;
    int (*give)(const struct giving *, struct err *);
} verbs[] = {
    {"pause", give_pause}, {"resume", give_resume},   {"stop", give_stop},
    {"start", give_start}, {"restart", give_restart}, {"rollback", give_rollback},
};

enum { N_VERBS = sizeof verbs / sizeof verbs[0] };

bool is_order_verb(const char *verb)
{
    for (size_t i = 0; i < N_VERBS; i++)
        if (text_is(verbs[i].verb, verb))
            return true;
    return false;
}

static const struct agent *find(struct arena *a, const struct desired *d, const char *word,
                                struct err *err)
{
    const struct agent **agents = arena_alloc(a, (d->n_agents + 1) * sizeof *agents);

    for (size_t i = 0; i < d->n_agents; i++)
        agents[i] = &d->agents[i];
    return agent_find(a, agents, d->n_agents, word, err);
}

int order_give(const struct order_desk *desk, const char *word, const struct command *command,
               struct answer *ret, struct err *err)
{
    struct giving g = {.store = desk->store,
                       .arena = desk->arena,
                       .desk = desk,
                       .agent = find(desk->arena, desk->desired, word, err),
                       .command = command,
                       .ret = ret};

    if (!g.agent)
        return -1;
    for (size_t i = 0; i < N_VERBS; i++)
        if (text_is(verbs[i].verb, command->verb))
            return verbs[i].give(&g, err);
    return err_set(err, ERR_INVALID, "\"%s\" is no order", command->verb);
}

int orders_forget(struct store *store, const struct ended_orders *ended, struct err *err)
{
    for (size_t i = 0; i < ended->n; i++) {
        const struct order *o = ended->items[i].order;
        if (order_clear(store, o->agent_id, o->kind, o->at_ms, NULL, err) < 0)
            return -1;
    }
    return 0;
}
