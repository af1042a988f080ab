/* SPDX-License-Identifier: MIT-0 */
/* Writes 400 recordings of the sound motor: 65 samples each, from a random time on. */
#include <stdio.h>

#include "signal.h"

int main(void) {
    for (int i = 0; i < 400; i++) {
        const double from = 500 * (1 + (double)signal_noise());
        for (int t = 0; t < 65; t++) printf("%.5f%c", (double)signal_at(from + t, 0), t < 64 ? ',' : '\n');
    }
    return 0;
}
