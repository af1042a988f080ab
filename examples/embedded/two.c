/* SPDX-License-Identifier: MIT-0 */
/* Two models in one program: they share nothing, but what one needs only while it predicts the other may have then. */
#include <stdio.h>

#include "gesture.h"
#include "place.h"
#include "sensor.h"

static union {
    place_work place;
    gesture_work gesture;
} work;

static int largest(const float *values, int count) {
    int best = 0;
    for (int i = 1; i < count; i++)
        if (values[i] > values[best]) best = i;
    return best;
}

int main(void) {
    static float second[GESTURE_IN];
    float probability[3];
    int right = 0;
    printf("Both work in %d bytes, of which places need %d.\n", (int)sizeof work, PLACE_WORK_BYTES);
    for (int i = 0; i < 90; i++) {
        float g[AXES];
        sensor_place(i % PLACES, 0, g);
        if (place_predict_one(&place_weights, &work.place, g, probability) != NNC_OK) return 1;
        right += largest(probability, PLACE_OUT) == i % PLACES;
        for (int t = 0; t < GESTURE_IN / AXES; t++) sensor_gesture(i / 3 % GESTURES, i + t, second + AXES * t);
        if (gesture_predict_one(&gesture_weights, &work.gesture, second, probability) != NNC_OK) return 1;
        right += largest(probability, GESTURE_OUT) == i / 3 % GESTURES;
    }
    printf("%d of 180 right\n", right);
    return 0;
}
