#include "cli/help.h"
#include "cli/say.h"

static enum exit_code run(struct cli *cli)
{
    static const char *const shells[] = {"bash", "zsh", "fish"};
    const char *script = completion_script(cli->arena, cli->opt->args[0]);

    if (script) {
        write_data(cli, script);
        return EXIT_CODE_OK;
    }
    say_error(cli, "no completion for \"%s\", only for bash, zsh and fish%s", cli->opt->args[0],
              suggestion(cli->arena, cli->opt->args[0], shells, 3));
    return EXIT_CODE_USAGE;
}

const struct cmd cmd_completion = {
    .name = "completion",
    .alias = {NULL},
    .args = "bash|zsh|fish",
    .summary = "a script that completes verbs, options and agents in your shell",
    .text = "  bash   source <(avr-reconciler completion bash)\n"
            "  zsh    avr-reconciler completion zsh > \"${fpath[1]}/_avr-reconciler\"\n"
            "  fish   avr-reconciler completion fish | source\n",
    .formats = FORMAT_BIT(FORMAT_TABLE),
    .min_args = 1,
    .max_args = 1,
    .args_are = ARGS_SHELL,
    .run = run,
};
