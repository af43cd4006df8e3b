/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

Test(call_site, nothing)
{
}
