/* Goal: of what a container wrote people see everything but its secrets, whatever told that they
 * are some: a source, a name, a look, or that it is an address with a token. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "core/capability.h"
#include "core/desired.h"
#include "core/hide.h"
#include "core/observed.h"

#define N_OF(array) (sizeof(array) / sizeof *(array))

static void values_that_are_secret_are_hidden(void **state)
{
    struct env_var vars[] = {
        {.name = "DEEPGRAM_API_KEY", .value = "dg-0123456789"},
        {.name = "PIN", .value = "987654", .secret = true},
        {.name = "SHORT_KEY", .value = "abc"}, /* it would be found in any word */
        {.name = "GREETING", .value = "Good evening"},
    };
    const struct env_list env = {vars, N_OF(vars)};
    static const struct {
        const char *said, *shown;
    } cases[] = {
        {"Good evening", "Good evening"},
        {"key dg-0123456789!", "key (hidden)!"},
        {"987654 and 987654", "(hidden) and (hidden)"},
        {"alphabetabc", "alphabetabc"},
        {"", ""},
    };
    CLEANUP_ARENA struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++)
        assert_string_equal(hide_secrets(a, cases[i].said, &env), cases[i].shown);
    assert_string_equal(hide_secrets(a, "nobody knows its environment", NULL),
                        "nobody knows its environment");
}

static void a_token_is_hidden_wherever_it_stands(void **state)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct digest_key key = {.bytes = {1}};
    const char *url = capability_url(a, &key, "http://h:6100", "desk", ROLE_STS, "p1");
    size_t n;
    const char *token = capability_find(url, &n);

    (void)state;
    assert_non_null(token);
    token = arena_strndup(a, token, n);
    const char *said = arena_printf(a, "fetching %s/internal, then %s", url, token);
    const char *shown = hide_secrets(a, said, NULL);
    assert_null(strstr(shown, token));
    assert_non_null(strstr(shown, "fetching http://h:6100/c/(hidden)/internal"));
}

static void all_that_a_box_may_know_is_on_the_list(void **state)
{
    struct pair had[] = {{"PIN", "111111"}, {"GREETING", "Hi"}};
    struct env_var asked[] = {{.name = "PIN", .value = "222222", .secret = true}};
    struct env_var fetched[] = {{.name = "TOKEN", .value = "333333", .secret = true}};
    const struct box box = {.env = had, .n_env = N_OF(had)};
    const struct container_spec spec = {.env = {asked, N_OF(asked)},
                                        .fetched = {fetched, N_OF(fetched)}};
    CLEANUP_ARENA struct arena *a = arena_new();

    (void)state;
    struct env_list list = hide_list(a, &box, &spec);
    assert_int_equal(list.n, 4);
    assert_true(list.items[0].secret); /* what a source calls a secret is one in the box, too */
    assert_false(list.items[1].secret);
    assert_string_equal(hide_secrets(a, "111111 Hi 222222 333333", &list),
                        "(hidden) Hi (hidden) (hidden)");
    assert_int_equal(hide_list(a, &box, NULL).n, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_that_are_secret_are_hidden),
        cmocka_unit_test(a_token_is_hidden_wherever_it_stands),
        cmocka_unit_test(all_that_a_box_may_know_is_on_the_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
