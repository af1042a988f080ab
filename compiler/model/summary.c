/* SPDX-License-Identifier: MIT-0 */
/* --emit=summary: the table that Keras' model.summary() prints (keras/src/utils/summary_utils.py). */
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "host/host.h"
#include "model/layer.h"
#include "model/model.h"
#include "model/shape.h"
#include "model/summary.h"

enum { COLUMNS = 3 };

typedef struct Row {
    const char *cell[COLUMNS];
} Row;

const char *summary_number(Arena *arena, int64_t number) {
    const char *digits = arena_printf(arena, "%" PRId64, number);
    size_t length = strlen(digits);
    Text text = {.arena = arena};
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            text_puts(&text, ",");
        }
        text_append(&text, digits + i, 1);
    }
    return text_chars(&text);
}

const char *summary_bytes(Arena *arena, int64_t bytes) {
    static const char *const units[] = {"B", "KB", "MB", "GB", "TB"};
    double size = (double)bytes;
    size_t unit = 0;
    while (size >= 1024 && unit + 1 < sizeof units / sizeof *units) {
        size /= 1024;
        unit++;
    }
    return arena_printf(arena, "%.2f %s", size, units[unit]);
}

Parameters summary_parameters(const Layer *layer) {
    Parameters count = {0, 0};
    for (int i = 0; i < layer->weights.count; i++) {
        const Weight *weight = layer->weights.at[i];
        *(weight->trainable ? &count.trainable : &count.rest) += shape_size(weight->shape, 1);
    }
    return count;
}

const char *summary_shape(Arena *arena, Shape shape) {
    const char *text = shape_text(arena, shape);
    return strncmp(text, "(batch", 6) == 0 ? arena_printf(arena, "(None%s", text + 6) : text;
}

static void put_rule(const int *widths, const char *line, Text *out) {
    for (int i = 0; i < COLUMNS; i++) {
        text_puts(out, "+");
        for (int j = 0; j < widths[i] + 2; j++) {
            text_puts(out, line);
        }
    }
    text_puts(out, "+\n");
}

static void put_row(const Row *row, const int *widths, Text *out) {
    text_printf(out, "| %-*s | %-*s | %*s |\n", widths[0], row->cell[0], widths[1], row->cell[1], widths[2],
                row->cell[2]);
}

static void put_total(const char *what, int64_t count, Text *out) {
    text_printf(out, " %s: %s (%s)\n", what, summary_number(out->arena, count), summary_bytes(out->arena, 4 * count));
}

void summary_plain(const Model *model, Text *out) {
    Arena *arena = out->arena;
    static const Row head = {{"Layer (type)", "Output Shape", "Param #"}};
    int widths[COLUMNS] = {31, 22, 13}; /* Keras' 80 columns, and more where the names are longer */
    Row *rows = NEW_ARRAY(arena, Row, model->layers.count);
    Parameters total = {0, 0};
    for (int i = 0; i < model->layers.count; i++) {
        const Layer *layer = model->layers.at[i];
        Parameters count = summary_parameters(layer);
        total.trainable += count.trainable;
        total.rest += count.rest;
        if (layer->def != NULL) {
            rows[i].cell[0] = arena_printf(arena, "%s (%s)", layer->name, layer->def->class.name);
        } else {
            rows[i].cell[0] = "?";
        }
        rows[i].cell[1] = summary_shape(arena, layer->output);
        rows[i].cell[2] = summary_number(arena, count.trainable + count.rest);
        for (int j = 0; j < COLUMNS; j++) {
            int width = (int)strlen(rows[i].cell[j]);
            widths[j] = width > widths[j] ? width : widths[j];
        }
    }
    text_printf(out, "Model: \"%s\"\n", model->name);
    put_rule(widths, "=", out);
    put_row(&head, widths, out);
    put_rule(widths, "=", out);
    Text between = {.arena = arena};
    put_rule(widths, "-", &between);
    for (int i = 0; i < model->layers.count; i++) {
        if (i > 0) {
            text_puts(out, text_chars(&between));
        }
        put_row(&rows[i], widths, out);
    }
    put_rule(widths, "-", out);
    put_total("Total params", total.trainable + total.rest, out);
    put_total("Trainable params", total.trainable, out);
    put_total("Non-trainable params", total.rest, out);
}

static void add_piece(void *to, const char *piece, size_t length) { text_append(to, piece, length); }

void summary_dump(const Model *model, Text *out) {
    Text plain = {.arena = out->arena};
    summary_plain(model, &plain);
    nnc_draw_table(text_chars(&plain), add_piece, out);
}
