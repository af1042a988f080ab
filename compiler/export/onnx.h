/* SPDX-License-Identifier: MIT-0 */
/* An ONNX graph that is being written: nodes of one chain, and the constants that they read. Values lie as here,
 * channels last; around what ONNX knows with channels first alone they are turned there and back. */
#ifndef NNC_EXPORT_ONNX_H
#define NNC_EXPORT_ONNX_H

#include "compiler/import/onnx.pb-c.h"
#include "export/export.h"
#include "layers/taps.h"
#include "model/layer.h"

/** Types of elements, as the format numbers them. */
enum { TYPE_FLOAT = 1, TYPE_INT32 = 6, TYPE_INT64 = 7, TYPE_BOOL = 9 };

typedef struct Graph {
    Export *export;
    LIST(Onnx__NodeProto *) nodes;
    LIST(Onnx__TensorProto *) tensors;
    const char *value;   /* the present one */
    const char *mask;    /* which of its time steps count, (batch, time, 1); NULL: all */
    struct Graph *outer; /* of a graph within a node, whose constants are there */
    int opset;
    int made;
} Graph;

/** Arguments that a layer runs with, by name; what it has not is `otherwise`, false, or NULL. */
const void *arg_field(const Layer *layer, const char *name, ArgType type);
double arg_real(const Layer *layer, const char *name, double otherwise);
int64_t arg_int(const Layer *layer, const char *name, int64_t otherwise);
bool arg_flag(const Layer *layer, const char *name);
bool arg_says(const Layer *layer, const char *name, const char *text);
/** One number for each of `rank` dimensions. */
void arg_sizes(const Layer *layer, const char *name, int rank, int64_t otherwise, int64_t *sizes);

/** A node that reads the present value, and whose output that becomes. */
Onnx__NodeProto *graph_node(Graph *graph, const char *type);
/** One more input of a node; "": it is left out. */
void graph_input(Graph *graph, Onnx__NodeProto *node, const char *value);
/** One more output of a node that has one: its value. */
const char *graph_second_output(Graph *graph, Onnx__NodeProto *node);
void graph_int(Graph *graph, Onnx__NodeProto *node, const char *name, int64_t value);
void graph_real(Graph *graph, Onnx__NodeProto *node, const char *name, double value);
void graph_ints(Graph *graph, Onnx__NodeProto *node, const char *name, const int64_t *values, int count);
void graph_text(Graph *graph, Onnx__NodeProto *node, const char *name, const char *text);
void graph_texts(Graph *graph, Onnx__NodeProto *node, const char *name, const char *const *texts, int count);
void graph_reals(Graph *graph, Onnx__NodeProto *node, const char *name, const double *values, int count);
/** A constant as the next input of a node; its name is made one of its own. */
void graph_tensor(Graph *graph, Onnx__NodeProto *node, const char *name, int type, int rank, const int64_t *dim,
                  const void *values);
/** The same of whole numbers in a list, and of one real number. */
void graph_list(Graph *graph, Onnx__NodeProto *node, const char *name, const int64_t *values, int count);
void graph_number(Graph *graph, Onnx__NodeProto *node, const char *name, double value);
/** A weight of a layer, as it is. */
void graph_weight(Graph *graph, Onnx__NodeProto *node, const Layer *layer, int index);
/** The values of a layer's weight, also of one within a wrapper. */
const float *graph_values(const Graph *graph, const Layer *layer, int index);
/** What a value is, whose first dimension is the batch. */
Onnx__ValueInfoProto *graph_value(Graph *graph, const char *name, Shape shape, int type);
/** A graph within a node, packed. */
void graph_inner(Graph *graph, Onnx__NodeProto *node, const char *name, unsigned char *bytes, size_t size);
/** Axes along which a node reduces: an attribute, or an input in later opsets. */
void graph_axes(Graph *graph, Onnx__NodeProto *node, const char *name, const int64_t *axes, int count);
/** One dimension to another place, with the others in their order. */
void graph_move_axis(Graph *graph, int rank, int from, int to);
/** Channels from last to first behind the batch, or back. */
void graph_turn_channels(Graph *graph, int rank, bool first);
/** The present value in that order. */
void graph_permute(Graph *graph, const int64_t *perm, int rank);
/** The present value in that shape, whose first dimension is what is left. */
void graph_reshape(Graph *graph, const Layer *layer, Shape shape);
/** A message that the layer has no counterpart; false. */
bool graph_lacks(Graph *graph, const Layer *layer, const char *what);
/** Whether the layer's input has a mask of time steps. */
bool graph_masked(const Layer *layer);
/** The activation of a layer; false after a message. (onnx_layers.c) */
bool graph_put_activation(Graph *graph, const Layer *layer, const Object *activation);
bool graph_put_own_activation(Graph *graph, const Layer *layer);

/** A layer as nodes; false after a message. */
bool graph_put_layer(Graph *graph, const Layer *layer);
/** The version of ONNX that a layer's nodes need; 0: any. */
int graph_opset(const Layer *layer);

/* onnx_normalization.c */
bool graph_put_batch_normalization(Graph *graph, const Layer *layer);
bool graph_put_layer_normalization(Graph *graph, const Layer *layer);
bool graph_put_group_normalization(Graph *graph, const Layer *layer);
bool graph_put_rms_normalization(Graph *graph, const Layer *layer);
bool graph_put_unit_normalization(Graph *graph, const Layer *layer);
bool graph_put_normalization(Graph *graph, const Layer *layer);
bool graph_put_rescaling(Graph *graph, const Layer *layer);

/* onnx_windows.c */
bool graph_put_conv(Graph *graph, const Layer *layer);
bool graph_put_depthwise(Graph *graph, const Layer *layer);
bool graph_put_separable(Graph *graph, const Layer *layer);
bool graph_put_transposed(Graph *graph, const Layer *layer);
bool graph_put_max_pooling(Graph *graph, const Layer *layer);
bool graph_put_average_pooling(Graph *graph, const Layer *layer);
bool graph_put_global_max(Graph *graph, const Layer *layer);
bool graph_put_global_average(Graph *graph, const Layer *layer);
bool graph_put_padding(Graph *graph, const Layer *layer);
bool graph_put_cropping(Graph *graph, const Layer *layer);
bool graph_put_upsampling(Graph *graph, const Layer *layer);
bool graph_put_adaptive_max(Graph *graph, const Layer *layer);
bool graph_put_adaptive_average(Graph *graph, const Layer *layer);
bool graph_put_resizing(Graph *graph, const Layer *layer);
bool graph_put_center_crop(Graph *graph, const Layer *layer);
bool graph_put_random_crop(Graph *graph, const Layer *layer);
/* onnx_categories.c */
bool graph_put_encoding(Graph *graph, const Layer *layer);
bool graph_put_discretization(Graph *graph, const Layer *layer);
bool graph_put_lookup(Graph *graph, const Layer *layer);
/* onnx_products.c */
bool graph_put_einsum(Graph *graph, const Layer *layer);
/** A dimension of `old` elements as others, each made of some of them. `rank`: of the present value. */
void graph_resample(Graph *graph, const Layer *layer, int rank, int dim, int64_t old, const Taps *taps);
/** Windows that are not all of one size, along each dimension of an image, from `first` on. */
void graph_pool_unlike(Graph *graph, const Layer *layer, int first, bool is_max);
/* onnx_recurrent.c */
bool graph_put_recurrent(Graph *graph, const Layer *layer);
bool graph_put_bidirectional(Graph *graph, const Layer *layer);
bool graph_put_cells(Graph *graph, const Layer *layer);
/** The axis of time the other way round. */
void graph_turn_time(Graph *graph, const Layer *layer, int64_t axis);
/* onnx_loop.c */
/** Cells, one behind the other, as a loop over the steps; `turned`: from the last to the first. */
bool graph_put_loop(Graph *graph, const Layer *const *layers, int count, bool turned);
/* onnx_mask.c */
bool graph_put_masking(Graph *graph, const Layer *layer);
/** Which of the indices that are the present value are not 0, as the mask of what is made of them. */
void graph_mask_zero(Graph *graph, const Layer *layer);
/** The mean of the time steps that count. */
void graph_put_masked_mean(Graph *graph, const Layer *layer);

#endif
