/* Goal: people name an agent by id, by name or by the beginning of an id; whatever means none or
 * several is refused with a sentence that helps. */
#include "core/material.h"

#include "core/find.h"

static const struct agent fleet[] = {
    {.id = "7d1c0a52", .name = "Night desk"}, {.id = "7d1c9999", .name = "Reception"},
    {.id = "a1b2c3d4", .name = "booking"},    {.id = "b0000001", .name = "twin"},
    {.id = "b0000002", .name = "twin"},       {.id = "nameless"},
    {.id = "c0000001", .name = "seven"},      {.id = "c0000002", .name = "eight"},
    {.id = "c0000003", .name = "nine"},       {.id = "d0000001", .name = "d00"},
    {.id = "d0000002", .name = "b0000001"},
};

static const struct {
    const char *word;
    int found;       /* index; -1: none */
    const char *why; /* of none */
} asked[] = {
    {"7d1c0a52", 0, NULL},
    {"Reception", 1, NULL},
    {"a1", 2, NULL},
    {"nameless", 5, NULL},
    {"name", 5, NULL},
    {"7d1c", -1, "2 ids begin with \"7d1c\": write more of it"},
    {"twin", -1, "2 agents are named \"twin\": write the id instead"},
    {"bookng", -1, "unknown agent \"bookng\"; did you mean \"booking\"?"},
    {"zzzzzzzzzzzz", -1, "unknown agent \"zzzzzzzzzzzz\"; \"avr-reconciler status\" lists them"},
    {"d00", 9, NULL},      /* a whole name before beginnings of ids */
    {"b0000001", 3, NULL}, /* an id before another one's name */
    {"", -1, "unknown agent \"\"; \"avr-reconciler status\" lists them"},
};

static void by_whatever_people_write(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    const struct agent *agents[N_OF(fleet)];

    (void)state;
    for (size_t i = 0; i < N_OF(fleet); i++)
        agents[i] = &fleet[i];
    for (size_t i = 0; i < N_OF(asked); i++) {
        struct err err = {0};
        const struct agent *found = agent_find(a, agents, N_OF(fleet), asked[i].word, &err);
        if (asked[i].found >= 0) {
            assert_ptr_equal(found, &fleet[asked[i].found]);
            continue;
        }
        assert_null(found);
        assert_string_equal(err.text, asked[i].why);
        assert_int_equal(err.code, ERR_INVALID);
    }
}

/* Nothing begins every id: of one agent too it must be said which is meant. */
static void nothing_is_no_name(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    const struct agent *one[] = {&fleet[5]};
    struct err err = {0};

    (void)state;
    assert_null(agent_find(a, one, 1, "", &err));
    assert_non_null(strstr(err.text, "unknown agent \"\""));
    assert_null(agent_find(a, NULL, 0, "sales", &err));
    assert_non_null(strstr(err.text, "unknown agent \"sales\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(by_whatever_people_write),
                                       cmocka_unit_test(nothing_is_no_name)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
