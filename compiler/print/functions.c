/* SPDX-License-Identifier: MIT-0 */
/* A C function for each operation: what it takes, what its parameters are called, and which are equal. */
#include <ctype.h>
#include <string.h>

#include "print/print.h"
#include "build/build.h"
#include "emit/program.h"

/* Names within a function */

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
    "BLOCK_ROWS", "PACKED_ROWS", NULL};

/* The locals of templates: no parameter may hide behind them. */
static const char *const template_locals[] = {"counted", "dot",   "end",   "from",    "labels", "mass", "mean",  "p",
                                              "peak",    "power", "q",     "scale",   "shift",  "size", "slope", "sum",
                                              "to",      "total", "value", "weighed", "weight", "z",    NULL};

static bool listed(const char *const *names, const char *name) {
    for (; *names; names++)
        if (**names == *name && !strcmp(*names, name)) return true; /* most differ at once */
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

const char *local_beside(Emit *emit, const char *wanted, const char *instead) {
    bool taken = false;
    for (int i = 0; i < emit->function->params.count && !taken; i++)
        taken = !strcmp(c_name(emit->arena, wanted), emit->function->params.at[i].name);
    return local_name(emit, taken ? instead : wanted);
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

/* Where the part of a name begins that is not the layer's: sum of dense.sum; 0: there is none. */
static size_t layer_prefix(const Emit *emit, const char *name) {
    size_t prefix = 0;
    for (size_t i = 0; name[i]; i++)
        if ((name[i] == '.' || name[i] == '/') && names_find(&emit->layer_names, arena_strndup(emit->arena, name, i)))
            prefix = i + 1;
    return prefix;
}

/* Without the number that tells it from others of its layer: there may be as many in another one. */
static const char *unnumbered(Emit *emit, const char *name) {
    size_t length = strlen(name);
    while (length > 0 && isdigit((unsigned char)name[length - 1])) length--;
    return name[length] && length > 1 && name[length - 1] == '_' ? arena_strndup(emit->arena, name, length - 1) : name;
}

/* What a layer gives is input to the operations of those behind it. */
static const char *layer_role(const Emit *emit, const Op *op, const char *name) {
    if (!names_find(&emit->layer_names, name)) return NULL;
    return op->layer && !strcmp(op->layer->name, name) ? "output" : "input";
}

const char *role_of_name(Emit *emit, const Op *op, const char *name) {
    name += layer_prefix(emit, name);
    const char *const role = layer_role(emit, op, name);
    if (role) return role;
    return strncmp(name, "d_", 2) ? unnumbered(emit, name) : formatted(emit, "d_%s", role_of_name(emit, op, name + 2));
}

const char *own_role(Emit *emit, const Op *op, const Tensor *tensor) {
    if (tensor->kind == TENSOR_WEIGHT) return tensor->weight->name;
    if (tensor->kind == TENSOR_GRADIENT) return formatted(emit, "d_%s", tensor->weight->name);
    if (tensor->kind == TENSOR_SLOT) return formatted(emit, "%s_state", tensor->slot);
    return role_of_name(emit, op, tensor->name);
}

/* Gates lie where later the gradients of their sums will. */
const char *role_name(Emit *emit, const Op *op, const Tensor *tensor) {
    const Tensor *const rows = tensor_rows((Tensor *)tensor);
    const char *const own = own_role(emit, op, tensor), *const role = own_role(emit, op, rows);
    return rows != tensor && !strncmp(role, "d_", 2) && strncmp(own, "d_", 2) ? "gates" : role;
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

static const char *params_text(Emit *emit, const Function *function) {
    Text text = {.arena = emit->arena};
    text_puts(&text, "size_t batch");
    for (int i = 0; i < function->params.count; i++) {
        const Param *param = &function->params.at[i];
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

void emit_function(Emit *emit, const char *name, const Hole *holes) {
    Text body = {.arena = emit->arena};
    emit_template(emit, &body, name, holes);
    emit->function->body = text_chars(&body);
}

/* The function under a name. */
static const char *function_text(Emit *emit, const Function *function, const char *name) {
    const bool unused = function->params.count > 0 && !times_named(function->body, "batch");
    return formatted(emit, "%s\n%s%s}\n",
                     wrap_line(emit, formatted(emit, "static void %s(%s) {", name, params_text(emit, function))),
                     unused ? "    (void)batch;\n" : "", function->body);
}

/* In each copy for an instruction set these names are replaced, so they may not be those of the structs' members either. */
static bool function_name_used(const Emit *emit, const char *name) {
    static const char *const members[] = {"params",  "gradients", "masks",  "arena",      "learning_rate",
                                          "seed",    "batches",   "states", "iterations", "momenta",
                                          "purpose", "key",       NULL};
    if (listed(members, name)) return true;
    if (names_find(&emit->weight_fields, name)) return true;
    for (int i = 0; i < emit->plan->stream_states.count; i++)
        if (!strcmp(emit->plan->stream_states.at[i]->variable, name)) return true;
    for (int i = 0; i < emit->plan->update.slot_count; i++)
        if (!strcmp(emit->plan->update.slots[i].name, name)) return true;
    return names_find(&emit->function_names, name);
}

static void add_layer(Emit *emit, Function *function, const Layer *layer) {
    if (!layer || names_find(&function->known, layer->name)) return;
    function->known.arena = emit->arena;
    *names_slot(&function->known, layer->name) = function;
    list_push(emit->arena, &function->layers, layer);
}

/* Prints a function in an arena of its own: most of what it takes is wanted no more when its text is there. Returns the equal
 * one that was printed before, or itself. */
static Function *print_apart(Emit *emit, const Op *op, Function *function) {
    Arena *const arena = emit->arena;
    emit->function = function;
    emit->arena = emit->scratch;
    memset(&emit->locals, 0, sizeof emit->locals);
    memset(&emit->loaded, 0, sizeof emit->loaded);
    op->def->emit(emit, op);
    const char *const text = formatted(emit, "(%s)\n%s", params_text(emit, function), function->body);
    Function *const equal = names_find(&emit->function_texts, text);
    Param *const params = NEW_ARRAY(arena, Param, function->params.count);
    if (!equal) {
        op_formula(emit, function);
        function->body = arena_strdup(arena, function->body);
        function->formula = arena_strdup(arena, function->formula);
        function->shapes = arena_strdup(arena, function->shapes);
        *names_slot(&emit->function_texts, arena_strdup(arena, text)) = function;
    }
    for (int i = 0; i < function->params.count; i++) {
        params[i] = function->params.at[i];
        params[i].name = arena_strdup(arena, params[i].name);
        if (params[i].scalar) params[i].scalar = arena_strdup(arena, params[i].scalar);
    }
    function->params.at = params;
    function->params.capacity = function->params.count;
    emit->arena = arena;
    arena_reset(emit->scratch);
    return equal ? equal : function;
}

/* Prints an operation as a function, or finds the equal one. Which layers are behind it is known only when all have been
 * printed, and so is its name. */
static Function *function_of(Emit *emit, const Op *op) {
    Function *function = NEW(emit->arena, Function);
    *function = (Function){.op = op, .named_after = op, .program = emit->program};
    Function *const equal = function->equal = print_apart(emit, op, function);
    add_layer(emit, equal, op->layer);
    if (equal == function) list_push(emit->arena, &emit->functions, function);
    else if (op->layer && equal->named_after->layer && op->layer->index < equal->named_after->layer->index)
        equal->named_after = op;
    return function;
}

/* A function that several layers share is called after the first of them. */
static void name_function(Emit *emit, Function *function) {
    const char *base = c_name(emit->arena, function->named_after->name);
    const char *name = base;
    if (function_name_used(emit, name)) name = base = formatted(emit, "%s_%s", base, function->program->name);
    for (int i = 2; function_name_used(emit, name); i++) name = formatted(emit, "%s_%d", base, i);
    function->name = name;
    *names_slot(&emit->function_names, name) = function;
    text_printf(&emit->kernels, "\n%s%s", op_comment(emit, function), function_text(emit, function, name));
}

static void name_layers(Emit *emit, const Layer *const *layers, int count) {
    for (int i = 0; i < count; i++) {
        *names_slot(&emit->layer_names, layers[i]->name) = emit;
        name_layers(emit, (const Layer *const *)layers[i]->inner.at, layers[i]->inner.count);
    }
}

void emit_functions(Emit *emit) {
    Program *programs[MAX_PROGRAMS];
    emit->called_count = plan_programs(emit->plan, programs);
    name_layers(emit, (const Layer *const *)emit->plan->model->layers.at, emit->plan->model->layers.count);
    for (int i = 0; i < emit->called_count; i++) {
        const Program *const program = emit->program = programs[i];
        Function **const functions = NEW_ARRAY(emit->arena, Function *, program->ops.count + 1);
        for (int j = 0; j < program->ops.count; j++) functions[j] = function_of(emit, program->ops.at[j]);
        emit->called[i] = (Called){program, functions};
    }
    for (int i = 0; i < emit->functions.count; i++) name_function(emit, emit->functions.at[i]);
}

Function *const *functions_of(const Emit *emit, const Program *program) {
    int i = 0;
    while (emit->called[i].program != program) i++;
    return emit->called[i].functions;
}
