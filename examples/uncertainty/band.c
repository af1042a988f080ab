/* SPDX-License-Identifier: MIT-0 */
/* Draws the points of a file, the curve that the network makes of them, and how sure it is: the mean of 100 predictions
 * with dropout on, and two standard deviations to either side. */
#include <math.h>
#include <stdio.h>

#include "net.h"

enum { COLUMNS = 61, ROWS = 21 };

static const float width = 6, height = 3; /* x from -6 to 6, y from -3 to 3 */

static float x_of(int column) { return width * (2 * (float)column / (COLUMNS - 1) - 1); }
static float y_of(int row) { return height * (1 - 2 * (float)row / (ROWS - 1)); }
static long column_of(float x) { return lroundf((x / width + 1) / 2 * (COLUMNS - 1)); }
static long row_of(float y) { return lroundf((1 - y / height) / 2 * (ROWS - 1)); }

static char points[ROWS][COLUMNS];

static int read_points(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) {
        perror(path);
        return 0;
    }
    float x, y;
    if (fscanf(file, "x,y") != EOF) /* the names of the columns */
        while (fscanf(file, "%f,%f", &x, &y) == 2)
            if (fabsf(x) <= width && fabsf(y) <= height) points[row_of(y)][column_of(x)] = 1;
    fclose(file);
    return 1;
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fputs("usage: band points.csv\n", stderr);
        return 2;
    }
    if (!read_points(argv[1])) return 1;

    static curve_work work;
    float x[COLUMNS], mean[COLUMNS], std[COLUMNS];
    for (int i = 0; i < COLUMNS; i++) x[i] = x_of(i);
    curve_predict_mc(&curve_weights, &work, x, mean, std, COLUMNS, 0, 100 /* predictions */, 0 /* seed */);

    for (int row = 0; row < ROWS; row++) {
        printf("%4.1f ", (double)y_of(row));
        for (int i = 0; i < COLUMNS; i++) {
            const int is_within = fabsf(y_of(row) - mean[i]) <= 2 * std[i];
            fputs(points[row][i] ? "o" : row == row_of(mean[i]) ? "█" : is_within ? "░" : " ", stdout);
        }
        putchar('\n');
    }
    printf("   x ");
    for (int i = 0; i < COLUMNS; i += 10) printf("%-10.0f", (double)x[i]);
    printf("\n std ");
    for (int i = 0; i < COLUMNS; i += 10) printf("%-10.2f", (double)std[i]);
    putchar('\n');
    return 0;
}
