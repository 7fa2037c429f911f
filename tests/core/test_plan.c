/* Goal: what is planned for each state of the world is what an operator would want.
 *
 * The text of the plan is the oracle: data/plan-<case>.txt.  With UPDATE_EXPECTED=1 in the
 * environment the files are written instead of compared; read them before keeping them. */
#include "core/plan_case.h"

#include <stdio.h>

static const struct origin nowhere = {0};

/* --- the cases: each starts with both agents in sync ----------------------------------------- */

static void in_sync(struct planning *p)
{
    (void)p;
}

static void env_drift(struct planning *p)
{
    sales_says(p, "Be brief");
}

static void env_drift_under_a_call(struct planning *p)
{
    sales_says(p, "Be brief");
    add_call(p, "a1", 60000);
    box_named(&p->m, "avr-sts-a1")->sockets = 1;
}

static void env_drift_while_a_call_is_set_up(struct planning *p)
{
    sales_says(p, "Be brief");
    add_call(p, "a1", 3000);
    p->calls.items[0].initiated_ms = p->calls.items[0].started_ms;
    p->calls.items[0].started_ms = 0;
}

static void no_witness(struct planning *p)
{
    sales_says(p, "Be brief");
    p->m.o.calls_known = p->m.o.sockets_known = false;
    for (size_t i = 0; i < p->m.boxes.n; i++)
        p->m.boxes.items[i].sockets = -1;
}

static void new_image_id(struct planning *p)
{
    add_image(&p->m, "id-new", "id-new");
    for (size_t i = 0; i < p->m.images.n; i++)
        if (text_is(p->m.images.items[i].asked, "sts:latest"))
            p->m.images.items[i].id = "id-new";
}

static void pull_needed(struct planning *p)
{
    static const struct value candidate = {.text = "registry.example/sts:2"};

    p->agent = (struct agent_spec){.key = "a1", .has_role[ROLE_STS] = true};
    p->agent.role[ROLE_STS].image = (struct values){&candidate, 1, true};
    story_merge(p);
    add_image(&p->m, "registry.example/sts:2", NULL);
}

static void core_drift(struct planning *p)
{
    p->agent = (struct agent_spec){.key = "a1", .http_port = {7009, true, nowhere}};
    story_merge(p);
}

static void sts_and_core(struct planning *p)
{
    core_drift(p);
    sales_says(p, "Be brief");
}

static void stale_sts_url(struct planning *p)
{
    box_env(&p->m, box_named(&p->m, "avr-core-a1"), "STS_URL", "ws://avr-sts-a1:6911");
}

static void provider_port_moves(struct planning *p)
{
    static const struct env_var port = {.name = "PORT", .value = "6100"};

    p->agent = (struct agent_spec){.key = "a1", .has_role[ROLE_STS] = true};
    p->agent.role[ROLE_STS].environment = (struct env_list){&port, 1};
    story_merge(p);
}

static void pipeline_llm(struct planning *p)
{
    static const struct pair env[] = {{"OPENAI_MODEL", "gpt-5"}};

    change_provider(p, "p-llm", env, 1);
}

static void pipeline_llm_under_a_call(struct planning *p)
{
    pipeline_llm(p);
    add_call(p, "b2", 60000);
    box_named(&p->m, "avr-core-b2")->sockets = 1;
}

static void pipeline_held_part(struct planning *p)
{
    static const struct pair llm[] = {{"OPENAI_MODEL", "gpt-5"}}, tts[] = {{"VOICE", "it"}};

    change_provider(p, "p-llm", llm, 1);
    change_provider(p, "p-tts", tts, 1);
    put_box(p, "booking", ROLE_LLM, PLACE_FAILED, 5000)->state = BOX_EXITED;
}

static void published_port_under_a_call(struct planning *p)
{
    published_port(p);
    add_call(p, "a1", 60000);
    box_named(&p->m, "avr-sts-a1")->sockets = 1;
}

static void missing_box(struct planning *p)
{
    drop_box(p, "avr-sts-a1");
}

static void killed_box(struct planning *p)
{
    struct box *b = box_named(&p->m, "avr-sts-a1");

    b->state = BOX_EXITED;
    b->exit_code = 137;
    b->finished_ms = p->m.o.now_ms - 120000;
}

static void killed_and_changed(struct planning *p)
{
    killed_box(p);
    sales_says(p, "Be brief");
}

static void never_started(struct planning *p)
{
    struct box *b = box_named(&p->m, "avr-sts-a1");

    b->state = BOX_CREATED;
    b->error = "port is already allocated";
}

static void restarting_box(struct planning *p)
{
    struct box *b = box_named(&p->m, "avr-sts-a1");

    b->state = BOX_RESTARTING;
    b->restart_count = 4;
    b->exit_code = 1;
}

static void agent_missing(struct planning *p)
{
    drop_box(p, "avr-sts-a1");
    drop_box(p, "avr-core-a1");
}

static void pipeline_missing(struct planning *p)
{
    static const char *const names[] = {"avr-asr-b2", "avr-llm-b2", "avr-tts-b2", "avr-core-b2"};

    for (size_t i = 0; i < 4; i++)
        drop_box(p, names[i]);
}

static void status_stopped(struct planning *p)
{
    row_of(p, "sales")->status = "stopped";
    story_merge(p);
}

static void pipeline_stopped_under_a_call(struct planning *p)
{
    row_of(p, "booking")->status = "stopped";
    story_merge(p);
    add_call(p, "b2", 60000);
    box_named(&p->m, "avr-core-b2")->sockets = 1;
}

static void stopped_with_a_failure(struct planning *p)
{
    put_box(p, "sales", ROLE_STS, PLACE_FAILED, 5000)->state = BOX_EXITED;
    put_box(p, "sales", ROLE_STS, PLACE_NEXT, 4000);
    retire_live(p, "avr-sts-a1", PLACE_DRAIN, 60000);
    status_stopped(p);
}

static void orphan(struct planning *p)
{
    p->m.db.agents = row_of(p, "sales");
    p->m.db.n_agents = 1;
    story_merge(p);
}

/* What is left of a deleted agent was replaced long ago: nobody has to ask for its removal. */
static void orphan_leftovers(struct planning *p)
{
    orphan(p);
    retire_live(p, "avr-core-b2", PLACE_DRAIN, 60000);
    for (enum role r = 0; r < ROLE_CORE; r++)
        if (r != ROLE_STS)
            retire_live(p, canonical_name(p->m.a, "avr", r, "b2"), PLACE_DRAIN, 60000 + (int)r);
}

static void orphan_pruned(struct planning *p)
{
    orphan(p);
    p->options.prune = true;
}

static void orphan_half_a_view(struct planning *p)
{
    orphan_pruned(p);
    p->m.d.complete = false;
}

/* Two are gone at once, which looks like a mistake: one of them waits for the next time. */
static void orphans_too_many(struct planning *p)
{
    p->m.db.n_agents = 0;
    story_merge(p);
    p->m.d.prune = true;
}

static void foreign_holder(struct planning *p)
{
    static const struct foreign stranger[] = {{"0123456789abcdef0123", "avr-sts-a1"}};

    drop_box(p, "avr-sts-a1");
    p->m.o.foreign = stranger;
    p->m.o.n_foreign = 1;
}

static void candidate_created(struct planning *p)
{
    sales_says(p, "Be brief");
    put_box(p, "sales", ROLE_STS, PLACE_NEXT, 60000)->state = BOX_CREATED;
}

static void candidate_running(struct planning *p)
{
    sales_says(p, "Be brief");
    put_box(p, "sales", ROLE_STS, PLACE_NEXT, 60000);
}

static void candidate_of_another_wish(struct planning *p)
{
    sales_says(p, "Be quick");
    put_box(p, "sales", ROLE_STS, PLACE_NEXT, 60000);
    put_box(p, "sales", ROLE_STS, PLACE_NEXT, 90000)->state = BOX_CREATED;
    sales_says(p, "Be brief");
}

static void candidate_not_needed(struct planning *p)
{
    put_box(p, "sales", ROLE_STS, PLACE_NEXT, 60000);
}

static void name_free_candidate_and_drain(struct planning *p)
{
    sales_says(p, "Be brief");
    put_box(p, "sales", ROLE_STS, PLACE_NEXT, 20);
    retire_live(p, "avr-sts-a1", PLACE_DRAIN, 10);
}

static void name_free_drain_only(struct planning *p)
{
    retire_live(p, "avr-sts-a1", PLACE_DRAIN, 10);
}

static void swapped_not_yet_soaked(struct planning *p)
{
    sales_says(p, "Be brief");
    retire_live(p, "avr-sts-a1", PLACE_DRAIN, 2000);
    struct box *b = put_box(p, "sales", ROLE_STS, PLACE_LIVE, 3000);
    b->health = HEALTH_UNKNOWN;
}

static void dies_after_the_swap(struct planning *p)
{
    swapped_not_yet_soaked(p);
    struct box *b = box_named(&p->m, "avr-sts-a1");
    b->health = HEALTH_BAD;
    b->state = BOX_EXITED;
    b->health_text = "it exited with code 1";
    b->exit_code = 1;
    b->finished_ms = p->m.o.now_ms - 1000;
}

static void failed_a_moment_ago(struct planning *p)
{
    sales_says(p, "Be brief");
    put_box(p, "sales", ROLE_STS, PLACE_FAILED, 10000)->state = BOX_EXITED;
}

static void killed_while_held(struct planning *p)
{
    failed_a_moment_ago(p);
    struct box *b = box_named(&p->m, "avr-sts-a1");
    b->state = BOX_EXITED;
    b->exit_code = 137;
    b->finished_ms = p->m.o.now_ms - 120000;
}

static void failed_long_ago(struct planning *p)
{
    sales_says(p, "Be brief");
    put_box(p, "sales", ROLE_STS, PLACE_FAILED, 31000)->state = BOX_EXITED;
}

static void failed_with_other_settings(struct planning *p)
{
    failed_a_moment_ago(p);
    sales_says(p, "Be good");
}

static void failed_and_live_as_wanted(struct planning *p)
{
    failed_a_moment_ago(p);
    change_provider(p, "p-sts", sts_env, 2);
}

static void failed_and_kept_long_enough(struct planning *p)
{
    failed_a_moment_ago(p);
    change_provider(p, "p-sts", sts_env, 2);
    p->m.o.now_ms += 3590001;
}

static void two_networks(struct planning *p)
{
    static const struct value two[] = {{.text = "avr"}, {.text = "voice"}};

    p->agent = (struct agent_spec){.key = "a1", .has_role[ROLE_STS] = true};
    p->agent.role[ROLE_STS].networks = (struct values){two, 2, true};
    story_merge(p);
}

static void restart_policy(struct planning *p)
{
    p->agent = (struct agent_spec){.key = "a1", .has_role[ROLE_CORE] = true};
    p->agent.role[ROLE_CORE].restart.text = "unless-stopped";
    story_merge(p);
}

static void per_call(struct planning *p)
{
    struct box *sts = box_named(&p->m, "avr-sts-a1");

    ask_at_each_call(p);
    box_env(&p->m, sts, "BACKEND_URL", "http://avr-app-backend:3001");
    box_env(&p->m, sts, "PROVIDER_ID", "p-sts");
    sales_says(p, "Be brief");
}

/* What is read once needs a new container, and so does a first address to ask at. */
static void per_call_cold_key(struct planning *p)
{
    static const struct pair env[] = {
        {"DEEPGRAM_API_KEY", "k1"}, {"AGENT_PROMPT", "Be kind"}, {"DEEPGRAM_SAMPLE_RATE", "8000"}};

    per_call(p);
    change_provider(p, "p-sts", env, N_OF(env));
}

/* The container that came of it: what it asks for changes without it. */
static void per_call_from_us(struct planning *p)
{
    per_call_begins(p);
    drop_box(p, "avr-sts-a1");
    struct box *b = put_box(p, "sales", ROLE_STS, PLACE_LIVE, 60000);
    b->health = HEALTH_GOOD;
    b->ready_ms = p->m.o.now_ms - 60000;
    sales_says(p, "Be brief");
}

/* A drain that began ten minutes ago; its agent waits for five. */
static void drain_too_long(struct planning *p, const char *on_timeout)
{
    p->agent = (struct agent_spec){.key = "a1"};
    p->agent.rollout.drain_timeout_s = (struct number){300, true, nowhere};
    p->agent.rollout.on_timeout.text = on_timeout;
    sales_says(p, "Be brief");
    struct box *old = retire_live(p, "avr-sts-a1", PLACE_DRAIN, 600000);
    old->sockets = 1;
    struct box *b = put_box(p, "sales", ROLE_STS, PLACE_LIVE, 601000);
    b->health = HEALTH_GOOD;
    b->ready_ms = p->m.o.now_ms - 600000;
}

static void drain_forced(struct planning *p)
{
    drain_too_long(p, "force");
}

static void drain_aborted(struct planning *p)
{
    drain_too_long(p, "abort");
}

static void drain_waits_on(struct planning *p)
{
    drain_too_long(p, "wait");
}

static void now(struct planning *p)
{
    env_drift_under_a_call(p);
    p->options.now = true;
}

static void now_pipeline(struct planning *p)
{
    pipeline_llm_under_a_call(p);
    p->options.now = true;
}

static void now_stopped(struct planning *p)
{
    status_stopped(p);
    add_call(p, "a1", 60000);
    box_named(&p->m, "avr-core-a1")->sockets = 1;
    p->options.now = true;
}

static void sts_becomes_pipeline(struct planning *p)
{
    struct agent_row *row = row_of(p, "sales");

    row->mode = "pipeline";
    row->provider_id[ROLE_STS] = NULL;
    row->provider_id[ROLE_ASR] = "p-asr";
    row->provider_id[ROLE_LLM] = "p-llm";
    row->provider_id[ROLE_TTS] = "p-tts";
    story_merge(p);
}

static void pipeline_becomes_sts(struct planning *p)
{
    struct agent_row *row = row_of(p, "booking");

    row->mode = "sts";
    memset(row->provider_id, 0, sizeof row->provider_id);
    row->provider_id[ROLE_STS] = "p-sts";
    story_merge(p);
}

static void paused_live(struct planning *p)
{
    box_named(&p->m, "avr-sts-a1")->state = BOX_PAUSED;
    sales_says(p, "Be brief");
}

static void broken_provider(struct planning *p)
{
    own_providers(&p->m)[0].problem = "config is not valid JSON";
    story_merge(p);
}

static void image_missing_for_good(struct planning *p)
{
    pull_needed(p);
    p->agent.role[ROLE_STS].pull_policy.text = "never";
    story_merge(p);
}

static const struct plan_case cases[] = {
    CASE(in_sync, NULL),
    CASE(env_drift, "sales"),
    CASE(env_drift_under_a_call, "sales"),
    CASE(env_drift_while_a_call_is_set_up, "sales"),
    CASE(no_witness, "sales"),
    CASE(new_image_id, "sales"),
    CASE(pull_needed, "sales"),
    CASE(image_missing_for_good, "sales"),
    CASE(core_drift, "sales"),
    CASE(sts_and_core, "sales"),
    CASE(stale_sts_url, "sales"),
    CASE(provider_port_moves, "sales"),
    CASE(pipeline_llm, "booking"),
    CASE(pipeline_llm_under_a_call, "booking"),
    CASE(pipeline_held_part, "booking"),
    CASE(published_port, "sales"),
    CASE(published_port_under_a_call, "sales"),
    CASE(missing_box, "sales"),
    CASE(killed_box, "sales"),
    CASE(killed_and_changed, "sales"),
    CASE(never_started, "sales"),
    CASE(restarting_box, "sales"),
    CASE(agent_missing, "sales"),
    CASE(pipeline_missing, "booking"),
    CASE(status_stopped, "sales"),
    CASE(pipeline_stopped_under_a_call, "booking"),
    CASE(stopped_with_a_failure, "sales"),
    CASE(orphan, NULL),
    CASE(orphan_leftovers, NULL),
    CASE(orphan_pruned, NULL),
    CASE(orphan_half_a_view, NULL),
    CASE(orphans_too_many, NULL),
    CASE(foreign_holder, "sales"),
    CASE(candidate_created, "sales"),
    CASE(candidate_running, "sales"),
    CASE(candidate_of_another_wish, "sales"),
    CASE(candidate_not_needed, "sales"),
    CASE(name_free_candidate_and_drain, "sales"),
    CASE(name_free_drain_only, "sales"),
    CASE(swapped_not_yet_soaked, "sales"),
    CASE(dies_after_the_swap, "sales"),
    CASE(failed_a_moment_ago, "sales"),
    CASE(killed_while_held, "sales"),
    CASE(failed_long_ago, "sales"),
    CASE(failed_with_other_settings, "sales"),
    CASE(failed_and_live_as_wanted, "sales"),
    CASE(failed_and_kept_long_enough, "sales"),
    CASE(two_networks, "sales"),
    CASE(restart_policy, "sales"),
    CASE(per_call, "sales"),
    CASE(per_call_cold_key, "sales"),
    CASE(per_call_begins, "sales"),
    CASE(per_call_from_us, "sales"),
    CASE(drain_forced, "sales"),
    CASE(drain_aborted, "sales"),
    CASE(drain_waits_on, "sales"),
    CASE(now, "sales"),
    CASE(now_pipeline, "booking"),
    CASE(now_stopped, "sales"),
    CASE(sts_becomes_pipeline, "sales"),
    CASE(pipeline_becomes_sts, "booking"),
    CASE(paused_live, "sales"),
    CASE(broken_provider, "sales"),
};

static void the_plan_is(void **state)
{
    plan_case_check(&cases[(size_t)(uintptr_t)*state]);
}

int main(void)
{
    struct CMUnitTest tests[N_OF(cases)];

    for (size_t i = 0; i < N_OF(cases); i++)
        tests[i] = (struct CMUnitTest){
            .name = cases[i].name, .test_func = the_plan_is, .initial_state = (void *)(uintptr_t)i};
    return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
