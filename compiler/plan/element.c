/* SPDX-License-Identifier: MIT-0 */
#include "plan/element.h"

static const struct {
    const char *name;
    int bytes;
    bool is_real;
} elements[] = {
    [ELEMENT_FLOAT] = {"float", 4, true},
    [ELEMENT_DOUBLE] = {"double", 8, true},
    [ELEMENT_INT32] = {"int32_t", 4, false},
};

const char *element_name(ElementType type) { return elements[type].name; }

int64_t element_bytes(ElementType type) { return elements[type].bytes; }

bool element_is_real(ElementType type) { return elements[type].is_real; }
