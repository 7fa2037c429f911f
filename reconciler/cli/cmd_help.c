#include "cli/help.h"
#include "cli/say.h"

static enum exit_code run(struct cli *cli)
{
    if (cli->opt->n_args == 0) {
        write_data(cli, help_overview(cli->arena));
        return EXIT_CODE_OK;
    }
    const struct cmd *cmd = cmd_find(cli->opt->args[0]);
    if (cmd) {
        write_data(cli, help_verb(cli->arena, cmd));
        return EXIT_CODE_OK;
    }
    const char *const *names;
    size_t n = cmd_names(cli->arena, &names);
    say_error(cli, "unknown verb \"%s\"%s", cli->opt->args[0],
              suggestion(cli->arena, cli->opt->args[0], names, n));
    return EXIT_CODE_USAGE;
}

const struct cmd cmd_help = {
    .name = "help",
    .alias = {NULL},
    .args = "[VERB]",
    .summary = "this text, or help on a verb",
    .text = "",
    .formats = FORMAT_BIT(FORMAT_TABLE),
    .max_args = 1,
    .args_are = ARGS_VERB,
    .run = run,
};
