/* Orders in the running service: it is the one that writes them down, since it knows what is asked
 * for and its state folder may be closed to whoever gives them. */
#include "control/orders.h"

#include "base/clock.h"
#include "base/text.h"
#include "core/find.h"
#include "service/desk.h"
#include "service/service_parts.h"

void service_orders(void *ctx, struct arena *user, struct standing_orders *ret)
{
    struct service *s = ctx;
    struct arena *a = arena_new();
    struct standing_orders now;
    struct err err;

    if (orders_read(s->store, a, &now, &err) == 0) {
        log_clear(s->log, "orders", "the orders can be read again");
        arena_free(s->orders_arena);
        s->orders_arena = a;
        s->orders = now;
    } else {
        arena_free(a);
        log_condition(s->log, "orders", LEVEL_ERROR, NULL,
                      s->orders_arena ? "the orders cannot be read: those that stood before stand"
                                      : "the orders cannot be read: none is known");
    }
    if (s->orders_arena)
        arena_lean(user, s->orders_arena);
    *ret = s->orders;
}

static void forget(struct service *s, const struct ended_orders *ended)
{
    struct err err;

    if (ended->n == 0)
        return;
    if (orders_forget(s->store, ended, &err) < 0) {
        log_condition(s->log, "orders-over", LEVEL_WARNING, NULL, err.text);
        return;
    }
    log_clear(s->log, "orders-over", NULL);
    for (size_t i = 0; i < ended->n; i++)
        log_say(s->log, LEVEL_INFO,
                &(struct log_about){.agent = agent_title(ended->items[i].agent)}, "%s",
                ended->items[i].text);
    intake_poke(s->intake, INTAKE_ORDERS);
}

void service_orders_round(struct service *s, const struct look *look)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct ended_orders ended = orders_ended(a, session_key(s->session), &look->plan);

    forget(s, &ended);
}

void service_orders_failed(struct service *s, const struct agent *agent)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct ended_orders ended = orders_failed(a, agent);

    forget(s, &ended);
}

/* --- what people order ----------------------------------------------------------------------- */

static void mark(struct service *s, const struct agent *agent, const struct command *c)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct log_about about = {.agent = agent_title(agent)};
    const char *order = arena_printf(a, "order: %s by %s", c->verb, c->who);

    log_say(s->log, LEVEL_INFO, &about, "%s%s%s", order, c->why ? ": " : "", c->why ? c->why : "");
    service_mark(s, order);
    intake_poke(s->intake, INTAKE_ORDERS);
}

static void carry_out(struct service *s, struct asker *asker, const struct answer *answer)
{
    bool seen = s->last.arena;

    if (answer->follow != FOLLOW_NOTHING && seen)
        desk_errand(s->desk, asker, answer->agent->id, answer->follow == FOLLOW_WORK, answer->text);
    else if (!asker->ops->taken(asker, answer->text))
        return;
    else if (answer->follow == FOLLOW_NOTHING)
        asker->ops->exit(asker, EXIT_CODE_OK);
    else
        asker->ops->refuse(asker, EXIT_CODE_UNREACHABLE,
                           "the service has not seen the engine yet: the order stands until it "
                           "has");
}

void service_order(struct service *s, struct asker *asker)
{
    const struct wire_request *w = asker->wire;
    const struct sources *sources = intake_sources(s->intake, asker->arena);
    const char *who = wire_value(w, "who");
    const struct command command = {.verb = w->verb,
                                    .who = who ? who : "somebody",
                                    .why = wire_value(w, "why"),
                                    .to = wire_value(w, "to"),
                                    .now_ms = wall_ms()};
    struct order_desk desk = {
        .store = s->store, .arena = asker->arena, .key = session_key(s->session)};
    struct answer answer;
    struct err err;

    if (sources)
        desk.desired = &sources->desired;
    if (!sources) {
        asker->ops->refuse(asker, EXIT_CODE_ERROR,
                           "specs or database could not be read yet; the log says why");
    } else if (w->n_args != 1) {
        asker->ops->refuse(asker, EXIT_CODE_USAGE, "an order is for one agent");
    } else if (order_give(&desk, w->args[0], &command, &answer, &err) < 0) {
        asker->ops->refuse(asker, err.code == ERR_INVALID ? EXIT_CODE_USAGE : exit_of_err(&err),
                           err.text);
    } else {
        mark(s, answer.agent, &command);
        carry_out(s, asker, &answer);
    }
}
