/* cli_fixture.h - an environment made of a list, and the program run with streams in memory. */
#ifndef TEST_CLI_FIXTURE_H
#define TEST_CLI_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "cli/cmd.h"

enum { MAX_ARGS = 16 };

/* ctx is a NULL-terminated list "NAME=value". */
static inline const char *list_get(void *ctx, const char *name)
{
    size_t n = strlen(name);

    for (const char *const *v = ctx; v && *v; v++)
        if (strncmp(*v, name, n) == 0 && (*v)[n] == '=')
            return *v + n + 1;
    return NULL;
}

static inline struct spec_env env_of(const char *const *list)
{
    return (struct spec_env){list_get, (void *)(uintptr_t)list};
}

/* "diff -f x" in words; getopt permutes the array, so each run has its own. */
static inline int words_of(struct arena *a, const char *line, char **ret)
{
    int n = 0;

    ret[n++] = arena_strdup(a, "avr-reconciler");
    for (char *word = strtok(arena_strdup(a, line), " "); word; word = strtok(NULL, " "))
        ret[n++] = word;
    ret[n] = NULL;
    return n;
}

struct ran {
    enum exit_code code;
    char *out, *err;
};

static inline struct ran run_program(struct arena *a, const char *line, const char *const *list)
{
    struct spec_env env = env_of(list);
    struct ran ran = {0};
    char *argv[MAX_ARGS], *out = NULL, *err = NULL;
    size_t n_out = 0, n_err = 0;
    int argc = words_of(a, line, argv);
    FILE *o = open_memstream(&out, &n_out), *e = open_memstream(&err, &n_err);

    ran.code = cli_main(argc, argv, &env, o, e);
    fclose(o);
    fclose(e);
    ran.out = arena_strdup(a, out);
    ran.err = arena_strdup(a, err);
    free(out);
    free(err);
    return ran;
}

static inline int arena_setup(void **state)
{
    *state = arena_new();
    return 0;
}

static inline int arena_teardown(void **state)
{
    arena_free(*state);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, arena_setup, arena_teardown)

static inline void assert_contains(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in:\n%s", part, text);
}

#endif
