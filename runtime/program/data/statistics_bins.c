/* SPDX-License-Identifier: MIT-0 */
/* statistics_bins.c - what Discretization and IntegerLookup learn of their values, as adapt() of Keras 3.15.1 does: the
 * same steps in the same precision, so that boundaries are the same. */
#include "data/data.h"
#include "host/host.h"

#include <math.h>

/* Values that stand for all, ascending, and how many each stands for; a summary of a summary is shorter. */
enum { NNC_QUANTILES = 100 };
typedef struct nnc_quantiles {
    float value[2 * NNC_QUANTILES], weight[2 * NNC_QUANTILES];
    size_t count;
} nnc_quantiles;

/* About a hundred of the values. */
static void nnc_quantiles_of(const double *sorted, size_t count, nnc_quantiles *all) {
    double each = (double)count / (double)NNC_QUANTILES, step = each > 1 ? each : 1;
    all->count = 0;
    for (size_t i = (size_t)(step - 1); i < count && all->count < 2 * NNC_QUANTILES; i += (size_t)step) {
        all->value[all->count] = (float)sorted[i];
        all->weight[all->count++] = (float)step;
    }
}

/* What `values` are at x, between the places `at`, as numpy.interp has it. */
static double nnc_between(double x, const float *at, const float *values, size_t count) {
    size_t i = 0;
    while (i + 1 < count && (double)at[i + 1] <= x) {
        i++;
    }
    if (x < (double)at[0] || i + 1 == count) {
        return (double)values[i];
    }
    double slope = ((double)values[i + 1] - (double)values[i]) / ((double)at[i + 1] - (double)at[i]);
    return slope * (x - (double)at[i]) + (double)values[i];
}

/* One value for each part of `part` of the weight. */
static void nnc_compress(nnc_quantiles *all, double part) {
    nnc_quantiles from = *all;
    float sums[2 * NNC_QUANTILES], shares[2 * NNC_QUANTILES], sum = 0;
    size_t count = (size_t)ceil(1 / part);
    double before = 0;
    if ((double)from.count * part < 1) {
        return;
    }
    for (size_t i = 0; i < from.count; i++) {
        sums[i] = sum += from.weight[i];
    }
    for (size_t i = 0; i < from.count; i++) {
        shares[i] = sums[i] / sum;
    }
    all->count = count < 2 * NNC_QUANTILES ? count : 2 * NNC_QUANTILES;
    for (size_t i = 0; i < all->count; i++) {
        double share = part + (double)i * part, up_to = nnc_between(share, shares, sums, from.count);
        all->value[i] = (float)nnc_between(share, shares, from.value, from.count);
        all->weight[i] = (float)(up_to - before);
        before = up_to;
    }
}

NNC_API size_t nnc_bin_bounds(const double *sorted, size_t count, double *found, size_t room) {
    nnc_quantiles all;
    nnc_quantiles_of(sorted, count, &all);
    nnc_compress(&all, 1.0 / (double)NNC_QUANTILES);
    nnc_compress(&all, 1 / (double)(room + 1));
    size_t learned = all.count > room ? room : all.count > 0 ? all.count - 1 : 0;
    for (size_t i = 0; i < learned; i++) {
        found[i] = (double)all.value[i];
    }
    return learned;
}

NNC_API size_t nnc_frequent(const double *sorted, size_t count, double *found, size_t room) {
    size_t learned = 0, most = count;
    /* All that occur as often as the most frequent, then the next; there are few different frequencies. */
    while (most > 0 && learned < room) {
        size_t next = 0;
        for (size_t end = count, begin = count; end > 0; end = begin) {
            while (begin > 0 && sorted[begin - 1] >= sorted[end - 1]) {
                begin--;
            }
            if (end - begin == most && learned < room && !(sorted[begin] >= -1 && sorted[begin] <= -1)) {
                found[learned++] = sorted[begin];
            }
            next = end - begin < most && end - begin > next ? end - begin : next;
        }
        most = next;
    }
    return learned;
}
