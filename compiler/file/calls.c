/* SPDX-License-Identifier: MIT-0 */
/* What all that is said of calls asks for. */
#include "emit/emit.h"
#include "file/state.h"
#include "emit/text.h"
#include "file/calls.h"
#include "plan/tensor.h"

Slice view_slice(const Emit *emit, const Tensor *tensor) {
    Slice slice = tensor_slice(tensor);
    slice.of_batch = slice.of_batch && !makes_one_sample(emit->plan);
    if (emit->file->loop && emit->file->loop->steps == 1) slice.stepped = false; /* the one step is step 0 */
    if (!slice.stepped && !slice.index) slice.stride = 0;
    return slice.stride ? slice : (Slice){0};
}
