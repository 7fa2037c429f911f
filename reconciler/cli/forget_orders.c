#include "base/clock.h"
#include "cli/apply.h"
#include "cli/say.h"
#include "control/orders.h"
#include "core/find.h"

static int forget(struct cli *cli, const struct session *session, const struct ended_orders *ended,
                  struct err *err)
{
    struct store *store;

    /* What is wrong with the store, the writing tells. */
    (void)store_open(cli->config.state_dir, session_key(session), STORE_WRITE, wall_ms(), &store,
                     err);
    int result = orders_forget(store, ended, err);
    store_close(store);
    return result;
}

static void forget_and_say(struct cli *cli, const struct session *session,
                           const struct ended_orders *ended)
{
    struct err err = {0};

    if (ended->n == 0)
        return;
    if (forget(cli, session, ended, &err) < 0) {
        say_error(cli, "%s", err.text);
        return;
    }
    for (size_t i = 0; i < ended->n; i++) {
        const struct agent *agent = ended->items[i].agent;
        say(cli, "%s: %s", agent_title(agent), ended->items[i].text);
    }
}

/* Whether a restart is done only the containers tell. */
void forget_orders(struct cli *cli, struct session *session, const struct sources *sources,
                   const struct outcome *outcome)
{
    struct plan_options options = {0};
    struct look look;
    struct err err;

    if (sources->orders.orders.n == 0)
        return;
    for (size_t i = 0; i < outcome->n_agents; i++) {
        struct ended_orders failed = orders_failed(cli->arena, outcome->agents[i].agent);
        if (outcome->agents[i].result == RESULT_FAILED)
            forget_and_say(cli, session, &failed);
    }
    if (session_look(session, cli->arena, sources, &options, NULL, 0, &look, &err) < 0)
        return; /* the next one will see it */
    struct ended_orders ended = orders_ended(cli->arena, session_key(session), &look.plan);
    forget_and_say(cli, session, &ended);
}
