/* SPDX-License-Identifier: MIT-0 */
/* A program with a trained network inside. It reads the digits that were held out from digits.csv, asks the network,
 * and draws some of them in the terminal beside its answer.
 *
 *   nnc --inference-only --weights digits.safetensors digits.nn -o net.c
 *   cc -O2 $(nnc --cflags) show.c net.c -o show $(nnc --libs)
 *   ./show digits.csv
 */
#include <stdio.h>
#include <stdlib.h>

#include "net.h"

enum { SIDE = 8, PIXELS = SIDE * SIDE, BRIGHTEST = 16, CLASSES = 10, HELD_OUT = 360, ACROSS = 4 };

typedef struct Digit {
    float pixels[PIXELS]; /* 0 … BRIGHTEST, as in the file: the network scales them itself */
    int label, answer;
    float certainty; /* probability of the answer */
} Digit;

/* Reads the last HELD_OUT rows of the file; digits that come after them in the file take the place of older ones. */
static void read_digits(const char *path, Digit *digits) {
    FILE *file = fopen(path, "r");
    if (!file) {
        perror(path);
        exit(1);
    }
    int rows = 0, value, c;
    do c = getc(file); /* the names of the columns */
    while (c != '\n' && c != EOF);
    for (; fscanf(file, "%d", &value) == 1; rows++) {
        Digit *digit = &digits[rows % HELD_OUT];
        for (int i = 0; i < PIXELS; i++) {
            digit->pixels[i] = (float)value;
            if (fscanf(file, ",%d", &value) != 1) {
                fprintf(stderr, "%s: row %d has too few columns\n", path, rows + 1);
                exit(1);
            }
        }
        digit->label = value;
    }
    fclose(file);
    if (rows < HELD_OUT) {
        fprintf(stderr, "%s: %d rows where at least %d are needed\n", path, rows, HELD_OUT);
        exit(1);
    }
}

static void ask_network(Digit *digit) {
    static digits_work work; /* the network's scratch memory: it has none of its own */
    float probability[CLASSES];
    if (digits_predict(&digits_weights, &work, digit->pixels, probability, 1) != 0) {
        fprintf(stderr, "the network refused the digit\n");
        exit(1);
    }
    digit->answer = 0;
    for (int i = 1; i < CLASSES; i++) {
        if (probability[i] > probability[digit->answer]) digit->answer = i;
    }
    digit->certainty = probability[digit->answer];
}

/* A row of digits, two characters for a pixel, and a line of answers below. */
static void draw(const Digit *const *digits, int count) {
    static const char *const shades[] = {"  ", "░░", "▒▒", "▓▓", "██"};
    const int darkest = (int)(sizeof shades / sizeof *shades) - 1;
    for (int y = 0; y < SIDE; y++) {
        for (int i = 0; i < count; i++) {
            printf("  ");
            for (int x = 0; x < SIDE; x++)
                printf("%s", shades[(int)(digits[i]->pixels[y * SIDE + x] / BRIGHTEST * (float)darkest + 0.5f)]);
        }
        printf("\n");
    }
    for (int i = 0; i < count; i++) {
        const Digit *digit = digits[i];
        const int percent = (int)(100 * digit->certainty + 0.5f);
        if (digit->answer == digit->label) printf("  %d, right (%3d %%)", digit->answer, percent);
        else printf("  %d, wrong: it's %d", digit->answer, digit->label);
    }
    printf("\n\n");
}

int main(int argc, char **argv) {
    static Digit digits[HELD_OUT];
    const Digit *right[ACROSS], *wrong[ACROSS];
    int right_count = 0, wrong_count = 0;
    if (argc != 2) {
        fprintf(stderr, "usage: %s digits.csv\n", argv[0]);
        return 2;
    }
    read_digits(argv[1], digits);
    for (int i = 0; i < HELD_OUT; i++) {
        ask_network(&digits[i]);
        if (digits[i].answer == digits[i].label) {
            if (right_count < ACROSS) right[right_count] = &digits[i];
            right_count++;
        } else {
            if (wrong_count < ACROSS) wrong[wrong_count] = &digits[i];
            wrong_count++;
        }
    }
    printf("%d of %d digits that the network had never seen are read right.\n\n", right_count, HELD_OUT);
    draw(right, right_count < ACROSS ? right_count : ACROSS);
    if (wrong_count > 0) draw(wrong, wrong_count < ACROSS ? wrong_count : ACROSS);
    return 0;
}
