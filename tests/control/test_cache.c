/* Goal: what looks remember: a steady look is one request, and whatever may have become another
 * since the last look is asked anew. */
#include "desk.h"

#include "control/cache.h"

static struct session *session;
static const struct sources *sources;

/* The agent runs as asked for, and a session that watches has looked once. */
static int set_up(void **state)
{
    struct apply_options options = {.wait_timeout_s = -1};
    struct outcome outcome;
    struct err err;

    desk_set_up(state);
    sources = wish_sources(&before);
    session = session_new(&config, false);
    assert_int_equal(session_apply(session, arena, sources, &options, &outcome, &err), 0);
    session_free(session);
    session = session_new(&config, true);
    session_watch(session);
    return 0;
}

static int tear_down(void **state)
{
    session_free(session);
    return desk_tear_down(state);
}

struct seen {
    unsigned requests;
    bool in_sync;
    int64_t started_ms; /* of the sts */
    const char *name;   /* of it */
};

/* The look's own memory is gone when this returns: nothing of it may be needed later. */
static struct seen look_once(void)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct plan_options options = {0};
    struct seen seen = {0};
    struct look look;
    struct err err;

    engine.requests = 0;
    if (session_look(session, a, sources, &options, NULL, 0, &look, &err) < 0)
        fail_msg("the look failed: %s", err.text);
    seen.requests = engine.requests;
    seen.in_sync = plan_in_sync(&look.plan);
    for (size_t i = 0; i < look.observed.n_boxes; i++) {
        const struct box *b = &look.observed.boxes[i];
        if (text_is(pair_get(b->labels, b->n_labels, "agentName"), "avr-sts-4711")) {
            seen.started_ms = b->started_ms;
            seen.name = arena_strdup(arena, b->name);
        }
    }
    return seen;
}

static void steady_look_is_one_request(void **state)
{
    (void)state;
    assert_true(look_once().requests > 1);
    for (int i = 0; i < 3; i++) {
        struct seen seen = look_once();
        assert_int_equal(seen.requests, 1);
        assert_true(seen.in_sync);
    }
}

static void a_tag_that_moved_is_seen(void **state)
{
    (void)state;
    assert_true(look_once().in_sync);
    fake_tag("any:1", 2);
    struct seen seen = look_once();
    assert_true(seen.requests > 1);
    assert_false(seen.in_sync);

    seen = look_once(); /* the new meaning is remembered like the old one */
    assert_int_equal(seen.requests, 1);
    assert_false(seen.in_sync);
    fake_tag("any:1", 1);
    assert_true(look_once().in_sync);
}

/* A watch that ended tells nothing: references are asked, and a new watch begins. */
static void nothing_is_remembered_while_nobody_listens(void **state)
{
    (void)state;
    assert_true(look_once().in_sync);
    for (int i = 0; i < FAKE_CONNECTIONS; i++)
        if (engine.connections[i].hears)
            fake_hang_up(&engine.connections[i]);
    fake_tag("any:1", 2);
    assert_false(look_once().in_sync);
    assert_int_equal(look_once().requests, 1);
}

static void a_container_that_stopped_or_started_is_inspected_again(void **state)
{
    struct fake_box *sts = fake_named("avr-sts-4711");

    (void)state;
    int64_t started_ms = look_once().started_ms;
    assert_int_equal(started_ms, sts->started_ms);
    sts->state = BOX_EXITED;
    assert_int_equal(look_once().requests, 2);
    assert_int_equal(look_once().requests, 1);

    virtual_pass(5000);
    fake_start(sts);
    struct seen seen = look_once();
    assert_int_equal(seen.requests, 2);
    assert_int_equal(seen.started_ms, sts->started_ms);
    assert_int_not_equal(seen.started_ms, started_ms);
}

/* Between two looks: the list says "running" both times, only the events tell. */
static void a_restart_that_the_list_does_not_show_is_told(void **state)
{
    struct fake_box *sts = fake_named("avr-sts-4711");

    (void)state;
    assert_true(look_once().in_sync);
    virtual_pass(5000);
    fake_start(sts);
    cache_box_news(session_cache(session), sts->id);
    struct seen seen = look_once();
    assert_int_equal(seen.requests, 2);
    assert_int_equal(seen.started_ms, sts->started_ms);
    assert_int_equal(look_once().requests, 1);
}

static void a_renamed_container_is_inspected_again(void **state)
{
    (void)state;
    assert_string_equal(look_once().name, "avr-sts-4711");
    fake_rename(fake_named("avr-sts-4711"), "avrd-drain-000000000001");
    struct seen seen = look_once();
    assert_int_equal(seen.requests, 2);
    assert_string_equal(seen.name, "avrd-drain-000000000001");
}

static void a_container_made_anew_is_another_one(void **state)
{
    struct fake_box *sts = fake_named("avr-sts-4711");

    (void)state;
    assert_true(look_once().in_sync);
    snprintf(sts->id, sizeof sts->id, "%064x", ++engine.made);
    assert_int_equal(look_once().requests, 2);
    assert_int_equal(look_once().requests, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(steady_look_is_one_request),
        TEST(a_tag_that_moved_is_seen),
        TEST(nothing_is_remembered_while_nobody_listens),
        TEST(a_container_that_stopped_or_started_is_inspected_again),
        TEST(a_restart_that_the_list_does_not_show_is_told),
        TEST(a_renamed_container_is_inspected_again),
        TEST(a_container_made_anew_is_another_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
