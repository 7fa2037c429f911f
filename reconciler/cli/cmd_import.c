#include "cli/say.h"
#include "source/compose.h"

static enum exit_code run(struct cli *cli)
{
    struct spec_errors errors = {0};
    struct compose_import found = {0};

    if (compose_import(cli->arena, cli->opt->args, cli->opt->n_args, &found, &errors) < 0) {
        say_spec_errors(cli, &errors);
        return EXIT_CODE_INVALID;
    }
    for (size_t i = 0; i < found.n_notes; i++)
        say(cli, "note: %s", found.notes[i]);
    if (found.n_agents == 0) {
        say_error(cli,
                  "there is no agent in it: no service of the image avr-core that dials others");
        return EXIT_CODE_ERROR;
    }
    write_data(cli, found.text);
    return EXIT_CODE_OK;
}

const struct cmd cmd_import = {
    .name = "import",
    .alias = {NULL},
    .args = "COMPOSE-FILE…",
    .summary = "the agents of avr-infra's Compose files as a spec, on standard output",
    .text =
        "A service of the image avr-core and those its STS_URL, or ASR_URL, LLM_URL and TTS_URL,\n"
        "lead to are an agent. What is none, and what has no counterpart in a spec, is left to\n"
        "Compose and said on standard error, a line each.\n"
        "\n"
        "${VAR} and ${VAR:-default} stay as they are. A secret that is written out in the Compose\n"
        "file is not copied, since a spec is printed, mailed and committed: the spec takes it "
        "from\n"
        "the environment instead ({env: NAME}), and where it stands is said. Put it into .env "
        "with\n"
        "the others; nothing can be applied before that is done.\n"
        "\n"
        "  avr-reconciler import docker-compose.yml >agents.yaml\n"
        "  set -a; . ./.env; set +a; avr-reconciler validate agents.yaml\n",
    .formats = FORMAT_BIT(FORMAT_TABLE),
    .min_args = 1,
    .max_args = SIZE_MAX,
    .args_are = ARGS_FILES,
    .run = run,
};
