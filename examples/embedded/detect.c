/* SPDX-License-Identifier: MIT-0 */
/* Says what a hand does while it does it: a step of the network for every sample. */
#include <stdio.h>

#include "gesture.h"
#include "sensor.h"

int main(void) {
    static const char *const names[GESTURE_OUT] = {"rest", "shake", "circle"};
    static const int hand[] = {REST, SHAKE, REST, CIRCLE, SHAKE};
    static gesture_state state; /* all that goes on from sample to sample */
    int said = -1;
    gesture_reset(&state);
    printf("The network remembers %d bytes.\n", (int)GESTURE_STATE_BYTES);
    for (int time = 0; time < 5 * 64; time++) {
        float g[AXES], probability[GESTURE_OUT];
        sensor_gesture(hand[time / 64], time, g);
        if (gesture_step(&gesture_weights, &state, g, probability) != NNC_OK) return 1;
        for (int i = 0; i < GESTURE_OUT; i++)
            if (probability[i] > 0.9f && i != said) {
                said = i;
                printf("%5.2f s, %s: %s\n", time / 32.0, names[hand[time / 64]], names[i]);
            }
    }
    return 0;
}
