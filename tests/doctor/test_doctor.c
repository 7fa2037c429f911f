/* Each fault is found, with what mends it, and a fleet without one has none. */
#include "core/planning.h"

#include "doctor/doctor.h"

struct clinic {
    struct material m;
    struct plan plan;
    struct doctor_facts facts;
};

/* Two agents, all as asked for, and nothing wrong around them. */
static struct clinic *clinic_new(struct arena *a)
{
    struct clinic *c = arena_alloc(a, sizeof *c);
    static const struct network avr = {.name = "avr", .subnet = "172.18.0.0/16", .n_containers = 6};
    struct neighbour *all = arena_alloc(a, 2 * sizeof *all);

    *c = (struct clinic){.m = running(a, "sales")};
    run_agent(&c->m, "booking");
    all[0] = (struct neighbour){"asterisk", "docker.io/acme/asterisk:20", true};
    all[1] = (struct neighbour){"keeper", "avr-reconciler:local", true};
    c->facts = (struct doctor_facts){.networks = &avr,
                                     .n_networks = 1,
                                     .neighbours = all,
                                     .n_neighbours = 2,
                                     .sockets_readable = true,
                                     .state_dir = "/var/lib/avr-reconciler",
                                     .service = SERVICE_ANSWERS};
    return c;
}

static struct findings examined(struct clinic *c)
{
    static const struct plan_options options;
    struct doctor_input in = {.spec = &c->m.spec,
                              .database = &c->m.db,
                              .desired = &c->m.d,
                              .observed = &c->m.o,
                              .plan = &c->plan,
                              .host = &c->m.host,
                              .facts = &c->facts};

    c->m.o.calls_known = true;
    c->plan = plan_make(c->m.a, &c->m.d, &c->m.o, &test_key, &options, NULL, 0);
    return doctor_find(c->m.a, &in);
}

/* "error stale-url sales core: what | command or advice" a line. */
static const char *said(struct clinic *c)
{
    static const char *const severities[] = {"error", "warning", "hint"};
    struct findings found = examined(c);
    struct text t = {.arena = c->m.a};

    for (size_t i = 0; i < found.n; i++) {
        const struct finding *f = &found.items[i];
        assert_non_null(f->why);
        assert_true(f->advice || f->command);
        text_printf(&t, "%s %s%s%s%s%s: %s | %s\n", severities[f->severity], f->kind,
                    f->agent ? " " : "", f->agent ? f->agent->name : "", f->role ? " " : "",
                    f->role ? f->role : "", f->what, f->command ? f->command : f->advice);
    }
    return text_str(&t);
}

static void box_port(struct clinic *c, const char *name, const char *port)
{
    box_env(&c->m, box_named(&c->m, name), "PORT", port);
}

/* --- one fault each ----------------------------------------------------------------------------
 */

static void stale_port(struct clinic *c)
{
    box_env(&c->m, box_named(&c->m, "avr-core-a1"), "STS_URL", "ws://avr-sts-a1:6999");
}

static void stale_name(struct clinic *c)
{
    box_env(&c->m, box_named(&c->m, "avr-core-a1"), "STS_URL", "ws://avrd-sts-0123456789ab:6030");
}

static void no_url(struct clinic *c)
{
    box_env(&c->m, box_named(&c->m, "avr-core-a1"), "STS_URL", NULL);
}

static void half_a_url(struct clinic *c)
{
    box_env(&c->m, box_named(&c->m, "avr-core-a1"), "STS_URL", "undefined");
}

/* Somebody's own machine: nothing is known of its ports. */
static void url_elsewhere(struct clinic *c)
{
    box_env(&c->m, box_named(&c->m, "avr-core-a1"), "STS_URL", "ws://10.9.8.7:1");
}

static void lower_case(struct clinic *c)
{
    struct box *core = box_named(&c->m, "avr-core-b2");
    const char *port = pair_get(box_named(&c->m, "avr-tts-b2")->env,
                                box_named(&c->m, "avr-tts-b2")->n_env, "PORT");

    box_env(&c->m, core, "TTS_URL", NULL);
    box_env(&c->m, core, "tts_URL", arena_printf(c->m.a, "http://avr-tts-b2:%s", port));
}

static void no_webhook(struct clinic *c)
{
    c->m.host = (struct host){.ami_url = "ami"};
    material_merge(&c->m);
    box_env(&c->m, box_named(&c->m, "avr-core-a1"), "WEBHOOK_URL", "undefined");
    box_env(&c->m, box_named(&c->m, "avr-core-a1"), "WEBHOOK_SECRET", "undefined");
    box_env(&c->m, box_named(&c->m, "avr-core-b2"), "WEBHOOK_SECRET", "undefined");
}

static void webhook_by_now(struct clinic *c)
{
    box_env(&c->m, box_named(&c->m, "avr-core-a1"), "WEBHOOK_URL", "undefined");
}

static void prompt_like_a_url(struct clinic *c)
{
    static const struct pair env[] = {{"GEMINI_INSTRUCTIONS", "https://prompts.test/x"},
                                      {"OPENAI_INSTRUCTIONS", "Note: be polite"}};
    struct provider_row *rows = own_providers(&c->m);

    rows[0].env = env, rows[0].n_env = N_OF(env);
    material_merge(&c->m);
    c->m.boxes.n = 0;
    run_agent(&c->m, "sales");
    run_agent(&c->m, "booking");
}

static void all_gone(struct clinic *c)
{
    box_named(&c->m, "avr-core-a1")->state = BOX_EXITED;
    box_named(&c->m, "avr-sts-a1")->state = BOX_EXITED;
}

static void all_of_a_spec_gone(struct clinic *c)
{
    static const struct agent_spec spec = {
        .key = "sales", .origin = SPEC_AT(4, 3), .state = {"running", SPEC_AT(5, 10)}};

    c->m.spec.agents = &spec, c->m.spec.n_agents = 1;
    material_merge(&c->m);
    all_gone(c);
}

static void one_gone(struct clinic *c)
{
    box_named(&c->m, "avr-llm-b2")->state = BOX_EXITED;
}

static void one_missing(struct clinic *c)
{
    box_named(&c->m, "avr-llm-b2")->name = "elsewhere";
}

static void crashes(struct clinic *c)
{
    box_named(&c->m, "avr-sts-a1")->restart_count = 3;
    box_named(&c->m, "avr-asr-b2")->restart_count = 2;
}

static void crashes_now(struct clinic *c)
{
    box_named(&c->m, "avr-sts-a1")->restart_count = 41;
    box_named(&c->m, "avr-sts-a1")->state = BOX_RESTARTING;
}

static void no_image(struct clinic *c)
{
    struct settings *sts = spec_of_sales(&c->m, ROLE_STS);
    struct value *image = arena_alloc(c->m.a, sizeof *image);

    *image = SAID("acme/sts:7", 5, 3);
    sts->image = (struct values){image, 1, true};
    sts->pull_policy = SAID("never", 6, 3);
    material_merge(&c->m);
}

static void local_build(struct clinic *c)
{
    add_image(&c->m, "sts:local", "id-new");
    add_image(&c->m, "id-new", "id-new");
}

static void name_taken(struct clinic *c)
{
    static const struct foreign foreign = {"f00", "avr-sts-a1"};

    c->m.o.foreign = &foreign, c->m.o.n_foreign = 1;
}

static void no_provider(struct clinic *c)
{
    struct agent_row *rows = arena_memdup(c->m.a, agent_rows, sizeof agent_rows);

    rows[0].provider_id[ROLE_STS] = "gone";
    rows[0].provider_id[ROLE_LLM] = "p-sts"; /* of the other mode: it does not count */
    c->m.db.agents = rows;
    material_merge(&c->m);
}

static void no_provider_and_stopped(struct clinic *c)
{
    no_provider(c);
    ((struct agent_row *)(uintptr_t)c->m.db.agents)[0].status = "stopped";
    ((struct agent_row *)(uintptr_t)c->m.db.agents)[0].provider_id[ROLE_LLM] = "p-sts";
    material_merge(&c->m);
}

static void wrong_type(struct clinic *c)
{
    struct provider_row *rows = own_providers(&c->m);

    rows[2].type = "TTS";
    material_merge(&c->m);
    c->m.boxes.n = 0;
    run_agent(&c->m, "sales");
    run_agent(&c->m, "booking");
}

static void unused_provider(struct clinic *c)
{
    struct provider_row *rows = arena_alloc(c->m.a, 6 * sizeof *rows);
    struct settings *sts = spec_of_sales(&c->m, ROLE_STS);

    memcpy(rows, provider_rows, sizeof provider_rows);
    rows[4] = (struct provider_row){.id = "p-old", .type = "STS", .name = "old one"};
    rows[5] = (struct provider_row){.id = "p-new", .type = "STS", .name = "new one"};
    c->m.db.providers = rows, c->m.db.n_providers = 6;
    sts->provider = SAID("deepgram", 6, 7);
    struct agent_spec *spec = arena_memdup(c->m.a, c->m.spec.agents, sizeof *spec);
    spec->role[ROLE_TTS].provider = SAID("new one", 7, 7);
    c->m.spec.agents = spec;
}

static void network_missing(struct clinic *c)
{
    static const struct network avr = {
        .name = "avr", .missing = true, .subnet = "", .n_containers = 0};

    c->facts.networks = &avr;
}

/* Six containers, so as many candidates; 13 addresses. */
static void network_nearly_full(struct clinic *c)
{
    static const struct network avr = {.name = "avr", .subnet = "10.0.0.0/28", .n_containers = 8};

    c->facts.networks = &avr;
}

static void network_full(struct clinic *c)
{
    static const struct network avr = {.name = "avr", .subnet = "10.0.0.0/28", .n_containers = 13};

    c->facts.networks = &avr;
}

static void network_just_enough(struct clinic *c)
{
    static const struct network all[] = {
        {.name = "avr", .subnet = "10.0.0.0/28", .n_containers = 7},
        {.name = "other", .subnet = "", .n_containers = 70000},
        {.name = "odd", .subnet = "10.0.0.0/x", .n_containers = 70000}};

    c->facts.networks = all, c->facts.n_networks = N_OF(all);
}

static void fetches_from(struct clinic *c, const char *advertise, const char *backend)
{
    spec_of_sales(&c->m, ROLE_STS)->config = SAID("per_call", 5, 1);
    c->m.host.advertise = advertise;
    c->m.host.token = &test_key;
    c->m.host.backend_url = backend;
    material_merge(&c->m);
}

static void fetches(struct clinic *c)
{
    fetches_from(c, NULL, NULL);
}

static void fetches_from_the_service(struct clinic *c)
{
    fetches_from(c, "http://172.18.0.1:6100", NULL);
}

static void fetches_from_the_backend(struct clinic *c)
{
    fetches_from(c, NULL, "http://avr-app-backend:3001");
}

static void publish(struct clinic *c, const char *sts, const char *core)
{
    struct agent_spec *spec = arena_alloc(c->m.a, sizeof *spec);
    struct value *ports = arena_alloc(c->m.a, 2 * sizeof *ports);

    ports[0] = SAID(sts, 5, 3), ports[1] = SAID(core, 6, 3);
    *spec = (struct agent_spec){.key = "sales", .origin = SPEC_AT(4, 3)};
    spec->has_role[ROLE_STS] = spec->has_role[ROLE_CORE] = true;
    spec->role[ROLE_STS].ports = (struct values){&ports[0], 1, true};
    spec->role[ROLE_CORE].ports = (struct values){&ports[1], 1, true};
    c->m.spec.agents = spec, c->m.spec.n_agents = 1;
    material_merge(&c->m);
}

static void same_port(struct clinic *c)
{
    publish(c, "8088:6030", "0.0.0.0:8088:5001/tcp");
}

static void other_addresses(struct clinic *c)
{
    publish(c, "127.0.0.1:8088:6030", "10.0.0.1:8088:5001");
}

static void other_protocols(struct clinic *c)
{
    publish(c, "8088:6030/udp", "8088:5001");
}

static void ports_of_the_engine(struct clinic *c)
{
    publish(c, "6030", "5001");
}

static void dead_service(struct clinic *c)
{
    c->facts.service = SERVICE_DEAD, c->facts.service_text = "left behind";
}

static void silent_service(struct clinic *c)
{
    c->facts.service = SERVICE_SILENT, c->facts.service_text = "hangs";
}

static void refusing_service(struct clinic *c)
{
    c->facts.service = SERVICE_REFUSES, c->facts.service_text = "not for you";
}

static void foreign_service(struct clinic *c)
{
    c->facts.service = SERVICE_FOREIGN, c->facts.service_text = "is no socket";
}

static void no_service(struct clinic *c)
{
    c->facts.service = SERVICE_NONE;
}

static void state_closed(struct clinic *c)
{
    c->facts.state_problem = "Permission denied";
}

static void no_sockets(struct clinic *c)
{
    c->facts.sockets_readable = false;
}

static void watchtower(struct clinic *c)
{
    static const struct neighbour all[] = {
        {"w", "docker.io/containrrr/watchtower:1.7", true},
        {"resting", "watchtower", false},
        {"other", "acme/watchtower-metrics", true},
    };

    c->facts.neighbours = all, c->facts.n_neighbours = N_OF(all);
}

static void two_services(struct clinic *c)
{
    static const struct neighbour all[] = {{"a", "avr-reconciler", true},
                                           {"b", "ghcr.io/x/avr-reconciler@sha256:0", true}};

    c->facts.neighbours = all, c->facts.n_neighbours = N_OF(all);
}

static void box_tenant(struct clinic *c, const char *name, const char *tenant)
{
    struct box *b = box_named(&c->m, name);
    struct pair *labels = arena_memdup(c->m.a, b->labels, b->n_labels * sizeof *labels);

    labels[2].value = tenant;
    b->labels = labels;
}

static void tenant(struct clinic *c)
{
    box_tenant(c, "avr-sts-a1", "acme co");
}

static void tenants(struct clinic *c)
{
    box_tenant(c, "avr-sts-a1", "acme");
    box_tenant(c, "avr-sts-a1", "acme");
    box_tenant(c, "avr-core-a1", "other");
}

static const struct {
    void (*fault)(struct clinic *);
    const char *said; /* "": it is none */
} cases[] = {
    {stale_port, "error stale-url sales core: STS_URL names port 6999, and avr-sts-a1 listens "
                 "on 6000 | avr-reconciler apply sales\n"},
    {stale_name, "error stale-url sales core: STS_URL names avrd-sts-0123456789ab, and no "
                 "container has that name | avr-reconciler apply sales\n"},
    {no_url, "error stale-url sales core: it has no STS_URL | avr-reconciler apply sales\n"},
    {half_a_url, "error stale-url sales core: STS_URL is no URL | avr-reconciler apply sales\n"},
    {url_elsewhere, ""},
    {lower_case, "error lower-case-url booking core: it has tts_URL: AVR wrote the names wrong "
                 "| avr-reconciler restart booking\n"},
    {no_webhook,
     "warning undefined: WEBHOOK_URL=undefined in core of sales: AVR's backend had none | "
     "WEBHOOK_URL=http://avr-app-backend:3001/webhooks avr-reconciler apply\n"
     "warning undefined: WEBHOOK_SECRET=undefined in core of booking: AVR's backend had none | "
     "set WEBHOOK_SECRET for AVR's backend and, to the same, for avr-reconciler\n"},
    {webhook_by_now, "warning undefined: WEBHOOK_URL=undefined in core of sales: AVR's backend "
                     "had none | avr-reconciler apply\n"},
    {prompt_like_a_url,
     "error prompt-is-url sales sts: its prompt begins with \"Note:\", which AVR takes for the "
     "address of a prompt (provider \"deepgram\", data.db) | begin the prompt with a word that "
     "no colon follows\n"},
    {all_gone, "error nothing-runs sales: the dashboard says running, and nothing runs | "
               "avr-reconciler apply sales\n"},
    {all_of_a_spec_gone, "error nothing-runs sales: it is asked for (a.yaml:5:10), and nothing "
                         "runs | avr-reconciler apply sales\n"},
    {one_gone, "error not-running booking: llm has stopped | avr-reconciler apply booking\n"},
    {one_missing, "error not-running booking: llm is missing | avr-reconciler apply booking\n"},
    {crashes, "warning restarts sales sts: the engine has restarted it 3 times | docker logs "
              "--tail 50 avr-sts-a1\n"},
    {crashes_now, "error restarts sales sts: the engine has restarted it 41 times, and is about "
                  "to again | docker logs --tail 50 avr-sts-a1\n"},
    {no_image, "error image sales sts: image acme/sts:7 is not on the engine and pull_policy "
               "is never | docker pull acme/sts:7\n"},
    {local_build, "warning newer-local sales sts: sts:local is here, and it runs another image "
                  "| avr-reconciler apply sales\n"},
    {name_taken, "error name-taken sales: a container that is none of AVR's, or of another "
                 "TENANT, has this name | docker rename avr-sts-a1 avr-sts-a1-old\n"},
    {no_provider, "error problem sales: no provider with the id gone in data.db | mend it in "
                  "the dashboard\n"},
    {no_provider_and_stopped,
     "warning provider-missing sts: agent \"sales\", which is stopped, has a provider that is "
     "no longer in the database (gone) | give it another provider in the dashboard\n"},
    {wrong_type, "error provider-type booking llm: its provider \"llm one\" is of type TTS | "
                 "give it a provider of type LLM in the dashboard\n"},
    {unused_provider, "hint provider-unused: no agent uses the provider \"old one\" | delete "
                      "it in the dashboard if nobody will need it\n"},
    {network_missing,
     "error network-missing: there is no network \"avr\" | docker network create avr\n"},
    {network_nearly_full, "warning network-full: network \"avr\" (10.0.0.0/28) has 5 addresses "
                          "left | docker network inspect avr\n"},
    {network_full, "error network-full: network \"avr\" (10.0.0.0/28) has 0 addresses left | "
                   "docker network inspect avr\n"},
    {fetches,
     "warning settings-of-nobody sales sts: is to fetch its settings at each call, and nobody is "
     "named who has them | start the service where containers reach it: avr-reconciler run "
     "--listen 0.0.0.0:6100 --advertise http://ITS-CONTAINER:6100; or name AVR's backend as "
     "BACKEND_URL\n"},
    {fetches_from_the_service, ""},
    {fetches_from_the_backend, ""},
    {network_just_enough, ""},
    {same_port, "error port-clash sales core: port 8088 of the host is wanted by avr-sts-a1, "
                "too | give one of them another port under `ports`\n"},
    {other_addresses, ""},
    {other_protocols, ""},
    {ports_of_the_engine, ""},
    {dead_service, "warning service: left behind | systemctl start avr-reconciler\n"},
    {silent_service, "error service: hangs | systemctl restart avr-reconciler\n"},
    {refusing_service, "warning service: not for you | run it as root or as a member of the "
                       "socket's group\n"},
    {foreign_service, "error service: is no socket | name another path with --control, for the "
                      "service as well\n"},
    {no_service, ""},
    {state_closed, "error state-dir: the state folder /var/lib/avr-reconciler cannot be "
                   "written: Permission denied | install -d -m 0700 "
                   "/var/lib/avr-reconciler\n"},
    {no_sockets, "hint witness: the connections of calls cannot be counted from here | run it "
                 "as root on the engine's host; in a container with `pid: host`\n"},
    {watchtower, "warning updater: docker.io/containrrr/watchtower:1.7 runs on this engine | "
                 "docker stop w\n"},
    {two_services,
     "warning second-service: two services run on this engine: a and b | docker stop b\n"},
    {tenant, "warning tenant: containers carry the tenant \"acme co\", and TENANT is not set | "
             "export TENANT='acme co'\n"},
    {tenants, "warning tenant: containers carry several tenants, and TENANT is not set | set "
              "TENANT as AVR's backend has it\n"},
};

static void each_fault_is_found(void **state)
{
    for (size_t i = 0; i < N_OF(cases); i++) {
        CLEANUP_ARENA struct arena *a = arena_new();
        struct clinic *c = clinic_new(a);
        cases[i].fault(c);
        assert_string_equal(said(c), cases[i].said);
    }
    (void)state;
}

static void a_healthy_fleet_has_none(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();

    (void)state;
    assert_string_equal(said(clinic_new(a)), "");
}

/* With neither witness an old container is kept for its whole limit. */
static void no_witness_at_all_is_worse(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct clinic *c = clinic_new(a);

    (void)state;
    examined(c);
    c->facts.sockets_readable = false;
    c->m.o.calls_known = false;
    struct doctor_input in = {.spec = &c->m.spec,
                              .database = &c->m.db,
                              .desired = &c->m.d,
                              .observed = &c->m.o,
                              .plan = &c->plan,
                              .host = &c->m.host,
                              .facts = &c->facts};
    struct findings found = doctor_find(a, &in);
    assert_int_equal(found.n, 1);
    assert_int_equal(found.items[0].severity, SEVERITY_WARNING);
}

/* A candidate that failed is kept for its logs; the command names it. */
static void a_failed_candidate_is_named(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct planning p = {.m = running(a, "sales")};
    struct clinic *c = clinic_new(a);

    (void)state;
    c->m = p.m;
    run_agent(&c->m, "booking");
    p.m = c->m;
    box_env(&p.m, box_named(&p.m, "avr-sts-a1"), "AGENT_PROMPT", "other");
    put_box(&p, "sales", ROLE_STS, PLACE_FAILED, 5000)->state = BOX_EXITED;
    c->m = p.m;
    const char *text = said(c);
    if (!strstr(text, "warning failed sales sts: ") ||
        !strstr(text, "docker logs --tail 50 avrd-failed-"))
        fail_msg("%s", text);
}

static void the_gravest_comes_first(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct clinic *c = clinic_new(a);

    (void)state;
    no_sockets(c);
    stale_port(c);
    dead_service(c);
    struct findings found = examined(c);
    assert_int_equal(found.n, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(found.items[i].severity, i);
}

/* Ports: what the helper for boxes is for. */
static void the_port_that_counts_is_the_containers_own(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct clinic *c = clinic_new(a);

    (void)state;
    box_port(c, "avr-sts-a1", "6111");
    assert_non_null(strstr(said(c), "names port 6000, and avr-sts-a1 listens on 6111"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_healthy_fleet_has_none),
        cmocka_unit_test(each_fault_is_found),
        cmocka_unit_test(no_witness_at_all_is_worse),
        cmocka_unit_test(a_failed_candidate_is_named),
        cmocka_unit_test(the_gravest_comes_first),
        cmocka_unit_test(the_port_that_counts_is_the_containers_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
