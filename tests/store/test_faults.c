/* Goal: whatever is wrong with the file, its folder or its disk: the program gets one sentence and
 * goes on, and nothing that somebody else wrote is lost. */
#include "store/store_fixture.h"

#include <signal.h>
#include <sys/resource.h>

static int open_as(struct fixture *f, enum store_use use, int64_t now_ms)
{
    store_close(f->store);
    f->err = (struct err){0};
    return store_open(f->dir, &test_key, use, now_ms, &f->store, &f->err);
}

/* Every call fails with the same sentence, which is news once. */
static void assert_unusable(struct fixture *f, const char *why)
{
    const struct order o = {.agent_id = "one"};
    struct change c = {.agent_id = "one"};
    struct orders orders;
    unsigned number;

    assert_contains(f->err.text, why);
    assert_true(store_is_news(f->store));
    assert_false(store_is_news(f->store));
    assert_int_equal(history_add(f->store, &c, &c.id, &f->err), -1);
    assert_contains(f->err.text, why);
    assert_int_equal(order_set(f->store, &o, &f->err), -1);
    assert_int_equal(order_list(f->store, f->arena, &orders, &f->err), -1);
    assert_int_equal(generation_note(f->store, "one", NULL, 0, "", NOW, &number, &f->err), -1);
    assert_int_equal(store_prune(f->store, &(struct store_keep){0}, &f->err), -1);
    assert_contains(f->err.text, why);
    assert_false(store_is_news(f->store));
}

static void the_file_is_its_owners_alone(void **state)
{
    struct fixture *f = *state;
    mode_t mask = umask(0);
    struct stat st;

    open_store(f);
    add_change(f, "one", NOW);
    static const char *const files[] = {"state.db", "state.db-wal", "state.db-shm"};
    for (size_t i = 0; i < COUNT(files); i++) {
        assert_int_equal(stat(path_in(f, files[i]), &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
    chmod(path_in(f, "state.db"), 0644);
    reopen(f);
    assert_int_equal(stat(path_in(f, "state.db"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    umask(mask);
}

static void no_folder_is_one_sentence(void **state)
{
    struct fixture *f = *state;

    rmdir(f->dir);
    assert_int_equal(open_as(f, STORE_WRITE, NOW), -1);
    assert_unusable(f, "No such file or directory");
    assert_int_equal(store_check(f->store, NOW, &f->err), -1);
    assert_false(store_is_news(f->store));
    mkdir(f->dir, 0700);
    OK(f, store_check(f->store, NOW, &f->err));
    add_change(f, "one", NOW);
    assert_int_equal(list_changes(f, NULL).n, 1);
}

/* In a process of its own, for it gives its rights away. */
static void in_a_child(struct fixture *f, void (*what)(struct fixture *))
{
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        what(f);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void try_to_write(struct fixture *f)
{
    struct change c = {.agent_id = "one"};

    if (geteuid() == 0 && seteuid(65534) < 0)
        _exit(2);
    if (open_as(f, STORE_WRITE, NOW) != -1 || f->err.code != ERR_DENIED ||
        !strstr(f->err.text, "ermission denied") || history_add(f->store, &c, &c.id, &f->err) != -1)
        _exit(1);
}

static void a_read_only_folder_is_one_sentence(void **state)
{
    struct fixture *f = *state;

    chmod(f->dir, 0555);
    in_a_child(f, try_to_write);
    assert_int_equal(count_files(f, "state.db"), 0);
}

static void fill_up(struct fixture *f)
{
    struct change c = {.agent_id = "one", .cause = "a change that takes some room"};
    struct rlimit limit = {256 * 1024, 256 * 1024};
    int failed = 0;

    signal(SIGXFSZ, SIG_IGN);
    if (open_as(f, STORE_WRITE, NOW) < 0 || setrlimit(RLIMIT_FSIZE, &limit) < 0)
        _exit(2);
    for (int i = 0; i < 3000 && !failed; i++)
        failed = history_add(f->store, &c, &c.id, &f->err);
    struct changes list;
    struct history_query q = {.limit = 1};
    if (!failed || f->err.code != ERR_TRANSIENT || !store_is_news(f->store) ||
        store_is_news(f->store))
        _exit(1);
    if (history_list(f->store, f->arena, &q, &list, &f->err) < 0 || list.n != 1)
        _exit(3);
}

static void a_file_that_cannot_grow_is_one_sentence(void **state)
{
    struct fixture *f = *state;

    in_a_child(f, fill_up);
    open_store(f);
    assert_true(list_changes(f, "one").n > 10);
    add_change(f, "one", NOW);
}

static void a_full_one_is_told_once_until_there_is_room(void **state)
{
    struct fixture *f = *state;
    struct change c = {.agent_id = "one", .cause = "a change that takes some room"};
    const struct store_keep keep = {.changes = 10};
    int news = 0;

    open_store(f);
    OK(f, store_exec(f->store, "PRAGMA max_page_count=60", &f->err));
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 4000; i++)
            if (history_add(f->store, &c, &c.id, &f->err) < 0) {
                assert_contains(f->err.text, "full");
                news += store_is_news(f->store);
            }
        assert_int_equal(news, round + 1);
        OK(f, store_prune(f->store, &keep, &f->err));
    }
    assert_int_equal(list_changes(f, "one").n, 10);
}

static void assert_moved_aside(struct fixture *f, int64_t now_ms)
{
    assert_int_equal(open_as(f, STORE_WRITE, now_ms), -1);
    assert_int_equal(f->err.code, ERR_TRANSIENT);
    assert_contains(f->err.text,
                    arena_printf(f->arena, "state.db.damaged-%lld", (long long)now_ms));
    assert_true(store_is_news(f->store));
    assert_int_equal(list_changes(f, NULL).n, 0);
    add_change(f, "one", NOW);
    reopen(f);
    assert_int_equal(list_changes(f, NULL).n, 1);
}

static void a_text_file_is_moved_aside(void **state)
{
    static const char text[] = "This is no database at all, though somebody may want it.\n";
    struct fixture *f = *state;

    write_file(path_in(f, "state.db"), text, sizeof text - 1);
    assert_moved_aside(f, NOW);
    assert_true(is_in_files(f, "somebody may want it"));
}

/* Damage of each kind: the file cut short, and a page overwritten at one place after the other. */
static void a_damaged_file_is_moved_aside(void **state)
{
    struct fixture *f = *state;

    open_store(f);
    for (int i = 0; i < 300; i++)
        add_change(f, "one", NOW + i);
    const struct text whole = bytes_of_database(f);
    char *bytes = arena_memdup(f->arena, whole.s, whole.len);
    write_file(path_in(f, "state.db"), bytes, whole.len - 3 * PAGE_BYTES);
    assert_moved_aside(f, NOW);
    for (size_t page = 0; page < 3; page++) {
        bytes_of_database(f);
        memcpy(bytes, whole.s, whole.len);
        memset(bytes + page * PAGE_BYTES, 0x5a, 64);
        write_file(path_in(f, "state.db"), bytes, whole.len);
        assert_moved_aside(f, NOW + 1 + (int64_t)page);
    }
    assert_int_equal(count_files(f, "state.db.damaged-"), 3);
    assert_int_equal(access(path_in(f, "state.db.damaged-1795345200000"), F_OK), -1);
}

/* One flipped bit anywhere: an answer or a sentence, never a fault of the program. */
static void a_flipped_bit_does_no_harm(void **state)
{
    struct fixture *f = *state;
    struct generation g;
    struct orders orders;

    open_store(f);
    for (int i = 0; i < 5; i++)
        note(f, "one", arena_printf(f->arena, "%d", i), CANARY, NOW);
    add_change(f, "one", NOW);
    const struct text whole = bytes_of_database(f);
    char *bytes = arena_memdup(f->arena, whole.s, whole.len);
    for (size_t at = 0; at < whole.len; at += at < 128 ? 13 : 1597) {
        bytes[at] ^= (char)(1 << at % 8);
        write_file(path_in(f, "state.db"), bytes, whole.len);
        open_as(f, STORE_WRITE, NOW);
        struct history_query q = {.limit = 10};
        struct changes list;
        history_list(f->store, f->arena, &q, &list, &f->err);
        generation_get(f->store, f->arena, "one", 3, &g, &f->err);
        order_list(f->store, f->arena, &orders, &f->err);
        store_check(f->store, NOW, &f->err);
        bytes_of_database(f);
        bytes[at] = whole.s[at];
    }
}

/* Found while it is in use, it is moved aside at the next check. */
static void damage_under_way_is_mended_by_a_check(void **state)
{
    struct fixture *f = *state;
    struct change c = {.agent_id = "one"};

    open_store(f);
    OK(f, store_exec(f->store, "DROP TABLE change", &f->err));
    assert_int_equal(history_add(f->store, &c, &c.id, &f->err), -1);
    assert_contains(f->err.text, "damaged");
    assert_int_equal(store_check(f->store, NOW, &f->err), -1);
    assert_contains(f->err.text, "a new one was begun");
    OK(f, store_check(f->store, NOW, &f->err));
    add_change(f, "one", NOW);
    assert_int_equal(count_files(f, "state.db.damaged-"), 1);
}

static void a_deleted_file_is_begun_again(void **state)
{
    struct fixture *f = *state;

    open_store(f);
    add_change(f, "one", NOW);
    OK(f, store_check(f->store, NOW, &f->err));
    assert_int_equal(list_changes(f, NULL).n, 1);
    for (int log_too = 0; log_too < 2; log_too++) {
        unlink(path_in(f, "state.db"));
        if (log_too) {
            unlink(path_in(f, "state.db-wal"));
            unlink(path_in(f, "state.db-shm"));
        }
        OK(f, store_check(f->store, NOW, &f->err));
        assert_int_equal(list_changes(f, NULL).n, 0);
        add_change(f, "one", NOW);
        reopen(f);
        assert_int_equal(list_changes(f, NULL).n, 1);
    }
}

static void a_newer_version_is_read_and_not_written(void **state)
{
    struct fixture *f = *state;
    struct change c = {.agent_id = "one"};

    open_store(f);
    add_change(f, "one", NOW);
    OK(f, store_exec(f->store, "PRAGMA user_version=99; ALTER TABLE change ADD COLUMN more TEXT",
                     &f->err));
    assert_int_equal(open_as(f, STORE_WRITE, NOW), -1);
    assert_contains(f->err.text, "newer avr-reconciler (its version is 99");
    assert_int_equal(list_changes(f, "one").n, 1);
    assert_int_equal(history_add(f->store, &c, &c.id, &f->err), -1);
    assert_contains(f->err.text, "newer");
    /* Not even if its tables are no longer ours. */
    OK(f, store_exec(f->store, "PRAGMA query_only=0; DROP TABLE operator_order", &f->err));
    assert_int_equal(order_list(f->store, f->arena, &(struct orders){0}, &f->err), -1);
    assert_int_equal(store_check(f->store, NOW, &f->err), -1);
    assert_contains(f->err.text, "newer");
    assert_int_equal(count_files(f, "state.db.damaged-"), 0);
    OK(f, open_as(f, STORE_READ, NOW));
    assert_int_equal(list_changes(f, "one").n, 1);
}

/* The program was updated while the service of the old version went on. */
static void a_newer_version_may_come_meanwhile(void **state)
{
    struct fixture *f = *state;
    struct change c = {.agent_id = "one"};
    struct store *newer;

    open_store(f);
    add_change(f, "one", NOW);
    OK(f, store_open(f->dir, &test_key, STORE_WRITE, NOW, &newer, &f->err));
    OK(f, store_exec(newer, "PRAGMA user_version=2", &f->err));
    assert_int_equal(history_add(f->store, &c, &c.id, &f->err), -1);
    assert_contains(f->err.text, "newer");
    assert_int_equal(list_changes(f, "one").n, 1);
    OK(f, store_exec(newer, "PRAGMA user_version=1", &f->err));
    OK(f, store_check(f->store, NOW, &f->err));
    add_change(f, "one", NOW);
    OK(f, store_exec(newer, "PRAGMA user_version=2; DROP TABLE change", &f->err));
    struct history_query q = {.limit = 1};
    struct changes list;
    assert_int_equal(history_list(f->store, f->arena, &q, &list, &f->err), -1);
    assert_contains(f->err.text, "damaged");
    assert_int_equal(store_check(f->store, NOW, &f->err), -1);
    assert_contains(f->err.text, "newer");
    assert_int_equal(count_files(f, "state.db.damaged-"), 0);
    store_close(newer);
}

static void somebody_elses_database_is_left_alone(void **state)
{
    struct fixture *f = *state;
    sqlite3 *db;

    assert_int_equal(sqlite3_open(path_in(f, "state.db"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "CREATE TABLE theirs (x)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    const struct text before = all_bytes(f);
    assert_int_equal(open_as(f, STORE_WRITE, NOW), -1);
    assert_unusable(f, "another program's database");
    assert_int_equal(store_check(f->store, NOW, &f->err), -1);
    store_close(f->store);
    f->store = NULL;
    const struct text after = all_bytes(f);
    assert_int_equal(before.len, after.len);
    assert_memory_equal(before.s, after.s, before.len);
}

static void what_is_no_file_is_left_alone(void **state)
{
    struct fixture *f = *state;

    mkdir(path_in(f, "state.db"), 0700);
    assert_int_equal(open_as(f, STORE_WRITE, NOW), -1);
    assert_unusable(f, "not a regular file");
    assert_int_equal(open_as(f, STORE_READ, NOW), -1);
    rmdir(path_in(f, "state.db"));
    assert_int_equal(symlink("/etc/passwd", path_in(f, "state.db")), 0);
    assert_int_equal(open_as(f, STORE_WRITE, NOW), -1);
    assert_unusable(f, "not a regular file");
}

static void reading_makes_no_file(void **state)
{
    struct fixture *f = *state;
    struct orders orders;

    OK(f, open_as(f, STORE_READ, NOW));
    assert_int_equal(list_changes(f, NULL).n, 0);
    OK(f, order_list(f->store, f->arena, &orders, &f->err));
    assert_int_equal(orders.n, 0);
    assert_int_equal(count_files(f, "state.db"), 0);
    write_file(path_in(f, "state.db"), "", 0);
    OK(f, open_as(f, STORE_READ, NOW));
    assert_int_equal(list_changes(f, NULL).n, 0);
    assert_int_equal(size_of(f, "state.db"), 0);
    write_file(path_in(f, "state.db"),
               "no database, but some text of more than a hundred bytes, "
               "which is what a header of SQLite takes at the least.",
               108);
    assert_int_equal(open_as(f, STORE_READ, NOW), -1);
    assert_contains(f->err.text, "damaged");
    assert_int_equal(count_files(f, "state.db.damaged-"), 0);
}

static void a_reader_cannot_write(void **state)
{
    struct fixture *f = *state;
    struct change c = {.agent_id = "one"};

    open_store(f);
    add_change(f, "one", NOW);
    OK(f, open_as(f, STORE_READ, NOW));
    assert_int_equal(history_add(f->store, &c, &c.id, &f->err), -1);
    assert_int_equal(list_changes(f, "one").n, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_file_is_its_owners_alone),
        TEST(no_folder_is_one_sentence),
        TEST(a_read_only_folder_is_one_sentence),
        TEST(a_file_that_cannot_grow_is_one_sentence),
        TEST(a_full_one_is_told_once_until_there_is_room),
        TEST(a_text_file_is_moved_aside),
        TEST(a_damaged_file_is_moved_aside),
        TEST(a_flipped_bit_does_no_harm),
        TEST(damage_under_way_is_mended_by_a_check),
        TEST(a_deleted_file_is_begun_again),
        TEST(a_newer_version_is_read_and_not_written),
        TEST(a_newer_version_may_come_meanwhile),
        TEST(somebody_elses_database_is_left_alone),
        TEST(what_is_no_file_is_left_alone),
        TEST(reading_makes_no_file),
        TEST(a_reader_cannot_write),
    };
    return cmocka_run_group_tests_name("faults", tests, NULL, NULL);
}
