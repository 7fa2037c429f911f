/* store_fixture.h - a state directory of its own for each test, and a store in it. */
#ifndef TEST_STORE_FIXTURE_H
#define TEST_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "store/generations.h"
#include "store/history.h"
#include "store/ledger.h"
#include "store/orders.h"
#include "store/store_parts.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define NOW      INT64_C(1795345200000)
#define CANARY   "CANARY-5eae1b-CANARY"

static const struct digest_key test_key = {{1, 2, 3}}, other_key = {{3, 2, 1}};

struct fixture {
    struct arena *arena;
    char dir[64];
    struct store *store; /* closed at the end if it is not NULL */
    struct err err;
};

static inline int setup(void **state)
{
    struct arena *a = arena_new();
    struct fixture *f = arena_alloc(a, sizeof *f);

    f->arena = a;
    snprintf(f->dir, sizeof f->dir, "/tmp/avr-store-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    *state = f;
    return 0;
}

static inline const char *path_in(const struct fixture *f, const char *name)
{
    return arena_printf(f->arena, "%s/%s", f->dir, name);
}

static inline int teardown(void **state)
{
    struct fixture *f = *state;
    struct dirent *entry;

    store_close(f->store);
    chmod(f->dir, 0700);
    DIR *dir = opendir(f->dir);
    while (dir && (entry = readdir(dir)))
        if (entry->d_name[0] != '.') {
            const char *path = path_in(f, entry->d_name);
            if (unlink(path) < 0)
                rmdir(path);
        }
    closedir(dir);
    rmdir(f->dir);
    arena_free(f->arena);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static inline struct store *open_store(struct fixture *f)
{
    store_close(f->store);
    if (store_open(f->dir, &test_key, STORE_WRITE, NOW, &f->store, &f->err) < 0)
        fail_msg("%s", f->err.text);
    return f->store;
}

static inline void reopen(struct fixture *f)
{
    open_store(f);
}

/* A call that must succeed, with its error shown. */
#define OK(f, call)                                                                                \
    do {                                                                                           \
        if ((call) < 0)                                                                            \
            fail_msg("%s: %s", #call, (f)->err.text);                                              \
    } while (0)

static inline void assert_contains(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in:\n%s", part, text);
}

static inline void write_file(const char *path, const void *bytes, size_t n)
{
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static inline void add_file(struct text *t, const char *path)
{
    FILE *file = fopen(path, "re");
    char part[65536];
    size_t n;

    assert_non_null(file);
    while ((n = fread(part, 1, sizeof part, file)) > 0)
        text_add_n(t, part, n);
    fclose(file);
}

/* Every byte of the folder's files, one after the other. */
static inline struct text all_bytes(struct fixture *f)
{
    struct text t = {.arena = f->arena};
    struct dirent *entry;
    DIR *dir = opendir(f->dir);

    while ((entry = readdir(dir)))
        if (entry->d_name[0] != '.')
            add_file(&t, path_in(f, entry->d_name));
    closedir(dir);
    return t;
}

/* Of a database that nobody has open: its log and index go, the bytes of the file itself remain. */
static inline struct text bytes_of_database(struct fixture *f)
{
    struct text t = {.arena = f->arena};

    store_close(f->store);
    f->store = NULL;
    unlink(path_in(f, "state.db-wal"));
    unlink(path_in(f, "state.db-shm"));
    add_file(&t, path_in(f, "state.db"));
    return t;
}

static inline bool is_in_files(struct fixture *f, const char *what)
{
    struct text t = all_bytes(f);
    return t.s && memmem(t.s, t.len, what, strlen(what));
}

static inline off_t size_of(const struct fixture *f, const char *name)
{
    struct stat st;
    return stat(path_in(f, name), &st) < 0 ? -1 : st.st_size;
}

/* Names in the folder that begin so, without logs. */
static inline size_t count_files(const struct fixture *f, const char *prefix)
{
    struct dirent *entry;
    DIR *dir = opendir(f->dir);
    size_t n = 0;

    while ((entry = readdir(dir)))
        n += text_starts(entry->d_name, prefix) && !text_ends(entry->d_name, "-wal") &&
             !text_ends(entry->d_name, "-shm");
    closedir(dir);
    return n;
}

static inline int64_t add_change(struct fixture *f, const char *agent, int64_t began_ms)
{
    struct change c = {.agent_id = agent, .began_ms = began_ms, .cause = "a test"};
    int64_t id = 0;

    OK(f, history_add(f->store, &c, &id, &f->err));
    return id;
}

static inline struct changes list_changes(struct fixture *f, const char *agent)
{
    struct changes list;
    struct history_query q = {.agent_id = agent, .limit = 1000};

    OK(f, history_list(f->store, f->arena, &q, &list, &f->err));
    return list;
}

/* A generation of one sts whose prompt and key are these. */
static inline unsigned note(struct fixture *f, const char *agent, const char *prompt,
                            const char *key, int64_t now_ms)
{
    const struct record_env env[] = {
        {"AGENT_PROMPT", prompt, false, "provider \"Deepgram night\", data.db"},
        {"DEEPGRAM_API_KEY", key, true, "provider \"Deepgram night\", data.db"},
    };
    const struct record_role role = {.role = ROLE_STS,
                                     .image_ref = "avr-sts-deepgram:1.4",
                                     .image_id = "sha256:0a1b",
                                     .settings_hash = "5e77",
                                     .env = env,
                                     .n_env = COUNT(env)};
    unsigned number = 0;

    OK(f, generation_note(f->store, agent, &role, 1, "a test", now_ms, &number, &f->err));
    return number;
}

#endif
