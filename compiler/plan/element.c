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
    [ELEMENT_INT16] = {"int16_t", 2, false},
    [ELEMENT_UINT16] = {"uint16_t", 2, false},
    [ELEMENT_INT8] = {"int8_t", 1, false},
};

const char *element_name(ElementType type) { return elements[type].name; }

int64_t element_bytes(ElementType type) { return elements[type].bytes; }

bool element_is_narrow(ElementType type) { return elements[type].bytes < 4; }

bool element_is_real(ElementType type) { return elements[type].is_real; }
