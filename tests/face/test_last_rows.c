/* Goal: a slip in one provider's row takes nothing from the containers that ask for its settings:
 * they hear what it said last, and how old that is; nobody else notices. */
#include "face/site.h"

#include "control/state.h"
#include "core/capability.h"

static void write_config(const char *provider, const char *config_json)
{
    site_sql(arena_printf(arena,
                          "INSERT OR REPLACE INTO provider VALUES('%s','STS','name of %s','%s')",
                          provider, provider, config_json));
}

static const char *says(const char *prompt)
{
    return arena_printf(arena, "{\"image\":\"any:1\",\"env\":{\"OPENAI_INSTRUCTIONS\":\"%s\"}}",
                        prompt);
}

static void add_agent(const char *id, const char *provider)
{
    site_sql(arena_printf(arena,
                          "INSERT INTO agent VALUES('%s','agent %s','running',%s,NULL,'sts',NULL,"
                          "NULL,NULL,'%s')",
                          id, id, engine.port, provider));
}

static const char *ask(const char *agent, const char *provider, const char *path)
{
    struct digest_key key;

    assert_true(state_token_key(dir, &key));
    return get(arena_printf(arena, "%s%s",
                            capability_url(arena, &key, "", agent, ROLE_STS, provider), path),
               "");
}

static const char *settings_of(const char *agent, const char *provider)
{
    return ask(agent, provider, arena_printf(arena, "/internal/providers/%s/config", provider));
}

static void assert_told(const char *answer, const char *prompt)
{
    assert_has(answer, "HTTP/1.1 200 ");
    assert_has(answer, arena_printf(arena, "\"OPENAI_INSTRUCTIONS\": \"%s\"", prompt));
    if (strstr(answer, "X-AVR-Settings-Age"))
        fail_msg("told as old: %s", answer);
}

/* How many seconds old it is said to be. */
static long assert_told_as_old(const char *answer, const char *prompt)
{
    const char *age = strstr(answer, "X-AVR-Settings-Age: ");

    assert_has(answer, "HTTP/1.1 200 ");
    assert_has(answer, arena_printf(arena, "\"OPENAI_INSTRUCTIONS\": \"%s\"", prompt));
    assert_non_null(age);
    return strtol(age + strlen("X-AVR-Settings-Age: "), NULL, 10);
}

static int set_up(void **state)
{
    (void)state;
    site_set_up();
    site_spec(arena_printf(arena,
                           "defaults: {config: per_call, healthcheck: {test: TCP}}\n"
                           "agents: {a1: {sts: &sts {environment: {PORT: '%s', GREETING: Hello}}},"
                           " b2: {sts: *sts}}\n",
                           engine.port));
    config.host.core_default_image = "any:1";
    config.host.advertise = "http://avr-reconciler:6100";
    site_database();
    write_config("p-1", says("one"));
    write_config("p-2", says("two"));
    add_agent("a1", "p-1");
    add_agent("b2", "p-2");
    return 0;
}

static void open_site(void)
{
    open_service("127.0.0.1:0", NULL);
    pass(60 * SECOND);
    assert_non_null(fake_named("avr-sts-a1"));
    assert_non_null(fake_named("avr-sts-b2"));
}

static void what_a_row_said_last_is_told(void **state)
{
    (void)state;
    open_site();
    unsigned changes = engine.changes;
    assert_told(settings_of("a1", "p-1"), "one");
    write_config("p-1", "{\"env\": {\"OPENAI_INSTR");
    long age = assert_told_as_old(settings_of("a1", "p-1"), "one");
    assert_in_range(age, 1, 61);
    assert_has(settings_of("a1", "p-1"), "Hello"); /* what the spec says is not in doubt */
    assert_has(ask("a1", "p-1", "/internal/instructions/p-1"), "{\"system\": \"one\"}");
    assert_told(settings_of("b2", "p-2"), "two");
    pass(300 * SECOND);
    assert_in_range(assert_told_as_old(settings_of("a1", "p-1"), "one"), age + 290, age + 310);
    assert_int_equal(engine.changes, changes);
}

static void it_lasts_while_others_change(void **state)
{
    (void)state;
    open_site();
    write_config("p-1", "[]");
    assert_told_as_old(settings_of("a1", "p-1"), "one");
    write_config("p-1", "\"\"");
    write_config("p-2", says("three"));
    assert_told_as_old(settings_of("a1", "p-1"), "one");
    assert_told(settings_of("b2", "p-2"), "three");
    site_spec(arena_printf(arena,
                           "defaults: {config: per_call, healthcheck: {test: TCP}}\n"
                           "agents: {a1: {sts: {environment: {PORT: '%s', GREETING: Good day}}}}\n",
                           engine.port));
    pass(10 * SECOND);
    assert_told_as_old(settings_of("a1", "p-1"), "one");
    assert_has(settings_of("a1", "p-1"), "Good day");
}

static void a_mended_row_is_told_at_once(void **state)
{
    (void)state;
    open_site();
    write_config("p-1", "{");
    assert_told_as_old(settings_of("a1", "p-1"), "one");
    write_config("p-1", says("four"));
    assert_told(settings_of("a1", "p-1"), "four");
    write_config("p-1", "{");
    assert_told_as_old(settings_of("a1", "p-1"), "four");
}

static void a_row_that_is_gone_says_nothing(void **state)
{
    (void)state;
    open_site();
    write_config("p-1", "{");
    assert_told_as_old(settings_of("a1", "p-1"), "one");
    site_sql("DELETE FROM provider WHERE id = 'p-1'");
    assert_has(settings_of("a1", "p-1"), "HTTP/1.1 404 ");
    write_config("p-1", "{");
    assert_has(settings_of("a1", "p-1"), "HTTP/1.1 404 ");
}

static void nothing_is_told_of_what_was_never_seen(void **state)
{
    (void)state;
    write_config("p-1", "{");
    open_service("127.0.0.1:0", NULL);
    pass(60 * SECOND);
    assert_has(settings_of("a1", "p-1"), "HTTP/1.1 404 ");
    assert_told(settings_of("b2", "p-2"), "two");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, site_tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_a_row_said_last_is_told),           TEST(it_lasts_while_others_change),
        TEST(a_mended_row_is_told_at_once),           TEST(a_row_that_is_gone_says_nothing),
        TEST(nothing_is_told_of_what_was_never_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
