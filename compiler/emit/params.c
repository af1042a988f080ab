/* SPDX-License-Identifier: MIT-0 */
/* Parameters and locals of the function that is printed, and what they are called. */
#include <string.h>

#include "base/arena.h"
#include "base/names.h"
#include "base/words.h"
#include "model/layer.h"
#include "model/model.h"
#include "plan/form.h"
#include "plan/op.h"
#include "plan/plan.h"
#include "plan/tensor.h"
#include "emit/emit.h"
#include "emit/params.h"
#include "emit/text.h"

/* What a parameter or local may not be called: words of C and C++, and macros that platforms are known to define. */
static const char *const reserved_words[] = {
    "alignas",    "alignof",     "and",     "asm",       "auto",     "bool",     "break",     "case",      "catch",
    "char",       "class",       "const",   "constexpr", "continue", "decltype", "default",   "delete",    "do",
    "double",     "else",        "enum",    "explicit",  "export",   "extern",   "false",     "float",     "for",
    "friend",     "goto",        "if",      "inline",    "int",      "long",     "mutable",   "namespace", "new",
    "noexcept",   "not",         "nullptr", "operator",  "or",       "private",  "protected", "public",    "register",
    "restrict",   "return",      "short",   "signed",    "sizeof",   "static",   "struct",    "switch",    "template",
    "this",       "throw",       "true",    "try",       "typedef",  "typeid",   "typename",  "typeof",    "union",
    "unsigned",   "using",       "virtual", "void",      "volatile", "while",    "xor",       "linux",     "unix",
    "min",        "max",         "abs",     "real",      "vec",      "product",  "transpose", "batch",     "sums",
    "n",          "r",           "c",       "i",         "j",        "k",        "l",         "o",         "row",
    "col",        "rows",        "cols",    "high",      "block",    "PANEL",    "LANES",     "UNROLL",    "INLINE",
    "BLOCK_ROWS", "PACKED_ROWS", "sample", "step",  "line",  NULL};

/* The locals of templates: no parameter may hide behind them. Those that elementwise steps run in have few. */
static const char *const template_locals[] = {"counted", "dot",   "end",   "from",    "labels", "mass", "mean",  "p",
                                              "peak",    "power", "q",     "scale",   "shift",  "size", "slope", "sum",
                                              "to",      "total", "value", "weighed", "weight", "z",    NULL};
static const char *const step_locals[] = {"end", "from", "p", "to", NULL};

TensorNames *names_of(const Emit *emit, const Tensor *tensor) { return &emit->names[tensor->number]; }

bool is_file_name(const Emit *emit, const char *name) {
    return names_find(&emit->file_names, name) != NULL;
}

void know_c_words(Emit *emit) {
    for (const char *const *word = reserved_words; *word; word++)
        *names_slot(&emit->file_names, *word) = (void *)*word;
}

void know_file_names(Emit *emit, const char *header) {
    const char *const prefix = arena_printf(emit->arena, "%s_", emit->plan->model->name);
    for (const char *at = header; *at;) {
        const int length = word_length(at);
        const bool member = length && (at[length] == ';' || at[length] == '[');
        if (member || (length && !strncmp(at, prefix, strlen(prefix)))) {
            Names *const names = member ? &emit->members : &emit->file_names;
            *names_slot(names, arena_strndup(emit->arena, at, (size_t)length)) = (void *)at;
        }
        at += length ? length : 1;
    }
}

static bool name_used(const Emit *emit, const char *name) {
    if (is_file_name(emit, name)) return true;
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

const char *local_beside(Emit *emit, const char *wanted, const char *instead) {
    bool taken = false;
    for (int i = 0; i < emit->function->params.count && !taken; i++)
        taken = !strcmp(c_name(emit->arena, wanted), emit->function->params.at[i].name);
    return local_name(emit, taken ? instead : wanted);
}

static const char *add_param(Emit *emit, Param param, const char *wanted) {
    const char *const *const locals = emit->function->op->def->takes_steps ? step_locals : template_locals;
    wanted = c_name(emit->arena, wanted);
    param.name = free_name(emit, word_among(locals, wanted) ? formatted(emit, "%s_values", wanted) : wanted);
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

/* Whether a layer gives what another one does, or something behind it: a wrapper gives what its layers have made. */
static bool gives_behind(const Layer *layer, const Layer *other) {
    if (!layer || !other) return layer == other;
    if (layer->index != other->index) return layer->index > other->index;
    while (other && other != layer) other = other->wrapper;
    return other != NULL;
}

/* What a layer gives is output to its own operations and those of layers before it, and input to those behind it. */
const char *own_role(Emit *emit, const Op *op, const Tensor *tensor) {
    if (tensor->kind == TENSOR_WEIGHT) return tensor->weight->name;
    if (tensor->kind == TENSOR_GRADIENT) return form_text(emit->arena, FORM_GRADIENT, tensor->weight->name);
    if (tensor->kind == TENSOR_SLOT) return formatted(emit, "%s_state", tensor->slot);
    if (tensor->word) return tensor->word;
    if (tensor->of) return form_text(emit->arena, tensor->form, own_role(emit, op, tensor->of));
    return gives_behind(tensor->layer, op->layer) ? "output" : "input";
}

const char *step_role(Emit *emit, const Op *op, const Step *step) {
    return step->label ? step->label : own_role(emit, op, step->result);
}

/* What lies where gradients will lie later, such as the gates of a step, is called after what is there now. */
const char *role_name(Emit *emit, const Op *op, const Tensor *tensor) {
    const Tensor *const rows = tensor_rows((Tensor *)tensor);
    if (!tensor_is_gradient(rows) || tensor_is_gradient(tensor)) return own_role(emit, op, rows);
    return tensor->kin ? tensor->kin : own_role(emit, op, tensor);
}

const char *param_tensor(Emit *emit, Tensor *tensor, bool written) {
    return param_named(emit, tensor, written, role_name(emit, emit->function->op, tensor));
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
    return add_param(emit, (Param){.kind = PARAM_DEPTH, .size = depth}, "depth");
}

const char *param_add(Emit *emit) { return add_param(emit, (Param){.kind = PARAM_ADD}, "add"); }

const char *param_line(Emit *emit, const Op *op) {
    if (!op_finds_lines(op)) return NULL;
    for (int i = 0; i < emit->function->params.count; i++)
        if (emit->function->params.at[i].kind == PARAM_LINE) return "line";
    list_push(emit->arena, &emit->function->params, ((Param){.kind = PARAM_LINE, .name = "line"}));
    return "line";
}

const char *shared_size(Emit *emit, const Op *op, const char *size) {
    if (op->share.kind == SHARE_NONE || op->share.kind == SHARE_SAMPLES) return size;
    for (int i = 0; i < emit->function->params.count; i++)
        if (emit->function->params.at[i].kind == PARAM_SHARE) return emit->function->params.at[i].name;
    return add_param(emit, (Param){.kind = PARAM_SHARE}, "share");
}

const char *param_size(Emit *emit, const char *name, int64_t size) {
    const Param param = {.kind = PARAM_SIZE, .size = size, .name = local_name(emit, name)};
    list_push(emit->arena, &emit->function->params, param);
    return param.name;
}

const char *param_sums(Emit *emit) {
    for (int i = 0; i < emit->function->params.count; i++)
        if (emit->function->params.at[i].kind == PARAM_SUMS) return "sums";
    Param param = {.kind = PARAM_SUMS, .name = "sums", .written = true};
    list_push(emit->arena, &emit->function->params, param);
    return "sums";
}
