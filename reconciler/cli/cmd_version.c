#include "cli/say.h"

static enum exit_code run(struct cli *cli)
{
    write_data(cli, cli->opt->format == FORMAT_JSON ? "{\"version\": \"" AVR_VERSION "\"}\n"
                                                    : "avr-reconciler " AVR_VERSION "\n");
    return EXIT_CODE_OK;
}

const struct cmd cmd_version = {
    .name = "version",
    .alias = {NULL},
    .args = "",
    .summary = "the version of this program",
    .text = "",
    .formats = FORMAT_BIT(FORMAT_TABLE) | FORMAT_BIT(FORMAT_JSON),
    .run = run,
};
