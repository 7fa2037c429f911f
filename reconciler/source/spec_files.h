/* spec_files.h - which files a spec is made of, and their text. */
#ifndef SOURCE_SPEC_FILES_H
#define SOURCE_SPEC_FILES_H

#include "source/report.h"

struct spec_files {
    ARRAY(struct source_file *) list;
};

/* A file is itself; a folder is every *.yaml and *.yml in it that does not begin with a dot, in
 * name order.  A file that is named twice is read once.  What cannot be read, and a folder without
 * specs, is an error: an empty folder may be a mount that is missing. */
void spec_files_read(struct arena *, struct report *, const char *const *paths, size_t n,
                     struct spec_files *ret);

#endif
