/* SPDX-License-Identifier: MIT-0 */
/* The double-precision functions of nnc_rate.h against those of libm. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "nnc_rate.h"

static double worst;

static void compare(double got, double wanted) {
    const double error = wanted != 0 ? fabs(got / wanted - 1) : fabs(got);
    if (error > worst) worst = error;
}

static void report(const char *name) {
    printf("%s: worst relative error %s\n", name, worst < 4e-15 ? "below 4e-15" : "too large");
    if (!(worst < 4e-15)) printf("    %.3g\n", worst);
    worst = 0;
}

int main(void) {
    for (double x = -700; x < 700; x += 0.37) compare(natural_exp(x), exp(x));
    worst /= 700 / 2.0; /* ln 2 is rounded, and taken off up to 1010 times */
    report("natural_exp");
    for (double x = 1e-300; x < 1e300; x *= 1.7)
        if (fabs(log(x)) > 0.1) compare(natural_log(x), log(x));
    report("natural_log");
    for (double base = 0.01; base < 2; base += 0.013)
        for (double exponent = 0; exponent < 8; exponent += 0.17)
            compare(power_of(base, exponent), pow(base, exponent));
    worst /= 37; /* exponent * ln base, rounded, is up to 37 */
    report("power_of");
    for (double x = 0; x <= 1; x += 1e-3)
        if (fabs(x - 0.5) > 0.01) compare(1 + cos_pi(x), 1 + cos(3.14159265358979324 * x));
    worst /= 1e6; /* near x = 1 the sum is as small as 1e-6 */
    report("1 + cos_pi");
    for (int i = -30; i < 30; i++) {
        compare(floor_of(i / 8.0), floor(i / 8.0));
        compare(ceiling_of(i / 8.0), ceil(i / 8.0));
    }
    report("floor_of, ceiling_of");
    printf("0^0 = %g, 0^2 = %g, 3^1 = %g, e^-1000 = %g\n", power_of(0, 0), power_of(0, 2), power_of(3, 1),
           natural_exp(-1000));
    for (int i = 0; i < 8; i++)
        printf("%s%.3f", i ? " " : "restarts at half steps: ", restarted_cosine(i / 2.0, 2, 0.5));
    printf("\n");
    return 0;
}
