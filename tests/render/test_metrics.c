/* What Prometheus is told.  data/metrics.txt is what tests/lint/metrics.sh shows to promtool. */
#include "base/text.h"
#include "render/fixture.h"
#include "render/metrics.h"

static const struct observed observed = {.boxes = fixture_boxes, .n_boxes = COUNT(fixture_boxes)};

static struct metrics everything(void)
{
    static const struct metrics_count webhooks[] = {{"call_started", 9}, {"other", 0}};
    struct metrics m = {.version = "0.1.0",
                        .plan = &fixture_plan,
                        .observed = &observed,
                        .looked_ms = NOW,
                        .healthy = true,
                        .leader = true,
                        .working = 1,
                        .errors = 1,
                        .warnings = 2,
                        .settings_age_s = 75,
                        .relays = true,
                        .relay_waiting = 4,
                        .web_connections = 3,
                        .web_streams = 2,
                        .since = {.cycles_failed = 2,
                                  .changes = {[CHANGE_DONE] = 5, [CHANGE_FAILED] = 1},
                                  .calls_waited = 7,
                                  .waited_s = 192.5,
                                  .engine_reads = 100,
                                  .engine_writes = 12,
                                  .engine_failures = 1,
                                  .notifications_dropped = 9,
                                  .settings_told = 21,
                                  .settings_refused = 6,
                                  .webhooks = webhooks,
                                  .n_webhooks = COUNT(webhooks),
                                  .webhooks_refused = 8,
                                  .relay_sent = 30,
                                  .relay_failed = 2,
                                  .relay_dropped = 1,
                                  .web_requests = {[2] = 40, [4] = 3},
                                  .web_refused = 1}};
    const double took[] = {.004, .02, .02, 3., 99.};

    for (size_t i = 0; i < COUNT(took); i++)
        histogram_add(&m.since.cycles, took[i]);
    return m;
}

static void all_of_it(void **state)
{
    struct arena *a = arena_new();
    struct metrics m = everything();

    (void)state;
    assert_golden("metrics.txt", render_metrics(a, &m));
    arena_free(a);
}

static void before_the_first_look_nothing_is_said_of_the_fleet(void **state)
{
    struct arena *a = arena_new();
    struct metrics m = {.version = "0.1.0"};
    const char *text = render_metrics(a, &m);

    (void)state;
    assert_null(strstr(text, "avr_reconciler_agents{"));
    assert_null(strstr(text, "last_cycle_timestamp"));
    assert_non_null(strstr(text, "avr_reconciler_healthy 0\n"));
    arena_free(a);
}

static void without_a_relay_nothing_is_said_of_it(void **state)
{
    struct arena *a = arena_new();
    struct metrics m = {.version = "0.1.0"};
    const char *text = render_metrics(a, &m);

    (void)state;
    assert_null(strstr(text, "webhooks_relayed"));
    assert_null(strstr(text, "webhooks_waiting"));
    assert_non_null(strstr(text, "avr_reconciler_webhooks_refused_total 0\n"));
    assert_non_null(strstr(text, "avr_reconciler_config_age_seconds 0\n"));
    arena_free(a);
}

/* The lists of values and names end up in no label, and an id cannot end one. */
static void labels_hold_nothing_of_anybody(void **state)
{
    static const struct agent hostile = {.id = "a\"} 1\nx\\", .name = CANARY};
    static const struct agent_plan plan = {.agent = &hostile};
    static const struct plan one = {.agents = &plan, .n_agents = 1};
    struct arena *a = arena_new();
    struct metrics m = everything();
    const char *all = render_metrics(a, &m);

    (void)state;
    assert_null(strstr(all, CANARY));
    assert_null(strstr(all, "summer sale"));
    m.plan = &one;
    const char *text = render_metrics(a, &m);
    assert_null(strstr(text, CANARY));
    assert_non_null(
        strstr(text, "avr_reconciler_agent_in_sync{agent_id=\"a\\\"} 1\\nx\\\\\"} 1\n"));
    arena_free(a);
}

static void calls_that_nobody_can_count_are_left_out(void **state)
{
    struct arena *a = arena_new();
    struct metrics m = everything();
    const char *text = render_metrics(a, &m);

    (void)state;
    assert_non_null(strstr(text, "avr_reconciler_live_calls{agent_id=\"7d1c0a52\"} 2\n"));
    assert_null(strstr(text, "avr_reconciler_live_calls{agent_id=\"e11ee770\"}"));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_it),
        cmocka_unit_test(before_the_first_look_nothing_is_said_of_the_fleet),
        cmocka_unit_test(without_a_relay_nothing_is_said_of_it),
        cmocka_unit_test(labels_hold_nothing_of_anybody),
        cmocka_unit_test(calls_that_nobody_can_count_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
