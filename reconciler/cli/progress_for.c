#include <unistd.h>

#include "base/text.h"
#include "cli/cmd.h"
#include "cli/progress.h"
#include "base/clock.h"

struct progress *progress_for(const struct cli *cli)
{
    struct progress_options options = {
        .mode = cli->opt->progress,
        .color = cli->color_err,
        .width = cli->width_err,
        .now_ms = mono_ms,
        .wall_ms = wall_ms,
    };
    const char *term = cli->env->get(cli->env->ctx, "TERM");

    if (options.mode == PROGRESS_AUTO)
        options.mode = isatty(fileno(cli->err)) && term && !text_is(term, "dumb") ? PROGRESS_TTY
                                                                                  : PROGRESS_PLAIN;
    return progress_new(cli->arena, cli->err, &options);
}
