/* Goal: only what was read completely, twice, is believed; whatever is wrong, the last good state
 * stays in force and absence is not believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ev.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "service/intake.h"

#define FLEET TEST_SOURCE "/tests/data/fleet/fleet.db"

struct world {
    struct ev_loop *loop;
    struct ev_timer limit;
    struct arena *arena;
    char dir[32];
    const char *spec, *database;
    const char *paths[1];
    struct config config;
    struct digest_key key;
    struct intake *intake;
    int accepted, reads;
    const char *cause; /* of what was accepted last */
    size_t calls;
    const char *specs_wrong, *database_wrong; /* NULL: nothing */
    struct standing_orders orders;
};

static const char *no_variable(void *ctx, const char *name)
{
    (void)ctx, (void)name;
    return NULL;
}

static void on_accepted(void *ctx, const char *cause)
{
    struct world *w = ctx;

    w->cause = cause;
    w->accepted++;
}

static void on_condition(void *ctx, const char *key, const char *text)
{
    struct world *w = ctx;
    const char **place = strcmp(key, "specs") == 0 ? &w->specs_wrong : &w->database_wrong;

    *place = arena_strdup(w->arena, text);
}

static void on_read(void *ctx)
{
    struct world *w = ctx;
    w->reads++;
}

static void give_orders(void *ctx, struct arena *user, struct standing_orders *ret)
{
    const struct world *w = ctx;

    (void)user;
    *ret = w->orders;
}

static void on_calls(void *ctx, const struct database *db)
{
    struct world *w = ctx;
    w->calls = db->n_calls;
}

static void on_limit(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    (void)loop, (void)timer, (void)events;
    fail_msg("the intake does not come to rest");
}

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);

    strcpy(w->dir, "/tmp/avr-test-intake-XXXXXX");
    if (!w || !mkdtemp(w->dir))
        return -1;
    w->arena = arena_new();
    w->spec = arena_printf(w->arena, "%s/agents.yaml", w->dir);
    w->database = arena_printf(w->arena, "%s/data.db", w->dir);
    w->paths[0] = w->spec;
    w->config =
        (struct config){.spec_paths = w->paths, .n_spec_paths = 1, .env = {.get = no_variable}};
    w->loop = ev_loop_new(EVFLAG_AUTO);
    const struct intake_owner owner = {.on_accepted = on_accepted,
                                       .on_condition = on_condition,
                                       .on_read = on_read,
                                       .on_calls = on_calls,
                                       .ctx = w,
                                       .orders = give_orders};
    w->intake = intake_new(w->loop, &w->config, &w->key, &owner);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;

    intake_free(w->intake);
    ev_loop_destroy(w->loop);
    unlink(w->spec);
    unlink(w->database);
    rmdir(w->dir);
    arena_free(w->arena);
    free(w);
    return 0;
}

static void save(const struct world *w, const char *text)
{
    FILE *f = fopen(w->spec, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void copy_fleet(const struct world *w)
{
    char command[256];

    snprintf(command, sizeof command, "cp %s %s", FLEET, w->database);
    assert_int_equal(system(command), 0);
}

static void sql(const struct world *w, const char *text)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(w->database, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* Runs until nothing is left to be read. */
static void settle(struct world *w)
{
    ev_timer_init(&w->limit, on_limit, 20., 0.);
    ev_timer_start(w->loop, &w->limit);
    while (!intake_is_settled(w->intake))
        ev_run(w->loop, EVRUN_ONCE);
    ev_timer_stop(w->loop, &w->limit);
}

static void poke(struct world *w, unsigned what)
{
    intake_poke(w->intake, what);
    settle(w);
}

static size_t agents_in_force(const struct world *w)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const struct sources *s = intake_sources(w->intake, a);

    assert_non_null(s);
    return s->desired.n_agents;
}

static bool is_complete(const struct world *w)
{
    struct arena *a CLEANUP_ARENA = arena_new();

    return intake_sources(w->intake, a)->desired.complete;
}

#define ONE "agents: {sales: {sts: {image: x}}}\n"
#define TWO "agents: {sales: {sts: {image: x}}, night: {sts: {image: y}}}\n"

static void good_specs_are_in_force_once(void **state)
{
    struct world *w = *state;
    struct arena *a CLEANUP_ARENA = arena_new();

    assert_null(intake_sources(w->intake, a));
    save(w, ONE);
    poke(w, INTAKE_SPECS);
    assert_int_equal(agents_in_force(w), 1);
    assert_int_equal(w->accepted, 1);
    assert_string_equal(w->cause, "found when the service started");
    poke(w, INTAKE_SPECS | INTAKE_DATABASE);
    save(w, "# a comment asks for nothing\n" ONE);
    poke(w, INTAKE_SPECS);
    assert_int_equal(w->accepted, 1);
}

static void on_half_saved(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    (void)loop, (void)events;
    save(timer->data, TWO);
}

static void half_a_file_is_never_believed(void **state)
{
    struct world *w = *state;
    struct ev_timer saved;

    save(w, TWO);
    poke(w, INTAKE_SPECS);
    save(w, ONE); /* valid, and not all of it */
    intake_poke(w->intake, INTAKE_SPECS);
    ev_timer_init(&saved, on_half_saved, 0.1, 0.);
    saved.data = w;
    ev_timer_start(w->loop, &saved);
    settle(w);
    assert_int_equal(agents_in_force(w), 2);
    assert_int_equal(w->accepted, 1);
}

static void a_broken_edit_is_told_with_its_place(void **state)
{
    struct world *w = *state;

    save(w, ONE);
    poke(w, INTAKE_SPECS);
    save(w, ONE "agnts: {}\n");
    poke(w, INTAKE_SPECS);
    assert_non_null(strstr(w->specs_wrong, "agents.yaml:2:1: error: unknown key \"agnts\""));
    assert_non_null(strstr(w->specs_wrong, "the last good state stays in force"));
    assert_int_equal(agents_in_force(w), 1);
    assert_false(is_complete(w));
    save(w, TWO);
    poke(w, INTAKE_SPECS);
    assert_null(w->specs_wrong);
    assert_true(is_complete(w));
    assert_int_equal(agents_in_force(w), 2);
}

static void a_spec_that_is_gone_takes_no_agent_with_it(void **state)
{
    struct world *w = *state;

    save(w, ONE);
    poke(w, INTAKE_SPECS);
    unlink(w->spec);
    poke(w, INTAKE_SPECS);
    assert_non_null(w->specs_wrong);
    assert_int_equal(agents_in_force(w), 1);
    assert_false(is_complete(w));
}

static void nothing_good_yet(void **state)
{
    struct world *w = *state;
    struct arena *a CLEANUP_ARENA = arena_new();

    save(w, "agents: [");
    poke(w, INTAKE_SPECS);
    assert_non_null(strstr(w->specs_wrong, "nothing is changed until it is mended"));
    assert_null(intake_sources(w->intake, a));
    assert_int_equal(w->accepted, 0);
}

static void use_database(struct world *w)
{
    copy_fleet(w);
    w->config.database = w->database;
    w->config.n_spec_paths = 0;
    poke(w, INTAKE_SPECS | INTAKE_DATABASE);
}

static void only_what_is_asked_for_counts(void **state)
{
    struct world *w = *state;

    use_database(w);
    size_t before = agents_in_force(w);
    assert_true(before > 1);
    size_t calls = w->calls;
    sql(w, "INSERT INTO call(id, uuid, agentId) VALUES ('c', 'u', NULL)");
    poke(w, INTAKE_DATABASE);
    assert_int_equal(w->accepted, 1);
    assert_int_equal(w->calls, calls + 1); /* but they are told */
    sql(w, "UPDATE agent SET name = name || ' 2'");
    poke(w, INTAKE_DATABASE);
    assert_int_equal(w->accepted, 2);
    assert_string_equal(w->cause, "provider database changed");
    assert_int_equal(agents_in_force(w), before);
}

static void a_database_that_is_suddenly_empty(void **state)
{
    struct world *w = *state;

    use_database(w);
    size_t before = agents_in_force(w);
    sql(w, "DELETE FROM agent");
    poke(w, INTAKE_DATABASE);
    assert_non_null(strstr(w->database_wrong, "suddenly has no agents"));
    assert_int_equal(agents_in_force(w), before);
    assert_false(is_complete(w));
    intake_allow_empty(w->intake);
    settle(w);
    assert_null(w->database_wrong);
    assert_int_equal(agents_in_force(w), 0);
}

/* Whoever deletes the only agent in the dashboard leaves none: that is no accident. */
static void a_database_whose_only_agent_is_deleted(void **state)
{
    struct world *w = *state;

    use_database(w);
    sql(w, "DELETE FROM agent WHERE rowid > (SELECT min(rowid) FROM agent)");
    poke(w, INTAKE_DATABASE);
    assert_int_equal(agents_in_force(w), 1);
    sql(w, "DELETE FROM agent");
    poke(w, INTAKE_DATABASE);
    assert_null(w->database_wrong);
    assert_true(is_complete(w));
    assert_int_equal(agents_in_force(w), 0);
}

static void a_database_that_cannot_be_read(void **state)
{
    struct world *w = *state;
    FILE *f;

    use_database(w);
    size_t before = agents_in_force(w);
    assert_non_null(f = fopen(w->database, "w"));
    fclose(f);
    intake_poke(w->intake, INTAKE_DATABASE);
    while (!w->database_wrong)
        ev_run(w->loop, EVRUN_ONCE);
    assert_non_null(strstr(w->database_wrong, "empty file"));
    assert_int_equal(agents_in_force(w), before);
    copy_fleet(w);
    settle(w); /* nobody has to say that it is well again */
    assert_null(w->database_wrong);
    assert_true(is_complete(w));
    assert_int_equal(agents_in_force(w), before);
}

static void every_file_that_matters_is_told(void **state)
{
    struct world *w = *state;
    const char *const *paths;
    bool has_database;

    save(w, "agents: {sales: {sts: {image: x, environment: {P: {file: ./gone.txt}}}}}\n");
    poke(w, INTAKE_SPECS);
    size_t n = intake_paths(w->intake, &paths, &has_database);
    assert_false(has_database);
    bool found = false;
    for (size_t i = 0; i < n; i++)
        found = found || text_ends(paths[i], "/gone.txt");
    assert_true(found); /* it may be written later */
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

static void orders_are_merged_when_told_of(void **state)
{
    struct world *w = *state;
    const struct order stop = {.agent_id = "sales", .kind = ORDER_STOP, .at_ms = 1};
    struct arena *a CLEANUP_ARENA = arena_new();

    save(w, ONE);
    poke(w, INTAKE_SPECS);
    assert_int_equal(w->accepted, 1);
    w->orders.orders = (struct orders){&stop, 1};
    poke(w, INTAKE_ORDERS);
    assert_int_equal(w->accepted, 2);
    assert_int_equal(intake_sources(w->intake, a)->desired.agents[0].wish, WISH_STOP);
    poke(w, INTAKE_ORDERS);
    assert_int_equal(w->accepted, 2); /* nothing new */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(good_specs_are_in_force_once),
        TEST(half_a_file_is_never_believed),
        TEST(a_broken_edit_is_told_with_its_place),
        TEST(a_spec_that_is_gone_takes_no_agent_with_it),
        TEST(nothing_good_yet),
        TEST(only_what_is_asked_for_counts),
        TEST(a_database_that_is_suddenly_empty),
        TEST(a_database_whose_only_agent_is_deleted),
        TEST(a_database_that_cannot_be_read),
        TEST(every_file_that_matters_is_told),
        TEST(orders_are_merged_when_told_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
