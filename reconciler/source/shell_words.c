#include "source/shell_words.h"

#include <string.h>

#include "base/text.h"

static const char blanks[] = " \t\r\n";

/* From the quote at *s to behind its end; NULL if it has none. */
static const char *add_quoted(struct text *word, const char *s)
{
    char quote = *s++;

    for (; *s && *s != quote; s++) {
        if (quote == '"' && *s == '\\' && s[1] && strchr("\"\\$`", s[1]))
            s++;
        text_add_n(word, s, 1);
    }
    return *s ? s + 1 : NULL;
}

int shell_words_split(struct arena *a, const char *s, struct shell_words *ret, struct err *err)
{
    *ret = (struct shell_words){0};
    for (s += strspn(s, blanks); *s; s += strspn(s, blanks)) {
        struct text word = {.arena = a};
        while (*s && !strchr(blanks, *s)) {
            if (*s == '\'' || *s == '"') {
                s = add_quoted(&word, s);
                if (!s)
                    return err_set(err, ERR_INVALID, "a quote that is never closed");
                continue;
            }
            if (*s == '\\' && !*++s)
                return err_set(err, ERR_INVALID, "a backslash at the end");
            text_add_n(&word, s++, 1);
        }
        ARRAY_PUSH(a, ret->words, text_str(&word));
    }
    return 0;
}
