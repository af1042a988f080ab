/* SPDX-License-Identifier: MIT-0 */
/* What recurrent layers, their cells and Bidirectional share. */
#ifndef NNC_LAYERS_RECURRENT_H
#define NNC_LAYERS_RECURRENT_H

#include <stdbool.h>

#include "build/builder.h"
#include "layers/layer.h"
#include "model/layer.h"
#include "model/shape.h"
#include "plan/plan.h"

typedef struct RecurrentArgs {
    int64_t units, seed;
    Object *activation, *recurrent_activation;
    WeightArgs kernel, recurrent, bias;
    double dropout, recurrent_dropout;
    bool use_bias, unit_forget_bias, reset_after, return_sequences, return_state, go_backwards, stateful, unroll;
    bool zero_output_for_mask;
} RecurrentArgs;

#define UNITS {ARG(RecurrentArgs, units), ARG_INT, RANGE(1, INT32_MAX), .doc = "size of the state and of the output"}
#define ACTIVATION                                                                                                     \
    {ARG(RecurrentArgs, activation), ARG_OBJECT, DEFAULT("'tanh'"), .class_kind = CLASS_ACTIVATION,                    \
     .may_be_none = true, .doc = "of the candidate and the output"}
#define RECURRENT_ACTIVATION                                                                                           \
    {ARG(RecurrentArgs, recurrent_activation), ARG_OBJECT, DEFAULT("'sigmoid'"), .class_kind = CLASS_ACTIVATION,       \
     .may_be_none = true, .doc = "of the gates"}
#define FLAG(field, default_, doc_) {ARG(RecurrentArgs, field), ARG_BOOL, DEFAULT(default_), .doc = (doc_)}
#define WEIGHTS                                                                                                        \
    FLAG(use_bias, "True", "add a bias"),                                                                              \
        WEIGHT_ARGS(RecurrentArgs, kernel, "'glorot_uniform'"),                                                        \
        WEIGHT_ARGS(RecurrentArgs, recurrent, "'orthogonal'"),                                                         \
        WEIGHT_ARGS(RecurrentArgs, bias, "'zeros'")
#define DROPOUTS                                                                                                       \
    {ARG(RecurrentArgs, dropout), ARG_REAL, DEFAULT("0.0"), RANGE(0, 1),                                               \
     .doc = "of the inputs: one mask for all time steps"},                                                             \
    {ARG(RecurrentArgs, recurrent_dropout), ARG_REAL, DEFAULT("0.0"), RANGE(0, 1),                                     \
     .doc = "of the state in its product: one mask for all time steps; each gate has its own"}
#define SEED                                                                  \
    {ARG(RecurrentArgs, seed), ARG_INT, DEFAULT("None"), RANGE(0, INT32_MAX), \
     .doc = "masks that depend on this seed alone"}
#define RETURNS                                                                                                        \
    FLAG(return_sequences, "False", "the output of every time step, not only of the last"),                            \
        FLAG(return_state, "False", "not possible in a Sequential model"),                                             \
        FLAG(go_backwards, "False", "from the last time step to the first; outputs in that order")
#define UNROLL FLAG(unroll, "False", "has no effect on the numbers")
#define USE_CUDNN {UNUSED("use_cudnn", "'auto'")}
#define ZERO_OUTPUT                                                                                                    \
    {ARG(RecurrentArgs, zero_output_for_mask), ARG_BOOL, DEFAULT("False"), .keyword_only = true,                       \
     .doc = "masked steps give 0, not the output before them"}
#define STATEFUL FLAG(stateful, "False", "states go on from batch to batch")
#define UNIT_FORGET_BIAS FLAG(unit_forget_bias, "True", "the forget gate's bias begins with ones")
#define RESET_AFTER FLAG(reset_after, "True", "the reset gate comes after the product with the state, not before")

/** The argument in which two recurrent layers do not go together as the two ways of a Bidirectional; NULL: they do. */
const char *recurrent_mismatch(const Layer *forward, const Layer *backward);

enum { MAX_GATES = 4 };
/* Which of a layer's random streams: each gate may draw its own mask, from one tensor (gate, batch, …). */
enum { STREAM_DROPOUT, STREAM_RECURRENT_DROPOUT };

/** What a cell is, and what its step is computed with. */
typedef struct Cell Cell;
typedef struct CellDef {
    const char *const *gates; /* names of the parts of its weights, NULL ends */
    bool keeps_cell;          /* two states, h and c */
    bool gate_masks;          /* with recurrent_dropout every gate draws its own masks; and a rate of 1 does nothing */
    bool input_masks;         /* likewise, with dropout */
    void (*step)(Cell *cell);
    /** Of inputs or of a state and the kernel, where it is not a matrix product of the last dimensions. */
    Tensor *(*product)(const Cell *cell, Tensor *x, Tensor *kernel, bool of_state, const char *role, const char *label);
    /** The shape of a state; NULL: (batch, units). */
    Shape (*state)(const Layer *layer);
    bool (*channels_first)(const Layer *layer); /* or NULL */
} CellDef;

struct Cell {
    const CellDef *def;
    const RecurrentArgs *args;
    const Layer *layer;
    Builder *build;
    Tensor *bias, *recurrent_kernel, *recurrent_bias; /* the last: GRU with reset_after */
    Tensor *x[MAX_GATES];                      /* input products of the present step, bias added; x[0] of all gates … */
    bool separate;                             /* … unless each gate has its own */
    Tensor *masks;                             /* of the state, or NULL */
    Tensor *valid;                             /* 0 where the step is masked; or NULL */
    Carry *h, *c;
    Tensor *h_next, *c_next;
};

/** The gates of LSTM, and its step. */
extern const char *const lstm_gates[];
void lstm_step(Cell *cell);
/** The forget gate's part of the bias begins with ones, where that is asked for. */
void lstm_forget_bias(Layer *layer);
/** The layer's output: a cell over all time steps of x (batch, time, …). Weights: kernel, recurrent_kernel and bias. */
Tensor *recurrent_run(const Layer *layer, Builder *build, Tensor *x, const CellDef *def);
/** stream and stateful of a recurrent layer. */
const char *recurrent_stream(const Layer *layer, bool *timed);
bool recurrent_stateful(const Layer *layer);

#endif
