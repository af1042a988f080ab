/* SPDX-License-Identifier: MIT-0 */
/* What is wrong with a file and what would mend it; the shape behind each layer; the file laid out. */
#include <stdlib.h>
#include <string.h>

#include "base/diag_list.h"
#include "format/format.h"
#include "model/shape.h"
#include "server/answers.h"

enum { SEVERITY_IS_ERROR = 1, SEVERITY_IS_WARNING = 2, HINT_IS_TYPE = 1, MOST = 1000 };

/* Where there is no place, the first line. */
static Span shown_span(Span span) { return span.lo < 0 ? (Span){0, 0} : span; }

static json_t *diagnostic(Document *document, const Diag *diag) {
    Arena *const arena = document->analysis->arena;
    Text message = {.arena = arena};
    text_puts(&message, diag->message);
    json_t *const related = json_array();
    for (int i = 0; i < diag->notes.count; i++) {
        const DiagNote *const note = &diag->notes.at[i];
        if (note->span.lo < 0) text_printf(&message, "\n%s", note->message);
        else
            json_array_append_new(related, json_pack("{s:{s:s, s:o}, s:s}", "location", "uri", document->uri, "range",
                                                     document_range(document, note->span), "message", note->message));
    }
    return json_pack("{s:o, s:i, s:s, s:s, s:s, s:o}", "range", document_range(document, shown_span(diag->span)),
                     "severity", diag->error ? SEVERITY_IS_ERROR : SEVERITY_IS_WARNING, "code",
                     diag_id_text(arena, diag->id), "source", "nnc", "message", text_chars(&message),
                     "relatedInformation", related);
}

json_t *answer_diagnostics(Document *document) {
    const Analysis *const analysis = document_analysis(document);
    json_t *const found = json_array();
    int count;
    Diag *const *const sorted = diags_sorted(analysis->diags, &count);
    for (int i = 0; i < count && i < MOST; i++) {
        json_t *const one = diagnostic(document, sorted[i]);
        if (one) json_array_append_new(found, one);
    }
    return json_pack("{s:s, s:I, s:o}", "uri", document->uri, "version", document->version, "diagnostics", found);
}

json_t *answer_actions(Document *document, Span range) {
    const Analysis *const analysis = document_analysis(document);
    json_t *const found = json_array();
    int count;
    Diag *const *const sorted = diags_sorted(analysis->diags, &count);
    for (int i = 0; i < count && i < MOST; i++) {
        const Diag *const diag = sorted[i];
        if (!diag->suggestion || diag->span.lo < 0 || diag->span.lo > range.hi || diag->span.hi < range.lo) continue;
        const char *const title = diag->span.lo == diag->span.hi
                                      ? arena_printf(analysis->arena, "Insert %s", diag->suggestion)
                                      : arena_printf(analysis->arena, "Change to %s", diag->suggestion);
        json_t *const edit = json_pack("{s:{s:[{s:o, s:s}]}}", "changes", document->uri, "range",
                                       document_range(document, diag->span), "newText", diag->suggestion);
        json_t *const action = json_pack("{s:s, s:s, s:o, s:[o]}", "title", title, "kind", "quickfix", "edit", edit,
                                         "diagnostics", diagnostic(document, diag));
        if (action) json_array_append_new(found, action);
    }
    return found;
}

json_t *answer_hints(Document *document, Span range) {
    const Analysis *const analysis = document_analysis(document);
    json_t *const found = json_array();
    for (int i = 0; analysis->model && i < analysis->model->layers.count; i++) {
        const Layer *const layer = analysis->model->layers.at[i];
        const int end = layer->span.hi;
        if (layer->output.rank < 0 || end < range.lo || end > range.hi) continue;
        json_array_append_new(found, json_pack("{s:o, s:s, s:i, s:b}", "position", document_position(document, end),
                                               "label", shape_text(analysis->arena, layer->output), "kind",
                                               HINT_IS_TYPE, "paddingLeft", 1));
    }
    return found;
}

json_t *answer_formatting(Document *document) {
    const Analysis *const analysis = document_analysis(document);
    Diags *const diags = diags_new(analysis->arena, analysis->source);
    const char *const text = format_text(analysis->arena, analysis->source, diags);
    if (!text) return json_null();
    if (strlen(text) == (size_t)document->length && !memcmp(text, document->text, strlen(text))) return json_array();
    return json_pack("[{s:o, s:s}]", "range", document_range(document, (Span){0, document->length}), "newText", text);
}
