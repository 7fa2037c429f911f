/* Goal: several processes share the file, and one that is killed at any moment harms nobody. */
#include "store/store_fixture.h"

#include <signal.h>

enum { WRITERS = 3, EACH = 40 };

static void write_some(struct fixture *f, int who)
{
    struct store *s;
    struct change c = {.agent_id = arena_printf(f->arena, "agent-%d", who), .began_ms = NOW};

    /* Who makes the file holds the others up; on a slow disk for longer than their patience. */
    int result = store_open(f->dir, &test_key, STORE_WRITE, NOW, &s, &f->err);
    for (int tries = 0; result < 0 && tries < 20; tries++)
        result = store_check(s, NOW, &f->err);
    if (result < 0)
        _exit(1);
    for (int i = 0, tries = 0; i < EACH; i++)
        while (history_add(s, &c, &c.id, &f->err) < 0)
            if (f->err.code != ERR_TRANSIENT || ++tries == 20)
                _exit(2);
    store_close(s);
    _exit(0);
}

/* They begin together, so the file is made by all at once too. */
static void several_write_at_once(void **state)
{
    struct fixture *f = *state;
    pid_t pids[WRITERS];
    int status;

    for (int i = 0; i < WRITERS; i++)
        if ((pids[i] = fork()) == 0)
            write_some(f, i);
    for (int i = 0; i < WRITERS; i++) {
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    open_store(f);
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(list_changes(f, arena_printf(f->arena, "agent-%d", i)).n, EACH);
    assert_int_equal(count_files(f, "state.db.damaged-"), 0);
}

/* A reader is not kept waiting by a writer, nor a second writer for longer than its patience. */
static void a_reader_goes_on_beside_a_writer(void **state)
{
    struct fixture *f = *state;
    struct store *other;
    struct change c = {.agent_id = "one"};

    open_store(f);
    add_change(f, "one", NOW);
    OK(f, store_open(f->dir, &test_key, STORE_WRITE, NOW, &other, &f->err));
    OK(f, write_begin(other, &f->err));
    assert_int_equal(list_changes(f, "one").n, 1);
    assert_int_equal(history_add(f->store, &c, &c.id, &f->err), -1);
    assert_int_equal(f->err.code, ERR_TRANSIENT);
    assert_contains(f->err.text, "locked by another process");
    OK(f, write_end(other, 0, &f->err));
    add_change(f, "one", NOW);
    store_close(other);
}

/* What it had written within the transaction is gone, what came before is there. */
static void a_writer_killed_within_its_transaction(void **state)
{
    struct fixture *f = *state;
    int ready[2], status;
    char byte;

    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        open_store(f);
        add_change(f, "before", NOW);
        if (write_begin(f->store, &f->err) < 0 ||
            store_exec(f->store,
                       "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                       " LIMIT 20000) INSERT INTO call SELECT 'call-' || i, 'one', 1, 1, 1, ''"
                       " FROM n",
                       &f->err) < 0)
            _exit(1);
        if (write(ready[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    close(ready[0]);
    close(ready[1]);
    open_store(f);
    assert_int_equal(list_changes(f, "before").n, 1);
    struct call_record call;
    assert_int_equal(ledger_find(f->store, f->arena, "call-7", &call, &f->err), -1);
    assert_int_equal(f->err.code, ERR_NOT_FOUND);
    add_change(f, "after", NOW);
}

/* Killed wherever it happens to be: what was acknowledged is there, whatever the moment. */
static void a_writer_killed_at_any_moment(void **state)
{
    struct fixture *f = *state;

    for (int round = 0; round < 10; round++) {
        int told[2], status;
        int64_t id, last = 0;
        const char *agent = arena_printf(f->arena, "agent-%d", round);

        assert_int_equal(pipe(told), 0);
        pid_t pid = fork();
        if (pid == 0) {
            open_store(f);
            for (;;) {
                id = add_change(f, agent, NOW);
                if (write(told[1], &id, sizeof id) != sizeof id)
                    _exit(1);
            }
        }
        for (int i = 0; i <= round * 3; i++)
            assert_int_equal(read(told[0], &last, sizeof last), sizeof last);
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        close(told[1]);
        while (read(told[0], &id, sizeof id) == sizeof id)
            last = id;
        close(told[0]);
        open_store(f);
        assert_true(list_changes(f, agent).items[0].id >= last);
        store_close(f->store);
        f->store = NULL;
    }
    assert_int_equal(count_files(f, "state.db.damaged-"), 0);
}

/* Two that find the same damage: it is moved once, and the new file of the first stays. */
static void damage_found_by_two_is_moved_once(void **state)
{
    struct fixture *f = *state;
    struct store *other;

    open_store(f);
    OK(f, store_open(f->dir, &test_key, STORE_WRITE, NOW, &other, &f->err));
    OK(f, store_exec(f->store, "DROP TABLE change", &f->err));
    struct history_query q = {.limit = 1};
    struct changes list;
    assert_int_equal(history_list(f->store, f->arena, &q, &list, &f->err), -1);
    assert_int_equal(history_list(other, f->arena, &q, &list, &f->err), -1);
    assert_int_equal(store_check(f->store, NOW, &f->err), -1);
    add_change(f, "one", NOW);
    OK(f, store_check(other, NOW + 1, &f->err));
    OK(f, history_list(other, f->arena, &q, &list, &f->err));
    assert_int_equal(list.n, 1);
    store_close(other);
    reopen(f);
    assert_int_equal(list_changes(f, "one").n, 1);
    assert_int_equal(count_files(f, "state.db.damaged-"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(several_write_at_once),
        TEST(a_reader_goes_on_beside_a_writer),
        TEST(a_writer_killed_within_its_transaction),
        TEST(a_writer_killed_at_any_moment),
        TEST(damage_found_by_two_is_moved_once),
    };
    return cmocka_run_group_tests_name("processes", tests, NULL, NULL);
}
