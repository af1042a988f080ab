/* SPDX-License-Identifier: MIT-0 */
/* JSON as values of the language: objects are dicts, arrays lists, null None. */
#ifndef NNC_IMPORT_JSON_H
#define NNC_IMPORT_JSON_H

#include "import/import.h"
#include "language/ast.h"

/** NULL and a message when it is none. `what`: where it stands, for the message. */
const Ast *json_parse(Import *import, const char *what, const char *text, size_t length);
/** The value of a key; NULL when `object` is no dict (or NULL) or has none. None counts as none. */
const Ast *json_get(const Ast *object, const char *key);
/** The text of a key; NULL when it is none. */
const char *json_text(const Ast *object, const char *key);
/** Entries of a list (or tuple); 0 for what is none, or NULL. */
int json_count(const Ast *list);
bool json_is_text(const Ast *value, const char *text);

#endif
