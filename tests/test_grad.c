/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

Test(grad, nothing)
{
}
