#include "cli/look.h"
#include "cli/say.h"
#include "reach/prove.h"
#include "render/verify.h"

static enum exit_code check(struct cli *cli, struct session *session)
{
    struct sources sources = {0};
    struct look look = {0};
    struct verify_facts facts = {0};
    struct err err = {0};

    enum exit_code code = look_at(cli, session, &sources, &look);
    if (code != EXIT_CODE_OK)
        return code;
    if (prove(session, cli->arena, &look, &facts, &err) < 0)
        return say_engine_error(cli, &err);
    const struct verify_input in = {.desired = &sources.desired,
                                    .database = &sources.database,
                                    .observed = &look.observed,
                                    .plan = &look.plan,
                                    .facts = &facts};
    const struct checks checks = verify_all(cli->arena, &in);
    const struct render r = render_of(cli, session, &look);
    if (!cli->opt->is_set[OPT_QUIET])
        write_data(cli, cli->opt->format == FORMAT_JSON
                            ? render_verify_json(cli->arena, &r, &checks)
                            : render_verify(cli->arena, &r, &checks));
    return checks.count[CHECK_FAILED] ? EXIT_CODE_ERROR : EXIT_CODE_OK;
}

static enum exit_code run(struct cli *cli)
{
    struct session *session = session_new(&cli->config, true);
    enum exit_code code = check(cli, session);

    session_free(session);
    return code;
}

const struct cmd cmd_verify = {
    .name = "verify",
    .alias = {NULL},
    .args = "[AGENT…]",
    .summary = "proves that the running containers have what was asked for, and work",
    .text = "A line a check: the image that runs and whether the policy chooses it now; the\n"
            "environment; everything else; that each container answers and core's addresses lead\n"
            "to live ports. Of a container that fetches its settings (BACKEND_URL, PROVIDER_ID):\n"
            "that the endpoint answers those of this moment, that the container reaches it (asked\n"
            "from inside its network), and, by its [CONFIG] log lines, that it did at the last\n"
            "call. What cannot be told from here (other people's process ids, no database) is\n"
            "neither right nor wrong: it is marked ?, and counted. Changes nothing; no secret is\n"
            "shown. Exits with 0 if no check failed, 1 otherwise.\n",
    .formats = FORMAT_BIT(FORMAT_TABLE) | FORMAT_BIT(FORMAT_JSON),
    .max_args = SIZE_MAX,
    .args_are = ARGS_AGENTS,
    .needs_config = true,
    .run = run,
};
