/* SPDX-License-Identifier: MIT-0 */
/* What the server answers. Each takes a document and, where there is one, the byte that the cursor stands before, and
 * returns a new reference: JSON as the protocol has it, null where there is nothing to say. */
#ifndef NNC_SERVER_ANSWERS_H
#define NNC_SERVER_ANSWERS_H

#include <jansson.h>

#include "server/document.h"

/** The client takes text with a place for the cursor. */
extern bool completion_has_snippets;
/** Completion items: layers, arguments, values, names of files and of their columns. (complete.c) */
json_t *answer_completion(Document *document, int offset);
/** Documentation of what stands there, in Markdown: of a layer also shapes and parameters. (hover.c) */
json_t *answer_hover(Document *document, int offset);
/** The arguments of the call around the cursor. (hover.c) */
json_t *answer_signature(Document *document, int offset);
/** Where the constant is defined; where it stands, with its definition or without. (symbols.c) */
json_t *answer_definition(Document *document, int offset);
json_t *answer_references(Document *document, int offset, bool with_definition);
/** The range of the constant's name; NULL where there is none. (symbols.c) */
json_t *answer_prepare_rename(Document *document, int offset);
/** The edits; NULL and what is wrong with the name in *error. (symbols.c) */
json_t *answer_rename(Document *document, int offset, const char *name, const char **error);
/** The outline of the file. (symbols.c) */
json_t *answer_symbols(Document *document);
/** All that is wrong, as textDocument/publishDiagnostics takes it. (report.c) */
json_t *answer_diagnostics(Document *document);
/** What nnc suggests within a range. (report.c) */
json_t *answer_actions(Document *document, Span range);
/** The output shape behind each layer within a range. (report.c) */
json_t *answer_hints(Document *document, Span range);
/** The whole text laid out, as one edit; none where it is so already, null where it has errors. (report.c) */
json_t *answer_formatting(Document *document);

#endif
