#include "cli/remote.h"

#include <stdlib.h>

#include "base/array.h"
#include "cli/configure.h"
#include "cli/progress.h"
#include "cli/say.h"
#include "link/control_client.h"
#include "link/wire_event.h"

bool service_is_there(const struct cli *cli)
{
    struct err err = {0};
    enum control_presence presence =
        control_probe(control_path(cli->arena, cli->opt, cli->env), &err);

    return presence != CONTROL_ABSENT && presence != CONTROL_STALE;
}

/* The service has a working folder of its own. */
static const char *const *absolute(struct arena *a, const char *const *paths, size_t n)
{
    const char **ret = arena_alloc(a, (n + 1) * sizeof *ret);

    for (size_t i = 0; i < n; i++) {
        char *whole = realpath(paths[i], NULL);
        ret[i] = arena_strdup(a, whole ? whole : paths[i]);
        free(whole);
    }
    return ret;
}

/* Those that have a place of their own in the request, or speak of the socket. */
static bool is_told_otherwise(enum opt i)
{
    return i == OPT_OUTPUT || i == OPT_COLOR || i == OPT_VERBOSE || i == OPT_CONTROL;
}

static struct wire_option option_of(const struct cli *cli, enum opt i)
{
    const struct options *opt = cli->opt;
    struct wire_option o = {.name = option_defs[i].name};

    if (i == OPT_FILE) {
        o.values = absolute(cli->arena, opt->files, opt->n_files);
        o.n_values = opt->n_files;
    } else if (option_defs[i].arg) {
        o.values = &opt->value[i];
        o.n_values = 1;
    }
    return o;
}

static struct wire_request request_of(const struct cli *cli)
{
    const struct options *opt = cli->opt;
    ARRAY(struct wire_option) options = {0};

    for (int i = 0; i < OPT__N; i++)
        if (opt->is_set[i] && !is_told_otherwise((enum opt)i))
            ARRAY_PUSH(cli->arena, options, option_of(cli, (enum opt)i));
    if (cli->who)
        ARRAY_PUSH(cli->arena, options, ((struct wire_option){"who", &cli->who, 1}));
    return (struct wire_request){
        .verb = opt->cmd->name,
        .args = opt->args,
        .n_args = opt->n_args,
        .options = options.items,
        .n_options = options.n,
        .format = opt->value[OPT_OUTPUT] ? opt->value[OPT_OUTPUT] : "table",
        .color = cli->color_out,
        .verbose = opt->is_set[OPT_VERBOSE],
        .width = cli->width,
    };
}

struct hearing {
    struct cli *cli;
    struct progress *progress;
    struct outcome *outcome;
};

static bool hear_out(void *ctx, const char *text)
{
    struct hearing *h = ctx;

    write_data(h->cli, text);
    return fflush(h->cli->out) == 0 && !ferror(h->cli->out);
}

static void hear_err(void *ctx, const char *text)
{
    struct hearing *h = ctx;

    fputs(text, h->cli->err);
    fflush(h->cli->err);
}

/* An event that is not understood is passed over: it was for the eyes alone. */
static void hear_event(void *ctx, const cJSON *event)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct hearing *h = ctx;
    struct event e;
    struct err err;

    if (event_is_outcome(event)) {
        if (h->outcome && outcome_decode(h->cli->arena, event, h->outcome, &err) < 0)
            *h->outcome = (struct outcome){0};
    } else if (h->progress && event_decode(a, event, &e, &err) == 0) {
        progress_event(h->progress, &e);
    }
}

static enum exit_code failed(const struct hearing *h, const struct err *err)
{
    struct cli *cli = h->cli;

    if (err->code != ERR_INTERRUPTED) {
        say_error(cli, "%s", err->text);
        return err->code == ERR_INVALID ? EXIT_CODE_ERROR : exit_of_err(err);
    }
    if (ferror(cli->out))
        return EXIT_CODE_ERROR; /* cli_main() says so */
    if (h->outcome || h->progress)
        say(cli, "\nNo longer watching; what the service has begun goes on. See it with:  "
                 "avr-reconciler status");
    return EXIT_CODE_INTERRUPTED;
}

static enum exit_code converse(struct hearing *h, unsigned answer_ms)
{
    const struct control_listener listener = {hear_out, hear_err, hear_event, h};
    const char *path = control_path(h->cli->arena, h->cli->opt, h->cli->env);
    struct wire_request request = request_of(h->cli);
    struct err err = {0};
    int code = EXIT_CODE_ERROR;

    if (control_ask(path, &request, answer_ms, &listener, &code, &err) < 0)
        return failed(h, &err);
    return (enum exit_code)code;
}

enum exit_code ask_service(struct cli *cli, struct progress *progress, struct outcome *ret)
{
    struct hearing h = {cli, progress, ret};

    if (ret)
        *ret = (struct outcome){0};
    return converse(&h, 0);
}

enum exit_code ask_service_within(struct cli *cli, unsigned answer_ms)
{
    struct hearing h = {.cli = cli};

    return converse(&h, answer_ms);
}
