/* desk.h - one agent, "desk", on the fake engine: what may be asked for it, and a session's
 * configuration for it.  Virtual time, so for one .c file of a program. */
#ifndef TESTS_CONTROL_DESK_H
#define TESTS_CONTROL_DESK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "control/session.h"
#include "fake_engine.h"

static struct arena *arena; /* of the whole test */
static char dir[40];        /* of the state and the engine's socket */
static struct config config;

struct asked {
    const char *name; /* of the update, for people */
    const char *prompt, *image, *restart;
    bool pipeline, stop_first;
};

/* What most begin with. */
static const struct asked before = {.prompt = "v0", .image = "any:1", .restart = "no"};

/* Sources that ask for this, and for nothing else. */
static inline struct sources *wish_sources(const struct asked *wish)
{
    static const enum role parts[] = {ROLE_ASR, ROLE_LLM, ROLE_TTS, ROLE_STS};
    struct sources *s = arena_alloc(arena, sizeof *s);
    struct agent_row *row = arena_alloc(arena, sizeof *row);
    struct agent_spec *agent = arena_alloc(arena, sizeof *agent);
    struct provider_row *providers = arena_alloc(arena, 4 * sizeof *providers);
    struct database db = {
        .path = "data.db", .providers = providers, .n_providers = 4, .agents = row, .n_agents = 1};
    struct host host = {.core_default_image = "any:1"};
    static const struct origin none = {0};

    *row = (struct agent_row){.id = "4711",
                              .name = "desk",
                              .status = "running",
                              .mode = wish->pipeline ? "pipeline" : "sts",
                              .port = atoi(engine.port)};
    *agent = (struct agent_spec){.key = "4711"};
    agent->rollout.monitor_s = (struct number){2, true, none};
    agent->rollout.order.text = wish->stop_first ? "stop-first" : NULL;
    for (int i = 0; i < 4; i++) {
        enum role r = parts[i];
        struct env_var *env = arena_alloc(arena, 2 * sizeof *env);
        providers[i] = (struct provider_row){
            .id = role_name[r], .type = role_upper[r], .name = role_name[r], .image = wish->image};
        if ((r == ROLE_STS) == wish->pipeline)
            continue;
        row->provider_id[r] = role_name[r];
        env[0] = (struct env_var){.name = "PORT", .value = engine.port};
        env[1] = (struct env_var){.name = "PROMPT", .value = r == ROLE_ASR ? "v0" : wish->prompt};
        agent->has_role[r] = true;
        agent->role[r].environment = (struct env_list){env, 2};
        agent->role[r].restart.text = wish->restart;
    }
    s->spec.agents = agent;
    s->spec.n_agents = 1;
    s->spec.defaults.healthcheck.kind.text = "TCP";
    merge(arena, &s->spec, &db, &host, NULL, true, &s->desired);
    assert_null(s->desired.agents[0].problem);
    s->text = "test";
    return s;
}

static inline int desk_set_up(void **state)
{
    (void)state;
    arena = arena_new();
    snprintf(dir, sizeof dir, "/tmp/avr-test-desk-XXXXXX");
    assert_non_null(mkdtemp(dir));
    fake_open(arena, dir);
    fake_tag("any:1", 1);
    fake_tag("any:latest", 1);
    config = (struct config){.engine = {.unix_path = engine.path, .base_url = "http://localhost"},
                             .engine_name = "fake",
                             .state_dir = dir};
    return 0;
}

static inline int desk_tear_down(void **state)
{
    (void)state;
    fake_close();
    unlink(arena_printf(arena, "%s/key", dir));
    unlink(arena_printf(arena, "%s/FAKE.lock", dir));
    rmdir(dir);
    arena_free(arena);
    return 0;
}

#endif
