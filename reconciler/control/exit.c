#include "control/exit.h"

#include <string.h>

enum exit_code exit_of_err(const struct err *err)
{
    switch (err->code) {
    case ERR_NONE:
        return EXIT_CODE_OK;
    case ERR_INVALID:
        return EXIT_CODE_INVALID;
    case ERR_UNREACHABLE:
        return EXIT_CODE_UNREACHABLE;
    case ERR_UNHEALTHY:
        return EXIT_CODE_ROLLED_BACK;
    case ERR_INTERRUPTED:
        return EXIT_CODE_INTERRUPTED;
    case ERR_NOT_FOUND:
    case ERR_CONFLICT:
    case ERR_TRANSIENT:
    case ERR_DENIED:
        break;
    }
    return EXIT_CODE_ERROR;
}

const char *engine_advice(const struct err *err)
{
    if (err->code != ERR_UNREACHABLE)
        return NULL;
    return strstr(err->text, "permission denied")
               ? "Run it as root, or as somebody who may use the engine's socket."
               : "Is the engine running there? Another one is named with -H or DOCKER_HOST.";
}

bool is_kept_orphan(const struct agent_outcome *o)
{
    return o->result == RESULT_HELD && o->agent->wish == WISH_ABSENT &&
           o->agent->origin.kind == FROM_CONTAINER;
}

/* The gravest result wins; an interruption says that the others are not the last word. */
enum exit_code exit_of_outcome(const struct outcome *outcome)
{
    static const struct {
        enum agent_result result;
        enum exit_code code;
    } ranks[] = {
        {RESULT_INTERRUPTED, EXIT_CODE_INTERRUPTED},
        {RESULT_FAILED, EXIT_CODE_ROLLED_BACK},
        {RESULT_WAITING, EXIT_CODE_CALLS},
        {RESULT_HELD, EXIT_CODE_ERROR},
    };

    for (size_t r = 0; r < sizeof ranks / sizeof ranks[0]; r++)
        for (size_t i = 0; i < outcome->n_agents; i++)
            if (outcome->agents[i].result == ranks[r].result &&
                !is_kept_orphan(&outcome->agents[i]))
                return ranks[r].code;
    return EXIT_CODE_OK;
}
