/* SPDX-License-Identifier: MIT-0 */
/* Faults of nnc itself. */
#ifndef NNC_BASE_INTERNAL_H
#define NNC_BASE_INTERNAL_H

/** Says what is wrong with nnc, and aborts. */
_Noreturn void internal_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
