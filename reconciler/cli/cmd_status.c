#include "cli/look.h"
#include "cli/remote.h"
#include "cli/say.h"

enum { PATIENCE_MS = 10000 };

static enum exit_code run(struct cli *cli)
{
    struct session *session = session_new(&cli->config, true);
    struct sources sources = {0};
    struct look look = {0};

    enum exit_code code = look_at(cli, session, &sources, &look);
    if (code == EXIT_CODE_OK) {
        struct render r = render_of(cli, session, &look);
        const char *text = cli->opt->format == FORMAT_JSON
                               ? render_status_json(cli->arena, &r, &sources.desired, &look.plan)
                           : cli->opt->format == FORMAT_NAME
                               ? render_names(cli->arena, &look.plan, false)
                               : render_status(cli->arena, &r, &sources.desired, &look.plan);
        if (!cli->opt->is_set[OPT_QUIET])
            write_data(cli, text);
        if (!plan_in_sync(&look.plan))
            code = (enum exit_code)cli->opt->diff_exit_code;
    }
    session_free(session);
    return code;
}

static enum exit_code ask_status(struct cli *cli)
{
    return ask_service_within(cli, PATIENCE_MS);
}

const struct cmd cmd_status = {
    .name = "status",
    .alias = {"ps", "ls"},
    .args = "[AGENT…]",
    .summary = "a table of the agents: state, containers, live calls, image",
    .text = "Exits with 0 if all is in sync, 2 otherwise.\n",
    .formats = FORMAT_BIT(FORMAT_TABLE) | FORMAT_BIT(FORMAT_JSON) | FORMAT_BIT(FORMAT_NAME),
    .max_args = SIZE_MAX,
    .args_are = ARGS_AGENTS,
    .needs_config = true,
    .run = run,
    .ask = ask_status,
};
