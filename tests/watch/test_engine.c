/* Goal: the event stream is read at once whatever comes on it, stands again after whatever happened
 * to it, and its owner knows when he may have missed something.  Virtual time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ev.h>

#include "watch/engine.h"
#include "watch/fake_stream.h"

#define ID "fb5d89fb13a82e01ecb102bf2ebe1ee1ecf17de785434000b328bab3cd6a8fe8"

static char dir[32];
static struct arena *memory;
static struct client client;
static struct engine_watch *watch;
static struct told {
    int events, gaps, ups, downs;
    char name[64], text[512];
} told;

static void on_event(void *ctx, const struct engine_event *e)
{
    assert_ptr_equal(ctx, &told);
    told.events++;
    snprintf(told.name, sizeof told.name, "%s", e->name);
}

static void on_gap(void *ctx)
{
    (void)ctx;
    told.gaps++;
}

static void on_up(void *ctx)
{
    (void)ctx;
    told.ups++;
}

static void on_down(void *ctx, const char *text)
{
    (void)ctx;
    told.downs++;
    snprintf(told.text, sizeof told.text, "%s", text);
}

static const struct engine_watch_callbacks callbacks = {on_event, on_gap, on_up, on_down};

static int set_up(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/avr-stream-XXXXXX");
    if (!mkdtemp(dir))
        return -1;
    memory = arena_new();
    fake_open(memory, dir);
    client = (struct client){.loop = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV),
                             .driver = &docker_driver,
                             .endpoint = {.unix_path = fake.path, .base_url = "http://localhost"}};
    client.http = http_open(client.loop);
    told = (struct told){0};
    watch = engine_watch_new(&client, &callbacks, &told);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    engine_watch_free(watch);
    http_close(client.http);
    ev_loop_destroy(client.loop);
    fake_leave();
    rmdir(dir);
    arena_free(memory);
    return 0;
}

static void wait_until(const int *number, int at_least)
{
    for (int i = 0; i < 100000 && *number < at_least; i++)
        ev_run(client.loop, EVRUN_ONCE);
    if (*number < at_least)
        fail_msg("waited in vain: %d of %d", *number, at_least);
}

static void pass(int64_t ms)
{
    int64_t end_ms = virtual_ms() + ms;

    while (virtual_ms() < end_ms)
        ev_run(client.loop, EVRUN_ONCE);
}

static void say(const char *text)
{
    fake_say(text, strlen(text));
}

static const char *event(const char *action, const char *name, long s)
{
    return arena_printf(memory,
                        "{\"Type\":\"container\",\"Action\":\"%s\",\"Actor\":{\"ID\":\"" ID
                        "\",\"Attributes\":{\"name\":\"%s\"}},\"time\":%ld}\n",
                        action, name, s);
}

static void events_are_told(void **state)
{
    (void)state;
    wait_until(&told.gaps, 1);
    assert_int_equal(told.ups, 1);
    assert_int_equal(told.events, 0);
    assert_non_null(strstr(fake.request, "/v1.41/events?filters="));
    assert_non_null(strstr(fake.request, "&since=1"));
    say(event("start", "one", 5));
    wait_until(&told.events, 1);
    assert_string_equal(told.name, "one");
    say(event("exec_start: sh", "two", 5));
    say(event("die", "three", 5));
    wait_until(&told.events, 2);
    assert_string_equal(told.name, "three");
    assert_int_equal(told.gaps, 1);
    assert_int_equal(told.downs, 0);
    pass(3600 * 1000); /* an idle stream is left alone */
    assert_int_equal(fake.streams, 1);
}

/* Long enough that a failure of the stream is nothing to be careful about. */
static void let_it_stand(void)
{
    wait_until(&told.ups, told.ups + 1);
    pass(20 * 1000);
}

static void a_cut_stream_goes_on_where_it_was(void **state)
{
    (void)state;
    let_it_stand();
    say(event("start", "one", 1795339452));
    wait_until(&told.events, 1);
    for (int politely = 0; politely < 2; politely++) {
        int64_t cut_ms = virtual_ms();
        fake_cut(politely);
        wait_until(&told.downs, politely + 1);
        assert_non_null(strstr(told.text, politely ? "closed the event stream" : "broke off"));
        wait_until(&told.gaps, politely + 2);
        assert_int_equal(told.ups, politely + 2);
        assert_non_null(strstr(fake.request, "&since=1795339452 "));
        assert_in_range(virtual_ms() - cut_ms, 50, 150);
        pass(20 * 1000);
    }
    say(event("start", "two", 1795339453));
    wait_until(&told.events, 2);
}

static void nonsense_is_a_gap(void **state)
{
    (void)state;
    wait_until(&told.gaps, 1);
    say("this is no event\n{\"Type\":\n\n");
    say("\x80\xff\x01\n[]\n");
    say(event("start", "one", 5));
    wait_until(&told.events, 1);
    assert_int_equal(told.gaps, 1 + 5);
    assert_int_equal(told.downs, 0);
}

/* The line is cut off; it is replayed as often as it is asked for, which is once. */
static void a_line_without_end(void **state)
{
    char *line = arena_alloc(memory, 2 << 20);

    (void)state;
    memset(line, 'x', (2 << 20) - 1);
    wait_until(&told.gaps, 1);
    say(event("start", "one", 77));
    say(line);
    wait_until(&told.downs, 1);
    assert_non_null(strstr(told.text, "a line longer than"));
    wait_until(&told.ups, 2);
    assert_non_null(strstr(fake.request, "&since=77 "));
    say(event("start", "one", 77));
    say(line);
    wait_until(&told.downs, 2);
    wait_until(&told.ups, 3);
    assert_null(strstr(fake.request, "since"));
    say(event("start", "two", 78));
    wait_until(&told.events, 3);
    assert_string_equal(told.name, "two");
}

static void a_thousand_at_once(void **state)
{
    struct text t = {.arena = memory};

    (void)state;
    wait_until(&told.gaps, 1);
    for (int i = 0; i < 1000; i++)
        text_add(&t, event("start", "one", 5));
    say(text_str(&t));
    wait_until(&told.events, 1000);
    assert_int_equal(told.gaps, 1);
}

static void a_byte_at_a_time(void **state)
{
    const char *line = event("start", "slow", 5);

    (void)state;
    wait_until(&told.gaps, 1);
    for (; *line; line++) {
        assert_int_equal(told.events, 0);
        fake_say(line, 1);
        pass(1000);
    }
    wait_until(&told.events, 1);
    assert_string_equal(told.name, "slow");
    assert_int_equal(told.downs, 0);
}

static void a_refusal_is_told_once(void **state)
{
    (void)state;
    fake.habit = FAKE_REFUSES;
    wait_until(&told.downs, 1);
    assert_non_null(strstr(told.text, "client version 1.41 is too old"));
    wait_until(&fake.streams, 40);
    assert_int_equal(told.downs, 1);
    assert_int_equal(told.ups, 0);
    int64_t first_ms = fake.asked_ms[1] - fake.asked_ms[0];
    int64_t late_ms = fake.asked_ms[39] - fake.asked_ms[38];
    assert_in_range(first_ms, 50, 150);
    assert_in_range(late_ms, 5000, 10100);
    fake.habit = FAKE_ANSWERS;
    wait_until(&told.gaps, 1);
}

static void the_engine_restarts(void **state)
{
    (void)state;
    let_it_stand();
    fake_leave();
    wait_until(&told.downs, 2); /* the end, and then the reason why it stays so */
    assert_non_null(strstr(told.text, "no socket at"));
    pass(60 * 1000);
    assert_int_equal(told.downs, 2);
    fake.api_version = "1.44";
    fake_arrive();
    wait_until(&told.gaps, 2);
    assert_int_equal(told.ups, 2);
    assert_non_null(strstr(fake.request, "/v1.44/events"));
    assert_string_equal(client.api_version, "1.44");
    fake_cut(false);
    wait_until(&told.downs, 3); /* the same words as long ago are told again */
}

static void an_engine_that_hangs(void **state)
{
    int64_t begun_ms = virtual_ms();

    (void)state;
    fake.habit = FAKE_IS_DEAF;
    wait_until(&told.downs, 1);
    assert_in_range(virtual_ms() - begun_ms, 5000, 5100);
    fake.habit = FAKE_HANGS; /* with the stream only */
    wait_until(&told.downs, 2);
    assert_int_equal(told.ups, 0);
    fake.habit = FAKE_ANSWERS;
    wait_until(&told.ups, 1);
}

static void freed_at_any_time(void **state)
{
    (void)state;
    for (int turns = 0; turns < 12; turns++) {
        engine_watch_free(watch);
        watch = engine_watch_new(&client, &callbacks, &told);
        for (int i = 0; i < turns; i++)
            ev_run(client.loop, EVRUN_NOWAIT), fake_work();
    }
    fake_leave();
    wait_until(&told.downs, 1);
    engine_watch_free(watch);
    watch = NULL;
    fake_arrive();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(events_are_told),        TEST(a_cut_stream_goes_on_where_it_was),
        TEST(nonsense_is_a_gap),      TEST(a_line_without_end),
        TEST(a_thousand_at_once),     TEST(a_byte_at_a_time),
        TEST(a_refusal_is_told_once), TEST(the_engine_restarts),
        TEST(an_engine_that_hangs),   TEST(freed_at_any_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
