/* SPDX-License-Identifier: MIT-0 */
/* An ONNX graph: its nodes, what is constant in it, and the layers that it becomes on the way along its chain. */
#ifndef NNC_IMPORT_ONNX_GRAPH_H
#define NNC_IMPORT_ONNX_GRAPH_H

#include "base/names.h"
#include "compiler/import/onnx.pb-c.h"
#include "import/import.h"

typedef Onnx__NodeProto Node;

enum { ONNX_RANK = 8 };
/* Types of elements, as the format numbers them. */
enum { TYPE_FLOAT = 1, TYPE_INT32 = 6, TYPE_INT64 = 7, TYPE_BOOL = 9, TYPE_DOUBLE = 11 };

/** A constant: floats, or whole numbers. */
typedef struct Constant {
    const char *name;
    int rank;
    int64_t dim[ONNX_RANK];
    size_t count;
    float *real;    /* NULL: whole numbers */
    int64_t *whole; /* NULL: reals */
} Constant;

/** How the chain's present value lies here, whose dimensions in ONNX are `dim`. */
typedef enum Lay {
    LAY_SAME,     /* (batch, …), as there */
    LAY_CHANNELS, /* there (batch, channels, …), here channels come last */
    LAY_TIME,     /* there (time, batch, features), here the batch comes first */
    /* all outputs of a recurrent layer: there (time, ways, batch, units), here (batch, time, ways · units) */
    LAY_STEPS,
    LAY_LAST,  /* its last output: there (ways, batch, units), here (batch, ways · units) */
    LAY_SPLIT, /* as here, but there the last dimension is two */
    LAY_ROWS,  /* there (batch · steps, features), here (batch, steps, features): `image` says the batch and steps */
    /* both flat; but there channel after channel, here pixel after pixel: `image` says the sizes there */
    LAY_FLAT_IMAGE
} Lay;

/** A layer that has been found. */
typedef struct Found {
    const char *class_name, *name; /* name: or NULL */
    Text args;
    bool activates;   /* an activation may still become its argument */
    bool biasless;    /* a bias may still become its weight, as long as it activates */
    bool distributed; /* over time steps, each as a sample */
    bool recurs;      /* over time steps, of which those that are masked do not count (masks) */
    bool masks;
    LIST(nnc_entry) weights;
} Found;

typedef struct Onnx {
    Import *import;
    const Onnx__GraphProto *graph;
    const struct Onnx *outer; /* of a graph within a node; or NULL */
    int64_t opset;
    Names constants; /* name → Constant */
    Names readers;   /* name → NodeList of those that read a value that is no constant, perhaps in their own graph */
    Names masks;     /* value → what it says of the steps that count (onnx_mask.c) */
    Names makers;    /* output → Node */
    Names bodies;    /* first output of a node → Onnx__GraphProto within it */
    LIST(Found *) layers;
    bool whole_input; /* indices */
    int64_t batch;    /* that the graph was exported with; 1 where it is open */
    /* the present value */
    const char *value;
    int rank;
    int64_t dim[ONNX_RANK]; /* as in ONNX; the batch is 1 */
    Lay lay;
    int64_t image[ONNX_RANK]; /* channels, height, width of LAY_FLAT_IMAGE */
    int image_rank;
    int one;            /* an axis of size 1 that is none here; 0: there is none */
    int64_t steps;      /* that are samples for now; 0: none are */
    bool turned;        /* time runs the other way: what comes next is a recurrent layer */
    bool is_way;        /* a way of two, where what a recurrent layer gives may be turned, too */
    bool positive;      /* it is not below 0 */
    bool masked;        /* only some of its steps count, which values in `masks` say */
    bool mask_layer;    /* and a layer says so here */
    bool zeros;         /* the others are 0 in what a recurrent layer gave */
    double mask_number; /* of which all numbers of the other steps are */
    Found *grown; /* the layer that makes dimensions larger one by one, by so many times each; NULL: there is none */
    int64_t growth[ONNX_RANK];
} Onnx;

typedef LIST(const Node *) NodeList;

/** Reads the constants of the graph; false after a message. (onnx_fold.c) */
bool onnx_read_constants(Onnx *onnx);
/** Folds what is computed from constants and from shapes, and finds out who reads the rest; false after a message. */
bool onnx_fold(Onnx *onnx);
/** Whether a value is that number everywhere, whatever its shape. (onnx_fold.c) */
bool onnx_is_filled(const Onnx *onnx, const char *name, float number);
/** A constant under another name, too. */
void onnx_keep_copy(Onnx *onnx, const char *name, const Constant *constant);
/** What is read of messages lives as long as the import. */
ProtobufCAllocator onnx_allocator(const Import *import);
/** The graph within a Loop; NULL: there is none, or it is damaged. */
const Onnx__GraphProto *onnx_body(Onnx *onnx, const Node *node);
/** A constant with room for its elements; NULL when its sizes are none. */
Constant *onnx_new_constant(Onnx *onnx, const char *name, int rank, const int64_t *dim, bool whole);
/** The constant of a tensor; NULL after a message. */
Constant *onnx_constant_of(Onnx *onnx, const Onnx__TensorProto *tensor, const char *name);
const Constant *onnx_constant(const Onnx *onnx, const char *name);
/** The input of a node, NULL where it has none or leaves it out. */
const char *onnx_input(const Node *node, size_t index);
const Constant *onnx_constant_input(const Onnx *onnx, const Node *node, size_t index);
const Onnx__AttributeProto *onnx_attribute(const Node *node, const char *name);
int64_t onnx_int(const Node *node, const char *name, int64_t otherwise);
double onnx_real(const Node *node, const char *name, double otherwise);
/** A text attribute, "" when there is none. */
const char *onnx_text(const Onnx *onnx, const Node *node, const char *name);
/** Integers of an attribute, or of a constant input where that is given; their count, 0 when there are none. */
int onnx_ints(const Onnx *onnx, const Node *node, const char *name, int input, int64_t *ints);
bool onnx_is(const Node *node, const char *type);
/** The node that makes a value; NULL where it is an input or a constant. */
const Node *onnx_maker(const Onnx *onnx, const char *value);
/** The nodes that read a value. */
NodeList onnx_readers(const Onnx *onnx, const char *name);
/** The node's only reader of that kind; NULL otherwise. */
const Node *onnx_reader(const Onnx *onnx, const char *name, const char *type);
/** A message about a node; false. */
bool onnx_fail(const Onnx *onnx, const Node *node, const char *format, ...) __attribute__((format(printf, 3, 4)));

/** A new layer; what follows describes it. */
Found *onnx_layer(Onnx *onnx, const char *class_name);
void onnx_arg(Onnx *onnx, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** A weight of the new layer, whose values are made by the caller. */
void onnx_weight(Onnx *onnx, float *values, int rank, const int64_t *dim);
void onnx_found_weight(Onnx *onnx, Found *found, float *values, int rank, const int64_t *dim);
int64_t onnx_product(const int64_t *dim, int count);
/** Values of a constant in another order of dimensions. */
float *onnx_permuted(const Onnx *onnx, const Constant *constant, int rank, const int64_t *dim, const int *order);
/** The present value becomes that output of a node, whose sizes the caller has set. */
void onnx_step(Onnx *onnx, const char *output);

/** Whether the first node behind a value that cares finds channels in the second dimension. (onnx.c) */
bool onnx_wants_channels(const Onnx *onnx, const char *value);

/** Nodes that become layers; false after a message. *done: whether the kind of node was known. */
bool onnx_take_layer(Onnx *onnx, const Node *node, bool *done);     /* onnx_layers.c */
bool onnx_take_shape(Onnx *onnx, const Node *node, bool *done);     /* onnx_shapes.c */
bool onnx_take_window(Onnx *onnx, const Node *node, bool *done);    /* onnx_windows.c: convolutions, pooling */
bool onnx_take_resize(Onnx *onnx, const Node *node);                /* onnx_resize.c */
/** Sizes as an argument: one number where they are alike, or (a, b). (onnx_windows.c) */
const char *onnx_sizes_text(const Onnx *onnx, const int64_t *sizes, int count);
bool onnx_take_product(Onnx *onnx, const Node *node, bool *done);   /* onnx_products.c: along any dimensions */
bool onnx_take_recurrent(Onnx *onnx, const Node *node, bool *done); /* onnx_recurrent.c */
/** Which of a node's outputs the graph goes on with; -1: none, or several. (onnx_recurrent.c) */
int onnx_used_output(const Onnx *onnx, const Node *node);
/** The last of all steps: then the layer before gives only that. `keeps`: as a sequence of one step. */
bool onnx_take_last_step(Onnx *onnx, const Node *node, bool keeps); /* onnx_recurrent.c */
/** Sequences are turned round, where they are that (`whole`). */
bool onnx_turn_time(Onnx *onnx, const Node *node, bool whole); /* onnx_recurrent.c */
/** UpSampling and RepeatVector as Keras' exporter writes them; *done stays where it is not that. (onnx_repeats.c) */
bool onnx_take_repeats(Onnx *onnx, const Node *node, bool *done);
/** Numbers that stand for categories; *done stays where it is not that. (onnx_categories.c) */
bool onnx_take_categories(Onnx *onnx, const Node *node, bool *done);
/** The layer that a node is, or how it lies from then on; false after a message. (onnx.c) */
bool onnx_take_node(Onnx *onnx, const Node *node);
/** Normalizations and activations as several nodes whose paths come together again; *done stays where they are none.
 *  (onnx_formulas.c) */
bool onnx_take_formula(Onnx *onnx, NodeList readers, bool *done);
/** Masking, and Embedding(mask_zero=True); *done stays where it is not that. (onnx_mask.c) */
bool onnx_take_mask(Onnx *onnx, NodeList readers, bool *done);
/** Whether a node only says which steps count. */
bool onnx_is_mask(const Onnx *onnx, const Node *node);
/** Whether a value is 1 for each step of the present value that counts, (time, batch, 1). */
bool onnx_masks_steps(const Onnx *onnx, const char *value);
/** Whether nnc's layer for a node leaves masked steps as they are; false after a message. */
bool onnx_keeps_mask(const Onnx *onnx, const Node *node);
/** Two recurrent layers that read one sequence, one of them backwards; *done stays where it is not that.
 *  (onnx_ways.c) */
bool onnx_take_ways(Onnx *onnx, NodeList readers, bool *done);
/** The only reader of a value, where it halves it; NULL otherwise. (onnx_ways.c) */
const Node *onnx_halving(const Onnx *onnx, const char *value);
/** Several nodes that read one value: a pattern of known meaning. */
bool onnx_take_pattern(Onnx *onnx, NodeList readers, bool *done); /* onnx_patterns.c */
/** An activation, in words of the language: of the layer before, or a layer of its own. */
bool onnx_take_batch_normalization(Onnx *onnx, const Node *node); /* onnx_normalization.c */
bool onnx_take_layer_normalization(Onnx *onnx, const Node *node);
bool onnx_take_group_normalization(Onnx *onnx, const Node *node);
bool onnx_take_rms_normalization(Onnx *onnx, const Node *node);
bool onnx_take_unit_normalization(Onnx *onnx, const Node *node);
bool onnx_take_scale(Onnx *onnx, const Node *node);
/** Calls the layer made last after its weight, where the exporter keeps the name: fc1.weight → fc1. */
void onnx_name_layer(Onnx *onnx, const char *weight);
/** The constant that a node adds, or multiplies by; NULL: there is none. */
const Constant *onnx_added(const Onnx *onnx, const Node *node);
/** The activation that a node is by itself, in words of the language; NULL: none. (onnx_layers.c) */
const char *onnx_function(const Node *node);
/** PReLU; `node` is the last of those that make it. (onnx_layers.c) */
bool onnx_take_slopes(Onnx *onnx, const Node *node, const Constant *slope);
bool onnx_activation(Onnx *onnx, const char *name);

#endif
