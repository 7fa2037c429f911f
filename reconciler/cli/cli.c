/* From a command line to an exit code. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/configure.h"
#include "cli/help.h"
#include "cli/remote.h"
#include "cli/say.h"

static bool is_terminal(FILE *file)
{
    int fd = fileno(file);
    return fd >= 0 && isatty(fd);
}

static bool wants_color(const struct options *opt, const struct spec_env *env, FILE *file)
{
    const char *no = env->get(env->ctx, "NO_COLOR"), *force = env->get(env->ctx, "FORCE_COLOR");
    const char *term = env->get(env->ctx, "TERM");

    if (opt->color != COLOR_AUTO)
        return opt->color == COLOR_ALWAYS;
    if (no && *no)
        return false;
    if (force && *force)
        return !text_is(force, "0");
    return is_terminal(file) && !text_is(term, "dumb");
}

static unsigned width_of(FILE *file)
{
    struct winsize size;

    if (!is_terminal(file) || ioctl(fileno(file), TIOCGWINSZ, &size) < 0)
        return 0;
    return size.ws_col;
}

/* Where the service is may stand in a spec, which says other options of it, too. */
static int read_service_keys(struct cli *cli, struct options *opt, struct err *err)
{
    const struct cmd *cmd = opt->cmd;
    const char *const *paths;

    if (opt->is_set[OPT_HELP] || cmd->args_are == ARGS_FILES ||
        (!cmd->needs_config && !cmd->ask && !cmd->meets_service))
        return 0;
    size_t n = configure_specs(cli->arena, opt, &paths);
    if (spec_read_service(cli->arena, paths, n, cli->env, &cli->service, &cli->service_errors) == 0)
        cli->service_errors.n = 0;
    return options_adopt(cli->arena, opt, &cli->service, err);
}

static enum exit_code run_verb(struct cli *cli)
{
    const struct cmd *cmd = cli->opt->cmd;
    struct err err = {0};

    if (cli->opt->is_set[OPT_HELP]) {
        write_data(cli, cmd == &cmd_help ? help_overview(cli->arena) : help_verb(cli->arena, cmd));
        return EXIT_CODE_OK;
    }
    const bool *is_set = cli->opt->is_set;
    bool own = is_set[OPT_FILE] || is_set[OPT_ENGINE] || is_set[OPT_DRY_RUN];
    if (cmd->ask && !own && service_is_there(cli))
        return cmd->ask(cli);
    if (cmd->needs_config && configure(cli->arena, cli->opt, cli->env, &cli->config, &err) < 0) {
        say_error(cli, "%s", err.text);
        return EXIT_CODE_USAGE;
    }
    return cmd->run(cli);
}

/* Data that did not arrive is an error, whatever the verb thought. */
static enum exit_code close_output(struct cli *cli, enum exit_code code)
{
    errno = 0;
    if (fflush(cli->out) == 0 && !ferror(cli->out))
        return code;
    say_error(cli, "cannot write the output: %s", errno ? strerror(errno) : "it is closed");
    return EXIT_CODE_ERROR;
}

enum exit_code cli_main(int argc, char **argv, const struct spec_env *env, FILE *out, FILE *err)
{
    struct arena *arena CLEANUP_ARENA = arena_new();
    struct options opt;
    struct cli cli = {.arena = arena, .opt = &opt, .env = env, .out = out, .err = err};
    struct err wrong = {0};

    int ok = options_parse(arena, argc, argv, env, &opt, &wrong);
    cli.color_out = wants_color(&opt, env, out);
    cli.color_err = wants_color(&opt, env, err);
    cli.width = width_of(out);
    cli.width_err = width_of(err);
    cli.can_ask = is_terminal(stdin) && is_terminal(err);
    if (ok == 0)
        ok = read_service_keys(&cli, &opt, &wrong);
    if (ok < 0) {
        say_error(&cli, "%s", wrong.text);
        return EXIT_CODE_USAGE;
    }
    return close_output(&cli, run_verb(&cli));
}
