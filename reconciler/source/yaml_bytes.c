#include <string.h>

#include "base/text.h"
#include "source/yaml_parts.h"

/* What YAML calls printable, given well-formed UTF-8 at s. */
static bool is_printable(const unsigned char *s)
{
    if (s[0] < 0x80)
        return s[0] == '\t' || s[0] == '\n' || s[0] == '\r' || (s[0] >= 0x20 && s[0] != 0x7f);
    if (s[0] == 0xc2)
        return s[1] == 0x85 || s[1] >= 0xa0;
    bool is_mark = s[0] == 0xef && s[1] == 0xbb && s[2] == 0xbf;
    bool is_no_character = s[0] == 0xef && s[1] == 0xbf && s[2] >= 0xbe;
    return !is_mark && !is_no_character;
}

static size_t character_len(const char *s, size_t left)
{
    for (size_t n = 1; n <= 4 && n <= left; n++)
        if (text_is_utf8(s, n))
            return n;
    return 0;
}

static int refuse(struct report *r, struct source_file *f, size_t line, size_t column,
                  const char *what)
{
    struct place place = place_at(f, (unsigned)line, (unsigned)column, 1);
    report_error(r, &place, NULL, "%s", what);
    return -1;
}

int yaml_check_bytes(struct report *r, struct source_file *f)
{
    const char *end = f->bytes + f->len;
    size_t line = 1, column = 1;

    for (const char *s = f->bytes; s < end;) {
        while (line < f->lines.n && s >= f->lines.items[line]) {
            line++;
            column = 1;
        }
        size_t n = *s ? character_len(s, (size_t)(end - s)) : 1;
        if (!*s)
            return refuse(r, f, line, column, "a NUL byte: this is no text file");
        if (n == 0)
            return refuse(r, f, line, column, "not valid UTF-8");
        if (!is_printable((const unsigned char *)s))
            return refuse(r, f, line, column, "a control character");
        s += n;
        column++;
    }
    return 0;
}
