#include "face/jwt.h"

#include <string.h>

#include "base/base64.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/text.h"
#include "base/visible.h"

enum { MAX_TOKEN = 4096, MAX_USER = 64 };

struct part {
    const char *s;
    size_t len;
};

static int refuse(struct err *err)
{
    return err_set(err, ERR_DENIED, "The login is not valid, or no longer.");
}

/* Three parts with dots between them. */
static bool split(const char *token, struct part parts[3])
{
    if (strlen(token) > MAX_TOKEN)
        return false;
    for (int i = 0; i < 3; i++) {
        parts[i] = (struct part){token, strcspn(token, ".")};
        token += parts[i].len;
        if (*token != (i < 2 ? '.' : '\0'))
            return false;
        token += i < 2;
    }
    return true;
}

static bool is_signed(struct arena *a, const struct part parts[3], const char *secret)
{
    unsigned char mac[32];
    size_t len, signed_len = parts[0].len + 1 + parts[1].len;
    const char *given = base64url_decode(a, parts[2].s, parts[2].len, &len);

    digest_mac(secret, strlen(secret), parts[0].s, signed_len, mac);
    return given && len == sizeof mac && digest_is_equal(mac, (const unsigned char *)given);
}

static const cJSON *object(struct arena *a, struct part part)
{
    struct err ignored;
    size_t len;
    const char *text = base64url_decode(a, part.s, part.len, &len);
    const cJSON *json = text ? json_parse(a, text, len, &ignored) : NULL;

    return cJSON_IsObject(json) ? json : NULL;
}

/* The algorithm is ours, not the token's: one that names another is refused. */
static bool is_hs256(const cJSON *head)
{
    return text_is(json_text(head, "alg"), "HS256") && !json_get(head, "crit");
}

static bool is_now(const cJSON *claims, int64_t now_s)
{
    return json_int(claims, "exp", -1) > now_s && json_int(claims, "nbf", 0) <= now_s;
}

int jwt_verify(struct arena *a, const char *token, const char *secret, int64_t now_s,
               struct jwt *ret, struct err *err)
{
    struct part parts[3];

    if (!*secret || !split(token, parts) || !is_signed(a, parts, secret))
        return refuse(err);
    const cJSON *head = object(a, parts[0]), *claims = object(a, parts[1]);
    if (!head || !claims || !is_hs256(head) || !is_now(claims, now_s))
        return refuse(err);
    const char *user = json_text(claims, "username");
    *ret = (struct jwt){.access = access_of(json_text(claims, "role")),
                        .user = visible_cut(a, visible_text(a, user ? user : "?"), MAX_USER)};
    return ret->access == ACCESS_ANYONE ? refuse(err) : 0;
}
