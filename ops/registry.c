/* SPDX-License-Identifier: MIT */
/* The library's ops, for enumeration only: nothing that runs a graph looks here. */
#include <bibun/op.h>

#include <string.h>

#define BB_OP(folder, name) extern const bb_op bb__op_##name;
#define BB_COMPOSITE BB_OP
#include "ops.def"
#undef BB_OP

#define BB_OP(folder, name) &bb__op_##name,
static const bb_op *const registry[] = {
#include "ops.def"
};
#undef BB_OP

int bb_op_count(void)
{
    return (int)(sizeof(registry) / sizeof(registry[0]));
}

const bb_op *bb_op_at(int i)
{
    return i >= 0 && i < bb_op_count() ? registry[i] : NULL;
}

const bb_op *bb_op_find(const char *name)
{
    for (int i = 0; name && i < bb_op_count(); i++)
        if (strcmp(registry[i]->name, name) == 0)
            return registry[i];
    return NULL;
}
