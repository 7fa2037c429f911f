/* plan_case.h - a story and the plan that is made of it, which lies in data/plan-<name>.txt. */
#ifndef TESTS_CORE_PLAN_CASE_H
#define TESTS_CORE_PLAN_CASE_H

#include <stdio.h>

#include "core/planning.h"

struct plan_case {
    const char *name;
    void (*prepare)(struct planning *);
    const char *only; /* agent; NULL: all */
};

#define CASE(name, agent)                                                                          \
    {                                                                                              \
#name, name, agent                                                                         \
    }

static inline const char *path_of(struct arena *a, const char *name)
{
    char *path = arena_printf(a, TEST_DATA "/plan-%s.txt", name);

    for (char *c = strrchr(path, '/'); *c; c++)
        if (*c == '_')
            *c = '-';
    return path;
}

static inline void write_text(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static inline const char *read_text(struct arena *a, const char *path)
{
    char *text = arena_alloc(a, 1 << 16);
    FILE *f = fopen(path, "r");

    if (!f)
        fail_msg("cannot read %s", path);
    text[fread(text, 1, (1 << 16) - 1, f)] = '\0';
    fclose(f);
    return text;
}

static inline void plan_case_check(const struct plan_case *c)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const char *path = path_of(a, c->name);
    struct planning p;

    story_begin(&p, a);
    c->prepare(&p);
    const char *text = plan_text(&p, &c->only, c->only ? 1 : 0);
    if (getenv("UPDATE_EXPECTED"))
        write_text(path, text);
    assert_string_equal(text, read_text(a, path));
}

#endif
