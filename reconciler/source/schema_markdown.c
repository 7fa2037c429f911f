/* The schema tables as Markdown: one table a section. */
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "source/schema.h"
#include "source/spec.h"

struct printer {
    struct text text;
    ARRAY(const struct section *) seen;
};

static const char *shape_words(const struct field *f)
{
    switch (f->shape) {
    case SHAPE_COMMAND:
        return "a line or a list";
    case SHAPE_LABELS:
    case SHAPE_ENVIRONMENT:
        return "a mapping or a list";
    case SHAPE_PROBE:
        return "a word or a list";
    case SHAPE_SECTION:
        return f->section->shorthand ? "a text or a mapping" : "a mapping";
    case SHAPE_ENTRIES:
        return "a mapping of names";
    default:
        return "a text";
    }
}

/* "|" ends a cell, whatever stands around it. */
static void add_cell(struct text *t, const char *s)
{
    for (; *s; s++) {
        if (*s == '|')
            text_add(t, "\\");
        text_add_n(t, s, 1);
    }
}

static void add_row(struct text *t, const struct field *f)
{
    bool takes_list = f->shape == SHAPE_LIST || f->shape == SHAPE_VOLUMES ||
                      f->shape == SHAPE_HOSTS || f->shape == SHAPE_ENV_FILE;

    text_printf(t, "| `%s` | ", f->name);
    add_cell(t, f->expects ? f->expects : shape_words(f));
    if (takes_list)
        text_add(t, "; or a list");
    text_add(t, " | ");
    add_cell(t, f->doc ? f->doc : "");
    text_add(t, " |\n");
}

/* The keys that are refused because of what they could do. */
static void add_refused(struct text *t, const struct section *s)
{
    size_t n = 0;

    for (size_t i = 0; i < s->n; i++) {
        const struct field *f = &s->fields[i];
        if (f->shape == SHAPE_REFUSED && strstr(f->expects, "never"))
            text_printf(t, "%s`%s`", n++ ? ", " : "\nNever sent to the engine: ", f->name);
    }
    text_add(t, n ? ".\n" : "");
}

static void add_section(struct printer *p, const struct section *s);

static void add_inner_sections(struct printer *p, const struct section *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->fields[i].section)
            add_section(p, s->fields[i].section);
}

static void add_section(struct printer *p, const struct section *s)
{
    struct text *t = &p->text;

    for (size_t i = 0; i < p->seen.n; i++)
        if (p->seen.items[i] == s)
            return;
    ARRAY_PUSH(t->arena, p->seen, s);

    text_printf(t, "%s#### %s\n\n%s\n\n| key | takes | what it is |\n|---|---|---|\n",
                t->len ? "\n" : "", s->title, s->doc);
    for (size_t i = 0; i < s->n; i++) {
        const struct field *f = &s->fields[i];
        if (f->shape == SHAPE_INCLUDE)
            text_printf(t, "| … | | and every key of \"%s\" |\n", f->section->title);
        else if (f->shape != SHAPE_REFUSED)
            add_row(t, f);
    }
    add_refused(t, s);
    add_inner_sections(p, s);
}

const char *spec_reference_markdown(struct arena *a)
{
    struct printer p = {.text = {.arena = a}};

    add_section(&p, &schema_top);
    return text_str(&p.text);
}
