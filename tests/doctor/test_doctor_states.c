/* What doctor says of containers, networks and ports in states that a plan from ordinary inputs is
 * seldom in: the plan is made by hand. */
#include "core/material.h"

#include "doctor/doctor.h"

struct ward {
    struct arena *a;
    struct settings settings;
    struct wanted wanted[2];
    struct drift drift;
    struct box live, kept[3];
    struct foreign foreign;
    struct role_plan roles[2];
    struct agent agent;
    struct agent_plan of_agent;
    struct plan plan;
    struct observed observed;
    struct network network;
    struct doctor_facts facts;
};

/* An agent with sts, which runs, and core, which nobody wants any more. */
static struct ward *ward_new(struct arena *a)
{
    static const char *const avr[] = {"avr"};
    struct ward *w = arena_alloc(a, sizeof *w);

    *w = (struct ward){.a = a, .agent = {.id = "a1", .name = "sales"}};
    w->live = (struct box){.id = "1", .name = "avr-sts-a1", .state = BOX_RUNNING};
    for (size_t i = 0; i < 2; i++)
        w->wanted[i] = (struct wanted){.image_ref = "sts:latest",
                                       .image_id = "id-sts",
                                       .settings = &w->settings,
                                       .networks = avr,
                                       .n_networks = 1};
    w->roles[0] = (struct role_plan){
        .role = ROLE_STS, .name = "avr-sts-a1", .wanted = &w->wanted[0], .live = &w->live};
    w->roles[1] = (struct role_plan){.role = ROLE_CORE, .name = "avr-core-a1"};
    w->of_agent = (struct agent_plan){.agent = &w->agent, .roles = w->roles, .n_roles = 2};
    w->plan = (struct plan){.agents = &w->of_agent, .n_agents = 1};
    w->network = (struct network){.name = "avr", .subnet = "10.0.0.0/28"};
    w->facts = (struct doctor_facts){.networks = &w->network,
                                     .n_networks = 1,
                                     .sockets_readable = true,
                                     .state_dir = "/var/lib/avr-reconciler",
                                     .service = SERVICE_ANSWERS};
    return w;
}

/* "error what | command or advice" a line, of this kind. */
static const char *said(struct ward *w, const char *kind)
{
    static const char *const severities[] = {"error", "warning", "hint"};
    static const struct spec spec;
    static const struct database database;
    static const struct desired desired = {.parallelism = 1, .prefix = "avr"};
    static const struct host host;
    const struct doctor_input in = {&spec,    &database, &desired, &w->observed,
                                    &w->plan, &host,     &w->facts};
    struct findings found = doctor_find(w->a, &in);
    struct text t = {.arena = w->a};

    for (size_t i = 0; i < found.n; i++) {
        const struct finding *f = &found.items[i];
        if (text_is(f->kind, kind))
            text_printf(&t, "%s %s | %s\n", severities[f->severity], f->what,
                        f->command ? f->command : f->advice);
    }
    return text_str(&t);
}

static void as_asked(struct ward *w)
{
    (void)w;
}

/* --- containers ------------------------------------------------------------------------------- */

static void problem_in_a_file(struct ward *w)
{
    w->agent.problem = "two images";
    w->agent.problem_at = (struct pos){.file = "a.yaml", .line = 7};
}

static void image_to_pull(struct ward *w)
{
    w->wanted[0].problem = "not here", w->wanted[0].image_id = NULL;
}

static void image_unknown(struct ward *w)
{
    w->wanted[0].problem = "no image", w->wanted[0].image_ref = NULL;
}

static void image_here_and_wrong(struct ward *w)
{
    w->wanted[0].problem = "no token";
}

static void image_drifts(struct ward *w, const char *ref)
{
    w->drift = (struct drift){.field = "image"};
    w->roles[0].drifts = (struct drifts){&w->drift, 1};
    w->wanted[0].image_ref = ref;
}

static void local_here(struct ward *w)
{
    image_drifts(w, "sts:local");
}

static void other_tag(struct ward *w)
{
    image_drifts(w, "sts:7");
}

static void no_tag(struct ward *w)
{
    image_drifts(w, NULL);
}

static void local_and_unwanted(struct ward *w)
{
    local_here(w);
    w->roles[0].wanted = NULL;
}

static void held(struct ward *w, enum hold hold, enum role role)
{
    w->of_agent.hold =
        (struct step){.kind = STEP_HOLD, .hold = hold, .role = role, .why = "it does not answer"};
}

static void unhealthy(struct ward *w)
{
    held(w, HOLD_UNHEALTHY, ROLE_STS);
}

static void unhealthy_and_crashing(struct ward *w)
{
    unhealthy(w);
    w->live.state = BOX_RESTARTING;
}

static void held_for_calls(struct ward *w)
{
    held(w, HOLD_CALLS, ROLE_STS);
}

static void held_without_a_role(struct ward *w)
{
    held(w, HOLD_UNHEALTHY, ROLE_TTS);
}

static void failed_and_gone(struct ward *w)
{
    held(w, HOLD_FAILED, ROLE_STS);
    w->roles[0].live = NULL;
}

/* One that drains and one of core are not what failed. */
static void failed_and_kept(struct ward *w)
{
    static const struct pair sts[] = {{"agentName", "avr-sts-a1"}},
                             core[] = {{"agentName", "avr-core-a1"}};

    failed_and_gone(w);
    w->kept[0] = (struct box){.name = "avrd-drain-000000000001", .labels = sts, .n_labels = 1};
    w->kept[1] = (struct box){.name = "avrd-failed-000000000002", .labels = core, .n_labels = 1};
    w->kept[2] = (struct box){.name = "avrd-failed-000000000003", .labels = sts, .n_labels = 1};
    w->observed.boxes = w->kept, w->observed.n_boxes = N_OF(w->kept);
}

static void name_of_nobody(struct ward *w)
{
    w->foreign = (struct foreign){"f", "avr-sts-zz"};
    w->observed.foreign = &w->foreign, w->observed.n_foreign = 1;
}

/* --- networks and ports ----------------------------------------------------------------------- */

static void one_address(struct ward *w)
{
    w->roles[1].wanted = &w->wanted[1];
    w->network.n_containers = 12;
}

static void none_needed(struct ward *w)
{
    w->network.name = "other", w->network.n_containers = 13;
}

static void subnet_is(struct ward *w, const char *subnet)
{
    w->network.subnet = subnet, w->network.n_containers = 70000;
}

static void subnet_too_wide(struct ward *w)
{
    subnet_is(w, "10.0.0.0/7");
}

static void subnet_too_narrow(struct ward *w)
{
    subnet_is(w, "10.0.0.0/31");
}

static void subnet_with_a_tail(struct ward *w)
{
    subnet_is(w, "10.0.0.0/28x");
}

static void publish(struct ward *w, const char *sts, const char *core)
{
    struct value *port = arena_alloc(w->a, sizeof *port);
    const char **carried = arena_alloc(w->a, sizeof *carried);

    *port = (struct value){.text = sts};
    w->settings.ports = (struct values){port, 1, true};
    w->roles[1].wanted = &w->wanted[1];
    w->wanted[1].settings = NULL;
    *carried = core;
    w->wanted[1].carried_ports = carried, w->wanted[1].n_carried_ports = 1;
}

static void a_port_taken_over(struct ward *w)
{
    publish(w, "127.0.0.1:8088:6030", "127.0.0.1:8088:5001");
}

static void one_on_all_addresses(struct ward *w)
{
    publish(w, "127.0.0.1:8088:6030", "8088:5001");
}

static void another_port(struct ward *w)
{
    publish(w, "8088:6030", "8089:5001");
}

static void drawn_ports(struct ward *w)
{
    publish(w, "127.0.0.1::6030", "0:5001");
}

static void the_same_role_twice(struct ward *w)
{
    publish(w, "8088:6030", "6030");
    w->wanted[0].carried_ports = &w->settings.ports.items[0].text;
    w->wanted[0].n_carried_ports = 1;
}

/* A clash is found however many ports are published. */
static void many_ports(struct ward *w)
{
    static const char *const ports[] = {"8081:1", "8082:1", "8083:1", "8084:1", "8085:1",
                                        "8086:1", "8087:1", "8088:1", "8089:1", "8090:1"};

    publish(w, "8080:6030", "8088:5001");
    w->wanted[0].carried_ports = ports, w->wanted[0].n_carried_ports = N_OF(ports);
}

#define CLASH                                                                                      \
    "error port 8088 of the host is wanted by avr-sts-a1, too | give one of them another port "    \
    "under `ports`\n"

static void each_state_says_its_own(void **state)
{
    static const struct {
        void (*come)(struct ward *);
        const char *kind, *says;
    } cases[] = {
        {as_asked, "not-running", ""},
        {problem_in_a_file, "problem", "error two images | mend a.yaml:7\n"},
        {image_to_pull, "image", "error not here | docker pull sts:latest\n"},
        {image_unknown, "image", "error no image | mend the spec or the provider\n"},
        {image_here_and_wrong, "image", "error no token | mend the spec or the provider\n"},
        {local_here, "newer-local",
         "warning sts:local is here, and it runs another image | avr-reconciler apply sales\n"},
        {other_tag, "newer-local", ""},
        {no_tag, "newer-local", ""},
        {local_and_unwanted, "newer-local", ""},
        {unhealthy, "unhealthy", "error it does not answer | docker logs --tail 50 avr-sts-a1\n"},
        {unhealthy_and_crashing, "unhealthy", ""},
        {held_for_calls, "unhealthy", ""},
        {held_without_a_role, "unhealthy", ""},
        {failed_and_gone, "failed",
         "warning it does not answer | docker logs --tail 50 avr-sts-a1\n"},
        {failed_and_kept, "failed",
         "warning it does not answer | docker logs --tail 50 avrd-failed-000000000003\n"},
        {name_of_nobody, "name-taken",
         "error a container that is none of AVR's, or of another TENANT, has this name | docker "
         "rename avr-sts-zz avr-sts-zz-old\n"},
        {one_address, "network-full",
         "warning network \"avr\" (10.0.0.0/28) has 1 address left | docker network inspect avr\n"},
        {none_needed, "network-full", ""},
        {subnet_too_wide, "network-full", ""},
        {subnet_too_narrow, "network-full", ""},
        {subnet_with_a_tail, "network-full", ""},
        {a_port_taken_over, "port-clash", CLASH},
        {one_on_all_addresses, "port-clash", CLASH},
        {another_port, "port-clash", ""},
        {drawn_ports, "port-clash", ""},
        {many_ports, "port-clash", CLASH},
        {the_same_role_twice, "port-clash", ""},
    };

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++) {
        CLEANUP_ARENA struct arena *a = arena_new();
        struct ward *w = ward_new(a);
        cases[i].come(w);
        assert_string_equal(said(w, cases[i].kind), cases[i].says);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_state_says_its_own)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
