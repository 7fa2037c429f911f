/* Goal: the service on a fake engine, driven turn by turn in virtual time: what dies again and
 * again is started less and less often, named, and told with its last words; every change knows the
 * generations between which it lies; a generation is good only once it has proved itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>

#include "control/fake_engine.h"

#include "base/clock.h"
#include "core/outage.h"
#include "service/service_parts.h"
#include "store/generations.h"
#include "store/history.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND };

static struct arena *arena;
static char dir[40];
static const char *spec_path;
static struct config config;
static struct service_options options;
static const char *const decided[] = {"resync"};
static struct service service;

static const char *no_variable(void *ctx, const char *name)
{
    (void)ctx, (void)name;
    return NULL;
}

/* head: further keys at the top. */
static void write_spec_with(const char *head, const char *prompt)
{
    FILE *f = fopen(spec_path, "w");

    assert_non_null(f);
    fputs(head, f);
    fprintf(f,
            "defaults: {healthcheck: {test: TCP}, update: {monitor: 20s}}\n"
            "agents:\n"
            "  desk:\n"
            "    port: %s\n"
            "    core: {image: 'any:1'}\n"
            "    sts: {image: 'any:1', environment: {PORT: '%s', PROMPT: '%s',\n"
            "          API_KEY: sk-very-secret-1}}\n",
            engine.port, engine.port, prompt);
    fclose(f);
}

static void write_spec(const char *prompt)
{
    write_spec_with("", prompt);
}

static void on_alarm(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    (void)loop, (void)events;
    *(bool *)timer->data = true;
}

/* Lets the service do what it likes for so long. */
static void pass(int64_t ms)
{
    struct ev_timer timer;
    bool over = false;

    ev_now_update(service.loop);
    ev_timer_init(&timer, on_alarm, (double)ms / 1000., 0.);
    timer.data = &over;
    ev_timer_start(service.loop, &timer);
    while (!over)
        service_turn(&service);
    assert_null(engine.violation);
}

static void start_service(void)
{
    struct err err;

    service = (struct service){.config = &config, .options = &options, .lock = -1};
    if (service_open(&service, &err) < 0)
        fail_msg("%s", err.text);
}

static void stop_service(void)
{
    session_interrupt(service.session);
    fleet_interrupt(service.fleet);
    while (!fleet_is_idle(service.fleet))
        ev_run(service.loop, EVRUN_ONCE);
    ev_run(service.loop, EVRUN_NOWAIT);
    service_close(&service);
}

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    snprintf(dir, sizeof dir, "/tmp/avr-test-service-XXXXXX");
    assert_non_null(mkdtemp(dir));
    fake_open(arena, dir);
    fake_tag("any:1", 1);
    spec_path = arena_printf(arena, "%s/agents.yaml", dir);
    write_spec("v0");
    config = (struct config){.spec_paths = &spec_path,
                             .n_spec_paths = 1,
                             .env = {.get = no_variable},
                             .engine = {.unix_path = engine.path, .base_url = "http://localhost"},
                             .engine_name = "fake",
                             .state_dir = dir};
    options = (struct service_options){.log_format = LOG_TEXT,
                                       .log_level = LEVEL_ERROR,
                                       .resync_s = 60,
                                       .history_keep_s = SERVICE_HISTORY_KEEP_S,
                                       .decided = decided,
                                       .n_decided = 1,
                                       .control = arena_printf(arena, "%s/control.sock", dir)};
    start_service();
    pass(30 * SECOND);
    assert_non_null(fake_named("avr-sts-desk"));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    stop_service();
    fake_close();
    if (system(arena_printf(arena, "rm -rf %s", dir)) != 0)
        return -1;
    arena_free(arena);
    return 0;
}

static const char *condition(const char *key)
{
    const struct condition *all;
    size_t n = log_conditions(service.log, arena, &all);

    for (size_t i = 0; i < n; i++)
        if (text_is(all[i].key, key))
            return all[i].text;
    return NULL;
}

static struct change newest_change(void)
{
    struct history_query q = {.limit = 1};
    struct changes list;
    struct err err;

    assert_int_equal(history_list(service.store, arena, &q, &list, &err), 0);
    assert_int_equal(list.n, 1);
    return list.items[0];
}

static unsigned last_good(void)
{
    struct err err;
    unsigned number;

    assert_int_equal(generation_last_good(service.store, "desk", &number, &err), 0);
    return number;
}

/* It dies now; returns after how many milliseconds it runs again. */
static int64_t die_and_wait(void)
{
    struct fake_box *b = fake_named("avr-sts-desk");
    int64_t died_ms = virtual_ms();

    fake_die(b, 7);
    service_mark(&service, NULL);
    while (b->state != BOX_RUNNING)
        pass(100);
    pass(5 * SECOND); /* long enough to be ready: a success refills nothing */
    return b->started_ms - died_ms;
}

static void what_dies_again_and_again_is_named(void **state)
{
    int64_t waited_ms = 0;

    (void)state;
    engine.log = "Deepgram: connecting\nno access with sk-very-secret-1\n";
    assert_true(die_and_wait() < SECOND);
    die_and_wait();
    assert_null(condition("crash/desk/sts"));
    die_and_wait();
    assert_non_null(condition("crash/desk/sts"));
    for (int i = 0; i < 4; i++)
        waited_ms = die_and_wait();
    assert_true(waited_ms > 8 * SECOND); /* never a tight loop */
    const char *text = condition("crash/desk/sts");
    assert_true(text_starts(text, "avr-sts-desk died 7 times in "));
    assert_non_null(strstr(text, "(exit 7): no access with (hidden); started again in "));
    pass(5 * SECOND);

    struct change c = newest_change();
    assert_int_equal(c.n_log, 2);
    assert_string_equal(c.log[0], "Deepgram: connecting");
    assert_string_equal(c.log[1], "no access with (hidden)");
}

static void ten_quiet_minutes_clear_it(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        die_and_wait();
    assert_non_null(condition("crash/desk/sts"));
    pass(9 * MINUTE);
    assert_non_null(condition("crash/desk/sts"));
    pass(3 * MINUTE);
    assert_null(condition("crash/desk/sts"));
}

static void an_agent_that_goes_takes_its_conditions_along(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        die_and_wait();
    assert_non_null(condition("crash/desk/sts"));
    FILE *f = fopen(spec_path, "w");
    fputs("agents: {desk: {state: absent, sts: {image: 'any:1'}}}\n", f);
    fclose(f);
    intake_poke(service.intake, INTAKE_SPECS);
    pass(2 * MINUTE);
    assert_null(fake_named("avr-sts-desk"));
    assert_null(condition("crash/desk/sts"));
    assert_null(condition("agent/desk"));
}

static void what_the_engine_took_is_no_crash(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        session_engine_down(service.session);
        fake_die(fake_named("avr-sts-desk"), 137);
        pass(SECOND);
        session_engine_up(service.session);
        pass(MINUTE);
        assert_int_equal(fake_named("avr-sts-desk")->state, BOX_RUNNING);
    }
    assert_null(condition("crash/desk/sts"));
}

static void changes_know_their_generations(void **state)
{
    (void)state;
    struct change c = newest_change();
    assert_int_equal(c.from, 0);
    assert_int_equal(c.to, 1);

    write_spec("v1");
    intake_poke(service.intake, INTAKE_SPECS);
    pass(MINUTE);
    assert_true(fake_has_env(fake_named("avr-sts-desk"), "PROMPT=v1"));
    c = newest_change();
    assert_int_equal(c.result, CHANGE_DONE);
    assert_int_equal(c.from, 1);
    assert_int_equal(c.to, 2);
}

/* Its runner waits for the call on the old one, and what it knows was not told anew. */
static void after_a_gap_whoever_waits_for_calls_looks_as_well(void **state)
{
    static const char no_event[] = "no event at all\n";

    (void)state;
    fake_named("avr-sts-desk")->calls_until_ms = virtual_ms() + (int64_t)60 * MINUTE;
    write_spec("v1");
    intake_poke(service.intake, INTAKE_SPECS);
    pass(2 * MINUTE);
    assert_true(fake_has_env(fake_named("avr-sts-desk"), "PROMPT=v1"));
    assert_int_equal(fleet_size(service.fleet), 1);
    fake_die(fake_named("avr-sts-desk"), 7);
    for (int i = 0; i < FAKE_CONNECTIONS; i++)
        if (engine.connections[i].hears)
            fake_write(&engine.connections[i], no_event, strlen(no_event));
    pass(2 * SECOND);
    assert_int_equal(fake_named("avr-sts-desk")->state, BOX_RUNNING);

    for (size_t i = 0; i < engine.n_boxes; i++)
        engine.boxes[i].calls_until_ms = 0;
    pass(MINUTE);
    assert_true(fleet_is_idle(service.fleet));
}

/* Another wish takes over, and somebody removes what it replaced. */
static void swap_and_remove_the_old_one(void)
{
    write_spec("v1");
    intake_poke(service.intake, INTAKE_SPECS);
    for (int i = 0; i < 100 && !fake_has_env(fake_named("avr-sts-desk"), "PROMPT=v1"); i++)
        pass(100);
    for (size_t i = engine.n_boxes; i-- > 0;)
        if (text_starts(engine.boxes[i].name, "avrd-drain-"))
            engine.boxes[i] = engine.boxes[--engine.n_boxes];
}

/* Somebody removes what was replaced: the new one has nothing to be swapped back to, and must not
 * count as good before its time. */
static void a_generation_is_good_once_it_has_proved_itself(void **state)
{
    (void)state;
    pass(2 * MINUTE);
    assert_int_equal(last_good(), 1);
    swap_and_remove_the_old_one();
    service_mark(&service, NULL);
    pass(10 * SECOND);
    assert_int_equal(last_good(), 1);
    pass(2 * MINUTE);
    assert_int_equal(last_good(), 2);
}

/* Nothing is left to be swapped back to but what is remembered. */
static void what_last_proved_itself_is_put_back_from_memory(void **state)
{
    (void)state;
    pass(2 * MINUTE);
    swap_and_remove_the_old_one();
    engine.dies = "PROMPT=v1"; /* from now on, whenever it is started */
    fake_die(fake_named("avr-sts-desk"), 3);
    service_mark(&service, NULL);
    pass(15 * SECOND);
    const struct fake_box *b = fake_named("avr-sts-desk");
    assert_non_null(b);
    assert_true(fake_has_env(b, "PROMPT=v0"));
    assert_true(fake_has_env(b, "API_KEY=sk-very-secret-1"));
    assert_int_equal(b->state, BOX_RUNNING);
    assert_non_null(condition("agent/desk"));

    engine.dies = NULL; /* it is mended: the next try finds it well */
    pass(2 * MINUTE);
    assert_true(fake_has_env(fake_named("avr-sts-desk"), "PROMPT=v1"));
    assert_null(condition("agent/desk"));
}

static const struct agent_outcome *apply_once(struct session *session)
{
    struct sources *sources = arena_alloc(arena, sizeof *sources);
    const struct apply_options once = {.wait_timeout_s = -1};
    struct spec_errors errors;
    struct outcome outcome;
    struct err err;

    if (sources_read(arena, &config, sources, &errors, &err) < 0 ||
        session_apply(session, arena, sources, &once, &outcome, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(outcome.n_agents, 1);
    return outcome.agents;
}

/* No service runs any more, and what it wrote down is there. */
static void apply_puts_it_back_from_memory_as_well(void **state)
{
    (void)state;
    pass(2 * MINUTE);
    swap_and_remove_the_old_one();
    stop_service();
    engine.dies = "PROMPT=v1";
    fake_die(fake_named("avr-sts-desk"), 3);
    struct session *session = session_new(&config, false);
    const struct agent_outcome *outcome = apply_once(session);
    assert_int_equal(outcome->result, RESULT_FAILED);
    const struct fake_box *b = fake_named("avr-sts-desk");
    assert_non_null(b);
    assert_true(fake_has_env(b, "PROMPT=v0"));
    assert_int_equal(b->state, BOX_RUNNING);
    session_free(session);
    start_service();
}

static void never_a_rollback_of_a_rollback(void **state)
{
    (void)state;
    pass(2 * MINUTE);
    swap_and_remove_the_old_one();
    engine.dies = "API_KEY=sk-very-secret-1"; /* whatever is started */
    fake_die(fake_named("avr-sts-desk"), 3);
    service_mark(&service, NULL);
    pass(15 * SECOND);
    assert_null(fake_named("avr-sts-desk"));
    unsigned made = engine.made;
    pass(10 * SECOND);
    assert_int_equal(engine.made, made);
    const char *held = service.last.look.plan.agents[0].hold.why;
    assert_non_null(strstr(held, "the previous image and settings, too, failed "));
    pass(10 * MINUTE);
    assert_in_range(engine.made, made + 4, made + 12); /* less and less often */
}

/* So that the service wakes up exactly then. */
static void a_failed_one_is_tried_again_when_its_time_comes(void **state)
{
    unsigned made;

    (void)state;
    service.resync_s = 24 * 3600;
    write_spec("bad");
    intake_poke(service.intake, INTAKE_SPECS);
    pass(5 * SECOND);
    assert_true(fake_has_env(fake_named("avr-sts-desk"), "PROMPT=v0"));
    assert_non_null(condition("agent/desk"));
    made = engine.made;
    pass(15 * SECOND);
    assert_int_equal(engine.made, made);
    pass(15 * SECOND);
    assert_int_equal(engine.made, made + 1);
    pass(5 * MINUTE);
    assert_in_range(engine.made, made + 3, made + 5); /* and not in a tight loop */
}

static void specs_set_the_times_at_once_and_the_rest_at_the_next_start(void **state)
{
    (void)state;
    write_spec_with("service: {history-keep: 2d, notify: 'http://127.0.0.1:9/', resync: 2h}\n",
                    "v0");
    intake_poke(service.intake, INTAKE_SPECS);
    pass(5 * SECOND);
    assert_int_equal(service.history_keep_s, 2 * 24 * 3600);
    assert_int_equal(service.resync_s, 60); /* the command line's, as if */
    assert_null(service.notify);
    assert_string_equal(condition("service"), "specs have changed what they say under service: "
                                              "(notify), which takes effect at the next start");
    write_spec("v0");
    intake_poke(service.intake, INTAKE_SPECS);
    pass(5 * SECOND);
    assert_int_equal(service.history_keep_s, SERVICE_HISTORY_KEEP_S);
    assert_null(condition("service"));
}

static size_t n_changes(void)
{
    struct history_query q = {.limit = 100};
    struct changes list;
    struct err err;

    assert_int_equal(history_list(service.store, arena, &q, &list, &err), 0);
    return list.n;
}

static unsigned n_causes(const char *cause)
{
    struct history_query q = {.limit = 100};
    struct changes list;
    struct err err;
    unsigned n = 0;

    assert_int_equal(history_list(service.store, arena, &q, &list, &err), 0);
    for (size_t i = 0; i < list.n; i++)
        n += text_is(list.items[i].cause, cause);
    return n;
}

/* The engine is away when the round is made, and the next one is made for nothing but the time. */
static void a_round_that_fails_does_not_forget_why_it_was_made(void **state)
{
    (void)state;
    assert_string_equal(newest_change().cause, "found when the service started");
    pass(2 * MINUTE);
    service_mark(&service, "somebody says so");
    engine.fault = FAULT_500;
    engine.fault_at = engine.requests + 1;
    pass(150);
    assert_true(engine.requests >= engine.fault_at);
    assert_non_null(condition("engine"));
    fake_die(fake_named("avr-sts-desk"), 7);
    pass(10 * SECOND);
    assert_null(condition("engine"));
    assert_string_equal(newest_change().cause, "somebody says so");
}

static void an_engine_that_is_away_is_named_with_what_to_do(void **state)
{
    const char *elsewhere = arena_printf(arena, "%s/away.sock", dir);

    (void)state;
    assert_int_equal(rename(engine.path, elsewhere), 0);
    for (int i = 0; i < FAKE_CONNECTIONS; i++)
        if (engine.connections[i].fd)
            fake_hang_up(&engine.connections[i]);
    service_mark(&service, NULL);
    pass(5 * SECOND);
    assert_string_equal(condition("engine"),
                        arena_printf(arena,
                                     "no socket at %s. Is the engine running there? Another one is "
                                     "named with -H or DOCKER_HOST.",
                                     engine.path));
    assert_int_equal(rename(elsewhere, engine.path), 0);
    pass(MINUTE);
    assert_null(condition("engine"));
}

/* Tried again by rounds that are made because it is time. */
static void every_try_knows_its_cause(void **state)
{
    struct generations list;
    struct err err;

    (void)state;
    pass(2 * MINUTE);
    write_spec("bad");
    intake_poke(service.intake, INTAKE_SPECS);
    pass(5 * MINUTE);
    unsigned tries = n_causes("specs changed");
    assert_true(tries >= 2);
    assert_int_equal(n_causes("found when the service started"), 1);
    assert_int_equal(n_changes(), tries + 1);

    write_spec("v1");
    intake_poke(service.intake, INTAKE_SPECS);
    pass(2 * MINUTE);
    assert_int_equal(generation_list(service.store, arena, "desk", 10, &list, &err), 0);
    assert_string_equal(list.items[0].cause, "specs changed");
    fake_die(fake_named("avr-sts-desk"), 7);
    pass(2 * MINUTE);
    assert_string_equal(newest_change().cause, "found at a regular look");
}

static void the_history_is_kept_as_long_as_was_asked_for(void **state)
{
    struct change old = {.agent_id = "desk",
                         .agent_name = "desk",
                         .result = CHANGE_DONE,
                         .began_ms = wall_ms() - (int64_t)3 * 24 * 3600 * SECOND};
    struct err err;

    (void)state;
    assert_int_equal(history_add(service.store, &old, &old.id, &err), 0);
    assert_int_equal(n_changes(), 2);
    pass(70 * MINUTE);
    assert_int_equal(n_changes(), 2);
    service.history_keep_s = 2 * 24 * 3600;
    pass(70 * MINUTE);
    assert_int_equal(n_changes(), 1);
}

/* The container that failed tells it: nothing else has to be remembered. */
static void a_known_bad_one_is_not_tried_at_once_after_a_restart(void **state)
{
    (void)state;
    engine.log = "starting\ncannot start: bad key\n";
    write_spec("bad");
    intake_poke(service.intake, INTAKE_SPECS);
    pass(5 * SECOND);
    unsigned made = engine.made;
    stop_service();
    start_service();
    pass(12 * SECOND);
    assert_int_equal(engine.made, made);
    const struct step *hold = &service.last.look.plan.agents[0].hold;
    assert_int_equal(hold->hold, HOLD_FAILED);
    assert_true(hold->until_ms > wall_ms());
    assert_non_null(strstr(hold->why, "; next try in "));
    assert_non_null(strstr(hold->why, "it exited with code 3 right after its start: cannot start: "
                                      "bad key (kept as avrd-failed-"));
    pass(30 * SECOND);
    assert_int_equal(engine.made, made + 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_dies_again_and_again_is_named),
        TEST(ten_quiet_minutes_clear_it),
        TEST(an_agent_that_goes_takes_its_conditions_along),
        TEST(what_the_engine_took_is_no_crash),
        TEST(changes_know_their_generations),
        TEST(after_a_gap_whoever_waits_for_calls_looks_as_well),
        TEST(a_generation_is_good_once_it_has_proved_itself),
        TEST(what_last_proved_itself_is_put_back_from_memory),
        TEST(apply_puts_it_back_from_memory_as_well),
        TEST(never_a_rollback_of_a_rollback),
        TEST(a_failed_one_is_tried_again_when_its_time_comes),
        TEST(specs_set_the_times_at_once_and_the_rest_at_the_next_start),
        TEST(a_round_that_fails_does_not_forget_why_it_was_made),
        TEST(an_engine_that_is_away_is_named_with_what_to_do),
        TEST(every_try_knows_its_cause),
        TEST(the_history_is_kept_as_long_as_was_asked_for),
        TEST(a_known_bad_one_is_not_tried_at_once_after_a_restart),
    };
    return cmocka_run_group_tests_name("service", tests, NULL, NULL);
}
