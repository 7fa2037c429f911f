/* Goal: what a request's target says is taken literally or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/text.h"
#include "web/uri.h"

static int setup(void **state)
{
    *state = arena_new();
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

static const char *decode(struct arena *a, const char *text, bool plus)
{
    return uri_decode(a, text, strlen(text), plus);
}

static void percent_signs_are_taken_apart(void **state)
{
    assert_string_equal(decode(*state, "", false), "");
    assert_string_equal(decode(*state, "a%20b+c", false), "a b+c");
    assert_string_equal(decode(*state, "a%20b+c", true), "a b c");
    assert_string_equal(decode(*state, "%41%c3%BC%2F", false), "A\xc3\xbc/");
    assert_string_equal(decode(*state, "%2541", false), "%41"); /* once */
}

static void what_is_malformed_is_nothing(void **state)
{
    static const char *const bad[] = {
        "%",   "%4",   "a%",      "a%4",  "%4g", "%g4",    "%00",       "a%0a",        "%0d%0a",
        "%7f", "\x01", "%1b[31m", "\xff", "%c3", "%c0%80", "%ed%a0%80", "%f5%80%80%80"};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (decode(*state, bad[i], false))
            fail_msg("decoded: %s", bad[i]);
    assert_null(uri_decode(*state, "%41", 2, false)); /* cut within it */
}

static void a_query_is_pairs(void **state)
{
    struct web_pairs q = {0};

    assert_true(uri_query(*state, "a=1&b&&c=x=y&a=2&d=%26", &q));
    assert_int_equal(q.n, 5);
    assert_string_equal(web_pair_get(&q, "a"), "1");
    assert_string_equal(web_pair_get(&q, "b"), "");
    assert_string_equal(web_pair_get(&q, "c"), "x=y");
    assert_string_equal(web_pair_get(&q, "d"), "&");
    assert_null(web_pair_get(&q, "e"));
}

static void a_query_has_an_end(void **state)
{
    struct text many = {.arena = *state};
    struct web_pairs q = {0};

    for (int i = 0; i < 32; i++)
        text_add(&many, "a&");
    assert_true(uri_query(*state, text_str(&many), &q));
    text_add(&many, "a");
    q = (struct web_pairs){0};
    assert_false(uri_query(*state, text_str(&many), &q));
    q = (struct web_pairs){0};
    assert_false(uri_query(*state, "a=%0", &q));
}

static bool matches(struct arena *a, const char *pattern, const char *path)
{
    struct web_pairs params = {0};

    return uri_match(a, pattern, path, &params);
}

static void paths_are_matched_as_they_were_sent(void **state)
{
    static const char *const other[] = {
        "/agents",         "/agents/",      "/agents//",    "//agents/x",
        "/agents/x/",      "/agents/x/y",   "/./agents/x",  "/agents/../x",
        "/agents/.",       "/agents/..",    "/agents/%2e",  "/agents/%2e%2e",
        "/agents/a%2fb",   "/agents/a%2Fb", "/agents/a%00", "/agents/a%0a",
        "/agents/a%",      "/agents/a;b",   "/Agents/x",    "/%61gents/x",
        "/agents/a\\b",    "/agents/%ff",   "agents/x",     "",
        "/agents/\xc3\xbc"};

    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        if (matches(*state, "/agents/{id}", other[i]))
            fail_msg("matches: %s", other[i]);
    assert_true(matches(*state, "/agents/{id}", "/agents/x"));
    assert_true(matches(*state, "/agents/{id}", "/agents/..."));
    assert_true(matches(*state, "/agents/{id}/logs", "/agents/~a.b_c-d%20e/logs"));
    assert_false(matches(*state, "/agents/{id}/logs", "/agents/x/log"));
    assert_false(matches(*state, "/agents/{id}/logs", "/agents/x/logss"));
}

static void several_parameters_have_their_names(void **state)
{
    struct web_pairs p = {0};

    assert_true(uri_match(*state, "/a/{one}/b/{two}", "/a/1/b/2%202", &p));
    assert_string_equal(web_pair_get(&p, "one"), "1");
    assert_string_equal(web_pair_get(&p, "two"), "2 2");
    assert_null(web_pair_get(&p, "three"));
}

static void a_route_has_its_methods(void **state)
{
    static const struct web_route routes[] = {
        {"GET", "/a", 0, NULL}, {"POST", "/a", 0, NULL}, {"POST", "/b/{x}", 0, NULL}};
    struct uri_found found = uri_route(*state, routes, 3, "POST", "/a");

    assert_ptr_equal(found.route, &routes[1]);
    assert_ptr_equal(uri_route(*state, routes, 3, "HEAD", "/a").route, &routes[0]);
    found = uri_route(*state, routes, 3, "DELETE", "/a");
    assert_null(found.route);
    assert_string_equal(found.allow, "GET, HEAD, POST");
    assert_string_equal(uri_route(*state, routes, 3, "GET", "/b/1").allow, "POST");
    assert_null(uri_route(*state, routes, 3, "GET", "/c").allow);
    assert_string_equal(uri_route(*state, routes, 3, "get", "/b/1").allow, "POST");
}

static void hosts_that_cannot_be_pointed_here_are_served(void **state)
{
    static const char *const names[] = {"avr-reconciler"};
    static const char *const good[] = {"localhost",      "localhost:6100",      "LOCALHOST",
                                       "127.0.0.1",      "10.0.0.7:6100",       "[::1]",
                                       "[fe80::1]:6100", "avr-reconciler:6100", "AVR-reconciler"};
    static const char *const bad[] = {"",
                                      "evil.example",
                                      "evil.example:6100",
                                      "127.0.0.1.evil.example",
                                      "localhost.evil.example",
                                      "avr-reconciler.evil",
                                      "[::1",
                                      "[evil]:80",
                                      "::1",
                                      "localhost:80x",
                                      "localhost:80:90",
                                      ":6100",
                                      "localhost ",
                                      "1.2.3",
                                      "0x7f.1",
                                      "user@localhost"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!uri_host_is_served(good[i], names, 1))
            fail_msg("not served: %s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (uri_host_is_served(bad[i], names, 1))
            fail_msg("served: %s", bad[i]);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(percent_signs_are_taken_apart),
        TEST(what_is_malformed_is_nothing),
        TEST(a_query_is_pairs),
        TEST(a_query_has_an_end),
        TEST(paths_are_matched_as_they_were_sent),
        TEST(several_parameters_have_their_names),
        TEST(a_route_has_its_methods),
        TEST(hosts_that_cannot_be_pointed_here_are_served),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
