/* Goal: who serves nobody comes first, whose calls are longest comes last. */
#include "core/material.h"

#include "core/order.h"

static const struct wanted some = {.image_ref = "x"};
static const struct box up = {.state = BOX_RUNNING}, down = {.state = BOX_EXITED};

static struct agent_plan plan_of(struct arena *a, const char *id, const struct box *live, int calls,
                                 int64_t oldest_ms)
{
    struct agent *agent = arena_alloc(a, sizeof *agent);
    struct role_plan *role = arena_alloc(a, sizeof *role);

    *agent = (struct agent){.id = id};
    *role = (struct role_plan){.wanted = &some, .live = live};
    return (struct agent_plan){.agent = agent,
                               .roles = role,
                               .n_roles = 1,
                               .live_calls = calls,
                               .oldest_call_ms = oldest_ms};
}

static const char *order_of(struct arena *a, const struct agent_plan *agents, size_t n)
{
    const struct plan plan = {.agents = agents, .n_agents = n};
    const struct agent_plan *const *order = plan_order(a, &plan);
    struct text t = {.arena = a};

    for (size_t i = 0; i < n; i++)
        text_printf(&t, "%s%s", i ? " " : "", order[i]->agent->id);
    return text_str(&t);
}

static void service_is_kept(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    const struct agent_plan agents[] = {
        plan_of(a, "long", &up, 1, 1000),   plan_of(a, "unknown", &up, -1, 0),
        plan_of(a, "short", &up, 2, 9000),  plan_of(a, "quiet-1", &up, 0, 0),
        plan_of(a, "missing", NULL, -1, 0), plan_of(a, "quiet-2", &up, 0, 0),
        plan_of(a, "ageless", &up, 1, 0),   plan_of(a, "dead", &down, 0, 0),
    };

    (void)state;
    assert_string_equal(order_of(a, agents, N_OF(agents)),
                        "missing dead quiet-1 quiet-2 unknown short long ageless");
    assert_string_equal(order_of(a, agents, 0), "");
}

static void who_is_to_stop_is_not_down(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct agent_plan agents[] = {plan_of(a, "quiet", &up, 0, 0),
                                  plan_of(a, "stopped", NULL, 0, 0)};
    struct agent stopped = {.id = "stopped", .wish = WISH_STOP};

    (void)state;
    agents[1].agent = &stopped;
    assert_string_equal(order_of(a, agents, 2), "quiet stopped");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(service_is_kept),
        cmocka_unit_test(who_is_to_stop_is_not_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
