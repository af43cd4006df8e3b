/* SPDX-License-Identifier: MIT */
/* The gamma distribution's kernels against figures of scripts/golden_random.py, and against each
 * other: where one method takes over from another, nothing jumps. */
#include "kernels.h"

#include <criterion/criterion.h>
#include <math.h>

Test(gamma, quantiles)
{
    static const struct {
        double a, z, x;
    } cases[] = {
        {0.05, -1.0, 5.968240919695196e-17}, {0.3, 0.25, 0.14012374101170422},
        {1.0, 3.0, 6.607726221510349},       {2.5, -2.0, 0.39829867154737336},
        {10.0, -5.0, 1.1100562372607947},    {10.0, 5.0, 34.39516111590397},
        {100.0, 0.0, 99.66686491931549},     {9000.0, 1.5, 9142.717073108777},
        {20000.0, -0.5, 19929.039985663698}, {1000000.0, 4.0, 1004005.0009989339},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double x = bb__gamma_quantile(cases[i].a, cases[i].z);
        cr_expect(fabs(x - cases[i].x) < 2e-13 * cases[i].x, "shape %g: %.17g, not %.17g",
                  cases[i].a, x, cases[i].x);
    }
}

/* The derivative of a quantile is the ratio of order 1 there. */
Test(gamma, quantiles_have_the_slope_of_the_ratio)
{
    static const double shapes[] = {0.02, 0.3, 0.9, 1, 3, 20, 500, 9000, 20000, 1e7};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (double z = -3; z <= 3; z += 0.75) {
            double a = shapes[i], h = 1e-6 * a;
            double x = bb__gamma_quantile(a, z), slope = -bb__gamma_ratio(1, a, x);
            double numeric =
                (bb__gamma_quantile(a + h, z) - bb__gamma_quantile(a - h, z)) / (2 * h);
            if (x > 1e-200)
                cr_expect(fabs(slope - numeric) < 1e-4 * fabs(slope), "shape %g, z %g: %g and %g",
                          a, z, slope, numeric);
        }
}

Test(gamma, methods_meet)
{
    static const double shapes[] = {0.01, 0.5, 2, 40, 3000};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int k = 1; k <= 3; k++) {
            double border = shapes[i] + 1;
            double below = bb__gamma_ratio(k, shapes[i], border);
            double above = bb__gamma_ratio(k, shapes[i], nextafter(border, INFINITY));
            cr_expect(fabs(below - above) < 1e-10 * (1 + fabs(below)), "shape %g, order %d",
                      shapes[i], k);
        }
    for (double z = -4; z <= 4; z++) {
        double below = bb__gamma_quantile(1e4, z),
               above = bb__gamma_quantile(nextafter(1e4, 2e4), z);
        cr_expect(fabs(above - below) < 1e-12 * below, "z %g: %.17g and %.17g", z, below, above);
    }
}

Test(gamma, what_is_no_shape)
{
    cr_expect(isnan(bb__gamma_quantile(0, 1)) && isnan(bb__gamma_quantile((double)NAN, 1)));
    cr_expect(isnan(bb__gamma_ratio(1, -1, 1)) && isnan(bb__gamma_ratio(1, 1, -1)));
    cr_expect(isnan(bb__gamma_ratio(1, (double)NAN, 1)));
    cr_expect_eq(bb__gamma_ratio(1, 1, 0), 0);
}
