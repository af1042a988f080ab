/* SPDX-License-Identifier: MIT-0 */
/* --emit=summary. */
#ifndef NNC_MODEL_SUMMARY_H
#define NNC_MODEL_SUMMARY_H

#include <stdint.h>

#include "base/arena.h"
#include "model/shape.h"

typedef struct Layer Layer;
typedef struct Model Model;

/** How many reals a layer learns, and has besides. */
typedef struct Parameters {
    int64_t trainable, rest;
} Parameters;

Parameters summary_parameters(const Layer *layer);
/** 12,345 */
const char *summary_number(Arena *arena, int64_t number);
/** 67.29 KB */
const char *summary_bytes(Arena *arena, int64_t bytes);
/** (None, 64): Keras writes None for the batch. */
const char *summary_shape(Arena *arena, Shape shape);

/** --emit=summary: Keras' table of layers, shapes and parameters. */
void summary_dump(const Model *model, Text *out);
/** The same in ASCII. */
void summary_plain(const Model *model, Text *out);

#endif
