/* help.h - help texts, made from the tables of verbs and options. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/cmd.h"

const char *help_overview(struct arena *);
const char *help_verb(struct arena *, const struct cmd *);

/* A script for the shell, or NULL if the shell is none of bash, zsh and fish. */
const char *completion_script(struct arena *, const char *shell);

#endif
