#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/look.h"
#include "cli/say.h"
#include "control/examine.h"
#include "link/control_client.h"

static enum service_sign sign_of(enum control_presence presence)
{
    switch (presence) {
    case CONTROL_ANSWERS:
        return SERVICE_ANSWERS;
    case CONTROL_STALE:
        return SERVICE_DEAD;
    case CONTROL_SILENT:
        return SERVICE_SILENT;
    case CONTROL_REFUSED:
        return SERVICE_REFUSES;
    case CONTROL_FOREIGN:
        return SERVICE_FOREIGN;
    case CONTROL_ABSENT:
        break;
    }
    return SERVICE_NONE;
}

/* The session has made the folder if that could be done. */
static void look_around(struct cli *cli, struct doctor_facts *ret)
{
    struct err err = {0};

    ret->state_dir = cli->config.state_dir;
    if (access(ret->state_dir, W_OK | X_OK) < 0)
        ret->state_problem = arena_strdup(cli->arena, strerror(errno));
    ret->service = sign_of(control_probe(cli->config.control_path, &err));
    ret->service_text = arena_strdup(cli->arena, err.text);
}

static void write_findings(struct cli *cli, const struct session *session, const struct look *look,
                           const struct findings *found)
{
    struct render r = render_of(cli, session, look);

    if (cli->opt->is_set[OPT_QUIET])
        return;
    write_data(cli, cli->opt->format == FORMAT_JSON
                        ? render_doctor_json(cli->arena, &r, found)
                        : render_doctor(cli->arena, &r, &look->plan, found));
}

static enum exit_code search(struct cli *cli, struct session *session)
{
    struct sources sources = {0};
    struct look look = {0};
    struct doctor_facts facts = {0};
    struct err err = {0};

    enum exit_code code = look_at(cli, session, &sources, &look);
    if (code != EXIT_CODE_OK)
        return code;
    if (examine(session, cli->arena, &look, &facts, &err) < 0)
        return say_engine_error(cli, &err);
    look_around(cli, &facts);
    const struct doctor_input in = {.spec = &sources.spec,
                                    .database = &sources.database,
                                    .desired = &sources.desired,
                                    .observed = &look.observed,
                                    .plan = &look.plan,
                                    .host = &cli->config.host,
                                    .facts = &facts};
    struct findings found = doctor_find(cli->arena, &in);
    write_findings(cli, session, &look, &found);
    return found.n ? (enum exit_code)cli->opt->diff_exit_code : EXIT_CODE_OK;
}

static enum exit_code run(struct cli *cli)
{
    struct session *session = session_new(&cli->config, true);
    enum exit_code code = search(cli, session);

    session_free(session);
    return code;
}

const struct cmd cmd_doctor = {
    .name = "doctor",
    .alias = {NULL},
    .args = "",
    .summary = "what stands in the way of calls, or will, and the command that mends it",
    .text = "Looks for faults that may be there although nothing differs: addresses that lead\n"
            "nowhere, variables AVR did not have, networks that are missing or full, crashes,\n"
            "providers of the wrong type, others who replace containers. Changes nothing.\n"
            "Exits with 0 if nothing is found, 2 otherwise.\n",
    .formats = FORMAT_BIT(FORMAT_TABLE) | FORMAT_BIT(FORMAT_JSON),
    .args_are = ARGS_NONE,
    .needs_config = true,
    .run = run,
};
