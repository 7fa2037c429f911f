#include "core/role.h"

#include <strings.h>

const char *const role_name[ROLE__N] = {"sts", "asr", "llm", "tts", "core"};
const char *const role_upper[ROLE__N] = {"STS", "ASR", "LLM", "TTS", "CORE"};

bool role_parse(const char *name, enum role *ret)
{
    for (enum role r = 0; r < ROLE__N; r++)
        if (strcasecmp(name, role_name[r]) == 0) {
            *ret = r;
            return true;
        }
    return false;
}

bool role_holds_calls(enum role r)
{
    return r == ROLE_CORE || r == ROLE_STS;
}
