#include "face/token.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/seal.h"
#include "base/text.h"

enum { MAX_TOKEN = 128 };

static void seal_of(const struct digest_key *key, const char *text, size_t len,
                    unsigned char ret[32])
{
    struct digest_key own = seal_key(key, "tokens");

    digest_mac(own.bytes, sizeof own.bytes, text, len, ret);
}

const char *token_make(struct arena *a, const struct digest_key *key, enum face_access access,
                       int64_t expires_s)
{
    unsigned char mac[32];
    const char *text = arena_printf(a, "v1.%s.%lld", access_role(access), (long long)expires_s);

    seal_of(key, text, strlen(text), mac);
    char *digits = base64url_encode(a, mac, sizeof mac);
    digits[strcspn(digits, "=")] = '\0';
    return arena_printf(a, "%s.%s", text, digits);
}

/* What precedes the last dot is what was sealed. */
static bool is_ours(struct arena *a, const struct digest_key *key, const char *token)
{
    const char *dot = strrchr(token, '.');
    unsigned char mac[32];
    size_t len;

    if (strlen(token) > MAX_TOKEN || !dot)
        return false;
    const char *given = base64url_decode(a, dot + 1, strlen(dot + 1), &len);
    seal_of(key, token, (size_t)(dot - token), mac);
    return given && len == sizeof mac && digest_is_equal(mac, (const unsigned char *)given);
}

int token_verify(struct arena *a, const struct digest_key *key, const char *token, int64_t now_s,
                 enum face_access *ret, struct err *err)
{
    if (text_starts(token, "v1.") && is_ours(a, key, token)) { /* so it is formed as we do */
        const char *role = token + strlen("v1."), *dot = strchr(role, '.');
        *ret = access_of(arena_strndup(a, role, (size_t)(dot - role)));
        if (strtoll(dot + 1, NULL, 10) > now_s)
            return 0;
    }
    return err_set(err, ERR_DENIED, "The token is not valid, or no longer.");
}
