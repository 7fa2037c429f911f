#include "cli/look.h"
#include "cli/say.h"

static const char *rendered(struct cli *cli, const struct render *r, const struct look *look)
{
    const struct desired *d = &look->sources->desired;

    switch (cli->opt->format) {
    case FORMAT_JSON:
        return render_plan_json(cli->arena, r, d, &look->plan);
    case FORMAT_NAME:
        return render_names(cli->arena, &look->plan, true);
    default:
        return render_plan(cli->arena, r, d, &look->plan);
    }
}

static enum exit_code run(struct cli *cli)
{
    struct session *session = session_new(&cli->config, true);
    struct sources sources = {0};
    struct look look = {0};

    enum exit_code code = look_at(cli, session, &sources, &look);
    if (code == EXIT_CODE_OK) {
        struct render r = render_of(cli, session, &look);
        if (!cli->opt->is_set[OPT_QUIET])
            write_data(cli, rendered(cli, &r, &look));
        if (!plan_in_sync(&look.plan))
            code = (enum exit_code)cli->opt->diff_exit_code;
    }
    session_free(session);
    return code;
}

const struct cmd cmd_diff = {
    .name = "diff",
    .alias = {"plan"},
    .args = "[AGENT…]",
    .summary = "what differs, why, and what it does to live calls; changes nothing",
    .text = "Compares what the specs and the database ask for with the containers that run. Every\n"
            "difference names the place of the wanted value. Secrets are shown as fingerprints.\n"
            "Exits with 0 if all is in sync, 2 if something differs.\n",
    .options = OPTION_BIT(OPT_PRUNE) | OPTION_BIT(OPT_NOW),
    .formats = FORMAT_BIT(FORMAT_TABLE) | FORMAT_BIT(FORMAT_JSON) | FORMAT_BIT(FORMAT_NAME),
    .max_args = SIZE_MAX,
    .args_are = ARGS_AGENTS,
    .needs_config = true,
    .run = run,
};
