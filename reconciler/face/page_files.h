/* page_files.h - the page, embedded at build by cmake/embed_page.cmake. */
#ifndef FACE_PAGE_FILES_H
#define FACE_PAGE_FILES_H

#include <stddef.h>

struct page_file {
    const char *name;   /* "page.js" */
    const char *digest; /* of what it says */
    const unsigned char *plain;
    size_t plain_len;
    const unsigned char *packed; /* the same by gzip */
    size_t packed_len;
};

extern const struct page_file page_files[];
extern const size_t n_page_files;

#endif
