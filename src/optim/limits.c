/* SPDX-License-Identifier: MIT */
/* Checks of constants; NaN is out of any range. */
#include "limits.h"

#include <bibun/op.h>

#include <string.h>

bb_node *bb__check_limits(const void *object, const bb__limit *limits, size_t count, bb_node *node,
                          const char *op_name)
{
    for (size_t i = 0; i < count; i++) {
        double number;
        memcpy(&number, (const char *)object + limits[i].offset, sizeof number);
        if (!(number >= 0 && number < limits[i].above))
            return bb_fail_node(node, NULL, op_name, BB_BAD_ARGUMENT, "%s is %g, not in [0, %g)",
                                limits[i].name, number, limits[i].above);
    }
    return NULL;
}
