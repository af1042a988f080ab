/* SPDX-License-Identifier: MIT-0 */
/* What API functions look at before they compute, and names that all parts of the file use. */
#include <string.h>

#include "base/arena.h"
#include "base/options.h"
#include "file/checks.h"
#include "emit/emit.h"
#include "emit/template.h"
#include "emit/text.h"

/* Without its folder: the same model gives the same C wherever it lies. */
const char *source_name(const Options *options) {
    const char *const slash = strrchr(options->input, '/');
    return strcmp(options->input, "-") == 0 ? "standard input" : slash ? slash + 1 : options->input;
}

/* The same for the caller's indices, of which there are `count`. */
const char *index_check(Emit *emit, const char *count) {
    const int64_t indices = emit->plan->indices;
    if (!indices) return "";
    const Model *const model = emit->plan->model;
    const char *const rows = model->integer_input ? integer(emit, indices) : literal(emit, (double)indices);
    const char *wrong = model->max_steps       ? formatted(emit, "x[i] >= %s", rows) /* below 0 a sample has ended */
                        : model->integer_input ? formatted(emit, "(uint32_t)x[i] >= %s", rows)
                                               : formatted(emit, "!(x[i] > %s && x[i] < %s)", literal(emit, -1), rows);
    Text out = {.arena = emit->arena};
    emit_template(emit, &out, "index_check", (Hole[]){{"count", count}, {"wrong", wrong}, {NULL, NULL}});
    return text_chars(&out);
}
