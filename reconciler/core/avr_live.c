/* What a connector reads once, when it begins, and what it takes up at each call. */
#include <string.h>

#include "base/text.h"
#include "core/avr.h"

bool avr_key_matches(const char *pattern, const char *name)
{
    const char *star = strchr(pattern, '*');

    if (!star)
        return strcmp(pattern, name) == 0;
    if (strncmp(pattern, name, (size_t)(star - pattern)) != 0)
        return false;
    for (name += star - pattern;; name++) {
        if (avr_key_matches(star + 1, name))
            return true;
        if (!*name)
            return false;
    }
}

static bool is_among(const char *const *patterns, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (avr_key_matches(patterns[i], name))
            return true;
    return false;
}

bool avr_is_wiring(const char *name)
{
    static const char *const wiring[] = {
        "PORT",
        "HTTP_PORT",
        "AGENT_ID",
        "AGENT_NAME",
        "PROVIDER_*",
        "AMI_URL",
        "WEBHOOK_*",
        "BACKEND_URL",
        /* The path of a file in the container; Google's library reads it when the process begins.
         */
        "GOOGLE_APPLICATION_CREDENTIALS",
    };

    for (enum role r = 0; r < ROLE_CORE; r++)
        if (text_is(avr_url_name(r), name) || text_is(avr_url_name_wrong(r), name))
            return true;
    return is_among(wiring, sizeof wiring / sizeof wiring[0], name);
}

static const char *const general[] = {
    "*PROMPT",          "*INSTRUCTIONS",  "*GREETING",    "*GREETING_MESSAGE",
    "*WELCOME_MESSAGE", "*FIRST_MESSAGE", "*MODEL",       "*VOICE",
    "*VOICE_ID",        "*LANGUAGE",      "*TEMPERATURE", "*MAX_TOKENS",
};

/* What only these are known for, and those that load their model when they begin. */
static const struct {
    const char *image;
    const char *more[3];
    bool loads_model;
} known[] = {
    {"avr-sts-elevenlabs", {"ELEVENLABS_AGENT_ID"}, false},
    {"avr-sts-humeai", {"*CONFIG_ID"}, false},
    {"avr-sts-ultravox", {"ULTRAVOX_AGENT_ID"}, false},
    {"avr-llm-openai-assistant", {"OPENAI_ASSISTANT_ID"}, false},
    {"avr-llm-typebot", {"TYPEBOT_PUBLIC_ID"}, false},
    {"avr-tts-google-cloud-tts", {"TEXT_TO_SPEECH_*"}, false},
    {"avr-tts-kokoro", {"KOKORO_SPEED"}, false},
    {"avr-asr-vosk", {NULL}, true},
    {"avr-tts-coqui", {NULL}, true},
};

size_t avr_live_keys(struct arena *a, const char *basename, const char *const **ret)
{
    enum { GENERAL = sizeof general / sizeof general[0], MORE = 3 };
    const char **list = arena_alloc(a, (GENERAL + MORE) * sizeof *list);
    size_t n = 0, k = 0;

    while (k < sizeof known / sizeof known[0] && !text_is(known[k].image, basename))
        k++;
    bool is_known = k < sizeof known / sizeof known[0];
    for (size_t i = 0; i < GENERAL; i++)
        if (!is_known || !known[k].loads_model || strcmp(general[i], "*MODEL") != 0)
            list[n++] = general[i];
    for (size_t i = 0; is_known && i < MORE && known[k].more[i]; i++)
        list[n++] = known[k].more[i];
    *ret = list;
    return n;
}
