#ifndef MINI_SETTINGS_H
#define MINI_SETTINGS_H

/*
 * What a provider says and to whom: its greeting and its prompt.  They come
 * from the backend when BACKEND_URL and PROVIDER_ID are set (asked anew every
 * time, nothing is cached), else or on failure from the environment.
 */

struct settings {
    char greeting[2048]; /* DEEPGRAM_GREETING, GREETING, or any *_GREETING */
    char prompt[16384];  /* AGENT_PROMPT, SYSTEM_PROMPT, or OPENAI_INSTRUCTIONS */
};

/* Connectors that load at every turn log only what differs from the time before. */
enum settings_log { SETTINGS_LOG_ALWAYS, SETTINGS_LOG_CHANGES };

/*
 * Fill in the settings; takes 2 s at most and cannot fail: what is not set is
 * empty.  Logs where they came from in lines that begin with [CONFIG]; never
 * logs or says the value of a key that is named like a secret.
 */
void settings_load(struct settings *settings, enum settings_log log);

#endif
