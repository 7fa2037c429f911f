#include "base/histogram.h"

const double histogram_bounds[HISTOGRAM_BOUNDS] = {.005, .01, .025, .05, .1, .25,
                                                   .5,   1.,  2.5,  10., 30.};

void histogram_add(struct histogram *h, double seconds)
{
    if (!(seconds > 0.))
        seconds = 0.;
    for (size_t i = 0; i < HISTOGRAM_BOUNDS; i++)
        h->under[i] += seconds <= histogram_bounds[i];
    h->count++;
    h->sum += seconds;
}
