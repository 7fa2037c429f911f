/* cmd.h - a verb: one table entry, one file, one function. */
#ifndef CLI_CMD_H
#define CLI_CMD_H

#include <stdio.h>

#include "control/exit.h"
#include "cli/options.h"
#include "render/render.h"

struct cli {             /* what a verb gets */
    struct arena *arena; /* of the process */
    const struct options *opt;
    const struct spec_env *env;
    struct config config;        /* filled if the verb asks for it */
    struct service_spec service; /* what specs say of the service; options have it already */
    struct spec_errors
        service_errors; /* what is wrong there; verbs that read specs say it anyway */
    FILE *out, *err;    /* data; progress and errors */
    bool color_out, color_err;
    bool can_ask;              /* a person sits at a terminal */
    unsigned width, width_err; /* of the terminals of out and err; 0: none, no limit */
    const char *who;           /* gives an order; NULL: this verb is none */
};

#define FORMAT_BIT(f) (1u << (f))
#define OPTION_BIT(o) (UINT64_C(1) << (o))

struct cmd {
    const char *name;
    const char *alias[3]; /* NULL where there is none */
    const char *args;     /* "[AGENT…]", or "" */
    const char *summary;  /* one line for the list of verbs */
    const char *text;     /* the rest of its help */
    uint64_t options;     /* OPTION_BITs besides those of all verbs */
    unsigned formats;     /* FORMAT_BITs of -o */
    size_t min_args, max_args;
    enum { ARGS_NONE, ARGS_AGENTS, ARGS_FILES, ARGS_VERB, ARGS_SHELL } args_are;
    bool needs_config;
    bool meets_service; /* needs its socket or its state folder, and no more of the configuration */
    enum exit_code (*run)(struct cli *);
    /* Has the running service do it; NULL: it is never asked.  It is not when the command line
     * names specs or an engine of its own. */
    enum exit_code (*ask)(struct cli *);
};

extern const struct cmd cmd_diff;
extern const struct cmd cmd_apply;
extern const struct cmd cmd_run;
extern const struct cmd cmd_status;
extern const struct cmd cmd_history;
extern const struct cmd cmd_doctor;
extern const struct cmd cmd_verify;
extern const struct cmd cmd_health;
extern const struct cmd cmd_validate;
extern const struct cmd cmd_config;
extern const struct cmd cmd_adopt;
extern const struct cmd cmd_import;
extern const struct cmd cmd_pin;
extern const struct cmd cmd_schema;
extern const struct cmd cmd_completion;
extern const struct cmd cmd_version;
extern const struct cmd cmd_help;
extern const struct cmd cmd_logs;
extern const struct cmd cmd_restart;
extern const struct cmd cmd_rollback;
extern const struct cmd cmd_pause;
extern const struct cmd cmd_resume;
extern const struct cmd cmd_stop;
extern const struct cmd cmd_start;
extern const struct cmd cmd_token;

extern const struct cmd *const cmds[];
extern const size_t n_cmds;

const struct cmd *cmd_find(const char *name_or_alias); /* NULL if there is none */
bool cmd_takes(const struct cmd *, enum opt);
/* Names and aliases, for suggestions. */
size_t cmd_names(struct arena *, const char *const **ret);

/* The whole program; streams and environment are given so that tests can watch. */
enum exit_code cli_main(int argc, char **argv, const struct spec_env *, FILE *out, FILE *err);

#endif
