/* SPDX-License-Identifier: MIT-0 */
/* Keras' table of the model. */
#ifndef NNC_FILE_SUMMARY_H
#define NNC_FILE_SUMMARY_H

#include "emit/emit.h"

/** Keras' table of the model for a comment. */
const char *summary_text(Emit *emit);

#endif
