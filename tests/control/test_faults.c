/* Goal: spoil every single engine request of an update, each in every way - refused, obeyed with
 * the answer lost, never answered, nonsense - and show that no call is cut, no role is ever without
 * a running container, and a second apply without faults brings everything to what was asked for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>

#include "control/cycle.h"
#include "fake_engine.h"

enum { CALL_MS = 40000, BACK_OFF_MS = 3600000 };

static struct arena *arena; /* of the whole test */
static char dir[] = "/tmp/avr-test-faults-XXXXXX";
static struct config config;

/* --- what is asked for ----------------------------------------------------------------------- */

struct asked {
    bool pipeline, stop_first;
    const char *prompt;
};

static struct sources *wish_sources(const struct asked *wish)
{
    static const enum role parts[] = {ROLE_ASR, ROLE_LLM, ROLE_TTS, ROLE_STS};
    struct sources *s = arena_alloc(arena, sizeof *s);
    struct agent_row *row = arena_alloc(arena, sizeof *row);
    struct agent_spec *agent = arena_alloc(arena, sizeof *agent);
    struct provider_row *providers = arena_alloc(arena, 4 * sizeof *providers);
    struct database db = {
        .path = "data.db", .providers = providers, .n_providers = 4, .agents = row, .n_agents = 1};
    struct host host = {.core_default_image = "any:1"};
    static const struct origin none = {0};

    *row = (struct agent_row){.id = "4711",
                              .name = "desk",
                              .status = "running",
                              .mode = wish->pipeline ? "pipeline" : "sts",
                              .port = atoi(engine.port)};
    *agent = (struct agent_spec){.key = "4711"};
    agent->rollout.monitor_s = (struct number){2, true, none};
    agent->rollout.order.text = wish->stop_first ? "stop-first" : NULL;
    for (int i = 0; i < 4; i++) {
        enum role r = parts[i];
        struct env_var *env = arena_alloc(arena, 2 * sizeof *env);
        providers[i] = (struct provider_row){
            .id = role_name[r], .type = role_upper[r], .name = role_name[r], .image = "any:1"};
        if ((r == ROLE_STS) == wish->pipeline)
            continue;
        row->provider_id[r] = role_name[r];
        env[0] = (struct env_var){.name = "PORT", .value = engine.port};
        env[1] = (struct env_var){.name = "PROMPT", .value = r == ROLE_ASR ? "v0" : wish->prompt};
        agent->has_role[r] = true;
        agent->role[r].environment = (struct env_list){env, 2};
    }
    s->spec.agents = agent;
    s->spec.n_agents = 1;
    s->spec.defaults.healthcheck.kind.text = "TCP";
    merge(arena, &s->spec, &db, &host, NULL, true, &s->desired);
    assert_null(s->desired.agents[0].problem);
    s->text = "test";
    return s;
}

/* --- one apply ------------------------------------------------------------------------------- */

struct applied {
    int status; /* of session_apply() */
    enum agent_result result;
    const char *text;
};

/* Every step and how it ended, kept for a failure's report. */
static struct text transcript;

static void note(void *ctx, const struct event *event)
{
    const struct step *s = event->step;

    (void)ctx;
    if (event->state == EVENT_STARTED || !s)
        return;
    text_printf(&transcript, "\n  %s %s %s %s%s%s", step_text[s->kind], role_name[s->role],
                s->box_name ? s->box_name : "", s->new_name ? s->new_name : "",
                event->text ? ": " : "", event->text ? event->text : "");
}

/* A program run: a session of its own. */
static struct applied apply(const struct sources *sources, unsigned fault_at, enum fault fault)
{
    struct session *session = session_new(&config, false);
    struct apply_options options = {.wait_timeout_s = -1, .on_event = note};
    struct outcome outcome = {0};
    struct err err = {0};
    struct applied applied = {.result = RESULT_SYNC};

    text_add(&transcript, "\n  -- apply");
    engine.requests = engine.changes = 0;
    engine.fault_at = fault_at;
    engine.fault = fault;
    applied.status = session_apply(session, arena, sources, &options, &outcome, &err);
    if (applied.status < 0)
        applied.text = arena_strdup(arena, err.text);
    else if (outcome.n_agents) {
        applied.result = outcome.agents[0].result;
        applied.text = outcome.agents[0].text;
    }
    session_free(session);
    while (fake_work()) /* notices the hang-ups */
        continue;
    return applied;
}

/* --- what must be true ----------------------------------------------------------------------- */

/* Every role exactly once under its name, running, with these settings; at most one failure kept.
 */
static const char *wrong_with(const struct asked *wish, const char *prompt)
{
    unsigned serving = 0, failed = 0;
    const char *want = arena_printf(arena, "PROMPT=%s", prompt);

    for (size_t i = 0; i < engine.n_boxes; i++) {
        const struct fake_box *b = &engine.boxes[i];
        enum place place;
        if (place_parse(b->name, &place, NULL)) {
            if (place != PLACE_FAILED)
                return "a candidate or a replaced container is left";
            if (b->state == BOX_RUNNING)
                return "a failed candidate still runs";
            failed++;
            continue;
        }
        if (!text_is(b->name, fake_slot(b)) || b->state != BOX_RUNNING)
            return "what holds a name does not run";
        if (!text_ends(b->name, "core-4711") && !text_ends(b->name, "asr-4711") &&
            !fake_has_env(b, want))
            return "old settings serve";
        serving++;
    }
    if (failed > 1)
        return "more than one failure is kept";
    return serving == (wish->pipeline ? 4 : 2) ? NULL : "not every role is served exactly once";
}

static void expect_in_sync(const struct sources *sources)
{
    struct session *session = session_new(&config, true);
    struct plan_options options = {0};
    struct look look;
    struct err err;

    assert_int_equal(session_look(session, arena, sources, &options, NULL, 0, &look, &err), 0);
    assert_true(plan_in_sync(&look.plan));
    session_free(session);
}

/* --- cases ----------------------------------------------------------------------------------- */

struct base { /* generation 0 serves, a call is on it */
    struct fake_box boxes[FAKE_BOXES];
    size_t n;
};

static struct base base_make(const struct asked *wish)
{
    struct asked v0 = {wish->pipeline, wish->stop_first, "v0"};
    struct sources *sources = wish_sources(&v0);
    struct base base;

    transcript = (struct text){.arena = arena};
    engine.n_boxes = 0;
    engine.guarded = false;
    struct applied first = apply(sources, 0, FAULT_NONE);
    if (first.status < 0 || first.result != RESULT_SYNC)
        fail_msg("the first apply: %s", first.text);
    assert_null(wrong_with(&v0, "v0"));
    expect_in_sync(sources);
    memcpy(base.boxes, engine.boxes, sizeof base.boxes);
    base.n = engine.n_boxes;
    return base;
}

static void restore(const struct base *base, const struct asked *wish)
{
    memcpy(engine.boxes, base->boxes, sizeof base->boxes);
    engine.n_boxes = base->n;
    transcript = (struct text){.arena = arena};
    virtual_pass(3600000);
    for (size_t i = 0; i < engine.n_boxes; i++)
        if (text_starts(engine.boxes[i].name, "avr-core") ||
            text_starts(engine.boxes[i].name, "avr-sts"))
            engine.boxes[i].calls_until_ms = virtual_ms() + CALL_MS;
    engine.guarded = !wish->stop_first;
    engine.violation = NULL;
}

/* Applies again until it is as asked for; a back-off is waited for.  NULL: all went well. */
static const char *heal(const struct sources *sources, const struct asked *wish, const char *prompt,
                        unsigned *ret_backed_off)
{
    struct applied again = apply(sources, 0, FAULT_NONE);

    if (!engine.violation && again.status == 0 && wrong_with(wish, prompt) &&
        again.result == RESULT_FAILED) {
        ++*ret_backed_off;
        virtual_pass(BACK_OFF_MS);
        again = apply(sources, 0, FAULT_NONE);
    }
    if (engine.violation)
        return engine.violation;
    if (again.status < 0)
        return again.text;
    return wrong_with(wish, prompt);
}

/* What happened and what there is, for a failure's report. */
static const char *told(void)
{
    text_add(&transcript, "\n  -- left");
    for (size_t i = 0; i < engine.n_boxes; i++)
        text_printf(&transcript, "\n  %s (%s) %s", engine.boxes[i].name,
                    fake_slot(&engine.boxes[i]), fake_state(&engine.boxes[i]));
    return text_str(&transcript);
}

static void spoil_all(const struct asked *wish, const char *name)
{
    struct base base = base_make(wish);
    const struct sources *sources = wish_sources(wish);
    bool bad = text_is(wish->prompt, "bad");
    const char *ends_with = bad ? "v0" : wish->prompt;
    unsigned cases = 0, failures = 0, at_once = 0, backed_off = 0;

    restore(&base, wish);
    struct applied good = apply(sources, 0, FAULT_NONE);
    if (good.status < 0 || engine.violation || wrong_with(wish, ends_with))
        fail_msg("%s, no fault: %s, %s", name, good.text, engine.violation);
    assert_int_equal(good.result, bad ? RESULT_FAILED : RESULT_SYNC);
    unsigned requests = engine.requests, changes = engine.changes;

    for (unsigned k = 1; k <= requests; k++)
        for (enum fault fault = FAULT_500; fault < FAULT__N; fault++) {
            restore(&base, wish);
            struct applied first = apply(sources, k, fault);
            at_once += !engine.violation && !wrong_with(wish, ends_with);
            const char *wrong =
                engine.violation ? engine.violation : heal(sources, wish, ends_with, &backed_off);
            cases++;
            if (wrong) {
                printf("%s, request %u (%.60s) %s: %s\n  the spoiled apply said: %s\n", name, k,
                       engine.spoiled, fault_text[fault], wrong, first.text);
                if (!failures++)
                    puts(told());
            } else if (!bad) {
                expect_in_sync(sources);
            }
        }
    printf("%-28s %3u requests, %2u of them changes: %4u cases, %4u fine at once, %3u after a "
           "back-off\n",
           name, requests, changes, cases, at_once, backed_off);
    assert_int_equal(failures, 0);
}

static void hand_over_survives_every_fault(void **state)
{
    (void)state;
    spoil_all(&(struct asked){.prompt = "v1"}, "hand-over");
}

static void bad_candidate_survives_every_fault(void **state)
{
    (void)state;
    spoil_all(&(struct asked){.prompt = "bad"}, "bad candidate");
}

static void stop_first_survives_every_fault(void **state)
{
    (void)state;
    spoil_all(&(struct asked){.prompt = "v1", .stop_first = true}, "stop-first");
}

static void pipeline_set_survives_every_fault(void **state)
{
    (void)state;
    spoil_all(&(struct asked){.prompt = "v1", .pipeline = true}, "pipeline set");
}

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    assert_non_null(mkdtemp(dir));
    fake_open(arena, dir);
    engine.images[0] = "any:1";
    engine.images[1] = "any:latest";
    config = (struct config){.engine = {.unix_path = engine.path, .base_url = "http://localhost"},
                             .engine_name = "fake",
                             .state_dir = dir};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fake_close();
    unlink(arena_printf(arena, "%s/key", dir));
    unlink(arena_printf(arena, "%s/FAKE.lock", dir));
    rmdir(dir);
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hand_over_survives_every_fault),
        cmocka_unit_test(bad_candidate_survives_every_fault),
        cmocka_unit_test(stop_first_survives_every_fault),
        cmocka_unit_test(pipeline_set_survives_every_fault),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
