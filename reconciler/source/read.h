/* read.h - from nodes to structs, led by the schema.
 *
 * read_section() walks a mapping and puts every value where the schema says.  What is wrong is
 * reported, and reading goes on, so that one run shows every error; the structs are of use only if
 * no error was reported. */
#ifndef SOURCE_READ_H
#define SOURCE_READ_H

#include "source/interpolate.h"
#include "source/schema.h"
#include "source/yaml.h"

struct secret {
    const char *name;
    const char *text; /* NULL: could not be read, which was reported */
    struct place place;
};

struct reader {
    struct arena *arena;
    struct report *report;
    struct interpolation in;
    size_t bytes_read; /* of the files that values are taken from */
    ARRAY(struct secret) secrets;
};

/* What a value is about, for the words of an error: "restart in agents.support.sts". */
struct subject {
    const struct field *field;
    const char *where;      /* "agents.support.sts", "" at the top */
    const struct node *key; /* the key it stands behind */
};

void read_section(struct reader *, const struct section *, const struct node *, void *base,
                  const char *where);
void read_field(struct reader *, const struct subject *, const struct node *, void *base);

/* Reports a key that is not in the section; not the ones with x- in front. */
void report_unknown_key(struct reader *, const struct section *, const struct node *key,
                        const char *where);

/* "agents" and "support" -> "agents.support". */
const char *read_where(struct reader *, const char *where, const char *key);

/* ---- shared by the readers of values ---- */

const char *subject_text(struct reader *, const struct subject *);
struct value read_value(const struct node *, const char *text);

/* The text of a scalar, its variables filled in, neither checked nor empty; NULL after an error. */
const char *read_text(struct reader *, const struct subject *, const struct node *);

/* As read_text(), and it is one of the field's choices, matches its pattern and its check. */
const char *read_checked(struct reader *, const struct subject *, const struct node *);

/* "~/x" becomes a path below the home folder, others stay; NULL after an error. */
const char *read_home(struct reader *, const struct subject *, const struct node *,
                      const char *path);

/* "… cannot be "x"", with what the field expects; reason may be NULL. */
void report_value(struct reader *, const struct subject *, const struct node *, const char *reason);
/* "… must be a text, not a list" */
void report_kind(struct reader *, const struct subject *, const struct node *, const char *wanted);
/* "… has no value" */
void report_no_value(struct reader *, const struct subject *, const struct node *,
                     const char *hint);

/* ---- source/read_values.c, read_lists.c, read_environment.c, read_source.c ---- */

void read_number(struct reader *, const struct subject *, const struct node *, struct number *);
void read_probe(struct reader *, const struct subject *, const struct node *, struct healthcheck *);
void read_list(struct reader *, const struct subject *, const struct node *, struct values *);
void read_hosts(struct reader *, const struct subject *, const struct node *, struct values *);
void read_command(struct reader *, const struct subject *, const struct node *, struct values *);
void read_labels(struct reader *, const struct subject *, const struct node *,
                 const struct label **ret, size_t *ret_n);
void read_environment(struct reader *, const struct subject *, const struct node *,
                      struct env_list *);
void read_env_file(struct reader *, const struct subject *, const struct node *, struct env_list *);

/* The text of a file that the spec names, or NULL after an error at `place`. */
const char *read_file(struct reader *, const struct place *, const char *path, size_t max);

/* Reads the section `secrets` of one file; names are unique across files. */
void read_secrets(struct reader *, const struct node *);

/* The field that is named, and only that, of a {secret | file | env} mapping; NULL after an error.
 * *ret_text is the value. */
const char *read_source(struct reader *, const struct section *, const struct node *,
                        const char *where, const char **ret_text);

#endif
