/* cycles - several looks of one session: what a cycle costs once everything is known.
 *
 * Usage: cycles COUNT OPTION-OF-DIFF...
 *
 * A line for each cycle: requests to the engine, wall clock of the look, CPU of the look, CPU of
 * reading specs and database, all times in microseconds, and the number of steps planned. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "cli/cmd.h"
#include "cli/configure.h"

struct cost {
    long long wall_us, cpu_us;
};

static struct cost spent(void)
{
    struct timespec now;
    struct rusage use;

    clock_gettime(CLOCK_MONOTONIC, &now);
    getrusage(RUSAGE_SELF, &use);
    return (struct cost){
        .wall_us = (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000,
        .cpu_us = (long long)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000000 +
                  use.ru_utime.tv_usec + use.ru_stime.tv_usec,
    };
}

static const char *get(void *ctx, const char *name)
{
    (void)ctx;
    return getenv(name);
}

static int fail(const char *text)
{
    fprintf(stderr, "cycles: %s\n", text);
    return 1;
}

static int cycle(struct session *session, const struct config *config)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct plan_options options = {0};
    struct spec_errors errors;
    struct sources sources;
    struct look look;
    struct err err = {0};
    size_t steps = 0;

    unsigned long requests = session_stats(session).requests;
    struct cost begun = spent();
    if (sources_read(a, config, &sources, &errors, &err) < 0)
        return fail(err.text);
    struct cost read = spent();
    if (session_look(session, a, &sources, &options, NULL, 0, &look, &err) < 0)
        return fail(err.text);
    struct cost looked = spent();
    for (size_t i = 0; i < look.plan.n_agents; i++)
        steps += look.plan.agents[i].n_steps;
    printf("%lu\t%lld\t%lld\t%lld\t%zu\n", session_stats(session).requests - requests,
           looked.wall_us - read.wall_us, looked.cpu_us - read.cpu_us, read.cpu_us - begun.cpu_us,
           steps);
    return 0;
}

int main(int argc, char **argv)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct spec_env env = {.get = get};
    struct options opt;
    struct config config;
    struct err err = {0};
    int code = 0;

    if (argc < 3)
        return fail("usage: cycles COUNT OPTION-OF-DIFF...");
    long count = strtol(argv[1], NULL, 10);
    argv[1] = "diff";
    if (options_parse(a, argc, argv, &env, &opt, &err) < 0 ||
        configure(a, &opt, &env, &config, &err) < 0)
        return fail(err.text);
    struct session *session = session_new(&config, true);
    session_watch(session);
    for (long i = 0; i < count && !code; i++)
        code = cycle(session, &config);
    session_free(session);
    return code;
}
