/* SPDX-License-Identifier: MIT-0 */
/* nnc complete: what a shell may offer. */
#ifndef NNC_DRIVER_COMPLETE_H
#define NNC_DRIVER_COMPLETE_H

/** Prints what can stand in place of the last of the words behind `nnc`, each with a tab and its meaning where there is
 *  one; "<files>" where a file can, "<files>.nn" one of that ending. Shells that take --emit=plan apart at the = are
 *  understood. */
void complete_command_line(int count, char **words);

#endif
