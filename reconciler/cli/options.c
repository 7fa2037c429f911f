#include "cli/options.h"

#include <ctype.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "cli/cmd.h"
#include "service/service.h"

enum { DEFAULT_LIMIT = 20, DEFAULT_TAIL = 50, LEAST_HISTORY_S = 3600 };

#define ENV(name) "AVR_RECONCILER_" name

const struct option_def option_defs[OPT__N] = {
    [OPT_FILE] = {'f', "file", "FILE|DIR", ENV("SPECS"), NULL, true,
                  "spec file, or folder of specs; may be repeated"},
    [OPT_OUTPUT] = {'o', "output", "FORMAT", ENV("OUTPUT"), "table|json|name", true,
                    "how data is written"},
    [OPT_PROGRESS] = {0, "progress", "KIND", ENV("PROGRESS"), "auto|tty|plain|json|quiet", true,
                      "how progress is written"},
    [OPT_COLOR] = {0, "color", "WHEN", ENV("COLOR"), "auto|always|never", true,
                   "colours; NO_COLOR and FORCE_COLOR are honoured"},
    [OPT_QUIET] = {'q', "quiet", NULL, ENV("QUIET"), NULL, true, "errors only"},
    [OPT_VERBOSE] = {'v', "verbose", NULL, ENV("VERBOSE"), NULL, true,
                     "agents in sync and single steps too"},
    [OPT_YES] = {'y', "yes", NULL, ENV("YES"), NULL, true, "do not ask"},
    [OPT_ENGINE] = {'H', "engine", "ENGINE", ENV("ENGINE"), NULL, true,
                    "unix:///path, tcp://host:port or a socket's path"},
    [OPT_STATE_DIR] = {0, "state-dir", "DIR", ENV("STATE_DIR"), NULL, true,
                       "where the key of the fingerprints, the lock and the history are kept"},
    [OPT_CONTROL] = {0, "control", "PATH", ENV("CONTROL"), NULL, true,
                     "the socket at which a running service is asked"},
    [OPT_ADVERTISE] = {0, "advertise", "URL", ENV("ADVERTISE"), NULL, true,
                       "how containers reach the service, for settings they fetch at each call"},
    [OPT_DIFF_EXIT_CODE] = {0, "diff-exit-code", "N", ENV("DIFF_EXIT_CODE"), NULL, true,
                            "exit code when something differs (default 2)"},
    [OPT_HELP] = {'h', "help", NULL, NULL, NULL, true, "help on the verb"},
    [OPT_DRY_RUN] = {0, "dry-run", NULL, ENV("DRY_RUN"), NULL, false,
                     "show what would be done, change nothing"},
    /* Cutting calls is said where it is done, never left behind in an environment. */
    [OPT_NOW] = {0, "now", NULL, NULL, NULL, false, "do not wait for calls: cut them (asks first)"},
    [OPT_WAIT_TIMEOUT] = {0, "wait-timeout", "TIME", ENV("WAIT_TIMEOUT"), NULL, false,
                          "stop waiting for calls after this (30m, 1h30m); nothing is cut"},
    [OPT_PRUNE] = {0, "prune", NULL, ENV("PRUNE"), NULL, false,
                   "remove agents that nobody asks for any more"},
    [OPT_ALLOW_EMPTY] = {0, "allow-empty", NULL, NULL, NULL, false,
                         "a database that suddenly has no agents or no providers is meant"},
    [OPT_LOG_FORMAT] = {0, "log-format", "FORMAT", ENV("LOG_FORMAT"), "text|json", false,
                        "how the log is written"},
    [OPT_RESYNC] = {0, "resync", "TIME", ENV("RESYNC"), NULL, false,
                    "look at everything at least this often (default 5m)"},
    [OPT_LISTEN] = {0, "listen", "ADDR:PORT", ENV("LISTEN"), NULL, false,
                    "where it answers HTTP, with commas between (default 127.0.0.1:6100), or none"},
    [OPT_NOTIFY] = {0, "notify", "URL", ENV("NOTIFY"), NULL, false,
                    "post every change to this webhook"},
    [OPT_NOTIFY_FORMAT] = {0, "notify-format", "FORMAT", ENV("NOTIFY_FORMAT"), "json|slack|discord",
                           false, "what the webhook understands"},
    [OPT_HISTORY_KEEP] = {0, "history-keep", "TIME", ENV("HISTORY_KEEP"), NULL, false,
                          "how long changes and calls are remembered (default 90d)"},
    [OPT_MARKDOWN] = {0, "markdown", NULL, ENV("MARKDOWN"), NULL, false,
                      "the reference of all keys as a Markdown table"},
    [OPT_GENERATIONS] = {0, "generations", NULL, ENV("GENERATIONS"), NULL, false,
                         "the settings that were in force, by number"},
    [OPT_DIFF] = {0, "diff", "G..G", ENV("DIFF"), NULL, false,
                  "what differs between two generations (3..5), or from one to today's (3)"},
    [OPT_CALL] = {0, "call", "UUID", ENV("CALL"), NULL, false,
                  "which image and settings answered this call"},
    [OPT_LIMIT] = {0, "limit", "N", ENV("LIMIT"), NULL, false,
                   "at most so many entries (default 20)"},
    [OPT_WHY] = {0, "why", "TEXT", NULL, NULL, false, "a reason, shown wherever the order is"},
    [OPT_TO] = {0, "to", "GENERATION", NULL, NULL, false,
                "its number, as history tells it (default: the last good one before)"},
    [OPT_TAIL] = {0, "tail", "N", ENV("TAIL"), NULL, false, "the last lines only (default 50)"},
    [OPT_WATCH] = {0, "watch", NULL, ENV("WATCH"), NULL, false,
                   "show it again as it changes, until Ctrl-C"},
    [OPT_FOLLOW] = {0, "follow", NULL, ENV("FOLLOW"), NULL, false,
                    "go on with what is written from now on, until Ctrl-C"},
    [OPT_ROLE] = {0, "role", "ROLE", NULL, "viewer|manager|admin", false,
                  "what its holder may do: see, order, cut calls (default viewer)"},
    [OPT_EXPIRES] = {0, "expires", "TIME", NULL, NULL, false, "for how long (default 90d)"},
};

const char *suggestion(struct arena *a, const char *word, const char *const *candidates, size_t n)
{
    const char *near = text_suggest(word, candidates, n);
    return near ? arena_printf(a, "; did you mean \"%s\"?", near) : "";
}

size_t split_list(struct arena *a, const char *list, char separator, const char *const **ret)
{
    ARRAY(const char *) parts = {0};

    while (*list) {
        const char *end = strchrnul(list, separator);
        if (end > list)
            ARRAY_PUSH(a, parts, arena_strndup(a, list, (size_t)(end - list)));
        list = *end ? end + 1 : end;
    }
    *ret = parts.items;
    return parts.n;
}

static int unknown_option(struct arena *a, const char *word, struct err *err)
{
    const char *names[OPT__N];

    for (int i = 0; i < OPT__N; i++)
        names[i] = arena_printf(a, "--%s", option_defs[i].name);
    const char *bare = arena_strndup(a, word, strcspn(word, "="));
    return err_set(err, ERR_INVALID, "unknown option \"%s\"%s", bare,
                   suggestion(a, bare, names, OPT__N));
}

struct parser {
    struct arena *arena;
    struct options *opt;
    ARRAY(const char *) files;
};

static void make_getopt_tables(struct option *longs, char *shorts)
{
    *shorts++ = ':'; /* a missing argument is told apart from an unknown option */
    for (int i = 0; i < OPT__N; i++) {
        const struct option_def *d = &option_defs[i];
        *longs++ =
            (struct option){d->name, d->arg ? required_argument : no_argument, NULL, 256 + i};
        if (!d->letter)
            continue;
        *shorts++ = d->letter;
        if (d->arg)
            *shorts++ = ':';
    }
    *longs = (struct option){0};
    *shorts = '\0';
}

static int by_letter(int letter)
{
    for (int i = 0; i < OPT__N; i++)
        if (option_defs[i].letter == letter)
            return i;
    return -1;
}

/* getopt_long takes beginnings of names as well; this does not. */
static bool is_whole(char **argv, int i)
{
    const char *word = argv[optind - 1];

    if (option_defs[i].arg && word == optarg)
        word = argv[optind - 2];
    const char *name = option_defs[i].name;
    size_t n = strlen(name);
    return text_starts(word, "--") && strncmp(word + 2, name, n) == 0 &&
           (word[2 + n] == '\0' || word[2 + n] == '=');
}

static int usage_error(struct parser *p, int c, char **argv, struct err *err)
{
    const char *word = argv[optind - 1];
    int known = optopt >= 256 ? optopt - 256 : by_letter(optopt);

    if (c == ':' && known >= 0)
        return err_set(err, ERR_INVALID, "option --%s needs %s", option_defs[known].name,
                       option_defs[known].arg);
    if (optopt >= 256)
        return err_set(err, ERR_INVALID, "option --%s takes no argument", option_defs[known].name);
    if (optopt && isprint(optopt))
        return err_set(err, ERR_INVALID, "unknown option \"-%c\"", optopt);
    return unknown_option(p->arena, word, err);
}

static int read_argv(struct parser *p, int argc, char **argv, struct err *err)
{
    struct option longs[OPT__N + 1];
    char shorts[2 * OPT__N + 2];
    int c;

    make_getopt_tables(longs, shorts);
    opterr = 0;
    optind = 0; /* 0, not 1: glibc then forgets an earlier run */
    while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
        if (c == '?' || c == ':')
            return usage_error(p, c, argv, err);
        int i = c >= 256 ? c - 256 : by_letter(c);
        if (c >= 256 && !is_whole(argv, i))
            return unknown_option(
                p->arena, argv[optind - (option_defs[i].arg && argv[optind - 1] == optarg ? 2 : 1)],
                err);
        p->opt->value[i] = option_defs[i].arg ? optarg : "";
        p->opt->is_set[i] = true;
        if (i == OPT_FILE)
            ARRAY_PUSH(p->arena, p->files, (const char *)optarg);
    }
    return 0;
}

static int read_switch(const char *env, const char *value, bool *ret, struct err *err)
{
    static const char *const on[] = {"1", "true", "yes", "on"};
    static const char *const off[] = {"", "0", "false", "no", "off"};

    for (size_t i = 0; i < sizeof on / sizeof on[0]; i++)
        if (strcasecmp(value, on[i]) == 0) {
            *ret = true;
            return 0;
        }
    for (size_t i = 0; i < sizeof off / sizeof off[0]; i++)
        if (strcasecmp(value, off[i]) == 0)
            return 0;
    return err_set(err, ERR_INVALID, "%s is \"%s\": write true or false", env, value);
}

/* What the command line left open; only options that the verb has. */
static int read_env(struct parser *p, const struct spec_env *env, struct err *err)
{
    for (int i = 0; i < OPT__N; i++) {
        const struct option_def *d = &option_defs[i];
        if (p->opt->value[i] || !d->env || !cmd_takes(p->opt->cmd, (enum opt)i))
            continue;
        const char *value = env->get(env->ctx, d->env);
        if (!value || (d->arg && !*value))
            continue;
        if (!d->arg) {
            if (read_switch(d->env, value, &p->opt->is_set[i], err) < 0)
                return -1;
            continue;
        }
        p->opt->value[i] = value;
        p->opt->is_set[i] = true;
    }
    return 0;
}

static int choice(struct arena *a, const struct options *opt, enum opt which, int dflt, int *ret,
                  struct err *err)
{
    const struct option_def *d = &option_defs[which];
    const char *value = opt->value[which], *const * words;

    *ret = dflt;
    if (!value)
        return 0;
    size_t n = split_list(a, d->choices, '|', &words);
    for (size_t i = 0; i < n; i++)
        if (text_is(words[i], value)) {
            *ret = (int)i;
            return 0;
        }
    return err_set(err, ERR_INVALID, "--%s is \"%s\", not one of %s%s", d->name, value, d->choices,
                   suggestion(a, value, words, n));
}

static int check_format(struct arena *a, const struct options *opt, struct err *err)
{
    struct text known = {.arena = a};
    const char *const *words;

    if (opt->cmd->formats & FORMAT_BIT(opt->format))
        return 0;
    size_t n = split_list(a, option_defs[OPT_OUTPUT].choices, '|', &words);
    for (size_t i = 0; i < n; i++)
        if (opt->cmd->formats & FORMAT_BIT(i))
            text_printf(&known, "%s%s", known.len ? ", " : "", words[i]);
    return err_set(err, ERR_INVALID, "%s cannot write %s, only %s", opt->cmd->name,
                   opt->value[OPT_OUTPUT] ? opt->value[OPT_OUTPUT] : "a table",
                   known.len ? text_str(&known) : "plain text");
}

static int read_count(const struct options *opt, enum opt which, unsigned dflt, unsigned *ret,
                      struct err *err)
{
    enum { MOST = 100000 };
    const char *text = opt->value[which];
    char *end;

    *ret = dflt;
    if (!text)
        return 0;
    long n = strtol(text, &end, 10);
    if (!isdigit((unsigned char)*text) || *end || n < 1 || n > MOST)
        return err_set(err, ERR_INVALID, "--%s is \"%s\", not a number from 1 to %d",
                       option_defs[which].name, text, MOST);
    *ret = (unsigned)n;
    return 0;
}

/* The times of the service. */
static int interpret_service(struct options *o, struct err *err)
{
    const char *resync = o->value[OPT_RESYNC], *keep = o->value[OPT_HISTORY_KEEP];

    o->resync_s = resync ? text_duration_s(resync) : SERVICE_RESYNC_S;
    if (o->resync_s < 1)
        return err_set(err, ERR_INVALID, "--resync is \"%s\", not a time such as 5m", resync);
    o->history_keep_s = keep ? text_duration_s(keep) : SERVICE_HISTORY_KEEP_S;
    if (o->history_keep_s < LEAST_HISTORY_S)
        return err_set(err, ERR_INVALID,
                       "--history-keep is \"%s\", not a time such as 90d, at least 1h", keep);
    return 0;
}

static int interpret(struct parser *p, struct err *err)
{
    struct options *o = p->opt;
    int format, progress, color;

    if (choice(p->arena, o, OPT_OUTPUT, FORMAT_TABLE, &format, err) < 0 ||
        choice(p->arena, o, OPT_PROGRESS, PROGRESS_AUTO, &progress, err) < 0 ||
        choice(p->arena, o, OPT_COLOR, COLOR_AUTO, &color, err) < 0)
        return -1;
    o->format = (enum format)format;
    o->progress = o->is_set[OPT_QUIET] ? PROGRESS_QUIET : (enum progress_mode)progress;
    o->color = (enum color_mode)color;
    o->wait_timeout_s = -1;
    o->diff_exit_code = EXIT_CODE_DIFFERS;
    const char *wait = o->value[OPT_WAIT_TIMEOUT], *code = o->value[OPT_DIFF_EXIT_CODE];
    if (wait && (o->wait_timeout_s = text_duration_s(wait)) < 0)
        return err_set(err, ERR_INVALID, "--wait-timeout is \"%s\", not a time such as 30m", wait);
    if (interpret_service(o, err) < 0)
        return -1;
    if (code) {
        char *end;
        long n = strtol(code, &end, 10);
        if (!isdigit((unsigned char)*code) || *end || n > 255)
            return err_set(err, ERR_INVALID,
                           "--diff-exit-code is \"%s\", not a number from 0 to 255", code);
        o->diff_exit_code = (int)n;
    }
    if (read_count(o, OPT_LIMIT, DEFAULT_LIMIT, &o->limit, err) < 0 ||
        read_count(o, OPT_TAIL, DEFAULT_TAIL, &o->tail, err) < 0)
        return -1;
    if (p->files.n == 0 && o->value[OPT_FILE]) {
        o->n_files = split_list(p->arena, o->value[OPT_FILE], ':', &o->files);
    } else {
        o->files = p->files.items;
        o->n_files = p->files.n;
    }
    return check_format(p->arena, o, err);
}

static int find_verb(struct parser *p, int argc, char **argv, struct err *err)
{
    struct options *o = p->opt;
    const char *const *names;

    if (optind >= argc) {
        o->cmd = &cmd_help;
        if (o->is_set[OPT_HELP])
            return 0;
        return err_set(err, ERR_INVALID, "no verb; try \"avr-reconciler help\"");
    }
    o->cmd = cmd_find(argv[optind]);
    if (!o->cmd) {
        size_t n = cmd_names(p->arena, &names);
        return err_set(err, ERR_INVALID, "unknown verb \"%s\"%s", argv[optind],
                       suggestion(p->arena, argv[optind], names, n));
    }
    o->args = (const char *const *)argv + optind + 1;
    o->n_args = (size_t)(argc - optind - 1);
    return 0;
}

static int check_verb(const struct options *o, struct err *err)
{
    const struct cmd *cmd = o->cmd;

    if (o->is_set[OPT_HELP])
        return 0;
    for (int i = 0; i < OPT__N; i++)
        if (o->is_set[i] && !cmd_takes(cmd, (enum opt)i))
            return err_set(
                err, ERR_INVALID,
                "--%s is no option of \"%s\"; \"avr-reconciler help %s\" lists those it has",
                option_defs[i].name, cmd->name, cmd->name);
    if (o->n_args < cmd->min_args)
        return err_set(err, ERR_INVALID, "%s needs %s", cmd->name, cmd->args);
    if (o->n_args > cmd->max_args)
        return err_set(err, ERR_INVALID,
                       "%s does not know what to do with \"%s\"; see \"avr-reconciler help %s\"",
                       cmd->name, o->args[cmd->max_args], cmd->name);
    return 0;
}

int options_parse(struct arena *a, int argc, char **argv, const struct spec_env *env,
                  struct options *ret, struct err *err)
{
    struct parser p = {.arena = a, .opt = ret};

    *ret = (struct options){0};
    if (read_argv(&p, argc, argv, err) < 0 || find_verb(&p, argc, argv, err) < 0 ||
        check_verb(ret, err) < 0)
        return -1;
    if (ret->is_set[OPT_HELP])
        return 0; /* help is given whatever else is wrong */
    return read_env(&p, env, err) < 0 ? -1 : interpret(&p, err);
}

int options_adopt(struct arena *a, struct options *opt, const struct service_spec *spec,
                  struct err *err)
{
    for (int i = 0; i < OPT__N; i++)
        if (!opt->value[i] && cmd_takes(opt->cmd, (enum opt)i))
            opt->value[i] = spec_service_text(a, spec, option_defs[i].name, NULL);
    return interpret_service(opt, err);
}
