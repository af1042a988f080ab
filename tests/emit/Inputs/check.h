/* SPDX-License-Identifier: MIT-0 */
/* check.h - says which condition does not hold, in C and C++. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>

static int failures;

#define CHECK(condition)                                                        \
    do {                                                                        \
        if (!(condition)) {                                                     \
            printf("line %d: %s\n", __LINE__, #condition);                      \
            failures++;                                                         \
        }                                                                       \
    } while (0)

#endif
