/* measure - runs a program and appends one line about it to a file.
 *
 * Usage: measure FILE PROGRAM [ARGUMENT...]
 *
 * The line: wall clock in microseconds, CPU (user and system) in microseconds, peak memory in KiB,
 * as the kernel counted them for this process alone.  Ends with the program's exit code. */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long us_of(struct timeval t)
{
    return (long long)t.tv_sec * 1000000 + t.tv_usec;
}

static long long now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int append(const char *path, long long wall_us, const struct rusage *use)
{
    FILE *file = fopen(path, "ae");

    if (!file) {
        fprintf(stderr, "measure: %s: %s\n", path, strerror(errno));
        return -1;
    }
    fprintf(file, "%lld\t%lld\t%ld\n", wall_us, us_of(use->ru_utime) + us_of(use->ru_stime),
            use->ru_maxrss);
    return fclose(file);
}

int main(int argc, char **argv)
{
    struct rusage use;
    int status;
    pid_t pid;

    if (argc < 3) {
        fprintf(stderr, "usage: measure FILE PROGRAM [ARGUMENT...]\n");
        return 64;
    }
    long long begun = now_us();
    int error = posix_spawnp(&pid, argv[2], NULL, NULL, argv + 2, environ);
    if (error) {
        fprintf(stderr, "measure: %s: %s\n", argv[2], strerror(error));
        return 127;
    }
    if (wait4(pid, &status, 0, &use) < 0)
        return 127;
    if (append(argv[1], now_us() - begun, &use) < 0)
        return 127;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
