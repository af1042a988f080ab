/* SPDX-License-Identifier: MIT-0 */
/* Members of a zip archive in memory. */
#ifndef NNC_IMPORT_ZIP_H
#define NNC_IMPORT_ZIP_H

#include "import/import.h"

/** The bytes of a member, followed by a 0; NULL and a message when there is none of that name, or the archive is
 *  damaged, or the member claims more than it can be unpacked to. */
unsigned char *zip_member(Import *import, const char *name, size_t *size);

#endif
