#include "cli/remote.h"

enum { PATIENCE_MS = 5000 };

/* Healthchecks know healthy and not: whatever else went wrong is 1 too. */
static enum exit_code run(struct cli *cli)
{
    return ask_service_within(cli, PATIENCE_MS) == EXIT_CODE_OK ? EXIT_CODE_OK : EXIT_CODE_ERROR;
}

const struct cmd cmd_health = {
    .name = "health",
    .alias = {NULL},
    .args = "",
    .summary = "does the service answer, and was its last look good? for HEALTHCHECKs",
    .text = "One line; exits with 0 if so, 1 otherwise. Needs no engine.\n",
    .formats = FORMAT_BIT(FORMAT_TABLE),
    .args_are = ARGS_NONE,
    .meets_service = true,
    .run = run,
};
