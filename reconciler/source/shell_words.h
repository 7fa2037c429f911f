/* shell_words.h - one line of text to the words a shell would make of it: blanks part words, single
 * and double quotes and backslashes keep them together.  Nothing is expanded. */
#ifndef SOURCE_SHELL_WORDS_H
#define SOURCE_SHELL_WORDS_H

#include "base/array.h"

struct shell_words {
    ARRAY(const char *) words;
};

/* Fails if a quote is never closed or a backslash stands at the end. */
int shell_words_split(struct arena *, const char *line, struct shell_words *ret,
                      struct err *) MUST_CHECK;

#endif
