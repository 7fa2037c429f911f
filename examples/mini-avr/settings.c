#include "settings.h"

#include "environment.h"
#include "http_client.h"
#include "json.h"
#include "log.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FETCH_MS = 2000, MAX_ANSWER = 256 * 1024, WORST_RANK = 9 };

extern char **environ;

/* The best keys seen so far; a lower rank wins, WORST_RANK is nothing yet. */
struct search {
    struct settings *settings;
    int greeting_rank;
    int prompt_rank;
};

static bool is_secret(const char *key)
{
    static const char *const words[] = {"KEY", "TOKEN", "SECRET", "PASSWORD", "CREDENTIAL"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strstr(key, words[i]) != NULL)
            return true;
    return false;
}

static int rank_greeting(const char *key)
{
    static const char ending[] = "_GREETING";
    size_t length = strlen(key);
    if (strcmp(key, "DEEPGRAM_GREETING") == 0)
        return 0;
    if (strcmp(key, "GREETING") == 0)
        return 1;
    bool ends_so =
        length >= sizeof(ending) && strcmp(key + length + 1 - sizeof(ending), ending) == 0;
    return ends_so ? 2 : WORST_RANK;
}

static int rank_prompt(const char *key)
{
    static const char *const keys[] = {"AGENT_PROMPT", "SYSTEM_PROMPT", "OPENAI_INSTRUCTIONS"};
    for (int i = 0; i < 3; i++)
        if (strcmp(key, keys[i]) == 0)
            return i;
    return WORST_RANK;
}

/* Copy as much as fits, without cutting a UTF-8 character in two. */
static void copy_text(char *to, size_t size, const char *from)
{
    size_t length = strlen(from);
    if (length >= size)
        for (length = size - 1; length > 0 && (from[length] & 0xc0) == 0x80;)
            length--;
    memcpy(to, from, length);
    to[length] = '\0';
}

static void consider(struct search *search, const char *key, const char *value)
{
    int greeting_rank = rank_greeting(key), prompt_rank = rank_prompt(key);
    if (is_secret(key) || env_means_unset(value))
        return;
    if (greeting_rank < search->greeting_rank) {
        search->greeting_rank = greeting_rank;
        copy_text(search->settings->greeting, sizeof(search->settings->greeting), value);
    }
    if (prompt_rank < search->prompt_rank) {
        search->prompt_rank = prompt_rank;
        copy_text(search->settings->prompt, sizeof(search->settings->prompt), value);
    }
}

static void read_environment(struct search *search)
{
    for (char **entry = environ; *entry != NULL; entry++) {
        char key[128];
        const char *equals = strchr(*entry, '=');
        if (equals == NULL || (size_t)(equals - *entry) >= sizeof(key))
            continue;
        memcpy(key, *entry, (size_t)(equals - *entry));
        key[equals - *entry] = '\0';
        consider(search, key, equals + 1);
    }
}

static const char *read_answer(struct search *search, const struct buffer *answer)
{
    struct json root, env, key, value;
    struct buffer key_text, value_text;
    size_t cursor = 0;
    size_t end = json_parse(buffer_cstr(answer), answer->length, &root);
    if (end == 0 || end != answer->length)
        return "answer is not JSON";
    if (!json_member(root, "env", &env) || env.at[0] != '{')
        return "answer has no env";
    buffer_init(&key_text, 127);
    buffer_init(&value_text, MAX_ANSWER);
    while (json_next_member(env, &cursor, &key, &value)) {
        buffer_reset(&key_text);
        buffer_reset(&value_text);
        if (json_text(key, &key_text) && json_text(value, &value_text) && !key_text.overflowed)
            consider(search, buffer_cstr(&key_text), buffer_cstr(&value_text));
    }
    buffer_free(&key_text);
    buffer_free(&value_text);
    return NULL;
}

/* Ask the backend; NULL, or why there is no usable answer. */
static const char *fetch(struct search *search, const char *url)
{
    static _Thread_local char reason[64];
    struct http_request request = {.method = "GET", .url = url, .timeout_ms = FETCH_MS};
    struct buffer answer;
    const char *failure = NULL;
    buffer_init(&answer, MAX_ANSWER);
    int status = http_fetch(&request, &answer, &failure);
    if (status == 200) {
        failure = read_answer(search, &answer);
    } else if (status >= 0) {
        snprintf(reason, sizeof(reason), "status %d", status);
        failure = reason;
    }
    buffer_free(&answer);
    return failure;
}

static void log_config(const char *line, enum settings_log log)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static char last[4096];
    pthread_mutex_lock(&lock);
    bool is_news = strncmp(line, last, sizeof(last) - 1) != 0;
    copy_text(last, sizeof(last), line);
    pthread_mutex_unlock(&lock);
    if (is_news || log == SETTINGS_LOG_ALWAYS)
        log_line("[CONFIG] %s", line);
}

static void log_source(const char *source, const struct settings *settings, enum settings_log log)
{
    struct buffer line;
    buffer_init(&line, 16384);
    buffer_format(&line, "%s: greeting=", source);
    json_quote(&line, settings->greeting, strlen(settings->greeting));
    log_config(buffer_cstr(&line), log);
    buffer_free(&line);
}

static bool make_url(char *url, size_t size)
{
    const char *backend = env_text("BACKEND_URL"), *provider = env_text("PROVIDER_ID");
    if (backend == NULL || provider == NULL)
        return false;
    size_t length = strlen(backend);
    while (length > 0 && backend[length - 1] == '/')
        length--;
    int written =
        snprintf(url, size, "%.*s/internal/providers/%s/config", (int)length, backend, provider);
    return written > 0 && (size_t)written < size;
}

void settings_load(struct settings *settings, enum settings_log log)
{
    char url[1024], source[1100];
    struct search search = {settings, WORST_RANK, WORST_RANK};
    *settings = (struct settings){0};
    const char *failure = NULL;
    bool has_backend = make_url(url, sizeof(url));
    if (has_backend && (failure = fetch(&search, url)) == NULL) {
        snprintf(source, sizeof(source), "fetched from %s", url);
        log_source(source, settings, log);
        return;
    }
    if (has_backend)
        log_line("[CONFIG] fetch failed (%s), using environment", failure);
    read_environment(&search);
    log_source("from environment", settings, log);
}
