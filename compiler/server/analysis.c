/* SPDX-License-Identifier: MIT-0 */
/* What is read of a text up to its shapes: nothing is lowered while somebody types. */
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/options.h"
#include "frontend/constants.h"
#include "frontend/parser.h"
#include "frontend/python.h"
#include "lower/lower.h"
#include "model/read.h"
#include "passes/passes.h"
#include "plan/sizes.h"
#include "server/analysis.h"

static const Options options = {.program = "nnc", .list_kind = -1, .max_ram = -1};

static Model *read_model(Analysis *analysis, Diags *diags) {
    Arena *const arena = analysis->arena;
    Constants *const constants = constants_new(arena, diags);
    Model *const model = model_named(arena, analysis->file, constants, &options, diags);
    model_complete(model, diags);
    return model;
}

Analysis *analysis_new(const char *path, const char *text, size_t length) {
    Arena *const arena = arena_new();
    Analysis *const analysis = NEW(arena, Analysis);
    analysis->arena = arena;
    analysis->source = source_from_text(arena, arena_strdup(arena, path), text, length);
    analysis->tokens = tokens_read(arena, analysis->source);
    Diags *const diags = diags_new(arena, analysis->source);
    analysis->diags = diags;
    const bool python = report_python(arena, analysis->source, diags);
    analysis->file = parse_file(arena, analysis->source, python ? diags_new(arena, analysis->source) : diags);
    analysis->model = python ? NULL : read_model(analysis, diags);
    return analysis;
}

void analysis_free(Analysis *analysis) { arena_free(analysis->arena); }

const AstConstant *analysis_constant(const Analysis *analysis, const char *name) {
    for (int i = 0; i < analysis->file->constants.count; i++)
        if (!strcmp(analysis->file->constants.at[i].name, name)) return &analysis->file->constants.at[i];
    return NULL;
}

const char *analysis_text(const Analysis *analysis, Span span) {
    return arena_strndup(analysis->arena, analysis->source->text + span.lo, (size_t)(span.hi - span.lo));
}

int analysis_token(const Analysis *analysis, int offset) {
    int behind = -1;
    for (int i = 0; i < analysis->tokens->tokens.count - 1; i++) {
        const Token *const token = &analysis->tokens->tokens.at[i];
        if (token->span.lo > offset) break;
        if (offset < token->span.hi) return behind >= 0 && token->kind == TOKEN_MARK ? behind : i;
        if (offset == token->span.hi && token->kind != TOKEN_MARK) behind = i;
    }
    return behind;
}

const Layer *analysis_layer(const Analysis *analysis, int offset) {
    if (!analysis->model) return NULL;
    for (int i = 0; i < analysis->model->layers.count; i++) {
        const Layer *const layer = analysis->model->layers.at[i];
        if (layer->span.lo <= offset && offset <= layer->span.hi) return layer;
    }
    return NULL;
}

/* Lowering changes a model, so it is one of its own. */
bool analysis_memory(const Analysis *analysis, int64_t *predict, int64_t *train) {
    const Source *const source = analysis->source;
    Analysis *const again = analysis_new(source->path, source->text, source->length);
    Diags *const diags = diags_new(again->arena, again->source);
    Plan *plan = NULL;
    if (!diags_errors(again->diags)) plan = plan_from_model(again->arena, read_model(again, diags), &options, diags);
    const bool good = plan && !diags_errors(diags);
    if (good) {
        plan_optimize(plan, NULL);
        const Sizes sizes = plan_sizes(plan);
        *predict = sizes.inference_ram;
        *train = sizes.training_ram;
    }
    analysis_free(again);
    return good;
}
