#include "source/spec_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "source/file.h"

enum { MAX_FILE = 1 << 20, MAX_FILES = 1000 };

struct identity {
    dev_t device;
    ino_t inode;
};

struct collection {
    struct arena *arena;
    struct report *report;
    struct spec_files *files;
    ARRAY(struct identity) seen;
};

static void fail(struct collection *c, const char *path, const char *text)
{
    struct place place = {.file = report_file(c->report, path, NULL, 0)};
    report_error(c->report, &place, NULL, "%s", text);
}

static bool seen_before(struct collection *c, const struct file *f)
{
    for (size_t i = 0; i < c->seen.n; i++)
        if (c->seen.items[i].device == f->device && c->seen.items[i].inode == f->inode)
            return true;
    ARRAY_PUSH(c->arena, c->seen, ((struct identity){f->device, f->inode}));
    return false;
}

static void add_file(struct collection *c, const char *path)
{
    struct file file;
    struct err err;

    if (file_read(c->arena, path, MAX_FILE, &file, &err) < 0) {
        report_input(c->report, path, NULL, 0);
        fail(c, path, arena_strdup(c->arena, err.text));
        return;
    }
    if (seen_before(c, &file))
        return;
    report_input(c->report, path, file.bytes, file.len);
    if (c->files->list.n == MAX_FILES) {
        fail(c, path, arena_printf(c->arena, "more than %d spec files", MAX_FILES));
        return;
    }
    if (text_starts(file.bytes, "\xef\xbb\xbf")) {
        file.bytes += 3;
        file.len -= 3;
    }
    ARRAY_PUSH(c->arena, c->files->list, report_file(c->report, path, file.bytes, file.len));
}

static int is_spec_name(const struct dirent *e)
{
    return e->d_name[0] != '.' && (text_ends(e->d_name, ".yaml") || text_ends(e->d_name, ".yml"));
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void add_folder(struct collection *c, const char *path)
{
    struct dirent **names;
    int n = scandir(path, &names, is_spec_name, by_name);

    if (n < 0) {
        fail(c, path, arena_printf(c->arena, "the folder cannot be read: %s", strerror(errno)));
        return;
    }
    for (int i = 0; i < n; i++) {
        add_file(c, arena_printf(c->arena, "%s%s%s", path, text_ends(path, "/") ? "" : "/",
                                 names[i]->d_name));
        free(names[i]);
    }
    free(names);
    if (n == 0)
        fail(c, path, "no *.yaml and no *.yml in this folder");
}

void spec_files_read(struct arena *a, struct report *r, const char *const *paths, size_t n,
                     struct spec_files *ret)
{
    struct collection c = {.arena = a, .report = r, .files = ret};

    *ret = (struct spec_files){0};
    for (size_t i = 0; i < n; i++) {
        struct stat st;
        if (stat(paths[i], &st) == 0 && S_ISDIR(st.st_mode))
            add_folder(&c, paths[i]);
        else
            add_file(&c, paths[i]);
    }
}
