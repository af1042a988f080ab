/* SPDX-License-Identifier: MIT-0 */
#include "plan/rule.h"

#include <string.h>

#include "base/internal.h"

/* What rules name without giving it. */
static const char *const given[] = {"w", "g", "learning_rate", "iteration", "momenta"};

const Scalar *rule_scalar(const UpdateRule *rule, const char *name) {
    for (int i = 0; i < rule->scalars.count; i++)
        if (!strcmp(rule->scalars.at[i].name, name)) return &rule->scalars.at[i];
    return NULL;
}

static bool is_named(const UpdateRule *rule, const char *name) {
    for (size_t i = 0; i < sizeof given / sizeof *given; i++)
        if (!strcmp(given[i], name)) return true;
    for (int i = 0; i < rule->slots.count; i++)
        if (!strcmp(rule->slots.at[i].name, name)) return true;
    for (int i = 0; i < rule->numbers.count; i++)
        if (!strcmp(rule->numbers.at[i].name, name)) return true;
    return rule_scalar(rule, name) != NULL;
}

static void check_new(const UpdateRule *rule, const char *name) {
    if (is_named(rule, name)) internal_error("an optimizer's rule has two meanings of '%s'", name);
}

void rule_add_slot(UpdateRule *rule, const char *name, double initial) {
    check_new(rule, name);
    list_push(rule->arena, &rule->slots, ((Slot){name, initial}));
}

void rule_add_number(UpdateRule *rule, const char *name, double number) {
    check_new(rule, name);
    list_push(rule->arena, &rule->numbers, ((Operand){.name = name, .kind = OPERAND_NUMBER, .number = number}));
}

void rule_add_scalar(UpdateRule *rule, const char *name, const char *text) {
    check_new(rule, name);
    list_push(rule->arena, &rule->scalars, ((Scalar){name, text}));
}
