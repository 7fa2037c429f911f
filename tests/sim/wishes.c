/* What is asked for in a scenario, generation by generation: made by merge(), like a real one. */
#include "world.h"

static const struct pair *env_of_generation(struct arena *a, int generation)
{
    struct pair *env = arena_alloc(a, 2 * sizeof *env);

    env[0] = (struct pair){"LANGUAGE", "it"};
    env[1] = (struct pair){"PROMPT", arena_printf(a, "v%d", generation)};
    return env;
}

bool world_uses(const struct scenario *s, int generation, enum role r)
{
    bool pipeline = s->pipeline != !!(s->other_mode & 1u << generation);

    if (r == ROLE_CORE)
        return true;
    return pipeline ? r != ROLE_STS : r == ROLE_STS;
}

/* In a pipeline the llm and the tts change and the asr does not: a set need not be all of it. */
bool world_changes(const struct scenario *s, enum role r)
{
    if (r == ROLE_CORE)
        return s->core_too;
    return r == ROLE_STS || r == ROLE_LLM || r == ROLE_TTS;
}

static const struct value two_networks[] = {{.text = "avr"}, {.text = "voice"}};

void world_wish(struct world *w, int generation)
{
    struct arena *a = w->arena;
    const struct scenario *s = w->scenario;
    struct provider_row *providers = arena_alloc(a, ROLE_CORE * sizeof *providers);
    struct agent_row *row = arena_alloc(a, sizeof *row);
    struct spec *spec = arena_alloc(a, sizeof *spec);
    struct agent_spec *agent = arena_alloc(a, sizeof *agent);
    struct env_var *core_env = arena_alloc(a, sizeof *core_env);
    struct database *db = arena_alloc(a, sizeof *db);
    struct host *host = arena_alloc(a, sizeof *host);

    *row = (struct agent_row){.id = SIM_AGENT,
                              .name = "desk",
                              .status = s->stopped & 1u << generation ? "stopped" : "running",
                              .mode = world_uses(s, generation, ROLE_STS) ? "sts" : "pipeline",
                              .port = 5001,
                              .http_port = 6001};
    for (enum role r = 0; r < ROLE_CORE; r++) {
        const char *id = arena_printf(a, "provider-%s", role_name[r]);
        providers[r] = (struct provider_row){
            .id = id,
            .type = role_upper[r],
            .name = id,
            .image = "agent/any:1",
            .n_env = 2,
            .env = env_of_generation(a, world_changes(s, r) ? generation : 0)};
        if (world_uses(s, generation, r))
            row->provider_id[r] = id;
    }
    *core_env = (struct env_var){"PROMPT", arena_printf(a, "v%d", s->core_too ? generation : 0),
                                 .secret = false};
    *agent = (struct agent_spec){.key = SIM_AGENT};
    agent->has_role[ROLE_CORE] = true;
    agent->role[ROLE_CORE].environment = (struct env_list){core_env, 1};
    if (s->two_networks && generation)
        spec->defaults.networks = (struct values){two_networks, 2, true};
    agent->rollout.order.text = s->stop_first ? "stop-first" : "start-first";
    if (s->canary) {
        spec->rollout.canary_percent = (struct number){.n = 50, .set = true};
        spec->rollout.canary_calls = (struct number){.n = 2, .set = true};
    }
    spec->agents = agent;
    spec->n_agents = 1;
    *db = (struct database){.path = "data.db",
                            .providers = providers,
                            .n_providers = ROLE_CORE,
                            .agents = row,
                            .n_agents = 1,
                            .calls_known = true};
    host->core_default_image = "agent/any:1";
    merge(a, spec, db, host, NULL, true, &w->desired[generation]);
    if (w->desired[generation].n_agents != 1 || w->desired[generation].agents[0].problem)
        w->violation = w->desired[generation].agents[0].problem;
}
