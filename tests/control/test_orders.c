/* Goal: an order is written down for the agent that was meant, is refused when it cannot be
 * followed, and is forgotten when it is over. */
#include "control/orders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "control/recall.h"
#include "control/sources.h"
#include "control/state.h"
#include "core/wish.h"
#include "store/generations.h"
#include "store/orders.h"

static const struct settings settings;
static const struct container_spec containers[] = {
    {.role = ROLE_STS, .name = "avr-sts-a1", .settings = &settings},
    {.role = ROLE_CORE, .name = "avr-core-a1", .settings = &settings}};
static const struct agent agents[] = {
    {.id = "a1", .name = "sales", .containers = containers, .n_containers = 2},
    {.id = "b2",
     .name = "night",
     .wish = WISH_STOP,
     .wish_origin = {.kind = FROM_DATABASE, .where = "agent \"night\", data.db"}},
    {.id = "c3", .name = "broken", .problem = "no provider"},
};
static const struct desired desired = {.agents = agents, .n_agents = 3};

struct desk {
    struct arena *a;
    char dir[64];
    struct digest_key key;
    struct store *store;
    struct answer answer;
    struct err err;
};

static int set_up(void **state)
{
    struct arena *a = arena_new();
    struct desk *d = arena_alloc(a, sizeof *d);

    d->a = a;
    strcpy(d->dir, "/tmp/avr-orders-XXXXXX");
    if (!mkdtemp(d->dir) || !state_key(d->dir, &d->key))
        return -1;
    *state = d;
    return store_open(d->dir, &d->key, STORE_WRITE, 1, &d->store, &d->err);
}

static int tear_down(void **state)
{
    struct desk *d = *state;
    char command[100];

    store_close(d->store);
    snprintf(command, sizeof command, "rm -rf %s", d->dir);
    int result = system(command);
    arena_free(d->a);
    return result;
}

static int give(struct desk *d, const char *verb, const char *agent, const char *to)
{
    const struct command command = {
        .verb = verb, .who = "root", .why = "because", .to = to, .now_ms = 1000};
    const struct order_desk desk = {d->store, d->a, &d->key, &desired};

    d->err = (struct err){0};
    return order_give(&desk, agent, &command, &d->answer, &d->err);
}

static void given(struct desk *d, const char *verb, const char *agent, const char *says,
                  enum to_follow follow)
{
    if (give(d, verb, agent, NULL) < 0)
        fail_msg("%s %s: %s", verb, agent, d->err.text);
    if (!strstr(d->answer.text, says))
        fail_msg("\"%s\" is not in \"%s\"", says, d->answer.text);
    assert_int_equal(d->answer.follow, follow);
}

static void refused(struct desk *d, const char *verb, const char *agent, const char *to,
                    const char *why)
{
    assert_int_equal(give(d, verb, agent, to), -1);
    assert_int_equal(d->err.code, ERR_INVALID);
    if (!strstr(d->err.text, why))
        fail_msg("\"%s\" is not in \"%s\"", why, d->err.text);
}

static struct standing_orders standing(struct desk *d)
{
    struct standing_orders s;

    if (orders_read(d->store, d->a, &s, &d->err) < 0)
        fail_msg("%s", d->err.text);
    return s;
}

static void orders_are_given_and_taken_back(void **state)
{
    struct desk *d = *state;

    given(d, "pause", "sales", "sales is paused", FOLLOW_STANDSTILL);
    given(d, "stop", "a1", "is to stop", FOLLOW_WORK);
    given(d, "restart", "a1", "is to restart", FOLLOW_WORK);
    struct standing_orders s = standing(d);
    assert_int_equal(s.orders.n, 3);
    const struct order *pause = order_find(&s, "a1", ORDER_PAUSE);
    assert_string_equal(pause->who, "root");
    assert_string_equal(pause->why, "because");
    assert_int_equal(pause->at_ms, 1000);
    given(d, "resume", "a", "is paused no more", FOLLOW_NOTHING);
    given(d, "resume", "a1", "was neither paused nor rolled back", FOLLOW_NOTHING);
    given(d, "start", "a1", "is to run again", FOLLOW_WORK);
    given(d, "start", "a1", "was not stopped by an order", FOLLOW_WORK);
    s = standing(d);
    assert_int_equal(s.orders.n, 1);
    assert_int_equal(s.orders.items[0].kind, ORDER_RESTART);
}

static void what_cannot_be_is_refused(void **state)
{
    struct desk *d = *state;

    refused(d, "pause", "salse", NULL, "did you mean \"sales\"");
    refused(d, "restart", "night", NULL, "night is stopped (agent \"night\", data.db)");
    refused(d, "rollback", "broken", NULL, "no provider");
    refused(d, "rollback", "sales", NULL, "no good generation of sales before the present one");
    refused(d, "rollback", "sales", "2", "no generation 2 of sales");
    refused(d, "rollback", "sales", "2x", "not the number of a generation");
    refused(d, "rollback", "sales", "", "not the number of a generation");
    assert_int_equal(standing(d).orders.n, 0);
}

/* Its own order is taken back all the same. */
static void a_stop_of_the_dashboard_is_not_started(void **state)
{
    struct desk *d = *state;

    given(d, "stop", "night", "is to stop", FOLLOW_WORK);
    refused(d, "start", "night", NULL,
            "night: the order to stop is taken back, but it does not run because of agent "
            "\"night\", data.db, which wins: change it there (in the dashboard)");
    assert_int_equal(standing(d).orders.n, 0);
}

static unsigned note(struct desk *d, const char *image, bool good, bool both)
{
    const struct record_env env[] = {{.name = "GREETING", .value = "Hi", .origin = "a.yaml:1:1"}};
    const struct record_role roles[] = {
        {.role = ROLE_STS, .image_ref = image, .image_id = image, .env = env, .n_env = 1},
        {.role = ROLE_CORE, .image_ref = "core", .image_id = "core"}};
    unsigned number = 0;

    assert_int_equal(
        generation_note(d->store, "a1", roles, both ? 2 : 1, "x", 500, &number, &d->err), 0);
    if (good)
        assert_int_equal(generation_mark_good(d->store, "a1", number, 600, &d->err), 0);
    return number;
}

static void a_rollback_finds_the_last_good_generation(void **state)
{
    struct desk *d = *state;

    unsigned one = note(d, "sts:1", true, true), two = note(d, "sts:2", true, true);
    unsigned bad = note(d, "sts:bad", false, true), now = note(d, "sts:3", true, true);
    given(d, "rollback", "sales", "goes back to generation 2", FOLLOW_WORK);
    struct standing_orders s = standing(d);
    const struct order *back = order_find(&s, "a1", ORDER_ROLLBACK);
    assert_int_equal(back->to_generation, two);
    assert_string_equal(back->away_from, asked_wish(d->a, &d->key, &agents[0]));
    assert_string_equal(order_goal(&s, back)->roles[0].image_id, "sts:2");
    assert_string_equal(order_goal(&s, back)->roles[0].env[0].value, "Hi");
    /* It was followed: what it led to is a generation of its own, and no way to go back to. */
    assert_int_equal(note(d, "sts:2", true, true), now + 1);
    given(d, "rollback", "sales", "goes back to generation 4", FOLLOW_WORK);
    assert_int_equal(give(d, "rollback", "sales", "1"), 0);
    s = standing(d);
    assert_int_equal(order_find(&s, "a1", ORDER_ROLLBACK)->to_generation, one);
    assert_int_equal(give(d, "rollback", "sales", "3"), 0); /* who names it may have a bad one */
    assert_int_equal(bad, 3);
    given(d, "resume", "sales", "is rolled back no more", FOLLOW_NOTHING);
    assert_int_equal(standing(d).orders.n, 0);
}

static void a_rollback_needs_every_role_and_value(void **state)
{
    struct desk *d = *state;
    const struct digest_key other = {{9}};

    note(d, "sts:1", true, false);
    refused(d, "rollback", "sales", "1", "generation 1 had no core container");
    const struct record_env env[] = {{.name = "API_KEY", .value = "k", .secret = true}};
    const struct record_role roles[] = {
        {.role = ROLE_STS, .image_ref = "x", .image_id = "x", .env = env, .n_env = 1},
        {.role = ROLE_CORE, .image_ref = "core", .image_id = "core"}};
    unsigned number;
    assert_int_equal(generation_note(d->store, "a1", roles, 2, "x", 500, &number, &d->err), 0);
    store_close(d->store);
    assert_int_equal(store_open(d->dir, &other, STORE_WRITE, 1, &d->store, &d->err), 0);
    refused(d, "rollback", "sales", "2", "API_KEY of sts in generation 2 was sealed");
}

/* A generation that was pruned leaves an order without a goal, which is shown, not passed over. */
static void a_goal_that_is_gone_is_missing(void **state)
{
    struct desk *d = *state;
    const struct order back = {
        .agent_id = "a1", .kind = ORDER_ROLLBACK, .to_generation = 7, .away_from = "x"};

    assert_int_equal(order_set(d->store, &back, &d->err), 0);
    struct standing_orders s = standing(d);
    assert_int_equal(s.orders.n, 1);
    assert_null(order_goal(&s, &s.orders.items[0]));
}

static void an_order_that_is_over_is_forgotten(void **state)
{
    struct desk *d = *state;

    given(d, "restart", "sales", "", FOLLOW_WORK);
    struct standing_orders s = standing(d);
    struct order newer = s.orders.items[0];
    struct ended_order ended = {.order = &s.orders.items[0], .agent = &agents[0]};
    newer.at_ms++;
    assert_int_equal(order_set(d->store, &newer, &d->err), 0);
    assert_int_equal(orders_forget(d->store, &(struct ended_orders){&ended, 1}, &d->err), 0);
    assert_int_equal(standing(d).orders.n, 1); /* a newer one was given meanwhile */
    ended.order = &newer;
    assert_int_equal(orders_forget(d->store, &(struct ended_orders){&ended, 1}, &d->err), 0);
    assert_int_equal(standing(d).orders.n, 0);
}

static const char *no_variable(void *ctx, const char *name)
{
    (void)ctx, (void)name;
    return NULL;
}

static void write_spec(struct desk *d, const char *text)
{
    FILE *f = fopen(arena_printf(d->a, "%s/agents.yaml", d->dir), "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

/* Of the spec that was written, if one was. */
static int read_sources(struct desk *d, struct sources *ret)
{
    const char *spec = arena_printf(d->a, "%s/agents.yaml", d->dir);
    const struct config config = {.state_dir = d->dir,
                                  .env = {.get = no_variable},
                                  .spec_paths = &spec,
                                  .n_spec_paths = access(spec, F_OK) == 0};
    struct spec_errors errors;

    return sources_read(d->a, &config, ret, &errors, &d->err);
}

static void the_sources_know_them(void **state)
{
    struct desk *d = *state;
    struct sources sources;

    given(d, "pause", "sales", "", FOLLOW_STANDSTILL);
    assert_int_equal(read_sources(d, &sources), 0);
    assert_int_equal(sources.orders.orders.n, 1);
    unlink(arena_printf(d->a, "%s/state.db", d->dir));
    assert_int_equal(read_sources(d, &sources), 0);
    assert_int_equal(sources.orders.orders.n, 0);
}

static void the_sources_know_what_was_good(void **state)
{
    struct desk *d = *state;
    struct sources sources;
    struct generations none;
    const char *const ids[] = {"b2", "a1"};

    note(d, "sts:1", true, true);
    note(d, "sts:2", false, true);
    struct generations good = recall_last_good(d->store, d->a, ids, 2);
    assert_int_equal(good.n, 1);
    assert_string_equal(good.items[0].agent_id, "a1");
    assert_string_equal(generation_role(&good.items[0], ROLE_STS)->image_id, "sts:1");
    none = recall_last_good(d->store, d->a, ids, 1);
    assert_int_equal(none.n, 0);
    write_spec(d, "agents: {a1: {sts: {image: 'sts:2'}}}\n");
    assert_int_equal(read_sources(d, &sources), 0);
    assert_int_equal(sources.last_good.n, 1);
    assert_int_equal(sources.last_good.items[0].number, 1);
}

/* To act on an agent that may be paused would be wrong. */
static void orders_that_cannot_be_read_fail_the_look(void **state)
{
    struct desk *d = *state;
    const char *path = arena_printf(d->a, "%s/state.db", d->dir);
    struct sources sources;

    store_close(d->store);
    d->store = NULL;
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    for (int i = 0; i < 1000; i++)
        fputs("no database at all ", f);
    fclose(f);
    assert_int_equal(read_sources(d, &sources), -1);
    assert_int_equal(d->err.code, ERR_UNREACHABLE);
    assert_non_null(strstr(d->err.text, "whether agents were paused or stopped is not known"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(orders_are_given_and_taken_back),
        TEST(what_cannot_be_is_refused),
        TEST(a_stop_of_the_dashboard_is_not_started),
        TEST(a_rollback_finds_the_last_good_generation),
        TEST(a_rollback_needs_every_role_and_value),
        TEST(a_goal_that_is_gone_is_missing),
        TEST(an_order_that_is_over_is_forgotten),
        TEST(the_sources_know_them),
        TEST(the_sources_know_what_was_good),
        TEST(orders_that_cannot_be_read_fail_the_look),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
