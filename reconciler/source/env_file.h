/* env_file.h - Docker Compose's env files.
 *
 *     # a comment
 *     KEY=value            # a comment behind a blank is one, too
 *     export KEY=value
 *     KEY='taken as it is, over several lines if need be'
 *     KEY="with \n \t \r \" \\ \$ understood"
 *
 * Variables are not filled in: what the file says is the value.  Later lines win over earlier
 * ones.  Its lines are never shown in an error, since most of them are secrets. */
#ifndef SOURCE_ENV_FILE_H
#define SOURCE_ENV_FILE_H

#include "source/report.h"

struct env_line {
    const char *name, *value;
    struct place place;
};

struct env_lines {
    ARRAY(struct env_line) lines;
};

/* Appends what the file says; errors go to the report.  file->bytes may be NULL, so the text comes
 * on its own. */
void env_file_parse(struct arena *, struct report *, struct source_file *, const char *text,
                    struct env_lines *);

/* A name that can be given to a container: no "=", blank or control character, 1 to 256 bytes. */
bool env_name_is_valid(const char *name);

#endif
