/* Goal: orders and the ledger are kept, replaced and taken back. */
#include "store/store_fixture.h"

static struct orders list_orders(struct fixture *f)
{
    struct orders list;

    OK(f, order_list(f->store, f->arena, &list, &f->err));
    return list;
}

static void one_order_of_each_kind_an_agent(void **state)
{
    struct fixture *f = *state;
    const struct order first = {.agent_id = "one", .kind = ORDER_PAUSE, .who = "root", .at_ms = 1};
    const struct order pause = {
        .agent_id = "one", .kind = ORDER_PAUSE, .who = "anna", .why = "trunk test", .at_ms = NOW};
    const struct order rollback = {.agent_id = "one",
                                   .kind = ORDER_ROLLBACK,
                                   .at_ms = NOW,
                                   .to_generation = 3,
                                   .away_from = "5e77"};
    const struct order stop = {.agent_id = "two", .kind = ORDER_STOP, .at_ms = NOW};

    open_store(f);
    OK(f, order_set(f->store, &first, &f->err));
    OK(f, order_set(f->store, &pause, &f->err));
    OK(f, order_set(f->store, &rollback, &f->err));
    OK(f, order_set(f->store, &stop, &f->err));
    reopen(f);
    struct orders list = list_orders(f);
    assert_int_equal(list.n, 3);
    assert_int_equal(list.items[0].kind, ORDER_PAUSE);
    assert_string_equal(list.items[0].who, "anna");
    assert_string_equal(list.items[0].why, "trunk test");
    assert_int_equal(list.items[0].at_ms, NOW);
    assert_int_equal(list.items[1].kind, ORDER_ROLLBACK);
    assert_int_equal(list.items[1].to_generation, 3);
    assert_string_equal(list.items[1].away_from, "5e77");
    assert_null(list.items[1].who);
    assert_string_equal(list.items[2].agent_id, "two");
}

static void clearing_spares_a_newer_one(void **state)
{
    struct fixture *f = *state;
    const struct order restart = {.agent_id = "one", .kind = ORDER_RESTART, .at_ms = NOW};
    bool was;

    open_store(f);
    OK(f, order_set(f->store, &restart, &f->err));
    OK(f, order_clear(f->store, "one", ORDER_RESTART, NOW - 1, &was, &f->err));
    assert_false(was);
    OK(f, order_clear(f->store, "one", ORDER_PAUSE, INT64_MAX, &was, &f->err));
    assert_false(was);
    OK(f, order_clear(f->store, "two", ORDER_RESTART, INT64_MAX, NULL, &f->err));
    assert_int_equal(list_orders(f).n, 1);
    OK(f, order_clear(f->store, "one", ORDER_RESTART, NOW, &was, &f->err));
    assert_true(was);
    assert_int_equal(list_orders(f).n, 0);
}

static void who_and_why_are_bounded_and_visible(void **state)
{
    struct fixture *f = *state;
    char why[1000];
    struct order o = {.agent_id = "one", .who = "\x1b]0;x\x07", .why = why};

    memset(why, 'y', sizeof why - 1);
    why[sizeof why - 1] = '\0';
    open_store(f);
    OK(f, order_set(f->store, &o, &f->err));
    o = list_orders(f).items[0];
    assert_string_equal(o.who, "\\x1b]0;x\\x07");
    assert_int_equal(strlen(o.why), 200);
}

/* A newer version may give orders this one does not know. */
static void an_unknown_order_is_left_out(void **state)
{
    struct fixture *f = *state;

    open_store(f);
    OK(f,
       store_exec(f->store, "INSERT INTO operator_order VALUES ('one', 'dance', '', '', 1, 0, '')",
                  &f->err));
    assert_int_equal(list_orders(f).n, 0);
}

#define UUID "2f1d9a04-4f6a-4d53-9f0b-3c1b7d8e5a66"

static void a_call_is_noted_once(void **state)
{
    struct fixture *f = *state;
    const struct call_role roles[] = {{ROLE_STS, "sha256:0a1b", "5e77"}, {ROLE_CORE, NULL, "c0"}};
    struct call_record call = {UUID, "one", 3, NOW, 0, roles, 2}, read;

    open_store(f);
    OK(f, ledger_note(f->store, &call, &f->err));
    call.generation = 4;
    call.first_seen_ms++;
    OK(f, ledger_note(f->store, &call, &f->err));
    OK(f, ledger_end(f->store, UUID, NOW + 60000, &f->err));
    OK(f, ledger_end(f->store, "another", NOW, &f->err));
    reopen(f);
    OK(f, ledger_find(f->store, f->arena, UUID, &read, &f->err));
    assert_string_equal(read.uuid, UUID);
    assert_string_equal(read.agent_id, "one");
    assert_int_equal(read.generation, 3);
    assert_int_equal(read.first_seen_ms, NOW);
    assert_int_equal(read.ended_ms, NOW + 60000);
    assert_int_equal(read.n_roles, 2);
    assert_int_equal(read.roles[0].role, ROLE_STS);
    assert_string_equal(read.roles[0].image_digest, "sha256:0a1b");
    assert_string_equal(read.roles[0].settings_hash, "5e77");
    assert_int_equal(read.roles[1].role, ROLE_CORE);
    assert_null(read.roles[1].image_digest);
    assert_int_equal(ledger_find(f->store, f->arena, "another", &read, &f->err), -1);
    assert_int_equal(f->err.code, ERR_NOT_FOUND);
    call.uuid = "0123456789012345678901234567890123456789012345678901234567890123456789";
    assert_int_equal(ledger_note(f->store, &call, &f->err), -1);
    assert_int_equal(f->err.code, ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_order_of_each_kind_an_agent),
        TEST(clearing_spares_a_newer_one),
        TEST(who_and_why_are_bounded_and_visible),
        TEST(an_unknown_order_is_left_out),
        TEST(a_call_is_noted_once),
    };
    return cmocka_run_group_tests_name("orders", tests, NULL, NULL);
}
