/* SPDX-License-Identifier: MIT-0 */
/* Which words can start every name of the generated C. */
#include <ctype.h>
#include <string.h>

#include "base/diag.h"
#include "base/source.h"
#include "model/model.h"
#include "model/prefix.h"

/* Words of C up to C23 and of C++ up to C++20, macros that compilers define, and names that are taken. */
static const char *const taken[] = {"alignas",
                                    "alignof",
                                    "and",
                                    "and_eq",
                                    "asm",
                                    "auto",
                                    "bitand",
                                    "bitor",
                                    "bool",
                                    "break",
                                    "case",
                                    "catch",
                                    "char",
                                    "char16_t",
                                    "char32_t",
                                    "char8_t",
                                    "class",
                                    "co_await",
                                    "co_return",
                                    "co_yield",
                                    "compl",
                                    "concept",
                                    "const",
                                    "const_cast",
                                    "consteval",
                                    "constexpr",
                                    "constinit",
                                    "continue",
                                    "decltype",
                                    "default",
                                    "delete",
                                    "do",
                                    "double",
                                    "dynamic_cast",
                                    "else",
                                    "enum",
                                    "errno",
                                    "explicit",
                                    "export",
                                    "extern",
                                    "false",
                                    "float",
                                    "for",
                                    "friend",
                                    "goto",
                                    "i386",
                                    "if",
                                    "inline",
                                    "int",
                                    "linux",
                                    "long",
                                    "main",
                                    "mutable",
                                    "namespace",
                                    "new",
                                    "nnc",
                                    "noexcept",
                                    "not",
                                    "not_eq",
                                    "nullptr",
                                    "operator",
                                    "or",
                                    "or_eq",
                                    "private",
                                    "protected",
                                    "public",
                                    "register",
                                    "reinterpret_cast",
                                    "requires",
                                    "restrict",
                                    "return",
                                    "short",
                                    "signed",
                                    "sizeof",
                                    "static",
                                    "static_assert",
                                    "static_cast",
                                    "std",
                                    "struct",
                                    "switch",
                                    "template",
                                    "this",
                                    "thread_local",
                                    "throw",
                                    "true",
                                    "try",
                                    "typedef",
                                    "typeid",
                                    "typename",
                                    "typeof",
                                    "typeof_unqual",
                                    "union",
                                    "unix",
                                    "unsigned",
                                    "using",
                                    "virtual",
                                    "void",
                                    "volatile",
                                    "wchar_t",
                                    "while",
                                    "xor",
                                    "xor_eq"};

const char *prefix_problem(const char *word) {
    if (!isalpha((unsigned char)word[0])) {
        return word[0] == '_' ? "names that start with _ belong to the C implementation"
                              : "it must start with a letter";
    }
    for (const char *c = word; *c != '\0'; c++) {
        if (!isalnum((unsigned char)*c) && *c != '_') {
            return "only letters, digits and _ may be in it";
        }
    }
    if (strstr(word, "__") != NULL) {
        return "names with __ belong to the C++ implementation";
    }
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        if (strcmp(word, taken[i]) == 0) {
            return "the word is taken in C or C++";
        }
    }
    return NULL;
}

void model_check_prefix(const Model *model, Diags *diags) {
    const char *problem = model->span.lo < 0 ? NULL : prefix_problem(model->name);
    if (problem != NULL) {
        diag(diags, D_model_name, model->span, model->name, problem);
        diag_note(diags, NO_SPAN, "rename it, or give the C another prefix: --prefix NAME");
    }
}
