#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "net/http.h"

static const char *or_dash(const char *s)
{
    return s ? s : "-";
}

static void reads_docker_host(void **state)
{
    static const struct {
        const char *host;
        bool tls;
        const char *cert_dir, *unix_path, *base_url, *ret_cert_dir;
    } cases[] = {
        {NULL, false, NULL, "/var/run/docker.sock", "http://localhost", "-"},
        {"", false, NULL, "/var/run/docker.sock", "http://localhost", "-"},
        {"unix:///run/podman/podman.sock", true, NULL, "/run/podman/podman.sock",
         "http://localhost", "-"},
        {"/var/run/docker.sock", false, NULL, "/var/run/docker.sock", "http://localhost", "-"},
        {"tcp://pbx:2375", false, "/certs", "-", "http://pbx:2375", "-"},
        {"tcp://pbx", false, NULL, "-", "http://pbx:2375", "-"},
        {"tcp://pbx", true, "/certs", "-", "https://pbx:2376", "/certs"},
        {"tcp://pbx:9/", true, "", "-", "https://pbx:9", "/home/ann/.docker"},
        {"tcp://[fd00::4]", false, NULL, "-", "http://[fd00::4]:2375", "-"},
        {"tcp://[fd00::4]:99", false, NULL, "-", "http://[fd00::4]:99", "-"},
        {"http://10.0.0.2:8080", false, NULL, "-", "http://10.0.0.2:8080", "-"},
        {"https://pbx:2376", false, NULL, "-", "https://pbx:2376", "-"},
        {"https://pbx:2376", false, "/certs", "-", "https://pbx:2376", "/certs"},
    };

    (void)state;
    setenv("HOME", "/home/ann", 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CLEANUP_ARENA struct arena *a = arena_new();
        struct endpoint e;
        struct err err;
        assert_int_equal(
            endpoint_parse(a, cases[i].host, cases[i].tls, cases[i].cert_dir, &e, &err), 0);
        assert_string_equal(or_dash(e.unix_path), cases[i].unix_path);
        assert_string_equal(e.base_url, cases[i].base_url);
        assert_string_equal(or_dash(e.cert_dir), cases[i].ret_cert_dir);
    }
}

static void refuses_the_rest_with_a_reason(void **state)
{
    static const struct {
        const char *host, *says;
    } cases[] = {
        {"ssh://ann@pbx", "ssh:// is not supported"},
        {"unix://docker.sock", "not an absolute path"},
        {"tcp://user:word@pbx:2375", "no valid host"},
        {"tcp://", "no valid host"},
        {"tcp://:2375", "no valid host"},
        {"tcp://pbx:2375/docker", "a path behind"},
        {"npipe:////./pipe/docker_engine", "is expected"},
        {"pbx:2375", "is expected"},
        {"tcp://pbx:1\r\nX: y", "no valid host"},
    };
    CLEANUP_ARENA struct arena *a = arena_new();
    char longest[200] = "unix:///";
    struct endpoint e;
    struct err err;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(endpoint_parse(a, cases[i].host, false, NULL, &e, &err), -1);
        assert_int_equal(err.code, ERR_INVALID);
        assert_non_null(strstr(err.text, cases[i].says));
    }
    memset(longest + strlen(longest), 'x', 150);
    assert_int_equal(endpoint_parse(a, longest, false, NULL, &e, &err), -1);
    assert_non_null(strstr(err.text, "longer than 107"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_docker_host),
        cmocka_unit_test(refuses_the_rest_with_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
