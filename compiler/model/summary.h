/* SPDX-License-Identifier: MIT-0 */
/* --emit=summary. */
#ifndef NNC_MODEL_SUMMARY_H
#define NNC_MODEL_SUMMARY_H

#include "base/arena.h"

typedef struct Model Model;

/** --emit=summary: Keras' table of layers, shapes and parameters. */
void summary_dump(const Model *model, Text *out);
/** The same in ASCII. */
void summary_plain(const Model *model, Text *out);

#endif
