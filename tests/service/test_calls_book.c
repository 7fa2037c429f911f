/* Goal: each call is noted once, with the generation that served new calls when it began, and its
 * end is noted too; a commit never costs more than some hundred writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "service/calls_book.h"
#include "core/capability.h"
#include "service/last_words.h"
#include "store/generations.h"
#include "store/ledger.h"

enum { BEGAN = 1700000000 };

static char dir[40];
static struct arena *a;
static struct store *store;
static struct calls_book *book;
static struct err err;
static bool in_change; /* the containers of agents are being changed: nobody has looked since */

static int set_up(void **state)
{
    static const struct digest_key key = {{7}};

    (void)state;
    a = arena_new();
    in_change = false;
    snprintf(dir, sizeof dir, "/tmp/avr-test-calls-XXXXXX");
    assert_non_null(mkdtemp(dir));
    assert_int_equal(store_open(dir, &key, STORE_WRITE, BEGAN, &store, &err), 0);
    book = calls_book_new(store);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    calls_book_free(book);
    store_close(store);
    int result = system(arena_printf(a, "rm -rf %s", dir));
    arena_free(a);
    return result;
}

static bool may_note(void *ctx, const char *agent_id, int64_t seen_ms)
{
    (void)ctx, (void)agent_id, (void)seen_ms;
    return !in_change;
}

/* Returns whether something is left. */
static bool write_book(void)
{
    bool left;

    assert_int_equal(calls_book_write(book, may_note, NULL, &left, &err), 0);
    return left;
}

static struct call_row row(const char *uuid, int64_t started_ms)
{
    return (struct call_row){.uuid = uuid, .agent_id = "a1", .started_ms = started_ms};
}

static void generation(const char *hash, int64_t since_ms)
{
    struct record_role role = {.role = ROLE_STS,
                               .image_id = "sha256:1",
                               .image_digest = "sha256:d",
                               .settings_hash = hash};
    unsigned number;

    assert_int_equal(generation_note(store, "a1", &role, 1, NULL, since_ms, &number, &err), 0);
}

static struct call_record found(const char *uuid)
{
    struct call_record c;

    if (ledger_find(store, a, uuid, &c, &err) < 0)
        fail_msg("%s", err.text);
    return c;
}

static void a_call_belongs_to_what_served_when_it_began(void **state)
{
    const struct call_row rows[] = {row("old", BEGAN - 9000), row("new", BEGAN + 9000),
                                    row("first", BEGAN - 999999)};

    (void)state;
    generation("hash-1", BEGAN - 50000);
    generation("hash-2", BEGAN);
    calls_book_read(book, rows, 3, BEGAN + 10000);
    assert_false(write_book());
    assert_int_equal(found("old").generation, 1);
    assert_int_equal(found("first").generation, 1);
    struct call_record c = found("new");
    assert_int_equal(c.generation, 2);
    assert_string_equal(c.agent_id, "a1");
    assert_int_equal(c.n_roles, 1);
    assert_string_equal(c.roles[0].image_digest, "sha256:d");
    assert_string_equal(c.roles[0].settings_hash, "hash-2");
}

static void ends_are_noted_and_forgotten(void **state)
{
    const struct call_row rows[] = {row("u1", BEGAN), row("u2", BEGAN)};

    (void)state;
    calls_book_read(book, rows, 2, BEGAN + 1000);
    assert_false(write_book());
    assert_int_equal(found("u1").ended_ms, 0);
    calls_book_read(book, rows + 1, 1, BEGAN + 61000);
    assert_false(write_book());
    assert_int_equal(found("u1").ended_ms, BEGAN + 61000);
    assert_int_equal(found("u2").ended_ms, 0);
    calls_book_read(book, NULL, 0, BEGAN + 90000);
    assert_false(write_book());
    assert_int_equal(found("u1").ended_ms, BEGAN + 61000); /* it is not ended twice */
    assert_int_equal(found("u2").ended_ms, BEGAN + 90000);
}

static void nothing_is_noted_while_nobody_knows_what_serves(void **state)
{
    const struct call_row rows[] = {row("u1", BEGAN + 5000)};
    struct call_record c;

    (void)state;
    generation("hash-1", BEGAN - 50000);
    in_change = true;
    calls_book_read(book, rows, 1, BEGAN + 6000);
    assert_true(write_book());
    assert_int_equal(ledger_find(store, a, "u1", &c, &err), -1);
    generation("hash-2", BEGAN); /* somebody has looked */
    in_change = false;
    assert_false(write_book());
    assert_int_equal(found("u1").generation, 2);

    in_change = true; /* one that ends meanwhile is not lost */
    const struct call_row short_call[] = {row("u2", BEGAN + 7000)};
    calls_book_read(book, short_call, 1, BEGAN + 8000);
    calls_book_read(book, NULL, 0, BEGAN + 9000);
    write_book();
    assert_int_equal(found("u2").ended_ms, BEGAN + 9000);
}

static void a_commit_costs_a_bounded_number_of_writes(void **state)
{
    enum { CALLS = 450 };
    struct call_row *rows = arena_alloc(a, CALLS * sizeof *rows);
    int turns = 1;

    (void)state;
    for (int i = 0; i < CALLS; i++)
        rows[i] = row(arena_printf(a, "u%d", i % 449), BEGAN); /* one is told twice */
    calls_book_read(book, rows, CALLS, BEGAN);
    while (write_book())
        turns++;
    assert_int_equal(turns, 3);
    assert_int_equal(found("u448").generation, 0); /* nothing is known of its agent */
}

static void what_cannot_be_attributed_is_left_out(void **state)
{
    struct call_row rows[] = {row("", BEGAN), row(NULL, BEGAN), row("u1", BEGAN), row("u2", 0)};
    char long_uuid[80];

    (void)state;
    memset(long_uuid, 'x', sizeof long_uuid - 1);
    long_uuid[sizeof long_uuid - 1] = '\0';
    rows[0].uuid = long_uuid;
    rows[2].agent_id = NULL;
    calls_book_read(book, rows, 4, BEGAN + 1);
    assert_false(write_book());
    assert_int_equal(found("u2").first_seen_ms, BEGAN + 1);
    struct call_record c;
    assert_int_equal(ledger_find(store, a, "u1", &c, &err), -1);
}

/* Core tells of a call before the database does, and of its end, too. */
static void calls_heard_of_are_noted(void **state)
{
    const struct call_row rows[] = {row("u1", BEGAN), row("u2", BEGAN), row("u3", BEGAN)};

    (void)state;
    generation("hash-1", BEGAN - 50000);
    calls_book_heard(book, &rows[1], 0, BEGAN + 1000);
    calls_book_heard(book, &rows[0], 0, BEGAN + 1000);
    calls_book_heard(book, &rows[0], 0, BEGAN + 2000);
    calls_book_heard(book, &rows[2], BEGAN + 2000, BEGAN + 2000); /* nothing but its end */
    assert_false(write_book());
    assert_int_equal(found("u1").generation, 1);
    assert_int_equal(found("u2").first_seen_ms, BEGAN);
    calls_book_read(book, rows, 1, BEGAN + 3000); /* u2 is not there yet */
    calls_book_read(book, NULL, 0, BEGAN + 4000);
    assert_false(write_book());
    assert_int_equal(found("u1").ended_ms, 0);
    calls_book_heard(book, &rows[0], BEGAN + 5000, BEGAN + 5000);
    assert_false(write_book());
    assert_int_equal(found("u1").ended_ms, BEGAN + 5000);
    assert_int_equal(found("u2").ended_ms, 0);
    struct call_record c;
    assert_int_equal(ledger_find(store, a, "u3", &c, &err), -1);
}

/* What a container says is shown, but not its secrets, and not what a terminal would obey. */
static void put_call(const char *uuid, const char *agent_id, int64_t began_ms, int64_t ended_ms)
{
    const struct call_record c = {
        .uuid = uuid, .agent_id = agent_id, .first_seen_ms = began_ms, .ended_ms = ended_ms};

    assert_int_equal(ledger_note(store, &c, &err), 0);
}

/* Newest first: of this agent, that are over, from before. */
static void how_long_earlier_calls_took(void **state)
{
    const int64_t *durations;
    size_t n;

    (void)state;
    put_call("u1", "a1", BEGAN + 1000, BEGAN + 61000);
    put_call("u2", "a1", BEGAN + 2000, BEGAN + 32000);
    put_call("other", "a2", BEGAN + 3000, BEGAN + 4000);
    put_call("open", "a1", BEGAN + 3000, 0);
    put_call("later", "a1", BEGAN + 5000, BEGAN + 6000);
    assert_int_equal(ledger_durations(store, a, "a1", BEGAN + 5000, &durations, &n, &err), 0);
    assert_int_equal(n, 2);
    assert_int_equal(durations[0], 30000);
    assert_int_equal(durations[1], 60000);
    for (int i = 0; i < LEDGER_DURATIONS; i++)
        put_call(arena_printf(a, "many-%d", i), "a1", BEGAN + 2500, BEGAN + 3500);
    assert_int_equal(ledger_durations(store, a, "a1", BEGAN + 5000, &durations, &n, &err), 0);
    assert_int_equal(n, LEDGER_DURATIONS);
    assert_int_equal(durations[n - 1], 1000);
    assert_int_equal(ledger_durations(store, a, "a3", BEGAN + 5000, &durations, &n, &err), 0);
    assert_int_equal(n, 0);
}

static void last_words_are_fit_to_be_shown(void **state)
{
    const struct env_var vars[] = {{.name = "API_KEY", .value = "sk-1234567"},
                                   {.name = "PIN", .value = "hush-hush", .secret = true},
                                   {.name = "PROMPT", .value = "be kind"},
                                   {.name = "PASSWORD", .value = "a"}};
    const struct env_list env = {vars, 4};
    const char *const *lines;

    (void)state;
    assert_int_equal(last_words(a, "key sk-1234567, sk-1234567\nhush-hush\nbe kind", &env, &lines),
                     3);
    assert_string_equal(lines[0], "key (hidden), (hidden)");
    assert_string_equal(lines[1], "(hidden)");
    assert_string_equal(lines[2], "be kind");
    assert_int_equal(last_words(a, "\x1b[2Jx\n", NULL, &lines), 1);
    assert_null(strchr(lines[0], '\x1b'));
    assert_int_equal(last_words(a, "", NULL, &lines), 0);
}

/* What it fetched is in no environment, and must not be in its log either. */
static void last_words_hide_what_was_fetched(void **state)
{
    const struct env_var given = {.name = "A_KEY", .value = "given-1234"};
    const struct env_var fetched = {.name = "B_KEY", .value = "fetched-1234"};
    const struct container_spec spec = {.fetched = {&fetched, 1}};
    const struct wanted w = {.spec = &spec, .env = {&given, 1}};
    const struct env_list env = last_words_env(a, &w);
    const struct digest_key key = {{0}};
    const char *url = capability_url(a, &key, "http://h:1", "a1", ROLE_STS, "p-1"), *const * lines;

    (void)state;
    const char *log = arena_printf(a, "given-1234 fetched-1234\nGET %s/internal", url);
    assert_int_equal(last_words(a, log, &env, &lines), 2);
    assert_string_equal(lines[0], "(hidden) (hidden)");
    assert_string_equal(lines[1], "GET http://h:1/c/(hidden)/internal");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_call_belongs_to_what_served_when_it_began),
        TEST(ends_are_noted_and_forgotten),
        TEST(nothing_is_noted_while_nobody_knows_what_serves),
        TEST(a_commit_costs_a_bounded_number_of_writes),
        TEST(what_cannot_be_attributed_is_left_out),
        TEST(calls_heard_of_are_noted),
        TEST(how_long_earlier_calls_took),
        TEST(last_words_are_fit_to_be_shown),
        TEST(last_words_hide_what_was_fetched),
    };
    return cmocka_run_group_tests_name("calls_book", tests, NULL, NULL);
}
