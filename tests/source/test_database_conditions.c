/* Goal: every state a database file was seen in, built for real, is either read or refused with a
 * sentence that names the file and says what to do; an unreadable database is never an empty one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "source/database.h"

#define SCHEMA                                                                                     \
    "CREATE TABLE provider(id, type, name, config);"                                               \
    "CREATE TABLE agent(id, name, status, mode);"                                                  \
    "INSERT INTO agent VALUES('a','sales','running','sts');"

static char folder[64], path[96];
enum { NOBODY = 65534 };

static sqlite3 *open_db(const char *sql)
{
    sqlite3 *db;
    char *error = NULL;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK)
        fail_msg("%s: %s", sql, error);
    return db;
}

static int set_up(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/avr-database-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/data.db", folder);
    sqlite3_close(open_db(SCHEMA));
    return 0;
}

static int remove_entry(const char *name, const struct stat *st, int type, struct FTW *at)
{
    (void)st, (void)type, (void)at;
    return remove(name);
}

static int tear_down(void **state)
{
    (void)state;
    chmod(folder, 0700);
    return nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* The look must fail with this code and these words, and leave the result alone. */
static void refused(enum err_code code, const char *words)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct database db = {.n_agents = 77};
    struct err err = {0};

    assert_int_equal(database_read(a, path, &db, &err), -1);
    assert_non_null(strstr(err.text, path));
    if (!strstr(err.text, words))
        fail_msg("%s", err.text);
    assert_int_equal(err.code, code);
    assert_int_equal(db.n_agents, 77);
    assert_int_equal(database_read_calls(a, path, &db, &err), -1);
    assert_int_equal(err.code, code);
}

static void accepted(size_t n_agents)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct database db = {0};
    struct err err = {0};

    if (database_read(a, path, &db, &err) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(db.n_agents, n_agents);
}

static void test_missing(void **state)
{
    (void)state;
    unlink(path);
    refused(ERR_UNREACHABLE, "does not exist");
    assert_int_equal(access(path, F_OK), -1); /* and is not created by looking */
}

static void test_folder(void **state)
{
    (void)state;
    unlink(path);
    mkdir(path, 0700);
    refused(ERR_UNREACHABLE, "is a folder");
}

static void test_fifo(void **state)
{
    (void)state;
    unlink(path);
    mkfifo(path, 0600);
    refused(ERR_UNREACHABLE, "not a regular file");
}

static void test_empty(void **state)
{
    (void)state;
    assert_int_equal(truncate(path, 0), 0);
    refused(ERR_UNREACHABLE, "an empty file, which is not an empty fleet");
}

static void test_garbage(void **state)
{
    (void)state;
    int fd = open(path, O_WRONLY | O_TRUNC);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(write(fd, "not a database! ", 16), 16);
    close(fd);
    refused(ERR_UNREACHABLE, "is not an SQLite database");
}

static void test_truncated(void **state)
{
    struct stat st;

    (void)state;
    assert_int_equal(stat(path, &st), 0);
    assert_true(st.st_size > 4096);
    assert_int_equal(truncate(path, 4096), 0);
    refused(ERR_UNREACHABLE, "damaged or cut short");
    assert_int_equal(truncate(path, 60), 0);
    refused(ERR_UNREACHABLE, "database");
}

/* count(*) would still answer on it. */
static void test_flipped_page(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct database db = {.n_agents = 77};
    struct err err = {0};
    unsigned char zeros[512] = {0};

    (void)state;
    sqlite3_close(
        open_db("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE "
                "i<2000) INSERT INTO provider SELECT 'p'||i,'STS','name '||i,'{}' FROM n;"));
    int fd = open(path, O_WRONLY);
    assert_int_equal(pwrite(fd, zeros, sizeof zeros, 6 * 4096), (ssize_t)sizeof zeros);
    close(fd);
    assert_int_equal(database_read(a, path, &db, &err), -1);
    assert_int_equal(err.code, ERR_UNREACHABLE);
    assert_non_null(strstr(err.text, "damaged"));
    assert_int_equal(db.n_agents, 77);
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void test_locked(void **state)
{
    sqlite3 *writer =
        open_db("BEGIN EXCLUSIVE; INSERT INTO agent VALUES('b','x','running','sts');");

    (void)state;
    int64_t begin = now_ms();
    refused(ERR_UNREACHABLE, "is locked by a writer");
    assert_true(now_ms() - begin < 5000);
    assert_int_equal(sqlite3_exec(writer, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(writer);
    accepted(1); /* never saw what was not committed */
}

static void test_a_writer_that_has_not_committed(void **state)
{
    sqlite3 *writer =
        open_db("BEGIN IMMEDIATE; INSERT INTO agent VALUES('b','x','running','sts');");

    (void)state;
    accepted(1);
    assert_int_equal(sqlite3_exec(writer, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(writer);
    accepted(2);
}

/* Nothing is left open that could make AVR's own commit fail. */
static void test_a_look_leaves_no_lock(void **state)
{
    sqlite3 *writer = open_db("SELECT 1");

    (void)state;
    accepted(1);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(sqlite3_exec(writer, "BEGIN EXCLUSIVE; UPDATE agent SET name='n'; COMMIT",
                                      NULL, NULL, NULL),
                         SQLITE_OK);
        accepted(1);
    }
    sqlite3_close(writer);
}

static void wait_for(pid_t child)
{
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
}

/* A writer killed in mid-commit: its cache has spilled, so pages are in the file and what they were
 * before is in the journal. */
static void test_hot_journal(void **state)
{
    int ready[2];
    char byte;

    (void)state;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        sqlite3 *db;
        sqlite3_open(path, &db);
        sqlite3_exec(
            db,
            "PRAGMA cache_size=5; BEGIN IMMEDIATE;"
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<5000) "
            "INSERT INTO agent SELECT 'x'||i,printf('%.*c',500,'n'),'stopped','sts' FROM n;",
            NULL, NULL, NULL);
        if (write(ready[1], "x", 1) == 1)
            pause();
        _exit(1);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    kill(child, SIGKILL);
    wait_for(child);
    close(ready[0]), close(ready[1]);
    refused(ERR_UNREACHABLE, "was left in the middle of a commit: start AVR's backend once");
    sqlite3_close(open_db("SELECT count(*) FROM agent")); /* the backend's start recovers it */
    accepted(1);
}

static int look_as_nobody(const char *words)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct database db = {0};
    struct err err = {0};

    if (getuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
        return 9;
    if (database_read(a, path, &db, &err) == 0)
        return words ? 3 : 0;
    if (words && strstr(err.text, words) && err.code == ERR_UNREACHABLE)
        return 0;
    fprintf(stderr, "%s\n", err.text);
    return 4;
}

/* Runs the look as another user; the answer comes back as an exit code. */
static int as_nobody(const char *words)
{
    pid_t child = fork();
    int status;

    if (child == 0)
        _exit(look_as_nobody(words));
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_no_permission(void **state)
{
    (void)state;
    chmod(folder, 0755);
    chmod(path, 0);
    assert_int_equal(as_nobody("no permission"), 0);
    chmod(path, 0644);
    assert_int_equal(as_nobody(NULL), 0);
    chmod(folder, 0);
    assert_int_equal(as_nobody("no permission"), 0);
}

static void test_wal(void **state)
{
    sqlite3 *writer = open_db("PRAGMA journal_mode=WAL; UPDATE agent SET name='in the log';");

    (void)state;
    accepted(1); /* while the writer has it open */
    chmod(folder, 0755);
    chmod(path, 0644);
    sqlite3_close(writer);
    if (getuid() != 0)
        chmod(folder, 0555);
    assert_int_equal(as_nobody("is in WAL mode"), 0);
}

/* A restore by rename between two questions: the old file is never taken for the new one. */
static void test_replaced_for_good(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    const char *other = arena_printf(a, "%s/other.db", folder);
    char first[sizeof path];

    (void)state;
    strcpy(first, path);
    accepted(1);
    snprintf(path, sizeof path, "%s", other);
    sqlite3_close(open_db(SCHEMA "INSERT INTO agent VALUES('b','x','running','sts');"));
    assert_int_equal(rename(other, first), 0);
    strcpy(path, first);
    accepted(2);
}

static void test_replaced_all_the_time(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    char copies[2][sizeof path];
    size_t looks = 0, refusals = 0;

    (void)state;
    for (int i = 0; i < 2; i++) {
        char *command = arena_printf(a, "cp %s %s/copy%d", path, folder, i);
        assert_int_equal(system(command), 0);
        snprintf(copies[i], sizeof copies[i], "%s/copy%d", folder, i);
    }
    pid_t child = fork();
    if (child == 0)
        for (unsigned i = 0;; i++) {
            char *link_name = copies[i % 2], temporary[sizeof path + 8];
            snprintf(temporary, sizeof temporary, "%s.t", link_name);
            if (link(link_name, temporary) != 0 || rename(temporary, path) != 0)
                _exit(1);
        }
    /* Until the two have met; on a busy machine that takes a while. */
    for (int64_t end = now_ms() + 20000; now_ms() < end && (looks < 50 || !refusals); looks++) {
        CLEANUP_ARENA struct arena *b = arena_new();
        struct database db = {0};
        struct err err = {0};
        if (database_read(b, path, &db, &err) != 0) {
            assert_int_equal(err.code, ERR_UNREACHABLE);
            assert_non_null(strstr(err.text, "is being replaced"));
            refusals++;
        } else {
            assert_int_equal(db.n_agents, 1);
        }
    }
    kill(child, SIGKILL);
    wait_for(child);
    assert_true(refusals > 0);
    accepted(1);
}

static void test_column_dropped_under_us(void **state)
{
    (void)state;
    sqlite3_close(open_db("ALTER TABLE agent RENAME COLUMN status TO state"));
    CLEANUP_ARENA struct arena *a = arena_new();
    struct database db = {.n_agents = 77};
    struct err err = {0};
    assert_int_equal(database_read(a, path, &db, &err), -1);
    assert_int_equal(err.code, ERR_INVALID);
    assert_non_null(strstr(err.text, "column \"status\" of table \"agent\" is gone"));
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_missing),
        CASE(test_folder),
        CASE(test_fifo),
        CASE(test_empty),
        CASE(test_garbage),
        CASE(test_truncated),
        CASE(test_flipped_page),
        CASE(test_locked),
        CASE(test_a_writer_that_has_not_committed),
        CASE(test_a_look_leaves_no_lock),
        CASE(test_hot_journal),
        CASE(test_no_permission),
        CASE(test_wal),
        CASE(test_replaced_for_good),
        CASE(test_replaced_all_the_time),
        CASE(test_column_dropped_under_us),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
