/* Goal: a prompt is taken for an address exactly when AVR's backend takes it for one.  Every answer
 * below is what node's `new URL(text)` gave. */
#include "core/material.h"

static void check(const char *const *texts, size_t n, bool is_url)
{
    for (size_t i = 0; i < n; i++)
        if (avr_is_url(texts[i]) != is_url)
            fail_msg("\"%s\" should%s be a URL", texts[i], is_url ? "" : " not");
}

/* Schemes with a host, however many slashes of either kind stand before it, and tabs and line
 * ends wherever they stand. */
static void test_the_parser_for_web_addresses(void **state)
{
    static const char *const good[] = {"https://example.test/prompt",
                                       "http://x",
                                       "  http://x  ",
                                       "\001http://x\002",
                                       "HTTP://X",
                                       "http:x",
                                       "http:/x",
                                       "http:\\\\x",
                                       "ht\ntp://x",
                                       "http:\t//x",
                                       "http:/\t/x",
                                       "http://a\rb/",
                                       "ftp://x",
                                       "wss://x",
                                       "ws://avr-sts:6033",
                                       "http://x?q",
                                       "http://x#f",
                                       "http://x\\p"};
    static const char *const bad[] = {"http://", "http:", "https:///", "http://\t/"};

    (void)state;
    check(good, N_OF(good), true);
    check(bad, N_OF(bad), false);
}

static void test_user_and_port(void **state)
{
    static const char *const good[] = {"http://u:p@x/", "http://u@v@x/",     "http://x:65535/",
                                       "http://x:/",    "http://x:0000080/", "http://x:8\t0/"};
    static const char *const bad[] = {"http://x:65536/", "http://x:y/", "http://u@/",
                                      "http://u:p@/",    "http://:80/", "http://::1/"};

    (void)state;
    check(good, N_OF(good), true);
    check(bad, N_OF(bad), false);
}

/* Percent-encoded characters are decoded first; what is no part of a name is refused. */
static void test_names_of_hosts(void **state)
{
    static const char *const good[] = {"http://%41.test/", "http://%4a%4B/",
                                       "http://\303\251.test/", "http://x./", "http://./"};
    static const char *const bad[] = {"http://a b/",   "http://a%20b/",  "http://a%00b/",
                                      "http://a%7Fb/", "http://a\001b/", "http://a\177b/",
                                      "http://a^b/",   "http://a<b/",    "http://a%",
                                      "http://a%4",    "http://a%zz/",   "http://%4z/"};

    (void)state;
    check(good, N_OF(good), true);
    check(bad, N_OF(bad), false);
}

/* A last label that is a number makes the whole an IPv4 address, written as people wrote them. */
static void test_addresses_of_hosts(void **state)
{
    static const char *const good[] = {
        "http://127.0.0.1/", "http://127.1/",  "http://1.2.3.4./",  "http://1./",
        "http://256/",       "http://1.256/",  "http://1.2.65535/", "http://4294967295/",
        "http://0x7f.1/",    "http://0X7F.1/", "http://0x/",        "http://1.0x1/",
        "http://01/",        "http://0xg/",    "http://1.a/",       "http://1../",
        "http://%31.256/"};
    static const char *const bad[] = {"http://1.2.3.256/",  "http://1.2.65536/",
                                      "http://4294967296/", "http://99999999999999999999999/",
                                      "http://256.1.1.1/",  "http://0x100.1/",
                                      "http://1.2.3.4.5/",  "http://09/",
                                      "http://1.2.3.09/",   "http://a.1/",
                                      "http://1..2/"};

    (void)state;
    check(good, N_OF(good), true);
    check(bad, N_OF(bad), false);
}

static void test_ipv6_addresses(void **state)
{
    static const char *const good[] = {"http://[::]/",
                                       "http://[::1]:80/",
                                       "http://u:p@[::1]/",
                                       "http://[1:2:3:4:5:6:7:8]/",
                                       "http://[1:2:3:4:5:6:7::]/",
                                       "http://[A:b::c]/",
                                       "http://[::1.2.3.4]/",
                                       "http://[1:2:3:4:5:6:1.2.3.4]/",
                                       "x://[::1]/"};
    static const char *const bad[] = {"http://[]/",
                                      "http://[:1]/",
                                      "http://[1:2]/",
                                      "http://[::1/",
                                      "http://[1",
                                      "http://[::1]x/",
                                      "http://[::1]%00/",
                                      "http://[::g]/",
                                      "http://[::::]/",
                                      "http://[1::2::3]/",
                                      "http://[1:2:3:4:5:6:7:8:9]/",
                                      "http://[1:2:3:4:5:6:7:8::]/",
                                      "http://[12345::]/",
                                      "http://[::1.2.3]/",
                                      "http://[::1.2.3.256]/",
                                      "http://[::01.2.3.4]/",
                                      "http://[::1.2.3.4.5]/",
                                      "http://[::1.2.3.4567]/",
                                      "http://[::1..2.3]/",
                                      "http://[::1.2.3.4]x/",
                                      "http://[1:2:3:4:5:1.2.3.4]/",
                                      "http://[1:2:3:4:5:6::1.2.3.4]/",
                                      "http://%5B::1%5D/",
                                      "x://[::1/"};

    (void)state;
    check(good, N_OF(good), true);
    check(bad, N_OF(bad), false);
}

/* At most two slashes, then a host or a drive. */
static void test_files(void **state)
{
    static const char *const good[] = {
        "file:",       "file:/x",     "file:\\x",     "file:///etc/prompt", "file://h/p",
        "file://C:/x", "file://C|/x", "file://%41/x", "file://C;/x ^"};
    static const char *const bad[] = {"file://1:/x", "file://a:80/",  "file://u@h/",
                                      "file://a b/", "file://%43:/x", "file://CC:/x"};

    (void)state;
    check(good, N_OF(good), true);
    check(bad, N_OF(bad), false);
}

/* A word and a colon are enough, so many a prompt is an address. */
static void test_other_schemes(void **state)
{
    static const char *const good[] = {"mailto:a@b",
                                       "Note: be polite",
                                       "a:b",
                                       "a:",
                                       "a1+.-:x",
                                       "x\t:y",
                                       "x:/",
                                       "x:/h",
                                       "x://",
                                       "x://h/p",
                                       "x://h:1/",
                                       "x://a%zz/",
                                       "x://a%41/",
                                       "x://a\001b/",
                                       "x:\t/\n/h",
                                       "averylongscheme:x",
                                       "data:text/plain,hi",
                                       "C:\\prompt.txt"};
    static const char *const bad[] = {"averylongscheme://a b",
                                      "Be kind:x",
                                      "",
                                      ":",
                                      "You are kind",
                                      "You are kind: always",
                                      "1a:b",
                                      "a_b:c",
                                      "example.test/prompt",
                                      "//example.test",
                                      "x://a b/",
                                      "x://a<b/",
                                      "x://:80/",
                                      "x://u@/",
                                      "x://h:99999/",
                                      "null",
                                      "0.5"};

    (void)state;
    check(good, N_OF(good), true);
    check(bad, N_OF(bad), false);
}

/* Longer than any name of a host can be: said to be none, so the prompt stays a prompt. */
static void test_a_host_without_end(void **state)
{
    char text[2048] = "http://";

    (void)state;
    memset(text + strlen(text), 'a', 1000);
    check((const char *const[]){text}, 1, true);
    memset(text + strlen(text), 'a', 1000);
    check((const char *const[]){text}, 1, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_parser_for_web_addresses),
        cmocka_unit_test(test_user_and_port),
        cmocka_unit_test(test_names_of_hosts),
        cmocka_unit_test(test_addresses_of_hosts),
        cmocka_unit_test(test_ipv6_addresses),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_other_schemes),
        cmocka_unit_test(test_a_host_without_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
