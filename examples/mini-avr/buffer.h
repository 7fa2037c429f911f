#ifndef MINI_BUFFER_H
#define MINI_BUFFER_H

/*
 * A growing run of bytes, born with a stated maximum.  Appending past the
 * maximum (or out of memory) sets overflowed and leaves the content alone, so
 * a writer appends freely and looks once at the end.
 */

#include <stdbool.h>
#include <stddef.h>

struct buffer {
    char *data;
    size_t length;
    size_t capacity;
    size_t maximum;
    bool overflowed;
};

/* Start empty; nothing is allocated until the first append. */
void buffer_init(struct buffer *buffer, size_t maximum);

/* Release the memory; the buffer is empty and usable again afterwards. */
void buffer_free(struct buffer *buffer);

/* Forget the content and the overflow, keep the memory. */
void buffer_reset(struct buffer *buffer);

void buffer_append(struct buffer *buffer, const void *bytes, size_t length);
void buffer_text(struct buffer *buffer, const char *text);

/* Append printf style; the piece may be at most 4 kB long. */
__attribute__((format(printf, 2, 3))) void buffer_format(struct buffer *buffer, const char *format,
                                                         ...);

/* Remove the first length bytes (all of them if there are fewer). */
void buffer_drop(struct buffer *buffer, size_t length);

/* The content as a C string; valid until the next change. */
const char *buffer_cstr(const struct buffer *buffer);

#endif
