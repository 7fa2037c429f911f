/* Goal: what is kept is bounded by number and age, nothing that is still needed goes, and the file
 * becomes smaller again. */
#include "store/store_fixture.h"

static const char *const asked_for[] = {"one"};

static struct store_keep keep_all(void)
{
    return (struct store_keep){
        .changes = 1000, .generations = 1000, .agents = asked_for, .n_agents = 1, .calls = 100000};
}

static void changes_go_by_number_and_age(void **state)
{
    struct fixture *f = *state;
    struct store_keep keep = keep_all();

    open_store(f);
    for (int i = 0; i < 10; i++) {
        add_change(f, "one", NOW + i);
        add_change(f, "two", NOW + i);
    }
    keep.changes = 3;
    OK(f, store_prune(f->store, &keep, &f->err));
    struct changes list = list_changes(f, "one");
    assert_int_equal(list.n, 3);
    assert_int_equal(list.items[2].began_ms, NOW + 7);
    assert_int_equal(list_changes(f, "two").n, 3);
    keep.changes_since_ms = NOW + 9;
    OK(f, store_prune(f->store, &keep, &f->err));
    assert_int_equal(list_changes(f, NULL).n, 2);
}

static bool has(struct fixture *f, const char *agent, unsigned number)
{
    struct generation g;
    return generation_get(f->store, f->arena, agent, number, &g, &f->err) == 0;
}

static int64_t count_rows(struct fixture *f, const char *sql)
{
    struct query q;

    OK(f, query_begin(&q, f->store, sql, &f->err));
    assert_int_equal(query_next(&q, &f->err), 1);
    int64_t n = column_int(&q, 0);
    query_end(&q);
    return n;
}

static void needed_generations_stay(void **state)
{
    struct fixture *f = *state;
    struct store_keep keep = keep_all();
    const struct order back = {.agent_id = "one", .kind = ORDER_ROLLBACK, .to_generation = 4};

    open_store(f);
    for (int i = 0; i < 10; i++)
        note(f, "one", arena_printf(f->arena, "prompt %d", i), CANARY, NOW + i);
    OK(f, generation_mark_good(f->store, "one", 1, NOW, &f->err));
    OK(f, generation_mark_good(f->store, "one", 3, NOW, &f->err));
    OK(f, order_set(f->store, &back, &f->err));
    keep.generations = 2;
    OK(f, store_prune(f->store, &keep, &f->err));
    for (unsigned n = 1; n <= 10; n++)
        assert_int_equal(has(f, "one", n), n == 3 || n == 4 || n >= 9);
    keep.generations = 0;
    OK(f, store_prune(f->store, &keep, &f->err));
    assert_true(has(f, "one", 10));
    assert_int_equal(note(f, "one", "another", CANARY, NOW), 11);
    assert_int_equal(count_rows(f, "SELECT count(*) FROM generation_env"), 8);
    assert_int_equal(count_rows(f, "SELECT count(*) FROM generation_role"), 4);
}

/* An agent that is asked for keeps what it has, however old. */
static void agents_that_are_gone_are_forgotten(void **state)
{
    struct fixture *f = *state;
    struct store_keep keep = keep_all();
    const struct order old = {.agent_id = "two", .at_ms = NOW},
                       young = {.agent_id = "three", .at_ms = NOW + 9};
    struct orders orders;

    open_store(f);
    note(f, "one", "a", CANARY, NOW);
    note(f, "two", "a", CANARY, NOW);
    note(f, "three", "a", CANARY, NOW);
    OK(f, order_set(f->store, &old, &f->err));
    OK(f, order_set(f->store, &young, &f->err));
    keep.changes_since_ms = NOW + 5;
    OK(f, store_prune(f->store, &keep, &f->err));
    assert_true(has(f, "one", 1));
    assert_false(has(f, "two", 1));
    assert_true(has(f, "three", 1));
    OK(f, order_list(f->store, f->arena, &orders, &f->err));
    assert_int_equal(orders.n, 1);
}

static void calls_go_by_number_and_age(void **state)
{
    struct fixture *f = *state;
    struct store_keep keep = keep_all();
    struct call_record call = {.agent_id = "one"}, read;

    open_store(f);
    for (int i = 0; i < 10; i++) {
        call.uuid = arena_printf(f->arena, "call-%d", i);
        call.first_seen_ms = NOW + i;
        OK(f, ledger_note(f->store, &call, &f->err));
    }
    keep.calls = 5;
    keep.calls_since_ms = NOW + 7;
    OK(f, store_prune(f->store, &keep, &f->err));
    assert_int_equal(ledger_find(f->store, f->arena, "call-6", &read, &f->err), -1);
    assert_int_equal(ledger_find(f->store, f->arena, "call-7", &read, &f->err), 0);
    keep.calls = 1;
    OK(f, store_prune(f->store, &keep, &f->err));
    assert_int_equal(ledger_find(f->store, f->arena, "call-8", &read, &f->err), -1);
    assert_int_equal(ledger_find(f->store, f->arena, "call-9", &read, &f->err), 0);
}

static void the_file_becomes_smaller(void **state)
{
    struct fixture *f = *state;
    struct store_keep keep = keep_all();
    char prompt[4000];

    open_store(f);
    for (int i = 0; i < 200; i++) {
        memset(prompt, 'a' + i % 26, sizeof prompt - 1);
        prompt[sizeof prompt - 1] = '\0';
        note(f, "one", prompt, CANARY, NOW + i);
    }
    reopen(f);
    off_t before = size_of(f, "state.db");
    keep.generations = 5;
    OK(f, store_prune(f->store, &keep, &f->err));
    reopen(f);
    assert_true(before > 800 * 1024);
    assert_true(size_of(f, "state.db") < before / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(changes_go_by_number_and_age),       TEST(needed_generations_stay),
        TEST(agents_that_are_gone_are_forgotten), TEST(calls_go_by_number_and_age),
        TEST(the_file_becomes_smaller),
    };
    return cmocka_run_group_tests_name("prune", tests, NULL, NULL);
}
