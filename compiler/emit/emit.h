/* SPDX-License-Identifier: MIT-0 */
/* What the printer of a plan has at hand. */
#ifndef NNC_EMIT_EMIT_H
#define NNC_EMIT_EMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/names.h"
#include "model/layer.h"
#include "plan/plan.h"
#include "plan/random_attrs.h"
#include "plan/sizes.h"

typedef struct Emit Emit;
typedef struct Function Function;

/** A tensor that a function takes as a parameter, or a random stream, or a scalar, or how deep a product goes. */
typedef enum ParamKind {
    PARAM_TENSOR,
    PARAM_RANDOM,
    PARAM_SCALAR,
    PARAM_SUMS,
    PARAM_SIZE,  /* of what the function works on, where it serves several */
    PARAM_DEPTH, /* of a product: 0 in the first step of the loop */
    PARAM_ADD,   /* whether there was a step before */
    PARAM_LINE,  /* which line of its result */
    PARAM_SHARE  /* how many rows, or columns, of the result */
} ParamKind;

typedef struct Param {
    ParamKind kind;
    Tensor *tensor;     /* PARAM_TENSOR, PARAM_RANDOM: whose numbers */
    int stream;         /* PARAM_RANDOM: 0, or 1 for the second numbers of a normal draw */
    const char *scalar; /* PARAM_SCALAR: what the program calls it */
    int64_t size;       /* PARAM_SIZE; PARAM_DEPTH: from the second step on */
    const char *name;   /* in the function */
    bool written;
} Param;

struct Function {
    const char *name;
    const char *body; /* statements, each with its line's end */
    const char *formula; /* what it computes, a line for each value that is stored; of one that is printed */
    const char *shapes;  /* of what it reads */
    const Op *op;
    const Op *named_after;  /* of equal functions the operation of the first layer */
    const Program *program; /* the first that calls it */
    LIST(Param) params;
    Function *equal;            /* the function that is printed: itself, or one printed before */
    LIST(const Layer *) layers; /* whose operations it is, of one that is printed … */
    LIST(const Layer *) guests; /* … and whose steps run in them … */
    Names known;                /* … by name */
};

/** The functions of a program's operations. */
typedef struct Called {
    const Program *program;
    Function **functions;
} Called;

/** A local that holds the element of a tensor. */
typedef struct Loaded {
    const Tensor *tensor;
    const char *local;
} Loaded;
/** What a tensor is called where it is printed. */
typedef struct TensorNames {
    const char *variable; /* in the program, or the member of a struct */
    const char *local;    /* in the function being printed: the variable that holds its element */
    bool used;            /* the program being printed needs its variable */
} TensorNames;
struct Emit {
    Arena *arena, *scratch; /* scratch: emptied behind each function */
    const Plan *plan;
    Names file_names; /* words of C, and what the header declares, once it is printed … */
    Names members;    /* … and the members of its structs */
    const Program *program;
    const char *real; /* what C calls the plan's real type */
    /* of the function being printed */
    Function *function;
    LIST(const char *) locals;
    LIST(Loaded) loaded;        /* by the steps so far */
    LIST(Function *) functions; /* all that are printed; equal ones are one */
    Called called[MAX_PROGRAMS];
    int called_count;
    TensorNames *names;      /* of all tensors of the plan, by number */
    Names templates; /* those used so far */
    Names function_texts, function_names;
    Names alike; /* what operations are whose functions were printed: alike.h */
    Text kernels;
    struct FileState *file; /* what the printing of the file around the functions keeps: file/state.h */
};

/** The names of a tensor. */
TensorNames *names_of(const Emit *emit, const Tensor *tensor);

#endif
