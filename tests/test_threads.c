/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

Test(threads, nothing)
{
}
