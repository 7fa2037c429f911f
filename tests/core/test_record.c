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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(differences_are_listed_by_role_and_name),
        cmocka_unit_test(the_same_differs_in_nothing),
    };

    return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
