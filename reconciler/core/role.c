#include "core/role.h"

const char *const role_name[ROLE__N] = {"sts", "asr", "llm", "tts", "core"};
const char *const role_upper[ROLE__N] = {"STS", "ASR", "LLM", "TTS", "CORE"};

bool role_holds_calls(enum role r)
{
    return r == ROLE_CORE || r == ROLE_STS;
}
