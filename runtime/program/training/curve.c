/* SPDX-License-Identifier: MIT-0 */
/* curve.c - the loss over the epochs as a small picture on the terminal, in braille: 2 x 4 dots a character. */
#include "training/training.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NNC_CURVE_ROWS = 7, NNC_CURVE_COLUMNS = 56, NNC_CURVE_LABEL = 26, NNC_CURVE_SIDE = 10 };

typedef struct nnc_curve {
    double low, high, sum, count;                              /* of the columns' means */
    int is_log, columns;                                       /* columns of characters */
    unsigned char cells[2][NNC_CURVE_ROWS][NNC_CURVE_COLUMNS]; /* dots of the loss and of the validation's */
} nnc_curve;

/* The mean of the epochs that fall into column `x` of dots; NaN when it has none. */
static double nnc_curve_mean(const nnc_curve *curve, const nnc_series *series, int x) {
    size_t dots = 2 * (size_t)curve->columns, first = (size_t)x * series->count / dots;
    size_t end = ((size_t)x + 1) * series->count / dots;
    double sum = 0;
    size_t count = 0;
    for (size_t i = first; i < (end > first ? end : first + 1); i++) {
        if (isfinite(series->values[i])) {
            sum += series->values[i];
            count++;
        }
    }
    return count > 0 ? sum / (double)count : (double)NAN;
}

static void nnc_curve_bounds(nnc_curve *curve, const nnc_series *series) {
    for (int x = 0; x < 2 * curve->columns; x++) {
        double mean = nnc_curve_mean(curve, series, x);
        if (isfinite(mean)) {
            curve->low = fmin(curve->low, mean);
            curve->high = fmax(curve->high, mean);
            curve->sum += mean;
            curve->count++;
        }
    }
}

/* From the bottom, in dots. */
static int nnc_curve_height(const nnc_curve *curve, double value) {
    double low = curve->low, high = curve->high, at = fmin(fmax(value, low), high);
    double share = curve->is_log ? log(at / low) / log(high / low) : (at - low) / (high - low);
    return (int)floor((high > low ? share : 0.5) * (4 * NNC_CURVE_ROWS - 1) + 0.5);
}

static void nnc_curve_dot(nnc_curve *curve, int which, int x, int height) {
    static const unsigned char marks[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    int y = 4 * NNC_CURVE_ROWS - 1 - height;
    curve->cells[which][y / 4][x / 2] |= marks[y % 4][x % 2];
}

/* A dot for each column, joined to the one before. */
static void nnc_curve_draw(nnc_curve *curve, int which, const nnc_series *series) {
    int before = -1;
    for (int x = 0; x < 2 * curve->columns; x++) {
        double mean = nnc_curve_mean(curve, series, x);
        if (!isfinite(mean)) {
            continue;
        }
        int height = nnc_curve_height(curve, mean), from = before < 0 ? height : before;
        for (int y = from < height ? from : height; y <= (from > height ? from : height); y++) {
            if (y != from || from == height) {
                nnc_curve_dot(curve, which, x, y);
            }
        }
        before = height;
    }
}

/* The character row in which a series ends. */
static int nnc_curve_end(const nnc_curve *curve, const nnc_series *series) {
    double value = series->values[series->count - 1];
    return isfinite(value) ? (4 * NNC_CURVE_ROWS - 1 - nnc_curve_height(curve, value)) / 4 : -1;
}

static void nnc_curve_label(const nnc_progress *progress, int which, const nnc_series *series) {
    const char *color = which == 1 ? "\x1b[36m" : "\x1b[90m";
    printf("%s %s %.4g%s", progress->has_color ? color : "", series->name, series->values[series->count - 1],
           progress->has_color ? "\x1b[0m" : "");
}

static void nnc_curve_row(const nnc_curve *curve, const nnc_progress *progress, int row) {
    int color = 0; /* 0 none, 1 the loss's, 2 the validation's */
    for (int x = 0; x < curve->columns; x++) {
        unsigned bits = curve->cells[0][row][x] | (unsigned)curve->cells[1][row][x];
        int wanted = bits == 0 ? color : curve->cells[1][row][x] != 0 ? 2 : 1;
        if (progress->has_color && wanted != color) {
            printf(wanted == 2 ? "\x1b[36m" : "\x1b[90m");
            color = wanted;
        }
        if (bits == 0) {
            putchar(' ');
        } else { /* U+2800 and the dots */
            printf("\xe2%c%c", (int)(0xa0 + (bits >> 6)), (int)(0x80 + (bits & 0x3f)));
        }
    }
    if (color != 0) {
        printf("\x1b[0m");
    }
}

NNC_API void nnc_curve_print(const nnc_record *record, const nnc_progress *progress) {
    const nnc_series *series[2] = {nnc_record_find(record, "", "loss"), nnc_record_find(record, "val_", "loss")};
    nnc_curve curve;
    int room = progress->width - NNC_CURVE_LABEL - NNC_CURVE_SIDE, ends[2] = {-1, -1};
    if (progress->verbose != 1 || !progress->is_terminal || !progress->has_unicode || room < 16 || series[0] == NULL ||
        record->epochs < 3) {
        return;
    }
    memset(&curve, 0, sizeof curve);
    curve.low = HUGE_VAL;
    curve.high = -HUGE_VAL;
    curve.columns = room < NNC_CURVE_COLUMNS ? room : NNC_CURVE_COLUMNS;
    for (int i = 0; i < 2 && series[i] != NULL; i++) {
        nnc_curve_bounds(&curve, series[i]);
    }
    if (!(curve.low <= curve.high)) {
        return;
    }
    curve.is_log = curve.low > 0 && curve.high > 12 * curve.sum / curve.count;
    for (int i = 0; i < 2 && series[i] != NULL; i++) {
        nnc_curve_draw(&curve, i, series[i]);
        ends[i] = nnc_curve_end(&curve, series[i]);
    }
    printf("\n");
    for (int row = 0; row < NNC_CURVE_ROWS; row++) {
        if (row == 0 || row == NNC_CURVE_ROWS - 1) {
            printf("%*.4g ", NNC_CURVE_SIDE - 1, row == 0 ? curve.high : curve.low);
        } else {
            printf("%*s", NNC_CURVE_SIDE, "");
        }
        nnc_curve_row(&curve, progress, row);
        for (int i = 0; i < 2; i++) {
            if (ends[i] == row) {
                nnc_curve_label(progress, i, series[i]);
            }
        }
        printf("\n");
    }
    char first[32], last[32];
    int used = snprintf(first, sizeof first, "epoch %zu", record->first + 1);
    used += snprintf(last, sizeof last, "%zu", record->first + record->epochs);
    printf("%*s%s%*s%s%s\n\n", NNC_CURVE_SIDE, "", first, curve.columns > used ? curve.columns - used : 1, "", last,
           curve.is_log ? "  (logarithmic)" : "");
    fflush(stdout);
}
