/* SPDX-License-Identifier: MIT-0 */
/* What the pass that quantizes knows of a program while it works. */
#ifndef NNC_PASSES_QUANTIZER_H
#define NNC_PASSES_QUANTIZER_H

#include <stdbool.h>

#include "passes/rewrite.h"
#include "plan/plan.h"

/** How an operation is made of whole numbers. */
typedef enum ChoiceKind {
    CHOICE_REAL,    /* it is not */
    CHOICE_KNOWN,   /* of weights alone: its result is known now */
    CHOICE_FUSED,   /* a part of the product before it */
    CHOICE_PRODUCT, /* with all elementwise work behind it that is a factor and a summand of each channel, and bounds */
    CHOICE_TABLE,   /* a function of one operand */
    CHOICE_TERMS,   /* a sum of products of operands */
    CHOICE_FILL,    /* zeros */
    CHOICE_MOVE,    /* it computes nothing */
    CHOICE_POOL,
    CHOICE_SOFTMAX,
    CHOICE_GATHER
} ChoiceKind;

enum { MAX_OPERANDS = 3 };

typedef struct Choice {
    ChoiceKind kind;
    Tensor *made;                /* by the operation, or the last that is fused into it */
    Tensor *operand[MAX_OPERANDS]; /* those of a map that are not known … */
    int place[MAX_OPERANDS], operands; /* … and which of the step's they are */
    double coefficients[1 << MAX_OPERANDS]; /* CHOICE_TERMS: of the product of the operands whose bits are set */
    double *factor, *summand; /* CHOICE_PRODUCT: of each channel */
    double low, high;         /* … and bounds of the result */
    Ops fused;
} Choice;

typedef struct Quantizer {
    Plan *plan;
    Program *program;
    Rewrite rewrite;
    Choice *choices;       /* of each operation, by its place */
    const double **known;  /* elements of what is known, by the number of a tensor; or NULL */
    Tensor **whole, **real; /* what has been brought to the other kind, by the number of what it was */
    bool ends_whole;       /* the caller's x and y are whole numbers, too */
    int operations;        /* that there were when it began */
    int tensors;           /* that there were when it began: later ones are neither */
} Quantizer;

/** The elements of a tensor that follows from weights alone; NULL: it does not. (quantize_known.c) */
const double *known_values(Quantizer *quantizer, const Tensor *tensor);
/** How each operation is made. (quantize_choose.c) */
void choose_all(Quantizer *quantizer);
/** The only step of a map at `operands` (in the order of the choice) and, of what is known, the element of this
 *  channel. NaN where what is known has other elements than one, or one for each channel. */
double choice_value(Quantizer *quantizer, const Step *step, const Choice *choice, const double *operands,
                    int64_t channel, int64_t channels);
/** Gives each value a type, a scale and a zero. (quantize_scales.c) */
void choose_scales(Quantizer *quantizer);
/** Whether the elements of a tensor will be whole numbers, and what one and zero of them are worth: of what is read as
 *  whole numbers, these or those that it will become. */
bool is_whole_tensor(const Tensor *tensor);
typedef struct Scale {
    double scale;
    int32_t zero;
    ElementType type;
} Scale;
Scale scale_of(const Quantizer *quantizer, const Tensor *tensor);
/** Makes the operations. (quantize_build.c) */
void build_whole_numbers(Quantizer *quantizer);

#endif
