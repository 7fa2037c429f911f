#include "face/seen.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "face/rows.h"
#include "core/find.h"

const struct look *seen_look(const struct face *face, struct web_request *r)
{
    const struct look *look = service_last_look(face->service, NULL, NULL);

    if (!look)
        web_reply_error(r, 503, "unavailable",
                        "The engine has not been seen yet; the log says why.");
    return look;
}

const struct agent_plan *seen_agent(struct web_request *r, const struct look *look)
{
    const struct agent_plan *plan = agent_plan_by_id(&look->plan, web_param(r, "id"));

    if (plan)
        return plan;
    web_reply_error(r, 404, "not_found", "There is no agent of this id.");
    return NULL;
}

struct render seen_render(const struct face *face, const struct look *look)
{
    struct render r = {.key = session_key(service_session(face->service)),
                       .now_ms = wall_ms(),
                       .sources = look ? look->sources->text : NULL,
                       .engine = look ? look->engine_text : NULL,
                       .since_ms = rows_since_ms,
                       .since_ctx = face->rows,
                       .works_on = service_works_on,
                       .works_ctx = face->service};

    local_now(&r.local);
    return r;
}

bool query_number(struct web_request *r, const char *name, int64_t least, int64_t most,
                  int64_t otherwise, int64_t *ret)
{
    const char *text = web_query(r, name);

    *ret = otherwise;
    if (!text)
        return true;
    size_t digits = strspn(text, "0123456789");
    *ret = digits && digits <= 18 && !text[digits] ? strtoll(text, NULL, 10) : -1;
    if (*ret >= least && *ret <= most)
        return true;
    web_reply_error(r, 400, "bad_request",
                    arena_printf(web_arena(r), "%s is no number from %lld to %lld.", name,
                                 (long long)least, (long long)most));
    return false;
}
