/* avr.h - AVR's own rules: what its backend writes into the containers it creates, one function a
 * rule.  Everything this program knows about AVR's habits stands here and nowhere else. */
#ifndef CORE_AVR_H
#define CORE_AVR_H

#include "core/env.h"
#include "core/role.h"

#define AVR_CORE_IMAGE "agentvoiceresponse/avr-core:latest"
#define AVR_NETWORK    "avr"
#define AVR_TOOLS      "/usr/src/app/tools"
#define AVR_TOOLS_OWN  "/usr/src/app/avr_tools"

enum { AVR_ANY_PORT = 6000 }; /* where nothing better is known; AVR draws from 6000 to 6999 */

struct avr_provider { /* what a container's environment says about its provider */
    const char *id, *name, *type;
    struct origin assigned; /* where the agent names it */
    struct origin origin;   /* where it stands itself */
};

/* AGENT_ID and AGENT_NAME: the first layer of every container. */
void avr_put_agent(struct env_build *, const char *id, const char *name, const struct origin *);

/* A provider's config.env, rewritten as below. */
void avr_put_config(struct env_build *, const struct pair *env, size_t n, const struct origin *);

/* PROVIDER_<TYPE>_ID, _NAME and _TYPE, over whatever config.env said.  Its PORT goes: AVR puts a
 * random one of its own on top, so the one in config.env never counted. */
void avr_put_provider(struct env_build *, enum role, const struct avr_provider *);

/* The variables AVR takes from its own environment (AMI_URL for sts and llm, WEBHOOK_URL and
 * WEBHOOK_SECRET for core, BACKEND_URL for providers), as far as the host has them. */
void avr_put_host(struct env_build *, enum role, const struct host *);

/* Those of them nobody asked about: set in neither the host nor `env`. */
size_t avr_kept_names(struct arena *, enum role, const struct env_list *env,
                      const char *const **ret);

/* OPENAI_INSTRUCTIONS and GEMINI_INSTRUCTIONS become …_URL_INSTRUCTIONS when the value parses as a
 * URL; OPENAI_LANGUAGE is dropped when it is empty, NULL or auto: false, *ret unset. */
bool avr_rewrite(const struct pair *, struct pair *ret);

/* What `new URL(text)` of JavaScript accepts: "https://x/y", but also "Note: be polite". */
bool avr_is_url(const char *);

/* True if the value of this variable only shows that the backend had none: `undefined`, `null`. */
bool avr_means_unset(const char *name, const char *value);

/* "$TOOLS_DIR:/usr/src/app/tools", "$AVR_TOOLS_DIR:/usr/src/app/avr_tools" on providers. */
struct values avr_binds(struct arena *, enum role, const struct host *);
bool avr_is_tools_bind(const char *bind); /* by its target */

/* How core dials a provider: "STS_URL", "ASR_URL", …; NULL for core itself. */
const char *avr_url_name(enum role);
/* The name AVR's main branch writes by mistake, "asr_URL", without a path; NULL for sts. */
const char *avr_url_name_wrong(enum role);
const char *avr_url(struct arena *, enum role, const char *host, const char *port);

struct avr_url { /* the parts of such a value */
    const char *host, *port, *path;
};
bool avr_url_parse(struct arena *, const char *url, struct avr_url *ret);

/* True if a running core's own value is the same address as the wanted one: equal, or under the
 * wrong name and without its path. */
bool avr_url_equal(struct arena *, const char *have, bool wrong_name, const char *want);

/* What tells a container who it is and whom it reaches: known when it is made, never fetched. */
bool avr_is_wiring(const char *name);

/* Which variables connectors take up at each call: prompts, greetings, models, voices, languages,
 * and what more an image is known for by the last part of its repository (NULL: not known).
 * Patterns, in which '*' is any text. */
size_t avr_live_keys(struct arena *, const char *basename, const char *const **ret);
bool avr_key_matches(const char *pattern, const char *name);

/* The port an image listens on by itself, by the last part of its repository; 0: not known. */
int avr_image_port(const char *basename);

#endif
