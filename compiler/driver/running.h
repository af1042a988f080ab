/* SPDX-License-Identifier: MIT-0 */
/* The program that runs: where it lies, and others beside it. */
#ifndef NNC_DRIVER_RUNNING_H
#define NNC_DRIVER_RUNNING_H

#include "host/host.h"

/** The path of the running program, which was started as `name` (argv[0]): as the system tells, and where it does not
 *  (no /proc), as a shell finds that name; "" when neither can. */
nnc_path_text running_program(const char *name);
/** Goes on as the program NNC-WHAT beside the running one, "-import", "-lsp"; returns where there is none. */
void running_become(const char *what, char **argv);

#endif
