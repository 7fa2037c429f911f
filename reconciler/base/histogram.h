/* histogram.h - how long something took, many times over: counts under fixed bounds. */
#ifndef BASE_HISTOGRAM_H
#define BASE_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

enum { HISTOGRAM_BOUNDS = 11 };
extern const double histogram_bounds[HISTOGRAM_BOUNDS]; /* seconds, rising: 5 ms to 30 s */

struct histogram {                    /* zero-initialised: nothing was measured */
    uint64_t under[HISTOGRAM_BOUNDS]; /* those at most as long as the bound, all of them */
    uint64_t count;
    double sum; /* seconds */
};

void histogram_add(struct histogram *, double seconds); /* negative: counts as 0 */

#endif
