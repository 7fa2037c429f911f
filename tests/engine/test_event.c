/* Goal: the engine's event stream, as recorded, is read line by line; a line that is no event is
 * said to be none, and nothing in it can do harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"

#define ID "fb5d89fb13a82e01ecb102bf2ebe1ee1ecf17de785434000b328bab3cd6a8fe8"

static struct engine_event read_line(struct arena *a, const char *line)
{
    struct engine_event e;
    struct err err;

    if (docker_driver.event_line(line, strlen(line), a, &e, &err))
        fail_msg("%s: %s", err.text, line);
    return e;
}

/* The line-th recorded line, from 1, in the order the engine sent them. */
static struct engine_event recorded(struct arena *a, int line)
{
    char text[4096];
    FILE *f = fopen(TEST_DATA "/events.jsonl", "r");

    assert_non_null(f);
    for (int i = 0; i < line; i++)
        assert_non_null(fgets(text, sizeof text, f));
    fclose(f);
    return read_line(a, text);
}

static void an_image_is_pulled(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct engine_event e = recorded(a, 1);

    (void)state;
    assert_int_equal(e.object, OBJECT_IMAGE);
    assert_int_equal(e.action, ACTION_PULL);
    assert_string_equal(e.id, "127.0.0.1:5000/avr-sts-deepgram:latest");
    assert_string_equal(e.name, "127.0.0.1:5000/avr-sts-deepgram");
    assert_string_equal(e.agent_name, "");
    assert_int_equal(e.exit_code, -1);
    assert_false(e.avr);
}

static void a_container_lives(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct engine_event created = recorded(a, 2), connected = recorded(a, 3);
    struct engine_event renamed = recorded(a, 5);

    (void)state;
    assert_int_equal(created.object, OBJECT_CONTAINER);
    assert_int_equal(created.action, ACTION_CREATE);
    assert_string_equal(created.id, ID);
    assert_string_equal(created.name, "rec-a");
    assert_string_equal(created.agent_name, "rec-a");
    assert_string_equal(created.image, "127.0.0.1:5000/avr-sts-deepgram:latest");
    assert_true(created.avr);
    assert_int_equal(created.time_ns / 1000000, 1795339452399);
    assert_int_equal(connected.object, OBJECT_NETWORK);
    assert_int_equal(connected.action, ACTION_CONNECT);
    assert_string_equal(connected.id, ID);
    assert_string_equal(connected.name, "avr");
    assert_int_equal(renamed.action, ACTION_RENAME);
    assert_string_equal(renamed.name, "rec-c");
    assert_string_equal(renamed.old_name, "rec-a");
}

static void every_recorded_line_is_known(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    int died = 0;

    (void)state;
    for (int line = 1; line <= 29; line++) {
        struct engine_event e = recorded(a, line);
        assert_int_not_equal(e.object, OBJECT_OTHER);
        assert_int_not_equal(e.action, ACTION_OTHER);
        assert_true(e.time_ns > 0);
        assert_true(*e.id);
        died += e.action == ACTION_DIE && e.exit_code >= 0;
    }
    assert_int_equal(died, 2);
}

static void actions_with_a_detail(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();

    (void)state;
    assert_int_equal(
        read_line(a, "{\"Type\":\"container\",\"Action\":\"health_status: healthy\"}").action,
        ACTION_HEALTH);
    assert_int_equal(
        read_line(a, "{\"Type\":\"container\",\"Action\":\"exec_create: sh -c start\"}").action,
        ACTION_OTHER);
    assert_int_equal(read_line(a, "{\"Type\":\"container\",\"Action\":\"remove\"}").action,
                     ACTION_DESTROY);
    assert_int_equal(read_line(a, "{\"Type\":\"image\",\"Action\":\"remove\"}").action,
                     ACTION_DELETE);
    assert_int_equal(read_line(a, "{\"Type\":\"volume\",\"Action\":\"create\"}").object,
                     OBJECT_OTHER);
    assert_string_equal(engine_action_text(ACTION_HEALTH), "health_status");
}

static void exit_codes_and_times(void **state)
{
    static const struct {
        const char *text;
        int code;
    } codes[] = {{"0", 0}, {"137", 137}, {"256", -1}, {"-1", -1}, {"1x", -1}, {"", -1}};
    struct arena *a CLEANUP_ARENA = arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        const char *line = arena_printf(a,
                                        "{\"Type\":\"container\",\"Action\":\"die\",\"Actor\":{"
                                        "\"Attributes\":{\"exitCode\":\"%s\"}},\"time\":7}",
                                        codes[i].text);
        struct engine_event e = read_line(a, line);
        assert_int_equal(e.exit_code, codes[i].code);
        assert_int_equal(e.time_ns, 7000000000);
    }
    struct engine_event e = read_line(a, "{\"Type\":\"\",\"Action\":\"\",\"timeNano\":1e300}");
    assert_int_equal(e.time_ns, 0);
}

static void texts_are_bounded_and_plain(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    char *name = arena_alloc(a, 1026);

    (void)state;
    memset(name, 'n', 1025);
    const char *line = arena_printf(a,
                                    "{\"Type\":\"container\",\"Action\":\"die\",\"Actor\":{\"ID\":"
                                    "\"\\u001b[2J\",\"Attributes\":{\"name\":\"%s\","
                                    "\"agentName\":\"%s\",\"image\":5}}}",
                                    name, name + 1);
    struct engine_event e = read_line(a, line);
    assert_string_equal(e.id, "");
    assert_string_equal(e.name, "");
    assert_int_equal(strlen(e.agent_name), 1024);
    assert_string_equal(e.image, "");
}

static void what_is_no_event(void **state)
{
    static const char *const lines[] = {"",
                                        "x",
                                        "{}",
                                        "[]",
                                        "null",
                                        "{\"Type\":\"container\"}",
                                        "{\"Type\":1,\"Action\":\"die\"}",
                                        "{\"Type\":\"container\",\"Action\":\"die\"",
                                        "{\"Type\":\"container\",\"Action\":\"die\"}}"};
    struct arena *a CLEANUP_ARENA = arena_new();
    struct engine_event e;
    struct err err;

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_int_equal(docker_driver.event_line(lines[i], strlen(lines[i]), a, &e, &err), -1);
        assert_int_equal(err.code, ERR_TRANSIENT);
    }
}

static void assert_path(struct call call, const char *path)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct http_request r;
    struct err err;

    assert_int_equal(docker_driver.encode(&call, "1.41", a, &r, &err), 0);
    assert_string_equal(r.path, path);
}

static void the_stream_is_filtered_by_the_engine(void **state)
{
    (void)state;
    assert_path((struct call){.kind = CALL_EVENTS, .ref = "image", .since_s = 5},
                "/v1.41/events?filters=%7B%22type%22%3A%5B%22image%22%5D%7D&since=5");
    assert_path((struct call){.kind = CALL_EVENTS},
                "/v1.41/events?filters=%7B%22type%22%3A%5B%22container%22%2C%22image%22%2C"
                "%22network%22%5D%7D");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_image_is_pulled),
        cmocka_unit_test(a_container_lives),
        cmocka_unit_test(every_recorded_line_is_known),
        cmocka_unit_test(actions_with_a_detail),
        cmocka_unit_test(exit_codes_and_times),
        cmocka_unit_test(texts_are_bounded_and_plain),
        cmocka_unit_test(what_is_no_event),
        cmocka_unit_test(the_stream_is_filtered_by_the_engine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
