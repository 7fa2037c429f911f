#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/engine.h"
#include "engine/recorded.h"

#define ID "fb5d89fb13a82e01ecb102bf2ebe1ee1ecf17de785434000b328bab3cd6a8fe8"

static struct facts decode(struct arena *a, const char *file, struct call call)
{
    struct recorded recorded = recorded_read(a, file);
    struct facts facts;
    struct err err;

    if (docker_driver.decode(&call, &recorded.response, a, &facts, &err))
        fail_msg("%s: %s", file, err.text);
    return facts;
}

static struct err decode_response(struct call call, struct http_response response)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct facts facts;
    struct err err = {0};

    if (!response.server)
        response.server = response.api_version = "";
    if (docker_driver.decode(&call, &response, a, &facts, &err) == 0)
        err.code = ERR_NONE;
    return err;
}

static struct err decode_text(enum call_kind kind, int status, const char *body)
{
    return decode_response(
        (struct call){.kind = kind, .ref = "a"},
        (struct http_response){.status = status, .body = body, .len = strlen(body)});
}

static void assert_text(const char *got, const char *want)
{
    if (!strstr(got, want))
        fail_msg("\"%s\" does not say \"%s\"", got, want);
}

static void reads_a_running_container(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct box box =
        decode(a, "inspect-running", (struct call){.kind = CALL_INSPECT, .id = ID}).box;

    (void)state;
    assert_string_equal(box.id, ID);
    assert_string_equal(box.name, "rec-a");
    assert_string_equal(box.image_ref, "127.0.0.1:5000/avr-sts-deepgram:latest");
    assert_true(text_starts(box.image_id, "sha256:033b49c1"));
    assert_int_equal(box.state, BOX_RUNNING);
    assert_int_equal(box.engine_health, ENGINE_HEALTH_NONE);
    assert_int_equal(box.pid, 10157);
    assert_int_equal(box.created_ms, 1795339452385);
    assert_int_equal(box.started_ms, 1795339452798);
    assert_int_equal(box.finished_ms, 0);
    assert_int_equal(box.n_env, 2);
    assert_string_equal(box.env[0].key, "PATH");
    assert_string_equal(box.env[1].key, "PORT");
    assert_string_equal(box.env[1].value, "6033");
    assert_int_equal(box.n_labels, 2);
    assert_string_equal(box.labels[0].key, "agentName");
    assert_string_equal(box.labels[1].value, "AVR");
    assert_int_equal(box.n_networks, 1);
    assert_string_equal(box.networks[0].name, "avr");
    assert_string_equal(box.networks[0].ip, "172.18.0.10");
    assert_string_equal(box.networks[0].aliases[0], "fb5d89fb13a8");
    assert_string_equal(box.network_mode, "avr");
    assert_string_equal(box.restart.name, "no");
    assert_string_equal(box.command[1], "3600");
    assert_string_equal(box.entrypoint[0], "/bin/busybox");
    assert_string_equal(box.log_driver, "json-file");
    assert_int_equal(box.stop_timeout_s, -1);
    assert_int_equal(box.sockets, -1);
    assert_int_equal(box.n_binds + box.n_ports + box.n_cap_drop + box.n_extra_hosts, 0);
    assert_string_equal(box.error, "");
    assert_string_equal(box.user, "");
    assert_string_equal(box.health_text, "");
}

static void reads_an_exited_container(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct box box = decode(a, "inspect-exited", (struct call){.kind = CALL_INSPECT, .id = ID}).box;

    (void)state;
    assert_int_equal(box.state, BOX_EXITED);
    assert_int_equal(box.exit_code, 137);
    assert_int_equal(box.pid, 0);
    assert_int_equal(box.finished_ms, 1795339452857);
    assert_string_equal(box.networks[0].ip, "");
}

static void reads_what_the_dashboard_created(void **state)
{
    static const struct {
        const char *file, *port;
    } cases[] = {
        {"inspect-avr-sts-d3b6-d3b6", "6690"}, {"inspect-avr-asr-7c6d-7c6d", NULL},
        {"inspect-avr-llm-7c6d-7c6d", NULL},   {"inspect-avr-tts-7c6d-7c6d", NULL},
        {"inspect-avr-core-7c6-7c6d", NULL},   {"inspect-avr-core-41f-41f7", NULL},
        {"inspect-avr-core-d3b-d3b6", NULL},   {"inspect-avr-sts-41f7-41f7", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CLEANUP_ARENA struct arena *a = arena_new();
        struct box box = decode(a, cases[i].file, (struct call){.kind = CALL_INSPECT}).box;
        const char *port = pair_get(box.env, box.n_env, "PORT");
        assert_true(text_starts(box.name, "avr-"));
        assert_string_equal(pair_get(box.labels, box.n_labels, "agentName"), box.name);
        assert_string_equal(pair_get(box.labels, box.n_labels, "app"), "AVR");
        assert_string_equal(pair_get(box.labels, box.n_labels, "tenant"), "demo");
        assert_non_null(port);
        if (cases[i].port)
            assert_string_equal(port, cases[i].port);
        for (size_t k = 1; k < box.n_env; k++)
            assert_true(strcmp(box.env[k - 1].key, box.env[k].key) < 0);
        assert_string_equal(box.networks[0].name, "avr");
        assert_string_equal(box.restart.name, "no");
    }
}

static void reads_the_list(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct facts facts = decode(a, "containers-list", (struct call){.kind = CALL_LIST});

    (void)state;
    assert_int_equal(facts.n_entries, 8);
    const struct list_entry *e = &facts.entries[0];
    assert_string_equal(e->id, "9e44eacf03dd954aca3082ad1310ef731f3c11928f7d2ade3c53a9e09b558c53");
    assert_string_equal(e->name, "avr-core-41f746e5-bf71-4e30-b8f1-03fd7c14b2a4");
    assert_string_equal(e->image, "127.0.0.1:5000/avr-core:latest");
    assert_string_equal(e->state, "running");
    assert_string_equal(pair_get(e->labels, e->n_labels, "agentName"), e->name);
}

static void reads_images(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct call call = {.kind = CALL_IMAGE, .ref = "127.0.0.1:5000/avr-sts-deepgram"};
    struct image image = decode(a, "image-inspect", call).image;

    (void)state;
    assert_string_equal(image.asked, call.ref);
    assert_true(text_starts(image.id, "sha256:033b49c1"));
    assert_int_equal(image.n_digests, 5);
    assert_int_equal(image.n_env, 1);
    assert_string_equal(image.command[0], "sleep");
    assert_int_equal(image.check.n_test, 0);
    assert_int_equal(image.created_ms, 1795336687935);

    image = decode(a, "image-inspect-404", call).image;
    assert_null(image.id);
    assert_string_equal(image.asked, call.ref);
}

static void reads_a_network(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct call call = {.kind = CALL_NETWORK, .name = "avr"};
    struct network network = decode(a, "network-inspect", call).network;

    (void)state;
    assert_string_equal(network.name, "avr");
    assert_false(network.missing);
    assert_string_equal(network.subnet, "10.223.0.0/24");
    assert_string_equal(network.gateway, "10.223.0.1");
    assert_int_equal(network.n_containers, 4);

    call.name = "nope";
    network = decode(a, "network-inspect-404", call).network;
    assert_true(network.missing);
    assert_string_equal(network.name, "nope");
    assert_string_equal(network.subnet, "");
}

/* Nothing about it is known from an answer about another one, and an odd one has no subnet. */
static void a_network_may_be_odd(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    static const char two[] = "{\"Name\":\"avr\",\"IPAM\":{\"Config\":[{\"Subnet\":\"fd00::/64\"},"
                              "{\"Subnet\":7},{\"Subnet\":\"10.0.0.0/28\"}]},\"Containers\":null}";
    static const char none[] = "{\"Name\":\"avr\",\"IPAM\":null}";
    const struct call call = {.kind = CALL_NETWORK, .name = "avr"};
    struct http_response r = {.status = 200, .body = two, .len = strlen(two)};
    struct facts facts;
    struct err err;

    (void)state;
    assert_int_equal(docker_driver.decode(&call, &r, a, &facts, &err), 0);
    assert_string_equal(facts.network.subnet, "10.0.0.0/28");
    assert_int_equal(facts.network.n_containers, 0);
    r.body = none, r.len = strlen(none);
    assert_int_equal(docker_driver.decode(&call, &r, a, &facts, &err), 0);
    assert_string_equal(facts.network.subnet, "");
    const struct call other = {.kind = CALL_NETWORK, .name = "other"};
    assert_int_equal(docker_driver.decode(&other, &r, a, &facts, &err), -1);
    assert_int_equal(err.code, ERR_TRANSIENT);
}

static void reads_small_answers(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct facts ping = decode(a, "ping", (struct call){.kind = CALL_PING});

    (void)state;
    assert_string_equal(ping.api_version, "1.41");
    assert_string_equal(ping.server, "Docker/20.10.24+dfsg1 (linux)");
    assert_true(text_starts(decode(a, "create", (struct call){.kind = CALL_CREATE}).created_id,
                            "fb5d89fb"));
    assert_true(text_starts(decode(a, "distribution", (struct call){.kind = CALL_DIGEST}).digest,
                            "sha256:01dfc0e3"));
    assert_false(decode(a, "start", (struct call){.kind = CALL_START}).already_so);
    assert_true(decode(a, "start-304", (struct call){.kind = CALL_START}).already_so);
    assert_false(decode(a, "stop", (struct call){.kind = CALL_STOP}).already_so);
    assert_true(decode(a, "stop-304", (struct call){.kind = CALL_STOP}).already_so);
    decode(a, "rename", (struct call){.kind = CALL_RENAME});
    decode(a, "remove", (struct call){.kind = CALL_REMOVE});
    decode(a, "pull-ok", (struct call){.kind = CALL_PULL});
}

static void speaks_a_version_both_know(void **state)
{
    static const struct {
        const char *server, *speak;
    } cases[] = {{"1.41", "1.41"}, {"1.45", "1.45"}, {"1.47", "1.47"}, {"1.52", "1.47"},
                 {"2.0", "1.47"},  {"1.40", NULL},   {"1.5", NULL},    {"", NULL},
                 {"x", NULL},      {"1.", NULL},     {"1.41;", NULL}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CLEANUP_ARENA struct arena *a = arena_new();
        struct http_response r = {
            .status = 200, .body = "OK", .len = 2, .server = "x", .api_version = cases[i].server};
        struct facts facts;
        struct err err;
        int failed = docker_driver.decode(&(struct call){.kind = CALL_PING}, &r, a, &facts, &err);
        assert_int_equal(failed, cases[i].speak ? 0 : -1);
        if (cases[i].speak)
            assert_string_equal(facts.api_version, cases[i].speak);
    }
}

static void names_refusals(void **state)
{
    static const struct {
        const char *file;
        enum call_kind kind;
        enum err_code code;
        const char *says;
    } cases[] = {
        {"create-400-body", CALL_CREATE, ERR_TRANSIENT, "create: 500 json: cannot unmarshal"},
        {"connect-404-container", CALL_CONNECT, ERR_NOT_FOUND, "connect: 404 No such container"},
        {"create-404-image", CALL_CREATE, ERR_NOT_FOUND, "create: 404 No such image"},
        {"create-409-name", CALL_CREATE, ERR_CONFLICT, "create: 409 Conflict"},
        {"distribution-missing-tag", CALL_DIGEST, ERR_NOT_FOUND, "404 manifest unknown"},
        {"distribution-registry-down", CALL_DIGEST, ERR_TRANSIENT, "connection refused"},
        {"pull-missing-tag", CALL_PULL, ERR_NOT_FOUND, "pull: 404 manifest for"},
        {"pull-registry-down", CALL_PULL, ERR_TRANSIENT, "pull: 500"},
        {"remove-404", CALL_REMOVE, ERR_NOT_FOUND, "remove: 404 No such container"},
        {"remove-409-running", CALL_REMOVE, ERR_CONFLICT, "remove: 409 You cannot remove"},
        {"rename-409", CALL_RENAME, ERR_CONFLICT, "rename: 409"},
        {"start-400-bad-entrypoint", CALL_START, ERR_INVALID, "start: 400"},
        {"start-404", CALL_START, ERR_NOT_FOUND, "start: 404 No such container"},
        {"start-404-network", CALL_START, ERR_INVALID, "start: 404 network nosuchnet not found"},
        {"start-500-port-taken", CALL_START, ERR_TRANSIENT, "start: 500 driver failed"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CLEANUP_ARENA struct arena *a = arena_new();
        struct recorded recorded = recorded_read(a, cases[i].file);
        struct err err = decode_response((struct call){.kind = cases[i].kind}, recorded.response);
        assert_int_equal(err.code, cases[i].code);
        assert_text(err.text, cases[i].says);
    }
}

/* Docker 20.10 takes any network of a container that does not run, twice as well as once; of one
 * that runs, and newer engines always, it says what is wrong. */
static void hears_how_a_connect_went(void **state)
{
    static const char *const taken[] = {"connect", "connect-again", "connect-unknown-network"};
    static const struct {
        int status;
        const char *body;
        enum err_code code;
    } refused[] = {
        {403, "{\"message\":\"endpoint with name x already exists in network y\"}", ERR_CONFLICT},
        {403, "{\"message\":\"operation not permitted\"}", ERR_DENIED},
        {404, "{\"message\":\"network y not found\"}", ERR_INVALID},
    };
    const struct call call = {.kind = CALL_CONNECT};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        CLEANUP_ARENA struct arena *a = arena_new();
        struct recorded recorded = recorded_read(a, taken[i]);
        struct facts facts;
        struct err err;
        assert_int_equal(docker_driver.decode(&call, &recorded.response, a, &facts, &err), 0);
        struct http_response r = {
            .status = refused[i].status, .body = refused[i].body, .len = strlen(refused[i].body)};
        assert_int_equal(decode_response(call, r).code, refused[i].code);
    }
}

static void reads_health_checks(void **state)
{
    static const char body[] =
        "{\"Id\":\"" ID "\",\"Name\":\"/n\",\"State\":{},\"HostConfig\":{},"
        "\"NetworkSettings\":{},\"Config\":{\"Healthcheck\":{\"Test\":[\"CMD-SHELL\",\"true\"],"
        "\"Interval\":5000000000,\"Timeout\":2000000000,\"StartPeriod\":1,\"Retries\":4}}}";
    CLEANUP_ARENA struct arena *a = arena_new();
    const struct call call = {.kind = CALL_INSPECT, .id = ID};
    struct http_response r = {.status = 200, .body = body, .len = strlen(body)};
    struct facts facts;
    struct err err;

    (void)state;
    assert_int_equal(docker_driver.decode(&call, &r, a, &facts, &err), 0);
    const struct engine_check *check = &facts.box.check;
    assert_int_equal(check->n_test, 2);
    assert_string_equal(check->test[1], "true");
    assert_int_equal(check->interval_ns, 5000000000);
    assert_int_equal(check->timeout_ns, 2000000000);
    assert_int_equal(check->start_period_ns, 1);
    assert_int_equal(check->retries, 4);
}

static void hears_what_a_registry_meant(void **state)
{
    static const struct {
        int status;
        const char *body;
        enum err_code code;
    } cases[] = {
        {500, "{\"message\":\"Head x: no basic auth credentials\"}", ERR_DENIED},
        {500, "{\"message\":\"toomanyrequests: You have reached your pull rate limit\"}",
         ERR_TRANSIENT},
        {404,
         "{\"message\":\"pull access denied for x, repository does not exist or may require "
         "'docker login'\"}",
         ERR_DENIED},
        {500, "{\"message\":\"Get x: unauthorized: authentication required\"}", ERR_DENIED},
        {429, "{}", ERR_TRANSIENT},
        {403, "", ERR_DENIED},
        {200, "", ERR_NONE},
        {200, "{\"status\":\"a\"}\r\n{\"status\":\"b\",\"error\":null}\n", ERR_NONE},
        {200, "{\"status\":\"a\"}\r\n{\"error\":\"filesystem layer verification failed\"}\r\n",
         ERR_TRANSIENT},
        {200, "{\"errorDetail\":{\"message\":\"denied: no\"},\"error\":\"x\"}\n{\"status\":\"b\"}",
         ERR_DENIED},
        {200, "{\"error\":true}", ERR_TRANSIENT},
        {200, "{\"status\":\"a\"}\n{\"sta", ERR_TRANSIENT},
        {200, "[]", ERR_TRANSIENT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(decode_text(CALL_PULL, cases[i].status, cases[i].body).code,
                         cases[i].code);
}

static void a_busy_registry_is_a_fact(void **state)
{
    static const struct {
        int status;
        const char *body, *retry_after, *busy;
        int64_t after_s;
    } cases[] = {
        {429, "{}", "60", "ask the registry: 429", 60},
        {429, "{\"message\":\"slow\"}", "", "ask the registry: 429 slow", 0},
        {500, "{\"message\":\"toomanyrequests: limit\"}", "",
         "ask the registry: 500 toomanyrequests: limit", 0},
        {429, "", "Wed, 21 Oct 2026 07:28:00 GMT", "ask the registry: 429", 0},
        {429, "", "-5", "ask the registry: 429", 0},
        {429, "", "99999999999999999999", "ask the registry: 429", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CLEANUP_ARENA struct arena *a = arena_new();
        struct http_response r = {.status = cases[i].status,
                                  .body = cases[i].body,
                                  .len = strlen(cases[i].body),
                                  .retry_after = cases[i].retry_after};
        struct facts facts;
        struct err err;
        struct call call = {.kind = CALL_DIGEST, .ref = "a"};
        assert_int_equal(docker_driver.decode(&call, &r, a, &facts, &err), 0);
        assert_string_equal(facts.busy, cases[i].busy);
        assert_int_equal(facts.retry_after_s, cases[i].after_s);
        assert_null(facts.digest);
        call.kind = CALL_PULL; /* what somebody waits for failed */
        assert_int_equal(docker_driver.decode(&call, &r, a, &facts, &err), -1);
        assert_int_equal(err.code, ERR_TRANSIENT);
    }
}

static void cleans_the_engine_s_words(void **state)
{
    char body[1200] = "{\"message\":\"";
    struct err err;

    (void)state;
    err =
        decode_text(CALL_START, 500,
                    "{\"message\":\"Get \\\"https://ann:s3cre@t@reg.example/v2/\\\": \\u001b[31mno"
                    "\\u0007\\nway\"}");
    assert_text(err.text, "start: 500 Get \"https://reg.example/v2/");
    assert_null(strchr(err.text, '\n'));
    assert_null(strchr(err.text, '\033'));
    assert_text(err.text, "no way");
    err = decode_text(CALL_START, 500, "{\"message\":\"https://ann:word@reg.example/v2/ failed\"}");
    assert_string_equal(err.text, "start: 500 https://reg.example/v2/ failed");

    for (int i = 0; i < 400; i++)
        strcat(body, "ä");
    strcat(body, "\"}");
    err = decode_text(CALL_STOP, 500, body);
    assert_true(strlen(err.text) <= strlen("stop: 500 ") + 400);
    assert_true(text_is_utf8(err.text, strlen(err.text)));
    assert_true(text_ends(err.text, "ä…"));

    err = decode_text(CALL_RENAME, 404, "{\"message\":\"sandbox 14a27ab2379b not found\"}");
    assert_int_equal(err.code, ERR_TRANSIENT); /* of a restarting container, which exists */
    assert_string_equal(decode_text(CALL_STOP, 502, "<html>").text, "stop: 502");
    assert_string_equal(decode_text(CALL_STOP, 500, "{\"message\":7}").text, "stop: 500");
}

/* An answer without its main parts must not read as a container without settings. */
static void half_an_answer_is_none(void **state)
{
    static const struct {
        enum call_kind kind;
        const char *body;
    } cases[] = {
        {CALL_INSPECT, "{}"},
        {CALL_INSPECT, "[]"},
        {CALL_INSPECT, "null"},
        {CALL_INSPECT, ""},
        {CALL_INSPECT, "{\"Id\":\"" ID "\",\"State\":{},\"Config\":null,\"HostConfig\":{},"
                       "\"NetworkSettings\":{}}"},
        {CALL_INSPECT, "{\"Id\":\"abc\",\"State\":{},\"Config\":{},\"HostConfig\":{},"
                       "\"NetworkSettings\":{}}"},
        {CALL_LIST, "{}"},
        {CALL_LIST, "null"},
        {CALL_LIST, "[{}]"},
        {CALL_LIST, "[1]"},
        {CALL_LIST, "[{\"Id\":\"" ID "\"},{\"Id\":7}]"},
        {CALL_IMAGE, "{\"Id\":\"\"}"},
        {CALL_CREATE, "{\"Id\":\"short\"}"},
        {CALL_DIGEST, "{\"Descriptor\":{\"digest\":\"sha256:x\"}}"},
        {CALL_DIGEST, "{\"Descriptor\":[]}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(decode_text(cases[i].kind, 200, cases[i].body).code, ERR_TRANSIENT);
    struct call other = {.kind = CALL_INSPECT, .id = "another"};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct recorded recorded = recorded_read(a, "inspect-running");
    assert_text(decode_response(other, recorded.response).text, "about another container");
}

static void reads_odd_fields(void **state)
{
    static const char body[] =
        "{\"Id\":\"" ID "\",\"Name\":\"noslash\",\"Created\":5,\"RestartCount\":1e99,"
        "\"State\":{\"Status\":\"restarting\",\"Health\":{\"Status\":\"unhealthy\"},"
        "\"ExitCode\":-5,\"StartedAt\":\"2024-02-29T23:59:60.5+02:00\"},"
        "\"Config\":{\"Env\":[\"B=1\",7,\"A\",\"B=2=3\",\"=x\",\"C=\"],\"Labels\":{\"z\":\"1\","
        "\"a\":\"2\",\"n\":null,\"z\":\"3\"},\"Cmd\":\"text\",\"StopTimeout\":15},"
        "\"HostConfig\":{\"RestartPolicy\":7,\"Memory\":\"x\",\"NanoCpus\":1500000000,"
        "\"Binds\":[\"/a:/b\",null],\"LogConfig\":{\"Type\":\"syslog\",\"Config\":{\"b\":\"1\","
        "\"a\":\"2\"}},\"PortBindings\":{\"80/"
        "tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"8080\"},"
        "{\"HostIp\":\"\",\"HostPort\":\"81\"},{\"HostIp\":\"::1\",\"HostPort\":\"82\"}],"
        "\"53/udp\":[{}],\"9/tcp\":null}},"
        "\"NetworkSettings\":{\"Networks\":{\"z\":null,\"m\":{\"IPAddress\":7,"
        "\"GlobalIPv6Address\":\"fd00::4\",\"Aliases\":[1,\"x\"]}}}}";
    CLEANUP_ARENA struct arena *a = arena_new();
    struct http_response r = {.status = 200, .body = body, .len = strlen(body)};
    struct facts facts;
    struct err err;

    (void)state;
    assert_int_equal(
        docker_driver.decode(&(struct call){.kind = CALL_INSPECT}, &r, a, &facts, &err), 0);
    const struct box *box = &facts.box;
    assert_string_equal(box->name, "noslash");
    assert_int_equal(box->created_ms, 0);
    assert_int_equal(box->started_ms, 1709244000500);
    assert_int_equal(box->restart_count, INT32_MAX);
    assert_int_equal(box->state, BOX_RESTARTING);
    assert_int_equal(box->engine_health, ENGINE_HEALTH_BAD);
    assert_int_equal(box->exit_code, -5);
    assert_int_equal(box->n_env, 4);
    assert_string_equal(pair_get(box->env, box->n_env, "B"), "2=3");
    assert_string_equal(pair_get(box->env, box->n_env, "A"), "");
    assert_string_equal(pair_get(box->env, box->n_env, "C"), "");
    assert_int_equal(box->n_labels, 2);
    assert_string_equal(pair_get(box->labels, box->n_labels, "z"), "3");
    assert_int_equal(box->n_command, 0);
    assert_int_equal(box->stop_timeout_s, 15);
    assert_string_equal(box->restart.name, "no");
    assert_int_equal(box->memory, 0);
    assert_int_equal(box->nano_cpus, 1500000000);
    assert_int_equal(box->n_binds, 1);
    assert_string_equal(box->log_options[0].key, "a");
    assert_int_equal(box->n_ports, 4);
    assert_string_equal(box->ports[0], "127.0.0.1:8080:80/tcp");
    assert_string_equal(box->ports[1], "81:80/tcp");
    assert_string_equal(box->ports[2], "[::1]:82:80/tcp");
    assert_string_equal(box->ports[3], "53/udp");
    assert_int_equal(box->n_networks, 2);
    assert_string_equal(box->networks[0].name, "m");
    assert_string_equal(box->networks[0].ip, "fd00::4");
    assert_int_equal(box->networks[0].n_aliases, 1);
    assert_string_equal(box->networks[1].ip, "");
}

static const char *log_of(struct arena *a, const char *body, size_t len)
{
    struct http_response r = {.status = 200, .body = body, .len = len};
    struct facts facts;
    struct err err;

    assert_int_equal(docker_driver.decode(&(struct call){.kind = CALL_LOGS}, &r, a, &facts, &err),
                     0);
    return facts.log;
}

#define LOG(a, text) log_of(a, text, sizeof text - 1)

static void reads_both_forms_of_logs(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();

    (void)state;
    assert_string_equal(LOG(a, ""), "");
    assert_string_equal(LOG(a, "\1\0\0\0\0\0\0\4one\n\2\0\0\0\0\0\0\4two\n"), "one\ntwo\n");
    assert_string_equal(LOG(a, "plain\r\ntext\n"), "plain\ntext\n");
    assert_string_equal(LOG(a, "\1\0\0\0\0\0\0\0"), "");
    assert_string_equal(LOG(a, "\1\0\0\0\0\0\1\0cut sh"), "cut sh");
    assert_string_equal(LOG(a, "\1\0\0\0\xff\xff\xff\xff"
                               "big"),
                        "big");
    assert_string_equal(LOG(a, "\1\0\0\0\0\0\0\2ab\1\0\0"), "ab");
    assert_string_equal(LOG(a, "\033[1;31mred\033[0m \033]0;title\adone \x7f\x01\tok\033"),
                        "red done \tok");
    assert_string_equal(LOG(a, "bad \xff\xc3 utf \xc3\xa9 \xc2\x9b"
                               "31m"),
                        "bad ?? utf é 31m");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_running_container),
        cmocka_unit_test(reads_an_exited_container),
        cmocka_unit_test(reads_what_the_dashboard_created),
        cmocka_unit_test(reads_the_list),
        cmocka_unit_test(reads_images),
        cmocka_unit_test(reads_a_network),
        cmocka_unit_test(a_network_may_be_odd),
        cmocka_unit_test(reads_small_answers),
        cmocka_unit_test(speaks_a_version_both_know),
        cmocka_unit_test(names_refusals),
        cmocka_unit_test(hears_how_a_connect_went),
        cmocka_unit_test(reads_health_checks),
        cmocka_unit_test(hears_what_a_registry_meant),
        cmocka_unit_test(a_busy_registry_is_a_fact),
        cmocka_unit_test(cleans_the_engine_s_words),
        cmocka_unit_test(half_an_answer_is_none),
        cmocka_unit_test(reads_odd_fields),
        cmocka_unit_test(reads_both_forms_of_logs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
