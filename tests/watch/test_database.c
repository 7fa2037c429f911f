/* Goal: every commit of another process is told, soon, and no writer is ever held up by being
 * watched; a file that is replaced, moved, locked, damaged or gone is told and followed. */
#include "watch/watch_fixture.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <time.h>

#include "watch/database.h"

static struct database_watch *watch;
static int told;

static void on_commit(void *ctx)
{
    assert_ptr_equal(ctx, &told);
    told++;
    ev_break(loop, EVBREAK_ONE);
}

static sqlite3 *writer(const char *name)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(in(name), &db), SQLITE_OK);
    return db;
}

static void sql(sqlite3 *db, const char *text)
{
    char *error = NULL;

    if (sqlite3_exec(db, text, NULL, NULL, &error) != SQLITE_OK)
        fail_msg("%s: %s", text, error);
}

static void make(const char *name, const char *mode)
{
    sqlite3 *db = writer(name);

    sql(db, arena_printf(memory, "PRAGMA journal_mode = %s", mode));
    sql(db, "CREATE TABLE agent(id); INSERT INTO agent VALUES(1)");
    sqlite3_close(db);
}

static void begin(void)
{
    watch = database_watch_new(loop, in("data.db"), on_commit, &told);
    told = 0;
}

static int end(void **state)
{
    database_watch_free(watch);
    watch = NULL;
    return tear_down(state);
}

/* Told, and what still belongs to the same change let pass. */
static void assert_told(void)
{
    wait_for(&told);
    do {
        told = 0;
        run_for(0.12);
    } while (told);
}

static void assert_quiet(void)
{
    run_for(0.2);
    assert_int_equal(told, 0);
}

static void assert_quiet_after(int times)
{
    run_for(0.2);
    assert_int_equal(told, times); /* its event finds nothing new */
}

static void commit_and_roll_back(const char *mode)
{
    sqlite3 *db;

    make("data.db", mode);
    db = writer("data.db");
    begin();
    sql(db, "SELECT * FROM agent");
    assert_quiet();
    for (int i = 0; i < 5; i++) {
        sql(db, "UPDATE agent SET id = id + 1");
        assert_told();
    }
    sql(db, "BEGIN; UPDATE agent SET id = 9; ROLLBACK");
    assert_quiet();
    sqlite3_close(db);
}

static void with_a_journal(void **state)
{
    (void)state;
    commit_and_roll_back("delete");
}

static void with_a_journal_that_is_kept(void **state)
{
    (void)state;
    commit_and_roll_back("truncate");
}

static void with_a_write_ahead_log(void **state)
{
    (void)state;
    commit_and_roll_back("wal");
}

/* A transaction that has spilled into the file is told, and its end is told again. */
static void a_long_transaction(void **state)
{
    sqlite3 *db;

    (void)state;
    make("data.db", "delete");
    db = writer("data.db");
    begin();
    sql(db, "PRAGMA cache_size = 1; BEGIN");
    for (int i = 0; i < 50; i++)
        sql(db, "INSERT INTO agent VALUES(zeroblob(5000))");
    assert_told();
    sql(db, "COMMIT");
    assert_told();
    sqlite3_close(db);
}

/* Whoever cannot wait for the event asks; half a commit is not looked at. */
static void asked_at_once(void **state)
{
    sqlite3 *db;

    (void)state;
    make("data.db", "delete");
    db = writer("data.db");
    begin();
    database_watch_ask(watch);
    assert_int_equal(told, 0);
    sql(db, "BEGIN; UPDATE agent SET id = id + 1");
    database_watch_ask(watch);
    assert_int_equal(told, 0);
    sql(db, "COMMIT");
    database_watch_ask(watch);
    assert_int_equal(told, 1);
    database_watch_ask(watch);
    assert_int_equal(told, 1);
    assert_quiet_after(1);
    sqlite3_close(db);
}

/* --- the file --------------------------------------------------------------------------------- */

static void change(const char *name)
{
    sqlite3 *db = writer(name);

    sql(db, "UPDATE agent SET id = id + 1");
    sqlite3_close(db);
}

static void replaced_by_a_rename(void **state)
{
    (void)state;
    make("data.db", "delete");
    make("backup.db", "delete");
    begin();
    move("backup.db", "data.db");
    assert_told();
    change("data.db");
    assert_told();
}

/* The journal lies beside the file itself, and so does the log. */
static void behind_a_link(void **state)
{
    sqlite3 *db;

    (void)state;
    make_folder("volume");
    make_folder("other");
    make("volume/real.db", "delete");
    make("other/real.db", "wal");
    make_link("volume/real.db", "data.db");
    begin();
    db = writer("volume/real.db");
    sql(db, "PRAGMA cache_size = 1; BEGIN");
    for (int i = 0; i < 50; i++)
        sql(db, "INSERT INTO agent VALUES(zeroblob(5000))");
    assert_told();
    sql(db, "COMMIT");
    assert_told();
    sqlite3_close(db);
    make_link("other/real.db", "new");
    move("new", "data.db");
    assert_told();
    db = writer("other/real.db");
    sql(db, "UPDATE agent SET id = 3");
    assert_told();
    sql(db, "UPDATE agent SET id = 4"); /* the log only */
    assert_told();
    sqlite3_close(db);
}

static void gone_and_back(void **state)
{
    (void)state;
    begin();
    assert_quiet();
    make("data.db", "delete");
    assert_told();
    move("data.db", "moved.db");
    assert_told();
    change("moved.db");
    assert_quiet();
    move("moved.db", "data.db");
    assert_told();
    change("data.db");
    assert_told();
    assert_int_equal(unlink(in("data.db")), 0);
    assert_told();
    make_folder("data.db");
    assert_quiet(); /* still no database */
}

static void damaged_and_restored(void **state)
{
    (void)state;
    make("data.db", "delete");
    make("backup.db", "delete");
    begin();
    put("data.db", "");
    assert_told();
    put("data.db", "this is no database, not at all, whoever wrote it");
    assert_told();
    run_command(arena_printf(memory, "cp '%s'", in("backup.db")), in("data.db"));
    assert_told();
    change("data.db");
    assert_told();
}

static void journal_modes_change(void **state)
{
    sqlite3 *db;

    (void)state;
    make("data.db", "delete");
    begin();
    db = writer("data.db");
    sql(db, "PRAGMA journal_mode = wal");
    assert_told();
    sql(db, "UPDATE agent SET id = 5");
    assert_told();
    sqlite3_close(db);
    change("data.db");
    assert_told();
}

/* A writer that keeps the whole database locked does not stop us, nor do we stop it. */
static void locked(void **state)
{
    sqlite3 *db;

    (void)state;
    make("data.db", "delete");
    begin();
    db = writer("data.db");
    sql(db, "PRAGMA locking_mode = exclusive; UPDATE agent SET id = 7");
    assert_told();
    sql(db, "UPDATE agent SET id = 8");
    assert_told();
    sqlite3_close(db);
}

/* --- a writer that does not wait -------------------------------------------------------------- */

static int write_many(const char *path, int n)
{
    sqlite3 *db;
    int failures = 0;

    if (sqlite3_open(path, &db) != SQLITE_OK)
        return -1;
    sqlite3_exec(db, "PRAGMA synchronous = off", NULL, NULL, NULL);
    for (int i = 0; i < n; i++)
        failures += sqlite3_exec(db, "UPDATE agent SET id = id + 1", NULL, NULL, NULL) != SQLITE_OK;
    sqlite3_close(db);
    return failures > 100 ? 100 : failures;
}

static void on_child(struct ev_loop *l, struct ev_timer *timer, int events)
{
    pid_t *pid = timer->data;
    int status;

    (void)events;
    if (waitpid(*pid, &status, WNOHANG) != *pid)
        return;
    assert_int_equal(status, 0); /* its exit code is the number of failures */
    *pid = 0;
    ev_timer_stop(l, timer);
}

static void nobody_is_held_up(const char *mode)
{
    struct ev_timer timer;

    make("data.db", mode);
    pid_t pid = fork(); /* before SQLite is used in this process any more than that */
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(write_many(in("data.db"), 1000));
    begin();
    ev_timer_init(&timer, on_child, 0.01, 0.01);
    timer.data = &pid;
    ev_timer_start(loop, &timer);
    while (pid)
        ev_run(loop, EVRUN_ONCE);
    assert_told();
    change("data.db");
    assert_told();
}

static void a_journal_writer_is_not_held_up(void **state)
{
    (void)state;
    nobody_is_held_up("delete");
}

static void a_wal_writer_is_not_held_up(void **state)
{
    (void)state;
    nobody_is_held_up("wal");
}

int main(void)
{
#define IT(name) cmocka_unit_test_setup_teardown(name, set_up, end)
    const struct CMUnitTest tests[] = {
        IT(with_a_journal),
        IT(with_a_journal_that_is_kept),
        IT(with_a_write_ahead_log),
        IT(a_long_transaction),
        IT(asked_at_once),
        IT(replaced_by_a_rename),
        IT(behind_a_link),
        IT(gone_and_back),
        IT(damaged_and_restored),
        IT(journal_modes_change),
        IT(locked),
        IT(a_journal_writer_is_not_held_up),
        IT(a_wal_writer_is_not_held_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
