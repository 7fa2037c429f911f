#include "core/capability.h"

#include <string.h>

#include "base/seal.h"
#include "base/text.h"

enum { MAC = 64, MAX_TOKEN = 300 };

static const char segment[] = "/c/";

struct digest_key capability_key(const struct digest_key *key)
{
    return seal_key(key, "tokens of containers");
}

/* An agent's id holds no bar (core/merge_agent.c), so no two triples give one text. */
static const char *mac_of(struct arena *a, const struct digest_key *key, const char *agent_id,
                          enum role role, const char *provider_id)
{
    const char *text = arena_printf(a, "v1|%s|%s|%s", agent_id, role_name[role], provider_id);

    return digest_hex(a, key, text, strlen(text), MAC);
}

const char *capability_url(struct arena *a, const struct digest_key *key, const char *base,
                           const char *agent_id, enum role role, const char *provider_id)
{
    size_t n = strlen(base);

    while (n && base[n - 1] == '/')
        n--;
    return arena_printf(a, "%.*s%s%s.%s.%s", (int)n, base, segment, role_name[role], agent_id,
                        mac_of(a, key, agent_id, role, provider_id));
}

static bool role_parse(const char *s, size_t len, enum role *ret)
{
    for (enum role r = 0; r < ROLE_CORE; r++)
        if (strlen(role_name[r]) == len && memcmp(role_name[r], s, len) == 0) {
            *ret = r;
            return true;
        }
    return false;
}

/* The parts of a token in place: its role, and where its agent's id and digest begin. */
static bool split(const char *s, size_t len, enum role *ret_role, size_t *ret_agent)
{
    const char *dot = memchr(s, '.', len);
    size_t role = dot ? (size_t)(dot - s) : 0;

    *ret_agent = role + 1;
    if (!dot || len > MAX_TOKEN || len < role + 1 + 1 + 1 + MAC || s[len - MAC - 1] != '.')
        return false;
    return strspn(s + len - MAC, "0123456789abcdef") >= MAC && role_parse(s, role, ret_role);
}

bool capability_parse(struct arena *a, const char *token, struct capability *ret)
{
    size_t len = strnlen(token, MAX_TOKEN + 1), agent;

    if (!split(token, len, &ret->role, &agent))
        return false;
    ret->agent_id = arena_strndup(a, token + agent, len - MAC - 1 - agent);
    ret->mac = token + len - MAC;
    return true;
}

bool capability_proves(const struct digest_key *key, const struct capability *c,
                       const char *provider_id)
{
    struct arena *a CLEANUP_ARENA = arena_new();

    return digest_same(mac_of(a, key, c->agent_id, c->role, provider_id), c->mac, MAC);
}

const char *capability_find(const char *text, size_t *ret_len)
{
    while ((text = strstr(text, segment))) {
        enum role role;
        size_t agent;
        text += strlen(segment);
        *ret_len = strcspn(text, "/?# \t\r\n\"'<>,;)");
        if (split(text, *ret_len, &role, &agent))
            return text;
    }
    return NULL;
}
