/* Goal: a fleet that AVR's backend created is taken over as it is.  The database it wrote and the
 * containers it made differ in nothing but the one provider that was edited after its start, and
 * that whether or not this program knows the backend's own environment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "core/slot.h"
#include "fleet.h"
#include "source/database.h"

#define FLEET TEST_SOURCE "/tests/data/fleet"

static const struct host backends_own = {
    .tenant = "demo",
    .core_default_image = "127.0.0.1:5000/avr-core:latest",
    .webhook_url = "http://avr-app-backend:3001/webhooks",
    .webhook_secret = "wh",
    .ami_url = "http://avr-ami:6006",
};
static const struct digest_key key;

struct look {
    struct database db;
    struct desired desired;
    struct observed observed;
};

static void look(struct arena *a, const struct spec *spec, const struct host *host, struct look *l)
{
    struct err err;

    if (database_read(a, FLEET "/fleet.db", &l->db, &err) != 0)
        fail_msg("%s", err.text);
    fleet_observe(a, FLEET, &l->observed);
    merge(a, spec, &l->db, host, NULL, true, &l->desired);
}

static const char *effects[] = {"replace", "update", "connect", "live"};

/* One line for each difference of the fleet. */
static const char *differences(struct arena *a, const struct look *l)
{
    struct text t = {.arena = a};

    for (size_t i = 0; i < l->desired.n_agents; i++) {
        const struct agent *agent = &l->desired.agents[i];
        struct wanted w[ROLE__N];
        struct slot slots[ROLE__N];

        if (agent->problem)
            text_printf(&t, "%s: %s\n", agent->name, agent->problem);
        if (agent->wish != WISH_RUN)
            continue;
        resolve_agent(a, &l->desired, agent, &l->observed, &key, w);
        slots_find(a, &l->desired, agent, &l->observed, slots);
        for (enum role r = 0; r < ROLE__N; r++) {
            if (!w[r].spec)
                continue;
            if (w[r].problem)
                text_printf(&t, "%s %s: %s\n", agent->name, role_name[r], w[r].problem);
            if (!slots[r].live) {
                text_printf(&t, "%s %s: missing\n", agent->name, role_name[r]);
                continue;
            }
            struct drifts d = drift_find(a, &w[r], slots[r].live,
                                         observed_image(&l->observed, slots[r].live->image_id));
            for (size_t k = 0; k < d.n; k++)
                text_printf(&t, "%s %s: %s %s: %s -> %s (%s, %s)\n", agent->name, role_name[r],
                            d.items[k].field, d.items[k].key ? d.items[k].key : "",
                            d.items[k].have ? d.items[k].have : "-",
                            d.items[k].want ? d.items[k].want : "-",
                            origin_text(a, &d.items[k].origin), effects[d.items[k].effect]);
        }
    }
    return text_str(&t);
}

static const char edited_provider[] = "sales sts: env AGENT_PROMPT: You are helpful -> You are rude"
                                      " (provider \"deepgram\", fleet.db, replace)\n"
                                      "sales sts: env DEEPGRAM_GREETING: Hi v1 -> Hi v2"
                                      " (provider \"deepgram\", fleet.db, replace)\n";

static void test_with_the_backends_environment(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct spec spec = {0};
    struct look l = {0};

    (void)state;
    look(a, &spec, &backends_own, &l);
    assert_int_equal(l.desired.n_agents, 4);
    assert_string_equal(differences(a, &l), edited_provider);
}

static void test_without_the_backends_environment(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct spec spec = {0};
    struct host host = {0};
    struct look l = {0};

    (void)state;
    look(a, &spec, &host, &l);
    assert_string_equal(differences(a, &l), edited_provider);
}

/* AVR's main branch gives no BACKEND_URL: whom should they ask? */
static void test_per_call_without_an_address_makes_nothing_live(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct spec spec = {.defaults.config = {"per_call", {.kind = FROM_SPEC}}};
    struct look l = {0};

    (void)state;
    look(a, &spec, &backends_own, &l);
    assert_string_equal(differences(a, &l), edited_provider);
}

/* That containers could reach this service is no reason to touch those that do not ask it. */
static void test_an_address_nobody_uses_is_no_difference(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct spec spec = {0};
    struct host host = backends_own;
    struct look l = {0};

    (void)state;
    host.advertise = "http://avr-reconciler:6100";
    host.token = &key;
    look(a, &spec, &host, &l);
    assert_string_equal(differences(a, &l), edited_provider);
}

static void test_another_webhook_is_a_difference_of_every_core(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct spec spec = {0};
    struct host host = {.webhook_url = "http://other:3001/webhooks"};
    struct look l = {0};
    size_t n = 0;

    (void)state;
    look(a, &spec, &host, &l);
    for (const char *s = differences(a, &l); (s = strstr(s, "core: env WEBHOOK_URL")); s++)
        n++;
    assert_int_equal(n, 3);
}

static void test_the_stopped_agent_shall_not_run(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct spec spec = {0};
    struct look l = {0};
    size_t stopped = 0;

    (void)state;
    look(a, &spec, &backends_own, &l);
    for (size_t i = 0; i < l.desired.n_agents; i++)
        if (text_is(l.desired.agents[i].name, "unstarted")) {
            assert_int_equal(l.desired.agents[i].wish, WISH_STOP);
            stopped++;
        } else {
            assert_int_equal(l.desired.agents[i].wish, WISH_RUN);
        }
    assert_int_equal(stopped, 1);
}

static void test_what_must_be_looked_up(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct spec spec = {0};
    struct look l = {0};
    struct text t = {.arena = a};
    const char *const *refs;

    (void)state;
    look(a, &spec, &backends_own, &l);
    size_t n = resolve_image_refs(a, &l.desired, &refs);
    for (size_t i = 0; i < n; i++)
        text_printf(&t, "%s\n", refs[i]);
    assert_string_equal(text_str(&t), "127.0.0.1:5000/avr-asr-deepgram:latest\n"
                                      "127.0.0.1:5000/avr-asr-deepgram:local\n"
                                      "127.0.0.1:5000/avr-core:latest\n"
                                      "127.0.0.1:5000/avr-core:local\n"
                                      "127.0.0.1:5000/avr-llm-openai:latest\n"
                                      "127.0.0.1:5000/avr-llm-openai:local\n"
                                      "127.0.0.1:5000/avr-sts-deepgram:latest\n"
                                      "127.0.0.1:5000/avr-sts-deepgram:local\n"
                                      "127.0.0.1:5000/avr-tts-deepgram:latest\n"
                                      "127.0.0.1:5000/avr-tts-deepgram:local\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_with_the_backends_environment),
        cmocka_unit_test(test_without_the_backends_environment),
        cmocka_unit_test(test_per_call_without_an_address_makes_nothing_live),
        cmocka_unit_test(test_an_address_nobody_uses_is_no_difference),
        cmocka_unit_test(test_another_webhook_is_a_difference_of_every_core),
        cmocka_unit_test(test_the_stopped_agent_shall_not_run),
        cmocka_unit_test(test_what_must_be_looked_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
