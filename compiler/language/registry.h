/* SPDX-License-Identifier: MIT-0 */
/* The tables of all classes: layers, activations, losses, … */
#ifndef NNC_LANGUAGE_REGISTRY_H
#define NNC_LANGUAGE_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "language/class.h"

/** All classes of a kind in table order, terminated by NULL. (registry.c, from the .def tables) */
const Class *const *classes(ClassKind kind);
/** By name or alias, exactly; NULL when there is none. */
const Class *class_find(ClassKind kind, const char *name);
/** The first of any kind; NULL when there is none. */
const Class *class_find_any(const char *name);
/** As a string names it: some in any case. */
const Class *class_find_string(ClassKind kind, const char *name);
/** The arguments that all classes of a kind take besides their own, and the size of their struct; NULL: there are none.
 *  (Layers of the model take some more.) */
const ArgDef *class_common_args(ClassKind kind, size_t *size);
/** "layer", "loss", … for messages; "layers" for --list-layers. */
const char *class_kind_name(ClassKind kind, bool plural);
/** "a" or "an", for class_kind_name. */
const char *class_kind_article(ClassKind kind);

#endif
