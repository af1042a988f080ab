/* SPDX-License-Identifier: MIT-0 */
/* The model: layers with checked arguments, then shapes and weights. What compile(), fit() and evaluate() say. */
#ifndef NNC_MODEL_H
#define NNC_MODEL_H

#include "language/class.h"

/* A negative size is a multiple of the batch, which is known only when the program runs: -28 is batch * 28. */
enum { MAX_RANK = 6, BATCH = -1 };

/** Sizes of a tensor's dimensions, row-major. Per-sample tensors have dim[0] == BATCH; in sequences the time comes first:
 *  (28, batch, 128). rank < 0: unknown, after an error; whoever meets it stays silent. */
typedef struct Shape {
    int rank;
    int64_t dim[MAX_RANK];
} Shape;

typedef struct Layer Layer;
typedef struct Builder Builder; /* lower.h */
typedef struct Tensor Tensor;   /* plan.h */

/** What a weight's arguments say about it. Their rows come from WEIGHT_ARGS (layers/layer.h). */
typedef struct WeightArgs {
    Object *initializer, *regularizer, *constraint; /* NULL: none of the last two */
} WeightArgs;

/** Arguments of constraints; NonNeg has none. */
typedef struct ConstraintArgs {
    double min_value, max_value, rate;
    Ints axis;
} ConstraintArgs;

typedef struct Weight {
    const char *name; /* kernel */
    const char *path; /* dense/kernel: its name in files of weights */
    Shape shape;
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
    /** --stream: NULL, or why the layer cannot run one time step after another. *timed: whether dimension 1 of its input is
     *  the time that goes on; becomes that of its output. NULL: it can only where that is not so. */
    const char *(*stream)(const Layer *layer, bool *timed);
    bool is_input;  /* Input: only says the shape */
    bool recurrent; /* Bidirectional can wrap it */
    bool (*stateful)(const Layer *layer); /* whether a call goes on from the states of the one before; NULL: never */
    bool masks;     /* carries masks of time steps on; others lose them */
} LayerDef;

/* Arguments of Input; the class is compiler/layers/input.c. */
typedef struct InputArgs {
    Ints shape;         /* without the batch; count < 0: not given */
    Ints batch_shape;   /* with it; count < 0: not given */
    int64_t batch_size; /* INT_NONE: not given */
    const char *dtype;  /* "float32" or "int32" */
} InputArgs;

/** Arguments that every layer takes, besides its own. The last four of a layer of the model say the model's input, as Keras has it. */
typedef struct LayerArgs {
    const char *name, *dtype;
    bool trainable;
    Object *activity_regularizer;
    Ints input_shape, batch_input_shape;
    int64_t input_dim, batch_size;
} LayerArgs;

/** Their tables, for layers of the model and for layers within wrappers. (model.c) */
extern const ArgDef common_layer_args[], inner_layer_args[];

struct Layer {
    const LayerDef *def;
    const Object *object;
    const void *args; /* object->args */
    const char *name; /* dense_1; within wrappers time_distributed/dense_1 */
    const char *own_name; /* of a layer within a wrapper: dense_1 */
    Span span;
    int index; /* among the layers, Input not counted */
    int stream; /* the first of its random streams, within those of its index */
    bool trainable;
    const Object *activity_regularizer; /* a penalty on its output; or NULL */
    Shape input, output;
    Shape mask;             /* of time steps, that of the input until shape() makes it the output's; rank 0: none */
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

/** Arguments of callbacks; each class has some of them. (tables/callbacks.c) */
typedef struct CallbackArgs {
    const char *path, *monitor, *mode, *separator;
    double min_delta, baseline, factor, min_lr; /* baseline NaN: none */
    int64_t patience, cooldown, start_from_epoch, save_freq, verbose; /* save_freq INT_NONE: 'epoch' */
    bool restore_best_weights, save_best_only, save_weights_only, append, raise_error, double_checkpoint, delete_checkpoint;
    Rates schedule;
} CallbackArgs;

/* Arguments of fit() and evaluate(); sources are Objects of CLASS_SOURCE. */
typedef struct FitArgs {
    Object *x, *y, *sample_weight;
    int64_t batch_size, epochs, verbose;
    double validation_split;
    Objects validation_data, callbacks;
    int64_t initial_epoch, steps_per_epoch, validation_steps, validation_batch_size; /* INT_NONE: not given */
    Ints validation_freq; /* one number: after every so many epochs; in brackets: after these, from 1 */
    bool shuffle;
    Weights class_weight;
} FitArgs;

typedef struct EvaluateArgs {
    Object *x, *y, *sample_weight;
    int64_t batch_size, verbose;
} EvaluateArgs;

typedef struct CompileArgs {
    Object *optimizer, *loss;
    Objects metrics, weighted_metrics;
} CompileArgs;

/** Arguments that every optimizer takes, besides its own: what happens to the gradient before it, and to the weights behind
 *  it. NaN, INT_NONE: not given. */
typedef struct CommonOptimizerArgs {
    double weight_decay, clipnorm, clipvalue, global_clipnorm, loss_scale_factor;
    bool use_ema;
    double ema_momentum;
    int64_t ema_overwrite_frequency, gradient_accumulation_steps;
} CommonOptimizerArgs;
extern const ArgDef common_optimizer_args[]; /* (tables/optimizers.c) */
/** What every loss and metric takes; nothing of it is stored. (tables/losses.c) */
extern const ArgDef common_measure_args[];

/* Arguments of the data sources. */
typedef struct SourceArgs {
    const char *path;
    const char *array; /* npz: which; NULL: the only one */
    Columns columns;   /* index.count < 0: all; names in csv only */
    Ints rows;         /* (first, end); None: all */
    double scale;
    const char *delimiter; /* csv; NULL: found out from the file */
    int64_t header;        /* csv: 1 yes, 0 no, INT_NONE: found out */
    bool standardize;      /* mean 0, deviation 1, as learned from the training part */
} SourceArgs;

/** What is done to values between the file and the network: said by the source of fit(), or where fit() names none of
 *  evaluate(). It belongs to the model: emitted functions take values as that file has them. (prepare.c) */
typedef struct Preparation {
    const Object *source; /* NULL: nothing is known of the file */
    double scale;         /* what every value is multiplied by; 1: nothing */
    bool standardize;     /* x: then less its mean, divided by its deviation, both learned */
    Weight *mean, *deviation;
} Preparation;

typedef struct Model {
    const char *name;
    Span span;
    Arena *arena;
    Shape input; /* (BATCH, …) */
    Span input_span;
    bool any_length;    /* the first dimension of a sample, the time, is None; in `input` it is 1 */
    bool integer_input; /* dtype='int32' */
    LIST(Layer *) layers; /* without Input */
    Shape output;
    int64_t batch; /* rows that the C is compiled for */
    bool has_compile, has_fit, has_evaluate;
    CompileArgs compile;
    FitArgs fit;
    Span class_weight_span;
    EvaluateArgs evaluate;
    Preparation x, y;
} Model;

/** Why a word cannot be the prefix of all names in the generated C (the model's name, or --prefix), NULL when it can. */
const char *prefix_problem(const char *word);
/** Reports a model name that cannot be the prefix; for when no --prefix is given. */
void model_check_prefix(const Model *model, Diags *diags);

/** The tree → a model with every argument checked, layers named as Keras names them, no shapes yet. Never NULL; errors
 *  are in `diags`. */
Model *model_from_ast(Arena *arena, const AstFile *file, Constants *constants, Diags *diags);
/** Reports a length of None, unless nothing but NAME_step() and its kin are wanted: there it plays no part. */
void model_check_length(Model *model, bool only_steps, Diags *diags);
/** Runs every layer's shape rule in order; after an error later layers stay silent. (shape.c) */
void model_shapes(Model *model, Diags *diags);
/** Finds out what x and y are prepared by; reports what cannot be done to them. (prepare.c) */
void model_prepare(Model *model, Diags *diags);
/** --stream: the model for one time step of one sample, whose layers keep what they need from step to step. NULL after an
 *  error, which names the layer that needs more than that. (stream.c) */
Model *model_of_step(const Model *model, Diags *diags);
/** Whether loss and metrics fit the output. (check.c) */
void model_check(const Model *model, Diags *diags);
/** What checkpoints must agree in, a line each: the input, the layers, compile(). */
void identity_dump(const Model *model, Text *out);
/** 1 where a larger figure is better for a callback, -1 where a smaller one is; 0: nobody knows. (monitor.c) */
int monitor_direction(const Model *model, const CallbackArgs *args);
/** The name of a file of weights, its ending that of safetensors. */
const char *weights_file(Arena *arena, const char *path);
void check_callbacks(const Model *model, Diags *diags);
/** --emit=model and --emit=shapes. */
void model_dump(const Model *model, Text *out);
void shapes_dump(const Model *model, Text *out);
/** --emit=summary: Keras' table of layers, shapes and parameters. */
void summary_dump(const Model *model, Text *out);

/** Shapes of a wrapper's inner layer for what it is called with; its name becomes "wrapper/NAME", its weights become the
 *  wrapper's, too. */
void layer_shape_inner(Layer *wrapper, Layer *inner, const char *name, Shape input, Shape mask, Diags *diags);
/** Declares a weight; `shape` has no batch. Trainable when the layer is. */
Weight *layer_weight(Layer *layer, const char *name, Shape shape, WeightArgs args);

Shape shape_of(int rank, const int64_t *dims);
/** A dimension's size when the batch has `batch` samples. */
int64_t dim_size(int64_t dim, int64_t batch);
/** Product of the dimensions with the batch counted as `batch`; -1 when it exceeds 2^31 - 1. */
int64_t shape_size(Shape shape, int64_t batch);
bool shape_equal(Shape a, Shape b);
/** (batch, 28, 28) */
const char *shape_text(Arena *arena, Shape shape);

#endif
