/* SPDX-License-Identifier: MIT-0 */
/* --list-layers and its sisters. */
#ifndef NNC_LANGUAGE_LISTING_H
#define NNC_LANGUAGE_LISTING_H

#include <stdbool.h>

#include "base/arena.h"
#include "language/class.h"

/** The formats of list_classes(), for completion. */
#define LIST_FORMATS "text|md|json|names|refused"
/** --list-layers and its sisters. `format`: NULL or "text" for people, "md" a Markdown table, "json" for programs,
 *  "names" bare names for completion, "refused" what Keras has besides and why nnc has not. False when there is no
 *  such format. */
bool list_classes(ClassKind kind, const char *format, Text *out);

#endif
