/* The fleet as a whole, and what was done to it. */
#include "face/status.h"

#include "control/fleet.h"
#include "face/fresh.h"
#include "face/remembered.h"
#include "face/seen.h"
#include "render/api.h"

static const struct told *told(const struct face *face, struct arena *a, bool still, size_t *ret_n)
{
    const struct condition *conditions;
    size_t n = service_conditions(face->service, a, &conditions);
    struct told *list = arena_alloc(a, (n + 1) * sizeof *list);

    for (size_t i = 0; i < n; i++)
        list[i] = (struct told){.key = conditions[i].key,
                                .level = log_level_word(conditions[i].level),
                                .agent = conditions[i].about.agent,
                                .role = conditions[i].about.role,
                                .text = conditions[i].text,
                                .since_ms = conditions[i].since_ms,
                                .seen = still ? 0 : conditions[i].seen};
    *ret_n = n;
    return list;
}

const char *status_json(const struct face *face, struct arena *a, const struct web_request *asker,
                        bool still)
{
    int64_t looked_ms = 0;
    const struct look *look = service_last_look(face->service, NULL, &looked_ms);
    struct render r = seen_render(face, look);
    struct fleet_page page = {.version = AVR_VERSION,
                              .looked_ms = still ? 0 : looked_ms,
                              .healthy = service_is_well(face->service),
                              .standby = !service_leads(face->service),
                              .rollout_paused = fleet_paused(service_fleet(face->service), a)};

    if (look) {
        page.desired = &look->sources->desired;
        page.plan = &look->plan;
    }
    if (asker) {
        page.asker_role = access_role(face_identity(asker)->access);
        page.asker_name = face_identity(asker)->who;
    }
    page.conditions = told(face, a, still, &page.n_conditions);
    return render_fleet_json(a, &r, &page);
}

static void answer_status(void *ctx, struct web_request *r)
{
    web_reply_json(r, 200, status_json(ctx, web_arena(r), r, false));
}

static void get_status(void *ctx, struct web_request *r)
{
    fresh(ctx, r, answer_status);
}

static void get_activity(void *ctx, struct web_request *r)
{
    reply_history(ctx, r, NULL);
}

static const struct web_route routes[] = {
    {"GET", "/api/v1/status", ACCESS_VIEWER, get_status},
    {"GET", "/api/v1/activity", ACCESS_VIEWER, get_activity},
};

const struct face_family status_family = {.routes = routes,
                                          .n_routes = sizeof routes / sizeof routes[0]};
