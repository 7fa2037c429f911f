/* Goal: of a fleet that AVR's backend created `doctor` says what is wrong with it, and no more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "doctor/doctor.h"
#include "fleet.h"
#include "source/database.h"

#define FLEET TEST_SOURCE "/tests/data/fleet"

static const char *findings(struct arena *a, const struct host *host)
{
    static const struct network avr = {.name = "avr", .subnet = "172.18.0.0/16", .n_containers = 8};
    static const struct doctor_facts facts = {
        .networks = &avr, .n_networks = 1, .sockets_readable = true, .state_dir = "state"};
    static const struct spec spec;
    static const struct plan_options options;
    static const struct digest_key key;
    struct database db;
    struct desired desired;
    struct observed observed;
    struct text t = {.arena = a};
    struct err err;

    if (database_read(a, FLEET "/fleet.db", &db, &err) != 0)
        fail_msg("%s", err.text);
    fleet_observe(a, FLEET, &observed);
    observed.calls_known = db.calls_known;
    merge(a, &spec, &db, host, NULL, true, &desired);
    struct plan plan = plan_make(a, &desired, &observed, &key, &options, NULL, 0);
    struct doctor_input in = {&spec, &db, &desired, &observed, &plan, host, &facts};
    struct findings found = doctor_find(a, &in);
    for (size_t i = 0; i < found.n; i++)
        text_printf(&t, "%s %s%s%s\n", found.items[i].kind,
                    found.items[i].agent ? found.items[i].agent->name : "",
                    found.items[i].agent ? ": " : "", found.items[i].what);
    return text_str(&t);
}

#define WRONG_NAMES                                                                                \
    "lower-case-url booking: it has asr_URL, llm_URL, tts_URL: AVR wrote the names wrong\n"

static void what_the_backend_made_has_its_known_faults(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    static const struct host with_tenant = {.tenant = "demo"}, nothing;

    (void)state;
    assert_string_equal(findings(a, &with_tenant), WRONG_NAMES);
    assert_string_equal(findings(a, &nothing), WRONG_NAMES
                        "tenant containers carry the tenant \"demo\", and TENANT is not set\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_backend_made_has_its_known_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
