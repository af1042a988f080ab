/* SPDX-License-Identifier: MIT-0 */
/* fail_alloc.c - the allocation number $FAIL_AT fails. Link with -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,
 * --wrap=posix_memalign. */
#include <errno.h>
#include <stdlib.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
int __real_posix_memalign(void **block, size_t alignment, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
int __wrap_posix_memalign(void **block, size_t alignment, size_t size);

static int fails(void) {
    static long done;
    const char *at = getenv("FAIL_AT");
    return at != NULL && ++done == atol(at);
}

void *__wrap_malloc(size_t size) { return fails() ? NULL : __real_malloc(size); }
void *__wrap_calloc(size_t count, size_t size) { return fails() ? NULL : __real_calloc(count, size); }
void *__wrap_realloc(void *block, size_t size) { return fails() ? NULL : __real_realloc(block, size); }

int __wrap_posix_memalign(void **block, size_t alignment, size_t size) {
    return fails() ? ENOMEM : __real_posix_memalign(block, alignment, size);
}
