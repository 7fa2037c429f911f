/* The shapes of face/openapi.yaml, by hand; tests/e2e holds answers of a service against the file.
 */
#include "render/api.h"
#include "render/fixture.h"

static const struct told conditions[] = {{.key = "engine",
                                          .level = "error",
                                          .text = "the engine does not answer",
                                          .since_ms = NOW - 60000,
                                          .seen = 3}};
static const struct fleet_page fleet = {.version = "0.1.0",
                                        .desired = &fixture_desired,
                                        .plan = &fixture_plan,
                                        .looked_ms = NOW,
                                        .healthy = true,
                                        .conditions = conditions,
                                        .n_conditions = 1,
                                        .asker_role = "manager"};

static int64_t ten_minutes_ago(const void *ctx, const char *agent_id)
{
    return strcmp(ctx, agent_id) == 0 ? NOW - 600000 : -1;
}

static void a_page_of_agents(void **state)
{
    struct plan page = {.agents = fixture_plans, .n_agents = 2};
    struct render r = fixture_render;

    r.since_ms = ten_minutes_ago;
    r.since_ctx = "aa04c1c3";
    const char *json = render_agents_json(*state, &r, &fixture_desired, &fixture_plan, &page, true);

    assert_golden("agents.json", json);
}

static void the_fleet(void **state)
{
    assert_golden("fleet.json", render_fleet_json(*state, &fixture_render, &fleet));
}

static void a_fleet_that_nobody_has_seen(void **state)
{
    const char *json = render_fleet_json(*state, &(struct render){.key = &fixture_key},
                                         &(struct fleet_page){.version = "0.1.0"});

    assert_non_null(strstr(json, "\"looked_ms\": null"));
    assert_non_null(strstr(json, "\"in_sync\": false"));
    assert_non_null(strstr(json, "\"live_calls\": null"));
    assert_null(strstr(json, "asker"));
}

/* One of unknown calls makes the sum unknown. */
static void calls_of_the_fleet(void **state)
{
    struct plan known = {.agents = fixture_plans, .n_agents = 4};
    struct fleet_page page = fleet;

    page.plan = &known;
    assert_non_null(strstr(render_fleet_json(*state, &fixture_render, &page), "\"live_calls\": 2"));
    assert_non_null(
        strstr(render_fleet_json(*state, &fixture_render, &fleet), "\"live_calls\": null"));
}

/* What goes over a stream of events is one line. */
static void a_row_is_a_line(void **state)
{
    for (size_t i = 0; i < fixture_plan.n_agents; i++)
        assert_null(
            strchr(render_agent_status_json(*state, &fixture_render, &fixture_plans[i]), '\n'));
    assert_null(strchr(render_fleet_json(*state, &fixture_render, &fleet), '\n'));
}

static int setup(void **state)
{
    *state = arena_new();
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_page_of_agents),   TEST(the_fleet),       TEST(a_fleet_that_nobody_has_seen),
        TEST(calls_of_the_fleet), TEST(a_row_is_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
