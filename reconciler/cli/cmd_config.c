#include "base/array.h"
#include "base/visible.h"
#include "cli/look.h"
#include "cli/say.h"
#include "core/find.h"

/* Only the named agents; the choice is made without an engine. */
static int narrow(struct cli *cli, struct desired *d, struct err *err)
{
    const struct agent **all =
        arena_alloc(cli->arena, (d->n_agents + 1) * sizeof(const struct agent *));
    struct agent *chosen = arena_alloc(cli->arena, (d->n_agents + 1) * sizeof *chosen);
    const char *const *ids;
    size_t n = 0;

    for (size_t i = 0; i < d->n_agents; i++)
        all[i] = &d->agents[i];
    if (select_agents(cli->arena, all, d->n_agents, cli->opt->args, cli->opt->n_args, &ids, err) <
        0)
        return -1;
    for (size_t i = 0; i < d->n_agents; i++)
        for (size_t k = 0; k < cli->opt->n_args; k++)
            if (all[i]->id == ids[k]) {
                chosen[n++] = d->agents[i];
                break;
            }
    d->agents = chosen;
    d->n_agents = n;
    return 0;
}

static void write_names(struct cli *cli, const struct desired *d)
{
    for (size_t i = 0; i < d->n_agents; i++) {
        const struct agent *agent = &d->agents[i];
        write_data(cli, visible_text(cli->arena, agent_title(agent)));
        write_data(cli, "\n");
    }
}

/* Ports and images depend on what runs; without an engine they stay open and that is said. */
static enum exit_code show(struct cli *cli, struct session *session, struct sources *sources,
                           struct desired *shown)
{
    struct plan_options options = {0};
    struct look look = {.sources = sources};
    struct err err = {0};
    const struct plan *plan = NULL;

    if (session_look(session, cli->arena, sources, &options, NULL, 0, &look, &err) == 0)
        plan = &look.plan;
    else
        say(cli,
            "note: the engine could not be asked, so images and ports that depend on what "
            "runs are left open (%s)",
            err.text);
    look.sources = sources;
    struct render r = render_of(cli, session, &look);
    write_data(cli, render_config(cli->arena, &r, shown, plan, cli->opt->format == FORMAT_JSON));
    return EXIT_CODE_OK;
}

static enum exit_code run(struct cli *cli)
{
    struct sources sources = {0};
    struct err err = {0};

    enum exit_code code = read_sources(cli, &sources);
    if (code != EXIT_CODE_OK)
        return code;
    struct desired shown = sources.desired;
    if (cli->opt->n_args && narrow(cli, &shown, &err) < 0) {
        say_error(cli, "%s", err.text);
        return EXIT_CODE_USAGE;
    }
    if (cli->opt->format == FORMAT_NAME) {
        write_names(cli, &shown);
        return EXIT_CODE_OK;
    }
    struct session *session = session_new(&cli->config, true);
    code = show(cli, session, &sources, &shown);
    session_free(session);
    return code;
}

const struct cmd cmd_config = {
    .name = "config",
    .alias = {NULL},
    .args = "[AGENT…]",
    .summary = "the resolved wanted state with the source of every value",
    .text = "Secrets are shown as fingerprints. Needs no engine; with one, images and ports are\n"
            "settled as well.\n",
    .formats = FORMAT_BIT(FORMAT_TABLE) | FORMAT_BIT(FORMAT_JSON) | FORMAT_BIT(FORMAT_NAME),
    .max_args = SIZE_MAX,
    .args_are = ARGS_AGENTS,
    .needs_config = true,
    .run = run,
};
