/* SPDX-License-Identifier: MIT-0 */
/* The model: layers with checked arguments, then shapes and weights. What compile(), fit() and evaluate() say. */
#ifndef NNC_MODEL_MODEL_H
#define NNC_MODEL_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/options.h"
#include "base/source.h"
#include "frontend/constants.h"
#include "language/ast.h"
#include "language/class.h"
#include "model/layer.h"
#include "model/shape.h"
#include "model/statements.h"
#include "model/texts.h"

typedef enum ColumnKind { COLUMN_NUMBER, COLUMN_CATEGORY, COLUMN_DATE } ColumnKind;

/** A column of a table, and what becomes of it. */
typedef struct Column {
    const char *name; /* NULL: it goes by its number */
    int64_t number;
    ColumnKind kind;
    int64_t places; /* of a category: as many values, with a 1 in its place; 0: one value, its number */
    bool other;     /* categories without a place of their own have the last one, if it is free */
    bool standardized;
} Column;

/** What is done to values between the file and the network: said by the source of fit(), or where fit() names none of
 *  evaluate(). It belongs to the model: emitted functions take values as that file has them. */
typedef struct Preparation {
    const Object *source; /* NULL: nothing is known of the file */
    double scale;         /* what every value is multiplied by; 1: nothing */
    bool standardize;     /* then less their mean, divided by their deviation, both learned; of y, undone in outputs */
    MissingWord fill_by; /* the mean or the median; MISSING_NUMBER: the number */
    double fill_number;
    bool fills;           /* first of all, what is not a number becomes one, which is learned */
    bool by_columns;      /* what is learned is learned of each column */
    LIST(Column) columns; /* of the last dimension, where any is treated on its own; else none */
    Weight *fill, *mean, *deviation;
    Weight *learned; /* what the first layer learns of it: idf, bounds, vocabulary; or NULL */
} Preparation;

typedef struct Model {
    const char *name;
    Span span;
    Arena *arena;
    Shape input; /* (BATCH, …) */
    Span input_span;
    bool any_length;    /* the first dimension of a sample, the time, is None; in `input` it is max_steps, or else 1 */
    int64_t max_steps;  /* samples have at most so many, … */
    int64_t least_steps; /* … and at least as many as layers need; 0: all are of one length */
    bool integer_input; /* dtype='int32' */
    bool text_input;    /* dtype='string': `input` is that of the texts, and then of the numbers that they become */
    LIST(Layer *) layers; /* without Input */
    Shape output;
    Ends ends;     /* of the output's time steps; first 0: it has none, or all of them */
    int64_t batch; /* rows that the C is compiled for */
    bool given_batch; /* the input says so, not fit() or the default */
    bool has_compile, has_fit, has_evaluate;
    CompileArgs compile;
    FitArgs fit;
    Span class_weight_span;
    EvaluateArgs evaluate;
    Preparation x, y;
    Texts texts;
} Model;

/** The tree → a model with every argument checked, layers named as Keras names them, no shapes yet. Never NULL; errors
 *  are in `diags`. */
Model *model_from_ast(Arena *arena, const AstFile *file, Constants *constants, const Options *options, Diags *diags);
/** Reports a length of None, unless nothing but NAME_step() and its kin are wanted: there it plays no part. */
void model_check_length(Model *model, bool only_steps, Diags *diags);

#endif
