/* SPDX-License-Identifier: MIT-0 */
/* Weights and trainers as files in memory. */
//@ header_load

#define $upper_SAVE_BYTES $save_bytes /* of a file of weights that save writes */

/** The weights from the bytes of a safetensors file, all or none: of save, of a program's fit --save or --checkpoint,
 *  of Python. NNC_E_FORMAT: it is no such file, or truncated; NNC_E_CORRUPT: its checksum, if it has one, is wrong;
 *  NNC_E_MODEL: tensors of another model; NNC_E_NONFINITE: a weight that is not a number. */
$upper_API int $prefix_load($prefix_params *p, const void *file, size_t size);
//@ header_save
/** The weights as a safetensors file, with a checksum, of *size bytes; NNC_E_SPACE where `capacity` is less. */
$upper_API int $prefix_save(const $prefix_params *p, void *file, size_t capacity, size_t *size);

#define $upper_TRAIN_SAVE_BYTES $train_save_bytes

/** The same with all that training goes on from, to the same bits. A program's checkpoint can be loaded, too. */
$upper_API int $prefix_train_save(const $prefix_trainer *t, void *file, size_t capacity, size_t *size);
$upper_API int $prefix_train_load($prefix_trainer *t, const void *file, size_t size);
/** Training that begins with given weights instead of fresh ones, such as baked ones. */
$@head_train_from;
//@ store_layout

/* The head of a file of $comment, and the numbers behind it. */
static const char $prefix_$what_head[] =
    $head;

static const nnc_numbers $prefix_$what_numbers[] = {
    $numbers
};

static nnc_layout $prefix_$what_layout(void) {
    nnc_layout layout;
    layout.head = $prefix_$what_head;
    layout.head_size = sizeof $prefix_$what_head - 1;
    layout.numbers = $prefix_$what_numbers;
    layout.count = sizeof $prefix_$what_numbers / sizeof $prefix_$what_numbers[0];
    return layout;
}
//@ api_load

$upper_API int $prefix_$name($prefix_$object *$own, const void *file, size_t size) {
    const nnc_layout layout = $prefix_$what_layout();
    if (!$own || !file) {
        return NNC_E_ARG;
    }
    return nnc_file_read(&layout, $own, file, size);
}
//@ api_save

$upper_API int $prefix_$name(const $prefix_$object *$own, void *file, size_t capacity, size_t *size) {
    const nnc_layout layout = $prefix_$what_layout();
    if (!$own || !file || !size) {
        return NNC_E_ARG;
    }
    if (capacity < $upper_$bytes) {
        return NNC_E_SPACE;
    }
    nnc_file_write(&layout, $own, file);
    *size = $upper_$bytes;
    return NNC_OK;
}
//@ api_train_from

$@head_train_from {
    if (!p) {
        return NNC_E_ARG;
    }
    if ($prefix_train_init(t, seed) != NNC_OK) {
        return NNC_E_ARG;
    }
    t->params = *p;
    return NNC_OK;
}
