#include "cli/look.h"
#include "cli/say.h"

static enum exit_code run(struct cli *cli)
{
    struct session *session = session_new(&cli->config, true);
    struct sources sources = {0};
    struct look look = {0};

    enum exit_code code = look_at(cli, session, &sources, &look);
    if (code == EXIT_CODE_OK) {
        struct render r = render_of(cli, session, &look);
        size_t restarts = 0;
        const char *text =
            cli->opt->format == FORMAT_JSON
                ? render_adopt_json(cli->arena, &r, &look.sources->desired, &look.plan, &restarts)
                : render_adopt(cli->arena, &r, &look.sources->desired, &look.plan, &restarts);
        if (!cli->opt->is_set[OPT_QUIET])
            write_data(cli, text);
        if (restarts)
            code = (enum exit_code)cli->opt->diff_exit_code;
    }
    session_free(session);
    return code;
}

const struct cmd cmd_adopt = {
    .name = "adopt",
    .alias = {NULL},
    .args = "[AGENT…]",
    .summary = "which running AVR containers would be taken over, and whether any would restart",
    .text =
        "Changes nothing. Containers that AVR's dashboard made need no preparation: what nobody\n"
        "asks about (the port AVR drew, networks, published ports) is carried over.\n"
        "Exits with 0 if nothing would restart, 2 otherwise.\n",
    .formats = FORMAT_BIT(FORMAT_TABLE) | FORMAT_BIT(FORMAT_JSON),
    .max_args = SIZE_MAX,
    .args_are = ARGS_AGENTS,
    .needs_config = true,
    .run = run,
};
