/* SPDX-License-Identifier: MIT */
/* Special functions against figures, at their poles, and by their functional equations. */
#define _XOPEN_SOURCE 700 /* for signgam */
#include "kernels.h"
#include "special_figures.h"

#include <criterion/criterion.h>
#include <math.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

static void expect_near(double got, double wanted, double scale, double tolerance)
{
    cr_expect(fabs(got - wanted) <= tolerance * scale, "got %.17g, wanted %.17g", got, wanted);
}

/* digamma has a root near 1.46, where only the absolute error is small. */
Test(special, digamma)
{
    for (int i = 0; i < COUNT(digamma_figures); i++) {
        const figure *f = &digamma_figures[i];
        double condition = fabs(f->x) * bb__polygamma(1, f->x), scale = fmax(1, fabs(f->value));
        expect_near(bb__digamma(f->x), f->value, fmax(scale, f->x < 0 ? condition : 0), 1e-15);
    }
}

Test(special, polygamma)
{
    for (int i = 0; i < COUNT(polygamma_figures); i++) {
        const figure *f = &polygamma_figures[i];
        expect_near(bb__polygamma(f->order, f->x), f->value, fabs(f->value), 5e-15);
    }
}

Test(special, erfinv)
{
    for (int i = 0; i < COUNT(erfinv_figures); i++) {
        const figure *f = &erfinv_figures[i];
        expect_near(bb__erfinv(f->x), f->value, f->value, 1e-15);
        cr_expect(bb__erfinv(-f->x) == -bb__erfinv(f->x), "%g", f->x);
    }
    cr_expect(bb__erfinv(0.0) == 0 && !signbit(bb__erfinv(0.0)) && signbit(bb__erfinv(-0.0)));
    cr_expect(bb__erfinv(1) == INFINITY && bb__erfinv(-1) == -INFINITY);
    cr_expect(isnan(bb__erfinv(1.0000001)) && isnan(bb__erfinv(-INFINITY)) &&
              isnan(bb__erfinv(NAN)));
    cr_expect(bb__erfinv(5e-324) >= 0 && bb__erfinv(5e-324) <= 5e-324);
}

Test(special, poles)
{
    cr_expect(bb__digamma(0.0) == -INFINITY && bb__digamma(-0.0) == INFINITY);
    cr_expect(isnan(bb__digamma(-1)) && isnan(bb__digamma(-1e300)) &&
              isnan(bb__digamma(-INFINITY)));
    cr_expect(isnan(bb__digamma(NAN)) && bb__digamma(INFINITY) == INFINITY);
    for (int n = 1; n < 6; n += 2) {
        cr_expect(bb__polygamma(n, 0.0) == INFINITY && bb__polygamma(n, -0.0) == INFINITY);
        cr_expect(bb__polygamma(n, -3) == INFINITY && bb__polygamma(n, -1e300) == INFINITY);
    }
    for (int n = 2; n < 7; n += 2) {
        cr_expect(bb__polygamma(n, 0.0) == -INFINITY && bb__polygamma(n, -0.0) == INFINITY);
        cr_expect(isnan(bb__polygamma(n, -3)) && isnan(bb__polygamma(n, -1e300)));
    }
    for (int n = 1; n < 7; n++) {
        cr_expect(bb__polygamma(n, INFINITY) == 0);
        cr_expect(isnan(bb__polygamma(n, -INFINITY)) && isnan(bb__polygamma(n, NAN)));
    }
    cr_expect(bb__lgamma(0) == INFINITY && bb__lgamma(-2) == INFINITY && isnan(bb__lgamma(NAN)));
}

/* psi_n(x + 1) - psi_n(x) = (-1)^n n! / x^(n + 1), on both sides of 0 and across the change from
 * recurrence to series. */
Test(special, recurrence)
{
    for (double x = -7.8125; x < 40; x += 0.4375) {
        if (x == rint(x))
            continue;
        double jump = 1 / x;
        for (int n = 0; n < 6; n++, jump *= -n / x) {
            double here = bb__polygamma(n, x), next = bb__polygamma(n, x + 1);
            double condition = fabs(x * bb__polygamma(n + 1, x));
            double scale = fabs(here) + fabs(next) + fabs(jump) + condition;
            expect_near(next - here, jump, scale, 2e-15 * (n + 2));
        }
    }
}

Test(special, lgamma_leaves_the_sign_alone)
{
    for (int kept = -1; kept <= 1; kept += 2) {
        signgam = kept;
        expect_near(bb__lgamma(-0.5), 1.2655121234846454, 1, 1e-15);
        expect_near(bb__lgamma(0.5), 0.57236494292470009, 1, 1e-15);
        cr_expect(signgam == kept);
    }
}
