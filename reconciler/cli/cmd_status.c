#include "cli/look.h"
#include "cli/remote.h"
#include "cli/say.h"
#include "cli/watch.h"

enum {
    PATIENCE_MS = 10000,
    ASK_AGAIN_MS = 1000,
    LOOK_AGAIN_MS = 2000, /* at the engine itself */
};

static enum exit_code show(struct cli *cli, void *ctx)
{
    struct session *session = ctx;
    struct sources sources = {0};
    struct look look = {0};

    enum exit_code code = look_at(cli, session, &sources, &look);
    if (code == EXIT_CODE_OK) {
        struct render r = render_of(cli, session, &look);
        const char *text =
            cli->opt->format == FORMAT_JSON
                ? render_status_json(cli->arena, &r, &look.sources->desired, &look.plan)
            : cli->opt->format == FORMAT_NAME
                ? render_names(cli->arena, &look.plan, false)
                : render_status(cli->arena, &r, &look.sources->desired, &look.plan);
        if (!cli->opt->is_set[OPT_QUIET])
            write_data(cli, text);
        if (!plan_in_sync(&look.plan))
            code = (enum exit_code)cli->opt->diff_exit_code;
    }
    return code;
}

static enum exit_code run(struct cli *cli)
{
    struct session *session = session_new(&cli->config, true);
    enum exit_code code;

    if (cli->opt->is_set[OPT_WATCH]) {
        session_watch(session);
        code = watch(cli, LOOK_AGAIN_MS, show, session);
    } else {
        code = show(cli, session);
    }
    session_free(session);
    return code;
}

static enum exit_code ask_once(struct cli *cli, void *ctx)
{
    (void)ctx;
    return ask_service_within(cli, PATIENCE_MS);
}

static enum exit_code ask_status(struct cli *cli)
{
    return cli->opt->is_set[OPT_WATCH] ? watch(cli, ASK_AGAIN_MS, ask_once, NULL)
                                       : ask_once(cli, NULL);
}

const struct cmd cmd_status = {
    .name = "status",
    .alias = {"ps", "ls"},
    .args = "[AGENT…]",
    .summary = "a table of the agents: state, containers, live calls, image",
    .text =
        "Exits with 0 if all is in sync, 2 otherwise. With --watch it stays, redraws the table\n"
        "in place (without a terminal: prints it at each change) and exits with 0 at Ctrl-C.\n",
    .options = OPTION_BIT(OPT_WATCH),
    .formats = FORMAT_BIT(FORMAT_TABLE) | FORMAT_BIT(FORMAT_JSON) | FORMAT_BIT(FORMAT_NAME),
    .max_args = SIZE_MAX,
    .args_are = ARGS_AGENTS,
    .needs_config = true,
    .run = run,
    .ask = ask_status,
};
