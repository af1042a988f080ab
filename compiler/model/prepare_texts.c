/* SPDX-License-Identifier: MIT-0 */
/* Text becomes numbers before the network, as categories of a table do: what the program and NAME_words of the C give
 * predict. */
#include <math.h>

#include "model/layer.h"
#include "model/model.h"
#include "model/prepare_texts.h"
#include "model/statements.h"
#include "model/texts.h"

/* A table that text stands in has no other steps. */
static void check_source(const Object *source, Diags *diags) {
    const SourceArgs *const args = source ? source->args : NULL;
    static const char *const steps[] = {"categories", "indices", "dates", "missing", "standardize", "scale"};
    if (!args || source->class != &source_csv) return;
    const bool fills = args->missing.choice != MISSING_NUMBER || !isnan(args->missing.number);
    const bool said[] = {args->categories.count > 0, args->indices.index.count > 0, args->dates.index.count > 0, fills,
                         source_standardizes(args), args->scale != 1};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (said[i]) diag(diags, D_text_source, object_arg_span(source, steps[i]), steps[i]);
}

void model_read_texts(Model *model, Diags *diags) {
    const Layer *const first = model->layers.count ? model->layers.at[0] : NULL;
    const Layer *const next = model->layers.count > 1 ? model->layers.at[1] : NULL;
    if (!first || !first->def || model->input.rank < 0 || model->texts.layer) return;
    if (model->text_input && !first->def->reads) {
        diag(diags, D_text_unread, model->input_span);
        model->input.rank = -1;
        return;
    }
    if (!first->def->reads) return;
    if (!model->text_input) {
        diag(diags, D_text_input, first->span, first->def->class.name);
        model->input.rank = -1;
        return;
    }
    model->texts = (Texts){.layer = first, .shape = model->input, .numbers.rank = -1};
    first->def->reads(first, &model->texts, diags);
    model->input = model->texts.numbers;
    model->integer_input = !model->texts.counts && next && next->def && next->def->looks_up;
    check_source(model->fit.x, diags);
    check_source(model->evaluate.x, diags);
}
