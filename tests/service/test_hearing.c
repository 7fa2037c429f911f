/* Goal: a new call is sent to the container that serves, by its own address, as long as nothing has
 * happened to it that was not looked at: whatever happens to others changes nothing, and a
 * container that is gone is never given a call. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "control/fake_engine.h"

#include "service/hearing.h"
#include "service/service_parts.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND };

static struct arena *arena;
static char dir[40];
static const char *spec_path;
static struct config config;
static struct service_options options;
static struct service service;
static void (*during_a_look)(void); /* NULL, or called once in the middle of the next one */

static const char *no_variable(void *ctx, const char *name)
{
    (void)ctx, (void)name;
    return NULL;
}

static void write_agent(FILE *f, const char *id, const char *prompt)
{
    fprintf(f,
            "  %s:\n"
            "    core: {image: 'any:1'}\n"
            "    sts: {image: 'any:1', environment: {PORT: '%s', PROMPT: '%s'}}\n",
            id, engine.port, prompt);
}

static void write_spec(const char *prompt)
{
    FILE *f = fopen(spec_path, "w");

    assert_non_null(f);
    fputs("defaults: {healthcheck: NONE, network: avr, update: {monitor: 5s}}\nagents:\n", f);
    write_agent(f, "desk", prompt);
    write_agent(f, "sales", "v0");
    fclose(f);
}

static void on_alarm(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    (void)loop, (void)events;
    *(bool *)timer->data = true;
}

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

/* The engine's work, and in the middle of a look what the test has to do then. */
static bool work(void)
{
    void (*act)(void) = during_a_look;

    if (act && sight_is_looking(service.sight)) {
        during_a_look = NULL;
        act();
    }
    return fake_work();
}

/* Containers are told apart by the first digits of their ids. */
static void give_id(struct fake_box *b)
{
    snprintf(b->id, sizeof b->id, "%012x%052x", engine.made, 0);
}

static int set_up(void **state)
{
    struct err err;

    (void)state;
    arena = arena_new();
    snprintf(dir, sizeof dir, "/tmp/avr-test-hearing-XXXXXX");
    assert_non_null(mkdtemp(dir));
    fake_open(arena, dir);
    engine.on_create = give_id;
    virtual_work = work;
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
                                       .resync_s = 3600,
                                       .history_keep_s = SERVICE_HISTORY_KEEP_S,
                                       .control = arena_printf(arena, "%s/control.sock", dir)};
    service = (struct service){.config = &config, .options = &options, .lock = -1};
    if (service_open(&service, &err) < 0)
        fail_msg("%s", err.text);
    pass(30 * SECOND);
    assert_non_null(fake_named("avr-sts-desk"));
    assert_non_null(fake_named("avr-sts-sales"));
    engine.guarded = true;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    during_a_look = NULL;
    service_close(&service);
    fake_close();
    if (system(arena_printf(arena, "rm -rf %s", dir)) != 0)
        return -1;
    arena_free(arena);
    return 0;
}

/* --- what is asked, and what is told --------------------------------------------------------- */

/* Where a new call of this agent would go now; NULL: wherever its name leads. */
static const char *route(const char *agent)
{
    static unsigned calls;
    const struct call_event e = {.uuid = arena_printf(arena, "call-%u", ++calls),
                                 .agent_id = agent};

    return hearing_route(service.hearing, arena, &e);
}

static const char *address_of(const char *name)
{
    const struct fake_box *b = fake_named(name);

    return b ? arena_printf(arena, "ws://%.12s:%s", b->id, engine.port) : NULL;
}

static bool is_routed(const char *agent)
{
    return text_is(route(agent), address_of(arena_printf(arena, "avr-sts-%s", agent)));
}

static void tell(const char *line)
{
    for (int i = 0; i < FAKE_CONNECTIONS; i++)
        if (engine.connections[i].hears)
            fake_write(&engine.connections[i], line, strlen(line));
    pass(5); /* read, and long before the round that may come of it */
}

static void tell_box(const char *action, const char *name)
{
    fake_tell_box(action, fake_named(name)->id, name, name);
    pass(5);
}

static void tell_network(const char *action, const char *box_id)
{
    tell(arena_printf(arena,
                      "{\"Type\":\"network\",\"Action\":\"%s\",\"Actor\":{\"ID\":\"n\","
                      "\"Attributes\":{\"name\":\"avr\",\"container\":\"%s\"}},\"time\":1}\n",
                      action, box_id));
}

static void expect_old_until_a_look(const char *agent)
{
    assert_null(route(agent));
    pass(2 * SECOND);
    assert_true(is_routed(agent));
}

/* --- the tests ------------------------------------------------------------------------------- */

static void what_nothing_happened_to_is_known(void **state)
{
    (void)state;
    assert_true(is_routed("desk"));
    assert_true(is_routed("sales"));
    assert_null(route("nobody"));
    pass(2 * MINUTE);
    assert_true(is_routed("desk"));
}

static void what_happens_to_one_is_no_news_of_another(void **state)
{
    static const char *const actions[] = {"kill",    "die",   "stop",  "destroy", "rename",
                                          "restart", "pause", "start", "update",  "oom"};

    (void)state;
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (text_is(actions[i], "restart")) /* told as kill, die, stop and start */
            continue;
        tell_box(actions[i], "avr-sts-desk");
        assert_true(is_routed("sales"));
        expect_old_until_a_look("desk");
    }
    tell_box("die", "avr-core-desk");
    assert_true(is_routed("sales"));
    expect_old_until_a_look("desk");
}

static void checks_and_other_peoples_containers_are_no_news(void **state)
{
    (void)state;
    tell_box("health_status: unhealthy", "avr-sts-desk");
    tell_box("exec_create: wget -q http://localhost/", "avr-sts-desk");
    tell_box("exec_die", "avr-sts-desk");
    assert_true(is_routed("desk"));
    for (int i = 0; i < 20; i++) {
        fake_tell_box("start", arena_printf(arena, "%064d", i + 7000), "shop", "");
        tell_network("connect", arena_printf(arena, "%064d", i + 7000));
        tell_network("disconnect", arena_printf(arena, "%064d", i + 7000));
        assert_true(is_routed("desk"));
        assert_true(is_routed("sales"));
    }
}

static void an_image_or_a_network_as_such_is_no_news(void **state)
{
    (void)state;
    fake_tell("pull", "other:2");
    tell_network("create", "");
    pass(5);
    assert_true(is_routed("desk"));
}

static void a_lost_network_is_news_of_whoever_lost_it(void **state)
{
    (void)state;
    tell_network("disconnect", fake_named("avr-sts-desk")->id);
    assert_true(is_routed("sales"));
    expect_old_until_a_look("desk");
    tell_network("disconnect", fake_named("avr-core-sales")->id);
    assert_true(is_routed("desk"));
    expect_old_until_a_look("sales");
}

static void a_question_makes_nothing_old(void **state)
{
    (void)state;
    service_mark(&service, NULL); /* `status`, the page, a call that was announced */
    assert_true(is_routed("desk"));
    pass(5);
    assert_true(is_routed("desk"));
}

static void after_a_gap_nothing_is_known(void **state)
{
    (void)state;
    tell("no event at all\n");
    assert_null(route("sales"));
    expect_old_until_a_look("desk");
}

static void while_nothing_is_heard_nothing_is_known(void **state)
{
    (void)state;
    for (int i = 0; i < FAKE_CONNECTIONS; i++)
        if (engine.connections[i].hears)
            fake_hang_up(&engine.connections[i]);
    pass(5);
    assert_null(route("sales"));
    expect_old_until_a_look("desk");
}

static const char *desk_then, *sales_then;

static void ask(void)
{
    desk_then = route("desk");
    sales_then = route("sales");
}

static void what_a_look_under_way_will_find_is_not_known_yet(void **state)
{
    (void)state;
    tell_box("die", "avr-sts-desk");
    desk_then = "never asked", sales_then = NULL;
    during_a_look = ask;
    pass(2 * SECOND);
    assert_null(desk_then);
    assert_string_equal(sales_then, address_of("avr-sts-sales"));
}

static void die_now(void)
{
    fake_tell_box("die", fake_named("avr-sts-desk")->id, "avr-sts-desk", "avr-sts-desk");
}

/* The look may have seen it before. */
static void what_happens_during_a_look_makes_it_old(void **state)
{
    (void)state;
    during_a_look = die_now;
    service_mark(&service, NULL);
    pass(140); /* 100 ms of quiet, and the look */
    assert_null(during_a_look);
    assert_true(is_routed("sales"));
    expect_old_until_a_look("desk");
}

/* The old one has no call, and goes as soon as the new one has proved itself. */
static void a_hand_over_never_leads_to_one_that_is_gone(void **state)
{
    const char *first = arena_strdup(arena, address_of("avr-sts-desk"));
    unsigned routed = 0;

    (void)state;
    write_spec("v1");
    intake_poke(service.intake, INTAKE_SPECS);
    for (int i = 0; i < 4000; i++) {
        pass(5);
        assert_true(is_routed("sales"));
        const char *url = route("desk");
        if (!url)
            continue;
        char id[13];
        routed++;
        assert_int_equal(sscanf(url, "ws://%12[0-9a-f]:", id), 1);
        const struct fake_box *b = NULL;
        for (size_t k = 0; k < engine.n_boxes; k++)
            if (text_starts(engine.boxes[k].id, id))
                b = &engine.boxes[k];
        assert_non_null(b);
        assert_int_equal(b->state, BOX_RUNNING);
    }
    assert_true(routed > 3000);
    assert_true(is_routed("desk"));
    assert_string_not_equal(address_of("avr-sts-desk"), first);
}

/* Its own label is missing: what AVR or somebody made by hand is known by its name. */
static void a_container_without_a_slot_is_known_by_its_name(void **state)
{
    (void)state;
    int64_t looked_ms = service.last.at_ms;
    fake_tell_box("destroy", fake_named("avr-sts-desk")->id, "avr-sts-desk", "");
    pass(2 * SECOND);
    assert_true(service.last.at_ms > looked_ms);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_nothing_happened_to_is_known),
        TEST(what_happens_to_one_is_no_news_of_another),
        TEST(checks_and_other_peoples_containers_are_no_news),
        TEST(an_image_or_a_network_as_such_is_no_news),
        TEST(a_lost_network_is_news_of_whoever_lost_it),
        TEST(a_question_makes_nothing_old),
        TEST(after_a_gap_nothing_is_known),
        TEST(while_nothing_is_heard_nothing_is_known),
        TEST(what_a_look_under_way_will_find_is_not_known_yet),
        TEST(what_happens_during_a_look_makes_it_old),
        TEST(a_hand_over_never_leads_to_one_that_is_gone),
        TEST(a_container_without_a_slot_is_known_by_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
