/* Every recorded answer, cut at every place and with bytes changed at random: whatever comes out,
 * nothing may crash or be read that is not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/engine.h"
#include "engine/recorded.h"

static const enum call_kind kinds[] = {CALL_PING,  CALL_INFO, CALL_LIST,   CALL_INSPECT,
                                       CALL_IMAGE, CALL_PULL, CALL_DIGEST, CALL_CREATE,
                                       CALL_START, CALL_LOGS};

static unsigned long accepted, refused;

/* The bytes are copied to a block of exactly their size, so that a read behind it is seen. */
static void decode_as(enum call_kind kind, int status, const char *bytes, size_t len)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct call call = {.kind = kind, .ref = "a"};
    struct http_response r = {.status = status,
                              .body = arena_strndup(a, bytes, len),
                              .len = len,
                              .server = "",
                              .retry_after = "",
                              .api_version = "1.41"};
    struct facts facts;
    struct err err;

    if (docker_driver.decode(&call, &r, a, &facts, &err)) {
        refused++;
        assert_true(strlen(err.text) > 0 && strlen(err.text) < sizeof err.text);
    } else {
        accepted++;
    }
}

static void decode_all(int status, const char *bytes, size_t len)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        decode_as(kinds[i], status, bytes, len);
}

static void each_recorded(void (*fn)(const struct recorded *))
{
    DIR *dir = opendir(TEST_DATA);
    struct dirent *entry;

    assert_non_null(dir);
    while ((entry = readdir(dir))) {
        char name[256];
        if (!text_ends(entry->d_name, ".json"))
            continue;
        snprintf(name, sizeof name, "%.*s", (int)(strlen(entry->d_name) - 5), entry->d_name);
        CLEANUP_ARENA struct arena *a = arena_new();
        struct recorded recorded = recorded_read(a, name);
        fn(&recorded);
    }
    closedir(dir);
}

static void cut_everywhere(const struct recorded *recorded)
{
    size_t len = recorded->response.len, step = len > 2000 ? 97 : 1;

    for (size_t n = 0; n <= len; n += step)
        decode_all(recorded->response.status, recorded->response.body, n);
}

static uint64_t random_state = 0x9e3779b97f4a7c15;

static size_t random_below(size_t n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (size_t)(random_state % n);
}

static void change_bytes(const struct recorded *recorded)
{
    static const char likely[] = "{}[]\",:0-9eE.tfn\\ \n\x01";
    size_t len = recorded->response.len;
    char *bytes = malloc(len + 1);

    for (int round = 0; len && round < 25; round++) {
        memcpy(bytes, recorded->response.body, len);
        for (size_t i = 0; i < 1 + random_below(6); i++)
            bytes[random_below(len)] =
                random_below(2) ? likely[random_below(sizeof likely)] : (char)random_below(256);
        decode_all(200, bytes, len);
        decode_as(CALL_START, 404, bytes, len);
    }
    free(bytes);
}

/* Every value of an inspect replaced by every type of JSON. */
static void of_any_type(const struct recorded *recorded)
{
    static const char *const values[] = {"null",    "true", "7",     "-1e300", "\"\"",
                                         "\"x=y\"", "[]",   "[[1]]", "{}",     "{\"\":{}}"};
    const char *body = recorded->response.body;

    if (!strstr(body, "\"/rec-a\"") && !strstr(body, "RepoTags")) /* one of each form will do */
        return;
    for (const char *colon = strstr(body, "\":"); colon; colon = strstr(colon + 2, "\":"))
        for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
            CLEANUP_ARENA struct arena *a = arena_new();
            const char *rest = colon + 2;
            size_t skip = *rest == '"' ? strcspn(rest + 1, "\"") + 2 : strcspn(rest, ",}]");
            const char *text =
                arena_printf(a, "%.*s%s%s", (int)(rest - body), body, values[i], rest + skip);
            decode_as(CALL_INSPECT, 200, text, strlen(text));
            decode_as(CALL_IMAGE, 200, text, strlen(text));
        }
}

static void survives_truncation(void **state)
{
    (void)state;
    each_recorded(cut_everywhere);
}

static void survives_changed_bytes(void **state)
{
    (void)state;
    each_recorded(change_bytes);
}

static void survives_other_types(void **state)
{
    (void)state;
    each_recorded(of_any_type);
    assert_true(accepted > 1000 && refused > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(survives_truncation),
        cmocka_unit_test(survives_changed_bytes),
        cmocka_unit_test(survives_other_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
