/* SPDX-License-Identifier: MIT-0 */
/* What processes that share a step of training give each other, as C: a list of ranges for each place in the step where
 * somebody needs what others have made. */
#include "base/arena.h"
#include "emit/emit.h"
#include "emit/template.h"
#include "emit/text.h"
#include "file/calls.h"
#include "file/job.h"
#include "file/ranks.h"
#include "file/state.h"
#include "plan/element.h"
#include "plan/plan.h"
#include "plan/tensor.h"

const char *given_before(Emit *emit, int round) {
    return formatted(emit, "%s_train_give_%d", emit->plan->model->name, round + 1);
}

const char *given_after(Emit *emit, int round) {
    return formatted(emit, "%s_train_give_after_%d", emit->plan->model->name, round + 1);
}

const char *given_at_end(Emit *emit) { return formatted(emit, "%s_train_give_last", emit->plan->model->name); }

static const char *times_batch(Emit *emit, int64_t size) {
    return size < 0 ? times(emit, "batch", -size) : integer(emit, size);
}

/* "batch * 128 * sizeof(float)" */
static const char *bytes_text(Emit *emit, int64_t size, const char *type) {
    return formatted(emit, "%s * sizeof(%s)", times_batch(emit, size), type);
}

/* Where the first of its rows begins. */
static const char *place_text(Emit *emit, const Portion *portion) {
    const Tensor *const storage = tensor_storage(portion->tensor);
    const char *const base = storage->kind == TENSOR_VALUE ? plus(emit, "arena", offset(emit, storage->offset))
                                                           : tensor_address(emit, portion->op, storage);
    if (!portion->loop) return plus(emit, base, view_text(emit, portion->op, portion->tensor));
    const Slice slice = tensor_slice(portion->tensor);
    const int64_t first = slice.index * slice.stride;
    return first ? plus(emit, base, times_batch(emit, slice.of_batch ? -first : first)) : base;
}

/* "{arena + 640, batch, 1, 32 * sizeof(float), 1, batch * 32 * sizeof(float)}," */
static const char *portions_text(Emit *emit, const Portions *portions) {
    Text text = {.arena = emit->arena};
    for (int i = 0; i < portions->count; i++) {
        const Portion *const portion = &portions->at[i];
        const char *const type = element_name(portion->tensor->type);
        text_printf(&text, "{%s, %s, %s, %s, %s, %s}, /* %s */\n", place_text(emit, portion),
                    times_batch(emit, portion->length), portion->grain, bytes_text(emit, portion->each, type),
                    times_batch(emit, portion->rows), bytes_text(emit, portion->row, type), portion->tensor->name);
    }
    return text_chars(&text);
}

static void print_given(Emit *emit, const Hole *holes, const Portions *portions, const TimeLoop *loop, const char *name,
                        Text *programs) {
    const TimeLoop *const before = emit->file->loop;
    emit->file->loop = loop;
    const char *const text = portions_text(emit, portions);
    emit->file->loop = before;
    emit_template(emit, programs, "ranks_give",
                  with(emit, holes,
                       (Hole[]){{"name", name},
                                {"declarations", job_declarations(emit, holes, loop != NULL, text)},
                                {"portions", text},
                                {"count", integer(emit, portions->count)},
                                {NULL, NULL}}));
}

const char *emit_given(Emit *emit, const Hole *holes, const Portions *portions, const TimeLoop *loop, const char *name,
                       Text *programs) {
    if (!portions->count) return "";
    print_given(emit, holes, portions, loop, name, programs);
    return formatted(emit, "if (%s(&job) != 0) {\n    return NNC_E_RANKS;\n}\n", name);
}

void emit_gather(Emit *emit, const Hole *holes, Text *programs) {
    const Portions *const portions = &emit->plan->train.gathered;
    const char *const name = formatted(emit, "%s_train_give_kept", emit->plan->model->name);
    const char *const call = emit_given(emit, holes, portions, NULL, name, programs);
    emit_template(emit, programs, *call ? "ranks_gather" : "ranks_gather_nothing",
                  with(emit, holes, (Hole[]){{"call", call}, {NULL, NULL}}));
}

static void define(const char *name, Text *out) {
    text_printf(out, "#define %s NNC_COPY(%s)\n", name, name);
}

void given_names(Emit *emit, Text *out) {
    const Program *const program = &emit->plan->train;
    if (!emit->plan->options->ranks || !program->rounds.count) return;
    for (int i = 0; i < program->rounds.count; i++) {
        if (program->rounds.at[i].before.count) define(given_before(emit, i), out);
        if (program->rounds.at[i].after.count) define(given_after(emit, i), out);
    }
    if (program->at_end.count) define(given_at_end(emit), out);
    if (program->gathered.count) define(formatted(emit, "%s_train_give_kept", emit->plan->model->name), out);
    define(formatted(emit, "%s_gather_batch", emit->plan->model->name), out);
}
