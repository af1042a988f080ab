/* SPDX-License-Identifier: MIT-0 */
/* A Cortex-M4F that was delivered with a model, and mounted otherwise than those that the model was trained with. It
 * trains the baked weights on with what it feels now, and keeps what it has learned over a restart: here in a file
 * of the debugger's machine, on a device in a page of its flash. */
#include <stdio.h>

#include "place.h"
#include "sensor.h"

static place_trainer trainer; /* weights, the optimizer's states, scratch memory: all that training needs */
static place_work work;
static unsigned char flash[PLACE_SAVE_BYTES];
static const float mounted = 0.9f; /* radians */

static int correct(const place_params *weights) {
    int right = 0;
    for (int i = 0; i < 100 * PLACES; i++) {
        float g[AXES], probability[PLACE_OUT];
        const int place = i % PLACES;
        sensor_place(place, mounted, g);
        place_predict_one(weights, &work, g, probability);
        right += probability[place] > 0.5f;
    }
    return right / PLACES;
}

static int restore(void) {
    static place_params weights;
    FILE *const file = fopen("flash.bin", "rb");
    const size_t size = file ? fread(flash, 1, sizeof flash, file) : 0;
    if (file) fclose(file);
    if (place_load(&weights, flash, size) != NNC_OK) return 0; /* nothing there, or damaged: as delivered */
    printf("kept over the restart: %d %% right\n", correct(&weights));
    return 1;
}

static int keep(void) {
    size_t size;
    if (place_save(&trainer.params, flash, sizeof flash, &size) != NNC_OK) return 0;
    FILE *const file = fopen("flash.bin", "wb");
    return file && fwrite(flash, 1, size, file) == size && fclose(file) == 0;
}

int main(void) {
    if (restore()) return 0;
    printf("as delivered: %d %% right\n", correct(&place_weights));
    if (place_train_from(&trainer, &place_weights, 1) != NNC_OK) return 1;
    for (int32_t i = 0; i < 900; i++) {
        const int32_t place = i % PLACES;
        float g[AXES], sums[PLACE_SUMS];
        sensor_place(place, mounted, g);
        if (place_train_step(&trainer, g, &place, NULL, 1, sums) != NNC_OK) return 1;
    }
    printf("adapted: %d %% right\n", correct(&trainer.params));
    return !keep();
}
