/* All files are parsed first, then their secrets are read, since any file may use them, then
 * everything else, file by file; what may stand only once is watched across the files. */
#include "source/spec.h"

#include <string.h>

#include "base/text.h"
#include "source/read.h"
#include "source/spec_files.h"
#include "source/spec_service.h"

enum { MAX_NAMES = 5000 };

struct named { /* where a name was seen first */
    const char *name;
    struct place place;
};

struct names {
    ARRAY(struct named) list;
};

struct assembly {
    struct reader reader;
    struct spec spec;
    struct service_reading service;
    struct names top_keys, provider_names, agent_keys;
    ARRAY(const struct node *) roots; /* of the files that could be parsed */
    ARRAY(struct provider_spec) providers;
    ARRAY(struct agent_spec) agents;
};

static struct origin origin_of(const struct node *n)
{
    return (struct origin){.kind = FROM_SPEC, .at = place_pos(&n->place)};
}

/* ---- names across files ---- */

/* Remembers the name; false if it is known already, which is reported. */
static bool note_name(struct assembly *a, struct names *names, const struct node *key,
                      const char *what)
{
    struct arena *arena = a->reader.arena;

    for (size_t i = 0; i < names->list.n; i++) {
        const struct place *other = &names->list.items[i].place;
        if (!text_is(names->list.items[i].name, key->text))
            continue;
        if (other->file != key->place.file) /* within a file it is a duplicate key: reported */
            report_error(a->reader.report, &key->place, NULL, "%s%s is already in %s:%u:%u", what,
                         report_quote(arena, key->text), other->file->path, other->line,
                         other->column);
        return false;
    }
    if (names->list.n >= MAX_NAMES) {
        report_error(a->reader.report, &key->place, NULL, "more than %d of them", MAX_NAMES);
        return false;
    }
    ARRAY_PUSH(arena, names->list, ((struct named){key->text, key->place}));
    return true;
}

/* Names of agents and providers: they appear in the names of containers and in messages. */
static bool check_entry_name(struct assembly *a, const struct node *key, const char *what)
{
    const char *problem = NULL;

    if (!*key->text)
        problem = "is empty";
    else if (strlen(key->text) > 200)
        problem = "is longer than 200 bytes";
    else if (strchr(key->text, '$'))
        problem = "has a \"$\" in it: variables are filled in in values, not in names";
    for (const char *c = key->text; *c && !problem; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            problem = "has a control character in it";
    if (problem)
        report_error(a->reader.report, &key->place, NULL, "the name of %s %s", what, problem);
    return !problem;
}

/* ---- agents ---- */

static bool is_there(const struct agent_spec *agent, enum role r)
{
    return agent->has_role[r];
}

static unsigned role_line(const struct agent_spec *agent, enum role r)
{
    return agent->role_origin[r].at.line;
}

/* The key of this role in the agent's mapping. */
static const struct node *role_key(const struct node *n, enum role r)
{
    for (size_t i = 0; n->kind == NODE_MAPPING && i < n->n; i++)
        if (text_is(n->entries[i].key->text, role_name[r]))
            return n->entries[i].key;
    return NULL;
}

/* Never both modes.  Half a pipeline is fine here: it refines an agent of the dashboard. */
static void check_mode(struct assembly *a, const struct agent_spec *agent, const struct entry *e)
{
    static const enum role parts[] = {ROLE_ASR, ROLE_LLM, ROLE_TTS};

    for (size_t i = 0; i < 3; i++) {
        if (!is_there(agent, ROLE_STS) || !is_there(agent, parts[i]))
            continue;
        bool sts_is_later = role_line(agent, ROLE_STS) > role_line(agent, parts[i]);
        enum role later = sts_is_later ? ROLE_STS : parts[i];
        enum role earlier = sts_is_later ? parts[i] : ROLE_STS;
        report_error(
            a->reader.report, &role_key(e->value, later)->place, "write sts, or asr, llm and tts",
            "agents.%s has both %s (line %u) and %s (line %u)", agent->key, role_name[earlier],
            role_line(agent, earlier), role_name[later], role_line(agent, later));
        return;
    }
}

static void read_agent(struct assembly *a, const struct entry *e)
{
    struct agent_spec agent = {.key = e->key->text, .origin = origin_of(e->key)};

    if (!check_entry_name(a, e->key, "an agent") || !note_name(a, &a->agent_keys, e->key, "agent "))
        return;
    read_section(&a->reader, &schema_agent, e->value, &agent,
                 read_where(&a->reader, "agents", agent.key));
    for (enum role r = 0; r < ROLE__N; r++) {
        const struct node *key = role_key(e->value, r);
        agent.has_role[r] = key != NULL;
        if (key)
            agent.role_origin[r] = origin_of(key);
    }
    check_mode(a, &agent, e);
    ARRAY_PUSH(a->reader.arena, a->agents, agent);
}

static void read_provider(struct assembly *a, const struct entry *e)
{
    struct provider_spec provider = {.name = e->key->text, .origin = origin_of(e->key)};

    if (!check_entry_name(a, e->key, "a provider") ||
        !note_name(a, &a->provider_names, e->key, "provider "))
        return;
    read_section(&a->reader, &schema_provider, e->value, &provider,
                 read_where(&a->reader, "providers", provider.name));
    ARRAY_PUSH(a->reader.arena, a->providers, provider);
}

/* ---- files ---- */

static void read_entries(struct assembly *a, const struct field *f, const struct entry *e)
{
    if (f->section == &schema_secret && e->value->kind == NODE_MAPPING)
        return; /* were read before everything else */
    if (e->value->kind != NODE_MAPPING) {
        if (!node_is_null(e->value))
            report_error(a->reader.report, &e->value->place, NULL,
                         "%s must be a mapping of names, not %s", f->name,
                         node_kind_name(e->value));
        return;
    }
    for (size_t i = 0; i < e->value->n; i++)
        if (f->section == &schema_agent)
            read_agent(a, &e->value->entries[i]);
        else
            read_provider(a, &e->value->entries[i]);
}

static void read_root(struct assembly *a, const struct node *root)
{
    for (size_t i = 0; i < root->n; i++) {
        const struct entry *e = &root->entries[i];
        size_t shift = 0;
        const struct field *f = schema_find(&schema_top, e->key->text, &shift);

        if (!f) {
            report_unknown_key(&a->reader, &schema_top, e->key, "");
        } else if (f->shape == SHAPE_ENTRIES) {
            read_entries(a, f, e);
        } else if (f->section == &schema_service) {
            read_service(&a->reader, &a->service, e->value, &a->spec.service);
        } else if (f->shape == SHAPE_REFUSED || note_name(a, &a->top_keys, e->key, "key ")) {
            struct subject s = {f, "", e->key};
            read_field(&a->reader, &s, e->value, &a->spec);
        }
    }
}

static void parse_files(struct assembly *a, const char *const *paths, size_t n_paths)
{
    struct arena *arena = a->reader.arena;
    struct spec_files files;

    spec_files_read(arena, a->reader.report, paths, n_paths, &files);
    for (size_t i = 0; i < files.list.n; i++) {
        const struct node *root = yaml_parse(arena, a->reader.report, files.list.items[i]);
        if (root)
            ARRAY_PUSH(arena, a->roots, root);
    }
}

static struct assembly *assembly_new(struct arena *arena, const struct spec_env *env)
{
    struct assembly *a = arena_alloc(arena, sizeof *a);
    struct report *report = report_new(arena);

    a->reader = (struct reader){
        .arena = arena, .report = report, .in = {.arena = arena, .report = report, .env = env}};
    return a;
}

int spec_read_service(struct arena *arena, const char *const *paths, size_t n_paths,
                      const struct spec_env *env, struct service_spec *ret,
                      struct spec_errors *errors)
{
    struct assembly *a = assembly_new(arena, env);
    struct report *report = a->reader.report;

    parse_files(a, paths, n_paths);
    size_t before = report_count(report);
    for (size_t i = 0; i < a->roots.n; i++) {
        const struct node *service = node_get(a->roots.items[i], "service");
        if (service)
            read_service(&a->reader, &a->service, service, &a->spec.service);
    }
    *ret = a->spec.service;
    if (report_count(report) == before)
        return 0;
    report_finish(report, errors);
    return -1;
}

int spec_read(struct arena *arena, const char *const *paths, size_t n_paths,
              const struct spec_env *env, struct spec *ret, struct spec_errors *errors)
{
    struct assembly *a = assembly_new(arena, env);
    struct report *report = a->reader.report;

    parse_files(a, paths, n_paths);
    for (size_t i = 0; i < a->roots.n; i++) {
        const struct node *secrets = node_get(a->roots.items[i], "secrets");
        if (secrets)
            read_secrets(&a->reader, secrets);
    }
    for (size_t i = 0; i < a->roots.n; i++)
        read_root(a, a->roots.items[i]);

    a->spec.n_files = report_inputs(report, &a->spec.files);
    if (report_count(report)) {
        report_finish(report, errors);
        *ret = (struct spec){.files = a->spec.files, .n_files = a->spec.n_files};
        return -1;
    }
    a->spec.providers = a->providers.items;
    a->spec.n_providers = a->providers.n;
    a->spec.agents = a->agents.items;
    a->spec.n_agents = a->agents.n;
    *ret = a->spec;
    return 0;
}
