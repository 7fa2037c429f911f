/* One service as a role of an agent: key by key, what a spec has a word for. */
#include "source/compose_parts.h"
#include "source/schema.h"

enum { INDENT = 6 };

struct leaving { /* keys that have no counterpart: said together */
    struct text names;
};

static void leave(struct leaving *l, const char *key)
{
    text_printf(&l->names, "%s%s", l->names.len ? ", " : "", key);
}

/* ---- networks ---- */

static const char *scalar_at(const struct node *n, const char *key)
{
    const struct node *v = n ? node_get(n, key) : NULL;
    return v && v->kind == NODE_SCALAR && !node_is_null(v) ? v->text : NULL;
}

/* What the engine calls it: Compose puts the project's name before a network of its own. */
static const char *network_name(struct compose *c, const char *key)
{
    const struct node *all = node_get(c->root, "networks");
    const struct node *network = all ? node_get(all, key) : NULL;
    const struct node *external = network ? node_get(network, "external") : NULL;

    if (scalar_at(network, "name"))
        return scalar_at(network, "name");
    if (external && external->kind == NODE_MAPPING && scalar_at(external, "name"))
        return scalar_at(external, "name");
    if (external && text_is(external->text, "true"))
        return key;
    return arena_printf(c->arena, "%s_%s", c->project, key);
}

static void write_networks(struct compose *c, const struct node *service)
{
    const struct node *n = node_get(service, "networks");
    size_t count = n && n->kind != NODE_SCALAR ? n->n : 0;

    text_printf(&c->out, "%*snetworks:\n", INDENT, "");
    if (!count)
        compose_line(c, INDENT + 2, NULL, network_name(c, "default"));
    for (size_t i = 0; i < count; i++) {
        const struct node *item = n->kind == NODE_MAPPING ? n->entries[i].key : n->items[i];
        if (item->kind == NODE_SCALAR)
            compose_line(c, INDENT + 2, NULL, network_name(c, item->text));
    }
}

/* ---- lists whose entries may be mappings ---- */

/* {target: 5001, published: 5001, protocol: tcp}; NULL: it publishes no single port. */
static const char *port_text(struct compose *c, const struct node *n)
{
    if (n->kind == NODE_SCALAR) {
        const char *colon = strchr(n->text, ':');
        bool range = strchr(n->text, '-') && !strchr(n->text, '$');
        return colon && !range ? n->text : NULL;
    }
    const char *target = scalar_at(n, "target"), *host = scalar_at(n, "published");
    const char *address = scalar_at(n, "host_ip"), *protocol = scalar_at(n, "protocol");
    if (!target || !host)
        return NULL;
    return arena_printf(c->arena, "%s%s%s:%s%s%s", address ? address : "", address ? ":" : "", host,
                        target, protocol ? "/" : "", protocol ? protocol : "");
}

/* A volume of Compose's own has the project's name before it on the engine. */
static const char *volume_source(struct compose *c, const char *source)
{
    const struct node *all = node_get(c->root, "volumes");
    const struct node *volume = all ? node_get(all, source) : NULL;

    if (!volume)
        return source;
    if (scalar_at(volume, "name"))
        return scalar_at(volume, "name");
    if (text_is(scalar_at(volume, "external"), "true"))
        return source;
    return arena_printf(c->arena, "%s_%s", c->project, source);
}

static const char *volume_text(struct compose *c, const struct node *n)
{
    const char *colon = n->kind == NODE_SCALAR ? strchr(n->text, ':') : NULL;

    if (n->kind == NODE_SCALAR && (strchr("./~$", *n->text) || !colon))
        return colon ? n->text : NULL;
    if (n->kind == NODE_SCALAR) {
        const char *source = arena_strndup(c->arena, n->text, (size_t)(colon - n->text));
        return arena_printf(c->arena, "%s%s", volume_source(c, source), colon);
    }
    const char *type = scalar_at(n, "type"), *source = scalar_at(n, "source");
    const char *target = scalar_at(n, "target");
    if (!source || !target || text_is(type, "tmpfs"))
        return NULL;
    bool read_only = text_is(scalar_at(n, "read_only"), "true");
    return arena_printf(c->arena, "%s:%s%s",
                        text_is(type, "volume") ? volume_source(c, source) : source, target,
                        read_only ? ":ro" : "");
}

static const char *env_file_text(struct compose *c, const struct node *n)
{
    (void)c;
    return n->kind == NODE_SCALAR ? n->text : scalar_at(n, "path");
}

typedef const char *item_text(struct compose *, const struct node *);

static void write_list(struct compose *c, const struct service *s, const char *key,
                       item_text *text_of)
{
    const struct node *n = node_get(s->node, key);
    const struct node *const one[] = {n};
    bool begun = false;

    if (!n || n->kind == NODE_MAPPING || node_is_null(n))
        return;
    const struct node *const *items = n->kind == NODE_SCALAR ? one : n->items;
    for (size_t i = 0; i < (n->kind == NODE_SCALAR ? 1 : n->n); i++) {
        const char *text = text_of(c, items[i]);
        if (!text) {
            compose_note(c, &items[i]->place, "%s: an entry of %s has no counterpart, left out",
                         s->key, key);
            continue;
        }
        if (!begun)
            text_printf(&c->out, "%*s%s:\n", INDENT, "", key);
        begun = true;
        compose_line(c, INDENT + 2, NULL, text);
    }
}

/* ---- what else ---- */

/* How often and how long an engine asks has no counterpart: a new container is asked until it
 * answers. */
static void write_check(struct compose *c, const struct node *n)
{
    const struct node *test = n->kind == NODE_MAPPING ? node_get(n, "test") : NULL;

    if (text_is(scalar_at(n, "disable"), "true")) {
        compose_line(c, INDENT, "healthcheck", "NONE");
        return;
    }
    if (!test)
        return;
    if (test->kind == NODE_SEQUENCE) {
        compose_node(c, INDENT, "healthcheck", test);
        return;
    }
    text_printf(&c->out, "%*shealthcheck:\n", INDENT, "");
    compose_line(c, INDENT + 2, NULL, "CMD-SHELL");
    compose_line(c, INDENT + 2, NULL, test->text);
}

static void write_pull(struct compose *c, const struct node *n, struct leaving *l)
{
    const char *s = n->kind == NODE_SCALAR ? n->text : "";

    if (text_is(s, "always") || text_is(s, "never"))
        compose_line(c, INDENT, "pull_policy", s);
    else if (text_is(s, "missing") || text_is(s, "if_not_present"))
        compose_line(c, INDENT, "pull_policy", "missing");
    else
        leave(l, "pull_policy");
}

static bool is_among(const char *word, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (text_is(word, words[i]))
            return true;
    return false;
}

#define AMONG(word, list) is_among(word, list, sizeof(list) / sizeof(list)[0])

static void write_key(struct compose *c, const struct service *s, const struct entry *e,
                      struct leaving *l)
{
    static const char *const copied[] = {"restart",   "platform", "user",       "stop_grace_period",
                                         "mem_limit", "cpus",     "logging",    "labels",
                                         "cap_drop",  "command",  "extra_hosts"};
    static const char *const elsewhere[] = {"image", "container_name", "environment", "networks",
                                            "ports", "volumes",        "env_file"};
    const char *key = e->key->text;

    if (AMONG(key, elsewhere) || text_starts(key, "x-") || node_is_null(e->value))
        return;
    if (!AMONG(key, copied) && !text_is(key, "healthcheck") && !text_is(key, "pull_policy"))
        leave(l, key);
    else if (compose_hides(c->arena, e->value))
        compose_note(c, &e->key->place, "%s: %s holds what looks like a secret, left out", s->key,
                     key);
    else if (text_is(key, "healthcheck"))
        write_check(c, e->value);
    else if (text_is(key, "pull_policy"))
        write_pull(c, e->value, l);
    else
        compose_node(c, INDENT, key, e->value);
}

void compose_write_role(struct compose *c, const struct service *s, enum role role,
                        const char *agent,
                        bool (*skip)(const struct service *, const struct compose_var *))
{
    struct leaving left = {.names = {.arena = c->arena}};
    const char *usual = arena_printf(c->arena, "avr-%s-%s", role_name[role], agent);

    text_printf(&c->out, "    %s:\n", role_name[role]);
    compose_line(c, INDENT, "image", s->image);
    if (s->used == 0 && !text_is(s->container_name, usual))
        compose_line(c, INDENT, "container_name", s->container_name);
    compose_write_env(c, s, INDENT, skip);
    write_list(c, s, "env_file", env_file_text);
    write_list(c, s, "ports", port_text);
    write_list(c, s, "volumes", volume_text);
    write_networks(c, s->node);
    for (size_t i = 0; i < s->node->n; i++)
        write_key(c, s, &s->node->entries[i], &left);
    if (left.names.len)
        compose_note(c, &s->place, "%s: left out: %s", s->key, text_str(&left.names));
}
