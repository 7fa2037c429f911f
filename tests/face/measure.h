/* measure.h - what a run of a test takes: time by the machine's clock, memory, descriptors.
 * Printed, for the machine may be busy. */
#ifndef TESTS_FACE_MEASURE_H
#define TESTS_FACE_MEASURE_H

#include <dirent.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"

/* The clock of the machine: that of the service is virtual. */
static inline int64_t now_us(void)
{
    struct timespec t;

    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

struct times {
    ARRAY(int64_t) us;
};

static inline int by_size(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static inline double at_ms(const struct times *t, size_t i)
{
    return (double)t->us.items[i] / 1e3;
}

static inline void print_times(const char *what, struct times *t)
{
    size_t n = t->us.n;

    if (n == 0)
        return;
    qsort(t->us.items, n, sizeof *t->us.items, by_size);
    printf("  %-42s p50 %6.2f ms   p99 %6.2f ms   max %6.2f ms   (%zu)\n", what, at_ms(t, n / 2),
           at_ms(t, n * 99 / 100), at_ms(t, n - 1), n);
}

size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

struct use { /* of this program; the heap without what is in the test's own arena */
    size_t heap_kib, descriptors;
    long resident_kib;
};

static inline struct use use_now(const struct arena *own)
{
    struct use use = {0};
    char line[200];
    FILE *f = fopen("/proc/self/status", "r");
    DIR *d = opendir("/proc/self/fd");

    use.heap_kib =
        ((__sanitizer_get_current_allocated_bytes ? __sanitizer_get_current_allocated_bytes()
                                                  : mallinfo2().uordblks + mallinfo2().hblkhd) -
         arena_used(own)) /
        1024;
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "VmRSS: %ld", &use.resident_kib) == 1)
            break;
    while (d && readdir(d))
        use.descriptors++;
    fclose(f);
    closedir(d);
    return use;
}

#endif
