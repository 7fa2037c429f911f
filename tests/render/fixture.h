/* render_fixture.h - a plan made by hand that has one of everything, and texts compared with files.
 *
 * UPDATE_GOLDEN=1 in the environment rewrites the files instead; read the difference before
 * keeping it. */
#ifndef TEST_RENDER_FIXTURE_H
#define TEST_RENDER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "render/render.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define NOW      INT64_C(1795345200000)
#define CANARY   "CANARY-5eae1b"
#define HOSTILE                                                                                    \
    "\x1b]0;owned\x07\x1b[2J\xc2\x9b"                                                              \
    "31m\xff\xe2\x80\xae\r"
#define SPEC_AT(l, c)                                                                              \
    {                                                                                              \
        .kind = FROM_SPEC, .at = { "specs/agents.yaml", l, c }                                     \
    }
#define ROW_OF(p)                                                                                  \
    {                                                                                              \
        .kind = FROM_DATABASE, .where = "provider \"" p "\", data.db"                              \
    }

static const struct digest_key fixture_key = {{1, 2, 3}};

static const char have_prompt[] = "You are the night desk.\nBe brief.\nNever promise a room.\n"
                                  "Speak slowly.\nSay good-bye.";
static const char want_prompt[] = "You are the night desk of Hotel Aurora.\nBe brief.\n"
                                  "Never promise a room.\nSpeak slowly.\nSay good-bye.";

static const struct env_var support_env[] = {
    {.name = "AGENT_ID", .value = "7d1c0a52", .origin = {.kind = FROM_AVR}},
    {.name = "AGENT_PROMPT", .value = want_prompt, .origin = ROW_OF("Deepgram night")},
    {.name = "DEEPGRAM_API_KEY",
     .value = CANARY "-new",
     .secret = true,
     .origin = ROW_OF("Deepgram night")},
    {.name = "PORT", .value = "6033", .origin = {.kind = FROM_CONTAINER}},
};
static const struct value support_image[] = {
    {"agentvoiceresponse/avr-sts-deepgram:local", SPEC_AT(8, 14)}};
static const struct settings support_settings = {
    .restart = {"unless-stopped", SPEC_AT(4, 12)},
    .mem_limit = {.n = 536870912, .set = true, .origin = SPEC_AT(12, 18)},
};
static const struct container_spec support_specs[] = {
    {.role = ROLE_STS,
     .name = "avr-sts-7d1c0a52",
     .origin = SPEC_AT(8, 5),
     .image = {.candidates = support_image, .n = 1},
     .env = {support_env, COUNT(support_env)},
     .settings = &support_settings},
    {.role = ROLE_CORE,
     .name = "avr-core-7d1c0a52",
     .origin = {.kind = FROM_DEFAULT},
     .image = {.fallback = "agentvoiceresponse/avr-core:latest"}},
};

static const struct agent fixture_agents[] = {
    {.id = "3b02aa41",
     .name = "booking",
     .pipeline = true,
     .origin = SPEC_AT(20, 3),
     .problem = "no provider \"Deepgram nite\" in this file or in data.db; did you mean "
                "\"Deepgram night\"?",
     .problem_at = {"specs/agents.yaml", 12, 10}},
    {.id = "aa04c1c3", .name = "lobby", .origin = SPEC_AT(30, 3)},
    {.id = "51c09d07", .name = "sales", .origin = SPEC_AT(40, 3)},
    {.id = "7d1c0a52",
     .name = "support",
     .origin = SPEC_AT(7, 3),
     .drain = {.timeout_s = 1800},
     .containers = support_specs,
     .n_containers = COUNT(support_specs)},
    {.id = "e11ee770", .name = "summer sale", .wish = WISH_ABSENT},
};
static const char *const notices[] = {"the network avr is nearly full: 250 of 254 addresses"};
static const struct desired fixture_desired = {.agents = fixture_agents,
                                               .n_agents = COUNT(fixture_agents),
                                               .complete = true,
                                               .notices = notices,
                                               .n_notices = 1,
                                               .prefix = "avr"};

static const struct box fixture_boxes[] = {
    {.id = "sts-support",
     .name = "avr-sts-7d1c0a52",
     .state = BOX_RUNNING,
     .image_ref = "agentvoiceresponse/avr-sts-deepgram:local",
     .image_id = "sha256:9b1e4c2000ff",
     .started_ms = NOW - 7260000},
    {.id = "core-support",
     .name = "avr-core-7d1c0a52",
     .state = BOX_RUNNING,
     .image_ref = "agentvoiceresponse/avr-core:latest",
     .image_id = "sha256:c04ec04ec04e",
     .started_ms = NOW - 7250000},
    {.id = "sts-sales",
     .name = "avr-sts-51c09d07",
     .state = BOX_RUNNING,
     .image_ref = "agentvoiceresponse/avr-sts-openai:1.4",
     .image_id = "sha256:0a1b2c3d4e5f",
     .started_ms = NOW - 93600000},
    {.id = "core-sales",
     .name = "avr-core-51c09d07",
     .state = BOX_RUNNING,
     .image_ref = "agentvoiceresponse/avr-core:latest",
     .image_id = "sha256:c04ec04ec04e",
     .started_ms = NOW - 93600000},
    {.id = "core-booking",
     .name = "avr-core-3b02aa41",
     .state = BOX_RUNNING,
     .image_ref = "agentvoiceresponse/avr-core:latest",
     .image_id = "sha256:c04ec04ec04e",
     .started_ms = NOW - 60000},
    {.id = "sts-summer",
     .name = "avr-sts-e11ee770",
     .state = BOX_EXITED,
     .image_ref = "agentvoiceresponse/avr-sts-openai:1.3",
     .image_id = "sha256:0ddba11"},
};

static const char *const network_avr[] = {"avr"};
static const char *const published[] = {"0.0.0.0:6033:6033/tcp"};
static const struct wanted support_wanted[] = {
    {.spec = &support_specs[0],
     .image_ref = "agentvoiceresponse/avr-sts-deepgram:local",
     .image_id = "sha256:41d07a1300aa",
     .image_note = "using local image, built 2m ago",
     .image_origin = SPEC_AT(8, 14),
     .env = {support_env, COUNT(support_env)},
     .port = "6033",
     .networks = network_avr,
     .n_networks = 1,
     .carried_ports = published,
     .n_carried_ports = 1},
    {.spec = &support_specs[1],
     .image_ref = "agentvoiceresponse/avr-core:latest",
     .image_id = "sha256:c04ec04ec04e",
     .networks = network_avr,
     .n_networks = 1},
};
static const struct container_spec lobby_specs[] = {
    {.role = ROLE_STS, .name = "avr-sts-aa04c1c3"},
    {.role = ROLE_CORE, .name = "avr-core-aa04c1c3"}};
static const struct wanted lobby_wanted[] = {
    {.spec = &lobby_specs[0],
     .image_ref = "agentvoiceresponse/avr-sts-openai:1.4",
     .image_id = "sha256:0a1b2c3d4e5f",
     .networks = network_avr,
     .n_networks = 1},
    {.spec = &lobby_specs[1], .image_ref = "agentvoiceresponse/avr-core:2.0", .pull = true},
};
static const struct container_spec sales_specs[] = {
    {.role = ROLE_STS, .name = "avr-sts-51c09d07"},
    {.role = ROLE_CORE, .name = "avr-core-51c09d07"}};
static const struct wanted sales_wanted[] = {{.spec = &sales_specs[0]}, {.spec = &sales_specs[1]}};

static const struct drift support_drifts[] = {
    {.field = "image",
     .have = "sha256:9b1e4c2000ff",
     .want = "sha256:41d07a1300aa",
     .origin = SPEC_AT(8, 14),
     .note = "using local image, built 2m ago"},
    {.field = "env",
     .key = "AGENT_PROMPT",
     .have = have_prompt,
     .want = want_prompt,
     .origin = ROW_OF("Deepgram night"),
     .effect = EFFECT_LIVE},
    {.field = "env",
     .key = "DEEPGRAM_API_KEY",
     .have = CANARY "-old",
     .want = CANARY "-new",
     .secret = true,
     .origin = ROW_OF("Deepgram night")},
    {.field = "env", .key = "OLD_TOKEN", .have = CANARY "-token", .origin = {.kind = FROM_AVR}},
    {.field = "env",
     .key = "PROVIDER_ID",
     .have = "31e32e67-aaaa",
     .want = "9f0a77c1-bbbb",
     .origin = SPEC_AT(9, 17)},
    {.field = "restart",
     .have = "no",
     .want = "unless-stopped",
     .origin = SPEC_AT(4, 12),
     .effect = EFFECT_UPDATE},
};

static const struct role_plan support_roles[] = {
    {.role = ROLE_STS,
     .verdict = VERDICT_REPLACE,
     .wanted = &support_wanted[0],
     .live = &fixture_boxes[0],
     .drifts = {support_drifts, COUNT(support_drifts)}},
    {.role = ROLE_CORE,
     .verdict = VERDICT_SYNC,
     .wanted = &support_wanted[1],
     .live = &fixture_boxes[1]},
};
static const struct role_plan sales_roles[] = {
    {.role = ROLE_STS, .wanted = &sales_wanted[0], .live = &fixture_boxes[2]},
    {.role = ROLE_CORE, .wanted = &sales_wanted[1], .live = &fixture_boxes[3]},
};
static const struct role_plan booking_roles[] = {
    {.role = ROLE_CORE, .verdict = VERDICT_HOLD, .live = &fixture_boxes[4]}};
static const struct role_plan lobby_roles[] = {
    {.role = ROLE_STS, .verdict = VERDICT_CREATE, .wanted = &lobby_wanted[0], .reason = "missing"},
    {.role = ROLE_CORE, .verdict = VERDICT_CREATE, .wanted = &lobby_wanted[1], .reason = "missing"},
};
static const struct role_plan summer_roles[] = {
    {.role = ROLE_STS, .verdict = VERDICT_ORPHAN, .live = &fixture_boxes[5]}};

static const struct step support_steps[] = {
    {.kind = STEP_CREATE,
     .role = ROLE_STS,
     .wanted = &support_wanted[0],
     .new_name = "avrd-next-019a2b3c4d5e",
     .why = "image, env"},
    {.kind = STEP_START, .role = ROLE_STS, .box_id = "new-1", .box_name = "avrd-next-019a2b3c4d5e"},
    {.kind = STEP_PROBE, .role = ROLE_STS, .box_id = "new-1", .box_name = "avrd-next-019a2b3c4d5e"},
    {.kind = STEP_WAIT, .role = ROLE_STS, .gate = GATE_SETUP},
    {.kind = STEP_RENAME,
     .role = ROLE_STS,
     .box_id = "sts-support",
     .box_name = "avr-sts-7d1c0a52",
     .new_name = "avrd-drain-019a2b3c4d5f"},
    {.kind = STEP_RENAME,
     .role = ROLE_STS,
     .box_id = "new-1",
     .box_name = "avrd-next-019a2b3c4d5e",
     .new_name = "avr-sts-7d1c0a52"},
    {.kind = STEP_WAIT,
     .role = ROLE_STS,
     .gate = GATE_DRAIN,
     .calls = 2,
     .oldest_ms = NOW - 192000},
    {.kind = STEP_STOP,
     .role = ROLE_STS,
     .box_id = "sts-support",
     .box_name = "avrd-drain-019a2b3c4d5f"},
    {.kind = STEP_REMOVE,
     .role = ROLE_STS,
     .box_id = "sts-support",
     .box_name = "avrd-drain-019a2b3c4d5f"},
};

static const struct agent_plan fixture_plans[] = {
    {.agent = &fixture_agents[0],
     .verdict = VERDICT_HOLD,
     .roles = booking_roles,
     .n_roles = 1,
     .hold = {.kind = STEP_HOLD,
              .hold = HOLD_PROBLEM,
              .why = "no provider \"Deepgram nite\" in this file or in data.db; did you mean "
                     "\"Deepgram night\"?"}},
    {.agent = &fixture_agents[1], .verdict = VERDICT_CREATE, .roles = lobby_roles, .n_roles = 2},
    {.agent = &fixture_agents[2], .verdict = VERDICT_SYNC, .roles = sales_roles, .n_roles = 2},
    {.agent = &fixture_agents[3],
     .verdict = VERDICT_REPLACE,
     .roles = support_roles,
     .n_roles = 2,
     .steps = support_steps,
     .n_steps = COUNT(support_steps),
     .live_calls = 2,
     .oldest_call_ms = NOW - 192000},
    {.agent = &fixture_agents[4],
     .verdict = VERDICT_ORPHAN,
     .roles = summer_roles,
     .n_roles = 1,
     .hold = {.kind = STEP_HOLD,
              .hold = HOLD_ORPHAN,
              .why = "nobody asks for it any more, and nobody asked to remove it"},
     .live_calls = -1},
};
static const struct plan fixture_plan = {
    .agents = fixture_plans, .n_agents = COUNT(fixture_plans), .n_containers = 6};
static const struct plan sync_plan = {
    .agents = fixture_plans + 2, .n_agents = 1, .n_containers = 2};

static const struct render fixture_render = {.key = &fixture_key,
                                             .now_ms = NOW,
                                             .sources = "specs/agents.yaml, data.db",
                                             .engine = "pbx-01 (Docker 20.10.24)"};

static inline char *read_golden(const char *path)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return NULL;
    char *text = calloc(1, 1 << 18);
    size_t n = fread(text, 1, (1 << 18) - 1, file);
    text[n] = '\0';
    fclose(file);
    return text;
}

static inline void assert_golden(const char *name, const char *text)
{
    char path[512];

    snprintf(path, sizeof path, "%s/%s", TEST_DATA, name);
    if (getenv("UPDATE_GOLDEN")) {
        FILE *file = fopen(path, "we");
        assert_non_null(file);
        fputs(text, file);
        fclose(file);
        return;
    }
    char *expected = read_golden(path);
    if (!expected)
        fail_msg("%s is missing", path);
    assert_string_equal(text, expected);
    free(expected);
}

#endif
