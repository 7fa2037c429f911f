/* Completion scripts.  Verbs, options and choices are written out; names of agents are asked for at
 * the moment of completion, from `config -o name`, which needs no engine. */
#include <string.h>

#include "base/text.h"
#include "cli/help.h"

static const char agents_command[] = "avr-reconciler config -o name 2>/dev/null";

static void add_words(struct text *t, const char *list)
{
    for (const char *s = list; *s; s++)
        text_add_n(t, *s == '|' ? " " : s, 1);
}

static void add_verbs(struct text *t)
{
    const char *const *names;
    size_t n = cmd_names(t->arena, &names);

    for (size_t i = 0; i < n; i++)
        text_printf(t, "%s%s", i ? " " : "", names[i]);
}

static bool has_alias(const struct cmd *cmd)
{
    return cmd->alias[0] != NULL;
}

/* "diff|plan" as in a case of a shell. */
static void add_pattern(struct text *t, const struct cmd *cmd)
{
    text_add(t, cmd->name);
    for (size_t i = 0; has_alias(cmd) && i < 3 && cmd->alias[i]; i++)
        text_printf(t, "|%s", cmd->alias[i]);
}

static void bash_choices(struct text *t)
{
    for (int i = 0; i < OPT__N; i++) {
        const struct option_def *d = &option_defs[i];
        if (!d->arg)
            continue;
        text_add(t, "    ");
        if (d->letter)
            text_printf(t, "-%c|", d->letter);
        text_printf(t, "--%s) ", d->name);
        if (d->choices) {
            text_add(t, "COMPREPLY=($(compgen -W \"");
            add_words(t, d->choices);
            text_add(t, "\" -- \"$cur\"))");
        } else {
            text_add(t, "COMPREPLY=($(compgen -f -- \"$cur\"))");
        }
        text_add(t, "; return ;;\n");
    }
}

static void bash_verb(struct text *t, const struct cmd *cmd)
{
    text_add(t, "    ");
    add_pattern(t, cmd);
    text_add(t, ") opts=\"");
    for (int i = 0; i < OPT__N; i++)
        if (cmd_takes(cmd, (enum opt)i))
            text_printf(t, "--%s ", option_defs[i].name);
    text_add(t, "\"; ");
    switch (cmd->args_are) {
    case ARGS_AGENTS:
        text_printf(t, "words=\"$(%s)\"", agents_command);
        break;
    case ARGS_VERB:
        text_add(t, "words=\"$verbs\"");
        break;
    case ARGS_SHELL:
        text_add(t, "words=\"bash zsh fish\"");
        break;
    case ARGS_FILES:
        text_add(t, "words=\"$(compgen -f -- \"$cur\")\"");
        break;
    case ARGS_NONE:
        text_add(t, "words=\"\"");
        break;
    }
    text_add(t, " ;;\n");
}

static const char *bash_script(struct arena *a)
{
    struct text t = {.arena = a};

    text_add(&t, "# bash completion for avr-reconciler\n_avr_reconciler() {\n"
                 "  local cur=\"${COMP_WORDS[COMP_CWORD]}\" prev=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
                 "  local verb=\"\" word opts=\"\" words=\"\" verbs=\"");
    add_verbs(&t);
    text_add(&t, "\"\n  local IFS=$' \\t\\n'\n  case \"$prev\" in\n");
    bash_choices(&t);
    text_add(&t, "  esac\n  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
                 "    case \" $verbs \" in *\" $word \"*) verb=\"$word\"; break ;; esac\n  done\n"
                 "  case \"$verb\" in\n");
    for (size_t i = 0; i < n_cmds; i++)
        bash_verb(&t, cmds[i]);
    text_add(&t, "    *) words=\"$verbs\"; opts=\"");
    for (int i = 0; i < OPT__N; i++)
        if (option_defs[i].everywhere)
            text_printf(&t, "--%s ", option_defs[i].name);
    text_add(&t, "\" ;;\n  esac\n  case \"$cur\" in\n"
                 "    -*) COMPREPLY=($(compgen -W \"$opts\" -- \"$cur\")) ;;\n"
                 "    *) IFS=$'\\n'; COMPREPLY=($(compgen -W \"${words// /$'\\n'}\" -- \"$cur\"))"
                 " ;;\n  esac\n}\ncomplete -F _avr_reconciler avr-reconciler\n");
    return text_str(&t);
}

/* Within single quotes of a shell; colons and brackets mean something to zsh's _arguments. */
static const char *quoted(struct arena *a, const char *s, bool zsh)
{
    struct text t = {.arena = a};

    for (; *s; s++) {
        if (*s == '\'')
            text_add(&t, zsh ? "'\\''" : "\\'");
        else if (zsh && strchr("[]:", *s))
            text_printf(&t, "\\%c", *s);
        else
            text_add_n(&t, s, 1);
    }
    return text_str(&t);
}

static void zsh_option(struct text *t, const struct option_def *d)
{
    struct text value = {.arena = t->arena};

    if (d->arg && d->choices) {
        text_printf(&value, ":%s:(", d->name);
        add_words(&value, d->choices);
        text_add(&value, ")");
    } else if (d->arg) {
        text_printf(&value, ":%s:_files", d->name);
    }
    const char *help = quoted(t->arena, d->help, true);
    if (d->letter)
        text_printf(t, "    '*-%c[%s]%s' \\\n", d->letter, help, text_str(&value));
    text_printf(t, "    '*--%s[%s]%s' \\\n", d->name, help, text_str(&value));
}

static const char *zsh_script(struct arena *a)
{
    struct text t = {.arena = a};

    text_add(&t, "#compdef avr-reconciler\n# zsh completion for avr-reconciler\n"
                 "_avr_reconciler() {\n  local -a verbs agents\n  verbs=(\n");
    for (size_t i = 0; i < n_cmds; i++)
        text_printf(&t, "    '%s:%s'\n", cmds[i]->name, quoted(a, cmds[i]->summary, true));
    text_printf(&t, "  )\n  agents=(${(f)\"$(%s)\"})\n  _arguments \\\n", agents_command);
    for (int i = 0; i < OPT__N; i++)
        zsh_option(&t, &option_defs[i]);
    text_add(&t, "    '1: :{_describe verb verbs}' \\\n"
                 "    '*: :{compadd -a agents; _files}'\n}\n"
                 "if [ \"$funcstack[1]\" = _avr_reconciler ]; then\n  _avr_reconciler \"$@\"\n"
                 "else\n  compdef _avr_reconciler avr-reconciler\nfi\n");
    return text_str(&t);
}

static void fish_option(struct text *t, const struct option_def *d)
{
    text_printf(t, "complete -c avr-reconciler -l %s", d->name);
    if (d->letter)
        text_printf(t, " -s %c", d->letter);
    if (d->choices) {
        text_add(t, " -x -a '");
        add_words(t, d->choices);
        text_add(t, "'");
    } else if (d->arg) {
        text_add(t, " -r");
    }
    text_printf(t, " -d '%s'\n", quoted(t->arena, d->help, false));
}

static const char *fish_script(struct arena *a)
{
    struct text t = {.arena = a};

    text_add(&t, "# fish completion for avr-reconciler\ncomplete -c avr-reconciler -f\n");
    for (size_t i = 0; i < n_cmds; i++)
        text_printf(&t, "complete -c avr-reconciler -n __fish_use_subcommand -a %s -d '%s'\n",
                    cmds[i]->name, quoted(a, cmds[i]->summary, false));
    for (size_t i = 0; i < n_cmds; i++) {
        const char *words = cmds[i]->args_are == ARGS_AGENTS  ? agents_command
                            : cmds[i]->args_are == ARGS_SHELL ? "printf 'bash\\nzsh\\nfish\\n'"
                                                              : NULL;
        if (words)
            text_printf(&t,
                        "complete -c avr-reconciler -n '__fish_seen_subcommand_from %s' -a "
                        "\"(%s)\"\n",
                        cmds[i]->name, words);
    }
    for (int i = 0; i < OPT__N; i++)
        fish_option(&t, &option_defs[i]);
    return text_str(&t);
}

const char *completion_script(struct arena *a, const char *shell)
{
    if (text_is(shell, "bash"))
        return bash_script(a);
    if (text_is(shell, "zsh"))
        return zsh_script(a);
    return text_is(shell, "fish") ? fish_script(a) : NULL;
}
