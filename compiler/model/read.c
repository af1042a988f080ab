/* SPDX-License-Identifier: MIT-0 */
/* From a source to its model. main.c goes the same way, and prints what comes about on it. */
#include "base/diag.h"
#include "frontend/constants.h"
#include "frontend/parser.h"
#include "model/check.h"
#include "model/model.h"
#include "model/prepare.h"
#include "model/read.h"
#include "model/shapes.h"

Model *model_read(Arena *arena, const Source *source, const Options *options, bool shapes, Diags *diags) {
    for (int i = 0; i < options->warnings.count; i++) diags_option(diags, options->warnings.at[i]);
    const AstFile *const file = parse_file(arena, source, diags);
    Constants *const constants = constants_new(arena, diags);
    constants_define(constants, file);
    Model *const model = model_from_ast(arena, file, constants, options, diags);
    model_check_length(model, false, diags);
    if (shapes && !diags_errors(diags)) model_shapes(model, diags);
    if (shapes && !diags_errors(diags)) model_prepare(model, diags);
    if (shapes && !diags_errors(diags)) model_check(model, diags);
    return model;
}
