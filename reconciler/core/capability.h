/* capability.h - the tokens by which containers ask for their settings.
 *
 *     http://avr-reconciler:6100/c/sts.<agent id>.<64 hex digits>
 *
 * A token is a segment of the address a container is given, so whatever fetches
 * "${BACKEND_URL}/internal/..." brings it along.  It is a keyed digest over agent, role and
 * provider: nothing has to be remembered, and it stays the same for as long as these do, so it
 * makes no drift.  Whoever has it can read the provider's keys: it is a secret like one. */
#ifndef CORE_CAPABILITY_H
#define CORE_CAPABILITY_H

#include <stdbool.h>

#include "base/digest.h"
#include "core/role.h"

struct capability { /* what a token says; true only if capability_proves() */
    enum role role;
    const char *agent_id;
    const char *mac; /* 64 hex digits */
};

/* The key of tokens, from the key of the fingerprints. */
struct digest_key capability_key(const struct digest_key *);

/* "BASE/c/<token>"; a slash at the end of base is dropped. */
const char *capability_url(struct arena *, const struct digest_key *, const char *base,
                           const char *agent_id, enum role, const char *provider_id);

/* False if the text has not the form of a token. */
bool capability_parse(struct arena *, const char *token, struct capability *ret);

/* Whether this token was made for this provider, by the holder of the key. */
bool capability_proves(const struct digest_key *, const struct capability *,
                       const char *provider_id);

/* The token within an address or a line: its first character, or NULL; *ret_len is its length. */
const char *capability_find(const char *text, size_t *ret_len);

#endif
