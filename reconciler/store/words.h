/* words.h - enums as the words that stand in the tables, and lists as lines. */
#ifndef STORE_WORDS_H
#define STORE_WORDS_H

#include "core/record.h"
#include "store/store_parts.h"

/* The index of the word in the list, or n for a word that a newer version may have written. */
size_t word_index(const char *word, const char *const *list, size_t n);

/* Roles as "sts core", and back; unknown ones are left out. */
const char *roles_text(struct arena *, unsigned roles);
unsigned roles_of(const char *text);

/* Lines, each bounded, joined by line breaks: at most max, the first or the last ones. */
const char *lines_join(struct arena *, const char *const *lines, size_t n, size_t max, bool last);
size_t lines_split(struct arena *, const char *text, const char *const **ret);

#endif
