/* Goal: what the witnesses say of calls, and what follows from it.  Unknown counts as busy. */
#include "core/material.h"

#include "core/gate.h"

enum { NOW = 100000000, HOUR = 3600000, MINUTE = 60000 };

static const struct agent agent = {
    .id = "a1", .drain = {.timeout_s = 300, .max_call_age_s = 7200, .on_timeout = ON_TIMEOUT_WAIT}};

static const struct call_row none = {0};
static const struct call_row ours = {.agent_id = "a1", .started_ms = NOW - MINUTE};
static const struct call_row older = {.agent_id = "a1", .started_ms = NOW - HOUR};
static const struct call_row ancient = {.agent_id = "a1", .started_ms = NOW - 3 * HOUR};
static const struct call_row another = {.agent_id = "b2", .started_ms = NOW - MINUTE};
static const struct call_row nobody = {.started_ms = NOW - MINUTE};
static const struct call_row timeless = {.agent_id = "a1"};
static const struct call_row ringing = {.agent_id = "a1", .initiated_ms = NOW - 4000};
static const struct call_row rang_long_ago = {.agent_id = "a1", .initiated_ms = NOW - 12000};

enum { NO_ROWS = 1, NO_SOCKETS = 2 };
static const struct {
    const char *what;
    const struct call_row *rows[2];
    int sockets;
    unsigned without;
    enum role role;
    const char *name;
    int64_t quiet_ms, until_ms;
    int n, lost;
    int64_t oldest_ms;
    bool witness;
} said[] = {
    {"nothing", {&none}, 0, 0, ROLE_STS, "n", 0, 0, 0, 0, 0, true},
    {"a row", {&ours}, 0, 0, ROLE_STS, "n", 0, 0, 1, 0, NOW - MINUTE, true},
    {"two rows", {&ours, &older}, 0, 0, ROLE_STS, "n", 0, 0, 2, 0, NOW - HOUR, true},
    {"a row and its connection", {&ours}, 1, 0, ROLE_STS, "n", 0, 0, 1, 0, NOW - MINUTE, true},
    {"more connections", {&ours}, 3, 0, ROLE_STS, "n", 0, 0, 3, 0, NOW - MINUTE, true},
    {"another agent's", {&another}, 0, 0, ROLE_STS, "n", 0, 0, 0, 0, 0, true},
    {"nobody's", {&nobody}, 0, 0, ROLE_STS, "n", 0, 0, 0, 0, 0, true},
    {"too old to be a call", {&ancient}, 0, 0, ROLE_STS, "n", 0, 0, 0, 0, 0, true},
    {"a row without times", {&timeless}, 0, 0, ROLE_CORE, "n", 0, 5, 1, 0, 0, true},
    {"not begun", {&ringing}, 0, 0, ROLE_CORE, "n", 0, 0, 1, 0, NOW - 4000, true},
    {"began after it lost its name",
     {&ours},
     0,
     0,
     ROLE_STS,
     "n",
     0,
     NOW - 2 * MINUTE,
     0,
     0,
     0,
     true},
    {"began before that", {&ours}, 0, 0, ROLE_STS, "n", 0, NOW, 1, 0, NOW - MINUTE, true},
    {"sockets not to be read now", {&none}, -1, 0, ROLE_STS, "n", 0, 0, -1, 0, 0, true},
    {"rows do not make up for it", {&ours}, -1, 0, ROLE_STS, "n", 0, 0, -1, 0, NOW - MINUTE, true},
    {"quiet for a minute", {&ours}, 0, 0, ROLE_STS, "n", NOW - MINUTE, 0, 1, 0, NOW - MINUTE, true},
    {"a lost end", {&older}, 0, 0, ROLE_STS, "n", NOW - 2 * MINUTE, 0, 0, 1, 0, true},
    {"rows alone", {&ours}, -1, NO_SOCKETS, ROLE_STS, "n", 0, 0, 1, 0, NOW - MINUTE, true},
    {"sockets alone", {&ours}, 1, NO_ROWS, ROLE_STS, "n", 0, 0, 1, 0, 0, true},
    {"no witness at all", {&ours}, -1, NO_ROWS | NO_SOCKETS, ROLE_STS, "n", 0, 0, -1, 0, 0, false},
    {"of an llm who dials it tells", {&ours}, -1, NO_SOCKETS, ROLE_LLM, "n", 0, 0, 0, 0, 0, true},
    {"its connections do", {&ours}, 2, 0, ROLE_LLM, "n", 0, 0, 2, 0, 0, true},
    {"nor of a failed candidate",
     {&ours},
     0,
     0,
     ROLE_STS,
     "avrd-failed-000000000001",
     0,
     0,
     0,
     0,
     0,
     true},
    {"unless there is nothing else",
     {&ours},
     0,
     NO_SOCKETS,
     ROLE_STS,
     "avrd-failed-000000000001",
     0,
     0,
     1,
     0,
     NOW - MINUTE,
     true},
    {"a drain's rows count",
     {&ours},
     0,
     0,
     ROLE_STS,
     "avrd-drain-000000000001",
     0,
     0,
     1,
     0,
     NOW - MINUTE,
     true},
};

static void what_the_witnesses_say(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_OF(said); i++) {
        struct call_row rows[2];
        struct box b = {
            .name = said[i].name, .sockets = said[i].sockets, .quiet_ms = said[i].quiet_ms};
        struct observed o = {.now_ms = NOW,
                             .calls = rows,
                             .calls_known = !(said[i].without & NO_ROWS),
                             .sockets_known = !(said[i].without & NO_SOCKETS)};
        for (size_t k = 0; k < 2 && said[i].rows[k]; k++)
            rows[o.n_calls++] = *said[i].rows[k];
        struct calls calls = calls_on(&agent, said[i].role, &b, &o, said[i].until_ms);
        if (calls.n != said[i].n || calls.lost != said[i].lost ||
            calls.oldest_ms != said[i].oldest_ms || calls.witness != said[i].witness)
            fail_msg("%s: %d calls, %d lost, oldest %lld, witness %d", said[i].what, calls.n,
                     calls.lost, (long long)calls.oldest_ms, calls.witness);
    }
}

static void what_people_are_told(void **state)
{
    struct call_row rows[] = {ours, another, older};
    struct observed o = {.now_ms = NOW, .calls = rows, .n_calls = 3, .calls_known = true};

    (void)state;
    struct calls calls = calls_of(&agent, &o);
    assert_int_equal(calls.n, 2);
    assert_int_equal(calls.oldest_ms, NOW - HOUR);
    o.calls_known = false;
    assert_int_equal(calls_of(&agent, &o).n, -1);
}

static void a_lost_end_is_told_with_its_beginning(void **state)
{
    struct call_row rows[] = {ours, older};
    struct box b = {.name = "n", .quiet_ms = NOW - MINUTE};
    struct observed o = {
        .now_ms = NOW, .calls = rows, .n_calls = 2, .calls_known = true, .sockets_known = true};

    (void)state;
    struct calls calls = calls_on(&agent, ROLE_STS, &b, &o, 0);
    assert_int_equal(calls.n, 2);
    assert_int_equal(calls.quiet_ms, NOW - MINUTE);
    assert_int_equal(calls.lost, 0);
    b.quiet_ms = NOW - 2 * MINUTE;
    calls = calls_on(&agent, ROLE_STS, &b, &o, 0);
    assert_int_equal(calls.lost, 2);
    assert_int_equal(calls.lost_ms, NOW - HOUR);
    assert_int_equal(calls.quiet_ms, 0);
}

/* What is too old to be a call is told apart, and whether anybody saw a connection at all. */
static void people_are_told_of_lost_ends(void **state)
{
    struct call_row rows[] = {ours, ancient, another};
    struct box boxes[] = {
        {.name = "sts", .state = BOX_RUNNING, .sockets = 0, .quiet_ms = NOW},
        {.name = "core", .state = BOX_RUNNING, .sockets = -1},
    };
    struct observed o = {.now_ms = NOW,
                         .boxes = boxes,
                         .n_boxes = 2,
                         .calls = rows,
                         .n_calls = 3,
                         .calls_known = true,
                         .sockets_known = true};

    (void)state;
    struct calls calls = calls_of(&agent, &o);
    assert_int_equal(calls.n, 1);
    assert_int_equal(calls.lost, 1);
    assert_int_equal(calls.lost_ms, ancient.started_ms);
    assert_int_equal(calls.quiet_ms, NOW);
    boxes[1].sockets = 1; /* the call is on core */
    assert_int_equal(calls_of(&agent, &o).quiet_ms, 0);
    boxes[0].sockets = boxes[1].sockets = -1; /* nobody counted */
    assert_int_equal(calls_of(&agent, &o).quiet_ms, 0);
    boxes[0].sockets = 0;
    o.sockets_known = false;
    assert_int_equal(calls_of(&agent, &o).quiet_ms, 0);
}

/* --- what core told of by webhook ------------------------------------------------------------ */

static const struct box drained = {.id = "box-1", .name = "avrd-drain-000000000001"};
static const struct box candidate = {.id = "box-2", .name = "avrd-next-000000000002"};

enum { LONG_AGO = 10 * HOUR };
static const struct {
    const char *what;
    const struct box *box;
    struct heard_call call; /* uuid NULL: none */
    int64_t listened_ms;    /* 0: never */
    int sockets;            /* of the box */
    int64_t quiet_ms;       /* likewise */
    struct call_row row;    /* in the database; uuid NULL: none */
    unsigned without;
    int64_t until_ms;
    int n, lost;
    bool witness;
} heard_cases[] = {
    {"a call that only the webhook shows",
     &drained,
     {{"u", "a1", NOW - MINUTE, 0}, NULL},
     HOUR,
     0,
     0,
     {0},
     0,
     0,
     1,
     0,
     true},
    {"the same call in the database counts once",
     &drained,
     {{"u", "a1", NOW - MINUTE, 0}, NULL},
     HOUR,
     0,
     0,
     {"u", "a1", NOW - MINUTE, 0},
     0,
     0,
     1,
     0,
     true},
    {"another call does not",
     &drained,
     {{"u", "a1", NOW - MINUTE, 0}, NULL},
     HOUR,
     0,
     0,
     {"v", "a1", NOW - MINUTE, 0},
     0,
     0,
     2,
     0,
     true},
    {"it is its own connection",
     &drained,
     {{"u", "a1", NOW, 0}, NULL},
     HOUR,
     1,
     0,
     {0},
     0,
     0,
     1,
     0,
     true},
    {"a lost end: no connection for minutes",
     &drained,
     {{"u", "a1", NOW - HOUR, 0}, NULL},
     HOUR,
     0,
     NOW - 2 * MINUTE,
     {0},
     0,
     0,
     0,
     1,
     true},
    {"too old to be a call",
     &drained,
     {{"u", "a1", NOW - 3 * HOUR, 0}, NULL},
     HOUR,
     0,
     0,
     {0},
     0,
     0,
     0,
     0,
     true},
    {"another agent's", &drained, {{"u", "b2", NOW, 0}, NULL}, HOUR, 0, 0, {0}, 0, 0, 0, 0, true},
    {"began after it lost its name",
     &drained,
     {{"u", "a1", NOW, 0}, NULL},
     HOUR,
     0,
     0,
     {0},
     0,
     NOW - MINUTE,
     0,
     0,
     true},
    {"but was sent to it",
     &drained,
     {{"u", "a1", NOW, 0}, "box-1"},
     HOUR,
     0,
     0,
     {0},
     0,
     NOW - MINUTE,
     1,
     0,
     true},
    {"nobody knows when it began",
     &drained,
     {{"u", "a1", 0, 0}, NULL},
     HOUR,
     0,
     0,
     {0},
     0,
     NOW - MINUTE,
     1,
     0,
     true},
    {"a candidate has no calls by name",
     &candidate,
     {{"u", "a1", NOW, 0}, NULL},
     HOUR,
     0,
     0,
     {0},
     0,
     0,
     0,
     0,
     true},
    {"but those sent to it",
     &candidate,
     {{"u", "a1", NOW, 0}, "box-2"},
     HOUR,
     0,
     0,
     {"u", "a1", NOW, 0},
     0,
     0,
     1,
     0,
     true},
    {"being set up is no lost end",
     &drained,
     {{"u", "a1", 0, NOW - 4000}, NULL},
     HOUR,
     0,
     NOW - HOUR,
     {0},
     0,
     0,
     1,
     0,
     true},
    {"no webhook was ever received: no witness",
     &drained,
     {{.uuid = NULL}, NULL},
     0,
     -1,
     0,
     {0},
     NO_ROWS | NO_SOCKETS,
     0,
     -1,
     0,
     false},
    {"listened to for too short a time to know that there is none",
     &drained,
     {{.uuid = NULL}, NULL},
     HOUR,
     -1,
     0,
     {0},
     NO_ROWS | NO_SOCKETS,
     0,
     -1,
     0,
     false},
    {"but a call that was heard is one",
     &drained,
     {{"u", "a1", NOW - MINUTE, 0}, NULL},
     HOUR,
     -1,
     0,
     {0},
     NO_ROWS | NO_SOCKETS,
     0,
     1,
     0,
     true},
    {"listened to for longer than any call lasts",
     &drained,
     {{.uuid = NULL}, NULL},
     LONG_AGO,
     -1,
     0,
     {0},
     NO_ROWS | NO_SOCKETS,
     0,
     0,
     0,
     true},
};

static struct heard_agent heard_since(int64_t since_ms)
{
    return (struct heard_agent){.id = "a1", .since_ms = since_ms};
}

static struct heard heard_of(const struct heard_call *calls, size_t n,
                             const struct heard_agent *agents, size_t n_agents)
{
    return (struct heard){.calls = calls, .n_calls = n, .agents = agents, .n_agents = n_agents};
}

static void what_webhooks_add(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_OF(heard_cases); i++) {
        struct heard_agent listened = heard_since(NOW - heard_cases[i].listened_ms);
        struct box b = *heard_cases[i].box;
        b.sockets = heard_cases[i].sockets;
        b.quiet_ms = heard_cases[i].quiet_ms;
        struct observed o = {.now_ms = NOW,
                             .calls = &heard_cases[i].row,
                             .n_calls = heard_cases[i].row.uuid ? 1 : 0,
                             .heard = heard_of(&heard_cases[i].call,
                                               heard_cases[i].call.row.uuid ? 1 : 0, &listened,
                                               heard_cases[i].listened_ms ? 1 : 0),
                             .calls_known = !(heard_cases[i].without & NO_ROWS),
                             .sockets_known = !(heard_cases[i].without & NO_SOCKETS)};
        struct calls calls = calls_on(&agent, ROLE_STS, &b, &o, heard_cases[i].until_ms);
        if (calls.n != heard_cases[i].n || calls.lost != heard_cases[i].lost ||
            calls.witness != heard_cases[i].witness)
            fail_msg("%s: %d calls, %d lost, witness %d", heard_cases[i].what, calls.n, calls.lost,
                     calls.witness);
    }
}

static void people_are_told_what_was_heard(void **state)
{
    struct heard_agent listened = heard_since(NOW - HOUR);
    struct heard_call calls[] = {{{"u", "a1", NOW - MINUTE, 0}, NULL},
                                 {{"v", "a1", NOW - HOUR, 0}, NULL}};
    struct call_row row = {"u", "a1", NOW - MINUTE, 0};
    struct observed o = {.now_ms = NOW,
                         .calls = &row,
                         .n_calls = 1,
                         .calls_known = true,
                         .heard = heard_of(calls, 2, &listened, 1)};

    (void)state;
    assert_int_equal(calls_of(&agent, &o).n, 2);
    assert_int_equal(calls_of(&agent, &o).oldest_ms, NOW - HOUR);
    o.calls_known = false;
    assert_int_equal(calls_of(&agent, &o).n, 2);
    o.heard.n_calls = 0;
    assert_int_equal(calls_of(&agent, &o).n, -1); /* a call may be going on in silence */
}

static void a_call_heard_of_is_waited_for_while_it_is_set_up(void **state)
{
    struct heard_agent listened = heard_since(NOW - HOUR);
    struct heard_call call = {{"u", "a1", 0, NOW - 4000}, NULL};
    struct observed o = {.now_ms = NOW, .heard = heard_of(&call, 1, &listened, 1)};

    (void)state;
    assert_int_equal(calls_setup_until(&agent, &o), NOW + 6000);
    call.row.started_ms = NOW - 1000;
    assert_int_equal(calls_setup_until(&agent, &o), 0);
}

static void a_call_being_set_up_is_waited_for(void **state)
{
    struct call_row rows[] = {ours, rang_long_ago, another, ringing, ringing};
    struct observed o = {.now_ms = NOW, .calls = rows, .n_calls = 3, .calls_known = true};

    (void)state;
    rows[2].started_ms = 0;
    rows[2].initiated_ms = NOW - 1000;
    assert_int_equal(calls_setup_until(&agent, &o), 0);
    o.n_calls = 5;
    rows[4].initiated_ms = NOW - 6000; /* the later one counts */
    assert_int_equal(calls_setup_until(&agent, &o), NOW + 6000);
}

static void how_long_a_drain_waits(void **state)
{
    enum { W = ON_TIMEOUT_WAIT, F = ON_TIMEOUT_FORCE, A = ON_TIMEOUT_ABORT };
    static const struct {
        const char *what;
        struct calls calls;
        int on_timeout;
        int64_t timeout_s, since_ms;
        enum drain_verdict verdict;
        int64_t until_ms;
    } cases[] = {
        {"no calls", {.witness = true}, F, 300, NOW, DRAIN_DONE, 0},
        {"a call, in time",
         {.n = 1, .witness = true},
         F,
         300,
         NOW - 1000,
         DRAIN_WAIT,
         NOW + 299000},
        {"wait: only the call ends it",
         {.n = 1, .witness = true},
         W,
         300,
         NOW - HOUR,
         DRAIN_WAIT,
         0},
        {"force, too late", {.n = 1, .witness = true}, F, 300, NOW - 300000, DRAIN_FORCE, NOW},
        {"abort, too late",
         {.n = 1, .witness = true},
         A,
         300,
         NOW - HOUR,
         DRAIN_ABORT,
         NOW - HOUR + 300000},
        {"not known, in time", {.n = -1, .witness = true}, F, 300, NOW, DRAIN_WAIT, NOW + 300000},
        {"not known, too late",
         {.n = -1, .witness = true},
         F,
         300,
         NOW - HOUR,
         DRAIN_FORCE,
         NOW - HOUR + 300000},
        {"no witness, in time", {.n = -1}, W, 300, NOW, DRAIN_WAIT, NOW + 300000},
        {"no witness, too late", {.n = -1}, W, 300, NOW - HOUR, DRAIN_DONE, NOW - HOUR + 300000},
        {"timeout 0 is none", {.n = 1, .witness = true}, F, 0, NOW - HOUR, DRAIN_WAIT, NOW - HOUR},
        {"the waiting begins now", {.n = 1, .witness = true}, F, 300, 0, DRAIN_WAIT, 300000},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++) {
        struct agent a = agent;
        int64_t until;
        a.drain.timeout_s = cases[i].timeout_s;
        a.drain.on_timeout = (enum on_timeout)cases[i].on_timeout;
        enum drain_verdict verdict =
            drain_check(&a, &cases[i].calls, cases[i].since_ms, NOW, &until);
        if (verdict != cases[i].verdict || until != cases[i].until_ms)
            fail_msg("%s: verdict %d until %lld", cases[i].what, (int)verdict, (long long)until);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_witnesses_say),
        cmocka_unit_test(what_people_are_told),
        cmocka_unit_test(a_lost_end_is_told_with_its_beginning),
        cmocka_unit_test(people_are_told_of_lost_ends),
        cmocka_unit_test(a_call_being_set_up_is_waited_for),
        cmocka_unit_test(what_webhooks_add),
        cmocka_unit_test(people_are_told_what_was_heard),
        cmocka_unit_test(a_call_heard_of_is_waited_for_while_it_is_set_up),
        cmocka_unit_test(how_long_a_drain_waits),
    };

    return cmocka_run_group_tests_name("gate", tests, NULL, NULL);
}
