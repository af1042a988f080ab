/* SPDX-License-Identifier: MIT-0 */
#include "export/export.h"
#ifdef NNC_IMPORT
bool export_onnx(Export *export) { return export_fail(export, "onnx"); }
#endif
