/* SPDX-License-Identifier: MIT-0 */
/* Forms of products. */
#include "plan/product_form.h"

const char *product_form_said(ProductForm form) {
    static const char *const said[PRODUCT_FORMS] = {
        [PRODUCT_BLOCKS] = "",
        [PRODUCT_PACKED] = " (packed)",
        [PRODUCT_FEW] = " (few terms)",
        [PRODUCT_ROW] = " (one row)",
        [PRODUCT_COLUMN] = " (one column)",
        [PRODUCT_DEEP] = " (a few rows at a time)",
        [PRODUCT_GROUPS] = " (group by group)",
        [PRODUCT_SUMS] = " (row by row)",
        [PRODUCT_OUTER] = " (element by element)",
    };
    return said[form];
}
