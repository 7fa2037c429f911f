#include "control/sources.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/text.h"
#include "source/database.h"

/* Where relative binds of a spec may lead: the folder it lies in. */
static const char *folder_of(struct arena *a, const char *path)
{
    struct stat st;
    char *real = realpath(path, NULL);

    if (!real)
        return NULL;
    char *folder = arena_strdup(a, real);
    free(real);
    if (stat(folder, &st) == 0 && S_ISDIR(st.st_mode))
        return folder;
    char *slash = strrchr(folder, '/');
    if (slash && slash != folder)
        *slash = '\0';
    return folder;
}

static void collect_roots(struct arena *a, const struct config *config, struct sources *s)
{
    ARRAY(const char *) roots = {0};

    for (size_t i = 0; i < config->n_bind_roots; i++)
        ARRAY_PUSH(a, roots, config->bind_roots[i]);
    for (size_t i = 0; i < config->n_spec_paths; i++) {
        const char *folder = folder_of(a, config->spec_paths[i]);
        if (folder)
            ARRAY_PUSH(a, roots, folder);
    }
    s->bind_roots = roots.items;
    s->n_bind_roots = roots.n;
}

static const char *list_sources(struct arena *a, const struct config *config, const char *database)
{
    struct text t = {.arena = a};

    for (size_t i = 0; i < config->n_spec_paths; i++)
        text_printf(&t, "%s%s", i ? ", " : "", config->spec_paths[i]);
    if (database) {
        const char *slash = strrchr(database, '/');
        text_printf(&t, "%s%s", t.len ? ", " : "", slash ? slash + 1 : database);
    }
    return text_str(&t);
}

int sources_read(struct arena *a, const struct config *config, struct sources *ret,
                 struct spec_errors *errors, struct err *err)
{
    struct sources s = {0};

    *errors = (struct spec_errors){0};
    if (spec_read(a, config->spec_paths, config->n_spec_paths, &config->env, &s.spec, errors) < 0)
        return err_set(err, ERR_INVALID, "the specs are not valid");
    const char *path = s.spec.database.text ? s.spec.database.text : config->database;
    if (path && database_read(a, path, &s.database, err) < 0) {
        err->code = ERR_UNREACHABLE; /* whatever is wrong with it: nothing can be read from it */
        return -1;
    }
    merge(a, &s.spec, &s.database, &config->host, true, &s.desired);
    s.text = list_sources(a, config, path);
    collect_roots(a, config, &s);
    *ret = s;
    return 0;
}
