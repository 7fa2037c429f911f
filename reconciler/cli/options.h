/* options.h - every option there is, as one table, and what a command line made of it.
 *
 * Parsing, the environment, --help, completion and the messages about wrong usage all come from
 * the table.  An option may stand before or after the verb.  Names are never guessed from a
 * beginning: `--no` must not become `--now`. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "base/arena.h"
#include "source/spec.h"

enum opt {
    OPT_FILE,
    OPT_OUTPUT,
    OPT_PROGRESS,
    OPT_COLOR,
    OPT_QUIET,
    OPT_VERBOSE,
    OPT_YES,
    OPT_ENGINE,
    OPT_STATE_DIR,
    OPT_CONTROL,
    OPT_ADVERTISE,
    OPT_DIFF_EXIT_CODE,
    OPT_HELP,
    OPT_DRY_RUN,
    OPT_NOW,
    OPT_WAIT_TIMEOUT,
    OPT_PRUNE,
    OPT_ALLOW_EMPTY,
    OPT_LOG_FORMAT,
    OPT_RESYNC,
    OPT_LISTEN,
    OPT_NOTIFY,
    OPT_NOTIFY_FORMAT,
    OPT_HISTORY_KEEP,
    OPT_MARKDOWN,
    OPT_GENERATIONS,
    OPT_DIFF,
    OPT_CALL,
    OPT_LIMIT,
    OPT_WHY,
    OPT_TO,
    OPT_TAIL,
    OPT_WATCH,
    OPT_FOLLOW,
    OPT_ROLE,
    OPT_EXPIRES,
    OPT__N
};

struct option_def {
    char letter;         /* 0: none */
    const char *name;    /* long name, without dashes */
    const char *arg;     /* what stands for its argument in --help; NULL: a switch */
    const char *env;     /* environment variable; NULL: deliberately none */
    const char *choices; /* "a|b|c", or NULL */
    bool everywhere;     /* an option of all verbs */
    const char *help;
};
extern const struct option_def option_defs[OPT__N];

enum format { FORMAT_TABLE, FORMAT_JSON, FORMAT_NAME, FORMAT__N };
enum progress_mode { PROGRESS_AUTO, PROGRESS_TTY, PROGRESS_PLAIN, PROGRESS_JSON, PROGRESS_QUIET };
enum color_mode { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct cmd;

struct options {
    const struct cmd *cmd;   /* never NULL after success */
    const char *const *args; /* behind the verb */
    size_t n_args;
    const char *value[OPT__N]; /* last one given, "" for a switch; NULL: not given anywhere */
    bool is_set[OPT__N];       /* a switch that is on; given by command line or environment */
    const char *const *files;  /* every -f, or the parts of $AVR_RECONCILER_SPECS */
    size_t n_files;
    enum format format;
    enum progress_mode progress;
    enum color_mode color;
    int64_t wait_timeout_s; /* -1: no limit */
    int64_t resync_s, history_keep_s;
    unsigned tail; /* lines */
    int diff_exit_code;
    unsigned limit; /* of entries in a listing */
};

/* Wrong usage gives -1 with a sentence and, where one is near, a suggestion.  `argv` is permuted.
 */
int options_parse(struct arena *, int argc, char **argv, const struct spec_env *env,
                  struct options *ret, struct err *) MUST_CHECK;

/* Fills in what neither command line nor environment gave and a spec says under `service:`. */
int options_adopt(struct arena *, struct options *, const struct service_spec *,
                  struct err *) MUST_CHECK;

/* `; did you mean "…"?`, or "". */
const char *suggestion(struct arena *, const char *word, const char *const *candidates, size_t n);
/* "a:b:c" in parts, empty ones left out. */
size_t split_list(struct arena *, const char *list, char separator, const char *const **ret);

#endif
