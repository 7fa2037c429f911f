/* Goal: a failed container tells why it failed: its own end by code and signal, ours by the verdict
 * it was stopped for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/failure.h"
#include "core/slot.h"

enum { NOW = 1700000000, RAN_S = 20 };

static struct arena *a;
static struct box box;
static const struct probe ws = {.kind = PROBE_WS, .timeout_s = 8};

/* Started, found bad 20 s later, and ended then. */
static int set_up(void **state)
{
    (void)state;
    a = arena_new();
    int64_t since_ms = (int64_t)NOW * 1000;
    box = (struct box){.name = place_name(a, PLACE_FAILED, since_ms),
                       .state = BOX_EXITED,
                       .exit_code = 143,
                       .error = "",
                       .started_ms = since_ms - RAN_S * 1000,
                       .finished_ms = since_ms + 40};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

static void expect(const char *text, const struct probe *asked)
{
    const char *found = failure_text(a, &box, asked);

    assert_string_equal(found ? found : "nothing", text);
}

static void probed_for(int64_t timeout_s, enum probe_kind kind, const char *path, const char *text)
{
    expect(text, &(struct probe){kind, path, timeout_s});
}

static void its_own_end_is_told_by_code_and_signal(void **state)
{
    (void)state;
    box.finished_ms = box.started_ms + 3500;
    expect("exited with code 143 (SIGTERM) 3s after its start", &ws);
    box.exit_code = 137;
    box.last_line = "out of memory";
    expect("exited with code 137 (SIGKILL) 3s after its start: out of memory", &ws);
    box.exit_code = 1;
    box.finished_ms = box.started_ms + 40;
    box.last_line = "";
    expect("exited with code 1 right after its start", &ws);
    box.exit_code = 255; /* no signal has that number */
    expect("exited with code 255 right after its start", NULL);
}

static void of_one_we_stopped_the_verdict_is_told(void **state)
{
    (void)state;
    probed_for(RAN_S, PROBE_WS, NULL, "did not answer a WebSocket upgrade within 20s");
    probed_for(RAN_S, PROBE_TCP, NULL, "did not listen on its port within 20s");
    probed_for(RAN_S - 2, PROBE_HTTP, "/health", "did not answer GET /health within 18s");
    probed_for(RAN_S, PROBE_ENGINE, NULL, "did not pass its own health check within 20s");
    box.state = BOX_RUNNING; /* not stopped yet: calls may be on it */
    box.last_line = "listening";
    probed_for(RAN_S, PROBE_TCP, NULL, "did not listen on its port within 20s: listening");
}

static void how_long_it_ran_tells_whether_it_was_ever_ready(void **state)
{
    (void)state;
    expect("stopped working 20s after its start", &ws);
    probed_for(60, PROBE_WS, NULL, "was given up 20s after its start");
    expect("stopped working 20s after its start", NULL);
}

static void what_the_engine_knows_comes_first(void **state)
{
    (void)state;
    box.engine_health = ENGINE_HEALTH_BAD;
    expect("was unhealthy by its own health check", &ws);
    box.restart_count = 2;
    expect("died, and was restarted by its restart policy", &ws);
    box.started_ms = 0;
    expect("nothing", &ws);
    box.error = "no such executable";
    expect("could not be started: no such executable", &ws);
}

/* It runs a life of its own: nothing of that is why it failed. */
static void one_that_somebody_started_again_tells_nothing(void **state)
{
    (void)state;
    box.started_ms = (int64_t)NOW * 1000 + 5000;
    box.finished_ms = box.started_ms + 1000;
    expect("nothing", &ws);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(its_own_end_is_told_by_code_and_signal),
        TEST(of_one_we_stopped_the_verdict_is_told),
        TEST(how_long_it_ran_tells_whether_it_was_ever_ready),
        TEST(what_the_engine_knows_comes_first),
        TEST(one_that_somebody_started_again_tells_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
