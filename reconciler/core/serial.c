#include "core/serial.h"

#include <string.h>

/* Not by printf: all that is asked for, and all that runs, passes through here in every round. */
static void add_number(struct text *t, int64_t n, char end)
{
    char digits[24], *at = digits + sizeof digits;
    uint64_t rest = n < 0 ? -(uint64_t)n : (uint64_t)n;

    *--at = end;
    do
        *--at = (char)('0' + rest % 10);
    while (rest /= 10);
    if (n < 0)
        *--at = '-';
    text_add_n(t, at, (size_t)(digits + sizeof digits - at));
}

/* With its length, so that no text can look like two. */
void serial_text(struct text *t, const char *s)
{
    size_t len = s ? strlen(s) : 0;

    add_number(t, (int64_t)len, ':');
    text_add_n(t, s, len);
    text_add_n(t, "\n", 1);
}

void serial_number(struct text *t, int64_t n)
{
    add_number(t, n, '\n');
}

void serial_words(struct text *t, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        serial_text(t, words[i]);
    text_add(t, "\n");
}

void serial_values(struct text *t, const struct values *list)
{
    for (size_t i = 0; i < list->n; i++)
        serial_text(t, list->items[i].text);
    text_add(t, "\n");
}

void serial_env(struct text *t, const struct env_list *env)
{
    for (size_t i = 0; i < env->n; i++) {
        serial_text(t, env->items[i].name);
        serial_text(t, env->items[i].value);
    }
    text_add(t, "\n");
}

void serial_labels(struct text *t, const struct label *labels, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        serial_text(t, labels[i].key);
        serial_text(t, labels[i].value.text);
    }
    text_add(t, "\n");
}
