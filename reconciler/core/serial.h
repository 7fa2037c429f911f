/* serial.h - values as one text that no other values give: what a keyed digest is made of. */
#ifndef CORE_SERIAL_H
#define CORE_SERIAL_H

#include "base/text.h"
#include "core/inputs.h"

void serial_text(struct text *, const char *); /* NULL and "" are the same */
void serial_number(struct text *, int64_t);
void serial_words(struct text *, const char *const *, size_t n);
void serial_values(struct text *, const struct values *);
void serial_env(struct text *, const struct env_list *);
void serial_labels(struct text *, const struct label *, size_t n);

#endif
