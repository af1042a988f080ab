/* SPDX-License-Identifier: MIT-0 */
/* Text: what the program does with it, and the function that does the same in a product. The texts are in words.t.c. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "emit/emit.h"
#include "emit/template.h"
#include "emit/text.h"
#include "file/fields.h"
#include "file/weights.h"
#include "file/words.h"
#include "model/model.h"
#include "plan/plan.h"

typedef LIST(nnc_word) KnownWords;

static int compare(const void *a, const void *b) {
    return strcmp(((const nnc_word *)a)->text, ((const nnc_word *)b)->text);
}

/* Those that are given, or that stand with the weights, in the order of their bytes. */
static KnownWords known_words(Emit *emit) {
    const Texts *const texts = &emit->plan->model->texts;
    const nnc_notes *const notes = baked_notes(emit);
    KnownWords known = {0};
    for (int i = 0; i < texts->known_count; i++)
        list_push(emit->arena, &known, ((nnc_word){texts->known[i], (int32_t)(texts->first + i)}));
    for (const char *word; texts->learns && (word = nnc_find_word(notes->at, notes->count, (size_t)known.count));) {
        const int32_t number = (int32_t)(texts->first + known.count);
        list_push(emit->arena, &known, ((nnc_word){word, number}));
    }
    if (known.count) qsort(known.at, (size_t)known.count, sizeof *known.at, compare);
    return known;
}

/* The members of an nnc_words, after the widths `known` and how many these are. */
static const char *words_text(Emit *emit, const char *known, int count) {
    static const char *const splits[] = {"NONE", WORD_SPLITS(CHOICE_OTHER)};
    const Texts *const t = &emit->plan->model->texts;
    Text out = {.arena = emit->arena};
    text_printf(&out, "%d, %d, NNC_SPLIT_%s, {", t->lowers, t->strips, splits[t->split]);
    for (int i = 0; i < MOST_WIDTHS && (i == 0 || t->widths[i]); i++)
        text_printf(&out, "%s%" PRId64, i ? ", " : "", t->widths[i]);
    text_printf(&out, "}, %s, %d,\n    %s, %" PRId64 ", %" PRId64 ", %" PRId64 ", %d, {", known, count,
                t->nothing ? string_literal(emit, t->nothing) : "NULL", t->nothing_number, t->unknown, t->unknowns,
                t->key.count > 0);
    for (int i = 0; i < 2; i++)
        text_printf(&out, "%sUINT64_C(%" PRIu64 ")", i ? ", " : "",
                    t->key.count > 0 ? (uint64_t)t->key.at[i < t->key.count ? i : 0] : 0);
    text_puts(&out, "}");
    return text_chars(&out);
}

static bool has_words(Emit *emit, const KnownWords *known) {
    const Texts *const texts = &emit->plan->model->texts;
    return texts->layer && (!texts->learns || known->count);
}

static void put_known(Emit *emit, const KnownWords *known, Text *out) {
    for (int i = 0; i < known->count; i++)
        text_printf(out, "    {%s, %" PRId32 "},\n", one_line_literal(emit, known->at[i].text), known->at[i].number);
}

void emit_words(Emit *emit, const Hole *holes, Text *out) {
    const Texts *const texts = &emit->plan->model->texts;
    const KnownWords known = known_words(emit);
    const char *const table_name = formatted(emit, "%s_known_words", emit->plan->model->name);
    const char *const cast = emit->plan->model->integer_input ? "" : formatted(emit, "(%s)", emit->real);
    Text table = {.arena = emit->arena};
    if (!has_words(emit, &known)) return;
    put_known(emit, &known, &table);
    const Hole *const all =
        with(emit, holes,
             (Hole[]){{"known", text_chars(&table)},
                      {"words", words_text(emit, known.count ? table_name : "NULL", known.count)},
                      {"find", formatted(emit, "%s%s", cast, texts->unknowns > 1 ? "nnc_word_hashed"
                                                                                 : "nnc_word_number")},
                      {NULL, NULL}});
    if (known.count) emit_template(emit, out, "known_words", all);
    emit_template(emit, out, "words", all);
    emit_template(emit, out, !texts->tokens ? "api_words" : texts->counts ? "api_counts" : "api_numbers", all);
}

void emit_words_header(Emit *emit, const Hole *holes, Text *out) {
    const Texts *const texts = &emit->plan->model->texts;
    const KnownWords known = known_words(emit);
    const char *const what = texts->counts        ? "how often each word is there"
                             : texts->tokens      ? "the numbers of its words, and then 0"
                             : texts->known_count || texts->learns ? "its number among the words that are known"
                                                  : "its number, by its hash";
    if (has_words(emit, &known))
        emit_template(emit, out, texts->tokens ? "header_tokens" : "header_words",
                      with(emit, holes,
                           (Hole[]){{"what", what},
                                    {"texts", integer(emit, shape_size(texts->shape, 1))},
                                    {NULL, NULL}}));
}

void words_table(Emit *emit, Text *out) {
    const Texts *const texts = &emit->plan->model->texts;
    KnownWords known = {0};
    if (!texts->layer) return;
    if (!texts->learns) known = known_words(emit);
    if (known.count) {
        text_puts(out, "static const nnc_word main_words[] = {\n");
        put_known(emit, &known, out);
        text_puts(out, "};\n");
    }
    text_printf(out, "static const nnc_text_input main_text = {\n    {%s},\n    %s, %d, %d, %d, %" PRId64 ", %" PRId64
                     ", %s,\n};\n",
                words_text(emit, known.count ? "main_words" : "NULL", known.count),
                integer(emit, shape_size(texts->shape, 1)), texts->tokens, texts->counts, texts->learns, texts->first,
                texts->places, texts->other ? string_literal(emit, texts->other) : "NULL");
}
