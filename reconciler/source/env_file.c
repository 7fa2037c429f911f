#include "source/env_file.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

enum { MAX_VARIABLES = 1000 };

struct scanner {
    struct arena *arena;
    struct report *report;
    struct source_file *file;
    const char *s;
    unsigned line;
};

bool env_name_is_valid(const char *name)
{
    size_t n = strlen(name);

    if (n < 1 || n > 256 || isdigit((unsigned char)*name))
        return false;
    for (; *name; name++)
        if (!isalnum((unsigned char)*name) && !strchr("_.-", *name))
            return false;
    return true;
}

static void fail(struct scanner *c, unsigned line, const char *text)
{
    struct place place = place_at(c->file, line, 1, 1);
    report_error(c->report, &place, NULL, "%s", text);
}

static void skip_blanks(struct scanner *c)
{
    while (*c->s == ' ' || *c->s == '\t')
        c->s++;
}

static void skip_line(struct scanner *c)
{
    c->s += strcspn(c->s, "\n");
    if (*c->s) {
        c->s++;
        c->line++;
    }
}

/* Adds what `\c` means to the text. */
static void add_escaped(struct text *t, char c)
{
    static const char from[] = "ntr\"\\$", to[] = "\n\t\r\"\\$";
    const char *at = strchr(from, c);

    if (!at)
        text_add(t, "\\");
    text_add_n(t, at ? &to[at - from] : &c, 1);
}

/* From the quote on; NULL if it never ends. */
static const char *read_quoted(struct scanner *c)
{
    struct text t = {.arena = c->arena};
    char quote = *c->s++;

    for (; *c->s; c->s++) {
        if (*c->s == quote) {
            c->s++;
            return text_str(&t);
        }
        if (quote == '"' && c->s[0] == '\\' && c->s[1]) {
            add_escaped(&t, *++c->s);
        } else if (!(c->s[0] == '\r' && c->s[1] == '\n')) {
            text_add_n(&t, c->s, 1);
        }
        c->line += *c->s == '\n';
    }
    return NULL;
}

/* To the end of the line or a " #", without blanks at the end. */
static const char *read_plain(struct scanner *c)
{
    const char *start = c->s;
    size_t n = strcspn(start, "\r\n");

    for (size_t i = 0; i < n; i++)
        if (start[i] == '#' && (i == 0 || isblank((unsigned char)start[i - 1])))
            n = i;
    c->s += n;
    while (n && isblank((unsigned char)start[n - 1]))
        n--;
    return arena_strndup(c->arena, start, n);
}

static void add_line(struct scanner *c, struct env_lines *to, const char *name, const char *value,
                     unsigned line)
{
    struct env_line l = {name, value, place_at(c->file, line, 1, 1)};

    for (size_t i = 0; i < to->lines.n; i++)
        if (text_is(to->lines.items[i].name, name)) {
            to->lines.items[i] = l;
            return;
        }
    if (to->lines.n == MAX_VARIABLES)
        fail(c, line, "too many variables in one file");
    if (to->lines.n <= MAX_VARIABLES)
        ARRAY_PUSH(c->arena, to->lines, l);
}

/* The name and the "=" behind it; NULL after an error. */
static const char *read_name(struct scanner *c)
{
    if (text_starts(c->s, "export") && isblank((unsigned char)c->s[6])) {
        c->s += 6;
        skip_blanks(c);
    }
    size_t n = strcspn(c->s, "=\r\n");
    if (c->s[n] != '=') {
        fail(c, c->line, "a line must be KEY=VALUE, and this one has no \"=\"");
        return NULL;
    }
    const char *start = c->s;
    c->s += n + 1;
    while (n && isblank((unsigned char)start[n - 1]))
        n--;
    const char *name = arena_strndup(c->arena, start, n);
    if (env_name_is_valid(name))
        return name;
    fail(c, c->line, "what stands before \"=\" is no name of a variable");
    return NULL;
}

static void read_line(struct scanner *c, struct env_lines *to)
{
    unsigned line = c->line;
    const char *name = read_name(c), *value;

    if (!name)
        return;
    skip_blanks(c);
    if (*c->s != '"' && *c->s != '\'') {
        add_line(c, to, name, read_plain(c), line);
        return;
    }
    value = read_quoted(c);
    if (!value) {
        fail(c, line, "a quote that is never closed");
        return;
    }
    skip_blanks(c);
    if (!strchr("#\r\n", *c->s)) /* the end of the file is in there, too */
        fail(c, c->line, "text behind the closing quote");
    else
        add_line(c, to, name, value, line);
}

void env_file_parse(struct arena *a, struct report *r, struct source_file *file, const char *text,
                    struct env_lines *to)
{
    struct scanner c = {a, r, file, text, 1};

    if (text_starts(text, "\xef\xbb\xbf"))
        c.s += 3;
    while (*c.s) {
        skip_blanks(&c);
        if (!strchr("#\r\n", *c.s))
            read_line(&c, to);
        skip_line(&c);
    }
}
