#include "cli/help.h"

#include "base/text.h"

enum { OPTION_COLUMN = 30, VERB_COLUMN = 14 };

static void add_padded(struct text *t, const char *s, size_t columns)
{
    size_t n = text_columns(s);

    text_add(t, s);
    text_printf(t, "%*s", n + 2 > columns ? 2 : (int)(columns - n), "");
}

static void add_option(struct text *t, const struct option_def *d)
{
    struct text left = {.arena = t->arena};

    text_printf(&left, "  %c%c%s --%s", d->letter ? '-' : ' ', d->letter ? d->letter : ' ',
                d->letter ? "," : " ", d->name);
    if (d->arg)
        text_printf(&left, " %s", d->choices ? d->choices : d->arg);
    if (text_columns(text_str(&left)) + 2 > OPTION_COLUMN)
        text_printf(t, "%s\n%*s", text_str(&left), OPTION_COLUMN, "");
    else
        add_padded(t, text_str(&left), OPTION_COLUMN);
    text_printf(t, "%s\n", d->help);
}

static void add_options(struct text *t, const struct cmd *cmd, bool everywhere)
{
    for (int i = 0; i < OPT__N; i++)
        if (option_defs[i].everywhere == everywhere && (!cmd || cmd_takes(cmd, (enum opt)i)))
            add_option(t, &option_defs[i]);
}

/* What is said of one occasion alone, and never left behind in an environment. */
static void add_line_only(struct text *t)
{
    const char *between = "";

    for (int i = 0; i < OPT__N; i++) {
        if (option_defs[i].env)
            continue;
        text_printf(t, "%s--%s", between, option_defs[i].name);
        between = ", ";
    }
}

const char *help_overview(struct arena *a)
{
    struct text t = {.arena = a};

    text_add(&t, "avr-reconciler keeps AVR voice agents on the image and settings that were asked "
                 "for,\nwithout cutting a call.\n\n"
                 "usage: avr-reconciler VERB [AGENT…] [OPTION…]\n\n");
    for (size_t i = 0; i < n_cmds; i++) {
        text_add(&t, "  ");
        add_padded(&t, cmds[i]->name, VERB_COLUMN);
        text_printf(&t, "%s\n", cmds[i]->summary);
    }
    text_add(&t, "\nAn agent is named by its name, its id or the beginning of its id.\n\n"
                 "options of all verbs\n");
    add_options(&t, NULL, true);
    text_add(
        &t,
        "\nEvery option can be set as AVR_RECONCILER_<NAME> too, -f as AVR_RECONCILER_SPECS, but "
        "for\n");
    add_line_only(&t);
    text_add(&t, ".\nAVR's own names (DB_DATABASE, DOCKER_SOCKET_PATH, TENANT, …) work as they "
                 "are.\n\"avr-reconciler help VERB\" says more.\n");
    return text_str(&t);
}

static void add_formats(struct text *t, const struct cmd *cmd)
{
    const char *const *words;
    size_t n = split_list(t->arena, option_defs[OPT_OUTPUT].choices, '|', &words);
    size_t known = 0;

    if (cmd->formats == FORMAT_BIT(FORMAT_TABLE))
        return;
    text_add(t, "\nformats (-o): ");
    for (size_t i = 0; i < n; i++)
        if (cmd->formats & FORMAT_BIT(i))
            text_printf(t, "%s%s", known++ ? ", " : "", words[i]);
    text_add(t, "\n");
}

const char *help_verb(struct arena *a, const struct cmd *cmd)
{
    struct text t = {.arena = a};

    text_printf(&t, "usage: avr-reconciler %s%s%s [OPTION…]\n\n%s\n", cmd->name,
                *cmd->args ? " " : "", cmd->args, cmd->summary);
    for (size_t i = 0; i < sizeof cmd->alias / sizeof cmd->alias[0] && cmd->alias[i]; i++)
        text_printf(&t, "%s%s", i ? ", " : "also: ", cmd->alias[i]);
    if (cmd->alias[0])
        text_add(&t, "\n");
    if (*cmd->text)
        text_printf(&t, "\n%s", cmd->text);
    if (cmd->options) {
        text_printf(&t, "\noptions of %s\n", cmd->name);
        add_options(&t, cmd, false);
    }
    add_formats(&t, cmd);
    text_add(&t, "\noptions of all verbs\n");
    add_options(&t, cmd, true);
    return text_str(&t);
}
