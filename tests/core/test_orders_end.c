/* Goal: an order is forgotten once what it asked for is there, and not a moment before. */
#include "core/material.h"

#include "core/orders_end.h"
#include "core/wish.h"

static const struct drift drifts[] = {{.field = "image"}, {.field = DRIFT_RESTART}};
static const struct wanted fine = {.port = "6030"}, broken = {.problem = "no image"};
static const struct box box = {.name = "avr-sts-a1"};
static const struct order restart = {.kind = ORDER_RESTART};

static const struct {
    enum wish wish;
    struct role_plan role;
    bool over;
} restarts[] = {
    {WISH_RUN, {.wanted = &fine, .live = &box}, true},
    {WISH_RUN, {.wanted = &fine, .live = &box, .drifts = {drifts, 1}}, true},
    {WISH_RUN, {.wanted = &fine, .live = &box, .drifts = {drifts, 2}}, false},
    {WISH_RUN, {.wanted = &fine}, false},
    {WISH_RUN, {.wanted = &broken, .live = &box}, false},
    {WISH_RUN, {.live = &box}, true}, /* not wanted any more: it will not serve again */
    {WISH_STOP, {.wanted = &fine, .live = &box}, false},
    {WISH_STOP, {.wanted = &fine}, true},
};

static void a_restart_is_over_when_nobody_of_then_serves(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();

    (void)state;
    for (size_t i = 0; i < N_OF(restarts); i++) {
        struct agent agent = {.id = "a1", .wish = restarts[i].wish, .restart = &restart};
        struct agent_plan ap = {.agent = &agent, .roles = &restarts[i].role, .n_roles = 1};
        struct ended_orders e = orders_ended(a, &test_key, &(struct plan){&ap, 1, 1, NULL});
        assert_int_equal(e.n, restarts[i].over);
        if (e.n)
            assert_string_equal(e.items[0].text, "restarted, as was ordered");
        agent.problem = "no provider"; /* what it should be cannot be told */
        assert_int_equal(orders_ended(a, &test_key, &(struct plan){&ap, 1, 1, NULL}).n, 0);
    }
}

static void a_rollback_is_over_when_something_else_is_asked_for(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct agent agent = {.id = "a1"};
    struct order back = {.kind = ORDER_ROLLBACK, .to_generation = 3};
    struct agent_plan ap = {.agent = &agent};
    const struct plan plan = {&ap, 1, 0, NULL};

    (void)state;
    back.away_from = asked_wish(a, &test_key, &agent);
    agent.rollback = &back;
    assert_int_equal(orders_ended(a, &test_key, &plan).n, 0);
    back.away_from = "what was asked for then";
    struct ended_orders e = orders_ended(a, &test_key, &plan);
    assert_int_equal(e.n, 1);
    assert_ptr_equal(e.items[0].order, &back);
    assert_non_null(strstr(e.items[0].text, "the rollback to generation 3 is over"));
    agent.wish = WISH_STOP; /* it may be started again as it was */
    assert_int_equal(orders_ended(a, &test_key, &plan).n, 0);
}

/* A whole fleet's orders can end in one look, two of one agent among them. */
static void every_order_of_a_fleet_is_named(void **state)
{
    enum { FLEET = 10 };
    struct arena *a CLEANUP_ARENA = arena_new();
    const struct order back = {.kind = ORDER_ROLLBACK, .away_from = "then"};
    struct agent agents[FLEET];
    struct agent_plan plans[FLEET];

    (void)state;
    for (size_t i = 0; i < FLEET; i++) {
        agents[i] = (struct agent){.id = "a", .restart = &restart, .rollback = &back};
        plans[i] = (struct agent_plan){.agent = &agents[i]};
    }
    struct ended_orders e = orders_ended(a, &test_key, &(struct plan){plans, FLEET, 0, NULL});
    assert_int_equal(e.n, 2 * FLEET);
    for (size_t i = 0; i < e.n; i++) {
        assert_ptr_equal(e.items[i].agent, &agents[i / 2]);
        assert_ptr_equal(e.items[i].order, i % 2 ? &back : &restart);
    }
}

static void only_a_restart_ends_by_failing(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct agent agent = {.id = "a1"};

    (void)state;
    assert_int_equal(orders_failed(a, &agent).n, 0);
    agent.restart = &restart;
    struct ended_orders e = orders_failed(a, &agent);
    assert_int_equal(e.n, 1);
    assert_ptr_equal(e.items[0].order, &restart);
    assert_non_null(strstr(e.items[0].text, "not tried again"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_restart_is_over_when_nobody_of_then_serves),
        cmocka_unit_test(a_rollback_is_over_when_something_else_is_asked_for),
        cmocka_unit_test(every_order_of_a_fleet_is_named),
        cmocka_unit_test(only_a_restart_ends_by_failing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
