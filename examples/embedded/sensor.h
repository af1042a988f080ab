/* SPDX-License-Identifier: MIT-0 */
/* An accelerometer that is made up: what it would say, in g along x, y and z, of a device that lies, stands on its side
 * or upright, and of a hand that rests, shakes it or draws a circle with it. */
#include <math.h>
#include <stdint.h>

enum { AXES = 3, FLAT = 0, SIDE, UPRIGHT, PLACES, REST = 0, SHAKE, CIRCLE, GESTURES };

/* In [-1, 1), the same on every machine. */
static float sensor_noise(void) {
    static uint32_t state = 1;
    state = state * UINT32_C(1664525) + UINT32_C(1013904223);
    return (float)(int32_t)(state >> 8) / 8388608.0f - 1.0f;
}

/* Gravity, as a device feels it that is mounted turned by `angle` around x and then z. */
static inline void sensor_place(int place, float angle, float g[AXES]) {
    const float s = sinf(angle), c = cosf(angle);
    const float x = place == SIDE, y = place == UPRIGHT, z = place == FLAT;
    const float turned = c * y - s * z;
    g[0] = c * x - s * turned + 0.2f * sensor_noise();
    g[1] = s * x + c * turned + 0.2f * sensor_noise();
    g[2] = s * y + c * z + 0.2f * sensor_noise();
}

/* Sample number `time` of a gesture, 32 to a second, without gravity. */
static inline void sensor_gesture(int gesture, int time, float g[AXES]) {
    const float fast = 1.6f * (float)time, slow = 0.4f * (float)time;
    g[0] = (gesture == SHAKE) * sinf(fast) + (gesture == CIRCLE) * sinf(slow) + 0.15f * sensor_noise();
    g[1] = (gesture == CIRCLE) * cosf(slow) + 0.15f * sensor_noise();
    g[2] = 0.15f * sensor_noise();
}
