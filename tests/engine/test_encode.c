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

static const struct settings nothing_asked;
static const struct container_spec spec = {.name = "avr-sts-1"};
static const char *const avr[] = {"avr"};

static struct wanted plain(void)
{
    static const struct env_var env[] = {{.name = "PORT", .value = "6033"}};

    return (struct wanted){.spec = &spec,
                           .settings = &nothing_asked,
                           .image_ref = "127.0.0.1:5000/avr-sts-deepgram:latest",
                           .env = {env, 1},
                           .networks = avr,
                           .n_networks = 1,
                           .restart = {.name = "no"}};
}

static struct http_request encode(struct arena *a, struct call call)
{
    struct http_request r;
    struct err err;

    if (docker_driver.encode(&call, "1.41", a, &r, &err))
        fail_msg("%s", err.text);
    return r;
}

static void assert_refused(struct call call, enum err_code code, const char *says)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct http_request r;
    struct err err;

    assert_int_equal(docker_driver.encode(&call, "1.41", a, &r, &err), -1);
    assert_int_equal(err.code, code);
    if (!strstr(err.text, says))
        fail_msg("\"%s\" does not say \"%s\"", err.text, says);
}

/* The text with %XX undone: the engine reads "a%3Ab" and "a:b" as the same. */
static const char *unescaped(struct arena *a, const char *s)
{
    struct text t = {.arena = a};

    for (; *s; s++) {
        char hex[3] = {0}, c = *s;
        if (c == '%' && s[1] && s[2]) {
            memcpy(hex, s + 1, 2);
            c = (char)strtol(hex, NULL, 16);
            s += 2;
        }
        text_add_n(&t, &c, 1);
    }
    return text_str(&t);
}

static void asks_as_recorded(void **state)
{
    static const struct {
        const char *file;
        struct call call;
    } cases[] = {
        {"ping", {.kind = CALL_PING}},
        {"inspect-running", {.kind = CALL_INSPECT, .id = ID}},
        {"image-inspect", {.kind = CALL_IMAGE, .ref = "127.0.0.1:5000/avr-sts-deepgram:latest"}},
        {"image-inspect-404",
         {.kind = CALL_IMAGE, .ref = "agentvoiceresponse/avr-sts-nothere:local"}},
        {"distribution", {.kind = CALL_DIGEST, .ref = "127.0.0.1:5000/avr-sts-deepgram"}},
        {"pull-ok", {.kind = CALL_PULL, .ref = "127.0.0.1:5000/avr-sts-deepgram"}},
        {"pull-missing-tag", {.kind = CALL_PULL, .ref = "127.0.0.1:5000/avr-sts-deepgram:nope"}},
        {"start", {.kind = CALL_START, .id = ID}},
        {"stop", {.kind = CALL_STOP, .id = ID, .grace_s = 0}},
        {"rename", {.kind = CALL_RENAME, .id = ID, .name = "rec-c"}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CLEANUP_ARENA struct arena *a = arena_new();
        struct recorded recorded = recorded_read(a, cases[i].file);
        struct http_request r = encode(a, cases[i].call);
        assert_string_equal(r.method, recorded.method);
        assert_string_equal(unescaped(a, r.path), recorded.path);
        assert_null(r.body);
        assert_true(r.first_byte_ms > 0 && r.stall_ms > 0 && r.max_body > 0);
    }
}

static void asks_the_rest(void **state)
{
    static const struct {
        struct call call;
        const char *method, *path;
    } cases[] = {
        {{.kind = CALL_LIST}, "GET", "/v1.41/containers/json?all=1"},
        {{.kind = CALL_INFO}, "GET", "/v1.41/info"},
        {{.kind = CALL_NETWORK, .name = "a/../b c"}, "GET", "/v1.41/networks/a%2F..%2Fb%20c"},
        {{.kind = CALL_STOP, .id = ID, .grace_s = -1}, "POST", "/v1.41/containers/" ID "/stop"},
        {{.kind = CALL_STOP, .id = ID, .grace_s = 25},
         "POST",
         "/v1.41/containers/" ID "/stop?t=25"},
        {{.kind = CALL_REMOVE, .id = ID}, "DELETE", "/v1.41/containers/" ID "?v=1"},
        {{.kind = CALL_LOGS, .id = ID, .tail = 20},
         "GET",
         "/v1.41/containers/" ID "/logs?stdout=1&stderr=1&timestamps=0&tail=20"},
        {{.kind = CALL_LOGS, .id = ID, .tail = 20, .timestamps = true},
         "GET",
         "/v1.41/containers/" ID "/logs?stdout=1&stderr=1&timestamps=1&tail=20"},
        {{.kind = CALL_LOGS, .id = ID, .tail = -1, .follow = true, .since_ns = 12000000034},
         "GET",
         "/v1.41/containers/" ID "/logs?stdout=1&stderr=1&timestamps=0&tail=all"
         "&since=12.000000034&follow=1"},
        {{.kind = CALL_LOGS,
          .id = ID,
          .tail = 20,
          .timestamps = true,
          .since_ns = 1700000000000000000},
         "GET",
         "/v1.41/containers/" ID
         "/logs?stdout=1&stderr=1&timestamps=1&tail=20&since=1700000000.000000000"},
        {{.kind = CALL_IMAGE, .ref = "sha256:" ID}, "GET", "/v1.41/images/sha256:" ID "/json"},
        {{.kind = CALL_PULL, .ref = "a/b:1@sha256:" ID},
         "POST",
         "/v1.41/images/create?fromImage=a%2Fb&tag=sha256%3A" ID},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CLEANUP_ARENA struct arena *a = arena_new();
        struct http_request r = encode(a, cases[i].call);
        assert_string_equal(r.method, cases[i].method);
        assert_string_equal(r.path, cases[i].path);
    }
}

static void waits_as_long_as_the_call_may_take(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();

    (void)state;
    assert_int_equal(encode(a, (struct call){.kind = CALL_LIST}).first_byte_ms, 5000);
    struct http_request r = encode(a, (struct call){.kind = CALL_STOP, .id = ID, .grace_s = 60});
    assert_int_equal(r.first_byte_ms, 90000);
    assert_int_equal(r.total_ms, 90000);
    r = encode(a, (struct call){.kind = CALL_PULL, .ref = "a"});
    assert_int_equal(r.stall_ms, 60000);
    assert_int_equal(r.total_ms, 0);
}

static void refuses_what_it_was_not_made_for(void **state)
{
    static const char *const ids[] = {
        NULL,
        "",
        "fb5d89fb13a8",
        ID "0",
        "../../images/x",
        "FB5d89fb13a82e01ecb102bf2ebe1ee1ecf17de785434000b328bab3cd6a8fe8"};
    static const char *const refs[] = {NULL, "", "a b", "../x", "a?b", "a/json?x=", "A", "a\n"};
    static const char *const names[] = {NULL, "", "a b", "a&b=1", "-a", "a/b", "ä"};

    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        assert_refused((struct call){.kind = CALL_REMOVE, .id = ids[i]}, ERR_DENIED, "remove");
        assert_refused((struct call){.kind = CALL_INSPECT, .id = ids[i]}, ERR_DENIED, "inspect");
    }
    for (size_t i = 0; i < sizeof refs / sizeof refs[0]; i++) {
        assert_refused((struct call){.kind = CALL_PULL, .ref = refs[i]}, ERR_DENIED, "pull");
        assert_refused((struct call){.kind = CALL_IMAGE, .ref = refs[i]}, ERR_DENIED, "image");
    }
    assert_refused((struct call){.kind = CALL_PULL, .ref = "sha256:" ID}, ERR_DENIED, "pull");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_refused((struct call){.kind = CALL_RENAME, .id = ID, .name = names[i]}, ERR_DENIED,
                       "not a container name");
}

/* Base64 of bytes that the two alphabets write differently; the engine reads the URL's. */
static void sends_a_login_to_who_needs_it(void **state)
{
    static const struct registry_login login = {
        .username = "ann", .password = "s3c?>", .server = "r.example"};
    CLEANUP_ARENA struct arena *a = arena_new();
    const char *auth = docker_auth_encode(a, &login);

    (void)state;
    assert_string_equal(auth, "eyJ1c2VybmFtZSI6ImFubiIsInBhc3N3b3JkIjoiczNjPz4iLCJzZXJ2ZXJhZGRyZXNz"
                              "Ijoici5leGFtcGxlIn0=");
    for (enum call_kind kind = 0; kind < CALL__N; kind++) {
        struct wanted w = plain();
        struct create create = {.name = "avr-sts-1", .wanted = &w, .attempt = 1};
        struct call call = {.kind = kind,
                            .id = ID,
                            .ref = "a",
                            .name = "n",
                            .create = &create,
                            .wanted = &w,
                            .registry_auth = auth};
        struct http_request r = encode(a, call);
        if (kind == CALL_PULL || kind == CALL_DIGEST) {
            assert_string_equal(r.headers[0], arena_printf(a, "X-Registry-Auth: %s", auth));
            assert_null(r.headers[1]);
        } else {
            assert_null(r.headers);
        }
    }
    assert_null(encode(a, (struct call){.kind = CALL_PULL, .ref = "a"}).headers);
    assert_refused((struct call){.kind = CALL_PULL, .ref = "a", .registry_auth = "YQ==\r\nX: y"},
                   ERR_DENIED, "pull: the login is not base64");
}

static const char *create_body(struct arena *a, const struct wanted *w)
{
    struct create create = {.name = "avrd-next-0123456789ab", .wanted = w, .attempt = 2};
    struct http_request r = encode(a, (struct call){.kind = CALL_CREATE, .create = &create});

    assert_string_equal(r.path, "/v1.41/containers/create?name=avrd-next-0123456789ab");
    return r.body;
}

static void creates_a_plain_container(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct wanted w = plain();

    (void)state;
    assert_string_equal(
        create_body(a, &w),
        "{\"Image\":\"127.0.0.1:5000/avr-sts-deepgram:latest\",\"Env\":[\"PORT=6033\"],"
        "\"Labels\":{\"app\":\"AVR\",\"agentName\":\"avr-sts-1\",\"avr-reconciler.attempt\":\"2\"},"
        "\"HostConfig\":{\"NetworkMode\":\"avr\","
        "\"RestartPolicy\":{\"Name\":\"no\",\"MaximumRetryCount\":0}},"
        "\"NetworkingConfig\":{\"EndpointsConfig\":{\"avr\":{}}}}");
}

static void creates_all_that_was_asked_for(void **state)
{
    static const char *const test[] = {"CMD", "node"};
    static const struct value words[] = {{.text = "node"}, {.text = "a \"b\"\n"}};
    static const struct value ports[] = {
        {.text = "8080:80"}, {.text = "127.0.0.1:5060:5060/udp"}, {.text = "[::1]:81:80/tcp"}};
    static const struct label labels[] = {{"team", {.text = "voice"}}, {"app", {.text = "mine"}}};
    static const struct label options[] = {{"max-size", {.text = "10m"}}};
    static const struct value caps[] = {{.text = "ALL"}}, hosts[] = {{.text = "pbx:10.0.0.1"}};
    static const char *const binds[] = {"/opt/tools:/usr/src/app/tools"};
    static const struct settings settings = {
        .command = {words, 2, true},
        .ports = {ports, 3, true},
        .cap_drop = {caps, 1, true},
        .extra_hosts = {hosts, 1, true},
        .user = {.text = "node"},
        .platform = {.text = "linux/arm64"},
        .log_driver = {.text = "json-file"},
        .log_options = options,
        .n_log_options = 1,
        .labels = labels,
        .n_labels = 2,
        .stop_grace_s = {.n = 20, .set = true},
    };
    CLEANUP_ARENA struct arena *a = arena_new();
    struct wanted w = plain();
    struct http_request r;
    struct create create = {.name = "n", .wanted = &w, .attempt = 1};

    (void)state;
    w.settings = &settings;
    w.tenant = "demo";
    w.alias = "avr-sts-1-g7";
    w.binds = binds;
    w.n_binds = 1;
    w.restart = (struct restart_policy){"on-failure", 3};
    w.memory = 512LL << 20;
    w.nano_cpus = 1500000000;
    w.check =
        (struct engine_check){.test = test, .n_test = 2, .interval_ns = 5000000000, .retries = 2};
    r = encode(a, (struct call){.kind = CALL_CREATE, .create = &create});
    assert_string_equal(r.path, "/v1.41/containers/create?name=n&platform=linux%2Farm64");
    assert_string_equal(
        r.body,
        "{\"Image\":\"127.0.0.1:5000/avr-sts-deepgram:latest\",\"Env\":[\"PORT=6033\"],"
        "\"Labels\":{\"team\":\"voice\",\"app\":\"AVR\",\"agentName\":\"avr-sts-1\","
        "\"tenant\":\"demo\",\"avr-reconciler.attempt\":\"1\"},"
        "\"Cmd\":[\"node\",\"a \\\"b\\\"\\n\"],\"User\":\"node\",\"StopTimeout\":20,"
        "\"Healthcheck\":{\"Test\":[\"CMD\",\"node\"],\"Interval\":5000000000,\"Retries\":2},"
        "\"HostConfig\":{\"NetworkMode\":\"avr\",\"Binds\":[\"/opt/tools:/usr/src/app/tools\"],"
        "\"RestartPolicy\":{\"Name\":\"on-failure\",\"MaximumRetryCount\":3},"
        "\"Memory\":536870912,\"NanoCpus\":1500000000,\"CapDrop\":[\"ALL\"],"
        "\"ExtraHosts\":[\"pbx:10.0.0.1\"],"
        "\"LogConfig\":{\"Type\":\"json-file\",\"Config\":{\"max-size\":\"10m\"}},"
        "\"PortBindings\":{\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"8080\"},"
        "{\"HostIp\":\"::1\",\"HostPort\":\"81\"}],"
        "\"5060/udp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"5060\"}]}},"
        "\"ExposedPorts\":{\"80/tcp\":{},\"5060/udp\":{}},"
        "\"NetworkingConfig\":{\"EndpointsConfig\":{\"avr\":{\"Aliases\":[\"avr-sts-1-g7\"]}}}}");
}

static void carries_published_ports_over(void **state)
{
    static const char *const carried[] = {"127.0.0.1:6033:6033/tcp", "9000/tcp"};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct wanted w = plain();

    (void)state;
    w.carried_ports = carried;
    w.n_carried_ports = 2;
    assert_non_null(
        strstr(create_body(a, &w),
               "\"PortBindings\":{\"6033/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"6033\"}],"
               "\"9000/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"\"}]}"));
}

/* Any engine creates on one network; the others are connected afterwards. */
static void creates_on_the_first_of_several_networks(void **state)
{
    static const char *const two[] = {"avr", "metrics"};
    CLEANUP_ARENA struct arena *a = arena_new();
    struct wanted w = plain();

    (void)state;
    w.networks = two;
    w.n_networks = 2;
    assert_non_null(strstr(create_body(a, &w), "\"EndpointsConfig\":{\"avr\":{}}"));
}

static void connects_to_a_network(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct recorded recorded = recorded_read(a, "connect");
    struct wanted w = plain();
    struct call call = {.kind = CALL_CONNECT, .id = ID, .name = "rec-net", .wanted = &w};

    (void)state;
    struct http_request r = encode(a, call);
    assert_string_equal(r.method, recorded.method);
    assert_string_equal(r.path, recorded.path);
    assert_string_equal(r.body, "{\"Container\":\"" ID "\",\"EndpointConfig\":{}}");
    w.alias = "avrd-llm-0123456789ab";
    assert_non_null(strstr(encode(a, call).body,
                           "\"EndpointConfig\":{\"Aliases\":[\"avrd-llm-0123456789ab\"]}"));
    call.name = "a/../b c";
    assert_string_equal(encode(a, call).path, "/v1.41/networks/a%2F..%2Fb%20c/connect");
    call.name = "host";
    assert_refused(call, ERR_DENIED, "connect: never with network \"host\"");
    call.name = NULL;
    assert_refused(call, ERR_DENIED, "connect: never with network");
    call.name = "rec-net";
    call.id = "short";
    assert_refused(call, ERR_DENIED, "no full container id");
}

static void never_creates_what_may_not_be(void **state)
{
    static const char *const modes[] = {"host", "none", "container:x", "", "ns:/proc/1/ns/net"};
    static const struct value bad[] = {{.text = "80:http"}};
    static const struct settings bad_ports = {.ports = {bad, 1, true}};
    struct wanted w = plain();
    struct create create = {.name = "n", .wanted = &w};
    struct call call = {.kind = CALL_CREATE, .create = &create};

    (void)state;
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        w.networks = &modes[i];
        assert_refused(call, ERR_DENIED, "never with network");
    }
    w = plain();
    w.problem = "no image was named";
    assert_refused(call, ERR_DENIED, "no image was named");
    w = plain();
    w.image_ref = NULL;
    assert_refused(call, ERR_DENIED, "no image");
    w = plain();
    w.settings = &bad_ports;
    assert_refused(call, ERR_INVALID, "80:http");
}

static void updates_in_place(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct wanted w = plain();

    (void)state;
    w.restart = (struct restart_policy){"always", 0};
    w.memory = 64 << 20;
    struct http_request r = encode(a, (struct call){.kind = CALL_UPDATE, .id = ID, .wanted = &w});
    assert_string_equal(r.path, "/v1.41/containers/" ID "/update");
    assert_string_equal(r.body, "{\"RestartPolicy\":{\"Name\":\"always\",\"MaximumRetryCount\":0},"
                                "\"Memory\":67108864,\"MemorySwap\":134217728}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_as_recorded),
        cmocka_unit_test(asks_the_rest),
        cmocka_unit_test(sends_a_login_to_who_needs_it),
        cmocka_unit_test(waits_as_long_as_the_call_may_take),
        cmocka_unit_test(refuses_what_it_was_not_made_for),
        cmocka_unit_test(creates_a_plain_container),
        cmocka_unit_test(creates_all_that_was_asked_for),
        cmocka_unit_test(carries_published_ports_over),
        cmocka_unit_test(creates_on_the_first_of_several_networks),
        cmocka_unit_test(connects_to_a_network),
        cmocka_unit_test(never_creates_what_may_not_be),
        cmocka_unit_test(updates_in_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
