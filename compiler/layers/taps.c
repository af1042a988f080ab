/* SPDX-License-Identifier: MIT-0 */
/* Weights of what elements of a resized dimension are made of: interpolation as TensorFlow has it, and windows. */
#include <math.h>

#include "base/arena.h"
#include "layers/taps.h"
#include "ops/resize.h"

static double *row_of(const Taps *taps, int64_t i) { return taps->table + i * (taps->count + 1); }

static Taps taps_new(Arena *arena, int64_t size, int64_t count) {
    return (Taps){.size = size, .count = (int)count, .table = NEW_ARRAY(arena, double, size * (count + 1))};
}

static double triangle(double distance) { return distance < 1 ? 1 - distance : 0; }

/* Keys' kernel. */
static double cubic_exact(double x) {
    if (x > 2) return 0;
    return x <= 1 ? (1.5 * x - 2.5) * x * x + 1 : ((-0.5 * x + 2.5) * x - 4) * x + 2;
}

/* Keys' kernel, at distances of which TensorFlow keeps a table: rounded to 1/1024. */
static double cubic(double distance) { return cubic_exact(nearbyint(distance * 1024) / 1024); }

static double lanczos(double distance, double radius) {
    const double angle = 3.14159265358979323846 * distance;
    if (distance > radius) return 0;
    return distance <= 1e-3 ? 1 : radius * sin(angle) * sin(angle / radius) / (angle * angle);
}
static double lanczos3(double distance) { return lanczos(distance, 3); }
static double lanczos5(double distance) { return lanczos(distance, 5); }

const char *const interpolations[] = {INTERPOLATIONS(CHOICE_WORD) NULL};

static const struct {
    int radius;
    bool edges_stay; /* beyond the edge the outermost element goes on; else the others share its weight */
    double (*weight)(double distance), (*exact)(double distance);
} kernels[] = {[INTERPOLATION_BILINEAR] = {1, true, triangle, triangle},
               [INTERPOLATION_BICUBIC] = {2, false, cubic, cubic_exact},
               [INTERPOLATION_LANCZOS3] = {3, false, lanczos3, lanczos3},
               [INTERPOLATION_LANCZOS5] = {5, false, lanczos5, lanczos5}};

static Taps taps_nearest(Arena *arena, int64_t old, int64_t size) {
    int64_t *const at = NEW_ARRAY(arena, int64_t, size);
    for (int64_t i = 0; i < size; i++) {
        at[i] = (int64_t)floor(((double)i + 0.5) * (double)old / (double)size);
        if (at[i] >= old) at[i] = old - 1;
    }
    return taps_chosen(arena, at, size);
}

Taps taps_interpolated(Arena *arena, Interpolation kind, bool antialias, int64_t old, int64_t size) {
    if (kind == INTERPOLATION_NEAREST) return taps_nearest(arena, old, size);
    /* an image that becomes smaller is made of wider neighbourhoods */
    const double scale = antialias && old > size ? (double)old / (double)size : 1;
    const int64_t radius = (int64_t)ceil(kernels[kind].radius * scale), count = 2 * radius < old ? 2 * radius : old;
    const Taps taps = taps_new(arena, size, count);
    for (int64_t i = 0; i < size; i++) {
        /* among the centres of the old ones */
        const double place = ((double)i + 0.5) * (double)old / (double)size - 0.5;
        const int64_t before = (int64_t)floor(place) - radius + 1;
        int64_t first = before < 0 ? 0 : before;
        if (first > old - count) first = old - count;
        double *row = row_of(&taps, i), total = 0;
        row[0] = (double)first;
        for (int64_t at = before; at < before + 2 * radius; at++) {
            const int64_t inside = at < 0 ? 0 : at >= old ? old - 1 : at;
            if (inside != at && (antialias || !kernels[kind].edges_stay)) continue;
            const double distance = fabs((double)at - place) / scale;
            const double weight = antialias ? kernels[kind].exact(distance) : kernels[kind].weight(distance);
            row[1 + inside - first] += weight;
            total += weight;
        }
        for (int64_t k = 1; k <= count; k++) row[k] /= total;
    }
    return taps;
}

int64_t window_first(int64_t old, int64_t size, int64_t i) { return i * old / size; }
int64_t window_end(int64_t old, int64_t size, int64_t i) { return ((i + 1) * old + size - 1) / size; }

static int64_t widest_window(int64_t old, int64_t size) {
    int64_t widest = 1;
    for (int64_t i = 0; i < size; i++) {
        const int64_t width = window_end(old, size, i) - window_first(old, size, i);
        widest = width > widest ? width : widest;
    }
    return widest;
}

Taps taps_of_windows(Arena *arena, int64_t old, int64_t size) {
    const int64_t count = widest_window(old, size);
    const Taps taps = taps_new(arena, size, count);
    for (int64_t i = 0; i < size; i++) {
        const int64_t first = window_first(old, size, i), end = window_end(old, size, i);
        const int64_t from = first + count > old ? old - count : first;
        double *row = row_of(&taps, i);
        row[0] = (double)from;
        for (int64_t at = first; at < end; at++) row[1 + at - from] = 1 / (double)(end - first);
    }
    return taps;
}

void taps_matrix(const Taps *taps, int64_t old, float *matrix) {
    for (int64_t i = 0; i < taps->size; i++) {
        const double *const row = row_of(taps, i);
        for (int64_t j = 0; j < old; j++) matrix[i * old + j] = 0;
        for (int64_t k = 0; k < taps->count; k++) matrix[i * old + (int64_t)row[0] + k] = (float)row[1 + k];
    }
}

int64_t *window_members(Arena *arena, int64_t old, int64_t size, int64_t *width) {
    *width = widest_window(old, size);
    int64_t *const places = NEW_ARRAY(arena, int64_t, size * *width);
    for (int64_t i = 0; i < size; i++)
        for (int64_t j = 0, at = window_first(old, size, i); j < *width; j++)
            places[i * *width + j] = at + j < window_end(old, size, i) ? at + j : window_end(old, size, i) - 1;
    return places;
}

Taps taps_chosen(Arena *arena, const int64_t *at, int64_t size) {
    const Taps taps = taps_new(arena, size, 1);
    for (int64_t i = 0; i < size; i++) {
        row_of(&taps, i)[0] = (double)at[i];
        row_of(&taps, i)[1] = 1;
    }
    return taps;
}
