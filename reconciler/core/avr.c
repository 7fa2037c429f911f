#include "core/avr.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/settings.h"

static void put(struct env_build *b, const char *name, const char *value,
                const struct origin *origin)
{
    env_put(b, &(struct env_var){.name = name, .value = value, .origin = *origin});
}

void avr_put_agent(struct env_build *b, const char *id, const char *name,
                   const struct origin *origin)
{
    put(b, "AGENT_ID", id, &(struct origin){.kind = FROM_AVR});
    put(b, "AGENT_NAME", name, origin);
}

void avr_put_config(struct env_build *b, const struct pair *env, size_t n,
                    const struct origin *origin)
{
    for (size_t i = 0; i < n; i++) {
        struct pair p;
        if (!avr_rewrite(&env[i], &p) || strcmp(p.key, "PORT") == 0)
            continue;
        env_put(b, &(struct env_var){
                       .name = p.key, .value = p.value, .origin = *origin, .of_provider = true});
    }
}

void avr_put_provider(struct env_build *b, enum role role, const struct avr_provider *p)
{
    const char *upper = role_upper[role];

    put(b, arena_printf(b->arena, "PROVIDER_%s_ID", upper), p->id, &p->assigned);
    put(b, arena_printf(b->arena, "PROVIDER_%s_NAME", upper), p->name, &p->origin);
    put(b, arena_printf(b->arena, "PROVIDER_%s_TYPE", upper), p->type, &p->origin);
}

/* Which container gets which variable of the backend's own environment. */
static const struct {
    const char *name;
    size_t offset; /* in struct host */
    unsigned roles;
    bool secret;
} host_vars[] = {
#define PROVIDERS (1u << ROLE_STS | 1u << ROLE_ASR | 1u << ROLE_LLM | 1u << ROLE_TTS)
    {"AMI_URL", offsetof(struct host, ami_url), 1u << ROLE_STS | 1u << ROLE_LLM, false},
    {"BACKEND_URL", offsetof(struct host, backend_url), PROVIDERS, false},
    {"WEBHOOK_SECRET", offsetof(struct host, webhook_secret), 1u << ROLE_CORE, true},
    {"WEBHOOK_URL", offsetof(struct host, webhook_url), 1u << ROLE_CORE, false},
};
enum { N_HOST_VARS = sizeof host_vars / sizeof host_vars[0] };

void avr_put_host(struct env_build *b, enum role role, const struct host *host)
{
    for (size_t i = 0; i < N_HOST_VARS; i++) {
        const char *value;
        memcpy(&value, (const char *)host + host_vars[i].offset, sizeof value);
        if (!value || !(host_vars[i].roles & 1u << role))
            continue;
        env_put(b, &(struct env_var){.name = host_vars[i].name,
                                     .value = value,
                                     .secret = host_vars[i].secret,
                                     .origin = {.kind = FROM_HOST, .where = host_vars[i].name}});
    }
}

size_t avr_kept_names(struct arena *a, enum role role, const struct env_list *env,
                      const char *const **ret)
{
    const char **names = arena_alloc(a, (N_HOST_VARS + 1) * sizeof *names);
    size_t n = 0;

    for (size_t i = 0; i < N_HOST_VARS; i++) {
        /* The fork gives BACKEND_URL to core as well, so there it may run. */
        bool has = host_vars[i].roles & 1u << role || strcmp(host_vars[i].name, "BACKEND_URL") == 0;
        if (has && !env_get(env, host_vars[i].name))
            names[n++] = host_vars[i].name;
    }
    if (role == ROLE_CORE && !env_get(env, "HTTP_PORT"))
        names[n++] = "HTTP_PORT";
    *ret = names;
    return n;
}

bool avr_rewrite(const struct pair *p, struct pair *ret)
{
    *ret = *p;
    if (strcmp(p->key, "OPENAI_INSTRUCTIONS") == 0 && avr_is_url(p->value))
        ret->key = "OPENAI_URL_INSTRUCTIONS";
    else if (strcmp(p->key, "GEMINI_INSTRUCTIONS") == 0 && avr_is_url(p->value))
        ret->key = "GEMINI_URL_INSTRUCTIONS";
    else if (strcmp(p->key, "OPENAI_LANGUAGE") == 0) {
        /* The last three are what null, false and 0 look like as text: falsy in JavaScript. */
        static const char *const dropped[] = {"", "NULL", "auto", "null", "false", "0"};
        for (size_t i = 0; i < sizeof dropped / sizeof dropped[0]; i++)
            if (strcmp(p->value, dropped[i]) == 0)
                return false;
    }
    return true;
}

bool avr_means_unset(const char *name, const char *value)
{
    if (strcmp(name, "PORT") == 0 || strcmp(name, "HTTP_PORT") == 0)
        return text_is(value, "undefined") || text_is(value, "null");
    for (size_t i = 0; i < N_HOST_VARS; i++)
        if (strcmp(host_vars[i].name, name) == 0)
            return text_is(value, "undefined");
    return false;
}

struct values avr_binds(struct arena *a, enum role role, const struct host *host)
{
    const struct {
        const char *source, *target, *variable;
    } binds[] = {{host->tools_dir, AVR_TOOLS, "TOOLS_DIR"},
                 {host->avr_tools_dir, AVR_TOOLS_OWN, "AVR_TOOLS_DIR"}};
    struct value *list = arena_alloc(a, 2 * sizeof *list);
    size_t n = 0;

    for (size_t i = 0; role != ROLE_CORE && i < 2; i++)
        if (binds[i].source)
            list[n++] = (struct value){arena_printf(a, "%s:%s", binds[i].source, binds[i].target),
                                       {.kind = FROM_HOST, .where = binds[i].variable}};
    return (struct values){list, n, n > 0};
}

bool avr_is_tools_bind(const char *bind)
{
    return volume_same_target(bind, "x:" AVR_TOOLS) || volume_same_target(bind, "x:" AVR_TOOLS_OWN);
}

static const struct {
    const char *name, *wrong, *scheme, *path;
} streams[ROLE__N] = {
    [ROLE_STS] = {"STS_URL", NULL, "ws", ""},
    [ROLE_ASR] = {"ASR_URL", "asr_URL", "http", "/speech-to-text-stream"},
    [ROLE_LLM] = {"LLM_URL", "llm_URL", "http", "/prompt-stream"},
    [ROLE_TTS] = {"TTS_URL", "tts_URL", "http", "/text-to-speech-stream"},
};

const char *avr_url_name(enum role role)
{
    return streams[role].name;
}

const char *avr_url_name_wrong(enum role role)
{
    return streams[role].wrong;
}

const char *avr_url(struct arena *a, enum role role, const char *host, const char *port)
{
    return arena_printf(a, "%s://%s:%s%s", streams[role].scheme, host, port, streams[role].path);
}

bool avr_url_parse(struct arena *a, const char *url, struct avr_url *ret)
{
    const char *host = strstr(url, "://");

    if (!host)
        return false;
    host += 3;
    size_t n = strcspn(host, ":/?#");
    const char *port = host[n] == ':' ? host + n + 1 : host + n;
    size_t n_port = strcspn(port, "/?#");
    *ret = (struct avr_url){arena_strndup(a, host, n), arena_strndup(a, port, n_port),
                            arena_strdup(a, port + n_port)};
    return n > 0;
}

bool avr_url_equal(struct arena *a, const char *have, bool wrong_name, const char *want)
{
    struct avr_url h, w;

    if (strcmp(have, want) == 0)
        return true;
    if (!wrong_name || !avr_url_parse(a, have, &h) || !avr_url_parse(a, want, &w))
        return false;
    return text_is(h.host, w.host) && text_is(h.port, w.port) && !*h.path;
}

int avr_image_port(const char *basename)
{
    static const struct {
        const char *image;
        int port;
    } known[] = {
        {"avr-core", 5001},
        {"avr-sts-openai", 6030},
        {"avr-sts-ultravox", 6031},
        {"avr-sts-deepgram", 6033},
        {"avr-sts-elevenlabs", 6035},
        {"avr-sts-gemini", 6037},
        {"avr-sts-humeai", 6039},
        {"avr-sts-speechmatics", 6040},
        {"avr-sts-xai", 6041},
        {"avr-asr-google-cloud-speech", 6001},
        {"avr-asr-deepgram", 6010},
        {"avr-asr-vosk", 6010},
        {"avr-asr-soniox", 6018},
        {"avr-asr-to-stt", 6019},
        {"avr-asr-sarvam", 6050},
        {"avr-llm-openai", 6002},
        {"avr-llm-openai-assistant", 6004},
        {"avr-llm-typebot", 6005},
        {"avr-llm-openrouter", 6009},
        {"avr-llm-anthropic", 6014},
        {"avr-llm-n8n", 6016},
        {"avr-llm-sarvam", 6051},
        {"avr-tts-google-cloud-tts", 6003},
        {"avr-tts-cartesia", 6009},
        {"avr-tts-deepgram", 6011},
        {"avr-tts-soniox", 6011},
        {"avr-tts-kokoro", 6012},
        {"avr-tts-coqui", 6032},
        {"avr-tts-sarvam", 6052},
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i].image, basename) == 0)
            return known[i].port;
    return 0;
}
