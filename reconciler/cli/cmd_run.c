#include <unistd.h>

#include "base/array.h"
#include "base/text.h"
#include "cli/configure.h"
#include "cli/say.h"
#include "face/face.h"
#include "net/webhook_url.h"
#include "service/service.h"

static enum log_level level_of(const struct options *opt)
{
    return opt->is_set[OPT_QUIET]     ? LEVEL_WARNING
           : opt->is_set[OPT_VERBOSE] ? LEVEL_DEBUG
                                      : LEVEL_INFO;
}

/* The options that were given on the command line or in the environment. */
static size_t decided(struct arena *a, const struct options *opt, const char *const **ret)
{
    ARRAY(const char *) names = {0};

    for (int i = 0; i < OPT__N; i++)
        if (opt->is_set[i])
            ARRAY_PUSH(a, names, option_defs[i].name);
    *ret = names.items;
    return names.n;
}

static void read_face(const struct cli *cli, struct face_options *ret)
{
    const struct options *opt = cli->opt;
    const char *listen = opt->value[OPT_LISTEN] ? opt->value[OPT_LISTEN] : "127.0.0.1:6100";

    *ret = (struct face_options){.advertise = opt->value[OPT_ADVERTISE],
                                 .webhook_forward = opt->value[OPT_WEBHOOK_FORWARD],
                                 .jwt_secret = configure_jwt_secret(cli->arena, cli->env)};
    if (!text_is(listen, "none"))
        ret->n_listen = split_list(cli->arena, listen, ',', &ret->listen);
}

/* The backend takes nothing without the secret, and no call would ever show in its dashboard. */
static int check_forward(const struct cli *cli, struct err *err)
{
    const char *url = cli->opt->value[OPT_WEBHOOK_FORWARD], *base, *path;

    if (url && !cli->config.host.webhook_secret)
        return err_set(err, ERR_INVALID, "--webhook-forward needs WEBHOOK_SECRET to be set");
    return url ? webhook_url(cli->arena, url, &base, &path, err) : 0;
}

static enum exit_code run(struct cli *cli)
{
    const struct options *opt = cli->opt;
    const char *format = opt->value[OPT_LOG_FORMAT];
    struct face_options face;

    read_face(cli, &face);
    struct service_options options = {
        .log_format = format && *format == 'j' ? LOG_JSON : LOG_TEXT,
        .log_level = level_of(opt),
        .color = cli->color_err,
        .resync_s = opt->resync_s,
        .control = cli->config.control_path,
        .notify_url = opt->value[OPT_NOTIFY],
        .notify_form = opt->value[OPT_NOTIFY_FORMAT],
        .history_keep_s = opt->history_keep_s,
        .spec = cli->service,
        .guest = face_guest(cli->arena, &face),
    };
    struct err err = {0};

    options.n_decided = decided(cli->arena, opt, &options.decided);
    if (cli->service_errors.n) {
        say_spec_errors(cli, &cli->service_errors);
        return EXIT_CODE_INVALID;
    }
    if (check_forward(cli, &err) == 0 && service_run(&cli->config, &options, &err) == 0)
        return EXIT_CODE_OK;
    say_error(cli, "%s", err.text);
    return exit_of_err(&err);
}

const struct cmd cmd_run = {
    .name = "run",
    .args = "",
    .summary = "the service: keeps the fleet as asked for, whatever happens",
    .text = "Notices saved specs, commits to the database, what happens to containers and images,\n"
            "and acts at once. No call is cut, but where a spec says drain on_timeout: force.\n"
            "Log on standard error; SIGHUP looks at once, SIGTERM stops at the next safe point.\n"
            "A second instance stands by. Its options, and --control, --state-dir and\n"
            "--advertise, may stand in a spec, too, under service: by the same names.\n"
            "Containers that are to ask it for settings or post webhooks need --listen at an\n"
            "address they reach: their network's gateway, or 0.0.0.0 in a container.\n",
    .options = OPTION_BIT(OPT_LOG_FORMAT) | OPTION_BIT(OPT_RESYNC) | OPTION_BIT(OPT_LISTEN) |
               OPTION_BIT(OPT_WEBHOOK_FORWARD) | OPTION_BIT(OPT_NOTIFY) |
               OPTION_BIT(OPT_NOTIFY_FORMAT) | OPTION_BIT(OPT_HISTORY_KEEP),
    .formats = FORMAT_BIT(FORMAT_TABLE),
    .args_are = ARGS_NONE,
    .needs_config = true,
    .run = run,
};
