/* settings.h - what containers are told when they ask: the settings of this moment, merged from the
 * sources by the same rules as the containers themselves (core/merge.c). */
#ifndef LIVE_SETTINGS_H
#define LIVE_SETTINGS_H

#include "control/sources.h"

struct live_settings {
    const struct env_list *env; /* NULL: nobody knows such a provider, or it cannot serve there */
    int64_t read_ms;            /* monotonic, when its row cannot be read: when it last could; 0 */
};

/* What this part of the agent fetches when it was made for this provider.  A provider that is the
 * agent's no more is merged as if it were: its container may have to wait for a window, or for its
 * calls. */
struct live_settings settings_fetched(struct arena *, const struct sources *, const struct agent *,
                                      enum role, const char *provider_id);

/* {"env":{"KEY":"value",…}} */
const char *settings_env_json(struct arena *, const struct env_list *);

/* {"system":"…"}, the prompt among a provider's settings; NULL: it has none. */
const char *settings_system_json(struct arena *, const struct env_list *);

/* {"stsUrl":"ws://…"}, or asrUrl, llmUrl and ttsUrl: those of its parts that serve in this look. */
const char *settings_addresses_json(struct arena *, const struct desired *, const struct agent *,
                                    const struct observed *);

/* An entity tag, with its quotes, that tells nothing of what it was made from. */
const char *settings_etag(struct arena *, const struct digest_key *, const char *json);

#endif
