/* SPDX-License-Identifier: MIT-0 */
/* A Loop of ONNX over the steps of a sequence, read as formulas: of what the input of a step is and the states before
 * it, the states behind it are made. */
#ifndef NNC_IMPORT_ONNX_LOOP_H
#define NNC_IMPORT_ONNX_LOOP_H

#include "import/onnx_graph.h"

typedef enum StepKind {
    STEP_INPUT,     /* the sequence at this step */
    STEP_STATE,     /* what the step before left */
    STEP_LINEAR,    /* the sum of its terms */
    STEP_ACTIVATED, /* function(a) */
    STEP_PRODUCT,   /* a · b, element by element */
    STEP_REST,      /* 1 - a */
    STEP_SUM,       /* a + b */
    STEP_MASK,      /* whether the step counts */
    STEP_UNMASKED,  /* whether it does not */
    STEP_CHOICE,    /* a where the step counts, else b */
    STEP_ZERO,
    STEP_COUNTER, /* the number of the step */
    STEP_NEXT,    /* that of the next one */
    STEP_GOES_ON  /* true, but behind as many steps as its width says */
} StepKind;

typedef struct StepValue StepValue;

/** of · matrix + bias. */
typedef struct StepTerm {
    const StepValue *of;
    int64_t inputs;
    const float *matrix; /* (inputs, width) */
    const float *bias;   /* (width,), or NULL */
} StepTerm;

enum { STEP_TERMS = 2 };

struct StepValue {
    StepKind kind;
    int64_t width; /* of a vector; 0: not known yet */
    const char *function;
    const StepValue *a, *b; /* a of a linear one: what it is without the number `plus`; or NULL */
    float plus;
    StepTerm terms[STEP_TERMS];
    int term_count;
};

typedef struct StepState {
    const StepValue *value, *next; /* before and behind the step; next NULL: by what is no formula here */
} StepState;

typedef struct Loop {
    LIST(StepState) states;
    const StepValue *output; /* that is gone on with, of each step or of the last */
    bool all_steps;
    const char *used;   /* the name of that output */
    bool masked, zeros; /* steps that do not count keep the states; and give 0, not what the step before gave */
} Loop;

/** Reads a Loop over the present sequence; false after a message. (onnx_loop.c) */
bool onnx_read_loop(Onnx *onnx, const Node *node, Loop *loop);
/** The recurrent layer that a Loop is. (onnx_cells.c) */
bool onnx_take_loop(Onnx *onnx, const Node *node);

#endif
