/* SPDX-License-Identifier: MIT-0 */
/* From a tree, or a source, to its model. */
#include "base/diag.h"
#include "frontend/constants.h"
#include "frontend/parser.h"
#include "model/check.h"
#include "model/model.h"
#include "model/prefix.h"
#include "model/prepare.h"
#include "model/read.h"
#include "model/shapes.h"

Model *model_named(Arena *arena, const AstFile *file, Constants *constants, const Options *options, Diags *diags) {
    constants_define(constants, file);
    Model *const model = model_from_ast(arena, file, constants, options, diags);
    if (options->prefix) model->name = options->prefix;
    else model_check_prefix(model, diags);
    return model;
}

bool model_complete(Model *model, Diags *diags) {
    model_shapes(model, diags); /* also after errors: layers without shapes stay silent, others may have more to say */
    if (diags_errors(diags) && model->any_length && !model->max_steps && model->input.rank >= 0)
        diag_note(diags, model->input_span, "None stands for one step here");
    if (diags_errors(diags)) return false;
    model_prepare(model, diags);
    model_check(model, diags);
    return diags_errors(diags) == 0;
}

Model *model_read(Arena *arena, const Source *source, const Options *options, bool shapes, Diags *diags) {
    for (int i = 0; i < options->warnings.count; i++) diags_option(diags, options->warnings.at[i]);
    const AstFile *const file = parse_file(arena, source, diags);
    Constants *const constants = constants_new(arena, diags);
    constants_define(constants, file);
    Model *const model = model_from_ast(arena, file, constants, options, diags); /* which may be called as it likes */
    model_check_length(model, false, diags);
    if (shapes && !diags_errors(diags)) model_complete(model, diags);
    return model;
}
