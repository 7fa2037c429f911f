#include "face/gate.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "face/jwt.h"
#include "face/token.h"

bool gate_secret_is_known(const char *secret)
{
    static const char *const known[] = {"supersecret", "secret",          "changeme", "change_me",
                                        "jwt_secret",  "your_jwt_secret", "avr",      "password"};

    for (size_t i = 0; secret && i < sizeof known / sizeof known[0]; i++)
        if (strcasecmp(secret, known[i]) == 0)
            return true;
    return false;
}

static struct gate_answer refused(unsigned status, const char *code, const char *sentence)
{
    return (struct gate_answer){.status = status, .code = code, .sentence = sentence};
}

/* --- who asks -------------------------------------------------------------------------------- */

/* NULL: nothing is shown. */
static const char *bearer(const struct gate_request *r)
{
    static const char scheme[] = "Bearer ";
    size_t n = sizeof scheme - 1;

    return r->authorization && strncasecmp(r->authorization, scheme, n) == 0 ? r->authorization + n
                                                                             : NULL;
}

static int believe(struct arena *a, const struct gate_rules *rules, const char *shown,
                   struct face_identity *ret, struct err *err)
{
    struct jwt jwt;

    if (text_starts(shown, "v1.")) {
        ret->who = "a token";
        return token_verify(a, rules->key, shown, rules->now_s, &ret->access, err);
    }
    if (!rules->jwt_secret)
        return err_set(err, ERR_DENIED, "Nobody can log in here: JWT_SECRET is not set.");
    if (jwt_verify(a, shown, rules->jwt_secret, rules->now_s, &jwt, err) < 0)
        return -1;
    *ret = (struct face_identity){jwt.access, jwt.user};
    return 0;
}

static struct gate_answer identify(struct arena *a, const struct gate_rules *rules,
                                   const struct gate_request *r)
{
    struct gate_answer answer = {0};
    const char *shown = bearer(r);
    struct err err;

    if (shown && believe(a, rules, shown, &answer.identity, &err) < 0)
        return refused(401, "unauthorized", arena_strdup(a, err.text));
    if (shown)
        return answer;
    if (rules->jwt_secret || !r->is_local || r->is_forwarded)
        return refused(401, "unauthorized", "A login or a token is needed.");
    answer.identity = (struct face_identity){ACCESS_ADMIN, "this machine"};
    return answer;
}

/* --- may he ---------------------------------------------------------------------------------- */

static bool is_same_origin(const struct gate_request *r)
{
    const char *behind = r->origin ? strstr(r->origin, "://") : NULL;

    return !r->origin || (behind && r->host && strcasecmp(behind + 3, r->host) == 0);
}

struct gate_answer gate_decide(struct arena *a, const struct gate_rules *rules,
                               const struct gate_request *r)
{
    if (r->access <= ACCESS_CONTAINER)
        return (struct gate_answer){0};
    struct gate_answer answer = identify(a, rules, r);
    if (answer.status)
        return answer;
    if (answer.identity.access < r->access)
        return refused(403, "forbidden",
                       arena_printf(a, "This needs the role %s.", access_role(r->access)));
    if (r->changes && !r->mark)
        return refused(403, "no_mark", "What changes something must carry " FACE_MARK ": 1.");
    if (r->changes && !is_same_origin(r))
        return refused(403, "other_origin", "This was asked by a page of somebody else.");
    return answer;
}
