/* Files, services, and which of them are an agent. */
#include "source/compose.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/avr.h"
#include "source/compose_parts.h"
#include "source/file.h"
#include "source/spec_files.h"

enum { CORE_PORT = 5001 };

void compose_note(struct compose *c, const struct place *at, const char *fmt, ...)
{
    va_list ap;
    char *s = NULL;

    va_start(ap, fmt);
    if (vasprintf(&s, fmt, ap) < 0)
        abort();
    va_end(ap);
    ARRAY_PUSH(c->arena, c->notes,
               (const char *)(at ? arena_printf(c->arena, "%s:%u: %s", at->file->path, at->line, s)
                                 : arena_strdup(c->arena, s)));
    free(s);
}

/* ---- services ---- */

/* "registry/agentvoiceresponse/avr-core:1.2", "${REPO:-a/b}/avr-core:${TAG:-1}" -> "avr-core" */
static const char *basename_of(struct arena *a, const char *image)
{
    const char *start = image, *end = NULL;
    unsigned open = 0;

    for (const char *s = image; *s; s++) {
        open += *s == '{';
        open -= *s == '}' && open;
        if (open)
            continue;
        if (*s == '/')
            start = s + 1, end = NULL;
        else if ((*s == ':' || *s == '@') && !end)
            end = s;
    }
    return arena_strndup(a, start, end ? (size_t)(end - start) : strlen(start));
}

static enum role role_of(struct arena *a, const char *image)
{
    const char *name = image ? basename_of(a, image) : "";

    if (text_is(name, "avr-core"))
        return ROLE_CORE;
    for (enum role r = ROLE_STS; r < ROLE_CORE; r++)
        if (text_starts(name, arena_printf(a, "avr-%s-", role_name[r])))
            return r;
    return ROLE__N;
}

static const char *scalar_of(const struct node *service, const char *key)
{
    const struct node *n = node_get(service, key);
    return n && n->kind == NODE_SCALAR && *n->text ? n->text : NULL;
}

static void read_service(struct compose *c, const struct entry *e)
{
    struct service s = {.key = e->key->text, .place = e->key->place, .node = e->value};

    if (e->value->kind != NODE_MAPPING)
        return;
    s.image = scalar_of(e->value, "image");
    s.container_name = scalar_of(e->value, "container_name");
    if (!s.container_name)
        s.container_name = s.key;
    s.role = role_of(c->arena, s.image);
    s.env = compose_env(c, e->value);
    if (node_get(e->value, "extends"))
        compose_note(c, &s.place, "%s: `extends` is not followed", s.key);
    ARRAY_PUSH(c->arena, c->services, s);
}

/* ---- wiring ---- */

static bool has_alias(const struct service *s, const char *host)
{
    const struct node *networks = node_get(s->node, "networks");

    for (size_t i = 0; networks && networks->kind == NODE_MAPPING && i < networks->n; i++) {
        const struct node *list = node_get(networks->entries[i].value, "aliases");
        for (size_t k = 0; list && list->kind == NODE_SEQUENCE && k < list->n; k++)
            if (text_is(list->items[k]->text, host))
                return true;
    }
    return false;
}

static struct service *service_at(struct compose *c, const char *host)
{
    for (size_t i = 0; i < c->services.n; i++) {
        struct service *s = &c->services.items[i];
        if (text_is(s->key, host) || text_is(s->container_name, host) ||
            text_is(scalar_of(s->node, "hostname"), host) || has_alias(s, host))
            return s;
    }
    return NULL;
}

/* "ws://host:6030/path" -> "host" */
static const char *host_of(struct arena *a, const char *url)
{
    const char *host = strstr(url, "://");

    host = host ? host + 3 : url;
    return arena_strndup(a, host, strcspn(host, ":/"));
}

/* A path of the core's own choice is kept; AVR's is what it gets anyway. */
static bool is_avrs(struct arena *a, enum role role, const char *url)
{
    struct avr_url parts, usual;
    const char *text = avr_url(a, role, "h", "1");

    return !avr_url_parse(a, url, &parts) || !avr_url_parse(a, text, &usual) || !*parts.path ||
           text_is(parts.path, usual.path);
}

struct wiring {
    struct service *part[ROLE__N];
    bool wrong; /* something it dials is not here, which was said */
};

static struct wiring wiring_of(struct compose *c, struct service *core)
{
    struct wiring w = {.part = {[ROLE_CORE] = core}};

    for (enum role r = ROLE_STS; r < ROLE_CORE; r++) {
        const char *name = avr_url_name(r), *url = compose_value(core, name);
        if (!url || !*url)
            continue;
        const char *host = host_of(c->arena, url);
        w.part[r] = service_at(c, host);
        if (w.part[r] && w.part[r]->image)
            continue;
        compose_note(c, &core->place, "%s: %s leads to %s, which is no service with an image here",
                     core->key, name, host);
        w.wrong = true;
    }
    bool whole = w.part[ROLE_STS] || (w.part[ROLE_ASR] && w.part[ROLE_LLM] && w.part[ROLE_TTS]);
    if (!whole && !w.wrong)
        compose_note(c, &core->place,
                     "%s: it has neither STS_URL nor all of ASR_URL, LLM_URL and TTS_URL",
                     core->key);
    w.wrong |= !whole;
    return w;
}

/* ---- agents ---- */

static bool is_taken(const struct compose *c, const char *key)
{
    for (size_t i = 0; i < c->agents.n; i++)
        if (text_is(c->agents.items[i], key))
            return true;
    return false;
}

/* "docker-compose-deepgram.yml" -> "deepgram"; "docker-compose.yml" -> its project. */
static const char *stem_of(struct compose *c)
{
    static const char *const words[] = {"docker-compose", "compose"};
    const char *slash = strrchr(c->file->path, '/');
    const char *s = slash ? slash + 1 : c->file->path;

    for (size_t i = 0; i < 2; i++)
        if (text_starts(s, words[i])) {
            s += strlen(words[i]);
            break;
        }
    s += strspn(s, "-_.");
    size_t n = strcspn(s, ".");
    bool bare = n == 0 || text_is(s, "yml") || text_is(s, "yaml");
    return bare ? c->project : arena_strndup(c->arena, s, n);
}

/* Letters, digits, - and _, since containers are named after it. */
static const char *as_key(struct arena *a, const char *s)
{
    char *key = arena_strdup(a, s);

    for (char *p = key; *p; p++)
        if (!isalnum((unsigned char)*p) && *p != '-' && *p != '_')
            *p = '-';
    return *key && isalnum((unsigned char)*key) ? key : "agent";
}

static const char *agent_key(struct compose *c, const struct service *core)
{
    const char *name = core->container_name;
    const char *base = text_starts(name, "avr-core-") && name[9] ? name + 9 : stem_of(c);
    const char *key = as_key(c->arena, base);

    for (unsigned n = 2; is_taken(c, key); n++)
        key = arena_printf(c->arena, "%s-%u", as_key(c->arena, base), n);
    ARRAY_PUSH(c->arena, c->agents, key);
    return key;
}

/* Said by the agent itself: its ports, and whom it dials. */
static bool skip_of_core(const struct service *core, const struct compose_var *v)
{
    (void)core;
    if (text_is(v->name, "PORT") || text_is(v->name, "HTTP_PORT"))
        return true;
    for (enum role r = ROLE_STS; r < ROLE_CORE; r++)
        if (text_is(v->name, avr_url_name(r))) {
            struct arena *a CLEANUP_ARENA = arena_new();
            return !v->value || is_avrs(a, r, v->value);
        }
    return false;
}

static void write_agent(struct compose *c, struct service *core)
{
    const struct wiring w = wiring_of(c, core);
    const char *port = compose_value(core, "PORT"), *http = compose_value(core, "HTTP_PORT");

    if (w.wrong) {
        compose_note(c, &core->place, "%s: left to compose", core->key);
        core->used++;
        return;
    }
    const char *key = agent_key(c, core);
    text_printf(&c->out, "  %s:  # %s:%u\n", key, c->file->path, core->place.line);
    compose_line(c, 4, "port", port && *port ? port : arena_printf(c->arena, "%d", CORE_PORT));
    if (http && *http)
        compose_line(c, 4, "http_port", http);
    for (enum role r = 0; r < ROLE__N; r++) {
        struct service *s = w.part[r];
        if (!s)
            continue;
        if (s->used)
            compose_note(c, &s->place, "%s: %s gets a container of its own of it", s->key, key);
        compose_write_role(c, s, r, key, r == ROLE_CORE ? skip_of_core : NULL);
        s->used++;
    }
}

static void say_the_rest(struct compose *c)
{
    for (size_t i = 0; i < c->services.n; i++) {
        const struct service *s = &c->services.items[i];
        if (s->used)
            continue;
        if (s->role == ROLE__N)
            compose_note(c, &s->place, "%s: no part of an agent, left to compose", s->key);
        else
            compose_note(c, &s->place, "%s: no core here dials it, left to compose", s->key);
    }
}

/* ---- files ---- */

/* As Compose does without a name: the folder's, in small letters. */
static const char *project_of(struct compose *c)
{
    const char *name = scalar_of(c->root, "name");
    const char *folder = path_absolute(c->arena, path_folder(c->arena, c->file->path));
    const char *slash = strrchr(folder, '/');
    struct text t = {.arena = c->arena};

    if (name)
        return name;
    for (const char *s = slash ? slash + 1 : folder; *s; s++) {
        char small = (char)tolower((unsigned char)*s);
        if (isalnum((unsigned char)small) || strchr("-_", small))
            text_add_n(&t, &small, 1);
    }
    return t.len ? text_str(&t) : "default";
}

static void read_file(struct compose *c, struct source_file *file)
{
    const struct node *root = yaml_parse(c->arena, c->report, file);
    const struct node *services = root ? node_get(root, "services") : NULL;
    struct place whole = {.file = file};

    if (!root)
        return;
    if (!services || services->kind != NODE_MAPPING) {
        report_error(c->report, &whole, NULL, "no Docker Compose file: it has no services");
        return;
    }
    c->file = file;
    c->root = root;
    c->project = project_of(c);
    c->services.n = 0;
    for (size_t i = 0; i < services->n; i++)
        read_service(c, &services->entries[i]);
    for (size_t i = 0; i < c->services.n; i++)
        if (c->services.items[i].role == ROLE_CORE)
            write_agent(c, &c->services.items[i]);
    say_the_rest(c);
}

static void say_what_is_to_be_done(struct compose *c)
{
    if (c->has_variables || c->moved.n)
        compose_note(
            c, NULL,
            "variables come from the environment of avr-reconciler, which reads no .env by "
            "itself: set -a; . ./.env; set +a");
    if (c->agents.n)
        compose_note(c, NULL,
                     "before the first apply, take these services out of the Compose file and "
                     "remove their containers: they hold the names");
}

int compose_import(struct arena *a, const char *const *paths, size_t n_paths,
                   struct compose_import *ret, struct spec_errors *errors)
{
    struct compose c = {.arena = a, .report = report_new(a), .out = {.arena = a}};
    struct spec_files files;

    spec_files_read(a, c.report, paths, n_paths, &files);
    text_add(&c.out, "# Relative paths are seen from this file: keep it beside the Compose file.\n"
                     "agents:\n");
    for (size_t i = 0; i < files.list.n; i++)
        read_file(&c, files.list.items[i]);
    if (report_count(c.report)) {
        report_finish(c.report, errors);
        return -1;
    }
    say_what_is_to_be_done(&c);
    *ret = (struct compose_import){.text = text_str(&c.out),
                                   .notes = c.notes.items,
                                   .n_notes = c.notes.n,
                                   .n_agents = c.agents.n};
    return 0;
}
