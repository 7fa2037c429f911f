#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/merge_parts.h"

enum { DEFAULT_PARALLELISM = 4 };

struct matched { /* the spec that refines a dashboard agent */
    const struct agent_spec *spec, *second;
    bool ambiguous; /* the key is the name of several agents */
};

static const char *last_part(const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    return slash ? slash + 1 : path ? path : "the database";
}

static bool matches_id(const struct database *db, const char *key)
{
    for (size_t i = 0; i < db->n_agents; i++)
        if (text_is(db->agents[i].id, key))
            return true;
    return false;
}

/* Pairs specs with rows, by id before name.  Returns, for each row, what refines it, and marks the
 * specs that were used. */
static struct matched *match(const struct merging *s, bool *used)
{
    const struct database *db = s->db;
    struct matched *m = arena_alloc(s->arena, (db->n_agents + 1) * sizeof *m);

    for (size_t i = 0; i < s->spec->n_agents; i++) {
        const struct agent_spec *spec = &s->spec->agents[i];
        bool by_id = matches_id(db, spec->key);
        size_t hits = 0;
        for (size_t k = 0; k < db->n_agents; k++)
            hits += text_is(by_id ? db->agents[k].id : db->agents[k].name, spec->key);
        for (size_t k = 0; k < db->n_agents; k++) {
            if (!text_is(by_id ? db->agents[k].id : db->agents[k].name, spec->key))
                continue;
            used[i] = true;
            m[k].ambiguous |= hits > 1;
            *(m[k].spec ? &m[k].second : &m[k].spec) = spec;
        }
    }
    return m;
}

static void refuse(struct agent *agent, struct pos at, const char *text)
{
    agent->problem = text;
    agent->problem_at = at;
}

static struct agent from_row(const struct merging *s, const struct agent_row *row,
                             const struct matched *m)
{
    const struct agent_spec *spec = m->spec;
    const char *row_name = row->name && *row->name ? row->name : row->id;
    struct origin row_origin = origin_of_row(s, "agent", row_name);
    struct agent_inputs in = {
        .id = row->id,
        .name = spec && spec->name.text ? spec->name.text : row_name,
        .origin = spec ? spec->origin : row_origin,
        .name_origin = spec && spec->name.text ? spec->name.origin : row_origin,
        .row_origin = row_origin,
        .row = row,
        .spec = spec,
    };
    struct agent agent = agent_make(s, &in);

    if (spec && m->second)
        refuse(&agent, m->second->origin.at,
               arena_printf(s->arena, "\"%s\" (%s) and \"%s\" (%s) are the same dashboard agent",
                            spec->key, origin_text(s->arena, &spec->origin), m->second->key,
                            origin_text(s->arena, &m->second->origin)));
    else if (spec && m->ambiguous)
        refuse(&agent, spec->origin.at,
               arena_printf(s->arena,
                            "several dashboard agents are named \"%s\": use the id, here %s",
                            spec->key, row->id));
    return agent;
}

/* "; did you mean …" among the dashboard's names, for a spec that describes no agent itself. */
static const char *agent_suggestion(const struct merging *s, const char *key)
{
    const char **names = arena_alloc(s->arena, (s->db->n_agents + 1) * sizeof *names);
    size_t n = 0;

    for (size_t i = 0; i < s->db->n_agents; i++)
        if (s->db->agents[i].name)
            names[n++] = s->db->agents[i].name;
    const char *near = text_suggest(key, names, n);
    return near ? arena_printf(s->arena, "; did you mean \"%s\" (%s)?", near, s->db_name) : "";
}

static struct agent from_spec(const struct merging *s, const struct agent_spec *spec)
{
    struct agent_inputs in = {
        .id = spec->key,
        .name = spec->name.text ? spec->name.text : spec->key,
        .origin = spec->origin,
        .name_origin = spec->name.text ? spec->name.origin : spec->origin,
        .spec = spec,
    };
    struct agent agent = agent_make(s, &in);
    bool has_role = false;

    for (enum role r = 0; r < ROLE_CORE; r++)
        has_role |= spec->has_role[r];
    if (!has_role && agent.wish == WISH_RUN && s->db->path)
        refuse(&agent, spec->origin.at,
               arena_printf(s->arena, "no agent \"%s\" in %s, and no sts, asr, llm or tts here%s",
                            spec->key, s->db_name, agent_suggestion(s, spec->key)));
    return agent;
}

static int by_name_then_id(const void *x, const void *y)
{
    const struct agent *a = x, *b = y;
    int order = strcmp(a->name, b->name);
    return order ? order : strcmp(a->id, b->id);
}

struct claim { /* a text that only one agent may have: its id, a container's name */
    const char *text;
    struct agent *agent;
    struct origin origin;
};

static int by_text(const void *x, const void *y)
{
    const struct claim *a = x, *b = y;
    return strcmp(a->text, b->text);
}

/* Both sides of a clash get the problem: neither may win by accident. */
static void refuse_clashes(struct arena *a, struct claim *claims, size_t n, const char *what)
{
    qsort(claims, n, sizeof claims[0], by_text);
    for (size_t i = 0; i + 1 < n; i++) {
        struct claim *x = &claims[i], *y = &claims[i + 1];
        if (strcmp(x->text, y->text) != 0)
            continue;
        const char *text = arena_printf(a, "%s \"%s\" is used twice: %s and %s", what, x->text,
                                        origin_text(a, &x->origin), origin_text(a, &y->origin));
        if (!x->agent->problem)
            refuse(x->agent, x->origin.at, text);
        if (!y->agent->problem)
            refuse(y->agent, y->origin.at, text);
    }
}

static void check_unique(struct arena *a, struct agent *agents, size_t n)
{
    struct claim *ids = arena_alloc(a, (n + 1) * sizeof *ids);
    struct claim *names = arena_alloc(a, (n + 1) * ROLE__N * sizeof *names);
    size_t n_names = 0;

    for (size_t i = 0; i < n; i++) {
        ids[i] = (struct claim){agents[i].id, &agents[i], agents[i].origin};
        for (size_t k = 0; k < agents[i].n_containers; k++) {
            const struct container_spec *c = &agents[i].containers[k];
            names[n_names++] = (struct claim){c->name, &agents[i], c->origin};
        }
    }
    refuse_clashes(a, ids, n, "agent id");
    refuse_clashes(a, names, n_names, "container name");
}

static size_t add_cold(const struct merging *s, const struct agent *agent, const char **list)
{
    size_t n = 0;

    for (size_t i = 0; i < agent->n_containers; i++)
        if (agent->containers[i].cold)
            list[n++] = arena_printf(s->arena,
                                     "%s of %s did not ask for its settings in a call, so it is "
                                     "given them when it is made (config: start says so)",
                                     role_name[agent->containers[i].role], agent->name);
    return n;
}

static void add_notices(const struct merging *s, struct desired *ret)
{
    enum { OTHERS = 4 };
    const char **list = arena_alloc(s->arena, (OTHERS + ret->n_agents * ROLE__N) * sizeof *list);
    size_t n = 0, lost = 0, pipelines = canaries_left_out(s, ret->agents, ret->n_agents);

    for (size_t i = 0; i < s->db->n_calls; i++)
        lost += !s->db->calls[i].agent_id;
    if (lost)
        list[n++] = arena_printf(s->arena,
                                 "%zu open call%s in %s cannot be attributed to an agent and "
                                 "count%s for none",
                                 lost, lost == 1 ? "" : "s", s->db_name, lost == 1 ? "s" : "");
    if (ret->n_ignored)
        list[n++] = arena_printf(
            s->arena, "%zu agent%s of %s %s left to the dashboard (database: agents: none)",
            ret->n_ignored, ret->n_ignored == 1 ? "" : "s", s->db_name,
            ret->n_ignored == 1 ? "is" : "are");
    if (s->db->path && !s->db->calls_known)
        list[n++] = arena_printf(s->arena,
                                 "%s has no table of calls: live calls are told by their "
                                 "connections only",
                                 s->db_name);
    if (pipelines)
        list[n++] =
            arena_printf(s->arena,
                         "%zu agent%s in mode pipeline %s replaced without a canary "
                         "(defaults: update.canary): their calls cannot be sent elsewhere",
                         pipelines, pipelines == 1 ? "" : "s", pipelines == 1 ? "is" : "are");
    for (size_t i = 0; s->host->n_cold && i < ret->n_agents; i++)
        n += add_cold(s, &ret->agents[i], &list[n]);
    ret->notices = list;
    ret->n_notices = n;
}

void merge(struct arena *a, const struct spec *spec, const struct database *db,
           const struct host *host, const struct standing_orders *orders, bool complete,
           struct desired *ret)
{
    struct merging s = {.arena = a,
                        .spec = spec,
                        .db = db,
                        .host = host,
                        .orders = orders,
                        .db_name = last_part(db->path),
                        .prefix = spec->name_prefix.text ? spec->name_prefix.text : "avr"};
    bool *used = arena_alloc(a, (spec->n_agents + 1) * sizeof *used);
    struct matched *matched = match(&s, used);
    bool none = text_is(spec->database_agents.text, "none");
    struct agent *agents = arena_alloc(a, (db->n_agents + spec->n_agents + 1) * sizeof *agents);
    const char **ignored = arena_alloc(a, (db->n_agents + 1) * sizeof *ignored);
    size_t n = 0, n_ignored = 0;

    for (size_t i = 0; i < db->n_agents; i++) {
        if (none && !matched[i].spec)
            ignored[n_ignored++] = db->agents[i].id;
        else
            agents[n++] = from_row(&s, &db->agents[i], &matched[i]);
    }
    for (size_t i = 0; i < spec->n_agents; i++)
        if (!used[i])
            agents[n++] = from_spec(&s, &spec->agents[i]);
    qsort(agents, n, sizeof agents[0], by_name_then_id);
    check_unique(a, agents, n);

    const struct number *parallelism = &spec->rollout.parallelism;
    *ret = (struct desired){
        .agents = agents,
        .n_agents = n,
        .ignored = ignored,
        .n_ignored = n_ignored,
        .tenant = host->tenant && *host->tenant ? host->tenant : NULL,
        .prefix = s.prefix,
        .parallelism = parallelism->set ? parallelism->n : DEFAULT_PARALLELISM,
        .delay_s = spec->rollout.delay_s.n,
        .max_failures = spec->rollout.max_failures.n,
        .prune = text_is(spec->prune.text, "true"),
        .complete = complete,
    };
    add_notices(&s, ret);
}

const struct container_spec *agent_container(const struct agent *agent, enum role role)
{
    for (size_t i = 0; i < agent->n_containers; i++)
        if (agent->containers[i].role == role)
            return &agent->containers[i];
    return NULL;
}
