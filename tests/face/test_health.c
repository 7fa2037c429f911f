/* Goal: the service with its endpoints, on a fake engine, in virtual time: it says how it is, goes
 * on where a port is taken, and lets in who may. */
#include "face/site.h"

static int set_up(void **state)
{
    (void)state;
    site_set_up();
    site_spec(arena_printf(arena,
                           "defaults: {healthcheck: {test: TCP}, update: {monitor: 1s}}\n"
                           "agents: {desk: {port: %s, core: {image: 'any:1'},\n"
                           "                sts: {image: 'any:1', environment: {PORT: '%s'}}}}\n",
                           engine.port, engine.port));
    return 0;
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
    assert_null(site_face()->jwt_secret);
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

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, site_tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_is_well_after_a_good_round),       TEST(it_is_ill_without_an_engine),
        TEST(a_taken_port_keeps_nobody_from_work), TEST(a_secret_that_everybody_knows_is_said),
        TEST(what_is_no_address_ends_the_service), TEST(listening_nowhere_is_no_guest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
