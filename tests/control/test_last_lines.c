/* Goal: of each container that failed the last line it wrote is known, asked for once, and none of
 * its secrets in it. */
#include "desk.h"

#include <ev.h>

#include "control/last_lines.h"

static struct client client;
static struct last_lines *lines;
static struct box boxes[2];

static const struct pair env[] = {{"DEEPGRAM_API_KEY", "dg-0123456789"}};

static int set_up(void **state)
{
    desk_set_up(state);
    client = (struct client){
        .loop = ev_default_loop(0), .driver = &docker_driver, .endpoint = config.engine};
    client.http = http_open(client.loop);
    lines = last_lines_new();
    for (size_t i = 0; i < 2; i++) {
        const char *name = i ? "avrd-failed-0000658b9948" : "avrd-failed-0000658b9949";
        fake_create(name, "{\"Image\":\"any:1\",\"HostConfig\":{},\"Labels\":{}}");
        boxes[i] = (struct box){.id = engine.boxes[i].id,
                                .name = name,
                                .state = BOX_EXITED,
                                .started_ms = 1,
                                .env = env,
                                .n_env = 1};
    }
    engine.requests = 0;
    return 0;
}

static int tear_down(void **state)
{
    last_lines_free(lines);
    http_close(client.http);
    return desk_tear_down(state);
}

/* A look at these boxes, of which nothing is known yet. */
static void look(size_t n)
{
    const struct desired nothing = {0};
    struct err err;

    boxes[0].last_line = boxes[1].last_line = NULL;
    if (last_lines_add(lines, &client, arena, &nothing, boxes, n, &err) < 0)
        fail_msg("%s", err.text);
}

static void the_last_line_that_says_something_is_told_without_secrets(void **state)
{
    (void)state;
    engine.log = "starting\nthe key dg-0123456789 is \x1b[1mrefused\n\n";
    look(2);
    assert_string_equal(boxes[0].last_line, "the key (hidden) is refused");
    assert_int_equal(engine.requests, 2);
    look(2); /* it writes no more */
    assert_string_equal(boxes[1].last_line, "the key (hidden) is refused");
    assert_int_equal(engine.requests, 2);
    look(1);
    look(2); /* what a look did not see is forgotten */
    assert_int_equal(engine.requests, 3);
}

static void only_what_failed_and_ended_is_asked(void **state)
{
    (void)state;
    boxes[0].state = BOX_RUNNING;
    boxes[1].name = "avrd-drain-0000658b9948";
    look(2);
    assert_null(boxes[0].last_line);
    assert_null(boxes[1].last_line);
    assert_int_equal(engine.requests, 0);
}

static void a_log_that_cannot_be_read_is_asked_for_once(void **state)
{
    (void)state;
    engine.fault = FAULT_500;
    engine.fault_at = 1;
    look(1);
    look(1);
    assert_string_equal(boxes[0].last_line, "");
    assert_int_equal(engine.requests, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_last_line_that_says_something_is_told_without_secrets),
        TEST(only_what_failed_and_ended_is_asked),
        TEST(a_log_that_cannot_be_read_is_asked_for_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
