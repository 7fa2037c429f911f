/* Goal: the service with its endpoints, on a fake engine, in virtual time: it says how it is, goes
 * on where a port is taken, and lets in who may. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>

#include "control/fake_engine.h"

#include "face/parts.h"
#include "service/service_parts.h"

enum { SECOND = 1000 };

static struct arena *arena;
static char dir[40];
static const char *spec_path;
static struct config config;
static struct face_options face_options;
static struct service_options options;
static struct service service;
static bool engine_is_gone;

static const char *no_variable(void *ctx, const char *name)
{
    (void)ctx, (void)name;
    return NULL;
}

static void on_alarm(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    (void)loop, (void)events;
    *(bool *)timer->data = true;
}

/* Lets the service do what it likes for so long. */
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
}

static void open_service(const char *address, const char *jwt_secret)
{
    static const char *listen;
    struct err err;

    listen = address;
    face_options = (struct face_options){.listen = &listen,
                                         .n_listen = 1,
                                         .advertise = "http://avr-reconciler:6100",
                                         .jwt_secret = jwt_secret};
    options = (struct service_options){.log_format = LOG_TEXT,
                                       .log_level = LEVEL_ERROR,
                                       .resync_s = 60,
                                       .control = arena_printf(arena, "%s/control.sock", dir),
                                       .guest = face_guest(arena, &face_options)};
    service = (struct service){.config = &config, .options = &options, .lock = -1};
    if (service_open(&service, &err) < 0)
        fail_msg("%s", err.text);
}

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    snprintf(dir, sizeof dir, "/tmp/avr-test-face-XXXXXX");
    assert_non_null(mkdtemp(dir));
    engine_is_gone = false;
    fake_open(arena, dir);
    fake_tag("any:1", 1);
    spec_path = arena_printf(arena, "%s/agents.yaml", dir);
    FILE *f = fopen(spec_path, "w");
    assert_non_null(f);
    fprintf(f,
            "defaults: {healthcheck: {test: TCP}, update: {monitor: 1s}}\n"
            "agents: {desk: {port: %s, core: {image: 'any:1'},\n"
            "                sts: {image: 'any:1', environment: {PORT: '%s'}}}}\n",
            engine.port, engine.port);
    fclose(f);
    config = (struct config){.spec_paths = &spec_path,
                             .n_spec_paths = 1,
                             .env = {.get = no_variable},
                             .engine = {.unix_path = engine.path, .base_url = "http://localhost"},
                             .engine_name = "fake",
                             .state_dir = dir};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    service_close(&service);
    if (!engine_is_gone)
        fake_close();
    if (system(arena_printf(arena, "rm -rf %s", dir)) != 0)
        return -1;
    arena_free(arena);
    return 0;
}

static unsigned port(void)
{
    return web_port(((struct face *)options.guest->ctx)->web, 0);
}

static int connected(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port()),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

/* The whole answer. */
static const char *get(const char *path, const char *headers)
{
    char *answer = arena_alloc(arena, 4096);
    const char *request = arena_printf(
        arena, "GET %s HTTP/1.1\r\nHost: avr-reconciler:6100\r\n%s\r\n", path, headers);
    int fd = connected();

    assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
    pass(10);
    assert_true(recv(fd, answer, 4095, MSG_DONTWAIT) > 0);
    close(fd);
    return answer;
}

static void assert_has(const char *answer, const char *text)
{
    if (!strstr(answer, text))
        fail_msg("no \"%s\" in: %s", text, answer);
}

static void it_is_well_after_a_good_round(void **state)
{
    (void)state;
    open_service("127.0.0.1:0", NULL);
    assert_has(get("/healthz", ""), "HTTP/1.1 503 ");
    assert_has(get("/readyz", ""), "not finished yet");
    pass(10 * SECOND);
    assert_has(get("/healthz", ""), "HTTP/1.1 200 ");
    assert_has(get("/readyz", ""), "{\"status\":\"ok\"}");
}

static void it_is_ill_without_an_engine(void **state)
{
    (void)state;
    open_service("127.0.0.1:0", NULL);
    pass(10 * SECOND);
    fake_close();
    engine_is_gone = true;
    service_mark(&service, "somebody asked");
    pass(10 * SECOND);
    const char *answer = get("/healthz", "");
    assert_has(answer, "HTTP/1.1 503 ");
    assert_has(answer, "The engine does not answer.");
    assert_has(get("/readyz", ""), "HTTP/1.1 200 ");
}

static const char *condition(const char *key)
{
    const struct condition *all;
    size_t n = log_conditions(service.log, arena, &all);

    for (size_t i = 0; i < n; i++)
        if (text_is(all[i].key, key))
            return all[i].text;
    return NULL;
}

static void a_taken_port_keeps_nobody_from_work(void **state)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)state;
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    open_service(arena_printf(arena, "127.0.0.1:%u", ntohs(address.sin_port)), NULL);
    pass(30 * SECOND);
    assert_non_null(fake_named("avr-sts-desk"));
    assert_has(condition("web"), "Address already in use");
    close(fd);
    service_mark(&service, "somebody asked");
    pass(10 * SECOND);
    assert_null(condition("web"));
    assert_has(get("/healthz", ""), "HTTP/1.1 200 ");
}

static void a_secret_that_everybody_knows_is_said(void **state)
{
    (void)state;
    open_service("127.0.0.1:0", "supersecret");
    assert_has(condition("login"), "everybody knows");
    assert_null(((struct face *)options.guest->ctx)->jwt_secret);
}

static void what_is_no_address_ends_the_service(void **state)
{
    static const char *const listen[] = {"everywhere"};
    struct err err = {0};

    (void)state;
    open_service("127.0.0.1:0", NULL);
    service_close(&service);
    face_options.listen = listen;
    service = (struct service){.config = &config, .options = &options, .lock = -1};
    assert_int_equal(service_open(&service, &err), -1);
    assert_int_equal(err.code, ERR_INVALID);
}

static void listening_nowhere_is_no_guest(void **state)
{
    (void)state;
    assert_null(face_guest(arena, &(struct face_options){0}));
    open_service("127.0.0.1:0", NULL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_is_well_after_a_good_round),       TEST(it_is_ill_without_an_engine),
        TEST(a_taken_port_keeps_nobody_from_work), TEST(a_secret_that_everybody_knows_is_said),
        TEST(what_is_no_address_ends_the_service), TEST(listening_nowhere_is_no_guest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
