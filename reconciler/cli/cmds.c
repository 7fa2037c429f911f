#include "base/array.h"
#include "base/text.h"
#include "cli/cmd.h"

/* In the order of --help. */
const struct cmd *const cmds[] = {
    &cmd_diff,    &cmd_apply, &cmd_run,     &cmd_status,     &cmd_doctor,   &cmd_verify,
    &cmd_history, &cmd_logs,  &cmd_restart, &cmd_rollback,   &cmd_pause,    &cmd_resume,
    &cmd_stop,    &cmd_start, &cmd_health,  &cmd_config,     &cmd_validate, &cmd_adopt,
    &cmd_import,  &cmd_token, &cmd_schema,  &cmd_completion, &cmd_version,  &cmd_help,
};
const size_t n_cmds = sizeof cmds / sizeof cmds[0];

enum { MAX_ALIAS = sizeof cmd_help.alias / sizeof cmd_help.alias[0] };

const struct cmd *cmd_find(const char *name)
{
    for (size_t i = 0; i < n_cmds; i++) {
        if (text_is(cmds[i]->name, name))
            return cmds[i];
        for (size_t k = 0; k < MAX_ALIAS && cmds[i]->alias[k]; k++)
            if (text_is(cmds[i]->alias[k], name))
                return cmds[i];
    }
    return NULL;
}

bool cmd_takes(const struct cmd *cmd, enum opt option)
{
    return option_defs[option].everywhere || (cmd->options & OPTION_BIT(option));
}

size_t cmd_names(struct arena *a, const char *const **ret)
{
    ARRAY(const char *) names = {0};

    for (size_t i = 0; i < n_cmds; i++) {
        ARRAY_PUSH(a, names, cmds[i]->name);
        for (size_t k = 0; k < MAX_ALIAS && cmds[i]->alias[k]; k++)
            ARRAY_PUSH(a, names, cmds[i]->alias[k]);
    }
    *ret = names.items;
    return names.n;
}
