/* Goal: a change arrives at the webhook, once where the webhook is well, in bounded time and with
 * bounded patience where it is not; its address, which is a secret, is nowhere to be read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/json.h"
#include "base/text.h"
#include "hook_server.h"
#include "tell/notify.h"

#define SECRET "/services/T0/B0/s3cr3t"

struct scene {
    struct ev_loop *loop;
    struct hook *hook;
    struct notify *notify;
    int want; /* messages, then the loop ends */
    int sent, failed;
    struct err err; /* of the last one that failed */
};

static void on_told(void *ctx, const struct err *err)
{
    struct scene *s = ctx;

    if (err) {
        s->failed++;
        s->err = *err;
        assert_null(strstr(err->text, "s3cr3t"));
        assert_null(strstr(err->text, "services"));
    } else {
        s->sent++;
    }
    if (s->sent + s->failed == s->want)
        ev_break(s->loop, EVBREAK_ALL);
}

static struct notify_options options(struct scene *s, const char *url)
{
    return (struct notify_options){.url = url,
                                   .format = NOTIFY_JSON,
                                   .host = "pbx-01",
                                   .batch_ms = 20,
                                   .retry_ms = 4,
                                   .told = on_told,
                                   .ctx = s};
}

static struct scene *scene_with(const char *const *script, enum notify_format format,
                                unsigned batch_ms, unsigned total_ms)
{
    struct scene *s = calloc(1, sizeof *s);
    char url[100];
    struct err err;

    s->loop = ev_loop_new(EVFLAG_AUTO);
    s->hook = hook_open(s->loop, script);
    snprintf(url, sizeof url, "http://127.0.0.1:%d" SECRET, s->hook->port);
    struct notify_options o = options(s, url);
    o.format = format;
    o.batch_ms = batch_ms;
    o.total_ms = total_ms;
    s->notify = notify_open(s->loop, &o, &err);
    assert_non_null(s->notify);
    return s;
}

static struct scene *scene(const char *const *script)
{
    return scene_with(script, NOTIFY_JSON, 20, 0);
}

static void scene_end(struct scene *s)
{
    notify_close(s->notify);
    hook_free(s->hook);
    ev_loop_destroy(s->loop);
    free(s);
}

static void run(struct scene *s, int messages)
{
    s->want = s->sent + s->failed + messages;
    alarm(60);
    ev_run(s->loop, 0);
    alarm(0);
}

static const struct notify_change replaced = {
    .event = "replaced",
    .agent = "Night desk",
    .role = "sts",
    .result = "done",
    .cause = "provider edited",
    .drifts = (const char *const[]){"env GREETING: Hello. → <!channel> @all & \"you\"",
                                    "env KEY: (hidden fp:1) → (hidden fp:2)"},
    .n_drifts = 2,
    .time_ms = 1795353255678,
};

static const cJSON *body(struct scene *s, struct arena *a, int n)
{
    struct err err;
    const cJSON *o = json_parse(a, s->hook->body[n], strlen(s->hook->body[n]), &err);

    assert_non_null(o);
    return o;
}

static void a_change_arrives_as_json(void **state)
{
    struct scene *s = scene((const char *const[]){"200 OK", NULL});
    struct arena *a = arena_new();

    (void)state;
    assert_true(notify_idle(s->notify));
    notify_send(s->notify, &replaced);
    notify_send(s->notify, &(struct notify_change){.event = "engine lost\x1b[2J"});
    assert_false(notify_idle(s->notify));
    run(s, 1);
    assert_int_equal(s->sent, 1);
    assert_int_equal(s->hook->requests, 1);
    assert_true(notify_idle(s->notify));
    assert_true(text_starts(s->hook->head[0], "POST " SECRET " HTTP/1.1\r\n"));
    assert_non_null(strstr(s->hook->head[0], "\r\nContent-Type: application/json\r\n"));
    const cJSON *o = body(s, a, 0), *events = json_get(o, "events");
    assert_int_equal(json_int(o, "version", 0), 1);
    assert_string_equal(json_text(o, "host"), "pbx-01");
    assert_int_equal(strlen(json_text(o, "time")), strlen("2026-11-22T13:14:15.678Z"));
    assert_int_equal(cJSON_GetArraySize(events), 2);
    char *first = cJSON_PrintUnformatted(cJSON_GetArrayItem(events, 0));
    assert_string_equal(first, "{\"event\":\"replaced\",\"agent\":\"Night desk\",\"role\":\"sts\","
                               "\"result\":\"done\",\"cause\":\"provider edited\",\"drifts\":"
                               "[\"env GREETING: Hello. → <!channel> @all & \\\"you\\\"\","
                               "\"env KEY: (hidden fp:1) → (hidden fp:2)\"],"
                               "\"time\":\"2026-11-22T13:14:15.678Z\"}");
    free(first);
    assert_string_equal(json_text(cJSON_GetArrayItem(events, 1), "event"), "engine lost\\x1b[2J");
    arena_free(a);
    scene_end(s);
}

static const char *text_sent(struct scene *s, struct arena *a, const char *key)
{
    const char *text = json_text(body(s, a, s->hook->requests - 1), key);

    assert_non_null(text);
    return text;
}

static void slack_gets_text_that_calls_nobody(void **state)
{
    struct scene *s = scene_with((const char *const[]){"200 OK", NULL}, NOTIFY_SLACK, 20, 0);
    struct arena *a = arena_new();

    (void)state;
    notify_send(s->notify, &replaced);
    run(s, 1);
    assert_string_equal(text_sent(s, a, "text"),
                        "pbx-01: Night desk sts: replaced, done (provider edited)\n"
                        "    env GREETING: Hello. → &lt;!channel&gt; @\u200ball &amp; \"you\"\n"
                        "    env KEY: (hidden fp:1) → (hidden fp:2)\n");
    arena_free(a);
    scene_end(s);
}

static void discord_gets_no_more_than_it_takes(void **state)
{
    struct scene *s =
        scene_with((const char *const[]){"204 No Content", NULL}, NOTIFY_DISCORD, 20, 0);
    struct arena *a = arena_new();

    (void)state;
    for (int i = 0; i < 50; i++)
        notify_send(s->notify, &replaced);
    run(s, 1);
    const char *text = text_sent(s, a, "content");
    assert_true(text_starts(text, "pbx-01: 50 changes\nNight desk sts: replaced, done"));
    assert_true(strlen(text) > 1500 && strlen(text) < 2000);
    assert_true(text_ends(text, " more\n"));
    const cJSON *mentions = json_get(body(s, a, 0), "allowed_mentions");
    assert_true(cJSON_IsArray(json_get(mentions, "parse")));
    assert_int_equal(cJSON_GetArraySize(json_get(mentions, "parse")), 0);
    arena_free(a);
    scene_end(s);
}

static void what_is_too_much_is_cut(void **state)
{
    struct scene *s = scene((const char *const[]){"200 OK", NULL});
    struct arena *a = arena_new();
    char big[5000];
    const char *drifts[300];

    (void)state;
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    for (size_t i = 0; i < 300; i++)
        drifts[i] = big;
    notify_send(s->notify, &(struct notify_change){big, big, big, big, big, drifts, 300, 0});
    run(s, 1);
    const cJSON *event = cJSON_GetArrayItem(json_get(body(s, a, 0), "events"), 0);
    const cJSON *list = json_get(event, "drifts");
    assert_int_equal(cJSON_GetArraySize(list), 21);
    assert_string_equal(cJSON_GetArrayItem(list, 20)->valuestring, "… and 280 more");
    assert_true(strlen(s->hook->body[0]) < 6000);
    arena_free(a);
    scene_end(s);
}

static void a_webhook_that_recovers_is_asked_again(void **state)
{
    static const char *const scripts[][5] = {
        {"500 Oops", "200 OK"}, {"503 Busy", "408 Late", "502 Bad", "200 OK"}, {HANG_UP, "200 OK"},
        {GARBAGE, "200 OK"},    {"429 Slow\r\nRetry-After: soon", "200 OK"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        struct scene *s = scene(scripts[i]);
        int want = scripts[i][2] ? 4 : 2;
        notify_send(s->notify, &replaced);
        run(s, 1);
        assert_int_equal(s->sent, 1);
        assert_int_equal(s->hook->requests, want);
        assert_string_equal(s->hook->body[want - 1], s->hook->body[0]);
        scene_end(s);
    }
}

static void retry_after_is_heeded(void **state)
{
    static const char *const script[] = {"429 Slow\r\nRetry-After: 1", "200 OK", NULL};
    struct scene *patient = scene(script);
    struct scene *hasty = scene_with(script, NOTIFY_JSON, 20, 1000);

    (void)state;
    notify_send(patient->notify, &replaced);
    run(patient, 1);
    assert_int_equal(patient->sent, 1);
    assert_int_equal(patient->hook->requests, 2);

    notify_send(hasty->notify, &replaced); /* that second would be beyond its total time */
    run(hasty, 1);
    assert_int_equal(hasty->failed, 1);
    assert_int_equal(hasty->hook->requests, 1);
    scene_end(patient);
    scene_end(hasty);
}

static void a_long_retry_after_is_not_waited_for(void **state)
{
    struct scene *s = scene((const char *const[]){"429 Slow\r\nRetry-After: 86400", NULL});

    (void)state;
    notify_send(s->notify, &replaced);
    run(s, 1);
    assert_int_equal(s->failed, 1);
    assert_int_equal(s->hook->requests, 1);
    scene_end(s);
}

static void patience_ends(void **state)
{
    struct scene *s = scene((const char *const[]){"500 Oops", NULL});
    char want[100];

    (void)state;
    notify_send(s->notify, &replaced);
    run(s, 1);
    assert_int_equal(s->failed, 1);
    assert_int_equal(s->hook->requests, 4);
    snprintf(want, sizeof want, "http://127.0.0.1:%d answered 500; given up after 4 attempts",
             s->hook->port);
    assert_string_equal(s->err.text, want);
    assert_int_equal(s->err.code, ERR_TRANSIENT);
    notify_send(s->notify, &replaced); /* the next message has its own attempts */
    run(s, 1);
    assert_int_equal(s->hook->requests, 8);
    scene_end(s);
}

static void what_is_refused_is_not_tried_again(void **state)
{
    static const char *const answers[][2] = {
        {"404 Not Found"}, {"400 No"}, {"302 Found\r\nLocation: http://127.0.0.1:1/"}};

    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        struct scene *s = scene(answers[i]);
        notify_send(s->notify, &replaced);
        run(s, 1);
        assert_int_equal(s->failed, 1);
        assert_int_equal(s->err.code, ERR_DENIED);
        assert_int_equal(s->hook->requests, 1);
        scene_end(s);
    }
}

static void a_webhook_that_hangs_ends_with_the_total_time(void **state)
{
    struct scene *s = scene_with((const char *const[]){HANG, NULL}, NOTIFY_JSON, 20, 300);

    (void)state;
    notify_send(s->notify, &replaced);
    run(s, 1);
    assert_int_equal(s->failed, 1);
    assert_int_equal(s->hook->requests, 1);
    scene_end(s);
}

static void an_endless_answer_is_an_answer(void **state)
{
    struct scene *s = scene((const char *const[]){ENDLESS, NULL});

    (void)state;
    notify_send(s->notify, &replaced);
    run(s, 1);
    assert_int_equal(s->sent, 1);
    assert_int_equal(s->hook->requests, 1);
    scene_end(s);
}

static void nobody_listens(void **state)
{
    struct scene *s = scene((const char *const[]){"200 OK", NULL});

    (void)state;
    ev_io_stop(s->loop, &s->hook->io);
    close(s->hook->io.fd);
    s->hook->io.fd = dup(2);
    notify_send(s->notify, &replaced);
    run(s, 1);
    assert_int_equal(s->failed, 1);
    assert_int_equal(s->err.code, ERR_UNREACHABLE);
    assert_true(text_starts(s->err.text, "connection refused on 127.0.0.1:"));
    scene_end(s);
}

/* While one message hangs the next ones wait: 64, of which the oldest make room. */
static void the_queue_is_bounded_and_tells_what_it_lost(void **state)
{
    struct scene *s = scene((const char *const[]){"500 Oops", "200 OK", NULL});
    struct arena *a = arena_new();

    (void)state;
    for (int i = 0; i < 70; i++) {
        char agent[20];
        snprintf(agent, sizeof agent, "agent %d", i);
        notify_send(s->notify, &(struct notify_change){.event = "replaced", .agent = agent});
    }
    assert_int_equal(notify_dropped(s->notify), 6);
    run(s, 1);
    const cJSON *o = body(s, a, 1), *events = json_get(o, "events");
    assert_int_equal(json_int(o, "dropped", 0), 6);
    assert_int_equal(cJSON_GetArraySize(events), 64);
    assert_string_equal(json_text(cJSON_GetArrayItem(events, 0), "agent"), "agent 6");

    notify_send(s->notify, &replaced); /* told once */
    run(s, 1);
    assert_int_equal(json_int(body(s, a, 2), "dropped", -1), 0);
    arena_free(a);
    scene_end(s);
}

static void the_end_of_the_service_does_not_wait_for_company(void **state)
{
    struct scene *s = scene_with((const char *const[]){"200 OK", NULL}, NOTIFY_JSON, 3600000, 0);

    (void)state;
    notify_send(s->notify, &replaced);
    ev_run(s->loop, EVRUN_NOWAIT);
    assert_int_equal(s->hook->requests, 0);
    notify_hurry(s->notify);
    run(s, 1);
    assert_int_equal(s->sent, 1);
    notify_send(s->notify, &replaced);
    run(s, 1);
    assert_int_equal(s->sent, 2);
    notify_send(s->notify, &replaced); /* still waits when all is closed */
    scene_end(s);
}

static void closing_gives_up_what_is_under_way(void **state)
{
    struct scene *s = scene((const char *const[]){HANG, NULL});

    (void)state;
    notify_send(s->notify, &replaced);
    alarm(60);
    while (s->hook->requests == 0)
        ev_run(s->loop, EVRUN_ONCE);
    alarm(0);
    notify_send(s->notify, &replaced);
    assert_false(notify_idle(s->notify));
    scene_end(s);
}

static void addresses_are_checked_and_never_shown(void **state)
{
    static const char *const bad[] = {
        "",
        "hooks.example/s3cr3t",
        "ftp://hooks.example/s3cr3t",
        "https:///s3cr3t",
        "https://:80/s3cr3t",
        "https://me:s3cr3t@hooks.example/",
        "https://hooks.example/s3cr3t#x",
        "https://hooks.example/s3cr3t x",
        "https://hooks.example/s3cr3t\r\nHost: other",
        "https://hooks\\example/s3cr3t",
    };
    static const char *const good[][2] = {
        {"https://hooks.example/s3cr3t", "https://hooks.example"},
        {"http://10.0.0.1:8080", "http://10.0.0.1:8080"},
        {"https://[::1]:8443?token=s3cr3t", "https://[::1]:8443"},
    };
    struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
    struct notify_options o = {.host = "pbx-01"};
    struct err err;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        o.url = bad[i];
        assert_null(notify_open(loop, &o, &err));
        assert_int_equal(err.code, ERR_INVALID);
        assert_null(strstr(err.text, "s3cr3t"));
    }
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        o.url = good[i][0];
        struct notify *n = notify_open(loop, &o, &err);
        assert_non_null(n);
        assert_string_equal(notify_target(n), good[i][1]);
        notify_close(n);
    }
    notify_close(NULL);
    ev_loop_destroy(loop);
}

static void formats_have_names(void **state)
{
    enum notify_format format;

    (void)state;
    assert_int_equal(notify_format_parse("json", &format), 0);
    assert_int_equal(format, NOTIFY_JSON);
    assert_int_equal(notify_format_parse("slack", &format), 0);
    assert_int_equal(format, NOTIFY_SLACK);
    assert_int_equal(notify_format_parse("discord", &format), 0);
    assert_int_equal(format, NOTIFY_DISCORD);
    assert_int_equal(notify_format_parse("Slack", &format), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_arrives_as_json),
        cmocka_unit_test(slack_gets_text_that_calls_nobody),
        cmocka_unit_test(discord_gets_no_more_than_it_takes),
        cmocka_unit_test(what_is_too_much_is_cut),
        cmocka_unit_test(a_webhook_that_recovers_is_asked_again),
        cmocka_unit_test(retry_after_is_heeded),
        cmocka_unit_test(a_long_retry_after_is_not_waited_for),
        cmocka_unit_test(patience_ends),
        cmocka_unit_test(what_is_refused_is_not_tried_again),
        cmocka_unit_test(a_webhook_that_hangs_ends_with_the_total_time),
        cmocka_unit_test(an_endless_answer_is_an_answer),
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(the_queue_is_bounded_and_tells_what_it_lost),
        cmocka_unit_test(the_end_of_the_service_does_not_wait_for_company),
        cmocka_unit_test(closing_gives_up_what_is_under_way),
        cmocka_unit_test(addresses_are_checked_and_never_shown),
        cmocka_unit_test(formats_have_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
