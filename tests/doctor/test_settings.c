/* Goal: the options that bring the service into reach of containers are those that work here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "doctor/settings.h"

static void expect(const struct network *n, const char *listen, const char *options)
{
    CLEANUP_ARENA struct arena *a = arena_new();

    assert_string_equal(settings_options(a, n, listen, "6100"), options);
}

static void on_the_host_it_is_the_gateway(void **state)
{
    const struct network avr = {.name = "avr", .gateway = "172.18.0.1", .gateway_is_here = true};

    (void)state;
    expect(&avr, "127.0.0.1:6100",
           "--listen 127.0.0.1:6100,172.18.0.1:6100 --advertise http://172.18.0.1:6100");
    expect(&avr, NULL, "--advertise http://172.18.0.1:6100");
}

static void elsewhere_it_is_its_own_name(void **state)
{
    const struct network other = {.name = "avr", .gateway = "172.18.0.1"};
    const struct network untold = {.name = "avr", .gateway = ""};
    const struct network missing = {.name = "avr", .missing = true};

    (void)state;
    expect(&other, "127.0.0.1:6100", "--listen 0.0.0.0:6100 --advertise http://ITS-CONTAINER:6100");
    expect(&untold, NULL, "--advertise http://ITS-CONTAINER:6100");
    expect(&missing, NULL, "--advertise http://ITS-CONTAINER:6100");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_the_host_it_is_the_gateway),
        cmocka_unit_test(elsewhere_it_is_its_own_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
