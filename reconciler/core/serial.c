#include "core/serial.h"

#include <inttypes.h>
#include <string.h>

/* With its length, so that no text can look like two. */
void serial_text(struct text *t, const char *s)
{
    text_printf(t, "%zu:%s\n", s ? strlen(s) : 0, s ? s : "");
}

void serial_number(struct text *t, int64_t n)
{
    text_printf(t, "%" PRId64 "\n", n);
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
