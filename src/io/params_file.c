/* SPDX-License-Identifier: MIT */
/* Parameters on disk, as an .npz: a file is read whole and compared before a parameter changes. */
#include <bibun/npz.h>

#include <string.h>

bb_status bb_params_save(const bb_params *p, const char *path, bb_error *error_out)
{
    int count = bb_params_count(p);
    bb_npz_entry *entries = bb_memory_zeroed((size_t)count + 1, sizeof *entries);
    if (!entries)
        return bb_fail(error_out, BB_OUT_OF_MEMORY, "%s: out of memory", path);
    for (int i = 0; i < count; i++)
        entries[i] = (bb_npz_entry){bb_params_name(p, i), bb_params_tensor(p, i)};
    bb_status status = bb_npz_write(path, count, entries, false, error_out);
    bb_memory_release(entries);
    return status;
}

static bb_status compare(const bb_tensor *kept, const bb_tensor *read, const char *path,
                         const char *name, bb_error *error)
{
    char want[BB_SHAPE_TEXT], got[BB_SHAPE_TEXT];
    if (bb_tensor_dtype(kept) == bb_tensor_dtype(read) &&
        bb_shape_equal(bb_tensor_shape(kept), bb_tensor_shape(read)))
        return BB_OK;
    return bb_fail(error, BB_BAD_FORMAT, "%s: %s is %s %s, but the parameter is %s %s", path, name,
                   bb_dtype_text(bb_tensor_dtype(read)), bb_shape_text(bb_tensor_shape(read), got),
                   bb_dtype_text(bb_tensor_dtype(kept)),
                   bb_shape_text(bb_tensor_shape(kept), want));
}

/* Whether a name is that of a state (see bb_state_of) of one of the set's parameters. */
static bool names_state(const bb_params *p, const char *name)
{
    const char *slash = strrchr(name, '/');
    size_t length = slash ? (size_t)(slash - name) : 0;
    for (int i = 0; slash && i < bb_params_count(p); i++) {
        const char *param = bb_params_name(p, i);
        if (strlen(param) == length && memcmp(param, name, length) == 0)
            return bb_params_is_trainable(p, i);
    }
    return false;
}

static bb_status read_all(const bb_params *p, bb_npz *z, const char *path, bb_tensor **tensors,
                          bb_error *error)
{
    if (bb_params_count(p) == 0 && bb_npz_count(z) > 0)
        return bb_fail(error, BB_BAD_ARGUMENT,
                       "%s: the set has no parameters; build a graph over it first", path);
    for (int i = 0; i < bb_npz_count(z); i++) {
        const char *name = bb_npz_name(z, i);
        if (!bb_params_find(p, name) && !names_state(p, name))
            return bb_fail(error, BB_BAD_FORMAT, "%s: it has %s, which is no parameter of this set",
                           path, name);
    }
    for (int i = 0; i < bb_params_count(p); i++) {
        const char *name = bb_params_name(p, i);
        bb_error failure = {BB_OK, ""};
        tensors[i] = bb_npz_read(z, name, &failure);
        if (!tensors[i])
            return bb_fail(error, failure.status, "%s", failure.text);
        bb_status status = compare(bb_params_tensor(p, i), tensors[i], path, name, error);
        if (status != BB_OK)
            return status;
    }
    return BB_OK;
}

bb_status bb_params_load(bb_params *p, const char *path, bb_error *error_out)
{
    int count = bb_params_count(p);
    bb_error failure = {BB_OK, ""};
    bb_npz *z = bb_npz_open(path, &failure);
    if (!z)
        return bb_fail(error_out, failure.status, "%s", failure.text);
    bb_tensor **tensors = bb_memory_zeroed((size_t)count + 1, sizeof *tensors);
    bb_status status = tensors ? read_all(p, z, path, tensors, error_out)
                               : bb_fail(error_out, BB_OUT_OF_MEMORY, "%s: out of memory", path);
    for (int i = 0; tensors && i < count; i++) {
        bb_tensor *kept = bb_params_tensor(p, i);
        if (status == BB_OK && bb_tensor_bytes(kept) > 0)
            memcpy(bb_tensor_data(kept), bb_tensor_read(tensors[i]), bb_tensor_bytes(kept));
        bb_tensor_release(tensors[i]);
    }
    bb_memory_release(tensors);
    bb_npz_close(z);
    return status;
}
