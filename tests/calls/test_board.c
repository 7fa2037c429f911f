/* Goal: the board knows which calls are live from events that may be late, doubled or lost; it is
 * bounded, and a live call is the last thing it forgets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "calls/board.h"

enum { MINUTE = 60000, HOUR = 60 * MINUTE };

static struct board *board;
static struct arena *a;
static int64_t now;

static int set_up(void **state)
{
    (void)state;
    board = board_new();
    a = arena_new();
    now = 1000000;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    board_free(board);
    arena_free(a);
    return 0;
}

static const struct board_call *hear(const char *uuid, enum call_event_kind kind)
{
    now += 1000;
    return board_hear(board,
                      &(struct call_event){.uuid = uuid,
                                           .kind = kind,
                                           .type = call_event_text[kind],
                                           .timestamp = "",
                                           .agent_id = "a1",
                                           .role = "assistant"},
                      now);
}

static struct heard heard(void)
{
    struct heard h;

    board_heard(board, a, &h);
    return h;
}

static void a_call_from_its_beginning_to_its_end(void **state)
{
    (void)state;
    const struct board_call *c = hear("u", CALL_EVENT_INITIATED);
    assert_int_equal(c->state, CALL_INITIATED);
    assert_int_equal(heard().calls[0].row.started_ms, 0);
    assert_int_equal(heard().calls[0].row.initiated_ms, now);
    hear("u", CALL_EVENT_STARTED);
    assert_int_equal(c->state, CALL_STARTED);
    assert_int_equal(heard().calls[0].row.started_ms, now);
    hear("u", CALL_EVENT_TRANSCRIPTION);
    assert_int_equal(c->spoke_ms, now);
    hear("u", CALL_EVENT_TRANSCRIPTION);
    assert_int_equal(c->spoke_ms, now - 1000);
    hear("u", CALL_EVENT_ERROR);
    assert_int_equal(c->errors, 1);
    assert_int_equal(c->last, CALL_EVENT_ERROR);
    board_sent_to(board, "u", "box-1", false);
    assert_string_equal(heard().calls[0].box_id, "box-1");
    hear("u", CALL_EVENT_ENDED);
    assert_int_equal(c->ended_ms, now);
    assert_int_equal(heard().n_calls, 0);
    assert_int_equal(heard().n_agents, 1);
    assert_int_equal(heard().agents[0].since_ms, 1001000);
}

static void the_caller_is_not_the_agent(void **state)
{
    struct call_event e = {
        .uuid = "u", .kind = CALL_EVENT_TRANSCRIPTION, .type = "transcription", .role = "user"};

    (void)state;
    assert_int_equal(board_hear(board, &e, now)->spoke_ms, 0);
}

static void an_end_is_an_end(void **state)
{
    (void)state;
    hear("u", CALL_EVENT_STARTED);
    hear("u", CALL_EVENT_ENDED);
    const struct board_call *c = hear("u", CALL_EVENT_TRANSCRIPTION);
    assert_int_equal(c->state, CALL_ENDED);
    assert_int_equal(c->ended_ms, now - 1000);
    hear("v", CALL_EVENT_ENDED); /* all else of it was lost, or comes later */
    assert_int_equal(hear("v", CALL_EVENT_STARTED)->state, CALL_ENDED);
    assert_int_equal(heard().n_calls, 0);
}

/* Its beginning was before ours, or lost: it is live, and nobody knows since when. */
static void a_call_in_the_middle(void **state)
{
    (void)state;
    hear("u", CALL_EVENT_DIGIT);
    struct heard h = heard();
    assert_int_equal(h.n_calls, 1);
    assert_int_equal(h.calls[0].row.started_ms, 0);
    assert_int_equal(h.calls[0].row.initiated_ms, 0);
    hear("v", CALL_EVENT_INITIATED);
    hear("v", CALL_EVENT_INTERRUPTION); /* so it has started */
    assert_int_equal(heard().calls[1].row.started_ms, now - 1000);
}

static void whose_it_is_may_be_told_later(void **state)
{
    struct call_event e = {.uuid = "u", .kind = CALL_EVENT_STARTED, .type = "", .role = ""};

    (void)state;
    board_hear(board, &e, now);
    assert_null(heard().calls[0].row.agent_id);
    assert_int_equal(heard().n_agents, 0);
    hear("u", CALL_EVENT_DIGIT);
    assert_string_equal(heard().calls[0].row.agent_id, "a1");
}

static void count_gone(void *ctx, const struct board_call *c)
{
    assert_string_equal(c->uuid, "lost");
    ++*(int *)ctx;
}

static void prune(int64_t at_ms, int *gone)
{
    board_prune(board, at_ms, &(struct board_terms){2 * HOUR, count_gone, NULL, gone});
}

static void what_is_over_is_forgotten(void **state)
{
    int gone = 0;

    (void)state;
    hear("lost", CALL_EVENT_STARTED);
    hear("over", CALL_EVENT_ENDED);
    prune(now + BOARD_ENDED_MS, &gone);
    assert_int_equal(board_size(board), 2);
    prune(now + BOARD_ENDED_MS + 1, &gone);
    assert_null(board_find(board, "over"));
    now += HOUR;
    hear("lost", CALL_EVENT_DIGIT); /* it is alive after all */
    prune(now + 2 * HOUR, &gone);
    assert_non_null(board_find(board, "lost"));
    assert_int_equal(gone, 0);
    prune(now + 2 * HOUR + 1, &gone);
    assert_int_equal(gone, 1);
    assert_int_equal(board_size(board), 0);
}

/* --- calls on trial -------------------------------------------------------------------------- */

static bool is_box_1(void *ctx, const struct board_call *c)
{
    (void)ctx;
    return strcmp(c->box_id, "box-1") == 0;
}

static void call_on(const char *uuid, const char *box_id, bool on_trial)
{
    hear(uuid, CALL_EVENT_INITIATED);
    board_sent_to(board, uuid, box_id, on_trial);
    hear(uuid, CALL_EVENT_STARTED);
}

static void what_a_candidate_is_judged_by(void **state)
{
    (void)state;
    call_on("t", "box-1", true);
    hear("t", CALL_EVENT_TRANSCRIPTION);
    hear("t", CALL_EVENT_ERROR);
    hear("t", CALL_EVENT_ENDED);
    call_on("u", "box-2", false);
    struct heard h = heard();
    assert_true(h.listens);
    assert_int_equal(h.n_trials, 1);
    assert_string_equal(h.trials[0].box_id, "box-1");
    const struct canary_call *c = &h.trials[0].call;
    assert_int_equal(c->ended_ms, board_find(board, "t")->ended_ms);
    assert_int_equal(c->spoke_ms, c->started_ms + 1000);
    assert_int_equal(c->ended_ms, c->started_ms + 3000);
    assert_int_equal(c->errors, 1);
}

static void it_is_kept_as_long_as_it_is_judged(void **state)
{
    struct board_terms terms = {.max_age_ms = 2 * HOUR, .is_judged = is_box_1};

    (void)state;
    call_on("on-1", "box-1", true);
    call_on("on-2", "box-2", true);
    call_on("served", "box-1", false); /* before its box was a candidate, or after */
    hear("on-1", CALL_EVENT_ENDED);
    hear("on-2", CALL_EVENT_ENDED);
    hear("served", CALL_EVENT_ENDED);
    board_prune(board, now + HOUR, &terms);
    assert_int_equal(board_size(board), 1);
    assert_non_null(board_find(board, "on-1"));
    terms.is_judged = NULL;
    board_prune(board, now + HOUR, &terms);
    assert_int_equal(board_size(board), 0);
}

static void an_agent_asks_once_a_call_of_it_was_sent(void **state)
{
    (void)state;
    hear("u", CALL_EVENT_INITIATED);
    assert_false(heard().agents[0].asks);
    board_sent_to(board, "u", NULL, false); /* it asked, and the name had to do */
    assert_true(heard().agents[0].asks);
    assert_null(heard().calls[0].box_id);
    board_sent_to(board, "u", "box-1", true);
    board_sent_to(board, "u", NULL, false); /* asked once more: it may have obeyed already */
    assert_string_equal(heard().calls[0].box_id, "box-1");
    assert_int_equal(heard().n_trials, 1);
    board_sent_to(board, "unheard", "box-1", false);
    assert_int_equal(board_size(board), 1);
}

static void a_wordless_call(int i, bool on_trial)
{
    const char *uuid = arena_printf(a, "wordless-%d", i);

    call_on(uuid, "box-1", on_trial);
    now += CANARY_SILENT_MS;
    hear(uuid, CALL_EVENT_ENDED);
}

static void whether_calls_have_transcripts(void **state)
{
    (void)state;
    for (int i = 0; i < CANARY_EARLIER; i++) {
        a_wordless_call(i, false);
        a_wordless_call(-i - 1, true); /* of these that is the question */
        hear("short", CALL_EVENT_STARTED);
        hear("short", CALL_EVENT_ENDED);
        assert_int_equal(heard().agents[0].earlier.speech,
                         i < CANARY_EARLIER - 1 ? SPEECH_UNKNOWN : SPEECH_NONE);
    }
    hear("u", CALL_EVENT_TRANSCRIPTION);
    assert_int_equal(heard().agents[0].earlier.speech, SPEECH_HEARD);
}

static const char *name(const char *kind, int i)
{
    return arena_printf(a, "%s-%05d", kind, i);
}

static void a_full_board_forgets_what_ended_first(void **state)
{
    (void)state;
    hear("live", CALL_EVENT_STARTED);
    for (int i = 0; i < BOARD_CALLS - 1; i++)
        hear(name("over", i), CALL_EVENT_ENDED);
    int64_t since_ms = heard().agents[0].since_ms;
    hear("new", CALL_EVENT_STARTED);
    assert_int_equal(board_size(board), BOARD_CALLS);
    assert_null(board_find(board, name("over", 0)));
    assert_non_null(board_find(board, name("over", 1)));
    assert_non_null(board_find(board, "live"));
    assert_int_equal(heard().agents[0].since_ms, since_ms);
}

/* With nothing but live calls one of them must go: from then on nobody can say that there is no
 * call because none was heard of. */
static void a_trial_is_missed_more(void **state)
{
    (void)state;
    call_on("trial", "box-1", true);
    hear("trial", CALL_EVENT_ENDED);
    for (int i = 0; i < BOARD_CALLS; i++)
        hear(name("over", i), CALL_EVENT_ENDED);
    assert_null(board_find(board, name("over", 0)));
    assert_non_null(board_find(board, "trial"));
}

static void whoever_forgets_a_live_call_says_so(void **state)
{
    (void)state;
    for (int i = 0; i < BOARD_CALLS; i++)
        hear(name("live", i), CALL_EVENT_STARTED);
    assert_int_equal(heard().agents[0].since_ms, 1001000);
    hear("new", CALL_EVENT_STARTED);
    assert_int_equal(heard().n_calls, BOARD_CALLS);
    assert_null(board_find(board, name("live", 0)));
    assert_non_null(board_find(board, "new"));
    assert_int_equal(heard().agents[0].since_ms, now);
}

static void agents_are_bounded(void **state)
{
    (void)state;
    for (int i = 0; i < BOARD_AGENTS + 1; i++)
        board_hear(
            board,
            &(struct call_event){
                .uuid = "u", .kind = CALL_EVENT_DIGIT, .agent_id = name("agent", i), .role = ""},
            now + i);
    struct heard h = heard();
    assert_int_equal(h.n_agents, BOARD_AGENTS);
    for (size_t i = 0; i < h.n_agents; i++)
        assert_string_not_equal(h.agents[i].id, "agent-00000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_call_from_its_beginning_to_its_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_caller_is_not_the_agent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_end_is_an_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_call_in_the_middle, set_up, tear_down),
        cmocka_unit_test_setup_teardown(whose_it_is_may_be_told_later, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_over_is_forgotten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_candidate_is_judged_by, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_is_kept_as_long_as_it_is_judged, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_agent_asks_once_a_call_of_it_was_sent, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(whether_calls_have_transcripts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_trial_is_missed_more, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_board_forgets_what_ended_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(whoever_forgets_a_live_call_says_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(agents_are_bounded, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("board", tests, NULL, NULL);
}
