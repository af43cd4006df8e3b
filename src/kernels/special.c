/* SPDX-License-Identifier: MIT */
/* Special functions of one number, all in double: float kernels round their results. Nothing here
 * touches global state, as C's lgamma may. */
#define _DEFAULT_SOURCE /* for lgamma_r, which POSIX lacks */
#include "kernels.h"

#include <math.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

static const double pi = 3.14159265358979323846, half_root_pi = 0.88622692545275801365;

double bb__lgamma(double x)
{
    int sign;
    return lgamma_r(x, &sign);
}

/* Abramowitz and Stegun, 6.3.18, for x >= 10: B_2k / 2k. */
static double digamma_of_large(double x)
{
    static const double b[] = {1.0 / 12,  -1.0 / 120,     1.0 / 252, -1.0 / 240,
                               1.0 / 132, -691.0 / 32760, 1.0 / 12,  -3617.0 / 8160};
    double square = 1 / x / x, sum = 0;
    for (int k = COUNT(b) - 1; k >= 0; k--)
        sum = (sum + b[k]) * square;
    return log(x) - 0.5 / x - sum;
}

/* At the poles: 0 has a side, negative integers have none. */
static double odd_pole(double x)
{
    return x == 0 ? -copysign(INFINITY, x) : NAN;
}

double bb__digamma(double x)
{
    double sum = 0;
    if (x <= 0) { /* reflection, 6.3.7 */
        double part = x - rint(x);
        if (part == 0)
            return odd_pole(x);
        sum = -pi / tan(pi * part);
        x = 1 - x;
    }
    for (; x < 10; x++) /* recurrence, 6.3.5 */
        sum -= 1 / x;
    return sum + digamma_of_large(x);
}

/* z^(n+1) / n! times the magnitude of 6.4.11, for z >= n + 10, where what is left out is below
 * 5e-18 of it. From B_2k's share to the next one's (2k)! grows by two factors, here inverted. */
static double polygamma_of_large(double n, double z)
{
    static const double b[] = {1.0 / 6,       -1.0 / 30,      1.0 / 42, -1.0 / 30,
                               5.0 / 66,      -691.0 / 2730,  7.0 / 6,  -3617.0 / 510,
                               43867.0 / 798, -174611.0 / 330};
    static const double grown[] = {
        1.0 / (3 * 4),   1.0 / (5 * 6),   1.0 / (7 * 8),   1.0 / (9 * 10),  1.0 / (11 * 12),
        1.0 / (13 * 14), 1.0 / (15 * 16), 1.0 / (17 * 18), 1.0 / (19 * 20), 1.0 / (21 * 22)};
    const double inverse_square = 1 / z / z;
    double sum = z / n + 0.5, share = (n + 1) / (2 * z);
    for (int k = 0; k < COUNT(b); k++) {
        double even = 2 * k + 2;
        sum += b[k] * share;
        share *= (n + even) * (n + even + 1) * grown[k] * inverse_square;
    }
    return sum;
}

/* r^k for k >= 1, by products where they are few. */
static double whole_power(double r, int k)
{
    enum { FEW = 4 };
    double power = r;
    if (k > FEW)
        return pow(r, k);
    for (int i = 1; i < k; i++)
        power *= r;
    return power;
}

/* n! zeta(n + 1, x), the magnitude of polygamma for x > 0. All terms are positive; each is taken
 * relative to the first, so that none overflows before the result does. */
static double magnitude(double n, double x)
{
    double sum = 0, z = x;
    if (isinf(x))
        return 0;
    for (int k = 0; z < n + 10; z = x + ++k)
        sum += whole_power(x / z, (int)n + 1);
    sum += whole_power(x / z, (int)n + 1) * polygamma_of_large(n, z);
    for (int k = 1; k <= (int)n; k++)
        sum *= k / x;
    return sum / x;
}

double bb__polygamma(int64_t n, double x)
{
    double order = (double)n, sign = n % 2 ? 1 : -1;
    if (n == 0)
        return bb__digamma(x);
    if (!(x <= 0))
        return sign * magnitude(order, x);
    double above = ceil(x) - x;
    if (above == 0)
        return n % 2 ? INFINITY : odd_pole(x);
    /* The poles from x upwards, and the finitely many between x and 0 as a difference. */
    return sign * magnitude(order, x - floor(x)) +
           (magnitude(order, above) - magnitude(order, 1 - x));
}

/* Winitzki's approximation to two digits, and Halley's method, of third order, on erf(y) = x or,
 * where 1 - x is exact, on erfc(y) = 1 - x. */
double bb__erfinv(double x)
{
    const double a = 0.147;
    double size = fabs(x), rest = 1 - size;
    if (!(size < 1))
        return size == 1 ? copysign(INFINITY, x) : NAN;
    double log_term = log(rest * (1 + size)), b = 2 / (pi * a) + log_term / 2;
    double y = sqrt(fmax(sqrt(b * b - log_term / a) - b, 0));
    for (int i = 0; i < 3; i++) {
        double excess = size < 0.5 ? erf(y) - size : rest - erfc(y);
        double step = excess * half_root_pi * exp(y * y);
        y -= step / (1 + y * step);
    }
    return copysign(y, x);
}
