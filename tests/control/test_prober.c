/* Goal: the verdict on one box: ready only once the engine says that it still runs as it did; else
 * why not, in time, whatever the engine answers. */
#include <ev.h>

#include "control/prober.h"
#include "desk.h"

enum { TIMEOUT_MS = 10000 };

static struct client client;
static struct wanted wanted;
static struct container_spec spec;

static struct answer {
    bool given, ready, gone, failed;
    const char *text;
    int64_t after_ms;
} answer;

/* A container that listens and runs. */
static int set_up(void **state)
{
    const char *body = "{\"Image\":\"any:1\",\"HostConfig\":{},\"Labels\":{\"app\":\"AVR\"}}";

    desk_set_up(state);
    client = (struct client){.loop = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV),
                             .driver = &docker_driver,
                             .endpoint = config.engine};
    client.http = http_open(client.loop);
    spec = (struct container_spec){.role = ROLE_STS, .probe = {.kind = PROBE_TCP}};
    wanted = (struct wanted){.spec = &spec, .port = engine.port};
    fake_create("avr-sts-4711", body);
    fake_start(&engine.boxes[0]);
    return 0;
}

static int tear_down(void **state)
{
    http_close(client.http);
    ev_loop_destroy(client.loop);
    return desk_tear_down(state);
}

static void on_verdict(void *ctx, const struct verdict_of_probe *v)
{
    const int64_t *started_ms = ctx;

    assert_false(answer.given); /* once */
    answer = (struct answer){.given = true,
                             .ready = v->ready,
                             .gone = !v->box && !v->err,
                             .failed = v->err,
                             .text = v->text,
                             .after_ms = virtual_ms() - *started_ms};
}

/* The container as a look before the probe showed it. */
static struct box seen_box(void)
{
    struct facts facts;
    struct err err;
    struct call call = {.kind = CALL_INSPECT, .id = engine.boxes[0].id};

    if (client_ask(&client, &call, arena, &facts, &err) < 0)
        fail_msg("%s", err.text);
    engine.requests = 0;
    return facts.box;
}

static struct answer probe(const struct box *b)
{
    int64_t started_ms = virtual_ms();

    answer = (struct answer){0};
    prober_start(&client, arena, &wanted, b, TIMEOUT_MS, on_verdict, &started_ms);
    assert_false(answer.given); /* never from within */
    ev_run(client.loop, 0);
    assert_true(answer.given);
    return answer;
}

static void ready_is_said_after_an_inspect(void **state)
{
    struct box b = seen_box();

    (void)state;
    struct answer v = probe(&b);
    assert_true(v.ready);
    assert_string_equal(v.text, "");
    assert_int_equal(engine.requests, 1);
}

/* What answers is no proof: the port may be another's by now. */
static void a_box_that_does_not_run_as_it_did_is_not_ready(void **state)
{
    struct box b = seen_box();
    struct fake_box *f = &engine.boxes[0];

    (void)state;
    f->started_ms += 1000;
    struct answer v = probe(&b);
    assert_false(v.ready);
    assert_string_equal(v.text, "it died and was restarted (exit code 0)");
    f->state = BOX_RESTARTING;
    f->exit_code = 137;
    assert_string_equal(probe(&b).text, "it died and was restarted (exit code 137 (SIGKILL))");
    f->state = BOX_EXITED;
    f->exit_code = 3;
    assert_string_equal(probe(&b).text, "it exited with code 3");
    f->state = BOX_PAUSED;
    assert_string_equal(probe(&b).text, "somebody paused it");
    assert_int_equal(engine.requests, 4); /* each of these is final */
}

static void a_box_that_was_removed_is_gone(void **state)
{
    struct box b = seen_box();

    (void)state;
    engine.n_boxes = 0;
    struct answer v = probe(&b);
    assert_false(v.ready);
    assert_true(v.gone);
    assert_string_equal(v.text, "somebody removed it");
}

/* A connection that was kept and is dead when it is used is replaced by the client itself. */
static void an_engine_that_does_not_answer_is_no_verdict(void **state)
{
    struct box b = seen_box();

    (void)state;
    for (enum fault fault = FAULT_500; fault < FAULT__N; fault++) {
        engine.requests = 0;
        engine.fault_at = 1;
        engine.fault = fault;
        struct answer v = probe(&b);
        bool asked_again = engine.requests > 1;
        assert_int_equal(v.failed, !asked_again);
        assert_int_equal(v.ready, asked_again);
        assert_true(!asked_again || fault == FAULT_CUT_BEFORE || fault == FAULT_CUT_AFTER);
    }
}

static void silence_is_waited_for_until_the_time_is_up(void **state)
{
    struct box b = seen_box();

    (void)state;
    wanted.port = "1";
    struct answer v = probe(&b);
    assert_false(v.ready);
    assert_string_equal(v.text, "it did not listen on its port within 10s: connection refused on "
                                "127.0.0.1:1");
    assert_in_range(v.after_ms, TIMEOUT_MS, TIMEOUT_MS + 1000);
    assert_in_range(engine.requests, 10, 40); /* slower and slower, twice a second at last */
}

/* The process is stopped for a while (SIGSTOP, say); the box answers by the time it goes on. */
static void oversleep(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    (void)loop, (void)timer, (void)events;
    virtual_pass(TIMEOUT_MS + 1000);
    spec.probe.kind = PROBE_TCP;
}

/* It accepts, and answers nothing. */
static int listen_silently(char port[8])
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&at, len), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    snprintf(port, 8, "%u", ntohs(at.sin_port));
    return fd;
}

static void whoever_slept_has_not_asked(void **state)
{
    struct box b = seen_box();
    struct ev_timer timer;
    char port[8];
    int fd = listen_silently(port);

    (void)state;
    wanted.port = port;
    spec.probe.kind = PROBE_HTTP;
    ev_timer_init(&timer, oversleep, 0.5, 0.);
    ev_timer_start(client.loop, &timer);
    assert_true(probe(&b).ready);
    assert_int_equal(engine.requests, 1);
    close(fd);
}

static void a_check_of_its_own_decides(void **state)
{
    struct box b = seen_box();
    struct fake_box *f = &engine.boxes[0];

    (void)state;
    spec.probe.kind = PROBE_ENGINE;
    wanted.port = "1"; /* not asked */
    f->health = "healthy";
    assert_true(probe(&b).ready);
    f->health = NULL;
    assert_true(probe(&b).ready);
    f->health = "unhealthy";
    assert_string_equal(probe(&b).text, "its own health check says unhealthy");
    f->health = "starting";
    struct answer v = probe(&b);
    assert_false(v.ready);
    assert_string_equal(v.text, "it did not pass its own health check within 10s");
    assert_true(v.after_ms >= TIMEOUT_MS);
}

/* Nobody knows where: that it listens must do. */
static void core_without_a_known_health_route_must_listen(void **state)
{
    struct box b = seen_box();

    (void)state;
    spec.role = ROLE_CORE;
    spec.probe = (struct probe){.kind = PROBE_HTTP, .path = "/health"};
    assert_true(probe(&b).ready);
    wanted.http_port = "1";
    assert_false(probe(&b).ready);
}

static void a_cancelled_probe_says_nothing(void **state)
{
    struct box b = seen_box();

    (void)state;
    for (int rounds = 0; rounds < 6; rounds++) { /* before, within and after the attempt */
        int64_t started_ms = virtual_ms();
        answer = (struct answer){0};
        wanted.port = "1"; /* goes on until it is cancelled */
        struct prober *p =
            prober_start(&client, arena, &wanted, &b, TIMEOUT_MS, on_verdict, &started_ms);
        for (int i = 0; i < rounds; i++)
            ev_run(client.loop, EVRUN_ONCE);
        prober_cancel(p);
        ev_run(client.loop, 0);
        assert_false(answer.given);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(whoever_slept_has_not_asked),
        TEST(ready_is_said_after_an_inspect),
        TEST(a_box_that_does_not_run_as_it_did_is_not_ready),
        TEST(a_box_that_was_removed_is_gone),
        TEST(an_engine_that_does_not_answer_is_no_verdict),
        TEST(silence_is_waited_for_until_the_time_is_up),
        TEST(a_check_of_its_own_decides),
        TEST(core_without_a_known_health_route_must_listen),
        TEST(a_cancelled_probe_says_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
