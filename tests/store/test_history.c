/* Goal: a change is read back as it was written, newest first, page by page; and its texts can
 * neither grow without bound nor break the lines they stand in. */
#include "store/store_fixture.h"

static const char *const drifts[] = {"env AGENT_PROMPT  Be kind. → Be brief.", "two\nlines"};

static const struct change whole = {
    .agent_id = "7d1c0a52",
    .agent_name = "Night desk",
    .roles = ROLE_BIT(ROLE_STS) | ROLE_BIT(ROLE_CORE),
    .began_ms = NOW,
    .cause = "provider \"Deepgram night\" changed",
    .drifts = drifts,
    .n_drifts = 2,
    .from = 3,
    .to = 4,
};

static void a_change_is_read_back(void **state)
{
    struct fixture *f = *state;
    int64_t id = 0;

    open_store(f);
    OK(f, history_add(f->store, &whole, &id, &f->err));
    reopen(f);
    struct changes list = list_changes(f, NULL);
    assert_int_equal(list.n, 1);
    const struct change *c = &list.items[0];
    assert_int_equal(c->id, id);
    assert_string_equal(c->agent_id, "7d1c0a52");
    assert_string_equal(c->agent_name, "Night desk");
    assert_int_equal(c->roles, whole.roles);
    assert_int_equal(c->began_ms, NOW);
    assert_int_equal(c->ended_ms, 0);
    assert_string_equal(c->cause, whole.cause);
    assert_int_equal(c->result, CHANGE_UNDERWAY);
    assert_null(c->failure);
    assert_int_equal(c->n_drifts, 2);
    assert_string_equal(c->drifts[0], drifts[0]);
    assert_string_equal(c->drifts[1], "two\\nlines");
    assert_int_equal(c->n_log, 0);
    assert_int_equal(c->from, 3);
    assert_int_equal(c->to, 4);
}

static void its_end_is_written_over_it(void **state)
{
    struct fixture *f = *state;
    const char *log[30];
    struct change c = whole;

    for (size_t i = 0; i < COUNT(log); i++)
        log[i] = arena_printf(f->arena, "line %zu", i);
    open_store(f);
    for (int result = 0; result < CHANGE__N; result++) {
        OK(f, history_add(f->store, &whole, &c.id, &f->err));
        c.result = (enum change_result)result;
        c.ended_ms = NOW + 5000;
        c.failure = "exited with 1";
        c.log = log;
        c.n_log = COUNT(log);
        c.calls_waited = 2;
        c.waited_ms = 4000;
        OK(f, history_update(f->store, &c, &f->err));
        struct changes list = list_changes(f, whole.agent_id);
        assert_int_equal(list.n, (size_t)result + 1);
        assert_int_equal(list.items[0].result, result);
    }
    const struct change *read = &list_changes(f, whole.agent_id).items[0];
    assert_string_equal(read->failure, "exited with 1");
    assert_int_equal(read->ended_ms, NOW + 5000);
    assert_int_equal(read->n_log, 20);
    assert_string_equal(read->log[0], "line 10");
    assert_string_equal(read->log[19], "line 29");
    assert_int_equal(read->calls_waited, 2);
    assert_int_equal(read->waited_ms, 4000);
}

static void pages_follow_one_another(void **state)
{
    struct fixture *f = *state;
    struct history_query q = {.agent_id = "one", .limit = 2};
    struct changes page;
    int64_t last = INT64_MAX;
    size_t seen = 0;

    open_store(f);
    for (int i = 0; i < 10; i++)
        add_change(f, i % 2 ? "one" : "two", NOW + i);
    do {
        OK(f, history_list(f->store, f->arena, &q, &page, &f->err));
        for (size_t i = 0; i < page.n; i++, seen++) {
            assert_string_equal(page.items[i].agent_id, "one");
            assert_true(page.items[i].id < last);
            last = q.before_id = page.items[i].id;
        }
    } while (page.n == q.limit);
    assert_int_equal(seen, 5);
}

static void what_was_cut_short_is_interrupted(void **state)
{
    struct fixture *f = *state;
    struct change c = whole;

    open_store(f);
    add_change(f, "one", NOW);
    c.result = CHANGE_HELD;
    OK(f, history_add(f->store, &c, &c.id, &f->err));
    OK(f, history_interrupt(f->store, NOW + 9, &f->err));
    assert_int_equal(list_changes(f, "one").items[0].result, CHANGE_INTERRUPTED);
    assert_int_equal(list_changes(f, "one").items[0].ended_ms, NOW + 9);
    assert_int_equal(list_changes(f, whole.agent_id).items[0].result, CHANGE_HELD);
}

static void agents_are_known_by_their_last_name(void **state)
{
    struct fixture *f = *state;
    struct known_agents known;
    struct change c = whole;

    open_store(f);
    OK(f, history_add(f->store, &c, &c.id, &f->err));
    c.agent_name = "Day desk";
    OK(f, history_add(f->store, &c, &c.id, &f->err));
    note(f, "aa", "Be kind.", CANARY, NOW);
    OK(f, history_agents(f->store, f->arena, &known, &f->err));
    assert_int_equal(known.n, 2);
    assert_string_equal(known.items[0].id, "7d1c0a52");
    assert_string_equal(known.items[0].name, "Day desk");
    assert_string_equal(known.items[1].id, "aa");
    assert_null(known.items[1].name);
}

/* Cut within a character, a text would not be UTF-8 any more. */
static void texts_are_bounded_and_visible(void **state)
{
    struct fixture *f = *state;
    struct text longest = {.arena = f->arena};
    struct change c = {.agent_id = "one", .failure = "\x1b[2Jno"};
    const char **many = arena_alloc(f->arena, 1000 * sizeof *many);

    for (int i = 0; i < 3000; i++)
        text_add(&longest, "è");
    for (size_t i = 0; i < 1000; i++)
        many[i] = text_str(&longest);
    c.cause = text_str(&longest);
    c.drifts = many;
    c.n_drifts = 1000;
    open_store(f);
    OK(f, history_add(f->store, &c, &c.id, &f->err));
    const struct change *read = &list_changes(f, "one").items[0];
    assert_string_equal(read->failure, "\\x1b[2Jno");
    assert_in_range(strlen(read->cause), 490, 500);
    assert_true(text_is_utf8(read->cause, strlen(read->cause)));
    assert_true(text_ends(read->cause, "…"));
    assert_int_equal(read->n_drifts, 200);
    assert_in_range(strlen(read->drifts[0]), 990, 1000);
    assert_false(is_in_files(f, "\x1b"
                                "[2J"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_change_is_read_back),
        TEST(its_end_is_written_over_it),
        TEST(pages_follow_one_another),
        TEST(what_was_cut_short_is_interrupted),
        TEST(agents_are_known_by_their_last_name),
        TEST(texts_are_bounded_and_visible),
    };
    return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
