/* SPDX-License-Identifier: MIT-0 */
/* How an operation makes its result: which text it becomes. Chosen by pass_choose_forms, but for what passes before it
 * need to know. */
#ifndef NNC_PLAN_OP_FORM_H
#define NNC_PLAN_OP_FORM_H

typedef enum OpForm {
    OP_FORM_OPEN, /* not chosen yet, or there is no choice */
    /* of products: */
    PRODUCT_BLOCKS, /* in blocks of rows and columns */
    PRODUCT_PACKED, /* in blocks, with a matrix in strips */
    PRODUCT_FEW,    /* so few terms that each output's are written out */
    PRODUCT_ROW,    /* its output is one row … */
    PRODUCT_COLUMN, /* … or one column, which lies like a row and is worked on as one */
    PRODUCT_DEEP,   /* takes a few rows of its inputs at a time, for all outputs */
    PRODUCT_GROUPS, /* group of channels by group */
    /* … for targets that make no blocks: */
    PRODUCT_SUMS,  /* row by row, each output a weighted sum of inputs */
    PRODUCT_OUTER,      /* an outer product: each output is one term … */
    PRODUCT_OUTER_SUMS, /* … or the sum of some, of columns of both inputs */
    /* of maps and updates: */
    MAP_ELEMENTS, /* in loops over elements */
    MAP_DRAWN,    /* in blocks of random numbers */
    MAP_WORDS,    /* four random numbers at a time, which do not stand side by side */
    MAP_COPY,     /* neighbours are copied at once */
    /* of sums: */
    SUM_COLUMNS, /* of all rows of a matrix, in blocks of columns */
    SUM_APART,   /* each lane has a sum of its own */
    SUM_TOGETHER, /* the lanes of one sum are added up at its end */
    /* of orders of dimensions: */
    PERMUTE_ELEMENTS,  /* one by one */
    PERMUTE_ROWS,      /* rows stay together, and are copied at once */
    PERMUTE_TRANSPOSE, /* a matrix, in squares */
    /* of pads: */
    PAD_SAMPLES, /* sample by sample: zeros are in the cache when others are copied between them */
    PAD_WHOLE,   /* all zeros first */
    /* of softmax: */
    SOFTMAX_VECTORS, /* written out */
    SOFTMAX_ROWS,    /* a function of the runtime makes a row … */
    SOFTMAX_ROW,     /* … the only one */
    OP_FORMS
} OpForm;

/** " (one column)", for the dump of the plan; "" of the usual form. */
const char *op_form_said(OpForm form);

#endif
