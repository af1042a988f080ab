/* SPDX-License-Identifier: MIT-0 */
/* Programs as C, for the file printer. */
#ifndef NNC_EMIT_PROGRAM_H
#define NNC_EMIT_PROGRAM_H

#include "data/data.h"
#include "print/print.h"

typedef struct ProgramText {
    const char *values; /* float *const dense = arena + 0; … */
    const char *before; /* random streams and scalars */
    const char *calls;
    bool checked; /* the calls stop when the loss is not finite */
} ProgramText;

enum {
    FORWARD = 1 << PHASE_FORWARD,
    BACKWARD = 1 << PHASE_BACKWARD,
    UPDATE = 1 << PHASE_ACCUMULATE | 1 << PHASE_UPDATE | 1 << PHASE_FINISH
};

/** The operations of some phases of a program; their functions go to emit->kernels. */
ProgramText emit_program(Emit *emit, const Program *program, unsigned phases);

/** "(void)x;" for each of these names, separated by spaces, that a text of C does not use. */
const char *unused_names(Emit *emit, const char *names, const char *text);
/** The same of a program, of which `arena`, perhaps "", says where its values lie. */
const char *unused_by(Emit *emit, const ProgramText *program, const char *arena, const char *names);

/** The member of the parameter struct: dense_kernel. */
const Field *field_of(const Emit *emit, const Weight *weight);
const char *weight_field(Emit *emit, const Weight *weight);
/** Gives every weight its member name; before all else. */
void name_state_fields(Emit *emit);
void name_weight_fields(Emit *emit);

/** The text of a scalar of the update, with its numbers. (rates.c) */
const char *scalar_text(Emit *emit, const char *text);
/** Functions of the schedules that callbacks have, for the program. (rates.c) */
const char *epoch_rates(Emit *emit, const Hole *holes);
/** What the learning rate and the numbers of optimizers need besides the programs: functions, and calls of them in
 *  train_init and after every step. (rates.c) */
typedef struct RatesText {
    const char *functions, *begin, *next, *end;
} RatesText;
RatesText rates_text(Emit *emit, const Hole *holes);

/** A C string literal; whatever is not plain ASCII is written in octal. */
const char *string_literal(Emit *emit, const char *text);
/** The same without a line's end in it. */
const char *one_line_literal(Emit *emit, const char *text);
/** What the functions take and give, for the header's first lines; the labels as a list of strings, "" where there are none; and
 *  NAME_adapt, which learns mean and deviation of x. (data.c) */
const char *data_text(Emit *emit);
const char *class_names(Emit *emit);
void emit_adapt(Emit *emit, const Hole *holes, Text *out);
/** The notes that stand with the weights of --weights: labels. (weights.c) */
const nnc_notes *baked_notes(Emit *emit);
/** The name of the model's file. */
const char *source_name(const struct Options *options);
const char *upper(Arena *arena, const char *name);
/** Keras' table of the model for a comment. (summary.c) */
const char *summary_text(Emit *emit);
/** What NAME_train_init draws, and what it clears. (init.c) */
const char *init_text(Emit *emit);
const char *clear_text(Emit *emit);
/** Two lists of holes in one. */
const Hole *with(Emit *emit, const Hole *holes, const Hole *more);
/** Statements that return when one of the input's `count` indices is out of range; "" where the input holds none. */
const char *index_check(Emit *emit, const char *count);
/** The descriptor of the model and main(). (main.c) */
void emit_main(Emit *emit, const Hole *holes, Text *out);
/** --portable: what keeps compilers from changing bits, before all code; "exact_end" ends it. */
void emit_exact_begin(Emit *emit, const Hole *holes, Text *out);
/** The members of NAME_trainer, and the table of those that checkpoints hold. (trainer.c) */
const char *trainer_fields(Emit *emit);
void kept_table(Emit *emit, Text *out);
/** --stream: the holes of its header, its program and its functions. (stream.c) */
const Hole *stream_holes(Emit *emit, const Hole *holes);
void emit_stream(Emit *emit, const Hole *holes, const char *run_step, Text *programs, Text *out);
/** NAME_predict_mc: its program, and the function that calls it by `run` after `check`. (mc.c) */
void emit_monte_carlo(Emit *emit, const Hole *holes, const char *check, const char *run, Text *programs, Text *out);
/** The table of callbacks; nothing when there are none. (callbacks.c) */
void callbacks_table(Emit *emit, Text *out);
/** The weights of --weights as constants. (weights.c) */
void emit_weights(Emit *emit, const Hole *holes, Text *out);

/** The runtime's parts that a text uses, in the order of their files, for --standalone. (parts.c) */
typedef struct RuntimeParts {
    const char *once, *copied; /* for the file; for each instruction set */
    const char *names;         /* lines of nnc_copies.h that rename what is copied */
} RuntimeParts;
RuntimeParts runtime_parts(Arena *arena, const char *text, const char *const *once, const char *const *copied);
/** The lines of a runtime file from the one that begins with `first` to the next that begins with `last`. */
const char *runtime_block(Arena *arena, const char *name, const char *first, const char *last);
/** Appends a whole file of the runtime, with the runtime's headers in the place of their first #include; `printed` has the names
 *  of those that are there already. */
typedef LIST(const char *) RuntimeFiles;
void runtime_append(Text *out, const char *name, RuntimeFiles *printed);

#endif
