/* SPDX-License-Identifier: MIT-0 */
/* What can be named in a model file: layers, activations, losses, … each is a Class with a table of its arguments.
 * The binder fills an argument struct from a call; errors, --list-*, documentation and completion follow from the
 * table. */
#ifndef NNC_LANGUAGE_CLASS_H
#define NNC_LANGUAGE_CLASS_H

#include <float.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/source.h"

typedef enum ClassKind {
    CLASS_LAYER, CLASS_ACTIVATION, CLASS_INITIALIZER, CLASS_REGULARIZER, CLASS_CONSTRAINT, CLASS_LOSS, CLASS_OPTIMIZER,
    CLASS_SCHEDULE, CLASS_METRIC, CLASS_CALLBACK, CLASS_SOURCE,
    CLASS_STATEMENT, /* compile, fit, evaluate */
    CLASS_KIND_COUNT
} ClassKind;

typedef struct Class Class;
typedef struct ArgDef ArgDef;

/** A constructed thing: Adam(learning_rate=1e-3), 'relu', csv('x.csv'). `args` has the type that its class
 *  documents. */
typedef struct Object {
    const Class *class;
    void *args;
    Span span;              /* of the whole call or string; NO_SPAN when it comes from a default */
    Span name_span;         /* of the class's name alone */
    const char *spelled;    /* as the file names it: 'acc' stays 'acc' */
    bool called;            /* Adam(), not 'adam' */
    const Span *arg_spans;  /* of each written value, one per row of class->args; NO_SPAN where the default stands */
    const ArgDef *extra;    /* the common arguments that it was bound with, or NULL; and their places and values */
    const Span *extra_spans;
    const void *extra_args;
} Object;

/** A sequence of integers; `none` entries (None) hold DIM_NONE. count < 0: the argument is None. */
typedef struct Ints {
    const int64_t *at;
    int count;
    bool pairs;  /* written as pairs: entries 2i and 2i + 1 belong together */
    bool single; /* written as one number, without brackets */
} Ints;

/** Columns of a table, each by its number or, where names[i] is not NULL, by its name. */
typedef struct Columns {
    Ints index;               /* count < 0: None */
    const char *const *names; /* NULL: all are numbers */
    bool all;                 /* True; index.count is 0 */
} Columns;

typedef struct Reals {
    const double *at;
    int count; /* < 0: None */
} Reals;

/** Learning rates and the epochs from which they hold, ascending; or a schedule that says them. */
typedef struct Rates {
    const int64_t *epoch;
    const double *rate;
    int count;
    const Object *schedule; /* or NULL */
} Rates;

/** A dict of integers and numbers. */
typedef struct Weights {
    const int64_t *keys;
    const double *at;
    int count;                /* < 0: None */
    const char *const *names; /* of keys that are strings instead; NULL: all are integers */
} Weights;

/** A number, or one of a few words. */
typedef struct NumberOrWord {
    double number;   /* NaN: neither */
    unsigned choice; /* which of the words, from 1; 0: the number */
} NumberOrWord;

typedef struct Objects {
    Object **at;
    int count;
} Objects;

/** A number, or an object that makes numbers: a learning rate, or its schedule. */
typedef struct NumberOrObject {
    double number;
    Object *object; /* NULL: the number */
} NumberOrObject;

#define DIM_NONE INT64_MIN

typedef enum ArgType {
    ARG_INT,      /* int64_t; None, where the default is None, is INT_NONE */
    ARG_REAL,     /* double; None is NaN */
    ARG_BOOL,     /* bool */
    ARG_STRING,   /* const char *; None is NULL */
    ARG_CHOICE,   /* an enum of CHOICE_VALUE: which of `choices`, from 1; None is 0 */
    ARG_INTS,     /* Ints: a tuple or list of integers, or one integer (then count 1) */
    ARG_SHAPE,    /* Ints: a tuple or list of integers only: for shapes, (28) is a mistake for (28,) */
    ARG_REALS,    /* Reals: likewise, of numbers */
    ARG_WEIGHTS,  /* Weights: {0: 1.0, 1: 3.0}; min and max are those of the numbers */
    ARG_COLUMNS,  /* Columns: a tuple or list of integers and strings, or one of them */
    ARG_NUMBER_OR_WORD, /* NumberOrWord: a number, or one of `choices` */
    ARG_RATES,    /* Rates: {0: 1e-2, 10: 1e-3}, or a list, one for each epoch, or a schedule */
    ARG_OBJECT,   /* Object *: a call, or a string that names a class of `class_kind`; None is NULL */
    ARG_OBJECTS,  /* Objects: a list or tuple of such, or a single one */
    ARG_PAIR,     /* Objects: a tuple of exactly two, such as validation_data=(x, y); None is count 0 */
    ARG_NUMBER_OR_OBJECT, /* NumberOrObject: a number, or what ARG_OBJECT takes */
    ARG_SCALE,            /* double: a number or a quotient; kept apart for its own message */
    ARG_FIXED,  /* stored nowhere: what Keras has and nnc has not; only its default is taken. `doc` says why */
    ARG_UNUSED, /* stored nowhere: any value is taken, and has no effect */
} ArgType;

#define INT_NONE INT64_MIN

struct ArgDef {
    const char *name;
    size_t offset;        /* in the struct of arguments */
    ArgType type;         /* stands here so that ARG(…), ARG_INT fills it */
    /* the default as the language writes it: "True", "'glorot_uniform'", "None"; NULL: required */
    const char *fallback;
    const char *of_string;/* the default where a string names the class, if it is another */
    double min, max;      /* allowed range of numbers, inclusive, of each entry for sequences; both 0: any */
    const char *const *choices; /* ARG_CHOICE: words of CHOICE_WORD, which end with NULL … */
    unsigned last_choice;       /* … or, where it is not 0, with this one */
    unsigned choice_of_none;    /* ARG_CHOICE: what None stands for, where Keras writes that out; 0: itself */
    ClassKind class_kind;       /* ARG_OBJECT, ARG_OBJECTS, ARG_PAIR */
    const char *doc;            /* one line: meaning, unit */
    const char *word;           /* ARG_INT: a string that may stand in its place, and is INT_NONE */
    bool keyword_only;
    bool none_entries;          /* ARG_INTS, ARG_SHAPE: entries may be None, which is DIM_NONE */
    bool pairs;                 /* ARG_INTS: the entries may be pairs instead */
    bool truths;                /* ARG_INT: True is 1 and False 0; ARG_COLUMNS: all columns and none */
    bool named;                 /* ARG_WEIGHTS: keys may be names */
    bool whole;                 /* ARG_WEIGHTS: values are integers */
    bool filled;                /* sequences: not empty */
    bool alone;                 /* ARG_OBJECTS: a single one is written without brackets */
    bool path;                  /* ARG_STRING: names a file or a folder … */
    bool weights;               /* … a file of weights */
    bool may_be_none;           /* None is taken although it is not the default */
    bool own;                   /* nnc's: Keras has nothing like it */
    bool called;                /* ARG_STRING: what the object is called */
    bool of_layer;              /* of what all layers take: it is about the layer, not about the model's input */
    bool axis;                  /* ARG_INT: an axis of the layer's input, where the default, -1, is the last */
    bool stated;                /* Keras' files must say it, even where it is the default */
    bool input_length;          /* ARG_INT: of the first layer: steps of the model's input */
    size_t none_is;             /* ARG_INTS: what None stands for, the field at NONE_IS(struct, field); 0: itself */
    int length;                 /* sequences: how many entries they must have; 0: any number */
};

/* What can be chosen is listed once, as rows of an enum's value and its word:
 *     #define PADDINGS(row) row(PADDING_VALID, "valid") row(PADDING_SAME, "same")
 *     typedef enum Padding { PADDING_NONE, PADDINGS(CHOICE_VALUE) } Padding;
 *     static const char *const words[] = {PADDINGS(CHOICE_WORD) NULL};
 * Where a row goes on with what the value is elsewhere, these are CHOICE_VALUE_OF and CHOICE_WORD_OF. */
#define CHOICE_VALUE(value, word) value,
#define CHOICE_WORD(value, word) word,
#define CHOICE_VALUE_OF(value, word, other) value,
#define CHOICE_WORD_OF(value, word, other) word,
#define CHOICE_OTHER(value, word, other) other,

/* Rows of argument tables:  {ARG(DenseArgs, units), ARG_INT, RANGE(1, INT32_MAX), .doc = "size of the output"},  */
#define ARG(type, field) .name = #field, .offset = offsetof(type, field)
#define ARG_AS(type, field, title) .name = (title), .offset = offsetof(type, field)
#define NONE_IS(type, field) .none_is = 1 + offsetof(type, field)
#define RANGE(low, high) .min = (low), .max = (high)
#define POSITIVE .min = DBL_MIN, .max = DBL_MAX /* messages say "greater than 0" */
#define AT_LEAST(low) .min = (low), .max = DBL_MAX
#define DEFAULT(text) .fallback = (text)
/* Arguments without a field, which have names only:  {FIXED("lora_rank", "None", "nnc has no LoRA")}  */
#define FIXED(title, default_, why)                                                                                    \
    .name = (title), .type = ARG_FIXED, DEFAULT(default_), .doc = (why), .keyword_only = true
#define UNUSED(title, default_)                                                                                        \
    .name = (title), .type = ARG_UNUSED, DEFAULT(default_), .doc = "has no effect", .keyword_only = true

/* The other names of a class; NULL: none.  .aliases = ALIASES("mse", "MSE")  */
#define ALIASES(...) (const char *const[]){__VA_ARGS__, NULL}

struct Class {
    ClassKind kind;
    const char *name;                 /* Dense, Adam, SparseCategoricalCrossentropy, relu, glorot_uniform */
    const char *const *aliases;       /* other spellings, ends with NULL; may be NULL: {"sgd"}, {"mse", "MSE", …} */
    bool any_case;                    /* a string names it in any case: 'ADAM' */
    bool own;                         /* nnc's: Keras has nothing like it */
    const char *brief;                /* one line; formulas in UTF-8 */
    const char *doc;                  /* a paragraph where one is needed, else NULL */
    const ArgDef *args;               /* ends with a row whose name is NULL; may be NULL */
    size_t args_size;                 /* sizeof of the struct of arguments */
    /** Checks that no single row can; reports with diag(), at places that object_arg_span() gives. NULL: none. */
    void (*check)(const Object *object, Diags *diags);
};

/* How a class gets into the tables: one line in its kind's .def file, whose order is the order of listings, and one
 * external constant of the name that follows from that line, whose struct has `Class class` as its first member:
 *
 *     layers.def        LAYER(Dense)             const LayerDef layer_Dense = {.class = {…}, …};
 *     activations.def   ACTIVATION(relu)         const ActivationDef activation_relu
 *     initializers.def  INITIALIZER(zeros)       const InitializerDef initializer_zeros
 *     regularizers.def  REGULARIZER(L2)          const RegularizerDef regularizer_L2
 *     constraints.def   CONSTRAINT(MaxNorm)      const ConstraintDef constraint_MaxNorm
 *     losses.def        LOSS(mse)                const LossDef loss_mse
 *     optimizers.def    OPTIMIZER(Adam)          const OptimizerDef optimizer_Adam
 *     schedules.def     SCHEDULE(CosineDecay)    const ScheduleDef schedule_CosineDecay
 *     metrics.def       METRIC(accuracy)         const MetricDef metric_accuracy
 *     callbacks.def     CALLBACK(EarlyStopping)  const Class callback_EarlyStopping
 *     sources.def       SOURCE(csv)              const Class source_csv
 *     statements.def    STATEMENT(fit)           const Class statement_fit
 *
 * Each Def is `typedef struct LayerDef {…} LayerDef;` with the tag of the same name: registry.c only declares the tags
 * and takes the address of the first member. A Class becomes its Def again by a cast: (const LossDef
 * *)object->class. */

/** How many choices a row of ARG_CHOICE has. */
int choice_count(const ArgDef *row);
/** The word of the one that is in its field; NULL: None. */
const char *choice_word(const ArgDef *row, const void *field);
/** Where the value of one of its class's own arguments is. */
const void *object_field(const Object *object, const ArgDef *row);
/** Where an argument of an object was written, for messages of later passes; the object's span when it was
 *  defaulted. */
Span object_arg_span(const Object *object, const char *arg_name);

#endif
