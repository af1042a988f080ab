/* SPDX-License-Identifier: MIT-0 */
/* What stands under the cursor, from the tables and from the model. */
#include <inttypes.h>
#include <string.h>

#include "model/shape.h"
#include "model/summary.h"
#include "server/answers.h"
#include "server/place.h"

static bool is_said(const ArgDef *row) { return row->type != ARG_FIXED && row->type != ARG_UNUSED; }

/* Dense(units, activation=None, …), with the place of each argument in `spans`, as many as `count`. */
static void put_signature(Text *out, const Class *class, Span *spans, int *count) {
    text_printf(out, "%s(", class->name);
    *count = 0;
    for (const ArgDef *row = class->args; row && row->name; row++) {
        if (!is_said(row)) continue;
        text_puts(out, *count ? ", " : "");
        const int from = (int)out->length;
        text_printf(out, "%s%s%s", row->name, row->fallback ? "=" : "", row->fallback ? row->fallback : "");
        if (spans) spans[*count] = (Span){from, (int)out->length};
        ++*count;
    }
    text_puts(out, ")");
}

static int args_of(const Class *class) {
    int count = 0;
    for (const ArgDef *row = class->args; row && row->name; row++) count++;
    return count;
}

static void put_arg(Text *out, const ArgDef *row) {
    text_printf(out, "- `%s`", row->name);
    if (row->fallback) text_printf(out, " = `%s`", row->fallback);
    if (row->doc) text_printf(out, ": %s", row->doc);
    text_puts(out, "\n");
}

static void put_class(Text *out, const Class *class) {
    int count;
    text_puts(out, "```python\n");
    put_signature(out, class, NULL, &count);
    text_printf(out, "\n```\n%s\n", class->brief);
    if (class->doc) text_printf(out, "\n%s\n", class->doc);
    text_puts(out, "\n");
    for (const ArgDef *row = class->args; row && row->name; row++)
        if (is_said(row)) put_arg(out, row);
}

static void put_layer(Text *out, const Layer *layer) {
    int64_t parameters = 0;
    for (int i = 0; i < layer->weights.count; i++) parameters += shape_size(layer->weights.at[i]->shape, 1);
    if (layer->output.rank < 0) return;
    text_printf(out, "**%s**: %s → %s, %" PRId64 " parameter%s, %" PRId64 " bytes\n\n", layer->name,
                shape_text(out->arena, layer->input), shape_text(out->arena, layer->output), parameters,
                parameters == 1 ? "" : "s", 4 * parameters);
    for (int i = 0; i < layer->weights.count; i++)
        text_printf(out, "- `%s` %s\n", layer->weights.at[i]->path,
                    shape_text(out->arena, layer->weights.at[i]->shape));
    if (layer->weights.count) text_puts(out, "\n");
}

static void put_model(Text *out, const Analysis *analysis) {
    if (!analysis->model || diags_errors(analysis->diags)) return;
    text_puts(out, "```\n");
    summary_dump(analysis->model, out);
    text_puts(out, "```\n");
    int64_t predict, train;
    if (!analysis_memory(analysis, &predict, &train)) return;
    text_printf(out, "\nMemory: %" PRId64 " bytes to predict", predict);
    if (train) text_printf(out, ", %" PRId64 " bytes to train", train);
    text_puts(out, "\n");
}

/* A string that names a class where such a one is wanted. */
static const Class *class_of_string(const Place *place, const char *word) {
    if (!place->arg || place->arg->type == ARG_STRING || place->arg->type == ARG_CHOICE) return NULL;
    return place_class(place->arg->class_kind, word);
}

static void put_word(Text *out, const Analysis *analysis, int token, const Place *place) {
    const TokenList *const tokens = analysis->tokens;
    const Span span = tokens->tokens.at[token].span;
    const char *const word = analysis_text(analysis, span);
    const bool in_call = place->bracket >= 0, called = token_is(tokens, token + 1, "(");
    const AstConstant *const constant = analysis_constant(analysis, word);
    if (in_call && token_is(tokens, token + 1, "=") && place->class) {
        const ArgDef *const row = place_arg(place->class, word);
        if (row) put_arg(out, row);
    } else if (called) {
        const Class *const class = place_at(analysis, tokens->tokens.at[token + 1].span.hi).class;
        const Layer *const layer = analysis_layer(analysis, span.lo);
        if (layer && class && class->kind == CLASS_LAYER) put_layer(out, layer);
        if (class) put_class(out, class);
    } else if (token > 0 && token_is(tokens, token - 1, "model") && !in_call) {
        put_model(out, analysis);
    } else if (constant && constant->value->span.lo >= 0) {
        text_printf(out, "```python\n%s = %s\n```\n", word, analysis_text(analysis, constant->value->span));
    } else if (in_call && place->arg) {
        const Class *const class = place_class(place->arg->class_kind, word);
        if (class) put_class(out, class);
    }
}

json_t *answer_hover(Document *document, int offset) {
    const Analysis *const analysis = document_analysis(document);
    const int token = analysis_token(analysis, offset);
    if (token < 0) return json_null();
    const Token *const at = &analysis->tokens->tokens.at[token];
    const Place place = place_at(analysis, at->span.lo + (at->kind == TOKEN_VALUE));
    Text out = {.arena = analysis->arena};
    if (at->kind == TOKEN_WORD) {
        put_word(&out, analysis, token, &place);
    } else if (place.string) {
        const Class *const class = class_of_string(&place, analysis_text(analysis, place.word));
        if (class) put_class(&out, class);
        else if (place.arg) put_arg(&out, place.arg);
    }
    if (!out.length) return json_null();
    return json_pack("{s:{s:s, s:s}, s:o}", "contents", "kind", "markdown", "value", text_chars(&out), "range",
                     document_range(document, at->span));
}

json_t *answer_signature(Document *document, int offset) {
    const Analysis *const analysis = document_analysis(document);
    const Place place = place_at(analysis, offset);
    if (!place.class || place.bracket < 0) return json_null();
    Text out = {.arena = analysis->arena};
    Span *const spans = NEW_ARRAY(analysis->arena, Span, args_of(place.class) + 1);
    int count, active = -1;
    put_signature(&out, place.class, spans, &count);
    json_t *const parameters = json_array();
    int at = 0;
    for (const ArgDef *row = place.class->args; row && row->name; row++) {
        if (!is_said(row)) continue;
        if (row == place.arg) active = at;
        json_array_append_new(parameters, json_pack("{s:[i,i], s:s}", "label", spans[at].lo, spans[at].hi,
                                                    "documentation", row->doc ? row->doc : ""));
        at++;
    }
    json_t *const signature = json_pack("{s:s, s:s, s:o}", "label", text_chars(&out), "documentation",
                                        place.class->brief, "parameters", parameters);
    json_t *const answer = json_pack("{s:[o], s:i}", "signatures", signature, "activeSignature", 0);
    if (active >= 0) json_object_set_new(answer, "activeParameter", json_integer(active));
    return answer;
}
