/* Goal: AVR's database is read as it is, whatever version of the backend wrote it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "source/database.h"

#define N_OF(array) (sizeof(array) / sizeof(array)[0])
#define SCHEMA                                                                                     \
    "CREATE TABLE provider(id, type, name, config);"                                               \
    "CREATE TABLE agent(id, name, status, mode, port, httpPort, provider_sts_id);"

static char path[64];

static void make(const char *sql)
{
    sqlite3 *db;
    char *error = NULL;

    strcpy(path, "/tmp/avr-database-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK)
        fail_msg("%s: %s", sql, error);
    sqlite3_close(db);
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    return 0;
}

static struct database read_it(struct arena *a)
{
    struct database db = {0};
    struct err err;

    if (database_read(a, path, &db, &err) != 0)
        fail_msg("%s", err.text);
    return db;
}

static void test_recorded_fleet(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct database db = {0};
    struct err err;

    (void)state;
    if (database_read(a, TEST_SOURCE "/tests/data/fleet/fleet.db", &db, &err) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(db.n_providers, 5);
    assert_int_equal(db.n_agents, 4);
    assert_string_equal(db.providers[2].name, "OpenAI LLM");
    assert_string_equal(db.providers[2].env[2].value,
                        "You are a helpful assistant.\nAnswer briefly.");
    assert_string_equal(db.providers[2].env[3].key, "OPENAI_TEMPERATURE");
    assert_string_equal(db.providers[2].env[3].value, "0.5");
    assert_string_equal(db.providers[3].image, "127.0.0.1:5000/avr-tts-deepgram:latest");
    assert_string_equal(db.agents[1].name, "booking");
    assert_string_equal(db.agents[1].provider_id[ROLE_TTS], "059a2282-f20a-4a24-b665-461d47b7b373");
    assert_null(db.agents[1].provider_id[ROLE_STS]);
    assert_int_equal(db.agents[1].port, 5002);
    assert_int_equal(db.agents[1].http_port, 7334);
    assert_true(db.calls_known);
    assert_int_equal(db.n_calls, 1);
    assert_string_equal(db.calls[0].uuid, "935652e3-7c59-4edc-b17f-9646a9c2a265");
    assert_string_equal(db.calls[0].agent_id, "7c6d7d36-627e-4b65-a46f-6e468c45d9f0");
    assert_int_equal(db.calls[0].started_ms, 1795338001000);
    assert_int_equal(db.calls[0].initiated_ms, 1795338000000);

    struct database calls = {0};
    assert_int_equal(database_read_calls(a, db.path, &calls, &err), 0);
    assert_int_equal(calls.n_calls, 1);
    assert_int_equal(calls.n_providers, 0);
}

static void test_rows_with_problems(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();

    (void)state;
    make(SCHEMA "INSERT INTO provider VALUES('1','STS','good','{\"image\":\"a\"}');"
                "INSERT INTO provider VALUES('2','STS','bad','{\"env\": {\"A\": one}}');"
                "INSERT INTO provider VALUES('3','STS','null',NULL);"
                "INSERT INTO provider VALUES('4','STS',CAST(x'ff' AS TEXT),'{}');"
                "INSERT INTO provider VALUES('5','STS',printf('%.*c',2000,'x'),'{}');"
                "INSERT INTO provider VALUES('6','STS','big',printf('%.*c',1100000,' '));"
                "INSERT INTO agent VALUES('a','good','running','sts',5001,NULL,'1');"
                "INSERT INTO agent VALUES('b',NULL,NULL,NULL,70000,1,NULL);");
    struct database db = read_it(a);
    assert_int_equal(db.n_providers, 6);
    assert_null(db.providers[0].problem);
    assert_string_equal(db.providers[1].problem, "config is not valid JSON at byte 15 of 19");
    assert_null(db.providers[2].problem);
    assert_null(db.providers[2].image);
    assert_string_equal(db.providers[3].problem, "its name is not valid UTF-8");
    assert_string_equal(db.providers[4].problem, "its name is too long");
    assert_string_equal(db.providers[5].problem, "config is longer than 1 MiB");
    assert_null(db.agents[0].problem);
    assert_int_equal(db.agents[0].http_port, 0);
    assert_string_equal(db.agents[1].problem, "its port 70000 is not a port");
    assert_null(db.agents[1].name);
    assert_false(db.calls_known);
}

static void test_columns_that_come_and_go(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();

    (void)state;
    /* An early version: no ports, no call tables; and one to come: more columns than we know. */
    make("CREATE TABLE provider(name, id, type, config, team, \"image\");"
         "CREATE TABLE agent(mode, status, name, id, owner, \"PROVIDER_STS_ID\");"
         "INSERT INTO provider VALUES('dg','p','STS','{}','x','ignored');"
         "INSERT INTO agent VALUES('sts','running','sales','a','me','p');");
    struct database db = read_it(a);
    assert_string_equal(db.providers[0].id, "p");
    assert_string_equal(db.providers[0].name, "dg");
    assert_null(db.providers[0].image);
    assert_string_equal(db.agents[0].id, "a");
    assert_int_equal(db.agents[0].port, 0);
    assert_string_equal(db.agents[0].provider_id[ROLE_STS], "p");
}

static void test_what_must_not_be_gone(void **state)
{
    static const struct {
        const char *sql, *want;
    } cases[] = {
        {"CREATE TABLE x(y);", "has no table \"provider\""},
        {"CREATE TABLE provider(id,type,name,config);", "has no table \"agent\""},
        {"CREATE TABLE provider(id,type,name); CREATE TABLE agent(id,name,status,mode);",
         "column \"config\" of table \"provider\" is gone"},
        {"CREATE TABLE provider(id,type,name,config); CREATE TABLE agent(id,name,mode);",
         "column \"status\" of table \"agent\" is gone"},
        {SCHEMA "CREATE TABLE call(id,uuid,agentId);",
         "column \"endedAt\" of table \"call\" is gone"},
        {SCHEMA "INSERT INTO agent(name) VALUES('x');",
         "a row of table \"agent\" has no usable id"},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++) {
        CLEANUP_ARENA struct arena *a = arena_new();
        struct database db = {.n_agents = 77};
        struct err err = {0};

        make(cases[i].sql);
        assert_int_equal(database_read(a, path, &db, &err), -1);
        assert_int_equal(err.code, ERR_INVALID);
        assert_non_null(strstr(err.text, path));
        if (!strstr(err.text, cases[i].want))
            fail_msg("%s", err.text);
        assert_int_equal(db.n_agents, 77); /* untouched */
        unlink(path);
    }
}

static void test_calls(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();

    (void)state;
    make(
        SCHEMA
        "CREATE TABLE call(id, uuid, agentId, startedAt, endedAt);"
        "CREATE TABLE call_event(id, type, timestamp, payload, receivedAt, callId);"
        "INSERT INTO call VALUES('1','u1','a',NULL,NULL);"
        "INSERT INTO call VALUES('2','u2',NULL,'2026-11-22 09:00:01.000',NULL);"
        "INSERT INTO call VALUES('3','u3','a','2026-11-22 09:00:01.000','2026-11-22 09:01:01.000');"
        "INSERT INTO call_event VALUES('x','call_initiated','2026-11-22 09:00:00.250','{}','','1');"
        "INSERT INTO call_event VALUES('y','transcription','2026-11-22 09:00:05.000','{}','','1');"
        "INSERT INTO call_event VALUES('z','call_initiated','2026-11-22 "
        "09:00:00.250','{}','','3');");
    struct database db = read_it(a);
    assert_true(db.calls_known);
    assert_int_equal(db.n_calls, 2);
    assert_string_equal(db.calls[0].uuid, "u1");
    assert_int_equal(db.calls[0].started_ms, 0);
    assert_int_equal(db.calls[0].initiated_ms, 1795338000250);
    assert_null(db.calls[1].agent_id);
    assert_int_equal(db.calls[1].initiated_ms, 0);
}

static void test_the_last_call_of_each_agent(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct database db = {0};
    struct err err;

    (void)state;
    make(SCHEMA "CREATE TABLE call(id, uuid, agentId, startedAt, endedAt);"
                "INSERT INTO call VALUES('1','u1','a','2026-11-22 09:00:01.000','x');"
                "INSERT INTO call VALUES('2','u2','a','2026-11-22 08:00:01.000',NULL);"
                "INSERT INTO call VALUES('3','u3',NULL,'2026-11-22 10:00:01.000',NULL);"
                "INSERT INTO call VALUES('4','u4','b',NULL,NULL);");
    const char *database = read_it(a).path;
    assert_int_equal(database_read_last_calls(a, database, &db, &err), 0);
    assert_true(db.calls_known);
    assert_int_equal(db.n_calls, 2);
    assert_string_equal(db.calls[0].agent_id, "a");
    assert_int_equal(db.calls[0].started_ms, 1795338001000);
    assert_int_equal(db.calls[1].started_ms, 0);
}

static void test_calls_without_events(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();

    (void)state;
    make(SCHEMA "CREATE TABLE call(uuid, agentId, endedAt);"
                "INSERT INTO call VALUES('u1','a',NULL);");
    struct database db = read_it(a);
    assert_int_equal(db.n_calls, 1);
    assert_int_equal(db.calls[0].started_ms, 0);
}

static void test_too_many_rows(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct database db;
    struct err err;

    (void)state;
    make(SCHEMA "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<10001) "
                "INSERT INTO provider SELECT i,'STS',i,'{}' FROM n;");
    assert_int_equal(database_read(a, path, &db, &err), -1);
    assert_non_null(strstr(err.text, "more than 10000 rows"));
}

/* The file is somebody else's: a view that never ends must not hold us. */
static void test_endless_view(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct database db;
    struct err err;

    (void)state;
    make("CREATE VIEW provider AS WITH RECURSIVE n(id,type,name,config) AS "
         "(SELECT 1,'STS','x',NULL UNION ALL SELECT id+1,type,name,config FROM n) "
         "SELECT * FROM n WHERE id < 0;"
         "CREATE TABLE agent(id,name,status,mode);");
    assert_int_equal(database_read(a, path, &db, &err), -1);
    assert_non_null(strstr(err.text, "takes too long"));
}

static void test_reading_changes_nothing(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct stat before, after;

    (void)state;
    make(SCHEMA);
    assert_int_equal(stat(path, &before), 0);
    read_it(a);
    read_it(a);
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
    assert_int_equal(before.st_size, after.st_size);
    assert_int_equal(access(arena_printf(a, "%s-journal", path), F_OK), -1);
    assert_int_equal(access(arena_printf(a, "%s-wal", path), F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recorded_fleet),
        cmocka_unit_test_teardown(test_rows_with_problems, tear_down),
        cmocka_unit_test_teardown(test_columns_that_come_and_go, tear_down),
        cmocka_unit_test_teardown(test_what_must_not_be_gone, tear_down),
        cmocka_unit_test_teardown(test_calls, tear_down),
        cmocka_unit_test_teardown(test_the_last_call_of_each_agent, tear_down),
        cmocka_unit_test_teardown(test_calls_without_events, tear_down),
        cmocka_unit_test_teardown(test_too_many_rows, tear_down),
        cmocka_unit_test_teardown(test_endless_view, tear_down),
        cmocka_unit_test_teardown(test_reading_changes_nothing, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
