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
    board_sent_to(board, "u", "box-1");
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

static void what_is_over_is_forgotten(void **state)
{
    int gone = 0;

    (void)state;
    hear("lost", CALL_EVENT_STARTED);
    hear("over", CALL_EVENT_ENDED);
    board_prune(board, now + BOARD_ENDED_MS, 2 * HOUR, count_gone, &gone);
    assert_int_equal(board_size(board), 2);
    board_prune(board, now + BOARD_ENDED_MS + 1, 2 * HOUR, count_gone, &gone);
    assert_null(board_find(board, "over"));
    now += HOUR;
    hear("lost", CALL_EVENT_DIGIT); /* it is alive after all */
    board_prune(board, now + 2 * HOUR, 2 * HOUR, count_gone, &gone);
    assert_non_null(board_find(board, "lost"));
    assert_int_equal(gone, 0);
    board_prune(board, now + 2 * HOUR + 1, 2 * HOUR, count_gone, &gone);
    assert_int_equal(gone, 1);
    assert_int_equal(board_size(board), 0);
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
        cmocka_unit_test_setup_teardown(a_full_board_forgets_what_ended_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(whoever_forgets_a_live_call_says_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(agents_are_bounded, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("board", tests, NULL, NULL);
}
