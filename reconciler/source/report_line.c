#include "source/report_line.h"

#include <string.h>

#include "base/text.h"

enum { MAX_LINE_SHOWN = 400 };

/* Length of the line break at s; libyaml's notion of one, since it counts the lines. */
size_t line_break_len(const char *s, const char *end)
{
    const unsigned char *u = (const unsigned char *)s;
    size_t left = (size_t)(end - s);

    if (u[0] == '\r')
        return left > 1 && u[1] == '\n' ? 2 : 1;
    if (u[0] == '\n')
        return 1;
    if (left > 1 && u[0] == 0xc2 && u[1] == 0x85)
        return 2;
    if (left > 2 && u[0] == 0xe2 && u[1] == 0x80 && (u[2] == 0xa8 || u[2] == 0xa9))
        return 3;
    return 0;
}

/* A spec must not be able to drive the terminal of whoever reads its errors.  One column stays one
 * column. */
const char *line_printable(struct arena *a, const char *s)
{
    struct text t = {.arena = a};

    for (; *s; s++) {
        const unsigned char *u = (const unsigned char *)s;
        bool is_c1 = u[0] == 0xc2 && u[1] >= 0x80 && u[1] < 0xa0;
        if ((u[0] < 0x20 && u[0] != '\t') || u[0] == 0x7f || is_c1)
            text_add(&t, u[0] == '\n' ? " " : "?");
        else
            text_add_n(&t, s, 1);
        s += is_c1;
    }
    return text_str(&t);
}

/* The line without its break; NULL if there is no such line. */
static const char *line_of(const struct source_file *f, unsigned line, size_t *ret_len)
{
    if (line < 1 || line > f->lines.n)
        return NULL;
    const char *s = f->lines.items[line - 1], *end = s;
    const char *limit = f->bytes + f->len;
    while (end < limit && !line_break_len(end, limit))
        end++;
    *ret_len = (size_t)(end - s);
    return s;
}

/* Marks the columns (from 1) of the line that the place covers. */
static void cover(const struct place *p, unsigned line, bool *covered, size_t n_columns)
{
    if (line < p->line || line > p->end_line)
        return;
    size_t from = line == p->line ? p->column : 1;
    size_t to = line == p->end_line ? p->end_column : n_columns + 1;
    for (size_t column = from; column < to && column <= n_columns; column++)
        covered[column] = true;
}

/* The line with hidden values as asterisks, one a column. */
static const char *masked(struct arena *a, const struct source_file *f, unsigned line,
                          const char *s, size_t len)
{
    bool covered[MAX_LINE_SHOWN + 1] = {false};
    struct text t = {.arena = a};
    size_t column = 0;

    for (size_t k = 0; k < f->hidden.n; k++)
        cover(&f->hidden.items[k], line, covered, len);
    for (size_t i = 0; i < len; i++) {
        bool starts_character = ((unsigned char)s[i] & 0xc0) != 0x80;
        column += starts_character;
        if (!covered[column])
            text_add_n(&t, s + i, 1);
        else if (starts_character)
            text_add(&t, "*");
    }
    return text_str(&t);
}

static size_t indent_of(const char *s, size_t len)
{
    size_t n = 0;
    while (n < len && (s[n] == ' ' || s[n] == '\t' || s[n] == '-'))
        n++;
    return n;
}

/* Of a file that is no YAML nobody knows where values begin and end.  So a line is shown only if
 * neither it nor any line it seems to hang below speaks of a secret. */
static bool line_is_harmless(struct arena *a, const struct source_file *f, unsigned line)
{
    size_t indent = SIZE_MAX;

    for (; line >= 1; line--) {
        size_t len;
        const char *s = line_of(f, line, &len);
        size_t here = s ? indent_of(s, len) : 0;
        if (!s || here == len || here >= indent)
            continue; /* empty, or beside what was looked at already */
        const char *text = arena_strndup(a, s, len);
        if (hides_value(text, text))
            return false;
        indent = here;
    }
    return true;
}

const char *line_shown(struct arena *a, const struct place *p)
{
    size_t len;
    const char *s = p->file && p->file->bytes ? line_of(p->file, p->line, &len) : NULL;

    if (!s || len > MAX_LINE_SHOWN || !text_is_utf8(s, len))
        return NULL;
    if (p->file->parsed)
        return line_printable(a, masked(a, p->file, p->line, s, len));
    return line_is_harmless(a, p->file, p->line) ? line_printable(a, arena_strndup(a, s, len))
                                                 : NULL;
}

unsigned line_underlined(const struct place *p, const char *line_text)
{
    size_t columns = line_text ? text_columns(line_text) : 0, length = 1;

    if (p->end_line == p->line)
        length = p->end_column > p->column ? p->end_column - p->column : 1;
    else if (columns >= p->column)
        length = columns - p->column + 1;
    if (columns && p->column + length > columns + 1) /* at most one column behind the line */
        length = columns >= p->column ? columns - p->column + 1 : 1;
    return (unsigned)length;
}

/* Blanks up to the column, tabs where the line has tabs so that the caret stays below. */
static void add_padding(struct text *t, const char *line, unsigned column)
{
    for (unsigned at = 0; *line; line++) {
        at += ((unsigned char)*line & 0xc0) != 0x80;
        if (at >= column)
            return;
        if (((unsigned char)*line & 0xc0) != 0x80)
            text_add(t, *line == '\t' ? "\t" : " ");
    }
}

const char *spec_error_text(struct arena *a, const struct spec_error *e)
{
    struct text t = {.arena = a};

    if (e->at.file && e->at.line)
        text_printf(&t, "%s:%u:%u: ", e->at.file, e->at.line, e->at.column);
    else if (e->at.file)
        text_printf(&t, "%s: ", e->at.file);
    text_printf(&t, "error: %s", e->text);
    if (e->line_text) {
        text_printf(&t, "\n%5u | %s\n      | ", e->at.line, e->line_text);
        add_padding(&t, e->line_text, e->at.column);
        text_add(&t, "^");
        for (unsigned i = 1; i < e->length; i++)
            text_add(&t, "~");
        if (e->hint)
            text_printf(&t, " %s", e->hint);
    } else if (e->hint) {
        text_printf(&t, "\n      = %s", e->hint);
    }
    return text_str(&t);
}
