/* SPDX-License-Identifier: MIT-0 */
/* What the processor is taken to be able to do: what it can and has a name of at most LONGEST letters (avx2, fma;
 * avx512f is longer); with no LONGEST all that it can. */
#include <stdlib.h>

static int taken(size_t letters, int supported) {
    const char *const longest = getenv("LONGEST");
    return supported && (!longest || letters <= strtoul(longest, NULL, 10));
}

#define __builtin_cpu_supports(set) taken(sizeof(set) - 1, __builtin_cpu_supports(set))
