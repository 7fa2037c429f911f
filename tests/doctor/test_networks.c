/* Goal: every network a plan speaks of is named once, however many containers are on it. */
#include "core/material.h"

#include "doctor/doctor.h"

static void each_once(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    static const char *const many[] = {"n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8", "n9", "n1"};
    static const char *const avr[] = {"avr", "n2"};
    const struct wanted on_many = {.networks = many, .n_networks = N_OF(many)};
    const struct wanted on_avr = {.networks = avr, .n_networks = N_OF(avr)};
    const struct role_plan roles[] = {{.wanted = &on_many}, {.wanted = NULL}, {.wanted = &on_avr}};
    const struct agent_plan agents[] = {{.roles = roles, .n_roles = N_OF(roles)}, {.n_roles = 0}};
    const struct plan plan = {.agents = agents, .n_agents = N_OF(agents)};
    const char *const *names;

    (void)state;
    assert_int_equal(doctor_networks(a, &plan, &names), 10);
    assert_string_equal(names[0], "n1");
    assert_string_equal(names[9], "avr");
    assert_int_equal(doctor_networks(a, &(struct plan){0}, &names), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_once)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
