/* yaml.h - YAML text to a tree of nodes that know where they stand.
 *
 * Stricter than YAML: one document, a mapping at the top, keys are text and unique, no tags, at
 * most 64 levels and 100,000 values (aliases count as what they stand for, so a small file cannot
 * grow into a large one), no tab in the indentation.  Nothing is retyped: every scalar is the text
 * that was written.  `<<` merges mappings as YAML 1.1 describes it. */
#ifndef SOURCE_YAML_H
#define SOURCE_YAML_H

#include "source/report.h"

enum node_kind { NODE_SCALAR, NODE_MAPPING, NODE_SEQUENCE };

struct node {
    enum node_kind kind;
    struct place place;
    const char *text;                /* scalar, no NUL inside */
    bool plain;                      /* written without quotes */
    const struct entry *entries;     /* mapping: n of them */
    const struct node *const *items; /* sequence: n of them */
    size_t n;
    size_t size;     /* nodes in it, aliases followed */
    unsigned height; /* levels in it, 1 for a scalar */
};

struct entry {
    const struct node *key, *value; /* the key is a scalar */
};

/* The top mapping, or NULL if the file cannot be read as a whole; errors go to the report either
 * way.  Marks every value that must not be shown. */
const struct node *yaml_parse(struct arena *, struct report *, struct source_file *);

/* Nothing was written, or a plain null or ~. */
bool node_is_null(const struct node *);

const char *node_kind_name(const struct node *); /* "a text", "a mapping", "a list" */
const struct node *node_get(const struct node *mapping, const char *key); /* NULL: no such key */

#endif
