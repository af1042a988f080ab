/* SPDX-License-Identifier: MIT-0 */
/* What nnc knows of a text: its tree, its model with shapes, and what is wrong with it. */
#ifndef NNC_SERVER_ANALYSIS_H
#define NNC_SERVER_ANALYSIS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag_list.h"
#include "base/source.h"
#include "frontend/tokens.h"
#include "language/ast.h"
#include "model/model.h"

typedef struct Analysis {
    Arena *arena;
    const Source *source;
    const TokenList *tokens;
    const AstFile *file;
    const Model *model; /* layers without shapes have output.rank < 0 */
    const Diags *diags;
} Analysis;

Analysis *analysis_new(const char *path, const char *text, size_t length);
void analysis_free(Analysis *analysis);
/** The constant of this name; NULL: there is none. */
const AstConstant *analysis_constant(const Analysis *analysis, const char *name);
/** The text of a token, or of a span. */
const char *analysis_text(const Analysis *analysis, Span span);
/** The token that an offset stands in, or behind where it is a word or a value; -1: none. */
int analysis_token(const Analysis *analysis, int offset);
/** The layer that is written there; NULL: none. */
const Layer *analysis_layer(const Analysis *analysis, int offset);

/** The memory that the C takes in bytes, to predict and to train; 0: it does not. False after errors. */
bool analysis_memory(const Analysis *analysis, int64_t *predict, int64_t *train);

#endif
