/* SPDX-License-Identifier: MIT-0 */
/* What API functions look at before they compute, and names that all parts of the file use. */
#ifndef NNC_FILE_CHECKS_H
#define NNC_FILE_CHECKS_H

#include "base/options.h"
#include "emit/emit.h"

/** The name of the model's file. */
const char *source_name(const Options *options);
/** Statements that return when one of the input's `count` indices is out of range; "" where the input holds none. */
const char *index_check(Emit *emit, const char *count);

#endif
