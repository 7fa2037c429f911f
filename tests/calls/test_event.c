/* Goal: what core posts is understood, and whatever else comes from the network is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "calls/event.h"

static struct arena *a;
static struct err err;

static int set_up(void **state)
{
    (void)state;
    a = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

static int parse(const char *body, const char *header, struct call_event *ret)
{
    return call_event_parse(a, body, strlen(body), header, ret, &err);
}

static void what_core_posts(void **state)
{
    struct call_event e;

    (void)state;
    assert_int_equal(parse("{\"uuid\":\"u-1\",\"type\":\"call_initiated\",\"timestamp\":\"T\","
                           "\"payload\":{\"from\":\"+39\"}}",
                           "a1", &e),
                     0);
    assert_string_equal(e.uuid, "u-1");
    assert_int_equal(e.kind, CALL_EVENT_INITIATED);
    assert_string_equal(e.timestamp, "T");
    assert_string_equal(e.agent_id, "a1");
    assert_string_equal(e.role, "");
    assert_string_equal(e.caller, "+39");
    assert_int_equal(parse("{\"uuid\":\"u\",\"type\":\"transcription\",\"payload\":{\"role\":"
                           "\"user\",\"text\":\"hi\"}}",
                           NULL, &e),
                     0);
    assert_string_equal(e.role, "user");
    assert_null(e.agent_id);
    assert_int_equal(parse("{\"uuid\":\"u\",\"type\":\"call_transferred\"}", NULL, &e), 0);
    assert_int_equal(e.kind, CALL_EVENT_OTHER);
    assert_string_equal(e.type, "call_transferred");
}

static void who_calls(void **state)
{
    struct call_event e;
    const char *longest = arena_printf(a,
                                       "{\"uuid\":\"u\",\"type\":\"call_initiated\",\"payload\":"
                                       "{\"from\":\"%0*d\"}}",
                                       CALL_CALLER_MAX + 1, 1);

    (void)state;
    assert_int_equal(parse("{\"uuid\":\"u\",\"type\":\"call_initiated\",\"payload\":{}}", NULL, &e),
                     0);
    assert_string_equal(e.caller, "");
    assert_int_equal(
        parse("{\"uuid\":\"u\",\"type\":\"call_initiated\",\"payload\":{\"from\":39}}", NULL, &e),
        0);
    assert_string_equal(e.caller, "");
    assert_int_equal(parse(longest, NULL, &e), 0);
    assert_string_equal(e.caller, "");
}

static void whose_it_is(void **state)
{
    static const char said[] = "{\"uuid\":\"u\",\"type\":\"error\",\"agent_id\":\"b2\"}";
    struct call_event e;

    (void)state;
    assert_int_equal(parse(said, NULL, &e), 0);
    assert_string_equal(e.agent_id, "b2");
    assert_int_equal(parse(said, "a1", &e), 0);
    assert_string_equal(e.agent_id, "a1");
    assert_int_equal(parse(said, "a 1", &e), 0);
    assert_null(e.agent_id);
    assert_int_equal(
        parse("{\"uuid\":\"u\",\"type\":\"error\",\"payload\":{\"agentId\":\"c3\"}}", "", &e), 0);
    assert_string_equal(e.agent_id, "c3");
}

#define LONG_UUID                                                                                  \
    "{\"uuid\":\"0123456789012345678901234567890123456789012345678901234567890123x\","             \
    "\"type\":\"call_started\"}"

static void what_is_refused(void **state)
{
    static const char *const bodies[] = {
        "",
        "null",
        "[]",
        "{\"uuid\":\"u\"",
        "{\"type\":\"call_started\"}",
        "{\"uuid\":\"\",\"type\":\"call_started\"}",
        "{\"uuid\":7,\"type\":\"call_started\"}",
        "{\"uuid\":\"u v\",\"type\":\"call_started\"}",
        "{\"uuid\":\"u\\n\",\"type\":\"call_started\"}",
        "{\"uuid\":\"u\"}",
        "{\"uuid\":\"u\",\"type\":\"\"}",
        "{\"uuid\":\"u\",\"type\":\"<b>\"}",
        LONG_UUID,
    };
    struct call_event e;

    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        if (parse(bodies[i], "a1", &e) == 0 || err.code != ERR_INVALID)
            fail_msg("not refused: %s", bodies[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_core_posts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_calls, set_up, tear_down),
        cmocka_unit_test_setup_teardown(whose_it_is, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_refused, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
