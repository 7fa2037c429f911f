#include "cli/look.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/text.h"
#include "cli/say.h"
#include "core/find.h"

enum exit_code read_sources(struct cli *cli, struct sources *ret)
{
    struct spec_errors errors = {0};
    struct err err = {0};

    if (sources_read(cli->arena, &cli->config, ret, &errors, &err) == 0)
        return EXIT_CODE_OK;
    if (errors.n) {
        say_spec_errors(cli, &errors);
        return EXIT_CODE_INVALID;
    }
    say_error(cli, "%s", err.text);
    /* A database whose tables are not AVR's is no wrong spec: nothing to edit there. */
    return err.code == ERR_INVALID ? EXIT_CODE_ERROR : exit_of_err(&err);
}

int select_agents(struct arena *a, const struct agent *const *agents, size_t n_agents,
                  const char *const *args, size_t n_args, const char *const **ret_ids,
                  struct err *err)
{
    const char **ids = arena_alloc(a, (n_args + 1) * sizeof *ids);

    for (size_t i = 0; i < n_args; i++) {
        const struct agent *agent = agent_find(a, agents, n_agents, args[i], err);
        if (!agent)
            return -1;
        ids[i] = agent->id;
    }
    *ret_ids = ids;
    return 0;
}

static bool is_among(const char *id, const char *const *ids, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (text_is(id, ids[i]))
            return true;
    return false;
}

/* Orphans are known to the plan only, so the choice is made among its agents. */
static int narrow(struct cli *cli, struct plan *plan, struct err *err)
{
    const struct agent **agents =
        arena_alloc(cli->arena, (plan->n_agents + 1) * sizeof(const struct agent *));
    const char *const *ids;
    ARRAY(struct agent_plan) chosen = {0};
    size_t boxes = 0;

    for (size_t i = 0; i < plan->n_agents; i++)
        agents[i] = plan->agents[i].agent;
    if (select_agents(cli->arena, agents, plan->n_agents, cli->opt->args, cli->opt->n_args, &ids,
                      err) < 0)
        return -1;
    for (size_t i = 0; i < plan->n_agents; i++) {
        if (!is_among(plan->agents[i].agent->id, ids, cli->opt->n_args))
            continue;
        ARRAY_PUSH(cli->arena, chosen, plan->agents[i]);
        for (size_t k = 0; k < plan->agents[i].n_roles; k++)
            boxes += plan->agents[i].roles[k].live != NULL;
    }
    plan->agents = chosen.items;
    plan->n_agents = chosen.n;
    plan->n_containers = boxes;
    return 0;
}

struct plan_options plan_options_of(const struct options *opt)
{
    return (struct plan_options){.prune = opt->is_set[OPT_PRUNE], .now = opt->is_set[OPT_NOW]};
}

enum exit_code say_engine_error(struct cli *cli, const struct err *err)
{
    const char *advice = engine_advice(err);

    say_error(cli, "%s", err->text);
    if (advice)
        say(cli, "%s", advice);
    return exit_of_err(err);
}

enum exit_code look_at(struct cli *cli, struct session *session, struct sources *sources,
                       struct look *look)
{
    struct plan_options options = plan_options_of(cli->opt);
    struct err err = {0};

    enum exit_code code = read_sources(cli, sources);
    if (code != EXIT_CODE_OK)
        return code;
    if (session_look(session, cli->arena, sources, &options, NULL, 0, look, &err) < 0)
        return say_engine_error(cli, &err);
    if (cli->opt->n_args && narrow(cli, &look->plan, &err) < 0) {
        say_error(cli, "%s", err.text);
        return EXIT_CODE_USAGE;
    }
    return EXIT_CODE_OK;
}

struct render render_of(const struct cli *cli, const struct session *session,
                        const struct look *look)
{
    struct render r = {
        .key = session_key(session),
        .color = cli->color_out,
        .verbose = cli->opt->is_set[OPT_VERBOSE],
        .width = cli->width,
        .now_ms = look->observed.now_ms,
        .sources = look->sources ? look->sources->text : "",
        .engine = look->engine_text ? look->engine_text : cli->config.engine_name,
    };
    local_now(&r.local);
    return r;
}
