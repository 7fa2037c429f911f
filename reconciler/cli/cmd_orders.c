/* What operators order: pause and resume, stop and start, restart, rollback.
 *
 * An order is written down first, so that it outlives whoever carries it out; then it is carried
 * out like anything else that is asked for.  Where a service runs, it does both. */
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/apply.h"
#include "cli/look.h"
#include "cli/remote.h"
#include "cli/say.h"
#include "control/orders.h"
#include "control/state.h"

/* The person, not the account that sudo lent. */
static const char *caller(const struct cli *cli)
{
    const char *sudo = cli->env->get(cli->env->ctx, "SUDO_USER");
    const struct passwd *user = getpwuid(getuid());

    if (getuid() == 0 && sudo && *sudo)
        return sudo;
    return user ? arena_strdup(cli->arena, user->pw_name)
                : arena_printf(cli->arena, "user %ld", (long)getuid());
}

/* ret's text lives in the process's arena. */
static int give(struct cli *cli, const struct sources *sources, struct answer *ret, struct err *err)
{
    const struct options *opt = cli->opt;
    const struct command command = {.verb = opt->cmd->name,
                                    .who = caller(cli),
                                    .why = opt->value[OPT_WHY],
                                    .to = opt->value[OPT_TO],
                                    .now_ms = wall_ms()};
    struct order_desk desk = {.arena = cli->arena, .desired = &sources->desired};
    struct digest_key key;

    state_key(cli->config.state_dir, &key);
    /* What is wrong with the store, the writing tells. */
    (void)store_open(cli->config.state_dir, &key, STORE_WRITE, command.now_ms, &desk.store, err);
    desk.key = &key;
    int result = order_give(&desk, opt->args[0], &command, ret, err);
    store_close(desk.store);
    explicit_bzero(&key, sizeof key);
    return result;
}

static enum exit_code carry_out(struct cli *cli)
{
    struct options opt = *cli->opt;
    struct cli applying = *cli;

    opt.is_set[OPT_YES] = true; /* it was asked before the order was written down */
    applying.opt = &opt;
    enum exit_code code = cmd_apply.run(&applying);
    if (code == EXIT_CODE_ERROR || code == EXIT_CODE_UNREACHABLE)
        say(cli, "The order stands. Carry it out with:  avr-reconciler apply %s", opt.args[0]);
    return code;
}

static enum exit_code run(struct cli *cli)
{
    struct sources sources = {0};
    struct answer answer;
    struct err err = {0};

    enum exit_code code = confirm_blindly(cli);
    if (code == EXIT_CODE_OK)
        code = read_sources(cli, &sources);
    if (code != EXIT_CODE_OK)
        return code;
    if (give(cli, &sources, &answer, &err) < 0) {
        say_error(cli, "%s", err.text);
        return err.code == ERR_INVALID ? EXIT_CODE_USAGE : exit_of_err(&err);
    }
    say(cli, "%s", answer.text);
    return answer.follow == FOLLOW_WORK ? carry_out(cli) : EXIT_CODE_OK;
}

static enum exit_code ask_and_watch(struct cli *cli)
{
    cli->who = caller(cli);
    return ask_to_apply(cli);
}

static enum exit_code ask_only(struct cli *cli)
{
    cli->who = caller(cli);
    return ask_service(cli, NULL, NULL);
}

/* What they all have in common. */
#define ORDER                                                                                      \
    .alias = {NULL}, .args = "AGENT", .formats = FORMAT_BIT(FORMAT_TABLE), .min_args = 1,          \
    .max_args = 1, .args_are = ARGS_AGENTS, .needs_config = true, .run = run

#define CARRIED_OUT (OPTION_BIT(OPT_NOW) | OPTION_BIT(OPT_WAIT_TIMEOUT))

const struct cmd cmd_pause = {
    ORDER,
    .name = "pause",
    .summary = "hands off an agent, until it is resumed",
    .text = "Nothing is done to its containers, whatever is asked for: none is replaced, none is\n"
            "started, not even one that died. What differs is still shown. Only a name that a\n"
            "hand-over had just left free is given away, so that the agent stays reachable.\n",
    .options = OPTION_BIT(OPT_WHY),
    .ask = ask_only,
};

const struct cmd cmd_resume = {
    ORDER,
    .name = "resume",
    .summary = "takes back a pause; of an agent that is not paused, its rollback",
    .text = "A service then goes on by itself; without one, the next apply does.\n",
    .ask = ask_only,
};

const struct cmd cmd_stop = {
    ORDER,
    .name = "stop",
    .summary = "stops an agent and keeps it stopped, whatever specs and dashboard say",
    .text = "Its containers are removed once no call is on them.\n",
    .options = OPTION_BIT(OPT_WHY) | CARRIED_OUT,
    .ask = ask_and_watch,
};

const struct cmd cmd_start = {
    ORDER,
    .name = "start",
    .summary = "takes back a stop",
    .text = "An agent that a spec or the dashboard has stopped stays stopped, and that is said.\n",
    .options = CARRIED_OUT,
    .ask = ask_and_watch,
};

const struct cmd cmd_restart = {
    ORDER,
    .name = "restart",
    .summary = "replaces an agent's containers by new ones of the same settings",
    .text =
        "New calls move to the new containers, live calls finish on the old ones. If a new one\n"
        "does not become ready, the old ones serve on and the order is dropped.\n",
    .options = OPTION_BIT(OPT_WHY) | CARRIED_OUT,
    .ask = ask_and_watch,
};

const struct cmd cmd_rollback = {
    ORDER,
    .name = "rollback",
    .summary = "brings an agent back to an earlier generation's images and environment",
    .text = "The numbers are those of `history AGENT --generations`. What a generation does not\n"
            "hold (volumes, networks, limits, …) stays as it is asked for. The rollback is over\n"
            "when specs or database ask for something else of the agent's containers, or with\n"
            "`resume`. A tag that moves meanwhile is no such change.\n",
    .options = OPTION_BIT(OPT_WHY) | OPTION_BIT(OPT_TO) | CARRIED_OUT,
    .ask = ask_and_watch,
};
