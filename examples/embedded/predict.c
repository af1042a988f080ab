/* SPDX-License-Identifier: MIT-0 */
/* The smallest program: how does the device lie? */
#include <stdio.h>

#include "place.h"

static place_work work; /* all the memory that prediction needs */

int main(void) {
    static const char *const names[PLACE_OUT] = {"flat", "on its side", "upright"};
    const float g[PLACE_IN] = {0.1f, 0.95f, -0.2f}; /* what the sensor says */
    float probability[PLACE_OUT];
    const int status = place_predict_one(&place_weights, &work, g, probability);
    if (status != NNC_OK) {
        printf("%s\n", place_strerror(status));
        return 1;
    }
    for (int i = 0; i < PLACE_OUT; i++) printf("%s: %.0f %%\n", names[i], 100 * (double)probability[i]);
    return 0;
}
