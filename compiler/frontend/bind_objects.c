/* SPDX-License-Identifier: MIT-0 */
/* Arguments that are objects: a call, or a string that names a class. */
#include "base/arena.h"
#include "base/diag.h"
#include "frontend/bind.h"
#include "frontend/bind_target.h"
#include "frontend/constants.h"
#include "language/registry.h"

bool bind_one(const Target *target, const Ast *value, Object **field) {
    const Binder *binder = target->binder;
    ClassKind kind = target->row->class_kind;
    if (value->kind != AST_CALL && value->kind != AST_STRING) {
        const char *const also = target->row->type == ARG_NUMBER_OR_OBJECT ? "a number or " : "";
        return wrong_type(
            target, value,
            arena_printf(binder->arena, "%s%s %s", also, class_kind_article(kind), class_kind_name(kind, false)));
    }
    const char *text;
    if (value->kind == AST_STRING && !string_value(target, value, &text)) {
        return false;
    }
    int errors = diags_errors(binder->diags);
    size_t size;
    const ArgDef *common = class_common_args(kind, &size); /* TimeDistributed(Dense(3, name='head')) */
    *field = bind_class(binder, value, kind, target->place, common, common ? arena_alloc(binder->arena, size) : NULL);
    if (*field == NULL && diags_errors(binder->diags) > errors) {
        constants_note(binder->constants, target->written);
    }
    return *field != NULL;
}

bool bind_number_or_object(const Target *target, const Ast *value, NumberOrObject *field) {
    *field = (NumberOrObject){0, NULL};
    return value->kind == AST_NUMBER ? bind_real(target, value, &field->number)
                                     : bind_one(target, value, &field->object);
}

/* Metrics, callbacks, cells: each is code of its own. */
enum { OBJECTS_LIMIT = 500 };

bool bind_objects(const Target *target, const Ast *value, Objects *field) {
    const Binder *binder = target->binder;
    ClassKind kind = target->row->class_kind;
    bool pair = target->row->type == ARG_PAIR;
    if (value->kind != AST_TUPLE && value->kind != AST_LIST) {
        if (pair) {
            return wrong_type(target, value, arena_printf(binder->arena, "a pair of %s", class_kind_name(kind, true)));
        }
        field->at = NEW(binder->arena, Object *);
        field->count = 1;
        return bind_one(target, value, field->at);
    }
    if (pair && value->items.count != 2) {
        diag(binder->diags, D_wrong_length, target->place, target->row->name, target->owner->name, "2 entries",
             value->items.count);
        return false;
    }
    if (value->items.count > OBJECTS_LIMIT) {
        diag(binder->diags, D_wrong_length, target->place, target->row->name, target->owner->name,
             arena_printf(binder->arena, "at most %d entries", OBJECTS_LIMIT), value->items.count);
        return false;
    }
    field->at = NEW_ARRAY(binder->arena, Object *, value->items.count);
    field->count = value->items.count;
    bool valid = true;
    for (int i = 0; i < field->count; i++) {
        Target entry = entry_target(target, value->items.at[i]);
        valid &= bind_one(&entry, constants_value(binder->constants, value->items.at[i], kind), &field->at[i]);
    }
    return valid;
}
