#include "store/words.h"

#include <string.h>

#include "base/array.h"
#include "base/text.h"

enum { MAX_LINE = 1000 };

size_t word_index(const char *word, const char *const *list, size_t n)
{
    size_t i = 0;

    while (i < n && !text_is(word, list[i]))
        i++;
    return i;
}

const char *roles_text(struct arena *a, unsigned roles)
{
    struct text t = {.arena = a};

    for (enum role role = 0; role < ROLE__N; role++)
        if (roles & ROLE_BIT(role))
            text_printf(&t, "%s%s", t.len ? " " : "", role_name[role]);
    return text_str(&t);
}

/* No role's name is part of another one's. */
unsigned roles_of(const char *text)
{
    unsigned roles = 0;

    for (enum role role = 0; role < ROLE__N; role++)
        if (text && strstr(text, role_name[role]))
            roles |= ROLE_BIT(role);
    return roles;
}

const char *lines_join(struct arena *a, const char *const *lines, size_t n, size_t max, bool last)
{
    struct text t = {.arena = a};
    size_t begin = last && n > max ? n - max : 0;
    size_t end = n - begin > max ? begin + max : n;

    for (size_t i = begin; i < end; i++)
        text_printf(&t, "%s%s", i > begin ? "\n" : "", bounded(a, lines[i], MAX_LINE));
    return text_str(&t);
}

size_t lines_split(struct arena *a, const char *text, const char *const **ret)
{
    ARRAY(const char *) lines = {0};

    while (text && *text) {
        const char *end = strchrnul(text, '\n');
        ARRAY_PUSH(a, lines, arena_strndup(a, text, (size_t)(end - text)));
        text = *end ? end + 1 : end;
    }
    *ret = lines.items;
    return lines.n;
}
