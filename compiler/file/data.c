/* SPDX-License-Identifier: MIT-0 */
/* What the functions take and give, in the words of the data: where values come from, what is done to them, which
 * classes there are. The texts are in data.t.c. */
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "file/data.h"
#include "file/fields.h"
#include "file/weights.h"
#include "language/class.h"
#include "model/loss.h"
#include "model/model.h"
#include "model/statements.h"
#include "plan/plan.h"
#include "emit/emit.h"
#include "emit/template.h"
#include "emit/text.h"

enum { MOST_NAMES = 8 }; /* columns that are listed by name or number */

/* 'width', 'length'; or 0 to 63 */
static void put_columns(Text *text, const SourceArgs *args) {
    const Ints index = args->columns.index;
    bool run = args->columns.names == NULL && index.count > 2;
    for (int i = 1; i < index.count; i++) run = run && index.at[i] == index.at[0] + i;
    if (index.count <= 0) return;
    text_puts(text, index.count == 1 ? ", column " : ", columns ");
    if (run) text_printf(text, "%" PRId64 " to %" PRId64, index.at[0], index.at[index.count - 1]);
    for (int i = 0; i < index.count && i < MOST_NAMES && !run; i++) {
        const char *const name = args->columns.names ? args->columns.names[i] : NULL;
        text_puts(text, i ? ", " : "");
        if (name) text_printf(text, "'%s'", name);
        else text_printf(text, "%" PRId64, index.at[i]);
    }
    if (!run && index.count > MOST_NAMES) text_puts(text, ", ...");
}

static void put_source(Text *text, const Preparation *preparation, const char *otherwise) {
    const SourceArgs *args = preparation->source ? preparation->source->args : NULL;
    if (!args) {
        text_puts(text, otherwise);
        return;
    }
    text_printf(text, "as %s('%s') holds %s", preparation->source->class->name, args->path,
                preparation->source->class == &source_images ? "it, bytes of 0 to 255" : "it");
    put_columns(text, args);
}

static void put_x(Emit *emit, Text *text) {
    const Preparation *const x = &emit->plan->model->x;
    const char *const scaled = x->scale != 1 ? formatted(emit, "x * %s", literal(emit, x->scale)) : "x";
    text_puts(text, "x: ");
    put_source(text, x, emit->plan->model->integer_input ? "indices" : "what the first layer takes");
    if (x->standardize)
        text_printf(text, ".\n   The functions standardize it themselves: (%s - %s) / %s", scaled,
                    weight_field(emit, x->mean), weight_field(emit, x->deviation));
    else if (x->scale != 1) text_printf(text, ".\n   The functions scale it themselves: %s", scaled);
    text_puts(text, "\n");
}

/* Labels in the order of the outputs; none where they are not known. */
typedef LIST(const char *) Labels;

static Labels labels_of(Emit *emit) {
    const nnc_notes *const notes = baked_notes(emit);
    Labels labels = {0};
    for (const char *label; (label = nnc_find_class(notes->at, notes->count, (size_t)labels.count));)
        list_push(emit->arena, &labels, label);
    return labels;
}

/* Classes: 0 'setosa', 1 'virginica' */
static void put_classes(Emit *emit, Text *text) {
    const Labels labels = labels_of(emit);
    for (int i = 0; i < labels.count; i++) text_printf(text, "%s%d '%s'", i ? ", " : "Classes: ", i, labels.at[i]);
    if (labels.count) text_puts(text, "\n");
}

static void put_target(Emit *emit, Text *text) {
    const Model *model = emit->plan->model;
    const bool sparse = ((const LossDef *)model->compile.loss->class)->sparse;
    text_puts(text, sparse ? "target: class numbers, of " : "target: ");
    put_source(text, &model->y, sparse ? "the caller" : "what the loss compares with");
    if (!sparse && model->y.scale != 1)
        text_printf(text, ".\n   The functions scale it themselves: target * %s. Outputs are in the units of that",
                    literal(emit, model->y.scale));
    text_puts(text, "\n");
}

const char *data_text(Emit *emit) {
    const Plan *plan = emit->plan;
    Text text = {.arena = emit->arena};
    put_x(emit, &text);
    if (plan->can_train) put_target(emit, &text);
    put_classes(emit, &text);
    return text_chars(&text);
}

const char *class_names(Emit *emit) {
    const Labels labels = labels_of(emit);
    Text text = {.arena = emit->arena};
    for (int i = 0; i < labels.count; i++)
        text_printf(&text, "%s%s", i ? ", " : "", one_line_literal(emit, labels.at[i]));
    return text_chars(&text);
}

void emit_adapt(Emit *emit, const Hole *holes, Text *out) {
    const Preparation *const x = &emit->plan->model->x;
    const Shape input = emit->plan->model->input;
    const int64_t statistics = shape_size(x->mean->shape, 1), each = shape_size(input, 1) / statistics;
    emit_template(
        emit, out, "api_adapt",
        with(emit, holes,
             (Hole[]){{"x_scale", x->scale != 1 ? formatted(emit, " * %s", double_literal(emit, x->scale)) : ""},
                      {"statistics", integer(emit, statistics)},
                      {"rows", each == 1 ? "n" : formatted(emit, "n * %s", integer(emit, each))},
                      {"mean", weight_field(emit, x->mean)},
                      {"deviation", weight_field(emit, x->deviation)},
                      {NULL, NULL}}));
}
