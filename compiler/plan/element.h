/* SPDX-License-Identifier: MIT-0 */
/* What the elements of a tensor are. A plan computes in one of the two real types (Plan.real); sizes in bytes follow
 * from the type of each tensor. */
#ifndef NNC_PLAN_ELEMENT_H
#define NNC_PLAN_ELEMENT_H

#include <stdbool.h>
#include <stdint.h>

typedef enum ElementType {
    ELEMENT_FLOAT,
    ELEMENT_DOUBLE,
    ELEMENT_INT32,
    ELEMENT_INT16,
    ELEMENT_UINT16, /* of tables */
    ELEMENT_INT8,
    ELEMENT_TYPES
} ElementType;

/** In C: "float". */
const char *element_name(ElementType type);
int64_t element_bytes(ElementType type);
/** Whether values of this type stand for reals, and lie in an arena of their own. */
bool element_is_narrow(ElementType type);
/** Else whole numbers. */
bool element_is_real(ElementType type);

#endif
