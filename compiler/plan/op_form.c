/* SPDX-License-Identifier: MIT-0 */
/* Forms of operations, in words. */
#include "plan/op_form.h"

const char *op_form_said(OpForm form) {
    static const char *const said[OP_FORMS] = {
        [OP_FORM_OPEN] = "",
        [PRODUCT_BLOCKS] = "",
        [PRODUCT_PACKED] = " (packed)",
        [PRODUCT_FEW] = " (few terms)",
        [PRODUCT_ROW] = " (one row)",
        [PRODUCT_COLUMN] = " (one column)",
        [PRODUCT_DEEP] = " (a few rows at a time)",
        [PRODUCT_GROUPS] = " (group by group)",
        [PRODUCT_SUMS] = " (row by row)",
        [PRODUCT_OUTER] = " (outer)",
        [PRODUCT_OUTER_SUMS] = " (element by element)",
        [MAP_ELEMENTS] = "",
        [MAP_DRAWN] = " (in random blocks)",
        [MAP_WORDS] = " (by random words)",
        [MAP_COPY] = " (copied)",
        [SUM_COLUMNS] = " (of columns)",
        [SUM_APART] = " (lane by lane)",
        [SUM_TOGETHER] = " (lanes added up)",
        [PERMUTE_ELEMENTS] = "",
        [PERMUTE_ROWS] = " (rows copied)",
        [PERMUTE_TRANSPOSE] = " (in squares)",
        [PAD_SAMPLES] = "",
        [PAD_WHOLE] = " (zeros first)",
        [SOFTMAX_VECTORS] = "",
        [SOFTMAX_ROWS] = " (row by row)",
        [SOFTMAX_ROW] = " (one row)",
    };
    return said[form];
}
