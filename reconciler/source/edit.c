#include "source/edit.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "source/yaml.h"

struct editing {
    struct arena *arena;
    const char *bytes; /* behind a byte order mark */
    size_t len;
    struct source_file *file;
    const char *image;
    struct text out;
    const char *old;
    bool unchanged;
};

/* ---- places as offsets ---- */

static size_t offset_of(const struct editing *e, unsigned line, unsigned column)
{
    const char *s = e->file->lines.items[line - 1], *end = e->bytes + e->len;

    while (column-- > 1 && s < end)
        for (s++; s < end && ((unsigned char)*s & 0xc0) == 0x80;)
            s++;
    return (size_t)(s - e->bytes);
}

static size_t start_of(const struct editing *e, const struct node *n)
{
    return offset_of(e, n->place.line, n->place.column);
}

static size_t end_of(const struct editing *e, const struct node *n)
{
    return offset_of(e, n->place.end_line, n->place.end_column);
}

static bool is_before(const struct node *a, const struct node *b)
{
    return a->place.line != b->place.line ? a->place.line < b->place.line
                                          : a->place.column < b->place.column;
}

/* The entry as it is written in this mapping, not merged into it from elsewhere. */
static const struct entry *own_entry(const struct node *mapping, const char *key)
{
    for (size_t i = 0; i < mapping->n; i++)
        if (text_is(mapping->entries[i].key->text, key) &&
            !is_before(mapping->entries[i].key, mapping))
            return &mapping->entries[i];
    return NULL;
}

/* "specs/agents.yaml:5:7: " and the sentence. */
static int refuse(const struct node *key, struct err *err, const char *text)
{
    return err_set(err, ERR_INVALID, "%s:%u:%u: %s %s", key->place.file->path, key->place.line,
                   key->place.column, key->text, text);
}

/* An alias stands for something above; an anchor may be used further below. */
static int check_own(const struct editing *e, const struct entry *entry, struct err *err)
{
    if (is_before(entry->value, entry->key))
        return refuse(entry->key, err, "stands for an anchor: others would change with it");
    if (e->bytes[start_of(e, entry->value)] == '&')
        return refuse(entry->key, err, "has an anchor: others may change with it");
    return 0;
}

/* ---- writing ---- */

static void replace(struct editing *e, size_t from, size_t to, const char *text)
{
    text_add_n(&e->out, e->bytes, from);
    text_add(&e->out, text);
    text_add_n(&e->out, e->bytes + to, e->len - to);
}

/* An entry more at the beginning of a mapping: a line, or what stands first between the braces. */
static void insert(struct editing *e, const struct node *mapping, const char *entry)
{
    size_t at = start_of(e, mapping);

    if (e->bytes[at] == '{') {
        size_t next = at + 1 + strspn(e->bytes + at + 1, " \t\r\n");
        bool empty = e->bytes[next] == '}';
        replace(e, at + 1, at + 1, empty ? entry : arena_printf(e->arena, "%s, ", entry));
        return;
    }
    const char *newline = memmem(e->bytes, e->len, "\r\n", 2) ? "\r\n" : "\n";
    replace(e, at, at,
            arena_printf(e->arena, "%s%s%*s", entry, newline, (int)mapping->place.column - 1, ""));
}

/* `key:` with nothing, or a null, behind it. */
static void fill(struct editing *e, const struct entry *entry, const char *value)
{
    if (*entry->value->text) {
        replace(e, start_of(e, entry->value), end_of(e, entry->value), value);
        return;
    }
    size_t at = end_of(e, entry->key);
    while (e->bytes[at] != ':')
        at++;
    replace(e, at + 1, at + 1, arena_printf(e->arena, " %s", value));
}

/* ---- the image itself ---- */

static void over_scalar(struct editing *e, const struct node *value)
{
    size_t from = start_of(e, value), to = end_of(e, value);
    char quote = e->bytes[from];
    bool quoted = quote == '"' || quote == '\'';

    e->old = value->text;
    e->unchanged = text_is(value->text, e->image);
    replace(e, from, to,
            quoted ? arena_printf(e->arena, "%c%s%c", quote, e->image, quote) : e->image);
}

/* Behind the last item of a list, its bracket included. */
static size_t end_of_list(const struct editing *e, const struct node *list)
{
    size_t at = end_of(e, list->items[list->n - 1]);

    if (e->bytes[start_of(e, list)] != '[')
        return at;
    while (at < e->len && e->bytes[at] != ']')
        at += e->bytes[at] == '#' ? strcspn(e->bytes + at, "\n") : 1;
    return at + 1;
}

static int over_list(struct editing *e, const struct entry *image, struct err *err)
{
    const struct node *list = image->value;
    struct text old = {.arena = e->arena};
    size_t from = end_of(e, image->key);

    for (size_t i = 0; i < list->n; i++) {
        if (list->items[i]->kind != NODE_SCALAR || is_before(list->items[i], list))
            return refuse(image->key, err, "is a list that cannot be edited");
        text_printf(&old, "%s%s", i ? ", " : "", list->items[i]->text);
    }
    while (e->bytes[from] != ':')
        from++;
    e->old = arena_printf(e->arena, "[%s]", text_str(&old));
    replace(e, from + 1, end_of_list(e, list), arena_printf(e->arena, " %s", e->image));
    return 0;
}

static int over_image(struct editing *e, const struct entry *image, struct err *err)
{
    if (check_own(e, image, err) < 0)
        return -1;
    if (image->value->kind == NODE_SEQUENCE && image->value->n)
        return over_list(e, image, err);
    if (image->value->kind != NODE_SCALAR || !*image->value->text)
        return refuse(image->key, err, "is no text here");
    over_scalar(e, image->value);
    return 0;
}

/* `asr: dg-asr`: the name of a provider alone. */
static void beside_provider(struct editing *e, const struct node *value)
{
    size_t from = start_of(e, value), to = end_of(e, value);
    const char *raw = arena_strndup(e->arena, e->bytes + from, to - from);

    if (value->plain && strpbrk(raw, ",[]{}"))
        raw = arena_printf(e->arena, "\"%s\"", raw);
    replace(e, from, to, arena_printf(e->arena, "{provider: %s, image: %s}", raw, e->image));
}

static int in_role(struct editing *e, const struct entry *role, struct err *err)
{
    const char *entry = arena_printf(e->arena, "image: %s", e->image);

    if (check_own(e, role, err) < 0)
        return -1;
    if (role->value->kind == NODE_SEQUENCE)
        return refuse(role->key, err, "is a list");
    if (role->value->kind == NODE_MAPPING) {
        const struct entry *image = own_entry(role->value, "image");
        if (image)
            return over_image(e, image, err);
        insert(e, role->value, entry);
    } else if (node_is_null(role->value)) {
        fill(e, role, arena_printf(e->arena, "{%s}", entry));
    } else {
        beside_provider(e, role->value);
    }
    return 0;
}

static int in_agent(struct editing *e, const struct entry *agent, enum role role, struct err *err)
{
    const char *entry = arena_printf(e->arena, "%s: {image: %s}", role_name[role], e->image);
    const struct entry *there = NULL;

    if (check_own(e, agent, err) < 0)
        return -1;
    if (agent->value->kind == NODE_MAPPING)
        there = own_entry(agent->value, role_name[role]);
    if (there)
        return in_role(e, there, err);
    if (agent->value->kind == NODE_MAPPING)
        insert(e, agent->value, entry);
    else if (node_is_null(agent->value))
        fill(e, agent, arena_printf(e->arena, "{%s}", entry));
    else
        return refuse(agent->key, err, "is no mapping");
    return 0;
}

/* ---- the whole ---- */

static const struct node *parse(struct arena *a, const char *path, const char *bytes, size_t len,
                                struct source_file **ret)
{
    struct report *report = report_new(a);

    *ret = report_file(report, path, bytes, len);
    const struct node *root = yaml_parse(a, report, *ret);
    return report_count(report) ? NULL : root;
}

static const struct node *image_of(const struct node *root, const char *agent, enum role role)
{
    const struct node *n = root ? node_get(root, "agents") : NULL;

    n = n ? node_get(n, agent) : NULL;
    n = n ? node_get(n, role_name[role]) : NULL;
    return n ? node_get(n, "image") : NULL;
}

/* Read back: what was written must be what will be read. */
static int prove(struct editing *e, const char *path, const char *agent, enum role role,
                 struct edit *ret, struct err *err)
{
    struct source_file *file;
    const struct node *image =
        image_of(parse(e->arena, path, text_str(&e->out), e->out.len, &file), agent, role);

    if (!image || image->kind != NODE_SCALAR || !text_is(image->text, e->image))
        return err_set(err, ERR_INVALID, "%s: the image of %s cannot be written into this layout",
                       path, agent);
    ret->line = image->place.line;
    ret->column = image->place.column;
    return 0;
}

int edit_image(struct arena *a, const struct spec_file *file, const char *agent_key, enum role role,
               const char *image, struct edit *ret, struct err *err)
{
    static const char mark[] = "\xef\xbb\xbf";
    size_t skip = text_starts(file->bytes, mark) ? strlen(mark) : 0;
    struct editing e = {.arena = a,
                        .bytes = file->bytes + skip,
                        .len = file->len - skip,
                        .image = image,
                        .out = {.arena = a}};
    const struct node *root = parse(a, file->path, e.bytes, e.len, &e.file);
    const struct node *agents = root ? node_get(root, "agents") : NULL;
    const struct entry *agent =
        agents && agents->kind == NODE_MAPPING ? own_entry(agents, agent_key) : NULL;

    if (!agent)
        return err_set(err, ERR_INVALID, "%s: agent %s does not stand there in plain sight",
                       file->path, agent_key);
    if (in_agent(&e, agent, role, err) < 0 || prove(&e, file->path, agent_key, role, ret, err) < 0)
        return -1;
    ret->old = e.old;
    ret->changed = !e.unchanged;
    ret->bytes = skip ? arena_printf(a, "%s%s", mark, text_str(&e.out)) : text_str(&e.out);
    ret->len = e.out.len + skip;
    return 0;
}
