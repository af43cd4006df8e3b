/* SPDX-License-Identifier: MIT */
/* NumPy's files: .npy holds one array, .npz is a zip of named ones (NumPy Enhancement Proposal 1).
 *
 * Both memory orders and both byte orders are read into row-major tensors of this machine. float32,
 * float64, int32, uint8 and bool (as u8) are read as they are; float16 as f32; int8, int16 and
 * uint16 as i32; int64, uint32 and uint64 as i32 when every element fits, which is an error
 * otherwise. Object arrays, strings, complex numbers and structures are errors that name file and
 * member. */
#ifndef BIBUN_NPZ_H
#define BIBUN_NPZ_H

#include <bibun/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

/* NULL with an error that names the file, the member and what is wrong. Nothing is allocated that
 * the file's size cannot justify. */
BB_API bb_tensor *bb_npy_read(const char *path, bb_error *error_out);
BB_API bb_status bb_npy_write(const char *path, const bb_tensor *t, bb_error *error_out);

/* An open .npz: the names of its arrays (without ".npy"), in the order of the file. */
typedef struct bb_npz bb_npz;
BB_API bb_npz *bb_npz_open(const char *path, bb_error *error_out);
BB_API void bb_npz_close(bb_npz *z);
BB_API int bb_npz_count(const bb_npz *z);
BB_API const char *bb_npz_name(const bb_npz *z, int i); /* NULL when out of range */
BB_API bb_tensor *bb_npz_read(bb_npz *z, const char *name, bb_error *error_out);

/* Writes arrays as members "name.npy", deflated when `compress`. The file is complete or not there:
 * it is written beside and then renamed. */
typedef struct bb_npz_entry {
    const char *name;
    const bb_tensor *value;
} bb_npz_entry;
BB_API bb_status bb_npz_write(const char *path, int count, const bb_npz_entry *entries,
                              bool compress, bb_error *error_out);

/* All of a set's parameters and states as an .npz, each under its full name. */
BB_API bb_status bb_params_save(const bb_params *p, const char *path, bb_error *error_out);

/* Fills the parameters and states of `p`, made by building a graph first, from an .npz. Each must
 * be there with its dtype and shape; otherwise an error names the first that is not, and none has
 * changed. Nothing else may be there but states of these parameters ("fc1.weight/velocity"), which
 * are passed over: a network that only evaluates has no use for its optimiser's. Training goes on
 * where it was if the optimiser, whose states these are, was built before. */
BB_API bb_status bb_params_load(bb_params *p, const char *path, bb_error *error_out);

#ifdef __cplusplus
}
#endif
#endif
