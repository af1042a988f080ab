/* SPDX-License-Identifier: MIT-0 */
/* Layers of a model, their weights, and what a layer is. */
#ifndef NNC_MODEL_LAYER_H
#define NNC_MODEL_LAYER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/source.h"
#include "language/class.h"
#include "model/shape.h"

typedef struct Layer Layer;
typedef struct Texts Texts;

/** What is known of the values that a layer or an activation makes. */
typedef enum Values {
    VALUES_UNKNOWN,
    VALUES_ANY,       /* negative ones, too */
    VALUES_PROBABLE,  /* between 0 and 1, or what a sum makes so */
    VALUES_CHOICE,    /* sum to 1 along the last axis */
    VALUES_OF_INPUT   /* those that came in, some of them, or means of them */
} Values;
typedef struct Builder Builder;
typedef struct Tensor Tensor;

/** What a weight's arguments say about it. Their rows come from WEIGHT_ARGS (layers/layer.h). */
typedef struct WeightArgs {
    Object *initializer, *regularizer, *constraint; /* NULL: none of the last two */
} WeightArgs;

typedef struct Weight {
    const char *name; /* kernel */
    const char *path; /* dense/kernel: its name in files of weights */
    Shape shape;
    Shape fans; /* as a matrix, by which initializers go; rank 0: the shape */
    WeightArgs args;
    int64_t ones_at, ones_count; /* these elements begin with 1 whatever the initializer says */
    bool trainable;
} Weight;

/** What a layer is: its class (name, arguments, documentation), its shapes and its mathematics. One file, one line in
 *  layers.def. */
typedef struct LayerDef {
    Class class;
    /** From layer->input: sets layer->output and declares weights (layer_weight); reports what does not fit. */
    void (*shape)(Layer *layer, Diags *diags);
    /** Appends the layer's operations to the plan and returns its output. The backward pass follows from them. */
    Tensor *(*forward)(const Layer *layer, Builder *build, Tensor *x);
    /** --stream: NULL, or why the layer cannot run one time step after another. *timed: whether dimension 1 of its
     *  input is the time that goes on; becomes that of its output. NULL: it can only where that is not so. */
    const char *(*stream)(const Layer *layer, bool *timed);
    /** Where Keras keeps the variables of an inner layer, below its own: "forward_layer"; NULL: in "layer". */
    const char *(*inner_group)(const Layer *layer, int at);
    /** Whether it learns something of x before training, which is no weight of its own but the model's
     *  (model/prepare.c), of this shape; NULL: never. */
    bool (*adapts)(const Layer *layer, Shape *statistics);
    const char *learns; /* what that is called; NULL: mean and deviation, by which x is standardized before the layer */
    /** The first layer of a model that takes text: how that becomes the numbers which are the layer's input. NULL: it
     *  takes numbers. */
    void (*reads)(const Layer *layer, Texts *texts, Diags *diags);
    int dims;       /* images: how many dimensions its positions have, 1 to 3 */
    bool is_input;  /* Input: only says the shape */
    bool recurrent; /* Bidirectional can wrap it */
    const struct LayerDef *runs_as; /* a cell of RNN: the layer that runs it over time */
    bool (*stateful)(const Layer *layer); /* whether a call goes on from the states of the one before; NULL: never */
    bool masks;     /* carries masks of time steps on; others lose them */
    bool ends;      /* goes by the ends of samples of any length, whether or not it carries other masks on */
    bool last_axis; /* works on each vector along the last dimension by itself */
    bool looks_up;  /* takes whole numbers */
    bool trains;    /* does something while training only */
    bool halves;    /* may have an activation that makes half as many values */
    Values values;  /* where it has no activation */
} LayerDef;

#define INPUT_TYPES(row) row(INPUT_FLOAT32, "float32") row(INPUT_INT32, "int32") row(INPUT_STRING, "string")
typedef enum InputType { INPUT_NONE, INPUT_TYPES(CHOICE_VALUE) } InputType;

/* Arguments of Input; the class is compiler/layers/input.c. */
typedef struct InputArgs {
    Ints shape;         /* without the batch; count < 0: not given */
    Ints batch_shape;   /* with it; count < 0: not given */
    int64_t batch_size; /* INT_NONE: not given */
    InputType dtype;    /* INPUT_NONE: as Keras has it, float32 */
    int64_t max_steps;  /* how long samples of any length may be; INT_NONE: not given */
} InputArgs;

/** Of samples of any length: time step t is there where a sample has at least t * stride + first of the input's.
 *  first 0: nothing is known of that. */
typedef struct Ends {
    int64_t stride, first;
} Ends;

struct Layer {
    const LayerDef *def;
    const Object *object;
    const void *args; /* object->args */
    const char *name; /* dense_1; within wrappers time_distributed/dense_1 */
    const char *own_name; /* without the wrapper: dense_1 */
    const Layer *wrapper; /* that it is within; NULL: it is the model's */
    Span span;
    int index; /* among the layers, Input not counted */
    int stream; /* the first of its random streams, within those of its index */
    bool trainable;
    const Object *activity_regularizer; /* a penalty on its output; or NULL */
    Shape input, output;
    Shape mask;             /* of time steps, that of the input until shape() makes it the output's; rank 0: none */
    Ends ends;              /* likewise, where the mask is one of the ends of samples */
    LIST(Weight *) weights; /* with those of inner layers */
    LIST(Layer *) inner;    /* of a wrapper */
    bool half;              /* one way of a Bidirectional */
    bool bare;              /* within TimeDistributed: Keras runs its call() alone, which knows of no penalty */
    bool repeated;          /* within TimeDistributed at any depth: if stateful, built for each of its time steps */
    bool reversed;          /* runs the other way through time than its arguments say: half of a Bidirectional */
    bool timed;             /* --stream: dimension 1 of its input is the time that goes on from step to step */
    const Layer *previous;  /* NULL: the input */
    Arena *arena;
};

/** Shapes of a wrapper's inner layer for what it is called with; its name becomes "wrapper/NAME", its weights become
 *  the wrapper's, too. */
void layer_shape_inner(Layer *wrapper, Layer *inner, const char *name, Shape input, Shape mask, Diags *diags);
/** The group of the inner layer number `at` in files of Keras, below the layer's own; that of a layer's variables. */
const char *layer_inner_group(const Layer *layer, int at);
const char *layer_variables_group(const Layer *layer);
/** Declares a weight; `shape` has no batch. Trainable when the layer is. */
Weight *layer_weight(Layer *layer, const char *name, Shape shape, WeightArgs args);
/** Where the input comes from, for messages: " from 'conv2d'", or "" where it is the model's. */
const char *layer_source(const Layer *layer);

#endif
