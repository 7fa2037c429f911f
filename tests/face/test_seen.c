/* Calls on a replaced container are counted by the round and by whoever waits for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "face/seen.h"

static const struct box box = {.id = "old"};
static const struct agent agents[] = {{.id = "a"}, {.id = "b"}, {.id = "gone"}};
static const struct drain drain = {.box = &box, .calls = 2};
static const struct role_plan roles[] = {{.role = ROLE_CORE},
                                         {.role = ROLE_STS, .drains = &drain, .n_drains = 1}};
static const struct agent_plan plans[] = {{.agent = &agents[0]},
                                          {.agent = &agents[1], .roles = roles, .n_roles = 2}};
static const struct look look = {.plan = {.agents = plans, .n_agents = 2}};

static void another_number_of_calls_is_news(void **state)
{
    static const struct {
        const char *about;
        size_t agent;
        struct step step;
        enum event_state state;
        bool is_news;
    } cases[] = {
        {"as the round",
         1,
         {.gate = GATE_DRAIN, .box_id = "old", .calls = 2},
         EVENT_PROGRESS,
         false},
        {"fewer", 1, {.gate = GATE_DRAIN, .box_id = "old", .calls = 1}, EVENT_PROGRESS, true},
        {"not known", 1, {.gate = GATE_DRAIN, .box_id = "old", .calls = -1}, EVENT_STARTED, true},
        {"over", 1, {.gate = GATE_DRAIN, .box_id = "old", .calls = 0}, EVENT_DONE, false},
        {"another gate", 1, {.gate = GATE_SOAK, .box_id = "old"}, EVENT_PROGRESS, false},
        {"another box",
         1,
         {.gate = GATE_DRAIN, .box_id = "new", .calls = 1},
         EVENT_PROGRESS,
         false},
        {"another agent",
         0,
         {.gate = GATE_DRAIN, .box_id = "old", .calls = 1},
         EVENT_PROGRESS,
         false},
        {"of nobody", 2, {.gate = GATE_DRAIN, .box_id = "old", .calls = 1}, EVENT_PROGRESS, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct event event = {
            .agent = &agents[cases[i].agent], .step = &cases[i].step, .state = cases[i].state};
        if (seen_otherwise(&look, &event) != cases[i].is_news)
            fail_msg("%s", cases[i].about);
    }
    assert_false(seen_otherwise(&look, &(struct event){.agent = &agents[1]}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(another_number_of_calls_is_news)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
