/* SPDX-License-Identifier: MIT-0 */
/* A C function for each operation: what it takes, what its parameters are called, and which are equal. */
#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/internal.h"
#include "base/names.h"
#include "base/words.h"
#include "model/layer.h"
#include "plan/access.h"
#include "plan/plan.h"
#include "plan/random_attrs.h"
#include "plan/sizes.h"
#include "plan/step.h"
#include "plan/tensor.h"
#include "emit/alike.h"
#include "emit/comment.h"
#include "emit/emit.h"
#include "emit/functions.h"
#include "emit/params.h"
#include "emit/template.h"
#include "emit/text.h"

enum { MAX_DISTINCTIONS = 8 }; /* that are tried, of namesakes */

/* What stands before a pointer to what a parameter says. */
static const char *qualifier(Emit *emit, const Param *param) {
    if (param->written) return "";
    const bool constant = tensor_storage(param->tensor)->kind == TENSOR_WEIGHT;
    return constant && *emit->plan->target->constants ? formatted(emit, "const %s ", emit->plan->target->constants)
                                                      : "const ";
}

static const char *params_text(Emit *emit, const Function *function) {
    Text text = {.arena = emit->arena};
    const bool one = makes_one_sample(emit->plan);
    text_puts(&text, !one ? "size_t batch" : function->params.count ? "" : "void");
    for (int i = 0; i < function->params.count; i++) {
        const Param *param = &function->params.at[i];
        const char *type = param->kind == PARAM_RANDOM   ? "const nnc_random *"
                           : param->kind == PARAM_SCALAR ? formatted(emit, "%s ", emit->real)
                           : param->kind == PARAM_DEPTH  ? "size_t "
                           : param->kind == PARAM_LINE   ? "size_t "
                           : param->kind == PARAM_SHARE  ? "size_t "
                           : param->kind == PARAM_SIZE   ? "size_t "
                           : param->kind == PARAM_ADD    ? "int "
                           : param->kind == PARAM_SUMS   ? formatted(emit, "%s *", emit->real)
                                                         : formatted(emit, "%s%s *", qualifier(emit, param),
                                                                   element_name(param->tensor->type));
        text_printf(&text, "%s%s%s", one && i == 0 ? "" : ", ", type, param->name);
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
    const bool unused =
        function->params.count > 0 && !makes_one_sample(emit->plan) && !times_named(function->body, "batch");
    return formatted(emit, "%s\n%s%s}\n",
                     wrap_line(emit, formatted(emit, "static void %s(%s) {", name, params_text(emit, function))),
                     unused ? "    (void)batch;\n" : "", function->body);
}

/* In each copy for an instruction set these names are replaced, so they may not be those of the structs' members
 * either. */
static bool function_name_used(const Emit *emit, const char *name) {
    static const char *const of_random[] = {"purpose", "key", NULL}; /* struct nnc_random */
    return word_among(of_random, name) || is_file_name(emit, name) || names_find(&emit->members, name) ||
           names_find(&emit->function_names, name);
}

static bool is_new_layer(Emit *emit, Function *function, const Layer *layer) {
    if (!layer || names_find(&function->known, layer->name)) return false;
    function->known.arena = emit->arena;
    *names_slot(&function->known, layer->name) = function;
    return true;
}

/* A guest is a layer that has something computed here, not only copied. */
static void add_layers(Emit *emit, Function *function, const Op *op) {
    if (is_new_layer(emit, function, op->layer)) list_push(emit->arena, &function->layers, op->layer);
    for (int i = 0; i < op->steps.count; i++) {
        const Layer *const layer = op->steps.at[i].layer;
        if (layer == op->layer || step_copies(&op->steps.at[i])) continue;
        if (is_new_layer(emit, function, layer)) list_push(emit->arena, &function->guests, layer);
    }
}

/* Prints a function in an arena of its own: most of what it takes is wanted no more when its text is there. Returns the
 * equal one that was printed before, or itself. */
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

/* --check-plan: what is taken for alike is printed alike, of the same tensors. */
static void check_alike(Emit *emit, const Function *function) {
    Function printed = {.op = function->op, .named_after = function->op, .program = function->program};
    const Function *const equal = print_apart(emit, function->op, &printed);
    bool same = equal == function->equal && printed.params.count == function->params.count;
    for (int i = 0; same && i < printed.params.count; i++) {
        const Param *const a = &printed.params.at[i], *const b = &function->params.at[i];
        same = a->kind == b->kind && a->stream == b->stream && a->size == b->size &&
               (a->tensor == b->tensor || (a->kind == PARAM_TENSOR && tensors_begin_together(a->tensor, b->tensor)));
    }
    if (!same) internal_error("%s is not printed like %s", function->op->name, function->equal->op->name);
}

/* The function of an operation: an equal one that is there, or a printed one. */
static Function *find_or_print(Emit *emit, Function *function) {
    const Candidate candidate = alike_key(emit, function->op), *const printed = alike_find(emit, &candidate);
    if (!printed) {
        alike_keep(emit, &candidate, function);
        return function->equal = print_apart(emit, function->op, function);
    }
    alike_params(emit, printed, &candidate, function);
    function->equal = printed->function->equal;
    arena_reset(emit->scratch);
    if (emit->plan->options->check_plan) check_alike(emit, function);
    return function->equal;
}

/* Which layers are behind a function is known only when all have been printed, and so is its name. */
static Function *function_of(Emit *emit, const Op *op) {
    Function *function = NEW(emit->arena, Function);
    *function = (Function){.op = op, .named_after = op, .program = emit->program};
    Function *const equal = find_or_print(emit, function);
    add_layers(emit, equal, op);
    if (equal == function) list_push(emit->arena, &emit->functions, function);
    else if (op->layer && equal->named_after->layer && op->layer->index < equal->named_after->layer->index)
        equal->named_after = op;
    return function;
}

/* What an operation makes for others. */
static const Tensor *made_by(const Op *op) {
    for (int i = op->steps.count - 1; i >= 0; i--)
        if (op->steps.at[i].result && !op->steps.at[i].result->in_registers) return op->steps.at[i].result;
    return op->out;
}

/* What may tell an operation from others of its kind: what it makes, or the first, second, … that it reads or makes;
 * NULL: there is no such. */
static const char *distinction(Emit *emit, const Op *op, int which) {
    const Tensor *tensor = which ? NULL : made_by(op);
    Access at = {.op = op};
    for (int i = 0; i < which && access_next(&at); i++)
        if (i == which - 1) tensor = at.tensor;
    if (!tensor) return NULL;
    if (tensor->regenerated) return drawn_with(tensor)->part;
    const bool transposed = tensor->of && tensor->form == FORM_TRANSPOSED;
    return own_role(emit, op, transposed ? tensor->of : tensor);
}

/* The functions of one name that a program calls. */
typedef struct Namesakes {
    LIST(Function *) functions;
    int which; /* of their distinctions tells them apart; MAX_DISTINCTIONS: none does */
} Namesakes;

static const char *base_name(Emit *emit, const Function *function) {
    return c_name(emit->arena, function->named_after->name);
}

static bool told_apart(Emit *emit, const Namesakes *group, int which) {
    Names seen = {.arena = emit->arena};
    for (int i = 0; i < group->functions.count; i++) {
        const char *const name = distinction(emit, group->functions.at[i]->named_after, which);
        if (!name || names_find(&seen, name)) return false;
        *names_slot(&seen, name) = group->functions.at[i];
    }
    return true;
}

static Namesakes *namesakes_of(Emit *emit, Names *groups, const Function *function) {
    const char *const key = formatted(emit, "%s %s", function->program->name, base_name(emit, function));
    Namesakes **const slot = (Namesakes **)names_slot(groups, key);
    if (!*slot) *slot = NEW(emit->arena, Namesakes);
    return *slot;
}

/* Where a program calls several functions of one name, what they work on tells them apart. */
static Names find_namesakes(Emit *emit) {
    Names groups = {.arena = emit->arena};
    for (int i = 0; i < emit->functions.count; i++) {
        Namesakes *const group = namesakes_of(emit, &groups, emit->functions.at[i]);
        list_push(emit->arena, &group->functions, emit->functions.at[i]);
    }
    for (int i = 0; i < emit->functions.count; i++) {
        Namesakes *const group = namesakes_of(emit, &groups, emit->functions.at[i]);
        if (group->functions.at[0] != emit->functions.at[i]) continue;
        while (group->which < MAX_DISTINCTIONS && !told_apart(emit, group, group->which)) group->which++;
    }
    return groups;
}

/* A name and what tells it apart, without a word twice: dropped and update_gate_dropped_state. */
static const char *joined(Emit *emit, const char *base, const char *distinction) {
    const char *const last = strrchr(base, '_');
    const char *const again = last ? strstr(formatted(emit, "_%s_", distinction), formatted(emit, "%s_", last)) : NULL;
    return formatted(emit, "%.*s_%s", (int)(again ? last - base : (ptrdiff_t)strlen(base)), base, distinction);
}

/* A function that several layers share is called after the first of them. */
static void name_function(Emit *emit, Names *groups, Function *function) {
    const Namesakes *const group = namesakes_of(emit, groups, function);
    const char *base = base_name(emit, function);
    if (group->functions.count > 1 && group->which < MAX_DISTINCTIONS)
        base = joined(emit, base, c_name(emit->arena, distinction(emit, function->named_after, group->which)));
    const char *name = base;
    if (function_name_used(emit, name) && group->functions.count == 1)
        name = base = formatted(emit, "%s_%s", base, function->program->name);
    for (int i = 2; function_name_used(emit, name); i++) name = formatted(emit, "%s_%d", base, i);
    function->name = name;
    *names_slot(&emit->function_names, name) = function;
    text_printf(&emit->kernels, "\n%s%s", op_comment(emit, function), function_text(emit, function, name));
}

void emit_functions(Emit *emit) {
    Program *programs[MAX_PROGRAMS];
    emit->called_count = plan_programs(emit->plan, programs);
    for (int i = 0; i < emit->called_count; i++) {
        const Program *const program = emit->program = programs[i];
        Function **const functions = NEW_ARRAY(emit->arena, Function *, program->ops.count + 1);
        for (int j = 0; j < program->ops.count; j++) functions[j] = function_of(emit, program->ops.at[j]);
        emit->called[i] = (Called){program, functions};
    }
    Names groups = find_namesakes(emit);
    for (int i = 0; i < emit->functions.count; i++) name_function(emit, &groups, emit->functions.at[i]);
}

Function *const *functions_of(const Emit *emit, const Program *program) {
    int i = 0;
    while (emit->called[i].program != program) i++;
    return emit->called[i].functions;
}
