/* SPDX-License-Identifier: MIT-0 */
/* Writes what to train with: `record place` a place in each line, `record gesture` 32 samples, whose second half at
 * least is one gesture, for a network that steps along hears how one becomes another; the class comes last. */
#include <stdio.h>
#include <string.h>

#include "sensor.h"

enum { LINES = 600, SAMPLES = 32 };

int main(int argc, char **argv) {
    const int gestures = argc > 1 && !strcmp(argv[1], "gesture");
    for (int line = 0; line < LINES; line++) {
        const int class = line % 3, begin = (int)(64 * (1 + sensor_noise()));
        for (int i = 0; i < (gestures ? SAMPLES : 1); i++) {
            float g[AXES];
            if (gestures) sensor_gesture(i < begin % (SAMPLES / 2) ? (class + line / 3) % 3 : class, begin + i, g);
            else sensor_place(class, 0, g);
            printf("%.4f,%.4f,%.4f,", (double)g[0], (double)g[1], (double)g[2]);
        }
        printf("%d\n", class);
    }
    return 0;
}
