/* replace.h - a file written anew as a whole. */
#ifndef SOURCE_REPLACE_H
#define SOURCE_REPLACE_H

#include <stddef.h>

#include "base/err.h"

/* The old bytes are those that were read and decided upon: if the file has others by now,
 * ERR_CONFLICT, and it is left alone.  Whoever reads it meanwhile finds the old text or the new
 * one, never a part.  Mode and owner stay; a symbolic link stays one. */
int file_replace(const char *path, const char *old, size_t old_len, const char *bytes, size_t len,
                 struct err *) MUST_CHECK;

#endif
