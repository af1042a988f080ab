/* SPDX-License-Identifier: MIT-0 */
/* From the text of a format to a model with shapes and to the model file, by way of the compiler's own front end. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/diag.h"
#include "import/import.h"
#include "lower/lower.h"
#include "model/layer.h"
#include "model/prefix.h"
#include "model/read.h"
#include "model/write.h"

bool import_fail(Import *import, const char *format, ...) {
    va_list args;
    va_start(args, format);
    nnc_fail_at_list(&import->host, import->path, 0, 0, format, args);
    va_end(args);
    return false;
}

void import_note(Import *import, const char *format, ...) {
    va_list args;
    va_start(args, format);
    text_puts(&import->notes, arena_vprintf(import->arena, format, args));
    text_puts(&import->notes, "\n");
    va_end(args);
}

const char *import_quote(const Import *import, const char *name) {
    return arena_strdup(import->arena, nnc_quote(name, strlen(name)).text);
}

/* Source → model; false after its errors have been printed. */
static bool bind_text(Import *import, const Source *source, bool shapes) {
    Diags *const diags = diags_new(import->arena, source);
    import->model = model_read(import->arena, source, import->options, shapes, diags);
    const bool good = diags_errors(diags) == 0;
    if (good && !shapes) return true; /* what it warns of, it says again */
    diags_show(diags, import->options->diagnostics_json);
    return good;
}

/* Whether programs can be made of a model file whose shapes are known; false after its errors have been printed. */
static bool can_be_lowered(Import *import, const Source *source) {
    Diags *const diags = diags_new(import->arena, source);
    const Model *const model = model_read(import->arena, source, import->options, true, diags);
    plan_from_model(import->arena, model, import->options, diags);
    if (diags_errors(diags) == 0) return true; /* its warnings have been said */
    diags_show(diags, import->options->diagnostics_json);
    return false;
}

/* The model's name, or that of its file where Keras made it up: a word that may begin all names of the C. */
static const char *model_name(Import *import) {
    static const char *const made_up[] = {"sequential", "functional", "model", "main_graph", "tf2onnx", "torch"};
    const char *name = import->model_name ? import->model_name : "";
    for (size_t i = 0; i < sizeof made_up / sizeof *made_up; i++) {
        const size_t length = strlen(made_up[i]);
        if (strncmp(name, made_up[i], length) == 0 && (!name[length] || name[length] == '_')) name = "";
    }
    if (!*name) {
        const char *const slash = strrchr(import->path, '/');
        name = slash ? slash + 1 : import->path;
        name = arena_strndup(import->arena, name, strcspn(name, "."));
    }
    Text word = {.arena = import->arena}; /* without __, which C++ keeps for itself */
    for (; *name && word.length < 60; name++)
        if (isalnum((unsigned char)*name)) text_append(&word, name, 1);
        else if (word.length && word.chars[word.length - 1] != '_') text_append(&word, "_", 1);
    if (word.length && word.chars[word.length - 1] == '_') word.chars[--word.length] = '\0';
    if (!word.length) return "net";
    return prefix_problem(text_chars(&word)) ? arena_printf(import->arena, "net_%s", text_chars(&word))
                                             : text_chars(&word);
}

/* A comment of one or more lines; what would end it early, or is not printable, is left out. */
static void put_comment(const char *text, Text *out) {
    text_puts(out, "# ");
    for (; *text; text++) {
        if (*text == '\n' && text[1]) text_puts(out, "\n# ");
        else if ((unsigned char)*text >= ' ' && *text != 0x7F) text_append(out, text, 1);
    }
    text_puts(out, "\n");
}

bool import_model(Import *import, const char *comment) {
    const Source *const told =
        source_from_text(import->arena, import->path, text_chars(&import->text), import->text.length);
    if (!bind_text(import, told, false)) {
        fprintf(stderr, "nnc: %s was not imported: above are its layers as it tells them, one in a line\n",
                import->path);
        return false;
    }
    /* The second time shapes are known, so that more is seen to be the default. */
    for (int turn = 0; turn < 2; turn++) {
        import->source.length = 0;
        put_comment(comment, &import->source);
        if (import->notes.length) put_comment(text_chars(&import->notes), &import->source);
        text_puts(&import->source, "\n");
        model_write(import->model, model_name(import), &import->source);
        const char *const path = import->options->output ? import->options->output : import->path;
        const Source *const written =
            source_from_text(import->arena, path, text_chars(&import->source), import->source.length);
        if (!bind_text(import, written, true)) break;
        if (turn == 1 && can_be_lowered(import, written)) return true;
    }
    fprintf(stderr, "nnc: %s was not imported: above is the model file that it would have become\n", import->path);
    return false;
}

bool import_given_model(Import *import) {
    const char *error = NULL;
    const Source *const source = source_load(import->arena, import->options->model, &error);
    if (!source) {
        nnc_fail_at(&import->host, import->options->model, 0, 0, "%s", error);
        return false;
    }
    return bind_text(import, source, true);
}

bool import_weight(Import *import, const Weight *weight, const nnc_entry *array, const char *array_name) {
    bool same = array->rank == weight->shape.rank;
    for (int i = 0; same && i < array->rank; i++) same = array->shape[i] == weight->shape.dim[i];
    if (!same)
        return import_fail(import, "%s has shape %s, the model's %s wants %s", import_quote(import, array_name),
                           nnc_show_shape(array->shape, array->rank).text, weight->path,
                           nnc_show_shape(weight->shape.dim, weight->shape.rank).text);
    const float *const values = array->data;
    for (size_t i = 0; i < array->count; i++)
        if (!isfinite(values[i]))
            return import_fail(import, "%s holds a number that is not finite", import_quote(import, array_name));
    nnc_entry entry = *array;
    entry.name = arena_strdup(import->arena, weight->path);
    list_push(import->arena, &import->weights, entry);
    return true;
}
