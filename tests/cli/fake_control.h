/* fake_control.h - control without an engine: a look that was made by hand and an apply that plays
 * events.  It defines every function of control, service and face that the command line calls, so
 * the real ones are not linked. */
#ifndef TEST_FAKE_CONTROL_H
#define TEST_FAKE_CONTROL_H

#include "cli/cli_fixture.h"
#include "render/fixture.h"
#include "control/examine.h"
#include "control/follow.h"
#include "service/hearing.h"
#include "reach/prove.h"
#include "face/face.h"
#include "service/service.h"

static struct {
    const struct plan *plan;
    struct err sources_err, look_err, prove_err, apply_err; /* code ERR_NONE: it works */
    struct spec_errors spec_errors;
    const struct event *events;
    size_t n_events;
    struct outcome outcome;
    struct doctor_facts facts;
    /* What was asked of it. */
    int looks, applies, sessions, freed;
    bool read_only;
    struct apply_options asked;
    const char *only[4];
    struct standing_orders orders;
    char logged[4][80]; /* ids of the boxes whose logs were asked for */
    size_t n_logged;
    bool follow_fails;
} fake;

struct session {
    int unused;
};
static struct session fake_session;

struct session *session_new(const struct config *config, bool read_only)
{
    (void)config;
    fake.sessions++;
    fake.read_only = read_only;
    return &fake_session;
}

int service_run(const struct config *config, const struct service_options *options, struct err *err)
{
    (void)config, (void)options, (void)err;
    return 0;
}

const struct service_guest *face_guest(struct arena *a, const struct face_options *options)
{
    (void)a, (void)options;
    return NULL;
}

void session_watch(struct session *s)
{
    (void)s;
}

void session_free(struct session *s)
{
    (void)s;
    fake.freed++;
}

int session_look(struct session *s, struct arena *a, const struct sources *sources,
                 const struct plan_options *options, const char *const *only, size_t n_only,
                 struct look *ret, struct err *err)
{
    (void)s, (void)a, (void)options, (void)only, (void)n_only;
    fake.looks++;
    if (fake.look_err.code != ERR_NONE) {
        *err = fake.look_err;
        return -1;
    }
    *ret = (struct look){.sources = sources,
                         .observed = {.now_ms = NOW},
                         .plan = *fake.plan,
                         .engine_text = "pbx-01 (Docker 20.10.24)"};
    return 0;
}

int examine(struct session *s, struct arena *a, const struct look *look, struct doctor_facts *ret,
            struct err *err)
{
    (void)s, (void)a, (void)look, (void)err;
    *ret = fake.facts;
    return 0;
}

int prove(struct session *s, struct arena *a, const struct look *look, struct verify_facts *ret,
          struct err *err)
{
    (void)s, (void)a, (void)look;
    *ret = (struct verify_facts){.calls_problem = "no database tells of calls"};
    if (fake.prove_err.code == ERR_NONE)
        return 0;
    *err = fake.prove_err;
    return -1;
}

int session_apply(struct session *s, struct arena *a, const struct sources *sources,
                  const struct apply_options *options, struct outcome *ret, struct err *err)
{
    (void)s, (void)a, (void)sources;
    fake.applies++;
    fake.asked = *options;
    for (size_t i = 0; i < options->n_only && i < 4; i++)
        fake.only[i] = options->only[i];
    if (fake.apply_err.code != ERR_NONE) {
        *err = fake.apply_err;
        return -1;
    }
    for (size_t i = 0; i < fake.n_events; i++)
        options->on_event(options->ctx, &fake.events[i]);
    *ret = fake.outcome;
    return 0;
}

int session_logs(struct session *s, struct arena *a, const char *box_id, unsigned tail,
                 const char **ret, struct err *err)
{
    (void)s, (void)err;
    if (fake.n_logged < 4)
        snprintf(fake.logged[fake.n_logged++], sizeof fake.logged[0], "%s", box_id);
    *ret = arena_printf(a, "the last %u lines\x1b[2J\n", tail);
    return 0;
}

int session_follow(struct session *s, const struct follow_options *o, struct err *err)
{
    (void)s;
    for (size_t i = 0; i < o->n_boxes; i++)
        o->on_line(o->ctx, &o->boxes[i], "one\x1b[2J");
    struct follow_box next = o->boxes[0], old = next;
    old.name = "avrd-drain-01a203ef73be";
    o->on_successor(o->ctx, &next);
    o->on_line(o->ctx, &next, "hello");
    o->on_line(o->ctx, &next, "again");
    o->on_line(o->ctx, &old, "bye");
    return fake.follow_fails ? err_set(err, ERR_UNREACHABLE, "it is away") : 0;
}

void session_interrupt(struct session *s)
{
    (void)s;
}

const struct digest_key *session_key(const struct session *s)
{
    (void)s;
    return &fixture_key;
}

int sources_read(struct arena *a, const struct config *config, struct sources *ret,
                 struct spec_errors *errors, struct err *err)
{
    (void)a, (void)config;
    *errors = fake.spec_errors;
    if (fake.sources_err.code != ERR_NONE) {
        *err = fake.sources_err;
        return -1;
    }
    *ret = (struct sources){
        .desired = fixture_desired, .orders = fake.orders, .text = "specs/agents.yaml, data.db"};
    return 0;
}

static inline int fake_setup(void **state)
{
    memset(&fake, 0, sizeof fake);
    fake.plan = &fixture_plan;
    return arena_setup(state);
}

#define FAKE_TEST(f) cmocka_unit_test_setup_teardown(f, fake_setup, arena_teardown)

#endif
