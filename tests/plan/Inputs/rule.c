/* SPDX-License-Identifier: MIT-0 */
/* A rule of many numbers; and one that gives a name twice, as the argument says. */
#include <stdio.h>
#include <string.h>

#include "plan/rule.h"

int main(int argc, char **argv) {
    const char *const twice = argc > 1 ? argv[1] : "";
    Arena *const arena = arena_new();
    UpdateRule rule = {.arena = arena};
    rule_add_slot(&rule, "momentum", 0);
    rule_add_scalar(&rule, "rate", "2 * learning_rate");
    for (int i = 0; i < 20; i++) rule_add_number(&rule, arena_printf(arena, "number_%d", i), i);
    printf("%d slot, %d numbers, %d scalar\n", rule.slots.count, rule.numbers.count, rule.scalars.count);
    if (!strcmp(twice, "slot")) rule_add_slot(&rule, "number_3", 0);
    if (!strcmp(twice, "number")) rule_add_number(&rule, "rate", 0);
    if (!strcmp(twice, "scalar")) rule_add_scalar(&rule, "learning_rate", "1");
    arena_free(arena);
    return 0;
}
