/* SPDX-License-Identifier: MIT-0 */
/* The plan: a model as operations on tensors, one program each for predict, evaluate and train. Passes rewrite it, the
 * printer prints it. Everything that the C will do is decided here; --emit=plan shows it. */
#ifndef NNC_PLAN_PLAN_H
#define NNC_PLAN_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/names.h"
#include "base/options.h"
#include "language/class.h"
#include "model/layer.h"
#include "model/loss.h"
#include "model/metric.h"
#include "model/model.h"
#include "model/shape.h"
#include "plan/element.h"
#include "plan/op_form.h"
#include "plan/target.h"

typedef struct Op Op;
typedef struct OpDef OpDef;
typedef struct TimeLoop TimeLoop;
typedef struct Carry Carry;
typedef struct Use Use;
typedef struct Program Program;
typedef struct Plan Plan;
typedef struct ValueRanges ValueRanges; /* plan/ranges.h */
typedef struct Access Access;   /* plan/access.h */
typedef struct Builder Builder; /* build/builder.h */
typedef struct Emit Emit;       /* emit/emit.h */

typedef enum TensorKind {
    TENSOR_INPUT,         /* x of the caller */
    TENSOR_TARGET,        /* y of the caller */
    TENSOR_SAMPLE_WEIGHT, /* of the caller, one per sample, may be absent when the program runs */
    TENSOR_OUTPUT,        /* the prediction, written to the caller's memory */
    TENSOR_WEIGHT,        /* in the parameter struct */
    TENSOR_GRADIENT,      /* of a weight, kept for the caller (--gradients) */
    TENSOR_SLOT,          /* state of the optimizer, one per weight */
    TENSOR_MASK,          /* random factor given by the caller (--external-masks) */
    /* goes on from batch to batch, in the struct of states, or from step to step, in that of a stream */
    TENSOR_STATE,
    TENSOR_VALUE          /* computed: in the arena, or only in registers */
} TensorKind;

/** What a tensor is of another one, and is called after: plan/form.h. */
typedef enum TensorForm {
    FORM_GRADIENT,  /* d_sum */
    FORM_D_STATES,  /* gradients of a state, of all steps of a loop … */
    FORM_D_INITIAL, /* … of the step that the way back begins with … */
    FORM_D_BEFORE,  /* … and of the one before */
    FORM_STEPS,     /* all steps of a loop */
    FORM_TRANSPOSED,
    FORM_TURNED,
    FORM_PACKED,
    FORM_SPACED,
    FORM_SURROUNDED,
    FORM_PADDED,
    FORM_UNPOOLED,
    FORM_BY_FILTER,
    FORM_MATRIX,
    FORM_KERNEL, /* part of a kernel or bias that makes it: update_gate_inputs_kernel */
    FORM_BIAS,
    FORM_PREPARED
} TensorForm;

struct Tensor {
    TensorKind kind;
    int number; /* of all tensors of the plan, from 0: for tables beside it */
    /* These are asked for so often that they lie together: */
    Op *producer;              /* NULL: not computed */
    Use *readers, *writers;    /* of what owns its memory: kept by what changes a program (uses.c) */
    Tensor *views, *next_view; /* what views this one, the latest first; and the next that does so: tensor_show() */
    Tensor *base;              /* not NULL: a view of this tensor's memory, in another shape … */
    const char *name;   /* in plans: dense, dense.sum, dense_1.d_dense, dense/kernel. It follows from … */
    const Layer *layer; /* … whose operation makes it, or whose weight it is; NULL: the program's … */
    const char *word;   /* … what it is to that layer: sum; or NULL: … */
    const Tensor *of;   /* … it is a form of this; or NULL: what the layer gives … */
    TensorForm form;    /* … this one … */
    int copy;           /* … and, where its layer has several of that name, which, from 2; else 0 */
    const char *kin;    /* NULL, or what it and others of its layer are called where they lie in one place: gates */
    Shape shape;
    ElementType type;
    bool part;           /* of a view: it begins at `index` of its first dimension, … */
    bool stepped;        /* … plus the step of the time loop that is running … */
    bool columns;        /* … or at `column` of its rows, which are wider; with `part`, so many times its own columns
                            further on as the index says */
    signed char trained; /* whether a trainable weight stands behind it: 1 yes, -1 no, 0 not known yet */
    double scale;          /* of whole numbers that stand for reals: scale * (number - zero); 0: they do not */
    const void *values;    /* TENSOR_WEIGHT: its elements, once they are known */
    const Weight *weight;  /* TENSOR_WEIGHT, _GRADIENT, _SLOT */
    const char *slot;      /* TENSOR_SLOT: momentum */
    int64_t index, column;
    Carry *carry;          /* of a sequence: the state of a loop that it holds, from the initial one to the last */
    Tensor *gradient;      /* in the program that trains */
    Tensor *mask;          /* (batch, time): 0 where a time step is masked; NULL: none is */
    Tensor *logits;        /* what a sigmoid or softmax made it from: losses go back to it, as Keras does … */
    bool rows_of_logits;   /* … element by element, or over the last axis, not another */
    /* set by passes */
    bool in_registers;    /* lives and dies inside one operation */
    bool packed;          /* in the strips that products read: build_pack() */
    bool regenerated;     /* a random mask that every reader makes anew instead of loading it */
    bool rolled;          /* a sequence of which only the present step is kept */
    int16_t zero;         /* of whole numbers: what stands for 0 */
    int64_t lines;        /* an image of which so many lines are kept, line i in the place of line i - lines; 0: all */
    int first, last;      /* operations between which it must be kept */
    int64_t size;         /* reals of memory that a full batch takes */
    int64_t offset;       /* in the arena, in reals; -1: not there */
    Tensor *over, *under; /* what it may lie over, and what may lie over it; or NULL … */
    int64_t lead;         /* … so many reals before `over` at least … */
    bool at_over;         /* … or just where that begins */
};

/** An operation and the memory of a tensor, any part of which it reads, or writes to. */
struct Use {
    Op *op;
    Tensor *storage;
    Use *next, **link; /* of the same storage, in no order; and what points to this one */
    Use *next_of_op;   /* of the same operation */
    bool writes;       /* else it reads */
};

/** What passes know of a formula without reading it. */
typedef enum FormulaKind {
    FORMULA_OTHER,
    FORMULA_COPY,   /* its only operand */
    FORMULA_ADD,    /* sums, of which two are told apart: */
    FORMULA_BIAS,   /* x + bias */
    FORMULA_STATE,  /* x + state: what a gate sees */
    FORMULA_RELU,   /* max(x, 0); its gradient is d where y > 0, else 0 */
    FORMULA_PRODUCT, /* 0 where one of its operands is 0: x * y; of these is told apart: */
    FORMULA_FACTOR,  /* x * mask; its gradient is d * mask */
    FORMULA_WINNER,  /* of no operand: which element of a pooling window is the greatest */
} FormulaKind;

/** The elementwise part of the mathematics: an expression of operands, and its derivatives. Written in C with the
 *  functions of nnc_vec.h; numbers without suffix. `y` is the value itself, `d` the gradient that arrives. */
typedef struct Formula {
    const char *name;        /* what the value is called: relu, biased, dropped */
    const char *operands[4]; /* names in the expressions; NULL ends */
    const char *value;
    const char *gradient[4]; /* with respect to each operand; NULL: none */
    bool rises;              /* never falls as the first operand grows, so that the greatest stays the greatest */
    FormulaKind kind;
} Formula;

typedef enum OperandKind {
    OPERAND_TENSOR, /* the element, broadcast where its dimension is 1 */
    OPERAND_NUMBER, /* a literal */
    OPERAND_SCALAR  /* a parameter of the function: learning_rate, alpha, per_sample */
} OperandKind;

/** What an operand is to the formula that a step is the value of, or a gradient of. */
typedef enum OperandRole {
    ROLE_OTHER, /* a number, or an operand of a statement */
    ROLE_FIRST, /* of the formula's operands … */
    ROLE_SECOND,
    ROLE_THIRD,
    ROLE_FOURTH,
    ROLE_GRADIENT, /* d, which arrives … */
    ROLE_VALUE     /* … and y, the formula's value */
} OperandRole;

typedef struct Operand {
    const char *name; /* in the text */
    OperandKind kind;
    OperandRole role;
    Tensor *tensor;
    double number;
    bool written; /* updates: the statement assigns to it */
} Operand;

enum {
    MAX_STEPS = 40,       /* of one operation, and … */
    MAX_STEP_TENSORS = 60 /* … different tensors that they read and make */
};

/** One elementwise computation: result = text, or, for an update, statements that assign to their operands. */
typedef struct Step Step;

struct Step {
    const char *label; /* relu, adam; NULL: it is called as its result */
    const char *text;
    const char *assigned, *value; /* of a text "assigned = value;", which says nothing else; NULL: of others */
    Operand *operands;            /* step_add() */
    int operand_count;
    Tensor *result;         /* NULL: an update */
    const Formula *formula; /* that text is the value of; NULL in gradients and updates */
    FormulaKind kind;       /* of the formula that text is the value of, or … */
    bool of_gradient;       /* … a gradient of: then it is 0 where the gradient that arrives is … */
    const char *through;    /* … and this is the value that it goes back through: relu */
    const char *way_back;   /* what the operations of its gradients are called: gates; NULL: after its value */
    /** Where operands depend on each other: builds the gradients of all from `d`, that of the result. */
    void (*backward)(Builder *build, const Step *step, Tensor *d);
    const void *context; /* of `backward` */
    const Layer *layer;  /* whose operation it was, where fusion brought it to that of another one; else NULL */
};

typedef enum Phase {
    PHASE_FORWARD,    /* with loss and metrics */
    PHASE_BACKWARD,
    PHASE_ACCUMULATE, /* gradients of several batches are added up … */
    PHASE_UPDATE,     /* … for an update once in so many batches */
    PHASE_FINISH,     /* averages and constraints of weights, after every batch */
    PHASE_COUNT
} Phase;

/** A state that a loop carries from step to step. Slot t of the sequence (steps + 1, …) holds what step t begins
 *  with. */
struct Carry {
    Tensor *sequence;
    bool from_zero;              /* begins with zeros */
    Tensor *previous, *next;     /* within a step: slot t and slot t + 1 */
    Tensor *d_steps, *d_final;   /* gradients that arrive from outside: of slots 1 …, of the last one; or NULL */
};

/** A loop over time steps, or over lines of images (passes/split_lines.c). Its operations stand together; values of a
 *  step that others need are slots of sequences, tensors with the time as their first dimension. */
struct TimeLoop {
    const char *name; /* lstm_steps */
    int64_t steps;
    bool reversed; /* from the last step to the first */
    Tensor *valid; /* 0 for samples that the present step is masked in; NULL: there is no mask */
    bool skips_masked; /* nothing is computed where that is all of them: states stay as they are */
    int first, last; /* places of its operations, once the program is indexed */
    LIST(Carry *) carries;
    LIST(Tensor *) slices; /* steps of sequences that are made elsewhere */
};

/** A kind of attributes: what operations of some kinds are beside what every one is, a struct with a header of its own
 *  (plan/NAME_attrs.h), or in the file of the operation where nobody else asks. */
typedef struct AttrsKind {
    const char *name; /* in internal errors */
    size_t size;
    /** Appends all that they say, but not whose they are, to a key (base/key.h). */
    void (*key)(const Op *op, Text *key);
} AttrsKind;

enum { MAX_INPUTS = 6 };

/** How an operation is shared out to those who make a step of training together. Each output is made whole by one of
 *  them, in the order of one alone, so that no bit depends on how many there are. */
typedef enum ShareKind {
    SHARE_NONE,    /* one of them makes it all */
    SHARE_SAMPLES, /* each makes some samples: its function makes as many as it is told, from where it is told */
    /* Each makes a share of the result, and the function is told how much: */
    SHARE_ROWS,     /* rows of a matrix */
    SHARE_STEPS,    /* indices of the first dimension: steps of a sequence */
    SHARE_ELEMENTS, /* elements that lie one after the other; or columns, of which there is one row */
    SHARE_RESULT    /* what `stride` says */
} ShareKind;

typedef struct Share {
    ShareKind kind;
    int64_t length;    /* rows, steps, …; negative: times the batch */
    const char *grain; /* shares are multiples of it but for the last: a number in C */
    /* From one to the next in what the operation reads as inputs, in elements; negative: times the batch; 0: all read
     * the same. What steps read and make of the whole shape lies as `kind` says, the rest is read by all. */
    int64_t in_stride[MAX_INPUTS], stride;
    bool everywhere; /* of several processes each makes all of it, and its threads have shares */
} Share;

/** Memory that processes have made parts of, by the shares of an operation, and that all of them need. Numbers of
 *  elements; negative: times the batch. */
typedef struct Portion {
    const Op *op; /* which has made it */
    const Tensor *tensor;
    const TimeLoop *loop; /* not NULL: what all of its steps have made */
    int64_t length;       /* of what is shared out … */
    const char *grain;    /* … as Share says */
    int64_t each;         /* elements of one of them, which lie together in … */
    int64_t rows, row;    /* … so many rows of so many elements */
} Portion;

typedef LIST(Portion) Portions;

/** Which steps of a loop over the lines of images an operation makes its next line in: from step `first` on every so
 *  many, until it has made `count`. In a loop over time, which all operations run in at every step, the count is 0. */
typedef struct Pace {
    int64_t first, every, count;
} Pace;

/** How the lines that an operation makes follow from those of the image that it reads first: line i from the `reach`
 *  lines that begin with line i * stride - low, of those that there are. */
typedef struct LineWindow {
    int64_t stride, reach, low;
} LineWindow;

/** What every operation has. */
struct Op {
    const OpDef *def;
    void *attrs;      /* of def->attrs, reached through the accessors of plan/NAME_attrs.h, which ask op_attrs() */
    Program *program; /* that it stands in … */
    int at;           /* … at this place … */
    Phase phase;
    Use *uses;            /* … and with these uses, once the program is indexed */
    const TimeLoop *loop; /* NULL: runs once */
    Pace pace;            /* of a loop over lines */
    bool adds;            /* in a loop: adds to what the steps before have made */
    bool skips_first;     /* product in a loop: the first input is zero in the first step … */
    bool skips_last;      /* … and nobody reads what the last step makes */
    OpForm form;
    Tensor *out;          /* main result; NULL for updates, metrics */
    LIST(Step) steps;     /* elementwise: on the result of a product or sum, or making the result of a map */
    int in_count;
    Tensor *in[MAX_INPUTS]; /* op_read() */
    const char *name;       /* the C function's: dense_forward */
    const Layer *layer;
    Share share; /* in a program with rounds */
};

/** A kind of operation: one file in ops/. */
struct OpDef {
    const char *name;
    const char *brief;
    /** How many reals before what it reads at `read` its result `made` must begin to lie over it: plan/lead.h. NULL: it
     *  may not. */
    int64_t (*lead)(const Plan *plan, const Op *op, const Access *read, const Tensor *made);
    /** Builds the gradients of the inputs from `d`, the gradient of op->out, with gradient_add(). NULL: has none. */
    void (*gradient)(Builder *build, const Op *op, Tensor *d);
    /** How it makes its result, once passes have made it what it is. NULL: there is one way. */
    OpForm (*form)(const Plan *plan, const Op *op);
    /** Prints the operation as a C function. */
    void (*emit)(Emit *emit, const Op *op);
    /** Appends its attributes to the line of --emit=plan, each after a blank. NULL: has none. */
    void (*describe)(const Op *op, Text *out);
    /** What stands in the comment above the function, of the names of its inputs; NULL: the operation's name and
     *  inputs. */
    const char *(*formula)(Emit *emit, const Op *op, const char *const *in);
    const AttrsKind *attrs; /* NULL: it has none */
    /** How many products of two numbers it adds up for one sample, before passes change it. NULL: it adds up none. */
    int64_t (*products)(const Op *op);
    /** How many reals the arrays have that its function has on the stack, for targets without blocks; NULL: none. */
    int64_t (*stack)(const Plan *plan, const Op *op);
    /** Which lines of the image that it reads first a line of its result is made of; a stride of 0: it has none. NULL:
     *  it makes none apart. */
    LineWindow (*line_window)(const Op *op);
    bool only_steps;        /* it computes nothing but its elementwise steps */
    bool measures;          /* adds to the running sums of loss and metrics; what it makes is a gradient */
    bool takes_indices;     /* its first input may be whole numbers … */
    bool chooses_rows;      /* … which choose rows of the second */
    bool takes_steps;       /* elementwise steps can be fused behind it … */
    bool blocks;            /* … and run on blocks of rows and columns */
    bool by_rows;           /* … or, for targets that make none, its sums are made row by row (nnc_small.h) */
    bool reads_columns;     /* what it reads may be columns of wider rows */
    bool reads_constants;   /* it reads weights one by one, so that they may lie where a copy does not reach */
    /** Its function makes each sample by itself, where all that it makes and reads of samples begins with these. */
    bool by_samples;
    /** How else it can be shared out: fills in a share that is SHARE_NONE, or leaves it. NULL: not at all. */
    void (*share)(const Op *op, Share *share);
};

/* The operations that rooms below ops/ build, look for or print differently. The others are declared in ops/NAME.h. */
extern const OpDef op_matmul, op_pack, op_map, op_sum, op_permute, op_conv, op_random, op_loss_weights, op_loss,
    op_metric, op_update;

/** Operations that follow each other, and that all who make a step together work on at once. They wait for each other
 *  behind it. */
typedef struct Round {
    int first, end;       /* places of its operations */
    const TimeLoop *loop; /* not NULL: there is such a round in each step of the loop; else its loops are whole */
    bool alone;           /* nothing is shared out */
    Portions before, after; /* what processes give each other: before the first round of a loop, before the loop */
} Round;

struct Program {
    const char *name; /* predict, evaluate, train, step */
    LIST(Op *) ops;
    LIST(Round) rounds;     /* none: it is not shared out */
    Portions at_end;        /* what processes give each other behind the last round */
    Portions gathered;      /* … what each keeps its part of until all of it is wanted */
    LIST(Tensor *) tensors; /* values of this program */
    Names names;            /* … by name */
    Tensor *input, *output, *target, *sample_weight;
    int64_t arena_size; /* reals */
    int64_t narrow_sizes[ELEMENT_TYPES]; /* of the arenas of narrow values, in elements */
    bool training;
};

typedef struct Scalar {
    const char *name, *text; /* alpha, and the C expression it is computed with */
} Scalar;

/** A state of the optimizer for every trainable weight, and what it begins with. */
typedef struct Slot {
    const char *name;
    double initial;
} Slot;

/** What an optimizer does to one weight `w` with gradient `g`: filled in by its OptimizerDef, and then for what is
 *  common to all of them by update_rule(). Lists grow by rule_add_… alone (plan/rule.h), which see that no name is
 *  given twice. */
typedef struct UpdateRule {
    Arena *arena;
    LIST(Slot) slots;
    LIST(Scalar) scalars; /* computed once per step from learning_rate, iteration (of updates, from 1) and numbers as
                             reals, or as exact_NAME in double precision, or as whole_NAME */
    LIST(Operand) numbers; /* constants of the statements */
    const char *text;      /* statements, separated by newlines */
    const char *direction; /* not NULL: then w moves by learning_rate · |w| along this, made as long as 1 */
    const char *product;   /* a scalar whose product over all updates, with the present one, is the scalar `momenta` */
    double weight_decay;   /* of this optimizer; 0 or NaN: none but the common one's */
    NumberOrObject learning_rate;
    int64_t accumulated; /* batches of an update: 1 or more */
    bool averages;       /* there are moving averages of the weights, which take their place at the end */
} UpdateRule;

typedef LIST(Tensor *) Tensors;

/** A metric of compile(), in a plan that trains. */
typedef struct Metric {
    const Object *object;
    const MetricDef *def; /* the object's class, or what 'accuracy' stands for */
    const char *name;            /* in logs */
    bool weighted;               /* of weighted_metrics */
    int sum_at, sums;            /* its running sums */
} Metric;

struct Plan {
    const Model *model;
    Arena *arena;
    const Options *options;
    const Target *target;
    ElementType real; /* of all that is computed */
    Program predict, evaluate, train;
    Program monte_carlo;    /* prediction with random layers on; no operations: there is none */
    int64_t mc_rows;        /* samples that it works on at once */
    Program whole;          /* prediction whose x and y are int8; no operations: there is none */
    Program step;           /* --stream … */
    const Model *step_model; /* … of this model; NULL: not asked for */
    Tensors weights, gradients, slots, masks, states;
    const struct Baked *baked; /* values of the weights, once --weights is read: file/weights.h */
    LIST(const char *) observed; /* values whose ranges are recorded, in the order of the state `ranges` */
    const ValueRanges *ranges; /* of values, once they are known: plan/ranges.h; NULL: nothing is quantized */
    int statistics; /* the first of the weights, which are learned of the data beforehand */
    Tensors stream_states; /* of `step` */
    /* those that outlast a program, of each kind; those of stream_states */
    Names by_name[TENSOR_VALUE], stream_by_name;
    Use *free_uses;
    int tensor_count; /* in all programs */
    uint64_t identity; /* of what a prediction computes, before passes change how */
    int64_t products; /* of two numbers that a prediction for one sample adds up */
    int64_t *costs; /* visits of lowering, and then of each pass */
    int64_t step_threads; /* that pay for themselves in a step of training */
    UpdateRule update;
    LIST(Metric) metrics;
    int sum_count; /* running sums of loss and metrics */
    int64_t indices; /* categories that x chooses of; 0: it is no indices */
    bool sums_columns; /* targets without blocks: one function makes all weighted sums, of some columns of a kernel */
    bool can_train;
};

#endif
