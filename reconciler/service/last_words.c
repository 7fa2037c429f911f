#include "service/last_words.h"

#include <string.h>

#include "base/array.h"
#include "core/hide.h"
#include "base/visible.h"

enum { COLUMNS = 400 };

size_t last_words(struct arena *a, const char *log, const struct env_list *env,
                  const char *const **ret)
{
    ARRAY(const char *) lines = {0};

    while (*log) {
        size_t n = strcspn(log, "\n");
        const char *line = hide_secrets(a, arena_strndup(a, log, n), env);
        ARRAY_PUSH(a, lines, visible_cut(a, visible_text(a, line), COLUMNS));
        log += n + (log[n] == '\n');
    }
    *ret = lines.items;
    return lines.n;
}
