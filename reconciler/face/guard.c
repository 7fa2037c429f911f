/* The gate of the server. */
#include "base/clock.h"
#include "base/text.h"
#include "control/session.h"
#include "face/parts.h"

static bool is_forwarded(const struct web_request *r)
{
    return web_header(r, "X-Forwarded-For") || web_header(r, "Forwarded") ||
           web_header(r, "X-Real-IP");
}

static bool changes(const struct web_request *r)
{
    return !text_is(web_method(r), "GET") && !text_is(web_method(r), "HEAD");
}

bool face_gate(void *ctx, struct web_request *r, unsigned access)
{
    const struct face *face = ctx;
    const struct gate_rules rules = {
        .key = session_key(service_session(face->service)),
        .jwt_secret = face->jwt_secret,
        .now_s = wall_ms() / 1000,
    };
    const struct gate_request request = {
        .access = (enum face_access)access,
        .is_local = web_is_local(r),
        .is_forwarded = is_forwarded(r),
        .changes = changes(r),
        .authorization = web_header(r, "Authorization"),
        .mark = web_header(r, FACE_MARK),
        .origin = web_header(r, "Origin"),
        .host = web_header(r, "Host"),
    };
    struct gate_answer answer = gate_decide(web_arena(r), &rules, &request);

    if (answer.status == 0) {
        web_set_identity(r, arena_memdup(web_arena(r), &answer.identity, sizeof answer.identity));
        return true;
    }
    if (answer.status == 401)
        web_reply_header(r, "WWW-Authenticate", "Bearer");
    web_reply_error(r, answer.status, answer.code, answer.sentence);
    return false;
}

const struct face_identity *face_identity(const struct web_request *r)
{
    return web_identity(r);
}

void face_read_secret(struct face *face)
{
    const char *secret = face->options->jwt_secret;

    if (gate_secret_is_known(secret))
        log_condition(service_log(face->service), "login", LEVEL_WARNING, NULL,
                      "JWT_SECRET is one that everybody knows: no login of AVR is believed, only "
                      "tokens, and this machine itself");
    else
        face->jwt_secret = secret;
}
