#ifndef MINI_JSON_H
#define MINI_JSON_H

/*
 * A small JSON reader and writer.  Reading makes no tree: a value is a view of
 * the text it stands in, checked once by json_parse and then looked into.
 * Nesting is bounded; nothing here allocates except appends to a buffer.
 */

#include "buffer.h"

/* One value inside a text; the text must outlive the view. */
struct json {
    const char *at;
    size_t length;
};

/*
 * Check the value at the start of text and return where it ends (white space
 * after it included), or 0 when there is no whole valid value.
 */
size_t json_parse(const char *text, size_t length, struct json *ret_value);

/* Step through the members of an object; start with *cursor 0, false at the end. */
bool json_next_member(struct json object, size_t *cursor, struct json *ret_key,
                      struct json *ret_value);

/* Step through the elements of an array; start with *cursor 0, false at the end. */
bool json_next_element(struct json array, size_t *cursor, struct json *ret_value);

/* Find a member of an object by name; false when it is missing or this is no object. */
bool json_member(struct json object, const char *name, struct json *ret_value);

/*
 * Append the value as plain text: a string decoded, a number or a boolean as
 * it is written.  False (and nothing appended) for null, object and array.
 */
bool json_text(struct json value, struct buffer *out);

/* Put the text of a member into out (reset first); false, out empty, when there is none. */
bool json_member_text(struct json object, const char *name, struct buffer *out);

/* Append text as a quoted JSON string. */
void json_quote(struct buffer *out, const char *text, size_t length);

#endif
