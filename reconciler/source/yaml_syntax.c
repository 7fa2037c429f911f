#include <string.h>

#include "base/text.h"
#include "source/yaml_parts.h"

static char character_at(const struct source_file *f, yaml_mark_t m)
{
    if (m.line >= f->lines.n)
        return '\0';
    const char *s = f->lines.items[m.line], *end = f->bytes + f->len;
    for (size_t column = 0; s < end; s++) {
        if (((unsigned char)*s & 0xc0) == 0x80)
            continue;
        if (column++ == m.column)
            return *s;
    }
    return '\0';
}

static bool tab_indents(const struct source_file *f, yaml_mark_t m, unsigned *ret_column)
{
    if (m.line >= f->lines.n)
        return false;
    const char *s = f->lines.items[m.line];
    size_t n = strspn(s, " \t");
    const char *tab = memchr(s, '\t', n);
    *ret_column = tab ? (unsigned)(tab - s) + 1 : 0;
    return tab && m.column <= n;
}

static const char *hint_for(const char *problem, char c)
{
    if (strstr(problem, "mapping values are not allowed"))
        return "quote the value if it holds \": \"";
    if (strstr(problem, "cannot start any token") && (c == '@' || c == '`' || c == '%'))
        return "quote the value";
    if (strstr(problem, "<document start>"))
        return "a spec is one document";
    if (strstr(problem, "',' or"))
        return "is a comma or a closing bracket missing?";
    if (strstr(problem, "did not find expected"))
        return "is the indentation right?";
    return NULL;
}

void yaml_report_syntax(struct report *r, struct source_file *f, const yaml_parser_t *p)
{
    yaml_mark_t m = p->problem_mark;
    const char *problem = p->problem ? p->problem : "something is wrong";
    unsigned tab = 0;

    /* Of something that never ends, its beginning says more than the end of the file. */
    bool at_end = character_at(f, m) == '\0';
    if (p->context && (at_end || strstr(problem, "unexpected end of stream")))
        m = p->context_mark;
    if (tab_indents(f, m, &tab)) {
        struct place place = place_at(f, (unsigned)m.line + 1, tab, 1);
        report_error(r, &place, "use spaces", "a tab in the indentation");
        return;
    }
    struct place place = place_at(f, (unsigned)m.line + 1, (unsigned)m.column + 1, 1);
    report_error(r, &place, hint_for(problem, character_at(f, m)), "not valid YAML: %s%s%s",
                 p->context ? p->context : "", p->context ? ": " : "", problem);
}
