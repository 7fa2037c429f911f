/* Goal: only whoever knows the secret is heard; core is answered once, also where the backend is
 * slow, chooses itself, or sends back what it got from us. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/text.h"
#include "calls/relay.h"
#include "control/config.h"
#include "face/parts.h"
#include "service/hearing.h"
#include "tell/hook_server.h"

/* --- a service and requests that were made by hand ------------------------------------------- */

struct web_request {
    struct arena *arena;
    const char *body, *secret;
    unsigned status; /* 0: not answered yet */
    const char *answer;
    void (*gone)(void *ctx);
    void *gone_ctx;
};

static struct {
    struct ev_loop *loop;
    struct config config;
    struct face face;
    struct face_options options;
    struct arena *arena;
    int heard, routed;
    const char *route;
} site;

const struct config *service_config(const struct service *s)
{
    (void)s;
    return &site.config;
}

struct ev_loop *service_loop(const struct service *s)
{
    (void)s;
    return site.loop;
}

struct log *service_log(const struct service *s)
{
    (void)s;
    return NULL;
}

struct hearing *service_hearing(const struct service *s)
{
    (void)s;
    return NULL;
}

void log_say(struct log *log, enum log_level level, const struct log_about *about, const char *fmt,
             ...)
{
    (void)log, (void)level, (void)about, (void)fmt;
}

void log_condition(struct log *log, const char *key, enum log_level level,
                   const struct log_about *about, const char *text)
{
    (void)log, (void)key, (void)level, (void)about, (void)text;
}

void log_clear(struct log *log, const char *key, const char *text)
{
    (void)log, (void)key, (void)text;
}

void hearing_event(struct hearing *h, const struct call_event *e)
{
    (void)h;
    assert_string_equal(e->agent_id, "a1");
    site.heard++;
}

const char *hearing_route(struct hearing *h, struct arena *a, const struct call_event *e)
{
    (void)h, (void)a;
    assert_string_equal(e->uuid, "u");
    assert_string_equal(e->agent_id, "a1");
    site.routed++;
    return site.route;
}

struct arena *web_arena(struct web_request *r)
{
    return r->arena;
}

const char *web_body(const struct web_request *r, size_t *ret_len)
{
    *ret_len = strlen(r->body);
    return r->body;
}

const char *web_header(const struct web_request *r, const char *name)
{
    return text_is(name, "x-avr-agent-id") ? "a1" : r->secret;
}

void web_reply_json(struct web_request *r, unsigned status, const char *json)
{
    assert_int_equal(r->status, 0);
    r->status = status;
    r->answer = arena_strdup(r->arena, json);
}

void web_reply_error(struct web_request *r, unsigned status, const char *code, const char *sentence)
{
    (void)sentence;
    web_reply_json(r, status, code);
}

void web_on_gone(struct web_request *r, void (*gone)(void *ctx), void *ctx)
{
    r->gone = gone;
    r->gone_ctx = ctx;
}

static struct web_request post(const char *secret, const char *body)
{
    return (struct web_request){.arena = site.arena, .body = body, .secret = secret};
}

static void handle(struct web_request *r)
{
    webhooks_family.routes[0].handle(&site.face, r);
}

static void until_answered(const struct web_request *r)
{
    while (!r->status)
        ev_run(site.loop, EVRUN_ONCE);
}

/* backend NULL: a tap. */
static void open_site(const struct hook *backend)
{
    site.options = (struct face_options){0};
    if (backend)
        site.options.webhook_forward =
            arena_printf(site.arena, "http://127.0.0.1:%d/webhooks", backend->port);
    site.face = (struct face){.options = &site.options};
    webhooks_family.open(&site.face);
}

static int set_up(void **state)
{
    (void)state;
    memset(&site, 0, sizeof site);
    site.loop = ev_loop_new(EVFLAG_AUTO);
    site.arena = arena_new();
    site.config.host.webhook_secret = "s3cret";
    site.route = "ws://0123456789ab:6033";
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    webhooks_family.close(&site.face);
    ev_loop_destroy(site.loop);
    arena_free(site.arena);
    return 0;
}

static const char announced[] = "{\"uuid\":\"u\",\"type\":\"call_initiated\",\"timestamp\":\"T\"}";

/* --- the tests ------------------------------------------------------------------------------- */

static void whoever_does_not_know_the_secret(void **state)
{
    static const char *const wrong[] = {NULL, "", "s3cre", "s3crets", "S3cret", "s3crets3cret"};

    (void)state;
    open_site(NULL);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct web_request r = post(wrong[i], announced);
        handle(&r);
        assert_int_equal(r.status, 401);
    }
    site.config.host.webhook_secret = NULL;
    struct web_request r = post("", announced);
    handle(&r);
    assert_int_equal(r.status, 403);
    assert_int_equal(site.heard, 0);
}

static void as_a_tap(void **state)
{
    struct web_request good = post("s3cret", announced), bad = post("s3cret", "{\"uuid\":\"u\"}");

    (void)state;
    open_site(NULL);
    handle(&good);
    assert_int_equal(good.status, 200);
    assert_string_equal(good.answer, "{\"status\": \"ok\"}");
    handle(&bad);
    assert_int_equal(bad.status, 400);
    assert_int_equal(site.heard, 1);
    assert_int_equal(site.routed, 0);
}

static void as_a_relay(void **state)
{
    static const char *const script[] = {"{\"status\":\"ok\"}", NULL};
    struct hook *backend = hook_open(site.loop, script);
    struct web_request r = post("s3cret", announced);
    struct web_request next = post("s3cret", "{\"uuid\":\"u\",\"type\":\"call_started\"}");

    (void)state;
    open_site(backend);
    handle(&r);
    handle(&next);
    assert_int_equal(next.status, 200); /* nobody waits for it */
    until_answered(&r);
    assert_string_equal(r.answer, "{\"status\": \"ok\", \"sts_url\": \"ws://0123456789ab:6033\"}");
    assert_null(r.gone);
    while (backend->requests < 2)
        ev_run(site.loop, EVRUN_ONCE);
    assert_string_equal(backend->body[0], announced);
    hook_free(backend);
}

static void a_backend_that_chooses_is_obeyed(void **state)
{
    static const char *const script[] = {"{\"sts_url\":\"ws://theirs\"}", NULL};
    struct hook *backend = hook_open(site.loop, script);
    struct web_request r = post("s3cret", announced);

    (void)state;
    open_site(backend);
    handle(&r);
    until_answered(&r);
    assert_string_equal(r.answer, "{\"status\": \"ok\", \"sts_url\": \"ws://theirs\"}");
    assert_int_equal(site.routed, 0); /* it is on no container of ours */
    hook_free(backend);
}

static void what_comes_back_is_not_sent_again(void **state)
{
    static const char *const script[] = {HANG, NULL};
    struct hook *backend = hook_open(site.loop, script);
    struct web_request r = post("s3cret", announced), echo = post("s3cret", announced);

    (void)state;
    open_site(backend);
    handle(&r);
    while (backend->requests < 1)
        ev_run(site.loop, EVRUN_ONCE);
    handle(&echo);
    assert_string_equal(echo.answer, "{\"status\": \"ok\"}");
    assert_int_equal(relay_counts(site.face.relay).waiting, 1);
    until_answered(&r); /* though the backend hangs */
    assert_non_null(strstr(r.answer, "sts_url"));
    hook_free(backend);
}

static void whoever_asked_may_leave(void **state)
{
    static const char *const script[] = {HANG, NULL};
    struct hook *backend = hook_open(site.loop, script);
    struct web_request r = post("s3cret", announced);

    (void)state;
    open_site(backend);
    handle(&r);
    r.gone(r.gone_ctx);
    assert_int_equal(r.status, 200); /* answered, once, and not touched again */
    hook_free(backend);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(whoever_does_not_know_the_secret),
        TEST(as_a_tap),
        TEST(as_a_relay),
        TEST(a_backend_that_chooses_is_obeyed),
        TEST(what_comes_back_is_not_sent_again),
        TEST(whoever_asked_may_leave),
    };

    return cmocka_run_group_tests_name("webhooks", tests, NULL, NULL);
}
