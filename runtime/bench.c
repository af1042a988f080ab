/* SPDX-License-Identifier: MIT-0 */
#include "nnc_host.h"
NNC_API int nnc_command_bench(nnc_host *host, const nnc_model *model, const nnc_options *options) { (void)model, (void)options; nnc_fail(host, "not yet"); return 1; }
