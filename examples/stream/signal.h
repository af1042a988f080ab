/* SPDX-License-Identifier: MIT-0 */
/* The sensor of a motor that is not there: a hum of two tones and some noise, and a knock in every turn once a bearing
 * is worn. */
#ifndef SIGNAL_H
#define SIGNAL_H

#include <math.h>
#include <stdint.h>

static uint32_t signal_random = 1;

static float signal_noise(void) { /* uniform in [-1, 1) */
    signal_random = signal_random * 1664525u + 1013904223u;
    return (float)(signal_random >> 8) / (float)(1 << 23) - 1.0f;
}

static float signal_at(double time, int is_worn) {
    const double hum = 0.5 * sin(0.7 * time) + 0.3 * sin(0.19 * time + 1);
    const double knock = is_worn && fmod(time, 33) < 2 ? 0.6 : 0;
    return (float)(hum + knock) + 0.02f * signal_noise();
}

#endif
