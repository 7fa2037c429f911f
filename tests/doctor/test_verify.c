/* Checks hold of a fleet that is as asked for; each thing that is not so fails its own check, and
 * what nobody could find out is neither. */
#include "core/planning.h"

#include "doctor/verify.h"

enum { CALL_MS = 1000 * 1000, BEFORE_MS = CALL_MS - 60 * 1000, AFTER_MS = CALL_MS + 300 };

static const struct config_line fetched[] = {
    {BEFORE_MS, "[CONFIG] fetch failed (timeout), using environment"},
    {AFTER_MS, "[CONFIG] fetched from http://backend:3001: greeting=\"Hi\""}};
static const struct config_line fell_back[] = {{AFTER_MS, "[CONFIG] from environment"}};
static const struct config_line long_ago[] = {{BEFORE_MS, "[CONFIG] fetched"}};
static const struct last_call last[] = {{"a1", CALL_MS}, {"b2", CALL_MS}};

struct bench {
    struct material m;
    struct plan plan;
    struct box_facts boxes[8];
    struct verify_facts facts;
    struct box_facts *sts;
};

/* What the provider of this container has in the database; each of them has few settings. */
static struct config_answer answer_of(const struct material *m, const struct box *b)
{
    const char *id = pair_get(b->env, b->n_env, "PROVIDER_ID");
    static const struct pair sorted[] = {{"AGENT_PROMPT", "Be kind"}, {"DEEPGRAM_API_KEY", "k1"}};
    struct config_answer ret = {.kind = CONFIG_ANSWERED, .status = 200, .readable = true};

    for (size_t i = 0; i < m->db.n_providers; i++)
        if (text_is(m->db.providers[i].id, id))
            ret.env = m->db.providers[i].env, ret.n_env = m->db.providers[i].n_env;
    if (ret.n_env == 2)
        ret.env = sorted;
    return ret;
}

static struct bench *bench_new(struct arena *a)
{
    struct bench *b = arena_alloc(a, sizeof *b);

    b->m = material_new(a);
    b->m.host = (struct host){
        .webhook_url = "hook", .ami_url = "ami", .backend_url = "http://backend:3001/"};
    material_merge(&b->m);
    add_images(&b->m);
    run_agent(&b->m, "sales");
    run_agent(&b->m, "booking");
    for (size_t i = 0; i < b->m.boxes.n; i++) {
        const struct box *box = &b->m.boxes.items[i];
        struct box_facts *f = &b->boxes[i];
        *f = (struct box_facts){.box_id = box->id, .probed = true, .ready = true};
        f->here = f->inside = answer_of(&b->m, box);
        f->lines = fetched, f->n_lines = N_OF(fetched);
        if (text_is(box->name, "avr-sts-a1"))
            b->sts = f;
    }
    b->facts = (struct verify_facts){
        .boxes = b->boxes, .n_boxes = b->m.boxes.n, .calls = last, .n_calls = N_OF(last)};
    return b;
}

static struct checks verified(struct bench *b)
{
    static const struct plan_options options;
    const struct verify_input in = {.desired = &b->m.d,
                                    .database = &b->m.db,
                                    .observed = &b->m.o,
                                    .plan = &b->plan,
                                    .facts = &b->facts};

    b->plan = plan_make(b->m.a, &b->m.d, &b->m.o, &test_key, &options, NULL, 0);
    return verify_all(b->m.a, &in);
}

/* "failed env sts: …" a line, of those that do not hold. */
static const char *said(struct bench *b)
{
    static const char *const states[] = {"ok", "failed", "unknown"};
    struct checks c = verified(b);
    struct text t = {.arena = b->m.a};

    for (size_t i = 0; i < c.n; i++)
        if (c.items[i].state != CHECK_OK)
            text_printf(&t, "%s %s %s: %s\n", states[c.items[i].state], c.items[i].kind,
                        c.items[i].role ? c.items[i].role : "-", c.items[i].text);
    assert_int_equal(c.count[CHECK_OK] + c.count[CHECK_FAILED] + c.count[CHECK_UNKNOWN], c.n);
    return text_str(&t);
}

/* --- one thing each ----------------------------------------------------------------------------
 */

static void nothing(struct bench *b)
{
    (void)b;
}

static void other_image(struct bench *b)
{
    add_image(&b->m, "sts:local", "sha256:0123456789ab");
}

static void other_env(struct bench *b)
{
    box_env(&b->m, box_named(&b->m, "avr-sts-a1"), "DEEPGRAM_API_KEY", "CANARY");
}

static void other_restart(struct bench *b)
{
    spec_of_sales(&b->m, ROLE_STS)->restart = SAID("always", 5, 3);
    material_merge(&b->m);
}

static void deaf(struct bench *b)
{
    b->sts->ready = false;
    b->sts->probe_text = "connection refused";
}

static void unasked(struct bench *b)
{
    b->sts->probed = false;
}

static void old_settings(struct bench *b)
{
    static const struct pair env[] = {{"AGENT_PROMPT", "Be kind"}, {"DEEPGRAM_API_KEY", "CANARY"}};
    b->sts->here.env = env;
}

static void too_few(struct bench *b)
{
    b->sts->here.n_env = 1;
}

static void no_such_provider(struct bench *b)
{
    b->sts->here.status = 404;
}

static void no_settings(struct bench *b)
{
    b->sts->here.readable = false;
}

static void unseen_from_here(struct bench *b)
{
    b->sts->here = (struct config_answer){.kind = CONFIG_UNASKABLE, .why = "no such host"};
}

static void unreachable(struct bench *b)
{
    unseen_from_here(b);
    b->sts->inside = (struct config_answer){.kind = CONFIG_SILENT, .why = "connection refused"};
}

static void blind(struct bench *b)
{
    unseen_from_here(b);
    b->sts->inside = (struct config_answer){.kind = CONFIG_UNASKABLE, .why = "no process ids"};
}

static void fallen_back(struct bench *b)
{
    b->sts->lines = fell_back, b->sts->n_lines = 1;
}

static void silent_since(struct bench *b)
{
    b->sts->lines = long_ago, b->sts->n_lines = 1;
}

static void no_lines(struct bench *b)
{
    b->sts->n_lines = 0;
}

static void no_call(struct bench *b)
{
    box_named(&b->m, "avr-sts-a1")->started_ms = AFTER_MS;
}

static void no_calls_known(struct bench *b)
{
    b->facts.calls_problem = "no database tells of calls";
}

static void other_port(struct bench *b)
{
    box_env(&b->m, box_named(&b->m, "avr-core-a1"), "STS_URL", "ws://avr-sts-a1:1");
}

static void other_name(struct bench *b)
{
    box_env(&b->m, box_named(&b->m, "avr-core-a1"), "STS_URL", "ws://avr-sts-zz:6000");
}

static void dead(struct bench *b)
{
    box_named(&b->m, "avr-sts-a1")->state = BOX_EXITED;
}

static void stopped(struct bench *b)
{
    struct agent_row *rows = arena_memdup(b->m.a, agent_rows, sizeof agent_rows);

    rows[0].status = "stopped";
    b->m.db.agents = rows;
    material_merge(&b->m);
}

static void each_thing_fails_its_own_check(void **state)
{
    static const struct {
        void (*spoil)(struct bench *);
        const char *says; /* "": all hold; else the beginnings of what does not */
    } cases[] = {
        {nothing, ""},
        {other_image,
         "failed image sts: sts:latest (id-sts) runs, and the policy chooses sts:local "
         "(01234567), using local image\n"},
        {other_env, "failed env sts: DEEPGRAM_API_KEY differs, PROVIDER_ID p-sts, BACKEND_URL "
                    "http://backend:3001/\n"},
        {other_restart, "failed settings sts: restart differs\n"},
        {deaf, "failed answer sts: connection refused\n"
               "failed url core: STS_URL leads to avr-sts-a1:6000, where nothing answers\n"},
        {unasked, "unknown answer sts: it was not asked\n"
                  "unknown url core: STS_URL leads to avr-sts-a1:6000, which was not asked\n"},
        {old_settings, "failed config sts: the config endpoint answers other settings than those "
                       "of this moment: DEEPGRAM_API_KEY\n"},
        {too_few, "failed config sts: the config endpoint answers other settings than those of "
                  "this moment: DEEPGRAM_API_KEY\n"},
        {no_such_provider, "failed config sts: the config endpoint answers 404\n"},
        {no_settings, "failed config sts: what the config endpoint answers is no {\"env\": …}\n"},
        {unseen_from_here, ""},
        {unreachable, "failed config sts: the config endpoint does not answer: connection refused\n"
                      "failed reach sts: the container does not reach it: connection refused\n"},
        {blind, "unknown config sts: cannot be checked from here: no such host\n"
                "unknown reach sts: cannot be checked from here: no process ids\n"},
        {fallen_back, "failed fetched sts: it did not get its settings at the last call and used "
                      "its environment\n"},
        {silent_since, "failed fetched sts: its log tells of no fetch at the last call\n"},
        {no_lines, "unknown fetched sts: whether it fetched its settings cannot be told: its log "
                   "has no line that begins with [CONFIG]\n"},
        {no_call, "unknown fetched sts: whether it fetched its settings cannot be told: no call "
                  "since it started\n"},
#define UNTOLD(role)                                                                               \
    "unknown fetched " role ": whether it fetched its settings cannot be told: no database tells " \
    "of calls\n"
        {no_calls_known, UNTOLD("asr") UNTOLD("llm") UNTOLD("tts") UNTOLD("sts")},
        {other_port, "failed env core: STS_URL differs\n"
                     "failed url core: STS_URL names port 1, and avr-sts-a1 listens on 6000\n"},
        {other_name, "failed env core: STS_URL differs\n"
                     "failed url core: STS_URL names avr-sts-zz, and no container that runs has "
                     "that name\n"},
        {dead, "failed runs sts: not running (exit 0, 11d13h ago)\n"
               "failed url core: STS_URL names avr-sts-a1, and no container that runs has that "
               "name\n"},
        {stopped, "failed stopped sts: runs, and nothing of this agent should\n"
                  "failed stopped core: runs, and nothing of this agent should\n"},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++) {
        CLEANUP_ARENA struct arena *a = arena_new();
        struct bench *b = bench_new(a);
        cases[i].spoil(b);
        const char *text = said(b);
        assert_string_equal(text, cases[i].says);
        assert_null(strstr(text, "CANARY"));
    }
}

/* Sts says so at every call; the others only when it changes. */
static void a_pipeline_may_have_fetched_long_ago(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct bench *b = bench_new(a);

    (void)state;
    for (size_t i = 0; i < b->m.boxes.n; i++)
        if (&b->boxes[i] != b->sts)
            b->boxes[i].lines = long_ago, b->boxes[i].n_lines = 1;
    assert_string_equal(said(b), "");
}

static void the_address_of_the_endpoint_is_whole(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    const char *base, *path;
    const struct pair env[] = {{"BACKEND_URL", "http://b:1//"}, {"PROVIDER_ID", "a/../ b"}};
    const struct pair slashes[] = {{"BACKEND_URL", "//"}, {"PROVIDER_ID", "p"}};
    const struct pair unset[] = {{"BACKEND_URL", "undefined"}, {"PROVIDER_ID", "p"}};
    const struct box told = {.env = env, .n_env = 2}, half = {.env = env, .n_env = 1},
                     none = {.env = unset, .n_env = 2}, bare = {.env = slashes, .n_env = 2};

    (void)state;
    assert_true(verify_endpoint(a, &told, &base, &path));
    assert_string_equal(base, "http://b:1");
    assert_string_equal(path, "/internal/providers/a%2F..%2F%20b/config");
    assert_true(verify_endpoint(a, &bare, &base, &path));
    assert_string_equal(base, "");
    assert_false(verify_endpoint(a, &half, &base, &path));
    assert_false(verify_endpoint(a, &none, &base, &path));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_thing_fails_its_own_check),
        cmocka_unit_test(a_pipeline_may_have_fetched_long_ago),
        cmocka_unit_test(the_address_of_the_endpoint_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
