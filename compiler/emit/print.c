/* SPDX-License-Identifier: MIT-0 */
/* Templates, names and literals: how texts get into the C file. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embedded.h"
#include "emit.h"

static void internal_error(const char *what, const char *name) {
    fprintf(stderr, "nnc: internal error: %s '%s'\n", what, name);
    abort();
}

/* The text of a template begins at the line after `//@ name`. */
static const char *template_search(const char *name) {
    const size_t name_length = strlen(name);
    for (const Embedded *file = embedded_files; file->name; file++) {
        for (const char *at = strstr(file->text, "//@ "); at; at = strstr(at + 1, "\n//@ ")) {
            at += *at == '\n';
            if (strncmp(at + 4, name, name_length) || at[4 + name_length] != '\n') continue;
            return at + 4 + name_length + 1;
        }
    }
    internal_error("no template", name);
    return NULL;
}

/* It ends at the next `//@` or the end of its file. */
static const char *template_find(Emit *emit, const char *name, size_t *length) {
    void **const slot = names_slot(&emit->templates, name);
    if (!*slot) *slot = (void *)template_search(name);
    const char *const text = *slot, *const end = strstr(text, "\n//@ ");
    *length = end ? (size_t)(end + 1 - text) : strlen(text);
    return text;
}

/* The text for the word after a $. The word may go on after the hole's name with an underscore ($prefix_params is the
 * hole prefix and then _params); the longest name that fits is meant. *length becomes that of the name. */
static const char *hole_text(Emit *emit, const Hole *holes, const char *word, size_t *length) {
    const size_t whole = strspn(word, "abcdefghijklmnopqrstuvwxyz_");
    for (size_t end = whole; end > 0; end--) {
        if (end < whole && word[end] != '_') continue;
        *length = end;
        if (end == 4 && !strncmp(word, "real", 4)) return emit->real;
        for (const Hole *hole = holes; hole->name; hole++)
            if (strlen(hole->name) == end && !strncmp(hole->name, word, end)) return hole->text;
    }
    internal_error("unbound hole in a template", arena_strndup(emit->arena, word, whole));
    return NULL;
}

/* Appends `text`, with the given indentation before each line but the first. */
static void print_indented(Text *out, const char *text, const char *indent, size_t indent_length) {
    for (const char *line = text; *line;) {
        const char *end = strchr(line, '\n');
        const size_t length = end ? (size_t)(end - line) + 1 : strlen(line);
        if (line != text && *line != '\n' && *line != '#') text_append(out, indent, indent_length);
        text_append(out, line, length);
        line += length;
    }
}

const char *indented(Emit *emit, const char *lines) {
    Text text = {.arena = emit->arena};
    text_puts(&text, "    ");
    print_indented(&text, lines, "    ", 4);
    return text_chars(&text);
}

static void print_line(Emit *emit, Text *out, const char *line, size_t length, const Hole *holes) {
    const size_t indent = strspn(line, " ");
    /* A hole alone on its line: drop the line when it is empty, and do not end the line twice. */
    if (line[indent] == '$') {
        size_t name;
        const char *text = hole_text(emit, holes, line + indent + 1, &name);
        if (indent + 1 + name == length - 1) {
            if (!*text) return;
            if (*text != '#') text_append(out, line, indent);
            print_indented(out, text, line, indent);
            if (text[strlen(text) - 1] != '\n') text_puts(out, "\n");
            return;
        }
    }
    for (size_t i = 0; i < length;) {
        if (line[i] != '$') {
            size_t run = 1;
            while (i + run < length && line[i + run] != '$') run++;
            text_append(out, line + i, run);
            i += run;
            continue;
        }
        size_t name;
        print_indented(out, hole_text(emit, holes, line + i + 1, &name), line, indent);
        i += 1 + name;
    }
}

void emit_template(Emit *emit, Text *out, const char *name, const Hole *holes) {
    size_t left;
    for (const char *line = template_find(emit, name, &left); left > 0;) {
        const char *end = memchr(line, '\n', left);
        const size_t length = end ? (size_t)(end - line) + 1 : left;
        print_line(emit, out, line, length, holes);
        line += length;
        left -= length;
    }
}

const char *c_name(Arena *arena, const char *name) {
    char *copy = arena_strdup(arena, name);
    for (char *c = copy; *c; c++)
        if (!isalnum((unsigned char)*c)) *c = '_';
    return isdigit((unsigned char)*copy) ? arena_printf(arena, "_%s", copy) : copy;
}

const char *formatted(Emit *emit, const char *format, ...) {
    va_list args;
    va_start(args, format);
    const char *text = arena_vprintf(emit->arena, format, args);
    va_end(args);
    return text;
}

const char *integer(Emit *emit, int64_t number) { return formatted(emit, "%" PRId64, number); }

const char *literal(Emit *emit, double number) {
    const bool wide = !strcmp(emit->real, "double");
    char digits[40];
    if (!wide && (float)number == 0) number = 0; /* in the text, too: compilers warn of what they round to it */
    for (int precision = 1; precision <= 17; precision++) { /* the shortest that reads back the same */
        snprintf(digits, sizeof digits, "%.*g", precision, number);
        if (wide ? strtod(digits, NULL) == number : strtof(digits, NULL) == (float)number) break;
    }
    const char *point = strpbrk(digits, ".en") ? "" : ".0";
    return formatted(emit, number < 0 ? "(%s%s%s)" : "%s%s%s", digits, point, wide ? "" : "f");
}

const char *double_literal(Emit *emit, double number) {
    const char *const real = emit->real;
    emit->real = "double";
    const char *text = literal(emit, number);
    emit->real = real;
    return text;
}

const char *size_text(Emit *emit, Shape shape, int first, int end) {
    int64_t product = 1;
    bool batch = false;
    for (int i = first; i < end; i++) {
        if (shape.dim[i] < 0) batch = true;
        product *= dim_size(shape.dim[i], 1);
    }
    if (!batch) return integer(emit, product);
    return product == 1 ? "batch" : formatted(emit, "batch * %" PRId64, product);
}

const char *times(Emit *emit, const char *factor, int64_t number) {
    return number == 1 ? factor : formatted(emit, "%s * %" PRId64, factor, number);
}

const char *described(Emit *emit, const Tensor *tensor) {
    return formatted(emit, "%s %s", tensor->name, shape_text(emit->arena, tensor->shape));
}

/* Names within a function */

/* What a parameter or local may not be called: words of C and C++, and macros that platforms are known to define. */
static const char *const reserved_words[] = {
    "alignas",  "alignof", "and",     "asm",       "auto",     "bool",     "break",     "case",      "catch",
    "char",     "class",   "const",   "constexpr", "continue", "decltype", "default",   "delete",    "do",
    "double",   "else",    "enum",    "explicit",  "export",   "extern",   "false",     "float",     "for",
    "friend",   "goto",    "if",      "inline",    "int",      "long",     "mutable",   "namespace", "new",
    "noexcept", "not",     "nullptr", "operator",  "or",       "private",  "protected", "public",    "register",
    "restrict", "return",  "short",   "signed",    "sizeof",   "static",   "struct",    "switch",    "template",
    "this",     "throw",   "true",    "try",       "typedef",  "typeid",   "typename",  "typeof",    "union",
    "unsigned", "using",   "virtual", "void",      "volatile", "while",    "xor",       "linux",     "unix",
    "min",      "max",     "abs",     "real",      "vec",      "product",  "transpose", "batch",     "sums",
    "n",        "r",       "c",       "i",         "j",        "k",        "l",         "o",         "row",
    "col",      "rows",    "cols",    "high",      "block",    "PANEL",    "LANES",     "UNROLL",    "INLINE",
    "BLOCK_ROWS", "PACKED_ROWS", NULL};

/* The locals of templates: no parameter may hide behind them. */
static const char *const template_locals[] = {"counted", "dot",   "end",   "from",    "labels", "mass", "mean",  "p",
                                              "peak",    "power", "q",     "scale",   "shift",  "size", "slope", "sum",
                                              "to",      "total", "value", "weighed", "weight", "z",    NULL};

static bool listed(const char *const *names, const char *name) {
    for (; *names; names++)
        if (!strcmp(*names, name)) return true;
    return false;
}

bool is_c_word(const char *name) { return listed(reserved_words, name); }

static bool name_used(const Emit *emit, const char *name) {
    if (listed(reserved_words, name)) return true;
    for (int i = 0; i < emit->function->params.count; i++)
        if (!strcmp(name, emit->function->params.at[i].name)) return true;
    for (int i = 0; i < emit->locals.count; i++)
        if (!strcmp(name, emit->locals.at[i])) return true;
    return false;
}

static const char *free_name(Emit *emit, const char *wanted) {
    const char *name = wanted;
    for (int i = 2; name_used(emit, name); i++) name = formatted(emit, "%s_%d", wanted, i);
    return name;
}

const char *local_name(Emit *emit, const char *wanted) {
    const char *name = free_name(emit, c_name(emit->arena, wanted));
    list_push(emit->arena, &emit->locals, name);
    return name;
}

static const char *add_param(Emit *emit, Param param, const char *wanted) {
    wanted = c_name(emit->arena, wanted);
    param.name = free_name(emit, listed(template_locals, wanted) ? formatted(emit, "%s_values", wanted) : wanted);
    list_push(emit->arena, &emit->function->params, param);
    return param.name;
}

const char *param_named(Emit *emit, Tensor *tensor, bool written, const char *wanted) {
    for (int i = 0; i < emit->function->params.count; i++) {
        Param *param = &emit->function->params.at[i];
        if (param->kind == PARAM_TENSOR && tensors_begin_together(param->tensor, tensor)) {
            param->written = param->written || written;
            return param->name;
        }
    }
    return add_param(emit, (Param){.kind = PARAM_TENSOR, .tensor = tensor, .written = written}, wanted);
}

const char *param_tensor(Emit *emit, Tensor *tensor, bool written) {
    return param_named(emit, tensor, written,
                       tensor->kind == TENSOR_WEIGHT ? tensor->weight->name
                       : tensor->kind == TENSOR_SLOT ? formatted(emit, "%s_state", tensor->slot)
                                                     : tensor_rows(tensor)->name);
}

const char *param_random(Emit *emit, Tensor *tensor, int stream) {
    for (int i = 0; i < emit->function->params.count; i++) {
        const Param *param = &emit->function->params.at[i];
        if (param->kind == PARAM_RANDOM && param->tensor == tensor && param->stream == stream) return param->name;
    }
    return add_param(emit, (Param){.kind = PARAM_RANDOM, .tensor = tensor, .stream = stream},
                     stream ? "random_angle" : "random");
}

const char *param_scalar(Emit *emit, const char *name) {
    for (int i = 0; i < emit->function->params.count; i++)
        if (emit->function->params.at[i].kind == PARAM_SCALAR && !strcmp(emit->function->params.at[i].scalar, name))
            return emit->function->params.at[i].name;
    return add_param(emit, (Param){.kind = PARAM_SCALAR, .scalar = name}, name);
}

const char *param_depth(Emit *emit, int64_t depth) {
    return add_param(emit, (Param){.kind = PARAM_DEPTH, .depth = depth}, "depth");
}

const char *param_add(Emit *emit) { return add_param(emit, (Param){.kind = PARAM_ADD}, "add"); }

const char *param_sums(Emit *emit) {
    for (int i = 0; i < emit->function->params.count; i++)
        if (emit->function->params.at[i].kind == PARAM_SUMS) return "sums";
    Param param = {.kind = PARAM_SUMS, .name = "sums", .written = true};
    list_push(emit->arena, &emit->function->params, param);
    return "sums";
}

/* Functions */

static const char *params_text(Emit *emit) {
    Text text = {.arena = emit->arena};
    text_puts(&text, "size_t batch");
    for (int i = 0; i < emit->function->params.count; i++) {
        const Param *param = &emit->function->params.at[i];
        const char *type = param->kind == PARAM_RANDOM   ? "const nnc_random *"
                           : param->kind == PARAM_SCALAR ? formatted(emit, "%s ", emit->real)
                           : param->kind == PARAM_DEPTH  ? "size_t "
                           : param->kind == PARAM_ADD    ? "int "
                           : param->kind == PARAM_SUMS   ? formatted(emit, "%s *", emit->real)
                                                         : formatted(emit, "%s%s *", param->written ? "" : "const ",
                                                                   param->tensor->integer ? "int32_t" : emit->real);
        text_printf(&text, ", %s%s", type, param->name);
    }
    return text_chars(&text);
}

const char *wrap_line(Emit *emit, const char *text) {
    Text out = {.arena = emit->arena};
    size_t column = 0;
    for (const char *word = text; *word;) {
        const char *end = strstr(word, ", ");
        const size_t length = end ? (size_t)(end - word) + 1 : strlen(word);
        if (column + length > 118) {
            text_puts(&out, "\n    ");
            column = 4;
        } else if (word != text) {
            text_puts(&out, " ");
            column++;
        }
        text_append(&out, word, length);
        column += length;
        word += length + (end ? 1 : 0);
    }
    return text_chars(&out);
}

void emit_function(Emit *emit, const char *name, const Op *op, const Hole *holes) {
    Text body = {.arena = emit->arena};
    emit_template(emit, &body, name, holes);
    Text text = {.arena = emit->arena};
    const char *const named = c_name(emit->arena, op->name);
    const char *const head = wrap_line(emit, formatted(emit, "static void %s(%s) {", named, params_text(emit)));
    text_printf(&text, "static void \1%s\n", head + strlen("static void ") + strlen(named));
    for (int i = 0; i < emit->function->params.count && !times_named(text_chars(&body), "batch"); i++)
        if (i == 0) text_puts(&text, "    (void)batch;\n");
    text_puts(&text, text_chars(&body));
    text_puts(&text, "}\n");
    emit->function->text = text_chars(&text);
}

/* What an operation computes, for the comment above its function: names and shapes, ASCII only. */
const char *op_comment(Emit *emit, const Op *op) {
    Text text = {.arena = emit->arena};
    const Tensor *made = op->out;
    for (int i = 0; i < op->steps.count; i++)
        if (op->steps.at[i].result) made = op->steps.at[i].result;
    if (op->layer) text_printf(&text, "%s: ", op->layer->name);
    if (made) text_printf(&text, "%s = ", described(emit, made));
    const bool product = op->def == &op_matmul;
    if (!product && op->def != &op_map) text_printf(&text, op->in_count ? "%s of " : "%s", op->def->name);
    for (int i = 0; i < op->in_count; i++)
        text_printf(&text, "%s%s%s",
                    !i        ? ""
                    : product ? " . "
                              : ", ",
                    described(emit, op->in[i]), op->transpose_a && i == 0 ? " transposed" : "");
    for (int i = 0; i < op->steps.count; i++) {
        const Step *step = &op->steps.at[i];
        text_printf(&text, "%s%s", i || op->def != &op_map ? ", " : "", step->label);
        for (int j = 0, shown = 0; j < step->operand_count && !i && op->def == &op_map; j++) {
            const Tensor *operand = step->operands[j].tensor;
            if (operand)
                text_printf(&text, "%s%s", shown++ ? ", " : " of ",
                            shape_equal(operand->shape, made->shape) ? operand->name : described(emit, operand));
        }
    }
    return text_chars(&text);
}

/* In each copy for an instruction set these names are replaced, so they may not be those of the structs' members either. */
static bool function_name_used(const Emit *emit, const char *name) {
    static const char *const members[] = {"params", "gradients",  "masks",   "arena", "learning_rate", "seed", "batches",
                                          "states", "iterations", "momenta", "purpose", "key",   NULL};
    if (listed(members, name)) return true;
    if (names_find(&emit->weight_fields, name)) return true;
    for (int i = 0; i < emit->plan->stream_states.count; i++)
        if (!strcmp(emit->plan->stream_states.at[i]->variable, name)) return true;
    for (int i = 0; i < emit->plan->update.slot_count; i++)
        if (!strcmp(emit->plan->update.slots[i].name, name)) return true;
    return names_find(&emit->function_names, name);
}

/* Prints a function in an arena of its own: most of what it takes is wanted no more when its text is there. Returns the equal
 * one that was printed before; NULL: there is none. */
static const Function *print_apart(Emit *emit, const Op *op, Function *function) {
    Arena *const arena = emit->arena;
    emit->function = function;
    emit->arena = emit->scratch;
    emit->locals.at = NULL;
    emit->locals.count = emit->locals.capacity = 0;
    op->def->emit(emit, op);
    emit->arena = arena;
    Param *const params = NEW_ARRAY(arena, Param, function->params.count);
    for (int i = 0; i < function->params.count; i++) {
        params[i] = function->params.at[i];
        params[i].name = arena_strdup(arena, params[i].name);
        if (params[i].scalar) params[i].scalar = arena_strdup(arena, params[i].scalar);
    }
    function->params.at = params;
    function->params.capacity = function->params.count;
    const Function *const equal = names_find(&emit->function_texts, function->text);
    function->text = equal ? equal->text : arena_strdup(arena, function->text);
    arena_reset(emit->scratch);
    return equal;
}

/* Whether the same function, called with the same arguments' names, has been printed for another program. */
Function *emit_op(Emit *emit, const Op *op) {
    Function *function = NEW(emit->arena, Function);
    const Function *const equal = print_apart(emit, op, function);
    if (equal) {
        function->name = equal->name;
        return function;
    }
    const char *base = c_name(emit->arena, op->name);
    const char *name = base;
    if (function_name_used(emit, name)) name = base = formatted(emit, "%s_%s", base, emit->program->name);
    for (int i = 2; function_name_used(emit, name); i++) name = formatted(emit, "%s_%d", base, i);
    function->name = name;
    list_push(emit->arena, &emit->functions, function);
    *names_slot(&emit->function_texts, function->text) = function;
    *names_slot(&emit->function_names, name) = function;
    const char *hole = strchr(function->text, '\1');
    text_printf(&emit->kernels, "\n/* %s */\n%.*s%s%s", op_comment(emit, op), (int)(hole - function->text),
                function->text, name, hole + 1);
    return function;
}
