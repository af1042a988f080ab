/* SPDX-License-Identifier: MIT-0 */
/* Completion: the tables say what can stand at a place. */
#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "data/csv.h"
#include "data/data.h"
#include "host/host.h"
#include "language/common_args.h"
#include "language/describe.h"
#include "language/registry.h"
#include "server/answers.h"
#include "server/place.h"

/* CompletionItemKind */
enum { ITEM_FUNCTION = 3, ITEM_CLASS = 7, ITEM_PROPERTY = 10, ITEM_VALUE = 12, ITEM_KEYWORD = 14, ITEM_FILE = 17,
       ITEM_FOLDER = 19, ITEM_CONSTANT = 21 };
enum { FORMAT_IS_SNIPPET = 2 };

bool completion_has_snippets;

typedef struct Completion {
    const Analysis *analysis;
    Place place;
    json_t *items, *range;
} Completion;

static void add_item(const Completion *completion, const char *label, const char *text, int kind, const char *detail,
                     const char *doc) {
    json_t *const item = json_pack("{s:s, s:i, s:{s:O, s:s}}", "label", label, "kind", kind, "textEdit", "range",
                                   completion->range, "newText", text);
    if (!item) return; /* no UTF-8 */
    if (detail) json_object_set_new(item, "detail", json_string(detail));
    if (doc) json_object_set_new(item, "documentation", json_string(doc));
    json_array_append_new(completion->items, item);
}

/* A word of the language as a string: with its quotes, where it does not stand between them already. */
static void add_word(const Completion *completion, const char *word, const char *doc) {
    Arena *const arena = completion->analysis->arena;
    const char *const quoted = string_text(arena, word, strlen(word));
    add_item(completion, word, completion->place.string ? word : quoted, ITEM_VALUE, NULL, doc);
}

/* A call, with the cursor between its brackets where the client can put it there. */
static void add_call(const Completion *completion, const Class *class, int kind) {
    if (completion->place.string) return;
    const char *const call = arena_printf(completion->analysis->arena, "%s($0)", class->name);
    add_item(completion, class->name, completion_has_snippets ? call : class->name, kind, class->brief, class->doc);
    json_t *const item = json_array_get(completion->items, json_array_size(completion->items) - 1);
    if (completion_has_snippets) json_object_set_new(item, "insertTextFormat", json_integer(FORMAT_IS_SNIPPET));
}

static void add_classes(const Completion *completion, ClassKind kind) {
    const bool words = kind != CLASS_LAYER && kind != CLASS_SOURCE && kind != CLASS_SCHEDULE && kind != CLASS_CALLBACK;
    for (const Class *const *at = classes(kind); *at; at++) {
        const bool functions = kind == CLASS_SOURCE;
        if (!words || isupper((unsigned char)*(*at)->name))
            add_call(completion, *at, functions ? ITEM_FUNCTION : ITEM_CLASS);
        if (!words) continue;
        const bool alias = (*at)->aliases && *(*at)->aliases;
        add_word(completion, alias && kind == CLASS_OPTIMIZER ? *(*at)->aliases : (*at)->name, (*at)->brief);
    }
}

static void add_constants(const Completion *completion) {
    if (completion->place.string) return;
    for (int i = 0; i < completion->analysis->file->constants.count; i++) {
        const AstConstant *const constant = &completion->analysis->file->constants.at[i];
        const char *const value = constant->value->span.lo >= 0
                                      ? analysis_text(completion->analysis, constant->value->span)
                                      : NULL;
        add_item(completion, constant->name, constant->name, ITEM_CONSTANT, value, NULL);
    }
}

/* The file that a call of a source reads: the string that it begins with, from the document's folder on. */
static char *file_of_call(const Completion *completion, const char *name) {
    const char *const path = completion->analysis->source->path, *const slash = strrchr(path, '/');
    const size_t size = strlen(path) + strlen(name) + 2;
    char *const full = malloc(size);
    if (full && (name[0] == '/' || !slash)) memcpy(full, name, strlen(name) + 1);
    else if (full) snprintf(full, size, "%.*s/%s", (int)(slash - path), path, name);
    return full;
}

static void add_columns_of(const Completion *completion, const char *path) {
    nnc_host host = {.program = "nnc"};
    nnc_reader reader;
    struct stat status;
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode) || nnc_reader_open(&host, &reader, path) != 0) return;
    nnc_csv csv = {.reader = &reader, .host = &host};
    double number;
    if (nnc_csv_start(&csv, '\0') == 0 && nnc_csv_line_read(&csv) == 1)
        for (size_t i = 0; i < csv.field_count; i++) {
            size_t length;
            const char *const field = nnc_csv_trim(&csv, &csv.fields[i], &length);
            if (length && nnc_csv_number(&csv, &csv.fields[i], &number) != 0)
                add_word(completion, arena_strndup(completion->analysis->arena, field, length), NULL);
        }
    free(csv.text);
    free(csv.fields);
    nnc_reader_close(&reader);
}

static void add_columns(const Completion *completion) {
    const TokenList *const tokens = completion->analysis->tokens;
    const int first = completion->place.bracket + 1;
    if (first >= tokens->tokens.count || tokens->tokens.at[first].kind != TOKEN_VALUE) return;
    const Span span = tokens->tokens.at[first].span;
    if (!strchr("'\"", token_first(tokens, first))) return;
    char *const path = file_of_call(completion, analysis_text(completion->analysis, (Span){span.lo + 1, span.hi - 1}));
    if (path) add_columns_of(completion, path);
    free(path);
}

/* Files and folders beside what is written of a path. */
static void add_files(const Completion *completion) {
    if (!completion->place.string) return;
    const char *const begun = analysis_text(completion->analysis, completion->place.word);
    const char *const slash = strrchr(begun, '/');
    const int kept = slash ? (int)(slash - begun) + 1 : 0;
    Arena *const arena = completion->analysis->arena;
    char *const folder = file_of_call(completion, kept ? arena_strndup(arena, begun, (size_t)kept) : ".");
    DIR *const open = folder ? opendir(folder) : NULL;
    for (struct dirent *entry; open && (entry = readdir(open));) {
        struct stat status;
        if (entry->d_name[0] == '.' || fstatat(dirfd(open), entry->d_name, &status, 0) != 0) continue;
        const bool is_folder = S_ISDIR(status.st_mode);
        const char *const name = arena_printf(arena, "%.*s%s%s", kept, begun, entry->d_name, is_folder ? "/" : "");
        add_item(completion, name, name, is_folder ? ITEM_FOLDER : ITEM_FILE, NULL, NULL);
    }
    if (open) closedir(open);
    free(folder);
}

static void add_choices(const Completion *completion, const ArgDef *arg) {
    for (int i = 0; i < choice_count(arg); i++) add_word(completion, arg->choices[i], NULL);
}

static void add_plain(const Completion *completion, const char *word) {
    if (!completion->place.string) add_item(completion, word, word, ITEM_KEYWORD, NULL, NULL);
}

static void add_values(const Completion *completion) {
    const ArgDef *const arg = completion->place.arg;
    if (arg) {
        switch (arg->type) {
        case ARG_BOOL: add_plain(completion, "True"), add_plain(completion, "False"); break;
        case ARG_CHOICE:
        case ARG_NUMBER_OR_WORD: add_choices(completion, arg); break;
        case ARG_OBJECT:
        case ARG_OBJECTS:
        case ARG_PAIR:
        case ARG_RATES:
        case ARG_NUMBER_OR_OBJECT: add_classes(completion, arg->class_kind); break;
        case ARG_COLUMNS:
        case ARG_WEIGHTS: add_columns(completion); break;
        case ARG_STRING:
            if (arg->path) add_files(completion);
            break;
        default: break;
        }
        if (arg->truths) add_plain(completion, "True"), add_plain(completion, "False");
        if (arg->fallback && !strcmp(arg->fallback, "None")) add_plain(completion, "None");
    }
    add_constants(completion);
}

/* Whether the call at hand has an argument of this name already. */
static bool is_given(const Completion *completion, const char *name) {
    const TokenList *const tokens = completion->analysis->tokens;
    int depth = 0;
    for (int i = completion->place.bracket + 1; i < tokens->tokens.count - 1 && depth >= 0; i++) {
        const bool mark = tokens->tokens.at[i].kind == TOKEN_MARK;
        const char first = token_first(tokens, i);
        if (mark && strchr("([{", first)) depth++;
        else if (mark && strchr(")]}", first)) depth--;
        else if (depth == 0 && token_is(tokens, i, name) && token_is(tokens, i + 1, "=")) return true;
    }
    return false;
}

static void add_names(const Completion *completion, const ArgDef *rows) {
    for (const ArgDef *row = rows; row && row->name; row++) {
        if (row->type == ARG_FIXED || row->type == ARG_UNUSED || is_given(completion, row->name)) continue;
        Arena *const arena = completion->analysis->arena;
        add_item(completion, arena_printf(arena, "%s=", row->name), arena_printf(arena, "%s=", row->name),
                 ITEM_PROPERTY, row->fallback ? arena_printf(arena, "= %s", row->fallback) : "required", row->doc);
    }
}

static void add_file_words(const Completion *completion) {
    add_item(completion, "model", "model ", ITEM_KEYWORD, "the layers, one behind the other", NULL);
    for (const Class *const *at = classes(CLASS_STATEMENT); *at; at++) add_call(completion, *at, ITEM_FUNCTION);
}

json_t *answer_completion(Document *document, int offset) {
    const Analysis *const analysis = document_analysis(document);
    Completion completion = {analysis, place_at(analysis, offset), json_array(), NULL};
    const Place *const place = &completion.place;
    completion.range = document_range(document, place->word);
    switch (place->kind) {
    case PLACE_FILE: add_file_words(&completion); break;
    case PLACE_LAYER: add_classes(&completion, CLASS_LAYER); break;
    case PLACE_ARGUMENT:
        if (place->class && !place->string) add_names(&completion, place->class->args);
        if (place->class && !place->string) add_names(&completion, place_common_args(place->class));
        add_values(&completion);
        break;
    case PLACE_VALUE: add_values(&completion); break;
    case PLACE_ELSEWHERE: break;
    }
    json_decref(completion.range);
    return json_pack("{s:b, s:o}", "isIncomplete", 0, "items", completion.items);
}
