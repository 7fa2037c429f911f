/* Goal: spoil every single engine request of an update, each in every way - refused, obeyed with
 * the answer lost, never answered, nonsense - and show that no call is cut, no role is ever without
 * a running container, and a second apply without faults brings everything to what was asked for.
 */
#include "desk.h"

enum { CALL_MS = 40000, BACK_OFF_MS = 3600000 };

/* --- what is asked for ----------------------------------------------------------------------- */

/* What one that is asked for leads to: a candidate that fails leaves what was. */
static struct asked end_of(const struct asked *wish)
{
    struct asked end = *wish;

    if (text_is(wish->prompt, "bad"))
        end.prompt = before.prompt;
    return end;
}

/* It needs no other container. */
static bool is_in_place(const struct asked *wish)
{
    return !text_is(wish->restart, before.restart);
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

static bool has_settings(const struct fake_box *b, const struct asked *end)
{
    const char *prompt = arena_printf(arena, "PROMPT=%s", end->prompt);
    const cJSON *restart = json_get(json_get(b->made, "HostConfig"), "RestartPolicy");

    if (text_ends(b->name, "core-4711"))
        return true;
    return (text_ends(b->name, "asr-4711") || fake_has_env(b, prompt)) &&
           text_is(fake_image_id(json_text(b->made, "Image")), fake_image_id(end->image)) &&
           text_is(json_text(restart, "Name"), end->restart);
}

/* Every role exactly once under its name, running, with these settings; at most one failure kept.
 */
static const char *wrong_with(const struct asked *end)
{
    unsigned serving = 0, failed = 0;

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
        if (!has_settings(b, end))
            return "old settings serve";
        serving++;
    }
    if (failed > 1)
        return "more than one failure is kept";
    return serving == (end->pipeline ? 4 : 2) ? NULL : "not every role is served exactly once";
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
    struct fake_image images[FAKE_IMAGES];
    size_t n;
};

/* What one case takes is given back after it. */
static void case_begin(void)
{
    arena = engine.arena = arena_new();
    transcript = (struct text){.arena = arena};
}

static void case_end(struct arena *of_test)
{
    arena_free(arena);
    arena = engine.arena = of_test;
}

static struct base base_make(const struct asked *wish)
{
    struct asked v0 = before;
    struct base base;

    v0.pipeline = wish->pipeline;
    v0.stop_first = wish->stop_first;
    struct sources *sources = wish_sources(&v0);

    transcript = (struct text){.arena = arena};
    engine.n_boxes = 0;
    engine.guarded = false;
    struct applied first = apply(sources, 0, FAULT_NONE);
    if (first.status < 0 || first.result != RESULT_SYNC)
        fail_msg("the first apply: %s", first.text);
    assert_null(wrong_with(&v0));
    expect_in_sync(sources);
    memcpy(base.boxes, engine.boxes, sizeof base.boxes);
    memcpy(base.images, engine.images, sizeof base.images);
    base.n = engine.n_boxes;
    return base;
}

static void restore(const struct base *base, const struct asked *wish)
{
    memcpy(engine.boxes, base->boxes, sizeof base->boxes);
    memcpy(engine.images, base->images, sizeof base->images);
    engine.n_boxes = base->n;
    virtual_pass(3600000);
    for (size_t i = 0; i < engine.n_boxes; i++)
        if (text_starts(engine.boxes[i].name, "avr-core") ||
            text_starts(engine.boxes[i].name, "avr-sts"))
            engine.boxes[i].calls_until_ms = virtual_ms() + CALL_MS;
    engine.guarded = !wish->stop_first;
    engine.violation = NULL;
}

/* Applies again until it is as asked for; a back-off is waited for.  NULL: all went well. */
static const char *heal(const struct sources *sources, const struct asked *end,
                        unsigned *ret_backed_off)
{
    struct applied again = apply(sources, 0, FAULT_NONE);

    if (!engine.violation && again.status == 0 && wrong_with(end) &&
        again.result == RESULT_FAILED) {
        ++*ret_backed_off;
        virtual_pass(BACK_OFF_MS);
        again = apply(sources, 0, FAULT_NONE);
    }
    if (engine.violation)
        return engine.violation;
    if (again.status < 0)
        return again.text;
    return wrong_with(end);
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

struct tally {
    unsigned cases, failures, at_once, backed_off;
};

static void spoil(const struct base *base, const struct asked *wish, const struct sources *sources,
                  unsigned k, enum fault fault, struct tally *tally)
{
    struct arena *of_test = arena;
    struct asked end = end_of(wish);

    case_begin();
    restore(base, wish);
    unsigned made = engine.made;
    struct applied first = apply(sources, k, fault);
    tally->at_once += !engine.violation && !wrong_with(&end);
    const char *wrong =
        engine.violation ? engine.violation : heal(sources, &end, &tally->backed_off);
    if (!wrong && is_in_place(wish) && engine.made != made)
        wrong = "a new container was made";
    tally->cases++;
    if (wrong) {
        printf("%s, request %u (%.60s) %s: %s\n  the spoiled apply said: %s\n", wish->name, k,
               engine.spoiled, fault_text[fault], wrong, first.text);
        if (!tally->failures++)
            puts(told());
    } else if (text_is(end.prompt, wish->prompt)) {
        expect_in_sync(sources);
    }
    case_end(of_test);
}

/* Every stride-th request, in every way. */
static unsigned stride = 1;

static void an_update_survives_every_fault(void **state)
{
    const struct asked *wish = *state;
    struct asked end = end_of(wish);
    struct base base = base_make(wish);
    const struct sources *sources = wish_sources(wish);
    bool bad = !text_is(end.prompt, wish->prompt);
    struct tally tally = {0};

    restore(&base, wish);
    struct applied good = apply(sources, 0, FAULT_NONE);
    if (good.status < 0 || engine.violation || wrong_with(&end))
        fail_msg("%s, no fault: %s, %s", wish->name, good.text, engine.violation);
    assert_int_equal(good.result, bad ? RESULT_FAILED : RESULT_SYNC);
    unsigned requests = engine.requests, changes = engine.changes;

    for (unsigned k = 1; k <= requests; k += stride)
        for (enum fault fault = FAULT_500; fault < FAULT__N; fault++)
            spoil(&base, wish, sources, k, fault, &tally);
    printf("%-14s %3u requests, %2u of them changes: %4u cases, %4u fine at once, %3u after a "
           "back-off\n",
           wish->name, requests, changes, tally.cases, tally.at_once, tally.backed_off);
    assert_int_equal(tally.failures, 0);
}

static struct asked updates[] = {
    {.name = "hand-over", .prompt = "v1", .image = "any:1", .restart = "no"},
    {.name = "bad-candidate", .prompt = "bad", .image = "any:1", .restart = "no"},
    {.name = "stop-first", .prompt = "v1", .image = "any:1", .restart = "no", .stop_first = true},
    {.name = "pipeline-set", .prompt = "v1", .image = "any:1", .restart = "no", .pipeline = true},
    {.name = "new-image", .prompt = "v0", .image = "any:2", .restart = "no"}, /* it is pulled */
    {.name = "in-place", .prompt = "v0", .image = "any:1", .restart = "always"},
};

enum { N_UPDATES = sizeof updates / sizeof updates[0] };

/* Arguments: the name of one update, else all are tried; and the stride. */
int main(int argc, char **argv)
{
    struct CMUnitTest tests[N_UPDATES];
    size_t n = 0;

    for (size_t i = 0; i < N_UPDATES; i++)
        if (argc < 2 || text_is(updates[i].name, argv[1]))
            tests[n++] = (struct CMUnitTest){.name = updates[i].name,
                                             .test_func = an_update_survives_every_fault,
                                             .initial_state = &updates[i]};
    if (argc > 2)
        stride = (unsigned)strtoul(argv[2], NULL, 10);
    if (n == 0 || stride == 0) {
        fprintf(stderr, "usage: %s [UPDATE [STRIDE]]\n", argv[0]);
        return 2;
    }
    return _cmocka_run_group_tests("faults", tests, n, desk_set_up, desk_tear_down);
}
