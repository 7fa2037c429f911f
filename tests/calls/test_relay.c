/* Goal: the backend gets what core posted, of each call in its order; whoever waits is answered
 * whatever the backend does, and what waits is bounded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "calls/relay.h"
#include "tell/hook_server.h"

enum { MOST_ANSWERS = 8 };

struct scene {
    struct ev_loop *loop;
    struct hook *hook;
    struct relay *relay;
    struct relay_options options;
    char url[60];
    int answers, troubles, mended;
    char answer[MOST_ANSWERS][64]; /* "-": none in time */
    struct err err;
};

static void on_trouble(void *ctx, const struct err *err)
{
    struct scene *s = ctx;

    s->troubles += err != NULL;
    s->mended += err == NULL;
    if (err)
        s->err = *err;
}

static void on_answer(void *ctx, const char *json, size_t len)
{
    struct scene *s = ctx;

    assert_true(s->answers < MOST_ANSWERS);
    snprintf(s->answer[s->answers++], sizeof s->answer[0], "%.*s", json ? (int)len : 1,
             json ? json : "-");
}

static void open_relay(struct scene *s, int port)
{
    snprintf(s->url, sizeof s->url, "http://127.0.0.1:%d/webhooks", port);
    s->options.url = s->url;
    s->options.secret = "s3cret";
    s->options.trouble = on_trouble;
    s->options.ctx = s;
    s->relay = relay_open(s->loop, &s->options, &s->err);
    assert_non_null(s->relay);
}

static void scene_begin(struct scene *s, const char *const *script, struct relay_options options)
{
    *s = (struct scene){.loop = ev_loop_new(EVFLAG_AUTO), .options = options};
    s->hook = hook_open(s->loop, script);
    open_relay(s, s->hook->port);
}

static void scene_end(struct scene *s)
{
    relay_close(s->relay);
    if (s->hook)
        hook_free(s->hook);
    ev_loop_destroy(s->loop);
}

static bool post(struct scene *s, const char *uuid, enum call_event_kind kind, const char *body,
                 bool waits)
{
    struct call_event e = {.uuid = uuid,
                           .kind = kind,
                           .type = call_event_text[kind],
                           .timestamp = body,
                           .agent_id = "a1",
                           .role = ""};
    return relay_send(s->relay, &e, body, waits ? on_answer : NULL, s);
}

static void until_sent(struct scene *s, unsigned long n)
{
    while (relay_counts(s->relay).sent < n)
        ev_run(s->loop, EVRUN_ONCE);
}

static void until_answered(struct scene *s, int n)
{
    while (s->answers < n)
        ev_run(s->loop, EVRUN_ONCE);
}

static void until_asked(struct scene *s, int n)
{
    while (s->hook->requests < n)
        ev_run(s->loop, EVRUN_ONCE);
}

static void the_same_body_and_headers(void **state)
{
    static const char *const script[] = {"{\"sts_url\":\"ws://x\"}", NULL};
    struct scene s;

    (void)state;
    scene_begin(&s, script, (struct relay_options){0});
    assert_true(post(&s, "u", CALL_EVENT_INITIATED, "{\"uuid\": \"u\" }", true));
    until_sent(&s, 1);
    assert_string_equal(s.hook->body[0], "{\"uuid\": \"u\" }");
    assert_non_null(strstr(s.hook->head[0], "POST /webhooks HTTP/1.1\r\n"));
    assert_non_null(strstr(s.hook->head[0], "\r\nx-avr-webhook-secret: s3cret\r\n"));
    assert_non_null(strstr(s.hook->head[0], "\r\nx-avr-agent-id: a1\r\n"));
    assert_non_null(strstr(s.hook->head[0], "\r\nContent-Type: application/json\r\n"));
    assert_int_equal(s.answers, 1);
    assert_string_equal(s.answer[0], "{\"sts_url\":\"ws://x\"}");
    assert_int_equal(s.troubles, 0);
    scene_end(&s);
}

/* The first event of a call hangs: the next ones of it wait, those of another call do not. */
static void order_is_kept_within_a_call(void **state)
{
    static const char *const script[] = {HANG, "200 OK", NULL};
    struct scene s;

    (void)state;
    scene_begin(&s, script, (struct relay_options){.attempt_ms = 150});
    post(&s, "u", CALL_EVENT_INITIATED, "{1}", false);
    until_asked(&s, 1);
    post(&s, "u", CALL_EVENT_STARTED, "{2}", false);
    post(&s, "u", CALL_EVENT_ENDED, "{3}", false);
    post(&s, "v", CALL_EVENT_STARTED, "{other}", false);
    until_sent(&s, 1);
    assert_string_equal(s.hook->body[1], "{other}");
    until_sent(&s, 3);
    assert_string_equal(s.hook->body[2], "{2}");
    assert_string_equal(s.hook->body[3], "{3}");
    assert_int_equal(relay_counts(s.relay).failed, 1); /* it may have arrived: not sent again */
    assert_int_equal(relay_counts(s.relay).waiting, 0);
    scene_end(&s);
}

static void nobody_waits_for_a_slow_backend(void **state)
{
    static const char *const script[] = {HANG, NULL};
    struct scene s;

    (void)state;
    scene_begin(&s, script, (struct relay_options){.answer_ms = 20});
    post(&s, "u", CALL_EVENT_INITIATED, "{}", true);
    until_answered(&s, 1);
    assert_string_equal(s.answer[0], "-");
    assert_int_equal(relay_counts(s.relay).waiting, 1);
    post(&s, "v", CALL_EVENT_INITIATED, "{}", true);
    relay_close(s.relay);
    s.relay = NULL;
    assert_int_equal(s.answers, 2); /* the end answers, too */
    scene_end(&s);
}

static void what_found_no_connection_is_sent_again(void **state)
{
    static const char *const script[] = {"200 OK", NULL};
    struct scene s;

    (void)state;
    scene_begin(&s, script, (struct relay_options){.retry_ms = 5});
    int port = s.hook->port;
    hook_free(s.hook);
    post(&s, "u", CALL_EVENT_STARTED, "{1}", true);
    post(&s, "u", CALL_EVENT_ENDED, "{2}", false);
    until_answered(&s, 1); /* at once */
    assert_string_equal(s.answer[0], "-");
    assert_int_equal(s.troubles, 1);
    assert_int_equal(s.err.code, ERR_UNREACHABLE);
    s.hook = hook_open_at(s.loop, script, port);
    until_sent(&s, 2);
    assert_string_equal(s.hook->body[0], "{1}");
    assert_string_equal(s.hook->body[1], "{2}");
    assert_int_equal(s.troubles, 1);
    assert_int_equal(s.mended, 1);
    scene_end(&s);
}

static void not_for_ever(void **state)
{
    static const char *const script[] = {"200 OK", NULL};
    struct scene s;

    (void)state;
    scene_begin(&s, script, (struct relay_options){.retry_ms = 1, .keep_ms = 10});
    hook_free(s.hook);
    s.hook = NULL;
    post(&s, "u", CALL_EVENT_ENDED, "{}", false);
    while (relay_counts(s.relay).failed < 1)
        ev_run(s.loop, EVRUN_ONCE);
    assert_int_equal(relay_counts(s.relay).waiting, 0);
    scene_end(&s);
}

static void a_refusal_is_told(void **state)
{
    static const char *const script[] = {"401 Unauthorized", "200 OK", NULL};
    struct scene s;

    (void)state;
    scene_begin(&s, script, (struct relay_options){0});
    post(&s, "u", CALL_EVENT_INITIATED, "{}", true);
    post(&s, "u", CALL_EVENT_STARTED, "{}", false);
    until_sent(&s, 1);
    assert_string_equal(s.answer[0], "-");
    assert_int_equal(s.troubles, 1);
    assert_non_null(strstr(s.err.text, "answered 401"));
    assert_null(strstr(s.err.text, "s3cret"));
    assert_int_equal(s.mended, 1);
    scene_end(&s);
}

/* Of a call that talks and talks its end is not lost. */
static void what_waits_is_bounded(void **state)
{
    static const char *const script[] = {HANG, NULL};
    struct scene s;

    (void)state;
    scene_begin(&s, script, (struct relay_options){0});
    post(&s, "u", CALL_EVENT_TRANSCRIPTION, "{}", false);
    post(&s, "u", CALL_EVENT_STARTED, "{}", false);
    for (int i = 0; i < 100; i++)
        assert_true(post(&s, "u", CALL_EVENT_TRANSCRIPTION, "{}", false));
    assert_true(post(&s, "u", CALL_EVENT_ENDED, "{}", false));
    assert_int_equal(relay_counts(s.relay).waiting, RELAY_A_CALL);
    assert_int_equal(relay_counts(s.relay).dropped, 103 - RELAY_A_CALL);
    for (int i = 0; i < RELAY_A_CALL; i++) /* nothing is left that could be spared */
        post(&s, "u", CALL_EVENT_ENDED, "{}", false);
    assert_false(post(&s, "u", CALL_EVENT_DIGIT, "{}", true));
    assert_int_equal(s.answers, 0);
    for (int i = 1; i < RELAY_CALLS; i++) {
        char uuid[20];
        snprintf(uuid, sizeof uuid, "call-%d", i);
        assert_true(post(&s, uuid, CALL_EVENT_ENDED, "{}", false));
    }
    assert_false(post(&s, "one more", CALL_EVENT_ENDED, "{}", false));
    scene_end(&s);
}

/* A backend that forwards what it gets to us sends back what we sent. */
static void an_echo_is_known(void **state)
{
    static const char *const script[] = {HANG, NULL};
    struct call_event e = {.uuid = "u", .type = "call_started", .timestamp = "T1", .role = ""};
    struct scene s;

    (void)state;
    scene_begin(&s, script, (struct relay_options){0});
    assert_false(relay_is_echo(s.relay, &e));
    post(&s, "u", CALL_EVENT_STARTED, "T1", false);
    assert_true(relay_is_echo(s.relay, &e));
    e.timestamp = "T2";
    assert_false(relay_is_echo(s.relay, &e));
    e.timestamp = "T1";
    e.uuid = "v";
    assert_false(relay_is_echo(s.relay, &e));
    scene_end(&s);
}

static void an_address_that_is_none(void **state)
{
    struct relay_options o = {.url = "ftp://user:s3cret@backend/", .secret = "x"};
    struct err err;

    (void)state;
    assert_null(relay_open(NULL, &o, &err));
    assert_int_equal(err.code, ERR_INVALID);
    assert_null(strstr(err.text, "s3cret"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_body_and_headers),
        cmocka_unit_test(order_is_kept_within_a_call),
        cmocka_unit_test(nobody_waits_for_a_slow_backend),
        cmocka_unit_test(what_found_no_connection_is_sent_again),
        cmocka_unit_test(not_for_ever),
        cmocka_unit_test(a_refusal_is_told),
        cmocka_unit_test(what_waits_is_bounded),
        cmocka_unit_test(an_echo_is_known),
        cmocka_unit_test(an_address_that_is_none),
    };

    return cmocka_run_group_tests_name("relay", tests, NULL, NULL);
}
