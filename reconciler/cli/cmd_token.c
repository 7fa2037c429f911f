#include "base/clock.h"
#include "base/text.h"
#include "cli/configure.h"
#include "cli/say.h"
#include "control/state.h"
#include "face/token.h"

enum { LONGEST_S = 10 * 365 * 24 * 3600 };

static enum exit_code run(struct cli *cli)
{
    const char *role = cli->opt->value[OPT_ROLE], *expires = cli->opt->value[OPT_EXPIRES];
    const char *dir = configure_state_dir(cli->arena, cli->opt, cli->env);
    enum face_access access = access_of(role ? role : "viewer");
    int64_t lasts_s = text_duration_s(expires ? expires : "90d");
    struct digest_key key;

    if (access == ACCESS_ANYONE) {
        say_error(cli, "--role is \"%s\", not one of viewer|manager|admin", role);
        return EXIT_CODE_USAGE;
    }
    if (lasts_s < 1 || lasts_s > LONGEST_S) {
        say_error(cli, "--expires is \"%s\", not a time such as 90d, at most 10 years", expires);
        return EXIT_CODE_USAGE;
    }
    if (!state_key(dir, &key)) {
        say_error(cli, "the key in %s cannot be read: a token needs that of the service", dir);
        return EXIT_CODE_ERROR;
    }
    write_data(cli, arena_printf(cli->arena, "%s\n",
                                 token_make(cli->arena, &key, access, wall_ms() / 1000 + lasts_s)));
    return EXIT_CODE_OK;
}

const struct cmd cmd_token = {
    .name = "token",
    .alias = {NULL},
    .args = "",
    .summary = "prints a token for the service's HTTP",
    .text =
        "To be sent as `Authorization: Bearer TOKEN`. It is kept nowhere: whoever has it may use\n"
        "it until it expires. Deleting the key in the state folder, and starting the service\n"
        "anew, ends all of them.\n",
    .options = OPTION_BIT(OPT_ROLE) | OPTION_BIT(OPT_EXPIRES),
    .formats = FORMAT_BIT(FORMAT_TABLE),
    .args_are = ARGS_NONE,
    .run = run,
};
