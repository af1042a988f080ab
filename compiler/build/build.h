/* SPDX-License-Identifier: MIT-0 */
/* What layers, losses and optimizers build plans with. */
#ifndef NNC_BUILD_H
#define NNC_BUILD_H

#include "plan/plan.h"

struct Builder {
    Plan *plan;
    Program *program;
    const Layer *layer; /* whose operations are being appended */
    bool training;
    bool random; /* dropout and noise are on */
    bool streaming; /* one time step, with lasting states */
    bool target; /* the program knows y: it has a loss */
    Phase phase;
    TimeLoop *loop;        /* that is being built, or NULL … */
    LIST(Op *) step_ops;   /* … and its operations, */
    LIST(Op *) after_ops;  /* and those that stand behind it */
    bool after_loop;       /* operations go there */
    LIST(Op *) loss_ops;   /* what training does when it knows that the loss is finite */
};

/** The values that the first layer sees, and that loss and metrics compare with: what the caller gives, prepared as the model
 *  says. (prepare.c) */
Tensor *build_prepared_x(Builder *build, const Model *model, Tensor *x);
/** (x - mean) / deviation */
extern const Formula standardized;
Tensor *build_prepared_y(Builder *build, const Model *model, Tensor *target);

/* Definitions in the tables: a Class (name, arguments, documentation) and the mathematics. */
typedef struct ActivationDef {
    Class class;
    const char *value;                           /* of x; NULL with build */
    const char *gradient;                        /* of d and x, or y */
    bool rises;                                  /* never falls as x grows */
    Tensor *(*build)(Builder *build, Tensor *x); /* for those that are not elementwise */
} ActivationDef;

/** One call of nnc_init.h: function(values, size, a, b, random). */
typedef struct InitCall {
    const char *function; /* init_uniform, _normal, _truncated, _constant, _orthogonal, _identity */
    double a, b;
    int64_t rows, columns; /* orthogonal, identity; else 0 */
    int64_t seed;          /* INT_NONE: the run's */
} InitCall;

typedef struct InitializerDef {
    Class class;
    /** Which function of the runtime fills a weight of this shape, and with what. */
    void (*describe)(const Object *object, Shape shape, InitCall *call);
} InitializerDef;

typedef struct RegularizerArgs {
    double l1, l2;
    double factor;    /* OrthogonalRegularizer … */
    const char *mode; /* … "rows" or "columns" */
} RegularizerArgs;

typedef struct RegularizerDef {
    Class class; /* its arguments are RegularizerArgs: l1·Σ|x| + l2·Σx² */
    /** Appends what it adds to that for a matrix of weights; NULL: nothing. The gradient follows from the operations. */
    void (*of_matrix)(const RegularizerArgs *args, Builder *build, Tensor *weight);
} RegularizerDef;

typedef struct ConstraintDef {
    Class class;
    const char *element; /* formula of the element w; or NULL, and */
    const char *factor;  /* what w is multiplied by, of the sum of squares along the axes */
} ConstraintDef;

/** The value of one row of predictions and targets, and its gradient: of losses, and of metrics that are means of such
 *  values. */
typedef struct LossDef {
    Class class;
    bool sparse; /* targets are class numbers */
    bool rows;   /* `value` and `gradient` name templates of a whole row; else they are elementwise formulas of prediction p
                         and target y, averaged over the last axis */
    bool sums;   /* elementwise: added up, not averaged */
    bool signs;  /* targets 0 and 1 stand for -1 and 1 where a batch has no others */
    bool along_axis; /* rows lie along the argument `axis` */
    bool negated; /* metrics: the value is minus this */
    const char *value, *gradient;
    const char *locals; /* what both formulas name, as declarations; NULL: nothing */
    const char *logits_value, *logits_gradient, *logits_locals; /* the same on logits p; NULL: has no such form */
    const char *element, *element_gradient; /* rows: what a class adds, a formula of its part q of the sum and y */
    bool given_logits;      /* from_logits means the prediction, even where something is known of which it was made */
    const char *shortcut;   /* the activation whose logits it goes back to: "softmax", "sigmoid"; NULL: none */
    const char *activation; /* "softmax": applied to logits, there being no form of its own for them */
    const char *target;     /* what targets may be: UNIT, DISTRIBUTION, or NULL for REAL, as in enum nnc_target */
} LossDef;

/** Arguments of losses, and of metrics that are means of such values. */
typedef struct LossArgs {
    const char *reduction; /* NULL in metrics */
    const char *name;
    bool from_logits;
    double label_smoothing;
    int64_t ignore_class; /* of sparse losses; INT_NONE: none */
    int64_t axis;
    double delta, alpha, gamma;
    bool apply_class_balancing;
    double threshold; /* BinaryAccuracy */
    int64_t k;        /* TopK… */
} LossArgs;

/** Where labels are counted, and which. */
typedef struct Thresholds {
    int count;         /* of thresholds */
    const double *at;  /* those that are listed; NULL: they lie evenly from 0 to 1 … */
    int listed;        /* … else how many they are */
    bool ends;         /* the first and the last are a little below 0 and above 1, and are not listed */
    int64_t column;    /* the only output that counts; -1: all do */
    int64_t top;       /* so many largest outputs of a row may count as 1; 0: all */
} Thresholds;

typedef enum MetricKind {
    METRIC_MEAN,       /* of a value of each row: its sum, and what was counted */
    METRIC_THRESHOLDS, /* false and true labels between thresholds */
    METRIC_F_SCORE,    /* of each class: true positives, false positives, false negatives */
    METRIC_R2          /* of each output: weighted sums of y, y², (y - p)², the weights; then all values */
} MetricKind;

typedef struct MetricDef {
    Class class;
    MetricKind kind;
    const LossDef *value; /* METRIC_MEAN */
    const char *result;   /* how it follows from the sums: MEAN, ROOT, …, as in enum nnc_result */
    bool argmax;          /* logits serve as well as probabilities */
    const char *name;     /* in logs, where that is not the class's in snake_case */
    bool numbered;        /* in logs several without a name are told apart: auc, auc_1 */
    /** 'accuracy' becomes one of its three forms by the shapes; NULL: is what it is */
    const struct MetricDef *(*resolve)(Shape output, bool sparse_target);
} MetricDef;

typedef struct MetricArgs {
    LossArgs value; /* METRIC_MEAN */
    Reals thresholds;
    double threshold;                   /* F scores; NaN: the largest output of a row */
    int64_t top_k, class_id;            /* INT_NONE: not given */
    int64_t num_thresholds;             /* AUC, …At… */
    double at;                          /* …At…: what the other figure must reach */
    const char *curve, *summation_method, *average, *class_aggregation;
    bool multi_label, from_logits;
    double beta;
    int64_t num_regressors;
} MetricArgs;

/** The thresholds of a METRIC_THRESHOLDS. (tables/metrics.c) */
Thresholds metric_thresholds(const Object *metric);

typedef struct OptimizerDef {
    Class class; /* its arguments begin with NumberOrObject learning_rate */
    void (*rule)(const Object *object, UpdateRule *rule);
} OptimizerDef;

/** A schedule of the learning rate: an expression of `step`, the batches seen before, in C with doubles (nnc_rate.h). */
typedef struct ScheduleRule {
    LIST(Operand) numbers;
    const char *text;
} ScheduleRule;

typedef struct ScheduleDef {
    Class class;
    void (*rule)(const Object *object, Arena *arena, ScheduleRule *rule);
} ScheduleDef;

/** The rule of an optimizer with what its common arguments add to it, and the operations that it becomes: what is done
 *  with the gradients of all trainable weights. (update.c) */
UpdateRule update_rule(const Object *optimizer);
void build_updates(Builder *build);

/* Appending operations (build.c). Names of results are made from the layer's: build_map(…, relu) in layer dense makes dense.relu;
 * the layer's last result is renamed to the layer. */

/** y[rows, out] = x[rows, in] · w[in, out] over the last axis of x; with transpose_x y[in, out] = xᵀ · w over all others.
 *  `role` names the operation (forward), `label` its result (sum). */
Tensor *build_matmul(Builder *build, Tensor *x, Tensor *w, bool transpose_x, Shape shape, const char *role,
                     const char *label);
/** A matrix packed for many products: the second input of a matmul, the kernel of a conv. (ops/pack.c) */
Tensor *build_pack(Builder *build, Tensor *matrix);
enum { PANEL_COLUMNS = 64 }; /* PANEL of nnc_product.h */
Tensor *build_map(Builder *build, const Formula *formula, Tensor *const *operands, const Operand *numbers,
                  int number_count);
/** The sum of squares over the dimensions where `shape` has 1 or nothing. */
Tensor *build_sum_squares(Builder *build, Tensor *x, Shape shape, const char *label);
/** The sum of x over the dimensions where `shape` (right-aligned) has 1 or nothing. */
Tensor *build_sum(Builder *build, Tensor *x, Shape shape, const char *label);
/** x in another shape, without an operation. */
Tensor *build_view(Builder *build, Tensor *x, Shape shape, const char *label);
/** y's dimension i is x's dimension axes[i], backwards where bit i of `flipped` is set. Undoing a permutation takes no
 *  operation. */
Tensor *build_permute(Builder *build, Tensor *x, const int *axes, unsigned flipped, const char *role, const char *label);
Tensor *build_simple(Builder *build, const OpDef *def, Tensor *x, const char *label); /* same shape as x */
/** Rows of a table by their index; (…) becomes (…, columns). */
Tensor *build_gather(Builder *build, Tensor *indices, Tensor *table, const char *label);
/** 1 where an index is not 0, else 0. */
Tensor *build_nonzero(Builder *build, Tensor *indices, const char *label);
Tensor *build_random(Builder *build, Shape shape, RandomAttrs attrs);
/** Numbers that the model file gives, in row-major order. */
Tensor *build_constant(Builder *build, const double *values, Shape shape, const char *label);
Tensor *build_weight(Builder *build, const Weight *weight);
/** A state that lasts from batch to batch, or of a stream from step to step, zero at first; `path` names it in all programs. */
Tensor *build_lasting_state(Builder *build, Shape shape, const char *path);
Tensor *build_activation(Builder *build, const Object *activation, Tensor *x);
/* What is measured (measure.c): the metrics of the plan; rows of the loss, each of which may have a weight; the prediction as
 * the loss wants it, which belongs to the forward operations; the loss, which returns what gradients begin at; the metrics. */
void plan_metrics(Plan *plan);
Shape loss_rows(const Model *model);
Tensor *build_judged(Builder *build, Tensor *prediction);
Tensor *build_loss(Builder *build, Tensor *judged);
void build_metrics(Builder *build, Tensor *prediction);
/** Adds l1·Σ|x| + l2·Σx² to the loss, divided by the batch where x depends on it. The gradient of a weight's penalty is added
 *  to `g`, the rest of its gradient, by build_penalized. (ops/penalty.c) */
void build_penalty(Builder *build, Tensor *x, double l1, double l2);
Tensor *build_penalized(Builder *build, Tensor *g, Tensor *weight, double l1, double l2);
/** A square matrix with zeros in its diagonal. (ops/off_diagonal.c) */
Tensor *build_off_diagonal(Builder *build, Tensor *x);
/** The penalty on a layer's output y, if it has one. (lower.c) */
void build_activity_penalty(Builder *build, const Layer *layer, Tensor *y);
/** The pieces of all these: a tensor, an operation without result, its result, a map of one step. */
Tensor *build_tensor(Builder *build, TensorKind kind, const char *name, Shape shape);
Tensor *build_value(Builder *build, const char *label, Shape shape);
Op *build_op(Builder *build, const OpDef *def, const char *label);
/** An operation of training that runs only when the loss is finite, after it. Not within a time loop. */
Op *build_op_after_loss(Builder *build, const OpDef *def, const char *label);
/** A tensor that outlasts a program: that of this kind and name in the list, which all programs share. */
Tensor *build_lasting(Builder *build, TensorKind kind, const char *name, Shape shape, Tensors *list);
Tensor *build_result(Builder *build, Op *op, const char *label, Shape shape);
Tensor *build_step_map(Builder *build, Step step, Shape shape, const char *name);
bool tensor_name_taken(const Program *program, const char *name);
void tensor_rename(Builder *build, Tensor *tensor, const char *name);

/** A product of so few terms has no block of its own, which would take longer than they. */
enum { SHALLOW_DEPTH = 4 };

/** relu's gradient reads nothing but the sign of its value; pass_read_signs looks for it. */
#define RELU_GRADIENT "v_select(y > 0.0, d, 0.0)"
/** Dropout: the value times a factor, and its gradient. */
#define MASK_VALUE "x * mask"
#define MASK_GRADIENT "d * mask"

#define TENSOR(name_, tensor_) ((Operand){.name = (name_), .kind = OPERAND_TENSOR, .tensor = (tensor_)})
#define NUMBER(name_, number_) ((Operand){.name = (name_), .kind = OPERAND_NUMBER, .number = (number_)})

/* Views: no operation. */

/** Columns column … column + columns - 1 of x's rows. */
Tensor *build_columns(Builder *build, Tensor *x, int64_t column, int64_t columns, const char *label);
/** Index `index` of x's first dimension. */
Tensor *build_index(Builder *build, Tensor *x, int64_t index, const char *label);
/** Tensors side by side along their last dimension. */
Tensor *build_concat(Builder *build, Tensor *const *parts, int count, const char *label);
/** The operations of a wrapper's inner layer. */
Tensor *build_inner(Builder *build, const Layer *inner, Tensor *x);
Tensor *build_copy(Builder *build, Tensor *x);
/** x itself, or a copy of it when it is columns of wider rows. */
Tensor *build_whole(Builder *build, Tensor *x);
/** Names a value that was just made, and the step that makes it. */
Tensor *build_named(Builder *build, Tensor *value, const char *label);
/** A mask (batch, time) as the loop over time reads it: (time, batch, 1); backwards when `flipped`. */
Tensor *build_time_mask(Builder *build, Tensor *mask, unsigned flipped);
/** Copies `value` to its place in a larger tensor: a view that nothing else writes to. */
void build_store(Builder *build, Tensor *value, Tensor *view);

/* Images: (samples, positions…, channels). (ops/) */

/** No spacing at all: low 0, spread 1, pick 1. */
Spacing spacing_none(void);
/** x with its elements spaced in a tensor of this shape; x itself where that changes nothing. */
Tensor *build_pad(Builder *build, Tensor *x, Spacing spacing, Shape shape, const char *role, const char *label);
/** The cross-correlation of x with a kernel (size…, channels / groups, filters), without padding. */
Tensor *build_conv(Builder *build, Tensor *x, Tensor *kernel, Window window, const char *role, const char *label);
/** x (samples, positions…, channels) with a kernel (size…, channels, multiplier): each channel by itself. */
Tensor *build_depthwise(Builder *build, Tensor *x, Tensor *kernel, Window window, const char *label);
/** The gradient of a convolution of something of `shape` with the kernel, which is a convolution transposed. Its first
 *  `low` positions are left out. */
Tensor *build_conv_transposed(Builder *build, Tensor *d, Tensor *kernel, Window window, const int64_t *low, Shape shape,
                              const char *role, const char *label);
/** The same phase by phase, where there are strides; NULL: it cannot. (ops/conv_transposed.c) */
Tensor *build_phases(Builder *build, Tensor *d, Tensor *kernel, Window window, const int64_t *low, Shape shape, const char *role,
                     const char *label);
Tensor *build_pool(Builder *build, Tensor *x, Window window, Shape shape, const char *role, const char *label);
/** Max pooling of what a convolution has just made, perhaps with a bias and an activation that rises: the convolution takes
 *  the greatest itself. Returns its result, now of this shape; NULL: it cannot. (ops/conv_max.c) */
Tensor *build_conv_max(Builder *build, Tensor *x, Window pooling, Shape shape);
/** Those of one whose gradient d is 0 nearly everywhere; false: it is not, and nothing was built. (ops/conv_max.c) */
bool build_conv_sparse_gradients(Builder *build, const Window *window, Tensor *x, Tensor *kernel, Tensor *d);
/** That of the kernel alone. (ops/conv.c) */
void build_conv_kernel_gradient(Builder *build, const Window *window, Tensor *x, Tensor *kernel, Tensor *d);
/** The gradients of a convolution of x with the kernel; d may lack outputs at the end, whose gradient is 0. */
void build_conv_gradients(Builder *build, const Window *window, Tensor *x, Tensor *kernel, Tensor *d);
/** x (1, 1, channels), a time step, behind those that came before it, each `dilation` from the next: (1, taps, channels). */
Tensor *build_history(Builder *build, Tensor *x, int64_t taps, int64_t dilation);
/** What sum pooling had made x from, if all elements of a window had been equal to it: each element repeated. */
Tensor *build_repeat(Builder *build, Tensor *x, Window window, Shape shape, const char *role, const char *label);
/** Larger by whole factors, interpolated linearly between centres. */
Tensor *build_resize(Builder *build, Tensor *x, const int64_t *factors, const char *label);
Window window_of(int dims);
/** " 3x3 stride 2x2", for the dump of the plan. */
void window_describe(const Op *op, Text *out);

/* Time loops (loop.c): loop_begin, what a step computes, loop_end. Operations that do not depend on the step are moved
 * out of the loop. */
TimeLoop *loop_begin(Builder *build, const char *name, int64_t steps, bool reversed);
void loop_end(Builder *build);
/** The present step of a sequence (steps, …). */
Tensor *loop_step(Builder *build, Tensor *sequence, const char *label);
/** The step of a sequence that a loop is at, where `slot` is that of step 0. */
Tensor *loop_slot(Builder *build, Tensor *sequence, int64_t slot, const char *label);
/** A state of this shape; `initial` is what it begins with, or NULL for zeros. Its value before the step is
 *  carry->previous; loop_carry says which value it has after the step. */
Carry *loop_state(Builder *build, Shape shape, Tensor *initial, const char *label);
void loop_carry(Builder *build, Carry *carry, Tensor *next);
/** After the loop: the states behind every step, (steps, …), and behind the last one. */
Tensor *loop_states(Builder *build, const Carry *carry, const char *label);
Tensor *loop_final(Builder *build, const Carry *carry, const char *label);
/** The values of all steps of something that a step computes. */
Tensor *loop_sequence(Builder *build, Tensor *value);
/** Whether a tensor is another one in each step of a loop: made by the loop, or a step of a sequence. */
bool changes_with_step(const Tensor *tensor);
/** The gradients of a loop whose operations are first … end-1: a loop the other way round. */
void loop_gradient(Builder *build, TimeLoop *loop, int first, int end);

/* Reverse mode (gradient.c). */
/** Adds `d` to the gradient of `tensor`; nothing when the tensor needs none. Where the tensor was broadcast, over its
 *  dimensions or over the steps of a loop, `d` is summed. */
void gradient_add(Builder *build, Tensor *tensor, Tensor *d);
void gradient_set(Tensor *tensor, Tensor *d); /* the first … */
void gradient_replace(Tensor *tensor, Tensor *d); /* … or another instead */
Tensor *gradient_of(const Tensor *tensor);
/** True when a trainable weight stands behind the tensor. */
bool gradient_needed(const Tensor *tensor);
/** Appends the gradients of all operations before `end`, last first, from the loss on `prediction`. */
void build_gradients(Builder *build, int end, Tensor *prediction);
/** d_biased for dense.biased: what a gradient is called within its layer. */
const char *gradient_name(Builder *build, const Tensor *tensor);
/** The gradient with respect to operand `operand` of an elementwise step, in the full `shape`. */
Tensor *build_gradient_map(Builder *build, const Step *forward, int operand, Tensor *d, Shape shape);

#endif
