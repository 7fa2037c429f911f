#include "source/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/text.h"
#include "source/yaml_parts.h"

enum { MAX_DEPTH = 64, MAX_NODES = 100000, MAX_ANCHORS = 1000, MAX_MERGED = 64 };

struct frame { /* a mapping or list whose end was not seen yet */
    struct node *node;
    const struct node *key; /* mapping: seen, its value not yet */
    ARRAY(struct entry) entries;
    ARRAY(const struct node *) items;
};

struct anchor {
    const char *name;
    const struct node *node;
};

struct builder {
    struct arena *arena;
    struct report *report;
    struct source_file *file;
    struct frame stack[MAX_DEPTH];
    size_t depth;
    size_t n_nodes; /* aliases followed */
    unsigned n_documents;
    const struct node *root;
    ARRAY(struct anchor) anchors;
};

static struct place place_of(struct source_file *f, yaml_mark_t start, yaml_mark_t end)
{
    return (struct place){f, (unsigned)start.line + 1, (unsigned)start.column + 1,
                          (unsigned)end.line + 1, (unsigned)end.column + 1};
}

bool node_is_null(const struct node *n)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};

    if (n->kind != NODE_SCALAR || !n->plain)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (text_is(n->text, words[i]))
            return true;
    return false;
}

const char *node_kind_name(const struct node *n)
{
    return n->kind == NODE_MAPPING ? "a mapping" : n->kind == NODE_SEQUENCE ? "a list" : "a text";
}

const struct node *node_get(const struct node *mapping, const char *key)
{
    if (mapping->kind != NODE_MAPPING)
        return NULL;
    for (size_t i = 0; i < mapping->n; i++)
        if (text_is(mapping->entries[i].key->text, key))
            return mapping->entries[i].value;
    return NULL;
}

/* ---- mappings that are complete ---- */

static int by_key(const void *va, const void *vb)
{
    const struct entry *const *a = va, *const *b = vb;
    int order = strcmp((*a)->key->text, (*b)->key->text);
    return order ? order : *a < *b ? -1 : *a > *b;
}

/* Sorted by key; equal keys in the order of the file. */
static const struct entry **sorted_entries(struct arena *a, const struct entry *entries, size_t n)
{
    const struct entry **sorted = arena_alloc(a, n * sizeof *sorted);

    for (size_t i = 0; i < n; i++)
        sorted[i] = &entries[i];
    if (n)
        qsort(sorted, n, sizeof *sorted, by_key);
    return sorted;
}

static void check_duplicates(struct builder *b, const struct entry *entries, size_t n)
{
    const struct entry **sorted = sorted_entries(b->arena, entries, n);

    for (size_t i = 1; i < n; i++) {
        const struct node *first = sorted[i - 1]->key, *second = sorted[i]->key;
        if (text_is(first->text, second->text))
            report_error(b->report, &second->place,
                         arena_printf(b->arena, "the other one is in line %u", first->place.line),
                         "key %s stands twice in one mapping",
                         report_quote(b->arena, second->text));
    }
}

static bool is_merge_key(const struct node *key)
{
    return key->plain && text_is(key->text, "<<");
}

static bool has_entry(const struct entry **sorted, size_t n, const struct node *key)
{
    const struct entry wanted = {key, NULL}, *p = &wanted;
    size_t low = 0, high = n;

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(p->key->text, sorted[middle]->key->text);
        if (order == 0)
            return true;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

/* Adds what `from` has and the mapping has not, neither itself nor from an earlier merge. */
static void merge_one(struct builder *b, struct frame *f, const struct node *from)
{
    if (from->kind != NODE_MAPPING) {
        report_error(b->report, &from->place, "write `<<: *anchor`",
                     "\"<<\" merges mappings, and this is %s", node_kind_name(from));
        return;
    }
    size_t n = f->entries.n;
    const struct entry **sorted = sorted_entries(b->arena, f->entries.items, n);
    for (size_t i = 0; i < from->n; i++)
        if (!has_entry(sorted, n, from->entries[i].key))
            ARRAY_PUSH(b->arena, f->entries, from->entries[i]);
}

static void merge_value(struct builder *b, struct frame *f, const struct node *value)
{
    if (value->kind != NODE_SEQUENCE) {
        merge_one(b, f, value);
        return;
    }
    if (value->n > MAX_MERGED) {
        report_error(b->report, &value->place, NULL, "\"<<\" merges at most %d mappings",
                     MAX_MERGED);
        return;
    }
    for (size_t i = 0; i < value->n; i++)
        merge_one(b, f, value->items[i]);
}

/* Takes `<<` out and puts in what it stands for.  A second one was reported as a duplicate. */
static void apply_merge_keys(struct builder *b, struct frame *f)
{
    const struct node *value = NULL;
    size_t kept = 0;

    for (size_t i = 0; i < f->entries.n; i++) {
        struct entry e = f->entries.items[i];
        if (!is_merge_key(e.key))
            f->entries.items[kept++] = e;
        else if (!value)
            value = e.value;
    }
    f->entries.n = kept;
    if (value)
        merge_value(b, f, value);
}

/* ---- events ---- */

/* Counts the node in; false once there are too many. */
static bool count(struct builder *b, const struct place *place, size_t nodes)
{
    b->n_nodes += nodes;
    if (b->n_nodes <= MAX_NODES)
        return true;
    report_error(b->report, place, NULL,
                 "more than %d values in one file, each alias counted as what it stands for",
                 MAX_NODES);
    return false;
}

/* Puts a finished node where it belongs. */
static int attach(struct builder *b, const struct node *n)
{
    if (b->depth == 0) {
        b->root = n;
        return 0;
    }
    struct frame *f = &b->stack[b->depth - 1];
    f->node->size += n->size;
    if (n->height >= f->node->height)
        f->node->height = n->height + 1;
    if (f->node->kind == NODE_SEQUENCE) {
        ARRAY_PUSH(b->arena, f->items, n);
    } else if (f->key) {
        ARRAY_PUSH(b->arena, f->entries, ((struct entry){f->key, n}));
        f->key = NULL;
    } else if (n->kind == NODE_SCALAR) {
        f->key = n;
    } else {
        report_error(b->report, &n->place, NULL, "a key must be a text, not %s", node_kind_name(n));
        return -1;
    }
    return 0;
}

static int add_anchor(struct builder *b, const yaml_char_t *name, const struct node *n)
{
    if (!name)
        return 0;
    if (b->anchors.n == MAX_ANCHORS) {
        report_error(b->report, &n->place, NULL, "more than %d anchors in one file", MAX_ANCHORS);
        return -1;
    }
    ARRAY_PUSH(b->arena, b->anchors,
               ((struct anchor){arena_strdup(b->arena, (const char *)name), n}));
    return 0;
}

/* As people write it: "!!int". */
static const char *short_tag(struct arena *a, const char *tag)
{
    static const char prefix[] = "tag:yaml.org,2002:";

    return text_starts(tag, prefix) ? arena_printf(a, "!!%s", tag + strlen(prefix)) : tag;
}

static void refuse_tag(struct builder *b, const yaml_char_t *tag, const struct place *place)
{
    if (tag)
        report_error(b->report, place, "leave it out, or quote the value",
                     "tag %s: tags are not read, every value is a text",
                     report_quote(b->arena, short_tag(b->arena, (const char *)tag)));
}

static int on_scalar(struct builder *b, const yaml_event_t *e)
{
    struct node *n = arena_alloc(b->arena, sizeof *n);

    *n = (struct node){
        .kind = NODE_SCALAR,
        .place = place_of(b->file, e->start_mark, e->end_mark),
        .text = arena_strndup(b->arena, (const char *)e->data.scalar.value, e->data.scalar.length),
        .plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE,
        .size = 1,
        .height = 1};
    refuse_tag(b, e->data.scalar.tag, &n->place);
    if (strlen(n->text) != e->data.scalar.length)
        report_error(b->report, &n->place, NULL, "a NUL character (\"\\0\") inside a value");
    if (!count(b, &n->place, 1) || add_anchor(b, e->data.scalar.anchor, n) < 0)
        return -1;
    return attach(b, n);
}

static int on_begin(struct builder *b, const yaml_event_t *e)
{
    bool is_mapping = e->type == YAML_MAPPING_START_EVENT;
    struct node *n = arena_alloc(b->arena, sizeof *n);

    *n = (struct node){.kind = is_mapping ? NODE_MAPPING : NODE_SEQUENCE,
                       .place = place_of(b->file, e->start_mark, e->end_mark),
                       .size = 1,
                       .height = 1};
    refuse_tag(b, is_mapping ? e->data.mapping_start.tag : e->data.sequence_start.tag, &n->place);
    if (b->depth == MAX_DEPTH) {
        report_error(b->report, &n->place, NULL, "more than %d levels", MAX_DEPTH);
        return -1;
    }
    if (!count(b, &n->place, 1) ||
        add_anchor(b, is_mapping ? e->data.mapping_start.anchor : e->data.sequence_start.anchor,
                   n) < 0)
        return -1;
    b->stack[b->depth++] = (struct frame){.node = n};
    return 0;
}

static int on_end(struct builder *b)
{
    struct frame *f = &b->stack[b->depth - 1];

    if (f->node->kind == NODE_MAPPING) {
        check_duplicates(b, f->entries.items, f->entries.n);
        apply_merge_keys(b, f);
        f->node->entries = f->entries.items;
        f->node->n = f->entries.n;
    } else {
        f->node->items = f->items.items;
        f->node->n = f->items.n;
    }
    b->depth--;
    return attach(b, f->node);
}

static int on_alias(struct builder *b, const yaml_event_t *e)
{
    const char *name = (const char *)e->data.alias.anchor;
    struct place place = place_of(b->file, e->start_mark, e->end_mark);
    const struct node *n = NULL;

    for (size_t i = b->anchors.n; i-- > 0 && !n;)
        if (text_is(b->anchors.items[i].name, name))
            n = b->anchors.items[i].node;
    if (!n) {
        const char **names = arena_alloc(b->arena, b->anchors.n * sizeof *names);
        for (size_t i = 0; i < b->anchors.n; i++)
            names[i] = b->anchors.items[i].name;
        report_error(b->report, &place, hint_suggest(b->arena, name, names, b->anchors.n),
                     "no anchor \"&%s\" before this alias", name);
        return -1;
    }
    for (size_t i = 0; i < b->depth; i++)
        if (b->stack[i].node == n) {
            report_error(b->report, &place, NULL,
                         "alias \"*%s\" stands inside its own anchor (line %u), without an end",
                         name, n->place.line);
            return -1;
        }
    if (b->depth + n->height > MAX_DEPTH) {
        report_error(b->report, &place, NULL, "more than %d levels", MAX_DEPTH);
        return -1;
    }
    return count(b, &place, n->size) ? attach(b, n) : -1;
}

/* 1 at the end of the file, 0 to go on, -1 if there is no use in going on. */
static int on_event(struct builder *b, const yaml_event_t *e)
{
    struct place place = place_of(b->file, e->start_mark, e->end_mark);

    switch (e->type) {
    case YAML_SCALAR_EVENT:
        return on_scalar(b, e);
    case YAML_ALIAS_EVENT:
        return on_alias(b, e);
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        return on_begin(b, e);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return on_end(b);
    case YAML_DOCUMENT_START_EVENT:
        if (b->n_documents++ == 0)
            return 0;
        report_error(b->report, &place, "put it into a file of its own",
                     "a second document in one file");
        return -1;
    case YAML_STREAM_END_EVENT:
        return 1;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
    return 0;
}

/* ---- the whole file ---- */

static int run_parser(struct builder *b)
{
    __attribute__((cleanup(yaml_parser_delete))) yaml_parser_t parser;
    int done = 0;

    if (!yaml_parser_initialize(&parser))
        abort();
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)b->file->bytes, b->file->len);
    while (done == 0) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event)) {
            yaml_report_syntax(b->report, b->file, &parser);
            return -1;
        }
        done = on_event(b, &event);
        yaml_event_delete(&event);
    }
    return done < 0 ? -1 : 0;
}

const struct node *yaml_parse(struct arena *a, struct report *r, struct source_file *file)
{
    struct builder *b = arena_alloc(a, sizeof *b);

    *b = (struct builder){.arena = a, .report = r, .file = file};
    if (yaml_check_bytes(r, file) < 0 || run_parser(b) < 0)
        return NULL;
    if (!b->root || b->n_documents == 0) {
        struct place place = {.file = file};
        report_error(r, &place, "write {} if that is meant", "there is nothing in this file");
        return NULL;
    }
    if (b->root->kind != NODE_MAPPING) {
        report_error(r, &b->root->place, NULL,
                     "the top level must be a mapping (`agents:` and so on), not %s",
                     node_kind_name(b->root));
        return NULL;
    }
    yaml_conceal(a, r, b->root);
    file->parsed = true;
    return b->root;
}
