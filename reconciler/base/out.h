/* out.h - writes JSON, text by text, on an arena: core builds no trees.
 *
 *     struct out o = {.text.arena = a, .indented = true};
 *     out_object(&o, NULL);
 *     out_text(&o, "name", name);
 *     out_end(&o);
 *
 * key is NULL within arrays and for the outermost value.  Malformed UTF-8 is replaced, and every
 * character that could drive a terminal is escaped, not only those that JSON asks for. */
#ifndef BASE_OUT_H
#define BASE_OUT_H

#include "base/text.h"

struct out {
    struct text text;
    bool indented;
    bool filled; /* the open object or array has an entry */
    unsigned depth;
    char closing[32]; /* what closes each open one */
};

void out_object(struct out *, const char *key);
void out_array(struct out *, const char *key);
void out_end(struct out *);
void out_text(struct out *, const char *key, const char *value); /* NULL: null */
void out_number(struct out *, const char *key, int64_t);
void out_count(struct out *, const char *key, int64_t); /* negative: null */
void out_bool(struct out *, const char *key, bool);
void out_null(struct out *, const char *key);

#endif
