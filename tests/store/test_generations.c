/* Goal: what is in force is numbered once, can be read back with its secrets by the holder of the
 * key alone, and its secrets stand nowhere in the files. */
#include "store/store_fixture.h"

static void the_same_has_one_number(void **state)
{
    struct fixture *f = *state;

    open_store(f);
    assert_int_equal(note(f, "one", "Be kind.", CANARY, NOW), 1);
    int before = sqlite3_total_changes(f->store->db);
    assert_int_equal(note(f, "one", "Be kind.", CANARY, NOW + 1), 1);
    assert_int_equal(sqlite3_total_changes(f->store->db), before);
    assert_int_equal(note(f, "one", "Be brief.", CANARY, NOW + 2), 2);
    assert_int_equal(note(f, "two", "Be kind.", CANARY, NOW + 2), 1);
    assert_int_equal(note(f, "one", "Be kind.", CANARY, NOW + 3), 3);
    assert_int_equal(note(f, "one", "Be kind.", CANARY "x", NOW + 4), 4);
    reopen(f);
    assert_int_equal(note(f, "one", "Be kind.", CANARY "x", NOW + 5), 4);
}

/* A digest that becomes known, a tag that is written differently: still the same containers. */
static void only_what_runs_makes_a_generation(void **state)
{
    struct fixture *f = *state;
    struct record_role r = {.role = ROLE_LLM, .image_ref = "a:1", .image_id = "sha256:1"};
    const struct record_env env = {"A", "b", false, NULL};
    unsigned number;

    open_store(f);
    OK(f, generation_note(f->store, "one", &r, 1, NULL, NOW, &number, &f->err));
    r.image_ref = "a:latest";
    r.image_digest = "a@sha256:2";
    OK(f, generation_note(f->store, "one", &r, 1, NULL, NOW, &number, &f->err));
    assert_int_equal(number, 1);
    r.settings_hash = "other";
    OK(f, generation_note(f->store, "one", &r, 1, NULL, NOW, &number, &f->err));
    assert_int_equal(number, 2);
    r.env = &env;
    r.n_env = 1;
    OK(f, generation_note(f->store, "one", &r, 1, NULL, NOW, &number, &f->err));
    assert_int_equal(number, 3);
    r.role = ROLE_TTS;
    OK(f, generation_note(f->store, "one", &r, 1, NULL, NOW, &number, &f->err));
    assert_int_equal(number, 4);
}

static void it_is_read_back_with_its_secrets(void **state)
{
    struct fixture *f = *state;
    struct generation g;

    open_store(f);
    note(f, "one", "Be kind.\nAlways.", CANARY, NOW);
    reopen(f);
    OK(f, generation_get(f->store, f->arena, "one", 1, &g, &f->err));
    assert_string_equal(g.agent_id, "one");
    assert_int_equal(g.number, 1);
    assert_int_equal(g.since_ms, NOW);
    assert_int_equal(g.good_ms, 0);
    assert_string_equal(g.cause, "a test");
    assert_int_equal(g.n_roles, 1);
    const struct record_role *r = generation_role(&g, ROLE_STS);
    assert_string_equal(r->image_ref, "avr-sts-deepgram:1.4");
    assert_string_equal(r->image_id, "sha256:0a1b");
    assert_null(r->image_digest);
    assert_string_equal(r->settings_hash, "5e77");
    assert_int_equal(r->n_env, 2);
    assert_string_equal(r->env[0].value, "Be kind.\nAlways.");
    assert_false(r->env[0].secret);
    assert_string_equal(r->env[0].origin, "provider \"Deepgram night\", data.db");
    assert_string_equal(r->env[1].name, "DEEPGRAM_API_KEY");
    assert_string_equal(r->env[1].value, CANARY);
    assert_true(r->env[1].secret);
    assert_null(generation_role(&g, ROLE_CORE));
    assert_int_equal(generation_get(f->store, f->arena, "one", 2, &g, &f->err), -1);
    assert_int_equal(f->err.code, ERR_NOT_FOUND);
}

/* Neither one that is marked, nor one that only looks like a secret; nor in the log before it is
 * written back, nor in what is left of a row that is gone. */
static void no_secret_stands_in_the_files(void **state)
{
    struct fixture *f = *state;
    const struct record_env env[] = {
        {"A_PASSWORD", CANARY "1", false, NULL},
        {"B_URL", "http://user:" CANARY "2@host", false, NULL},
        {"PLAIN", "plain-text-to-be-found", false, NULL},
        {"PLAIN_BUT_MARKED", CANARY "3", true, NULL},
    };
    const struct record_role r = {.role = ROLE_ASR, .env = env, .n_env = COUNT(env)};
    const struct store_keep nothing = {.changes_since_ms = INT64_MAX};
    unsigned number;
    struct generation g;

    open_store(f);
    OK(f, generation_note(f->store, "one", &r, 1, NULL, NOW, &number, &f->err));
    assert_true(is_in_files(f, "plain-text-to-be-found"));
    assert_false(is_in_files(f, "CANARY"));
    OK(f, generation_get(f->store, f->arena, "one", 1, &g, &f->err));
    for (size_t i = 0; i < COUNT(env); i++) {
        assert_string_equal(g.roles[0].env[i].value, env[i].value);
        assert_int_equal(g.roles[0].env[i].secret, i != 2);
    }
    reopen(f);
    assert_false(is_in_files(f, "CANARY"));
    OK(f, store_prune(f->store, &nothing, &f->err));
    assert_false(is_in_files(f, "CANARY"));
}

static void another_key_opens_nothing(void **state)
{
    struct fixture *f = *state;
    struct generation g;
    struct store *s;

    open_store(f);
    note(f, "one", "Be kind.", CANARY, NOW);
    OK(f, store_open(f->dir, &other_key, STORE_WRITE, NOW, &s, &f->err));
    OK(f, generation_get(s, f->arena, "one", 1, &g, &f->err));
    assert_string_equal(g.roles[0].env[0].value, "Be kind.");
    assert_null(g.roles[0].env[1].value);
    assert_true(g.roles[0].env[1].secret);
    store_close(s);
}

/* Whoever can write the file still cannot make one agent's key another one's. */
static void a_seal_moved_elsewhere_does_not_open(void **state)
{
    static const char *const moves[] = {
        "UPDATE generation_env SET name = 'AGENT_GREETING' WHERE name = 'DEEPGRAM_API_KEY'",
        "UPDATE generation_env SET role = 'llm'; UPDATE generation_role SET role = 'llm'",
        ("UPDATE generation SET agent_id = 'two'; UPDATE generation_role SET agent_id = 'two';"
         " UPDATE generation_env SET agent_id = 'two'"),
        "UPDATE generation_env SET value = x'00' WHERE name = 'DEEPGRAM_API_KEY'",
    };
    struct fixture *f = *state;
    struct generation g;

    for (size_t i = 0; i < COUNT(moves); i++) {
        store_close(f->store);
        f->store = NULL;
        unlink(path_in(f, "state.db"));
        open_store(f);
        note(f, "one", "Be kind.", CANARY, NOW);
        OK(f, store_exec(f->store, moves[i], &f->err));
        OK(f, generation_get(f->store, f->arena, i == 2 ? "two" : "one", 1, &g, &f->err));
        for (size_t k = 0; k < g.roles[0].n_env; k++)
            assert_int_equal(g.roles[0].env[k].value == NULL, g.roles[0].env[k].secret);
    }
}

static void lists_are_newest_first_without_values(void **state)
{
    struct fixture *f = *state;
    struct generations list;

    open_store(f);
    note(f, "one", "a", CANARY, NOW);
    note(f, "one", "b", CANARY, NOW + 1);
    note(f, "one", "c", CANARY, NOW + 2);
    note(f, "two", "c", CANARY, NOW + 2);
    OK(f, generation_list(f->store, f->arena, "one", 2, &list, &f->err));
    assert_int_equal(list.n, 2);
    assert_int_equal(list.items[0].number, 3);
    assert_int_equal(list.items[1].number, 2);
    assert_string_equal(list.items[0].roles[0].image_ref, "avr-sts-deepgram:1.4");
    assert_int_equal(list.items[0].roles[0].n_env, 0);
}

static void the_last_good_one_is_known(void **state)
{
    struct fixture *f = *state;
    struct generation g;
    unsigned number = 9;

    open_store(f);
    OK(f, generation_last_good(f->store, "one", &number, &f->err));
    assert_int_equal(number, 0);
    note(f, "one", "a", CANARY, NOW);
    note(f, "one", "b", CANARY, NOW);
    note(f, "one", "c", CANARY, NOW);
    OK(f, generation_mark_good(f->store, "one", 1, NOW + 10, &f->err));
    OK(f, generation_mark_good(f->store, "one", 2, NOW + 20, &f->err));
    OK(f, generation_mark_good(f->store, "one", 2, NOW + 30, &f->err));
    OK(f, generation_mark_good(f->store, "one", 7, NOW + 30, &f->err));
    OK(f, generation_last_good(f->store, "one", &number, &f->err));
    assert_int_equal(number, 2);
    OK(f, generation_get(f->store, f->arena, "one", 2, &g, &f->err));
    assert_int_equal(g.good_ms, NOW + 20);
}

static void too_much_is_refused(void **state)
{
    struct fixture *f = *state;
    char *huge = arena_alloc(f->arena, 2 * 1024 * 1024 + 1);
    const struct record_env env = {"A", huge, false, NULL};
    const struct record_role r = {.role = ROLE_ASR, .env = &env, .n_env = 1};
    unsigned number;

    memset(huge, 'x', 2 * 1024 * 1024);
    open_store(f);
    assert_int_equal(generation_note(f->store, "one", &r, 1, NULL, NOW, &number, &f->err), -1);
    assert_int_equal(f->err.code, ERR_INVALID);
    assert_true(store_is_news(f->store));
    OK(f, generation_list(f->store, f->arena, "one", 2, &(struct generations){0}, &f->err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_same_has_one_number),
        TEST(only_what_runs_makes_a_generation),
        TEST(it_is_read_back_with_its_secrets),
        TEST(no_secret_stands_in_the_files),
        TEST(another_key_opens_nothing),
        TEST(a_seal_moved_elsewhere_does_not_open),
        TEST(lists_are_newest_first_without_values),
        TEST(the_last_good_one_is_known),
        TEST(too_much_is_refused),
    };
    return cmocka_run_group_tests_name("generations", tests, NULL, NULL);
}
