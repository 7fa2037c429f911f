/* Goal: the right calls go to the candidate, and what becomes of them leads to the right verdict.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "core/canary.h"

#define N_OF(array) (sizeof(array) / sizeof(array)[0])

static const struct digest_key key = {{3, 1, 4}};

/* --- which call ------------------------------------------------------------------------------ */

static void named_callers_meet_the_candidate(void **state)
{
    static const char *const callers[] = {"+39 02 1234-567", "2000"};
    static const struct {
        const char *caller;
        bool takes;
    } cases[] = {
        {"+39021234567", true},
        {"+39 (02) 123.45/67", true},
        {"2000", true},
        {"39021234567", false},
        {"20001", false},
        {"200", false},
        {"", false},
        {NULL, false},
    };
    struct canary_policy p = {.callers = callers, .n_callers = 2, .calls = 20};

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++)
        if (canary_takes(&p, &key, cases[i].caller, "u") != cases[i].takes)
            fail_msg("caller %s", cases[i].caller ? cases[i].caller : "NULL");
    p.calls = 0; /* no canary */
    assert_false(canary_takes(&p, &key, "2000", "u"));
}

static int taken_of_1000(int64_t percent, const struct digest_key *by)
{
    struct canary_policy p = {.percent = percent, .calls = 20};
    int n = 0;

    for (int i = 0; i < 1000; i++) {
        char uuid[40];
        snprintf(uuid, sizeof uuid, "8099e62f-3b97-4a64-9d81-%012d", i);
        bool takes = canary_takes(&p, by, "4711", uuid);
        assert_int_equal(takes, canary_takes(&p, by, "4711", uuid));
        n += takes;
    }
    return n;
}

static void a_share_of_the_others_does(void **state)
{
    static const struct digest_key other = {{2, 7, 1}};
    struct canary_policy p = {.percent = 50, .calls = 20};
    int differ = 0;

    (void)state;
    assert_int_equal(taken_of_1000(0, &key), 0);
    assert_int_equal(taken_of_1000(100, &key), 1000);
    assert_in_range(taken_of_1000(10, &key), 60, 140);
    for (int i = 0; i < 100; i++) { /* nobody can tell without the key */
        char uuid[16];
        snprintf(uuid, sizeof uuid, "%d", i);
        differ += canary_takes(&p, &key, NULL, uuid) != canary_takes(&p, &other, NULL, uuid);
    }
    assert_in_range(differ, 25, 75);
}

/* --- how it went ----------------------------------------------------------------------------- */

enum { NOW = 10000000, MINUTE = 60000 };

/* Each letter is a call on the candidate. */
static struct canary_call call_of(char what)
{
    const int64_t at = NOW - 10 * MINUTE;

    switch (what) {
    case 'w': /* well */
        return (struct canary_call){at, at + 2000, at + MINUTE, 0};
    case 'l': /* it spoke late */
        return (struct canary_call){at, at + 9000, at + MINUTE, 0};
    case 'q': /* it never spoke */
        return (struct canary_call){at, 0, at + MINUTE, 0};
    case 's': /* short */
        return (struct canary_call){at, at + 2000, at + 5000, 0};
    case 'h': /* the caller hung up before it could have spoken */
        return (struct canary_call){at, 0, at + 3000, 0};
    case 'e': /* errors */
        return (struct canary_call){at, at + 2000, at + MINUTE, 2};
    case 'b': /* both */
        return (struct canary_call){at, 0, at + MINUTE, 1};
    case 'n': /* it has just begun */
        return (struct canary_call){NOW - 3000, 0, 0, 0};
    case 'o': /* it goes on, in silence */
        return (struct canary_call){NOW - 9000, 0, 0, 0};
    case 't': /* it goes on, and talks */
        return (struct canary_call){at, at + 1000, 0, 0};
    default: /* announced, never began */
        return (struct canary_call){0};
    }
}

static void what_follows(void **state)
{
    static const struct {
        const char *calls;
        int64_t wanted;
        enum canary_verdict verdict;
        const char *why;
    } cases[] = {
        {"", 3, CANARY_WAIT, "0 of 3 calls went well on the new container"},
        {"ww", 3, CANARY_WAIT, "2 of 3 calls went well on the new container"},
        {"www", 3, CANARY_GO, "3 of 3 calls went well on the new container"},
        {"wwt", 3, CANARY_WAIT, "2 of 3 calls went well on the new container"},
        {"ww-", 3, CANARY_WAIT, "2 of 3 calls went well on the new container"},
        {"ewww", 3, CANARY_GO, "3 of 3 calls went well on the new container"},
        {"eew", 3, CANARY_BACK, "2 of 3 calls on the new container met errors"},
        {"wwwee", 3, CANARY_BACK, "2 of 5 calls on the new container met errors"},
        {"lq", 3, CANARY_BACK,
         "in 2 of 2 calls on the new container the agent said nothing for 8 s"},
        {"oo", 3, CANARY_BACK,
         "in 2 of 2 calls on the new container the agent said nothing for 8 s"},
        {"qe", 3, CANARY_BACK, "2 of 2 calls on the new container met errors or silence"},
        {"b", 3, CANARY_WAIT, "0 of 3 calls went well on the new container"},
        {"b", 1, CANARY_BACK, "1 of 1 calls on the new container met errors"},
        {"nn", 3, CANARY_WAIT, "0 of 3 calls went well on the new container"},
        {"ssss", 3, CANARY_WAIT, "0 of 3 calls went well on the new container"},
        {"hhsss", 3, CANARY_BACK,
         "5 of 5 calls on the new container were shorter than nine of ten calls before"},
        {"ssswwwsswww", 8, CANARY_BACK,
         "5 of 11 calls on the new container were shorter than nine of ten calls before"},
        {"ssssswwwwwwwwwwww", 20, CANARY_WAIT, "12 of 20 calls went well on the new container"},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++) {
        struct arena *a CLEANUP_ARENA = arena_new();
        struct canary_policy p = {.calls = cases[i].wanted};
        struct canary_call calls[20];
        struct canary_facts f = {.calls = calls, .now_ms = NOW, .earlier = {10000, SPEECH_HEARD}};
        for (const char *c = cases[i].calls; *c; c++)
            calls[f.n++] = call_of(*c);
        struct canary_judgement j = canary_judge(a, &p, &f);
        if (j.verdict != cases[i].verdict || strcmp(j.why, cases[i].why) != 0)
            fail_msg("%s of %lld: verdict %d, %s", cases[i].calls, (long long)cases[i].wanted,
                     (int)j.verdict, j.why);
    }
}

/* Some connectors send no transcripts: silence says nothing there. */
static void what_was_never_told_is_not_missed(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct canary_policy p = {.calls = 2};
    struct canary_call calls[] = {call_of('q'), call_of('q')};
    struct canary_facts f = {.calls = calls, .n = 2, .now_ms = NOW};

    (void)state;
    f.earlier.speech = SPEECH_NONE;
    assert_int_equal(canary_judge(a, &p, &f).verdict, CANARY_GO);
    f.earlier.speech = SPEECH_HEARD;
    assert_int_equal(canary_judge(a, &p, &f).verdict, CANARY_BACK);
    f.earlier.speech = SPEECH_UNKNOWN; /* then it proves nothing */
    assert_int_equal(canary_judge(a, &p, &f).verdict, CANARY_WAIT);
    assert_string_equal(canary_judge(a, &p, &f).why,
                        "0 of 2 calls went well on the new container; 2 ended before the agent had "
                        "said anything, and whether calls of this agent have transcripts is not "
                        "known yet");
    calls[0].spoke_ms = calls[1].spoke_ms = calls[0].started_ms + 1000;
    assert_int_equal(canary_judge(a, &p, &f).verdict, CANARY_GO);
}

/* Whoever hangs up on silence before eight seconds is no proof that all is well. */
static void a_call_without_a_word_is_none_that_went_well(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct canary_policy p = {.calls = 1};
    struct canary_call call = call_of('h');
    struct canary_facts f = {.calls = &call, .n = 1, .now_ms = NOW, .earlier = {0, SPEECH_HEARD}};

    (void)state;
    assert_int_equal(canary_judge(a, &p, &f).verdict, CANARY_WAIT);
    assert_string_equal(canary_judge(a, &p, &f).why,
                        "0 of 1 calls went well on the new container; 1 ended before the agent had "
                        "said anything");
}

static void when_time_alone_may_tell(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct canary_policy p = {.calls = 3};
    struct canary_call calls[] = {call_of('t'), call_of('n'), call_of('n')};
    struct canary_facts f = {.calls = calls, .n = 1, .now_ms = NOW, .earlier = {0, SPEECH_HEARD}};

    (void)state;
    assert_int_equal(canary_judge(a, &p, &f).until_ms, 0);
    f.n = 3;
    calls[2].started_ms = NOW - 5000;
    assert_int_equal(canary_judge(a, &p, &f).until_ms, NOW + 3001);
    f.now_ms = NOW + 3001;
    assert_int_equal(canary_judge(a, &p, &f).verdict, CANARY_WAIT); /* one is no verdict */
    f.now_ms = canary_judge(a, &p, &f).until_ms;
    assert_int_equal(f.now_ms, NOW + 5001);
    assert_int_equal(canary_judge(a, &p, &f).verdict, CANARY_BACK);
}

static void what_is_short(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    int64_t durations[40];

    (void)state;
    for (int i = 0; i < 40; i++)
        durations[i] = (40 - i) * 1000;
    assert_int_equal(canary_short_ms(a, durations, CANARY_EARLIER - 1), 0);
    assert_int_equal(canary_short_ms(a, durations, 40), 5000);
    assert_int_equal(durations[0], 40000); /* the caller's list stays as it is */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(named_callers_meet_the_candidate),
        cmocka_unit_test(a_share_of_the_others_does),
        cmocka_unit_test(what_follows),
        cmocka_unit_test(what_was_never_told_is_not_missed),
        cmocka_unit_test(a_call_without_a_word_is_none_that_went_well),
        cmocka_unit_test(when_time_alone_may_tell),
        cmocka_unit_test(what_is_short),
    };

    return cmocka_run_group_tests_name("canary", tests, NULL, NULL);
}
