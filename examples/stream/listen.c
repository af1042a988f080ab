/* SPDX-License-Identifier: MIT-0 */
/* Listens to the motor, sample by sample, and says when it sounds otherwise than it should. */
#include <stdio.h>

#include "net.h"
#include "signal.h"

enum { SECONDS = 12, SAMPLES = 50 /* of a second */ };

int main(void) {
    static motor_state state; /* all that the network remembers: a few hundred bytes */
    float next = 0;
    printf("The network remembers %d bytes.\n", (int)MOTOR_STATE_BYTES);
    motor_reset(&state);
    for (int second = 0; second < SECONDS; second++) {
        double error = 0;
        for (int i = 0; i < SAMPLES; i++) {
            const int time = second * SAMPLES + i;
            const float sample = signal_at(time, second >= SECONDS / 2);
            if (time > 0) error += ((double)sample - (double)next) * ((double)sample - (double)next);
            motor_step(&motor_weights, &state, &sample, &next); /* what the next sample should be */
        }
        error = sqrt(error / SAMPLES);
        const char *said = second == 0 ? "still learning what it hears" : error > 0.1 ? "KNOCKING" : "";
        printf("second %2d: off by %.3f %s\n", second, error, said);
    }
    return 0;
}
