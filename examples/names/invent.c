/* SPDX-License-Identifier: MIT-0 */
/* Invents names of dinosaurs, letter by letter: the network says how likely each letter is to come next, a die says
 * which it is. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "net.h"

enum { END = 0, BEGIN = 27, LONGEST = 24 };

/* A letter at random: the likelier, the oftener. Probabilities are squared, so that it rarely takes one in which little
 * trust is put. */
static int32_t draw(const float *probability) {
    float sum = 0;
    for (int letter = 0; letter < NAMES_STEP_OUT; letter++) sum += probability[letter] * probability[letter];
    float left = sum * (float)rand() / ((float)RAND_MAX + 1);
    int32_t letter = NAMES_STEP_OUT - 1;
    while (letter > END && (left -= probability[letter] * probability[letter]) >= 0) letter--;
    return letter;
}

int main(int argc, char **argv) {
    static names_state state; /* what the network remembers of the name so far */
    float probability[NAMES_STEP_OUT];
    srand(argc > 1 ? (unsigned)atoi(argv[1]) : 1);
    for (int i = 0; i < 20; i++) {
        int32_t letter = BEGIN;
        names_reset(&state);
        for (int n = 0; n < LONGEST; n++) {
            names_step(&names_weights, &state, &letter, probability);
            letter = draw(probability);
            if (letter == END) break;
            putchar((n ? 'a' : 'A') + letter - 1);
        }
        putchar('\n');
    }
    return 0;
}
