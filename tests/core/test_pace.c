/* Goal: only what may wait is held back, by the window, the delay and a pause; whoever serves
 * nobody, was left unfinished or shall stop is worked on at any time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/pace.h"

enum { SOME = 3, NOW = 1000000, MINUTE = 60 * 1000 };

/* What a role looks like, a letter each. */
static struct role_plan role_like(enum role role, char letter)
{
    static const struct wanted wanted;
    static const struct box runs = {.state = BOX_RUNNING}, down = {.state = BOX_EXITED};
    struct role_plan rp = {.role = role, .wanted = &wanted, .live = &runs};

    switch (letter) {
    case 'r':
        rp.verdict = VERDICT_REPLACE;
        break;
    case 'd': /* down, and differs as well */
        rp.verdict = VERDICT_REPLACE;
        rp.live = &down;
        break;
    case 'u':
        rp.verdict = VERDICT_UPDATE;
        break;
    case 'n':
        rp.verdict = VERDICT_UNDERWAY;
        break;
    case 'h':
        rp.verdict = VERDICT_HOLD;
        break;
    case 'l':
        rp.verdict = VERDICT_LIVE;
        break;
    case 's':
        rp.verdict = VERDICT_START;
        rp.live = &down;
        break;
    case 'c':
        rp.verdict = VERDICT_CREATE;
        rp.live = NULL;
        break;
    case 'x': /* not wanted any more */
        rp.verdict = VERDICT_REMOVE;
        rp.wanted = NULL;
        break;
    case 'y': /* the same, and it runs no more */
        rp.verdict = VERDICT_REMOVE;
        rp.wanted = NULL;
        rp.live = &down;
        break;
    default:
        rp.verdict = VERDICT_SYNC;
    }
    return rp;
}

struct scene {
    struct agent agent;
    struct role_plan roles[ROLE__N];
    struct agent_plan plan;
};

/* roles: a letter for each of asr, llm, tts, sts and core; '-': it has none. */
static const struct agent_plan *plan_of(struct scene *s, const char *roles)
{
    static const enum role order[] = {ROLE_ASR, ROLE_LLM, ROLE_TTS, ROLE_STS, ROLE_CORE};

    *s = (struct scene){.agent.wish = WISH_RUN};
    s->plan = (struct agent_plan){.agent = &s->agent, .roles = s->roles, .n_steps = SOME};
    for (size_t i = 0; i < 5; i++) {
        if (roles[i] == '-')
            continue;
        s->roles[s->plan.n_roles] = role_like(order[i], roles[i]);
        s->agent.pipeline |= i < 3 && s->roles[s->plan.n_roles].wanted;
        s->plan.n_roles++;
    }
    return &s->plan;
}

static void what_may_wait(void **state)
{
    static const struct {
        const char *roles;
        bool may_wait;
        const char *what;
    } cases[] = {
        {"---r=", true, "a provider is replaced"},
        {"---=r", true, "core is replaced"},
        {"---u=", true, "changed in place"},
        {"r==-r", true, "a set"},
        {"---rh", true, "replaced beside one that is held"},
        {"---rl", true, "replaced beside a live change"},
        {"---==", false, "in sync, something is cleared away"},
        {"---l=", false, "a live change is no work"},
        {"---c=", false, "missing"},
        {"---cc", false, "it was never there"},
        {"---s=", false, "not running"},
        {"---d=", false, "not running, and it differs as well"},
        {"---rs", false, "replaced, but core is down"},
        {"---cr", false, "replaced, but sts is missing"},
        {"c==-r", false, "a pipeline whose asr is missing"},
        {"---n=", false, "unfinished"},
        {"---rn", false, "unfinished, and it differs"},
        {"---h=", false, "held"},
        {"cccxr", true, "from sts to a pipeline while sts serves"},
        {"cccyr", false, "from sts to a pipeline, and sts is down"},
        {"cccxs", false, "from sts to a pipeline, and core is down"},
        {"cccx=", false, "core was moved already"},
        {"nccxr", false, "such a change was begun"},
        {"xxxcr", true, "from a pipeline to sts"},
        {"xyxcr", false, "from a pipeline that does not work to sts"},
        {"---xr", true, "one part is not wanted any more"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene s;
        if (pace_may_wait(plan_of(&s, cases[i].roles)) != cases[i].may_wait)
            fail_msg("%s (%s)", cases[i].what, cases[i].roles);
    }
}

static void what_shall_not_run_does_not_wait(void **state)
{
    struct scene s;

    (void)state;
    plan_of(&s, "---rr");
    s.agent.wish = WISH_STOP;
    assert_false(pace_may_wait(&s.plan));
    s.agent.wish = WISH_ABSENT;
    assert_false(pace_may_wait(&s.plan));
    plan_of(&s, "---rr");
    s.plan.n_steps = 0; /* nothing can be done */
    assert_false(pace_may_wait(&s.plan));
}

static void turns(void **state)
{
    static const struct {
        const char *what, *roles;
        int64_t delay_s, max_failures;
        struct pace pace;
        struct pace_turn turn;
    } cases[] = {
        {"the first one", "---r=", 60, 1, {0}, {PACE_BEGIN, 0}},
        {"right after one", "---r=", 60, 0, {.ended_ms = NOW}, {PACE_LATER, NOW + MINUTE}},
        {"a moment too soon",
         "---r=",
         60,
         0,
         {.ended_ms = NOW - MINUTE + 1},
         {PACE_LATER, NOW + 1}},
        {"in time", "---r=", 60, 0, {.ended_ms = NOW - MINUTE}, {PACE_BEGIN, 0}},
        {"no delay", "---r=", 0, 0, {.ended_ms = NOW}, {PACE_BEGIN, 0}},
        {"dead, right after one", "---s=", 60, 0, {.ended_ms = NOW}, {PACE_BEGIN, 0}},
        {"no limit", "---r=", 0, 0, {.failed = 100}, {PACE_BEGIN, 0}},
        {"below the limit", "---r=", 0, 3, {.failed = 2}, {PACE_BEGIN, 0}},
        {"at the limit", "---r=", 0, 3, {.failed = 3}, {PACE_PAUSED, 0}},
        {"asked to pause", "---r=", 0, 3, {.failed = 1, .stopped = true}, {PACE_PAUSED, 0}},
        {"paused, whatever the delay",
         "---r=",
         60,
         1,
         {.failed = 1, .ended_ms = NOW},
         {PACE_PAUSED, 0}},
        {"dead while paused", "---s=", 0, 1, {.failed = 1, .stopped = true}, {PACE_BEGIN, 0}},
        {"missing while paused", "---c=", 0, 1, {.failed = 1}, {PACE_BEGIN, 0}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct desired d = {.delay_s = cases[i].delay_s, .max_failures = cases[i].max_failures};
        struct scene s;
        struct pace_turn turn = pace_turn(plan_of(&s, cases[i].roles), &d, &cases[i].pace, NOW);
        if (turn.verdict != cases[i].turn.verdict || turn.from_ms != cases[i].turn.from_ms)
            fail_msg("%s: %d, from %lld on", cases[i].what, turn.verdict, (long long)turn.from_ms);
    }
}

static void windows(void **state)
{
    static const struct tm one = {.tm_hour = 1}, three = {.tm_hour = 3};
    struct arena *a CLEANUP_ARENA = arena_new();
    struct window window;
    struct scene s;

    (void)state;
    assert_null(window_parse(a, "02:00-05:00", &window));
    plan_of(&s, "---r=");
    assert_int_equal(pace_window_s(&s.plan, &one), 0); /* it has none */
    s.agent.window = window;
    assert_int_equal(pace_window_s(&s.plan, &one), 3600);
    assert_int_equal(pace_window_s(&s.plan, &three), 0);
    plan_of(&s, "---s=");
    s.agent.window = window;
    assert_int_equal(pace_window_s(&s.plan, &one), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_may_wait),
        cmocka_unit_test(what_shall_not_run_does_not_wait),
        cmocka_unit_test(turns),
        cmocka_unit_test(windows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
