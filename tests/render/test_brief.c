/* Goal: a difference as one line, for logs and messages: no secret, no control character, no id of
 * 64 digits. */
#include "render/fixture.h"

static const struct drift drifts[] = {
    {.field = "image",
     .have = "sha256:aaaaaaaabbbbbbbbccccccccddddddddeeeeeeeeffffffff0000000011111111",
     .want = "sha256:2222222233333333444444445555555566666666777777778888888899999999",
     .origin = {.kind = FROM_SPEC, .at = {.file = "a.yaml", .line = 3, .column = 5}}},
    {.field = "env",
     .key = "GREETING",
     .have = "Hi\nthere",
     .want = NULL,
     .origin = {.kind = FROM_DATABASE, .where = "provider \"night\", data.db"}},
    {.field = "env", .key = "API_KEY", .have = "k1", .want = "k2", .secret = true},
};

static void a_line_each(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    static const struct digest_key key;
    const struct render r = {.key = &key};
    const struct role_plan roles[] = {
        {.role = ROLE_STS, .drifts = {drifts, 3}},
        {.role = ROLE_CORE, .reason = "not running (exit 1, 2s ago)"},
    };
    const struct agent_plan plan = {.roles = roles, .n_roles = 2};
    size_t n;

    (void)state;
    const char *const *lines = render_drift_lines(a, &r, &plan, &n);
    assert_int_equal(n, 4);
    assert_string_equal(lines[0], "sts: image aaaaaaaa → 22222222 (a.yaml:3:5)");
    assert_string_equal(lines[1],
                        "sts: env GREETING Hi\\nthere → (not set) (provider \"night\", data.db)");
    assert_null(strstr(lines[2], "k1"));
    assert_null(strstr(lines[2], "k2"));
    assert_non_null(strstr(lines[2], "sts: env API_KEY (hidden fp:"));
    assert_string_equal(lines[3], "core: not running (exit 1, 2s ago)");
}

static void many_lines(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    static const struct digest_key key;
    const struct render r = {.key = &key};
    struct role_plan roles[20];
    size_t n;

    (void)state;
    for (size_t i = 0; i < 20; i++)
        roles[i] = (struct role_plan){.role = ROLE_LLM, .drifts = {drifts, 1}};
    render_drift_lines(a, &r, &(struct agent_plan){.roles = roles, .n_roles = 20}, &n);
    assert_int_equal(n, 20);
    for (size_t i = 0; i < 20; i++)
        roles[i].reason = "missing";
    render_drift_lines(a, &r, &(struct agent_plan){.roles = roles, .n_roles = 20}, &n);
    assert_int_equal(n, 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_line_each), cmocka_unit_test(many_lines)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
