#include <string.h>

#include "cli/say.h"

static enum exit_code run(struct cli *cli)
{
    const char *text = cli->opt->is_set[OPT_MARKDOWN] ? spec_reference_markdown(cli->arena)
                                                      : spec_schema_json(cli->arena);
    size_t n = strlen(text);

    write_data(cli, text);
    if (n == 0 || text[n - 1] != '\n')
        write_data(cli, "\n");
    return EXIT_CODE_OK;
}

const struct cmd cmd_schema = {
    .name = "schema",
    .alias = {NULL},
    .args = "",
    .summary = "the JSON schema of the specs, for editors; --markdown: the reference of all keys",
    .text =
        "Put it beside the specs and name it in their first line, and editors complete and check\n"
        "them:\n\n"
        "  # yaml-language-server: $schema=schema.json\n",
    .options = OPTION_BIT(OPT_MARKDOWN),
    .formats = FORMAT_BIT(FORMAT_TABLE) | FORMAT_BIT(FORMAT_JSON),
    .run = run,
};
