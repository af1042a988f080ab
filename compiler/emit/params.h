/* SPDX-License-Identifier: MIT-0 */
/* Parameters and locals of the function that is printed, and what they are called. */
#ifndef NNC_EMIT_PARAMS_H
#define NNC_EMIT_PARAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "plan/plan.h"

typedef struct Emit Emit;

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
/** Which line of its image an operation makes; NULL: all of them, or what it reads says it. */
const char *param_line(Emit *emit, const Op *op);
/** How many rows, or columns, of its result an operation makes: `size`, or where it is shared out, as many as it is
 *  told. */
const char *shared_size(Emit *emit, const Op *op, const char *size);
/** A size by this name, so that functions are equal which differ in it alone. */
const char *param_size(Emit *emit, const char *name, int64_t size);
/** A name that no parameter or local of the function has yet: `wanted`, or wanted_2, … */
const char *local_name(Emit *emit, const char *wanted);
/** The same where a parameter may be called so already: then `instead`. */
const char *local_beside(Emit *emit, const char *wanted, const char *instead);
/** Whether nothing in a function may be called so: words of C and C++, well-known macros, and what the header declares
 *  in the model's name, m_state. */
bool is_file_name(const Emit *emit, const char *name);
/** Makes the words known, … */
void know_c_words(Emit *emit);
/** … and finds the names, and those of the members of its structs, in the header, which is printed first. */
void know_file_names(Emit *emit, const char *header);
/** What a tensor, or the value of a step, is to an operation, whatever the layer is called: sum, kernel, input,
 *  d_output. */
const char *step_role(Emit *emit, const Op *op, const Step *step);
const char *role_name(Emit *emit, const Op *op, const Tensor *tensor);
/** The same of an element, in whatever row it lies. */
const char *own_role(Emit *emit, const Op *op, const Tensor *tensor);

#endif
