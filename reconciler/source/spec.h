/* spec.h - YAML specs: from files to 'struct spec', strictly.
 *
 * Every error of every file is collected, each with its place, and a suggestion where one is
 * near; a spec with an error yields nothing.  Scalars are never retyped: `no` stays "no".  No error
 * shows a secret: in the lines that are shown, secret values are asterisks. */
#ifndef SOURCE_SPEC_H
#define SOURCE_SPEC_H

#include "core/inputs.h"

struct spec_error {
    struct pos at;         /* file NULL: not about a place; line 0: about the file as a whole */
    unsigned length;       /* columns to underline, at least 1 */
    const char *text;      /* `unknown key "pull_polcy" in agents.support.sts` */
    const char *hint;      /* `did you mean "pull_policy"?`, or NULL */
    const char *line_text; /* the line of the file, tabs as they are; NULL if it is not shown */
};

struct spec_errors { /* files in the order of reading, then by line; at most about a hundred */
    const struct spec_error *items;
    size_t n;
};

struct spec_env {                                    /* where ${VAR} and {env: VAR} are looked up */
    const char *(*get)(void *ctx, const char *name); /* NULL: not set */
    void *ctx;
};

/* paths: files, or folders of which every *.yaml and *.yml is read, in name order; a file that is
 * named twice is read once.  Returns 0 with *ret filled, or -1 with *errors filled (n >= 1) and of
 * *ret only `files`.
 * n_paths = 0 is an empty spec, no error; an empty file and a folder without specs are errors. */
int spec_read(struct arena *, const char *const *paths, size_t n_paths, const struct spec_env *,
              struct spec *ret, struct spec_errors *errors) MUST_CHECK;

/* The keys under `service:` alone, for whoever has to know where the service is before anything is
 * done; errors elsewhere in the files, and files that cannot be read, are left to spec_read().  -1:
 * some of these keys are wrong; *errors says which and *ret has the others. */
int spec_read_service(struct arena *, const char *const *paths, size_t n_paths,
                      const struct spec_env *, struct service_spec *ret,
                      struct spec_errors *errors) MUST_CHECK;

/* What is said for the option of this name, as its text on a command line; NULL: nothing, or no
 * such key.  *ret_origin, unless NULL: where. */
const char *spec_service_text(struct arena *, const struct service_spec *, const char *name,
                              const struct origin **ret_origin);

/* One error as people read it: place, sentence, the line with a caret and the hint; one to three
 * lines, without a line break at the end. */
const char *spec_error_text(struct arena *, const struct spec_error *);

const char *spec_schema_json(struct arena *);        /* specs/schema.json, draft-07 */
const char *spec_reference_markdown(struct arena *); /* the table in README.md */

#endif
