/* Every step of a plan as the sentence that `diff --verbose` prints. */
#include "render/small.h"

#define NEXT   "avrd-next-019a2b3c4d5e"
#define DRAIN  "avrd-drain-019a2b3c4d5f"
#define FAILED "avrd-failed-019a2b3c4d60"
#define STS    "avr-sts-51c09d07"

struct sentence {
    struct step step;
    const char *text;
};

static void assert_sentences(struct arena *a, const struct sentence *cases, size_t n)
{
    for (size_t i = 0; i < n; i++)
        assert_string_equal(render_step(a, &cases[i].step), cases[i].text);
}

static void the_container_is_named_by_its_part_in_the_swap(void **state)
{
    static const struct sentence cases[] = {
        {{.kind = STEP_PULL, .image = "avr-sts:1", .why = "not on the engine"},
         "pull avr-sts:1 (not on the engine)"},
        {{.kind = STEP_CREATE, .new_name = NEXT, .why = "missing"},
         "create candidate " NEXT " (missing)"},
        {{.kind = STEP_START, .box_name = NEXT, .why = "candidate"}, "start candidate " NEXT},
        {{.kind = STEP_START, .box_name = STS, .why = "not running"},
         "start container " STS " (not running)"},
        {{.kind = STEP_START, .box_name = DRAIN}, "start old container " DRAIN},
        {{.kind = STEP_START, .box_name = FAILED}, "start failed candidate " FAILED},
        {{.kind = STEP_PROBE, .box_name = NEXT}, "wait until candidate " NEXT " is ready"},
        {{.kind = STEP_PROBE, .box_name = STS, .why = "replaced another"},
         "wait until container " STS " is ready (replaced another)"},
        {{.kind = STEP_REMOVE, .box_name = DRAIN, .why = "replaced"},
         "remove " DRAIN " (replaced)"},
        {{.kind = STEP_CONNECT, .box_name = "avrd-next-0000658b9948", .network = "voice"},
         "connect candidate avrd-next-0000658b9948 to network voice"},
        {{.kind = STEP_UPDATE, .box_name = STS},
         "change limits or restart policy of " STS " in place"},
        {{.kind = STEP_HOLD, .why = "somebody has paused it"},
         "leave it alone (somebody has paused it)"},
        {{.kind = STEP_NOTHING}, "nothing to do"},
    };

    assert_sentences(*state, cases, COUNT(cases));
}

static void a_rename_says_what_it_means_for_calls(void **state)
{
    static const struct sentence cases[] = {
        {{.kind = STEP_RENAME, .box_name = STS, .new_name = DRAIN},
         "rename " STS " to " DRAIN ": it gets no new calls"},
        {{.kind = STEP_RENAME, .box_name = NEXT, .new_name = STS},
         "rename " NEXT " to " STS ": it serves new calls from now on"},
        {{.kind = STEP_RENAME, .box_name = NEXT, .new_name = FAILED},
         "rename " NEXT " to " FAILED ": kept for its logs"},
    };

    assert_sentences(*state, cases, COUNT(cases));
}

static void a_stop_that_cuts_calls_says_so(void **state)
{
    static const struct sentence cases[] = {
        {{.kind = STEP_STOP, .box_name = DRAIN}, "stop " DRAIN},
        {{.kind = STEP_STOP, .box_name = DRAIN, .forced = true},
         "stop " DRAIN ", cutting the calls on it"},
    };

    assert_sentences(*state, cases, COUNT(cases));
}

static void a_wait_says_what_for(void **state)
{
    static const struct sentence cases[] = {
        {{.kind = STEP_WAIT, .gate = GATE_SETUP}, "wait until no call is being set up"},
        {{.kind = STEP_WAIT, .gate = GATE_SOAK},
         "wait until the new container has stayed ready for a while"},
        {{.kind = STEP_WAIT, .gate = GATE_QUIET}, "wait until calls that just began can be seen"},
        {{.kind = STEP_WAIT, .gate = GATE_DRAIN}, "wait until no call is on the old container"},
        {{.kind = STEP_WAIT,
          .gate = GATE_CANARY,
          .why = "0 of 20 calls went well on the new container"},
         "wait until calls that meet the new container first have gone well (0 of 20 calls went "
         "well on the new container)"},
        {{.kind = STEP_WAIT, .gate = GATE_DRAIN, .calls = -1},
         "wait until no call is on the old container"},
        {{.kind = STEP_WAIT, .gate = GATE_DRAIN, .calls = 1},
         "wait until 1 live call has ended on the old container"},
        {{.kind = STEP_WAIT, .gate = GATE_DRAIN, .calls = 2},
         "wait until 2 live calls have ended on the old container"},
        {{.kind = STEP_WAIT}, "wait"},
    };

    assert_sentences(*state, cases, COUNT(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_container_is_named_by_its_part_in_the_swap, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_rename_says_what_it_means_for_calls, setup, teardown),
        cmocka_unit_test_setup_teardown(a_stop_that_cuts_calls_says_so, setup, teardown),
        cmocka_unit_test_setup_teardown(a_wait_says_what_for, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
