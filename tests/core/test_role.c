/* Which parts of an agent hold a call, and the word for where a value came from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/origin.h"
#include "core/role.h"

#define N_OF(array) (sizeof(array) / sizeof(array)[0])

static void only_core_and_sts_hold_calls(void **state)
{
    (void)state;
    assert_true(role_holds_calls(ROLE_CORE));
    assert_true(role_holds_calls(ROLE_STS));
    assert_false(role_holds_calls(ROLE_ASR));
    assert_false(role_holds_calls(ROLE_LLM));
    assert_false(role_holds_calls(ROLE_TTS));
}

static void every_origin_names_its_place(void **state)
{
    static const struct {
        struct origin origin;
        const char *text;
    } cases[] = {
        {{.kind = FROM_SPEC, .at = {"specs/a.yaml", 9, 17}}, "specs/a.yaml:9:17"},
        {{.kind = FROM_DATABASE, .where = "agent \"sales\", data.db"}, "agent \"sales\", data.db"},
        {{.kind = FROM_HOST, .where = "WEBHOOK_URL"}, "$WEBHOOK_URL"},
        {{.kind = FROM_CONTAINER}, "running container"},
        {{.kind = FROM_CONTAINER, .where = "URL of the running core"}, "URL of the running core"},
        {{.kind = FROM_DEFAULT}, "default"},
        {{.kind = FROM_DEFAULT, .where = "default of podman"}, "default of podman"},
        {{.kind = FROM_AVR}, "AVR"},
        {{.kind = FROM_AVR, .where = "AVR's backend"}, "AVR's backend"},
    };
    struct arena *a CLEANUP_ARENA = arena_new();

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++)
        assert_string_equal(origin_text(a, &cases[i].origin), cases[i].text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_core_and_sts_hold_calls),
        cmocka_unit_test(every_origin_names_its_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
