/* report.h - collecting what is wrong with the specs, in the order people read files.
 *
 * Every error of every file is kept (up to a bound) until report_finish() sorts them and adds the
 * line each stands on.  A value marked with report_hide() shows as asterisks in that line,
 * whichever error the line is shown for; of a file that could not be parsed, only lines that have
 * nothing to do with a secret are shown. */
#ifndef SOURCE_REPORT_H
#define SOURCE_REPORT_H

#include "base/array.h"
#include "source/spec.h"

struct place { /* from 1; the end is the column behind the last character */
    struct source_file *file;
    unsigned line, column, end_line, end_column;
};

struct source_file {
    const char *path;   /* as people know it */
    const char *folder; /* relative paths in the file start here */
    const char *bytes;  /* NULL: its lines are never shown */
    size_t len;
    unsigned number;           /* in order of reading */
    bool parsed;               /* every secret in it has been marked */
    ARRAY(const char *) lines; /* their beginnings */
    ARRAY(struct place) hidden;
};

struct report; /* made once per spec_read() */

struct report *report_new(struct arena *);

/* bytes may be NULL, and must not begin with a byte order mark. */
struct source_file *report_file(struct report *, const char *path, const char *bytes, size_t len);

/* bytes NULL: it should have been read and could not be. */
void report_input(struct report *, const char *path, const char *bytes, size_t len);
size_t report_inputs(const struct report *, const struct spec_file **ret);

/* hint may be NULL.  A line of 0 means the file as a whole. */
void report_error(struct report *, const struct place *, const char *hint, const char *fmt, ...)
    PRINTF(4, 5);

/* The text in quotes, cut where it is too long for a sentence; "(hidden)" if it looks like a secret
 * that somebody wrote where its name belongs. */
const char *report_quote(struct arena *, const char *);

void report_hide(struct report *, const struct place *);

size_t report_count(const struct report *); /* errors so far */
void report_finish(struct report *, struct spec_errors *ret);

/* True for a name whose value must not be shown; rather too often than not often enough. */
bool hides_value(const char *name, const char *value);

/* The place of a column range on one line, and of a file as a whole. */
struct place place_at(struct source_file *, unsigned line, unsigned column, unsigned length);
struct pos place_pos(const struct place *);

/* `did you mean "word"?`, or NULL if none of the candidates is near. */
const char *hint_suggest(struct arena *, const char *word, const char *const *candidates, size_t n);

#endif
