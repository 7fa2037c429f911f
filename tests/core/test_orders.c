/* Goal: what an operator ordered is done, is shown with who ordered it, and is over when it should
 * be. */
#include "core/planning.h"

#include "core/orders_end.h"
#include "render/render.h"
#include "core/rollback.h"
#include "core/wish.h"

struct ordering {
    struct planning p;
    struct standing_orders standing;
    ARRAY(struct order) orders;
};

static struct ordering *begin(struct arena *a)
{
    struct ordering *o = arena_alloc(a, sizeof *o);

    story_begin(&o->p, a);
    o->p.m.orders = &o->standing;
    return o;
}

static void order(struct ordering *o, const struct order *given)
{
    ARRAY_PUSH(o->p.m.a, o->orders, *given);
    o->standing.orders = (struct orders){o->orders.items, o->orders.n};
    story_merge(&o->p);
}

static struct order by_root(struct ordering *o, enum order_kind kind)
{
    return (struct order){
        .agent_id = "a1", .kind = kind, .who = "root", .at_ms = o->p.m.o.now_ms - 7200000};
}

static const char *plan_of(struct ordering *o, const char *agent)
{
    return plan_text(&o->p, &agent, 1);
}

static const char *status_of(struct ordering *o, const char *agent)
{
    struct planning *p = &o->p;
    struct render r = {.key = &test_key, .now_ms = p->m.o.now_ms};
    struct plan plan = plan_make(p->m.a, &p->m.d, &p->m.o, &test_key, &p->options, &agent, 1);

    return render_status(p->m.a, &r, &p->m.d, &plan);
}

static void has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void has_not(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("\"%s\" is in:\n%s", part, text);
}

/* Does what is next until nothing is, as a plan's model does it. */
static void carry_out(struct ordering *o, const char *agent)
{
    struct planning *p = &o->p;
    struct model m;

    model_init(&m, p->m.a, &p->m.o);
    for (int i = 0;; i++) {
        struct step s =
            agent_next(p->m.a, &p->m.d, agent_of(&p->m, agent), &m.now, &test_key, &p->options);
        if (s.kind == STEP_NOTHING || s.kind == STEP_HOLD)
            break;
        assert_true(i < 96);
        model_apply(&m, &s);
    }
    p->m.o = m.now;
    for (size_t i = 0; i < p->m.o.n_boxes; i++) /* the next model counts its new ones from 1 too */
        m.boxes[i].id = arena_printf(p->m.a, "box-%zu-%lld", i, (long long)p->m.o.now_ms);
}

static struct ended_orders ended(struct ordering *o)
{
    struct planning *p = &o->p;
    struct plan plan = plan_make(p->m.a, &p->m.d, &p->m.o, &test_key, &p->options, NULL, 0);

    return orders_ended(p->m.a, &test_key, &plan);
}

/* --- pause ----------------------------------------------------------------------------------- */

static void a_pause_holds_and_shows_what_is_missing(void **state)
{
    struct ordering *o = begin(*state);
    struct order pause = by_root(o, ORDER_PAUSE);

    pause.why = "waiting for the vendor";
    order(o, &pause);
    assert_string_equal(plan_of(o, "sales"), "sales: in sync\n"
                                             "  sts: in sync\n"
                                             "  core: in sync\n"
                                             "in sync\n");
    has(status_of(o, "sales"), "paused  sts");
    has(status_of(o, "sales"), "paused by root 2h00m ago: waiting for the vendor");
    sales_says(&o->p, "Be brief");
    assert_string_equal(
        plan_of(o, "sales"),
        "sales: hold\n"
        "  sts: hold; env AGENT_PROMPT\n"
        "  core: in sync\n"
        "    hold    sts  [paused] (paused by root 2h00m ago: waiting for the vendor)\n"
        "not in sync\n");
    has(status_of(o, "sales"),
        "paused by root 2h00m ago: waiting for the vendor; sts AGENT_PROMPT");
    has_not(plan_of(o, "booking"), "hold"); /* only the one it was said of */
}

static void a_pause_keeps_hands_off_what_died(void **state)
{
    struct ordering *o = begin(*state);
    struct order pause = by_root(o, ORDER_PAUSE);

    box_named(&o->p.m, "avr-sts-a1")->state = BOX_EXITED;
    order(o, &pause);
    has(next_text(&o->p, "sales"), "[paused]");
    has(plan_of(o, "sales"), "sts: hold (not running");
    drop_box(&o->p, "avr-sts-a1");
    has(next_text(&o->p, "sales"), "[paused]");
}

static void a_pause_within_a_hand_over_leaves_nobody_without_a_name(void **state)
{
    struct ordering *o = begin(*state);
    struct order pause = by_root(o, ORDER_PAUSE);

    sales_says(&o->p, "Be brief");
    put_box(&o->p, "sales", ROLE_STS, PLACE_NEXT, 5000)->health = HEALTH_GOOD;
    retire_live(&o->p, "avr-sts-a1", PLACE_DRAIN, 1000);
    order(o, &pause);
    assert_string_equal(next_text(&o->p, "sales"),
                        "rename  sts  avrd-next-#1 -> avr-sts-a1 (takes over)");
    box_named(&o->p.m, o->p.stamped.items[0])->name = "avr-sts-a1";
    has(next_text(&o->p, "sales"), "[paused]"); /* the old one stays for its calls */
}

/* --- stop ------------------------------------------------------------------------------------ */

static void a_stop_wins_over_the_sources_and_says_so(void **state)
{
    struct ordering *o = begin(*state);
    struct order stop = by_root(o, ORDER_STOP);
    struct origin origin;

    order(o, &stop);
    assert_int_equal(agent_of(&o->p.m, "sales")->wish, WISH_STOP);
    origin = agent_of(&o->p.m, "sales")->wish_origin;
    assert_string_equal(origin_text(*state, &origin), "order: stopped by root");
    has(plan_of(o, "sales"), "sales: remove");
    carry_out(o, "sales");
    has(plan_of(o, "sales"), "in sync");
    has(status_of(o, "sales"), "stopped  sts");
    has(status_of(o, "sales"), "stopped by root 2h00m ago");
}

static void what_the_sources_have_stopped_stays_theirs(void **state)
{
    struct ordering *o = begin(*state);
    struct order stop = by_root(o, ORDER_STOP);
    struct origin origin;

    row_of(&o->p, "sales")->status = "stopped";
    order(o, &stop);
    origin = agent_of(&o->p.m, "sales")->wish_origin;
    assert_int_equal(origin.kind, FROM_DATABASE);
    assert_non_null(agent_of(&o->p.m, "sales")->stop);
}

/* Nothing wrong with a provider may keep an agent running that is to stop. */
static void a_stop_needs_no_provider(void **state)
{
    struct ordering *o = begin(*state);
    struct order stop = by_root(o, ORDER_STOP);

    row_of(&o->p, "sales")->provider_id[ROLE_STS] = "p-gone";
    story_merge(&o->p);
    assert_non_null(agent_of(&o->p.m, "sales")->problem);
    order(o, &stop);
    assert_null(agent_of(&o->p.m, "sales")->problem);
    has(plan_of(o, "sales"), "sales: remove");
}

/* --- restart --------------------------------------------------------------------------------- */

static void a_restart_replaces_every_container_once(void **state)
{
    static const char *const agents[] = {"sales", "booking"};

    for (size_t i = 0; i < N_OF(agents); i++) {
        struct ordering *o = begin(*state);
        struct order restart = by_root(o, ORDER_RESTART);
        restart.agent_id = agent_of(&o->p.m, agents[i])->id;
        order(o, &restart);
        has(plan_of(o, agents[i]), "replace; created\n");
        has(plan_of(o, agents[i]), "core: replace; ");
        assert_int_equal(ended(o).n, 0);
        carry_out(o, agents[i]);
        has(plan_of(o, agents[i]), "\nin sync");
        assert_int_equal(ended(o).n, 1);
        assert_int_equal(ended(o).items[0].order->kind, ORDER_RESTART);
        /* Without the order the new ones are as asked for, and so are they under it. */
        o->standing.orders.n = 0;
        story_merge(&o->p);
        has(plan_of(o, agents[i]), "\nin sync");
    }
}

/* The engine's clock may be hours behind or ahead of ours: neither a loop nor a restart that does
 * not happen may come of it. */
static void a_restart_does_not_depend_on_clocks(void **state)
{
    static const int64_t ahead_ms[] = {-86400000, 86400000};

    for (size_t i = 0; i < N_OF(ahead_ms); i++) {
        struct ordering *o = begin(*state);
        struct order restart = by_root(o, ORDER_RESTART);
        for (size_t k = 0; k < o->p.m.boxes.n; k++)
            o->p.m.boxes.items[k].created_ms = o->p.m.o.now_ms + ahead_ms[i];
        order(o, &restart);
        has(plan_of(o, "sales"), "sts: replace; created");
        carry_out(o, "sales");
        has(plan_of(o, "sales"), "\nin sync");
    }
}

static void a_second_restart_is_another_one(void **state)
{
    struct ordering *o = begin(*state);
    struct order restart = by_root(o, ORDER_RESTART);

    order(o, &restart);
    carry_out(o, "sales");
    o->orders.n = 0;
    restart.at_ms++;
    order(o, &restart);
    has(plan_of(o, "sales"), "sts: replace; created");
}

static void a_restart_says_who_ordered_it(void **state)
{
    struct ordering *o = begin(*state);
    struct order restart = by_root(o, ORDER_RESTART);
    const char *only[] = {"sales"};

    order(o, &restart);
    struct plan plan = plan_make(*state, &o->p.m.d, &o->p.m.o, &test_key, &o->p.options, only, 1);
    const struct drift *d = &plan.agents[0].roles[0].drifts.items[0];
    assert_string_equal(origin_text(*state, &d->origin), "order: restart ordered by root");
    struct render r = {
        .key = &test_key, .now_ms = o->p.m.o.now_ms, .sources = "data.db", .engine = "here"};
    has(render_plan(*state, &r, &o->p.m.d, &plan), "order: restart ordered by root 2h00m ago");
}

static void a_failed_restart_is_over(void **state)
{
    struct ordering *o = begin(*state);
    struct order restart = by_root(o, ORDER_RESTART);

    assert_int_equal(orders_failed(*state, agent_of(&o->p.m, "sales")).n, 0);
    order(o, &restart);
    assert_int_equal(orders_failed(*state, agent_of(&o->p.m, "sales")).n, 1);
}

/* --- rollback -------------------------------------------------------------------------------- */

static struct record_role remembered(struct arena *a, const struct wanted *w)
{
    struct record_env *env = arena_alloc(a, (w->env.n + 1) * sizeof *env);

    for (size_t i = 0; i < w->env.n; i++)
        env[i] = (struct record_env){.name = w->env.items[i].name,
                                     .value = w->env.items[i].value,
                                     .origin = origin_text(a, &w->env.items[i].origin)};
    return (struct record_role){.role = w->spec->role,
                                .image_ref = w->image_ref,
                                .image_id = w->image_id,
                                .env = env,
                                .n_env = w->env.n};
}

/* What is wanted now, as generation 3; the database then asks for something else, and it runs. */
static struct order roll_back(struct ordering *o, const char *agent)
{
    struct arena *a = o->p.m.a;
    struct record_role *roles = arena_alloc(a, ROLE__N * sizeof *roles);
    struct generation *g = arena_alloc(a, sizeof *g);
    struct order back = by_root(o, ORDER_ROLLBACK);

    material_resolve(&o->p.m, agent);
    *g = (struct generation){.number = 3, .good_ms = 1, .roles = roles};
    for (enum role r = 0; r < ROLE__N; r++)
        if (o->p.m.w[r].spec)
            roles[g->n_roles++] = remembered(a, &o->p.m.w[r]);
    back.agent_id = g->agent_id = agent_of(&o->p.m, agent)->id;
    back.to_generation = 3;
    o->standing.goals = (struct generations){g, 1};
    return back;
}

static void ask_for_more(struct ordering *o, const char *agent)
{
    static const struct pair llm[] = {{"OPENAI_MODEL", "gpt-5"}};

    if (text_is(agent, "sales"))
        sales_says(&o->p, "Be brief");
    else
        change_provider(&o->p, "p-llm", llm, 1);
}

static void a_rollback_brings_back_what_was(void **state)
{
    static const char *const agents[] = {"sales", "booking"};

    for (size_t i = 0; i < N_OF(agents); i++) {
        struct ordering *o = begin(*state);
        struct order back = roll_back(o, agents[i]);
        ask_for_more(o, agents[i]);
        has_not(plan_of(o, agents[i]), "\nin sync"); /* it runs as it was, and is to change */
        struct observed before = o->p.m.o;
        carry_out(o, agents[i]);
        has(plan_of(o, agents[i]), "\nin sync");
        back.away_from = asked_wish(*state, &test_key, agent_of(&o->p.m, agents[i]));
        order(o, &back);
        has(plan_of(o, agents[i]), "replace; env");
        carry_out(o, agents[i]);
        has(plan_of(o, agents[i]), "\nin sync");
        o->p.m.o = before; /* what ran before is what is wanted again */
        has(plan_of(o, agents[i]), "\nin sync");
        assert_int_equal(ended(o).n, 0);
    }
}

static struct ordering *rolled_back(struct arena *a)
{
    struct ordering *o = begin(a);
    struct order back = roll_back(o, "sales");

    ask_for_more(o, "sales");
    back.away_from = asked_wish(a, &test_key, agent_of(&o->p.m, "sales"));
    order(o, &back);
    return o;
}

static void a_rollback_takes_the_image_by_its_id(void **state)
{
    struct ordering *o = begin(*state);
    struct order back = roll_back(o, "sales");

    for (size_t i = 0; i < o->p.m.images.n; i++)
        if (text_is(o->p.m.images.items[i].asked, "sts:latest"))
            o->p.m.images.items[i].id = "id-new";
    add_image(&o->p.m, "id-new", "id-new");
    carry_out(o, "sales");
    back.away_from = asked_wish(*state, &test_key, agent_of(&o->p.m, "sales"));
    order(o, &back);
    has(plan_of(o, "sales"), "sts: replace; image");
    material_resolve(&o->p.m, "sales");
    assert_string_equal(o->p.m.w[ROLE_STS].image_id, "id-sts");
    assert_string_equal(o->p.m.w[ROLE_STS].image_ref, "id-sts"); /* the tag means another by now */
    assert_string_equal(o->p.m.w[ROLE_CORE].image_ref, "agentvoiceresponse/avr-core:latest");
    const char *const *refs;
    size_t n = resolve_image_refs(*state, &o->p.m.d, &refs);
    bool asked = false;
    for (size_t i = 0; i < n; i++)
        asked = asked || text_is(refs[i], "id-sts");
    assert_true(asked);
}

static void a_rollback_that_cannot_be_is_a_problem(void **state)
{
    struct ordering *o = rolled_back(*state);
    struct generation *g = arena_memdup(*state, o->standing.goals.items, sizeof *g);
    struct record_role *roles = arena_memdup(*state, g->roles, 2 * sizeof *roles);
    struct record_env *env = arena_memdup(*state, roles[0].env, roles[0].n_env * sizeof *env);

    o->standing.goals.items = g;
    g->roles = roles;
    roles[0].image_id = "id-gone";
    story_merge(&o->p);
    has(plan_of(o, "sales"),
        "the image of generation 3 (sts:latest, id-gone) is not on the engine");
    roles[0].image_id = "id-sts";
    roles[0].env = env;
    env[0].value = NULL;
    story_merge(&o->p);
    has(plan_of(o, "sales"), "was sealed with another key and cannot be opened");
    roles[0].role = ROLE_ASR;
    story_merge(&o->p);
    has(plan_of(o, "sales"), "generation 3 had no sts container");
    o->standing.goals.n = 0;
    story_merge(&o->p);
    has(plan_of(o, "sales"), "generation 3, to which it was rolled back, is not remembered");
    has_not(plan_of(o, "sales"), "create");
}

static void a_rollback_lapses_with_a_new_wish(void **state)
{
    struct ordering *o = rolled_back(*state);

    has(plan_of(o, "sales"), "\nin sync");
    has(status_of(o, "sales"), "rolled back to generation 3 by root 2h00m ago");
    sales_says(&o->p, "Be short");
    has(plan_of(o, "sales"), "sts: replace; env AGENT_PROMPT");
    has(status_of(o, "sales"), "no longer in force: something else is asked for by now");
    assert_int_equal(ended(o).n, 1);
    assert_int_equal(ended(o).items[0].order->kind, ORDER_ROLLBACK);
    sales_says(&o->p,
               "Be brief"); /* as when it was ordered: whoever forgot it in between decides */
    assert_int_equal(ended(o).n, 0);
}

/* What does not say how the containers are to be is no new wish. */
static void a_rollback_outlives_what_is_no_new_wish(void **state)
{
    struct ordering *o = rolled_back(*state);

    row_of(&o->p, "sales")->status = "stopped";
    story_merge(&o->p);
    assert_int_equal(ended(o).n, 0);
    row_of(&o->p, "sales")->status = "running";
    o->p.agent = (struct agent_spec){.key = "a1", .rollout.monitor_s = {30, true, {0}}};
    story_merge(&o->p);
    has(plan_of(o, "sales"), "\nin sync");
    row_of(&o->p, "sales")->provider_id[ROLE_STS] = "p-gone";
    story_merge(&o->p);
    assert_int_equal(ended(o).n, 0);
    has(plan_of(o, "sales"), "[problem]");
    row_of(&o->p, "sales")->provider_id[ROLE_STS] = "p-sts";
    story_merge(&o->p);
    has(plan_of(o, "sales"), "\nin sync");
}

/* --- all ------------------------------------------------------------------------------------- */

static void an_order_is_another_wish(void **state)
{
    for (enum order_kind k = 0; k < ORDER__N; k++) {
        struct ordering *o = begin(*state);
        const char *before = desired_wish(*state, &test_key, &o->p.m.d);
        struct order given = by_root(o, k);
        order(o, &given);
        const char *after = desired_wish(*state, &test_key, &o->p.m.d);
        assert_string_not_equal(before, after);
        o->orders.n = 0;
        given.at_ms++;
        order(o, &given);
        assert_string_not_equal(desired_wish(*state, &test_key, &o->p.m.d), after);
    }
}

static int arena_setup(void **state)
{
    *state = arena_new();
    return 0;
}

static int arena_teardown(void **state)
{
    arena_free(*state);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, arena_setup, arena_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_pause_holds_and_shows_what_is_missing),
        TEST(a_pause_keeps_hands_off_what_died),
        TEST(a_pause_within_a_hand_over_leaves_nobody_without_a_name),
        TEST(a_stop_wins_over_the_sources_and_says_so),
        TEST(what_the_sources_have_stopped_stays_theirs),
        TEST(a_stop_needs_no_provider),
        TEST(a_restart_replaces_every_container_once),
        TEST(a_restart_does_not_depend_on_clocks),
        TEST(a_second_restart_is_another_one),
        TEST(a_restart_says_who_ordered_it),
        TEST(a_failed_restart_is_over),
        TEST(a_rollback_brings_back_what_was),
        TEST(a_rollback_takes_the_image_by_its_id),
        TEST(a_rollback_that_cannot_be_is_a_problem),
        TEST(a_rollback_lapses_with_a_new_wish),
        TEST(a_rollback_outlives_what_is_no_new_wish),
        TEST(an_order_is_another_wish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
