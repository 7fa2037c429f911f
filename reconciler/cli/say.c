#include "cli/say.h"
#include "base/visible.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static PRINTF(2, 0) const char *format(struct arena *a, const char *fmt, va_list ap)
{
    char *s = NULL;

    if (vasprintf(&s, fmt, ap) < 0)
        abort();
    const char *shown = visible_lines(a, s);
    free(s);
    return shown;
}

void say(struct cli *cli, const char *fmt, ...)
{
    va_list ap;

    if (cli->opt->is_set[OPT_QUIET])
        return;
    va_start(ap, fmt);
    fprintf(cli->err, "%s\n", format(cli->arena, fmt, ap));
    va_end(ap);
    fflush(cli->err);
}

void say_error(struct cli *cli, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    fprintf(cli->err, "%serror:%s %s\n", cli->color_err ? "\x1b[31m" : "",
            cli->color_err ? "\x1b[0m" : "", format(cli->arena, fmt, ap));
    va_end(ap);
    fflush(cli->err);
}

void write_data(struct cli *cli, const char *text)
{
    fputs(text, cli->out);
}

void say_spec_errors(struct cli *cli, const struct spec_errors *errors)
{
    for (size_t i = 0; i < errors->n; i++) {
        const char *text =
            visible_lines(cli->arena, spec_error_text(cli->arena, &errors->items[i]));
        size_t n = strlen(text);
        fprintf(cli->err, "%s%s", text, n && text[n - 1] == '\n' ? "" : "\n");
    }
    fprintf(cli->err, "%zu %s\n", errors->n, errors->n == 1 ? "error" : "errors");
    fflush(cli->err);
}

bool ask(struct cli *cli, const char *question)
{
    char line[16];

    fprintf(cli->err, "%s [y/N] ", visible_lines(cli->arena, question));
    fflush(cli->err);
    if (!fgets(line, sizeof line, stdin))
        return false;
    return strcasecmp(line, "y\n") == 0 || strcasecmp(line, "yes\n") == 0;
}
