#include "face/remembered.h"

#include "face/seen.h"
#include "render/history.h"
#include "store/generations.h"
#include "store/history.h"

enum { PAGE = 100, MOST_A_PAGE = 500 };

static void refuse(struct web_request *r, const struct err *err)
{
    web_reply_error(r, 503, "unavailable", err->text);
}

void reply_history(const struct face *face, struct web_request *r, const char *agent_id)
{
    struct history_query query = {.agent_id = agent_id};
    struct changes changes;
    int64_t limit, after;
    struct err err;

    if (!query_number(r, "limit", 1, MOST_A_PAGE, PAGE, &limit) ||
        !query_number(r, "after", 1, INT64_MAX, 0, &after))
        return;
    query.before_id = after;
    query.limit = (unsigned)limit + 1;
    if (history_list(service_store(face->service), web_arena(r), &query, &changes, &err) < 0) {
        refuse(r, &err);
        return;
    }
    bool more = changes.n > (size_t)limit;
    changes.n -= more;
    web_reply_json(r, 200, render_changes_json(web_arena(r), &changes, more));
}

void reply_generations(const struct face *face, struct web_request *r, const char *agent_id)
{
    struct generations list;
    int64_t limit;
    struct err err;

    if (!query_number(r, "limit", 1, MOST_A_PAGE, PAGE, &limit))
        return;
    if (generation_list(service_store(face->service), web_arena(r), agent_id, (unsigned)limit,
                        &list, &err) < 0)
        refuse(r, &err);
    else
        web_reply_json(r, 200, render_generations_json(web_arena(r), agent_id, &list));
}
