/* The specs alone, and with the database if one is named and readable: an agent whose provider does
 * not exist is as wrong as a misspelt key. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "base/visible.h"
#include "cli/look.h"
#include "cli/say.h"
#include "base/out.h"
#include "core/find.h"

typedef ARRAY(struct spec_error) error_list;

/* The line of a file, for the caret; NULL if it cannot be read any more. */
static const char *line_of(struct arena *a, const struct pos *at)
{
    char *line = NULL;
    const char *ret = NULL;
    size_t size = 0;
    ssize_t n = -1;

    if (!at->file)
        return NULL;
    FILE *file = fopen(at->file, "re");
    if (!file)
        return NULL;
    for (unsigned i = 0; i < at->line; i++)
        if ((n = getline(&line, &size, file)) < 0)
            break;
    if (n >= 0 && at->line)
        ret = arena_strndup(a, line, strcspn(line, "\r\n"));
    free(line);
    fclose(file);
    return ret;
}

/* The word or quoted text that begins at the column. */
static unsigned word_length(const char *line, unsigned column)
{
    if (!line || column == 0 || strlen(line) < column)
        return 1;
    const char *end = line + column - 1;
    const char *comment = strstr(end, " #");
    size_t n = comment ? (size_t)(comment - end) : strlen(end);
    while (n > 1 && (end[n - 1] == ' ' || end[n - 1] == ':'))
        n--;
    return n ? (unsigned)n : 1;
}

static void find_problems(struct cli *cli, const struct desired *d, error_list *errors)
{
    for (size_t i = 0; i < d->n_agents; i++) {
        const struct agent *agent = &d->agents[i];
        if (!agent->problem)
            continue;
        const char *line = line_of(cli->arena, &agent->problem_at);
        struct spec_error e = {
            .at = agent->problem_at,
            .length = word_length(line, agent->problem_at.column),
            .text = arena_printf(cli->arena, "agent %s: %s", agent_title(agent), agent->problem),
            .line_text = line,
        };
        ARRAY_PUSH(cli->arena, *errors, e);
    }
}

static void write_json(struct cli *cli, const struct spec_errors *errors, size_t n_agents)
{
    struct out o = {.text.arena = cli->arena, .indented = true};

    out_object(&o, NULL);
    out_bool(&o, "ok", errors->n == 0);
    out_number(&o, "agents", (int64_t)n_agents);
    out_array(&o, "errors");
    for (size_t i = 0; i < errors->n; i++) {
        const struct spec_error *e = &errors->items[i];
        out_object(&o, NULL);
        out_text(&o, "file", e->at.file);
        out_number(&o, "line", e->at.line);
        out_number(&o, "column", e->at.column);
        out_text(&o, "text", e->text);
        out_text(&o, "hint", e->hint);
        out_end(&o);
    }
    out_end(&o);
    out_end(&o);
    text_add(&o.text, "\n");
    write_data(cli, text_str(&o.text));
}

static void report(struct cli *cli, const struct spec_errors *errors, const char *sources,
                   size_t n_agents)
{
    if (cli->opt->format == FORMAT_JSON)
        write_json(cli, errors, n_agents);
    else if (errors->n)
        say_spec_errors(cli, errors);
    else if (!cli->opt->is_set[OPT_QUIET])
        write_data(cli,
                   arena_printf(cli->arena, "%s: ok, %zu %s\n", visible_text(cli->arena, sources),
                                n_agents, n_agents == 1 ? "agent" : "agents"));
}

/* The specs were read, the database was not: what they say of each other stays unchecked. */
static enum exit_code specs_only(struct cli *cli, const struct err *why)
{
    struct spec_errors errors = {0};
    struct spec spec = {0};
    struct text names = {.arena = cli->arena};

    say(cli, "note: %s; so names of providers and agents in the database were not checked",
        why->text);
    for (size_t i = 0; i < cli->config.n_spec_paths; i++)
        text_printf(&names, "%s%s", i ? ", " : "", cli->config.spec_paths[i]);
    if (cli->config.n_spec_paths == 0)
        return exit_of_err(why);
    int ok = spec_read(cli->arena, cli->config.spec_paths, cli->config.n_spec_paths,
                       &cli->config.env, &spec, &errors);
    report(cli, &errors, text_str(&names), spec.n_agents);
    return ok == 0 ? EXIT_CODE_OK : EXIT_CODE_INVALID;
}

static enum exit_code run(struct cli *cli)
{
    struct sources sources = {0};
    struct spec_errors errors = {0};
    struct err err = {0};
    error_list problems = {0};

    int ok = sources_read(cli->arena, &cli->config, &sources, &errors, &err);
    if (ok < 0 && errors.n == 0)
        return specs_only(cli, &err);
    if (ok == 0) {
        find_problems(cli, &sources.desired, &problems);
        errors = (struct spec_errors){problems.items, problems.n};
        for (size_t i = 0; i < sources.desired.n_notices; i++)
            say(cli, "note: %s", sources.desired.notices[i]);
    }
    report(cli, &errors, sources.text ? sources.text : "", sources.desired.n_agents);
    return errors.n ? EXIT_CODE_INVALID : EXIT_CODE_OK;
}

const struct cmd cmd_validate = {
    .name = "validate",
    .alias = {"lint"},
    .args = "[FILE…]",
    .summary = "errors in the specs, each with file, line and column; needs no engine",
    .text =
        "Reads the database as well if one is named and can be read, so that an unknown provider\n"
        "is found too. Exits with 0 if all is well, 3 otherwise.\n",
    .formats = FORMAT_BIT(FORMAT_TABLE) | FORMAT_BIT(FORMAT_JSON),
    .max_args = SIZE_MAX,
    .args_are = ARGS_FILES,
    .needs_config = true,
    .run = run,
};
