/* SPDX-License-Identifier: MIT-0 */
/* Printing C from a plan. Everything is decided in the plan; templates (*.t.c) hold the text, this fills in names. */
#ifndef NNC_PRINT_H
#define NNC_PRINT_H

#include "plan/plan.h"

typedef struct Emit Emit;

/* Templates: the text from a line `//@ name` to the next. $hole stands for a text; one of several lines takes over the
 * indentation of its line, an empty one that stands alone takes its line with it. $real is always float or double. */
typedef struct Hole {
    const char *name, *text;
} Hole;

/** Prints a template; `holes` ends with a NULL name. A hole without text in `holes` is an internal error. */
void emit_template(Emit *emit, Text *out, const char *name, const Hole *holes);

/* Functions: one for each operation. */

/** A tensor that a function takes as a parameter, or a random stream, or a scalar, or how deep a product goes. */
typedef enum ParamKind {
    PARAM_TENSOR,
    PARAM_RANDOM,
    PARAM_SCALAR,
    PARAM_SUMS,
    PARAM_DEPTH, /* of a product: 0 in the first step of the loop */
    PARAM_ADD    /* whether there was a step before */
} ParamKind;

typedef struct Param {
    ParamKind kind;
    Tensor *tensor;     /* PARAM_TENSOR, PARAM_RANDOM: whose numbers */
    int stream;         /* PARAM_RANDOM: 0, or 1 for the second numbers of a normal draw */
    const char *scalar; /* PARAM_SCALAR: what the program calls it */
    int64_t depth;      /* PARAM_DEPTH: from the second step on */
    const char *name;   /* in the function */
    bool written;
} Param;

typedef struct Function Function;
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

/** A random stream that a program has declared. */
typedef struct Stream {
    const char *path; /* dropout/mask */
    int stream;
    const char *name;
    bool declared;
} Stream;

/** The member of a weight in the structs of weights, and where it begins in them, in reals. */
typedef struct Field {
    const Weight *weight;
    const char *name; /* dense_kernel */
    int64_t place, trainable_place;
} Field;

struct Emit {
    Arena *arena, *scratch; /* scratch: emptied behind each function */
    const Plan *plan;
    const Program *program;
    const char *real; /* float, double */
    /* of the function being printed */
    Function *function;
    LIST(const char *) locals;
    LIST(Loaded) loaded;        /* by the steps so far */
    LIST(Function *) functions; /* all that are printed; equal ones are one */
    Called called[MAX_PROGRAMS];
    int called_count;
    Field *fields;           /* of all weights, ordered by their address */
    struct nnc_notes *notes; /* that stand with baked weights, once they are read */
    Names templates; /* those used so far */
    Names function_texts, function_names, weight_fields, layer_names;
    Text kernels;
    /* of the program being printed */
    Names scope;
    LIST(Stream) streams;
    const TimeLoop *loop; /* within which a call is being printed */
};

/** Prints the functions of all programs to emit->kernels, each text once. */
void emit_functions(Emit *emit);
/** What the operations of a program call. */
Function *const *functions_of(const Emit *emit, const Program *program);

/* For the emit functions of operations: */

/** Prints the function's body from a template. */
void emit_function(Emit *emit, const char *name, const Hole *holes);
/** The parameter's name for a tensor that is read or written; declares it at first use. */
const char *param_tensor(Emit *emit, Tensor *tensor, bool written);
/** The same with a name of its own: what an operation reads and makes is x and y, so that programs share functions. */
const char *param_named(Emit *emit, Tensor *tensor, bool written, const char *wanted);
const char *param_random(Emit *emit, Tensor *tensor, int stream);
const char *param_scalar(Emit *emit, const char *name);
/** How deep a product in a loop goes: not at all in the first step. */
const char *param_depth(Emit *emit, int64_t depth);
/** Whether an operation in a loop adds to what it has made before: not in the first step. */
const char *param_add(Emit *emit);
const char *param_sums(Emit *emit);
/** A name that no parameter or local of the function has yet: `wanted`, or wanted_2, … */
const char *local_name(Emit *emit, const char *wanted);

/** The same where a parameter may be called so already: then `instead`. */
const char *local_beside(Emit *emit, const char *wanted, const char *instead);

/** How often a text names a word. */
int times_named(const char *text, const char *name);
/** A C literal: 0.2f, 1e-07f; doubles with 17 digits. */
const char *literal(Emit *emit, double number);
const char *double_literal(Emit *emit, double number);
/** Words of C and C++ and well-known macros, which nothing may be called. */
bool is_c_word(const char *name);
/** A line of C, broken after commas where it is longer than 120 columns. */
const char *wrap_line(Emit *emit, const char *text);
/** The same for a width, and with this indentation of what follows. */
const char *wrap_from(Emit *emit, const char *text, size_t width, size_t indent);
/** Lines as they stand within brackets. */
const char *indented(Emit *emit, const char *lines);
const char *integer(Emit *emit, int64_t number);
/** Letters, digits and underscores only: dense/kernel → dense_kernel. */
const char *c_name(Arena *arena, const char *name);
const char *formatted(Emit *emit, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** The elements of the dimensions first … end-1: "batch * 12", "12". */
const char *size_text(Emit *emit, Shape shape, int first, int end);
/** factor * number, or just the factor. */
const char *times(Emit *emit, const char *factor, int64_t number);
/** dense.sum (batch, 256) */
const char *described(Emit *emit, const Tensor *tensor);

/* Loop nests over an iteration space, for elementwise steps and sums. */

enum { MAX_LOOPS = MAX_RANK, MAX_LANES = 16 };

typedef struct Loop {
    const char *var, *size; /* C texts */
    int64_t literal;        /* the size; the batch multiplied in is left out */
    int dim;                /* the innermost of the dimensions that it runs over */
    uint64_t present;       /* bit i: tensor i of the nest has this dimension */
    bool reduced;
} Loop;

typedef struct Nest {
    Shape space;
    Tensor *tensors[MAX_STEP_TENSORS + 1]; /* of the steps, and what a sum adds up */
    int tensor_count;
    Loop loops[MAX_LOOPS];
    int loop_count; /* the last one runs over lanes */
    bool blocked;   /* the last one in blocks of 64, with random numbers for each */
} Nest;

/** Loops over `shape` merged as far as the operands allow; `kept` is the shape that a sum leaves, or NULL. */
Nest nest_for(Emit *emit, Shape shape, const Op *op, Tensor *extra, const Shape *kept);
/** The index of the current element of a tensor: "i * 256 + c". *vector: it runs along the lanes. */
const char *nest_index(Emit *emit, const Nest *nest, const Tensor *tensor, bool *vector);
/** name + index, or just the name. */
const char *address_text(Emit *emit, const char *name, const char *index);
/** Whether a loop over `size` elements takes whole vectors whatever the instruction set: then nothing counts lanes. */
bool whole_vectors(int64_t size);
/** A vector from memory, or into it (a statement): all lanes, or only some where `lanes` is not NULL. */
const char *lanes_load(Emit *emit, const char *address, const char *lanes);
const char *lanes_store(Emit *emit, const char *address, const char *value, const char *lanes);
/** A statement that copies `size` neighbours, a factor. A loop over vectors would do, but compilers make memmove of one
 *  where they do not see that the two are apart, and generated C needs no more than memcpy. */
const char *copy_text(Emit *emit, const char *to, const char *from, const char *size);
/** The first element of a matrix, which may be columns of a wider one: a parameter, perhaps plus a column. */
const char *matrix_text(Emit *emit, const Tensor *tensor, const char *name);

/** How a step reaches the elements of tensors outside the operation. */
typedef struct Place {
    const Nest *nest;
    const char *value_name;  /* the local that holds the operation's own result, op->out, before its steps */
    const char *lanes;       /* "n"; NULL: all vectors are whole */
    const char *draw_offset; /* of the current column in the block of random numbers */
} Place;

/** The statements of op's steps: locals, then stores of what others read. */
const char *steps_text(Emit *emit, const Op *op, const Place *place);
/** What the place of a step's result is called as a parameter. */
const char *result_name(Emit *emit, const Op *op, const Step *step);
/** Those of a sum's terms, which make what is summed. */
const char *terms_text(Emit *emit, const Op *op, const Place *place);
/** The steps of an operation that makes blocks: within a block from (row, col) on, at its row r and column c. The space
 *  is (row, column), so operands are full, or one value per column; `row` says which of all rows it is. */
typedef struct BlockText {
    const char *value; /* the local that holds the operation's own result */
    const char *draws, *lanes, *steps; /* lanes: declares n where steps need it */
} BlockText;
BlockText block_text(Emit *emit, const Op *op, const char *rows, const char *row);
/** Whether its output has one row, or one column that lies like a row: the block is a part of it from `col` on, at c. */
bool block_is_row(const Emit *emit, const Op *op);
bool block_is_column(const Op *op);
/** Statements that draw the random numbers of block `block` (of 64 columns); "" when the steps need none. */
const char *draws_text(Emit *emit, const Op *op, const char *block);
/** A formula with its operands replaced; `operands` ends with a NULL name. */
const char *formula_text(Emit *emit, const char *formula, const Hole *operands);
/** Says what a function that has just been printed computes. (comment.c) */
void op_formula(Emit *emit, Function *function);
/** The comment above a function: its layers and its formula, ASCII only. */
const char *op_comment(Emit *emit, const Function *function);
/** What a tensor, or a name, is to an operation, whatever the layer is called: sum, kernel, input, d_output. */
const char *role_of_name(Emit *emit, const Op *op, const char *name);
const char *role_name(Emit *emit, const Op *op, const Tensor *tensor);
/** The same of an element, in whatever row it lies. */
const char *own_role(Emit *emit, const Op *op, const Tensor *tensor);

/* The whole file. */

/** MODEL.c: everything. header_name: what to include instead of repeating the declarations; NULL: repeat them. */
const char *emit_model_c(Arena *arena, const Plan *plan, const char *header_name);
const char *emit_model_h(Arena *arena, const Plan *plan);

#endif
