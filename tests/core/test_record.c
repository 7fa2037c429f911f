/* Goal: what differs between two generations, and nothing that does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/text.h"
#include "core/record.h"

static const struct record_env before_env[] = {
    {"AGENT_PROMPT", "Be kind.", false, "data.db"},
    {"GONE", "1", false, NULL},
    {"KEY", "k1", true, "data.db"},
    {"LOST", NULL, true, NULL},
    {"SAME", "s", false, "a.yaml:1:1"},
};
static const struct record_env after_env[] = {
    {"AGENT_PROMPT", "Be brief.", false, "data.db"},
    {"KEY", "k2", true, "data.db"},
    {"LOST", "v", true, NULL},
    {"NEW", "", false, NULL},
    {"SAME", "s", false, "b.yaml:2:2"},
};
static const struct record_role before[] = {
    {ROLE_STS, "sts:1", "sha256:1", NULL, "h1", before_env, 5},
    {ROLE_CORE, "core:1", "sha256:c", NULL, "c1", NULL, 0},
};
static const struct record_role after[] = {
    {ROLE_STS, "sts:1", "sha256:2", "sts@sha256:d", "h2", after_env, 5},
    {ROLE_LLM, "llm:1", "sha256:3", NULL, "l1", NULL, 0},
    {ROLE_CORE, "core:1", "sha256:c", NULL, "c2", NULL, 0},
};

static const char *dump(struct arena *a, const struct record_role *have, size_t n_have,
                        const struct record_role *want, size_t n_want)
{
    struct generation h = {.roles = have, .n_roles = n_have};
    struct generation w = {.roles = want, .n_roles = n_want};
    struct record_differences found = generation_diff(a, &h, &w);
    struct text t = {.arena = a};

    for (size_t i = 0; i < found.n; i++) {
        const struct record_difference *d = &found.items[i];
        text_printf(&t, "%s %s%s: %s -> %s%s%s\n", role_name[d->role], d->variable ? "env " : "",
                    d->name, d->have ? d->have : "(none)", d->want ? d->want : "(none)",
                    d->secret ? ", secret" : "", d->sealed ? ", sealed" : "");
    }
    return text_str(&t);
}

static void differences_are_listed_by_role_and_name(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();

    (void)state;
    assert_string_equal(dump(a, before, 2, after, 3),
                        "sts image id: sha256:1 -> sha256:2\n"
                        "sts env AGENT_PROMPT: Be kind. -> Be brief.\n"
                        "sts env GONE: 1 -> (none)\n"
                        "sts env KEY: k1 -> k2, secret\n"
                        "sts env LOST: (none) -> v, secret, sealed\n"
                        "sts env NEW: (none) -> \n"
                        "llm container: (none) -> llm:1\n"
                        "core settings: c1 -> c2\n");
}

static void the_same_differs_in_nothing(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();

    (void)state;
    assert_string_equal(dump(a, after, 3, after, 3), "");
    assert_string_equal(dump(a, NULL, 0, NULL, 0), "");
    /* What cannot be opened on either side may differ: that is said. */
    assert_string_equal(dump(a, before, 1, before, 1),
                        "sts env LOST: (none) -> (none), secret, sealed\n");
}

/* What one side alone knows is told as it is: secret if either says so, sealed if either is. */
static void one_side_is_enough(void **state)
{
    static const struct {
        struct record_env have, want; /* name NULL: not there */
        const char *said;
    } cases[] = {
        {{"K", "1", true, NULL}, {0}, "sts env K: 1 -> (none), secret\n"},
        {{0}, {"K", "1", true, NULL}, "sts env K: (none) -> 1, secret\n"},
        {{"K", NULL, true, NULL}, {0}, "sts env K: (none) -> (none), secret, sealed\n"},
        {{0}, {"K", NULL, false, NULL}, "sts env K: (none) -> (none), sealed\n"},
        {{"K", "1", false, NULL},
         {"K", NULL, true, NULL},
         "sts env K: 1 -> (none), secret, sealed\n"},
        {{"K", "1", false, NULL}, {"K", "2", true, NULL}, "sts env K: 1 -> 2, secret\n"},
        {{"K", "1", false, NULL}, {"K", "1", true, NULL}, ""},
    };
    struct arena *a CLEANUP_ARENA = arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct record_role have = {.env = &cases[i].have,
                                         .n_env = cases[i].have.name != NULL};
        const struct record_role want = {.env = &cases[i].want,
                                         .n_env = cases[i].want.name != NULL};
        assert_string_equal(dump(a, &have, 1, &want, 1), cases[i].said);
    }
}

static void a_container_on_one_side_alone_is_one_line(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const struct record_role nothing_known = {.role = ROLE_TTS};

    (void)state;
    assert_string_equal(dump(a, before, 1, NULL, 0), "sts container: sts:1 -> (none)\n");
    assert_string_equal(dump(a, NULL, 0, before, 1), "sts container: (none) -> sts:1\n");
    assert_string_equal(dump(a, &nothing_known, 1, NULL, 0), "");
}

/* More than fit where the first ones went. */
static void many_differences_are_all_told(void **state)
{
    enum { MANY = 20 };
    struct arena *a CLEANUP_ARENA = arena_new();
    struct record_env env[MANY];
    const struct record_role have = {.image_ref = "sts:1"};
    const struct record_role want = {.image_ref = "sts:2", .env = env, .n_env = MANY};

    (void)state;
    for (size_t i = 0; i < MANY; i++)
        env[i] = (struct record_env){.name = arena_printf(a, "V%02zu", i), .value = "v"};
    const char *text = dump(a, &have, 1, &want, 1);
    assert_non_null(strstr(text, "sts image: sts:1 -> sts:2\nsts env V00: (none) -> v\n"));
    assert_non_null(strstr(text, "sts env V18: (none) -> v\nsts env V19: (none) -> v\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(differences_are_listed_by_role_and_name),
        cmocka_unit_test(the_same_differs_in_nothing),
        cmocka_unit_test(one_side_is_enough),
        cmocka_unit_test(a_container_on_one_side_alone_is_one_line),
        cmocka_unit_test(many_differences_are_all_told),
    };

    return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
