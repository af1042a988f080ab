/* SPDX-License-Identifier: MIT-0 */
/* Files of Python in place of model files. */
#ifndef NNC_FRONTEND_PYTHON_H
#define NNC_FRONTEND_PYTHON_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/source.h"

/** Whether the file is a program in Python; then that is reported, with the layers that it adds as a model file has
 *  them. */
bool report_python(Arena *arena, const Source *source, Diags *diags);

#endif
