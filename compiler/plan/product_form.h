/* SPDX-License-Identifier: MIT-0 */
/* How a product makes its outputs: which text of the runtime it becomes. Chosen by pass_choose_products, but for
 * PRODUCT_DEEP, which other passes need to know before. */
#ifndef NNC_PLAN_PRODUCT_FORM_H
#define NNC_PLAN_PRODUCT_FORM_H

typedef enum ProductForm {
    PRODUCT_BLOCKS, /* in blocks of rows and columns */
    PRODUCT_PACKED, /* in blocks, with a matrix in strips */
    PRODUCT_FEW,    /* so few terms that each output's are written out */
    PRODUCT_ROW,    /* its output is one row … */
    PRODUCT_COLUMN, /* … or one column, which lies like a row and is worked on as one */
    PRODUCT_DEEP,   /* takes a few rows of its inputs at a time, for all outputs */
    PRODUCT_GROUPS, /* group of channels by group */
    /* for targets that make no blocks: */
    PRODUCT_SUMS,  /* row by row, each output a weighted sum of inputs */
    PRODUCT_OUTER, /* element by element, of columns of both inputs */
    PRODUCT_FORMS
} ProductForm;

/** " (one column)", for the dump of the plan; "" of blocks. */
const char *product_form_said(ProductForm form);

#endif
