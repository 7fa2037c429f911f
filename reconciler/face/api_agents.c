/* Agents: a row each, or one whole. */
#include <stdlib.h>
#include <string.h>

#include "control/fleet.h"
#include "control/orders.h"
#include "face/fresh.h"
#include "face/remembered.h"
#include "face/seen.h"
#include "render/api.h"

enum { PAGE = 100, MOST_A_PAGE = 500 };

static int by_id(const void *x, const void *y)
{
    return strcmp(((const struct agent_plan *)x)->agent->id,
                  ((const struct agent_plan *)y)->agent->id);
}

/* At most `limit` of those behind `after`, by id: an agent that comes or goes between two pages
 * moves no other one to or fro. */
static struct plan page_of(struct arena *a, const struct plan *all, const char *after, size_t limit,
                           bool *ret_more)
{
    struct agent_plan *list = arena_alloc(a, (all->n_agents + 1) * sizeof *list);
    struct plan page = *all;
    size_t n = 0;

    for (size_t i = 0; i < all->n_agents; i++)
        if (!after || strcmp(all->agents[i].agent->id, after) > 0)
            list[n++] = all->agents[i];
    if (n)
        qsort(list, n, sizeof *list, by_id);
    *ret_more = n > limit;
    page.agents = list;
    page.n_agents = n > limit ? limit : n;
    return page;
}

static void answer_list(void *ctx, struct web_request *r)
{
    const struct face *face = ctx;
    const struct look *look = seen_look(face, r);
    int64_t limit;
    bool more;

    if (!look || !query_number(r, "limit", 1, MOST_A_PAGE, PAGE, &limit))
        return;
    struct plan page =
        page_of(web_arena(r), &look->plan, web_query(r, "after"), (size_t)limit, &more);
    struct render render = seen_render(face, look);
    web_reply_json(r, 200,
                   render_agents_json(web_arena(r), &render, &look->sources->desired, &look->plan,
                                      &page, more));
}

static void list_agents(void *ctx, struct web_request *r)
{
    fresh(ctx, r, answer_list);
}

static void add_goal(const struct face *face, struct arena *a, const struct look *look,
                     struct agent_page *page)
{
    struct order_desk desk = {.store = service_store(face->service),
                              .arena = a,
                              .key = session_key(service_session(face->service)),
                              .desired = &look->sources->desired};
    struct generation *goal = arena_alloc(a, sizeof *goal);
    struct err err;

    if (order_goal_find(&desk, page->plan->agent, NULL, goal, &err) == 0)
        page->goal = goal;
    else
        page->no_goal = arena_strdup(a, err.text);
}

static void answer_agent(void *ctx, struct web_request *r)
{
    const struct face *face = ctx;
    const struct look *look = seen_look(face, r);
    const struct agent_plan *plan = look ? seen_agent(r, look) : NULL;
    enum face_access access = face_identity(r)->access;

    if (!plan)
        return;
    struct agent_page page = {.desired = &look->sources->desired,
                              .observed = &look->observed,
                              .plan = plan,
                              .working = fleet_has(service_fleet(face->service), plan->agent->id),
                              .may_order = access >= ACCESS_MANAGER,
                              .may_cut = access >= ACCESS_ADMIN};
    (void)service_last_look(face->service, NULL, &page.looked_ms);
    add_goal(face, web_arena(r), look, &page);
    struct render render = seen_render(face, look);
    web_reply_json(r, 200, render_agent_json(web_arena(r), &render, &page));
}

static void get_agent(void *ctx, struct web_request *r)
{
    fresh(ctx, r, answer_agent);
}

/* Of agents that are gone, too: nobody looks whether it is there. */
static void get_history(void *ctx, struct web_request *r)
{
    reply_history(ctx, r, web_param(r, "id"));
}

static void get_generations(void *ctx, struct web_request *r)
{
    reply_generations(ctx, r, web_param(r, "id"));
}

static const struct web_route routes[] = {
    {"GET", "/api/v1/agents", ACCESS_VIEWER, list_agents},
    {"GET", "/api/v1/agents/{id}", ACCESS_VIEWER, get_agent},
    {"GET", "/api/v1/agents/{id}/history", ACCESS_VIEWER, get_history},
    {"GET", "/api/v1/agents/{id}/generations", ACCESS_VIEWER, get_generations},
};

const struct face_family agents_family = {.routes = routes,
                                          .n_routes = sizeof routes / sizeof routes[0]};
