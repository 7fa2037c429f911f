/* Goal: where containers are to ask the service and cannot, it says with which options they could.
 */
#include "face/site.h"

static int set_up(void **state)
{
    (void)state;
    site_set_up();
    site_spec(arena_printf(arena,
                           "defaults: {healthcheck: NONE, network: avr, update: {monitor: 1s}}\n"
                           "providers: {voice: {image: 'any:1', environment: {PORT: '%s'}}}\n"
                           "agents: {desk: {core: {image: 'any:1'},\n"
                           "                sts: {provider: voice, config: per_call}}}\n",
                           engine.port));
    return 0;
}

static const char *said(void)
{
    const struct condition *all;
    size_t n = log_conditions(service.log, arena, &all);

    for (size_t i = 0; i < n; i++)
        if (text_is(all[i].key, "reach"))
            return all[i].text;
    return NULL;
}

static void on_this_machine_alone_nobody_reaches_it(void **state)
{
    (void)state;
    config.host.advertise = "http://127.0.0.2:6100";
    engine.gateway = "127.0.0.2"; /* as good as an address of this machine can be here */
    open_service("127.0.0.1:0", NULL);
    pass(10 * SECOND);
    assert_string_equal(said(), "desk sts is to fetch its settings at each call, and cannot ask "
                                "this service: start it with --listen 127.0.0.1:0,127.0.0.2:0 "
                                "--advertise http://127.0.0.2:0, for the network avr");
    unsigned requests = engine.requests;
    service_mark(&service, NULL);
    pass(SECOND);
    assert_int_equal(engine.requests, requests + 1); /* the look: it is said once */
    site_spec("agents: {desk: {sts: {image: 'any:1'}}}\n");
    intake_poke(service.intake, INTAKE_SPECS);
    pass(30 * SECOND);
    assert_null(said());
}

static void from_elsewhere_a_gateway_is_no_advice(void **state)
{
    (void)state;
    engine.gateway = "192.0.2.1"; /* nobody's: we are in a container, or on another machine */
    open_service("127.0.0.1:0", NULL);
    pass(10 * SECOND);
    assert_has(said(), "start it with --listen 0.0.0.0:0 --advertise http://ITS-CONTAINER:0, for");
}

static void where_it_listens_for_all_nothing_is_said(void **state)
{
    (void)state;
    config.host.advertise = "http://127.0.0.2:6100";
    open_service("0.0.0.0:0", NULL);
    pass(10 * SECOND);
    assert_null(said());
}

static void what_listens_for_all_has_to_be_named_as_well(void **state)
{
    static const char *const listen[] = {"0.0.0.0:0"};
    struct err err;

    (void)state;
    engine.gateway = "127.0.0.2";
    open_service("127.0.0.1:0", NULL);
    service_close(&service);
    face_options.advertise = NULL;
    face_options.listen = listen;
    service = (struct service){.config = &config, .options = &options, .lock = -1};
    assert_int_equal(service_open(&service, &err), 0);
    pass(10 * SECOND);
    assert_has(said(), "start it with --advertise http://127.0.0.2:0, for the network avr");
}

static void a_relay_that_core_cannot_reach_is_named(void **state)
{
    struct err err;

    (void)state;
    site_spec("agents: {desk: {core: {image: 'any:1'}, sts: {image: 'any:1'}}}\n");
    open_service("127.0.0.1:0", NULL);
    service_close(&service);
    face_options.webhook_forward = "http://127.0.0.1:9/webhooks";
    config.host.webhook_secret = "secret";
    service = (struct service){.config = &config, .options = &options, .lock = -1};
    assert_int_equal(service_open(&service, &err), 0);
    pass(10 * SECOND);
    assert_has(said(), "webhooks are to be passed on, and core cannot post them to this service");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, site_tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(on_this_machine_alone_nobody_reaches_it),
        TEST(from_elsewhere_a_gateway_is_no_advice),
        TEST(where_it_listens_for_all_nothing_is_said),
        TEST(what_listens_for_all_has_to_be_named_as_well),
        TEST(a_relay_that_core_cannot_reach_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
