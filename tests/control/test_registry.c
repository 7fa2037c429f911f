/* When registries are asked, and what is made of their answers: whole looks at a small engine, in
 * virtual time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>

#include "control/cache.h"
#include "base/clock.h"
#include "control/session.h"
#include "fake_engine.h"

#define OLD   "sha256:1111111111111111111111111111111111111111111111111111111111111111"
#define NEW   "sha256:2222222222222222222222222222222222222222222222222222222222222222"
#define NEWER "sha256:3333333333333333333333333333333333333333333333333333333333333333"

enum { S = 1000, MIN = 60 * S };

static char dir[] = "/tmp/avr-test-registry-XXXXXX";
static struct config config;

static struct arena *arena; /* of a test */
static struct session *session;
static struct sources *sources;

/* --- two agents of one image ----------------------------------------------------------------- */

static struct value text_value(const char *text)
{
    return (struct value){.text = text};
}

/* Pulled under this policy are their providers, of the images of that list. */
static struct sources *sources_of(const char *policy, const char *const *images, size_t n)
{
    struct sources *s = arena_alloc(arena, sizeof *s);
    struct agent_row *rows = arena_alloc(arena, n * sizeof *rows);
    struct agent_spec *agents = arena_alloc(arena, n * sizeof *agents);
    struct provider_row *providers = arena_alloc(arena, n * sizeof *providers);
    struct database db = {
        .path = "data.db", .providers = providers, .n_providers = n, .agents = rows, .n_agents = n};
    struct host host = {.core_default_image = "any:1"};

    for (size_t i = 0; i < n; i++) {
        const char *id = arena_printf(arena, "%zu", i + 1);
        struct env_var *env = arena_alloc(arena, sizeof *env);
        *env = (struct env_var){.name = "PORT", .value = engine.port};
        providers[i] =
            (struct provider_row){.id = id, .type = "STS", .name = id, .image = images[i]};
        rows[i] = (struct agent_row){
            .id = id, .name = id, .status = "running", .mode = "sts", .port = atoi(engine.port)};
        rows[i].provider_id[ROLE_STS] = id;
        agents[i] = (struct agent_spec){.key = id};
        agents[i].has_role[ROLE_STS] = true;
        agents[i].role[ROLE_STS].environment = (struct env_list){env, 1};
        agents[i].role[ROLE_STS].pull_policy = text_value(policy);
        agents[i].rollout.monitor_s = (struct number){.n = 2, .set = true};
    }
    s->spec.agents = agents;
    s->spec.n_agents = n;
    s->spec.defaults.healthcheck.kind.text = "TCP";
    merge(arena, &s->spec, &db, &host, NULL, true, &s->desired);
    for (size_t i = 0; i < n; i++)
        assert_null(s->desired.agents[i].problem);
    s->text = "test";
    return s;
}

static void two_agents(const char *policy)
{
    static const char *const images[] = {"any:1", "any:1"};

    sources = sources_of(policy, images, 2);
}

static struct look look(void)
{
    struct plan_options options = {0};
    struct look look;
    struct err err;

    if (session_look(session, arena, sources, &options, NULL, 0, &look, &err) < 0)
        fail_msg("%s", err.text);
    return look;
}

/* How many questions this look asked. */
static unsigned questions(void)
{
    unsigned before = engine.questions;

    look();
    return engine.questions - before;
}

static const struct image *image(const struct look *l)
{
    const struct image *found = observed_image(&l->observed, "any:1");

    assert_non_null(found);
    return found;
}

/* From the question on, which was a few requests ago; no look before it asks, the one at it does.
 */
static void expect_due_within(int64_t least_ms, int64_t most_ms)
{
    int64_t due = session_registry_due_ms(session), wait = due - mono_ms();

    if (wait < least_ms - S / 10 || wait > most_ms)
        fail_msg("due in %lld ms, not within %lld and %lld", (long long)wait, (long long)least_ms,
                 (long long)most_ms);
    virtual_pass(wait - S);
    assert_int_equal(questions(), 0);
    virtual_pass(due - mono_ms());
    assert_int_equal(questions(), 1);
}

static struct outcome apply(void)
{
    struct apply_options options = {.wait_timeout_s = -1};
    struct outcome outcome = {0};
    struct err err;

    if (session_apply(session, arena, sources, &options, &outcome, &err) < 0)
        fail_msg("%s", err.text);
    return outcome;
}

/* --- tests ----------------------------------------------------------------------------------- */

static void an_image_is_asked_about_once(void **state)
{
    (void)state;
    two_agents("always");
    assert_int_equal(questions(), 1);
    assert_int_equal(questions(), 0);
    assert_string_equal(engine.login, "");
    struct look l = look();
    assert_string_equal(image(&l)->remote_digest, OLD);
}

static void always_is_every_five_minutes(void **state)
{
    (void)state;
    two_agents("always");
    questions();
    for (int i = 0; i < 5; i++)
        expect_due_within(270 * S, 330 * S);
}

static void an_interval_is_kept(void **state)
{
    (void)state;
    two_agents("every_6h");
    questions();
    expect_due_within(324 * MIN, 396 * MIN);
    two_agents("every_10m"); /* somebody became impatient */
    look();
    expect_due_within(9 * MIN, 11 * MIN);
}

static void who_does_not_want_it_is_not_told(void **state)
{
    (void)state;
    two_agents("missing");
    assert_int_equal(questions(), 0);
    assert_int_equal(session_registry_due_ms(session), 0);
    two_agents("always");
    assert_int_equal(questions(), 1);
    two_agents("missing");
    struct look l = look();
    assert_null(image(&l)->remote_digest);
    assert_int_equal(session_registry_due_ms(session), 0);
}

static void what_happens_to_images_asks_nobody(void **state)
{
    (void)state;
    two_agents("always");
    cache_rely_on_news(session_cache(session), true);
    questions();
    cache_image_news(session_cache(session));
    assert_int_equal(questions(), 0);
    cache_rely_on_news(session_cache(session), false);
    assert_int_equal(questions(), 0);
}

static void a_registry_that_is_down_is_a_note(void **state)
{
    (void)state;
    two_agents("always");
    look();
    engine.registry_status = 500;
    engine.registry_says = "connection refused";
    expect_due_within(270 * S, 330 * S);

    static const int pauses[] = {30, 60, 120, 240, 480, 960, 1800, 1800};
    for (size_t i = 0; i < sizeof pauses / sizeof pauses[0]; i++) {
        struct look l = look();
        assert_string_equal(image(&l)->remote_error, "ask the registry: 500 connection refused");
        assert_string_equal(image(&l)->remote_digest, OLD);
        expect_due_within(pauses[i] * 900, pauses[i] * 1100);
    }

    engine.registry_status = 0;
    engine.remote_digest = NEW;
    virtual_pass(session_registry_due_ms(session) - mono_ms());
    struct look back = look();
    assert_null(image(&back)->remote_error);
    assert_string_equal(image(&back)->remote_digest, NEW);
    expect_due_within(270 * S, 330 * S);
}

static void a_registry_that_is_asked_too_often_says_when(void **state)
{
    (void)state;
    two_agents("always");
    engine.registry_status = 429;
    engine.registry_says = "slow down";
    engine.retry_after = "7200";
    struct look l = look();
    assert_string_equal(image(&l)->remote_error, "ask the registry: 429 slow down");
    expect_due_within(7200 * S, 8000 * S);
    engine.registry_status = 0;
    expect_due_within(7200 * S, 8000 * S);
    l = look();
    assert_null(image(&l)->remote_error);
    expect_due_within(270 * S, 330 * S);
}

/* As it arrives through a real engine: a 500 and no header. */
static void a_busy_registry_gets_ever_longer_rests(void **state)
{
    (void)state;
    two_agents("every_1m");
    engine.registry_status = 500;
    engine.registry_says = "toomanyrequests: You have reached your pull rate limit";
    look();
    for (int minutes = 5; minutes < 360; minutes *= 2)
        expect_due_within(minutes * MIN, minutes * MIN * 6 / 5);
    expect_due_within(360 * MIN, 400 * MIN);
    engine.registry_status = 0;
    expect_due_within(360 * MIN, 400 * MIN);
    engine.registry_status = 500; /* it had recovered: this begins anew */
    expect_due_within(54 * S, 66 * S);
    expect_due_within(5 * MIN, 6 * MIN);
}

/* Questions that are refused together are one refusal. */
static void two_refusals_at_once_are_one(void **state)
{
    static const char *const images[] = {"any:1", "any:latest"};

    (void)state;
    sources = sources_of("always", images, 2);
    engine.registry_status = 429;
    engine.registry_says = "slow down";
    assert_int_equal(questions(), 2);
    int64_t rest = session_registry_due_ms(session) - mono_ms();
    assert_in_range(rest, 4 * MIN, 6 * MIN);
}

static void a_rest_is_for_all_of_a_registry_and_for_no_other(void **state)
{
    static const char *const one[] = {"any:1"};
    static const char *const three[] = {"any:1", "any:2", "reg.example/any:1"};

    (void)state;
    fake_tag("any:2", 2);
    fake_tag("reg.example/any:1", 3);
    sources = sources_of("always", one, 1);
    engine.registry_status = 429;
    engine.registry_says = "slow down";
    engine.retry_after = "600";
    look();
    engine.registry_status = 0;
    sources = sources_of("always", three, 3);
    assert_int_equal(questions(), 1);
    struct look l = look();
    assert_string_equal(observed_image(&l.observed, "any:2")->remote_error,
                        "ask the registry: 429 slow down");
    assert_string_equal(observed_image(&l.observed, "reg.example/any:1")->remote_digest, OLD);
}

/* The tag moves once more between the question and the pull: what the pull brought is not compared
 * with the answer from before it. */
static void a_pull_ends_what_it_was_for(void **state)
{
    (void)state;
    two_agents("every_6h");
    apply();
    engine.pulls = 0;
    engine.remote_digest = NEW;
    virtual_pass(session_registry_due_ms(session) - mono_ms());
    struct look l = look();
    assert_false(plan_in_sync(&l.plan));
    engine.remote_digest = NEWER;
    apply();
    assert_string_equal(engine.local_digest, NEWER);
    unsigned pulls = engine.pulls;
    assert_in_range(pulls, 1, 2); /* each agent for itself */
    for (int i = 0; i < 3; i++) {
        l = look();
        assert_null(image(&l)->remote_digest);
        assert_true(plan_in_sync(&l.plan));
        apply();
    }
    assert_int_equal(engine.pulls, pulls);
    expect_due_within(0, 396 * MIN);
    l = look();
    assert_string_equal(image(&l)->remote_digest, NEWER);
}

/* The same by hand: somebody pulled what nobody here has heard of yet. */
static void what_somebody_pulled_is_no_difference(void **state)
{
    static const char *const images[] = {"any:latest"};

    (void)state;
    sources = sources_of("every_6h", images, 1);
    apply();
    fake_tag("any:latest", 7);
    engine.local_digest = NEW;
    struct look l = look();
    assert_null(observed_image(&l.observed, "any:latest")->remote_digest);
}

/* --- the frame ------------------------------------------------------------------------------- */

static int begin(void **state)
{
    (void)state;
    arena = arena_new();
    fake_open(arena, dir);
    fake_tag("any:1", 1);
    fake_tag("any:latest", 1);
    engine.remote_digest = engine.local_digest = OLD;
    config = (struct config){.engine = {.unix_path = engine.path, .base_url = "http://localhost"},
                             .engine_name = "fake",
                             .state_dir = dir};
    session = session_new(&config, false);
    return 0;
}

static int end(void **state)
{
    (void)state;
    session_free(session);
    fake_close();
    arena_free(arena);
    return 0;
}

static int make_dir(void **state)
{
    (void)state;
    return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
    char path[128];

    (void)state;
    snprintf(path, sizeof path, "%s/key", dir);
    unlink(path);
    snprintf(path, sizeof path, "%s/FAKE.lock", dir);
    unlink(path);
    return rmdir(dir);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_image_is_asked_about_once),
        TEST(always_is_every_five_minutes),
        TEST(an_interval_is_kept),
        TEST(who_does_not_want_it_is_not_told),
        TEST(what_happens_to_images_asks_nobody),
        TEST(a_registry_that_is_down_is_a_note),
        TEST(a_registry_that_is_asked_too_often_says_when),
        TEST(a_busy_registry_gets_ever_longer_rests),
        TEST(two_refusals_at_once_are_one),
        TEST(a_rest_is_for_all_of_a_registry_and_for_no_other),
        TEST(a_pull_ends_what_it_was_for),
        TEST(what_somebody_pulled_is_no_difference),
    };

    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
