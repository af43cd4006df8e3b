/* SPDX-License-Identifier: MIT */
/* What reading and writing of archives share. */
#ifndef BIBUN_IO_NPZ_ZIP_H
#define BIBUN_IO_NPZ_ZIP_H

#include "npy.h"

#include <zip.h>

#define BB__NPY_SUFFIX ".npy" /* of a member that is an array */

/* What libzip met, by the system's sentence where there is one, with its status: BB_OUT_OF_MEMORY,
 * BB_BAD_FILE for the system's troubles, else `otherwise`. */
bb_status bb__fail_zip(bb_error *error, const char *place, zip_error_t *met, bb_status otherwise);

#endif
