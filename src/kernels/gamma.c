/* SPDX-License-Identifier: MIT */
/* The gamma distribution of shape a and scale 1: quantiles, and derivatives of its distribution
 * function P(a, x) with respect to a, by the density p. All of it is in double and allocates
 * nothing.
 *
 * Derivatives of p by a are p D_k, where D_k is the k-th complete Bell polynomial of the
 * derivatives of log p: log x - psi(a), -psi'(a), -psi''(a), ... */
#include "kernels.h"

#include "base.h"

#include <float.h>
#include <math.h>

static const double LARGE = 1e4; /* shapes from which on a series in 1 / sqrt(a) is exact enough */

static double factorial(int n)
{
    double product = 1;
    for (int i = 2; i <= n; i++)
        product *= i;
    return product;
}

/* d[0 .. k] from the derivatives of a logarithm, c[1 .. k]. */
static void bell(int k, const double *c, double *d)
{
    d[0] = 1;
    for (int n = 0; n < k; n++) {
        double binomial = 1;
        d[n + 1] = 0;
        for (int i = 0; i <= n; i++) {
            d[n + 1] += binomial * d[n - i] * c[i + 1];
            binomial *= (double)(n - i) / (i + 1);
        }
    }
}

/* c[1 .. k] for the density of shape a at e^log_x. */
static void slopes_of_log_density(int k, double a, double log_x, double *c)
{
    for (int i = 1; i <= k; i++)
        c[i] = (i == 1 ? log_x : 0) - bb__polygamma(i - 1, a);
}

/* Taylor coefficients 0 .. k in a of sum x^n / ((a + 1) ... (a + n)), which is P over
 * x^a e^-x / Gamma(a + 1). */
static void sum_series(int k, double a, double x, double *sum)
{
    enum { MOST_TERMS = 100000 };
    double term[BB__GAMMA_ORDERS + 1] = {1};
    bool goes_on = true;
    for (int j = 0; j <= k; j++)
        sum[j] = term[j];
    for (int n = 1; goes_on && n < MOST_TERMS; n++) {
        double before = 0;
        goes_on = false;
        for (int j = 0; j <= k; j++) {
            before = term[j] = (x * term[j] - before) / (a + n);
            sum[j] += term[j];
            goes_on |= fabs(term[j]) > 1e-17 * fabs(sum[j]);
        }
    }
}

static double by_series(int k, double a, double x)
{
    double c[BB__GAMMA_ORDERS + 1] = {0}, d[BB__GAMMA_ORDERS + 1], s[BB__GAMMA_ORDERS + 1];
    double total = 0, binomial = 1;
    slopes_of_log_density(k, a + 1, log(x), c);
    bell(k, c, d);
    sum_series(k, a, x, s);
    for (int i = 0; i <= k; i++) {
        total += binomial * d[k - i] * factorial(i) * s[i];
        binomial *= (double)(k - i) / (i + 1);
    }
    return total * x / a;
}

/* Minus the logarithm of (w / x)^a e^(x - w) at w = x e^(side t); convex, and 0 at t = 0. */
static double fall(double a, double x, int side, double t)
{
    return x * expm1(side * t) - a * side * t;
}

/* Where `fall` has become as large as nobody sees; rises to the right of x, and falls to the left,
 * so that Newton's method comes from the right. */
static double reach(double a, double x, int side)
{
    static const double unseen = 45;
    double t = side < 0 ? (unseen + x) / a : x < 1 ? log1p(2 * unseen / x) : sqrt(2 * unseen / x);
    t = fmin(t, unseen / fabs(x - a));
    for (int i = 0; i < 60; i++) {
        double step = (fall(a, x, side, t) - unseen) / (side * (x * exp(side * t) - a));
        t -= step;
        if (!(fabs(step) > 0.01 * t))
            break;
    }
    return t;
}

/* The integral of p D_k over p(x), from 0 to x (side -1) or from x on (side 1), for x on that side
 * of a: Gauss and Legendre's rule on panels over the logarithm. */
static double by_quadrature(int k, double a, double x, int side)
{
    enum { PANELS = 12, HALF = 5 };
    static const double node[HALF] = {0.14887433898163121088, 0.43339539412924719080,
                                      0.67940956829902440623, 0.86506336668898451073,
                                      0.97390652851717172008};
    static const double weight[HALF] = {0.29552422471475287017, 0.26926671930999635509,
                                        0.21908636251598204400, 0.14945134915058059315,
                                        0.06667134430868813759};
    double c[BB__GAMMA_ORDERS + 1] = {0}, d[BB__GAMMA_ORDERS + 1], sum = 0;
    double half = reach(a, x, side) / (2 * PANELS);
    slopes_of_log_density(k, a, log(x), c);
    double middle = c[1];
    for (int i = 0; i < PANELS * 2 * HALF; i++) {
        int panel = i / (2 * HALF), place = i % HALF;
        double from_centre = i / HALF % 2 ? node[place] : -node[place];
        double t = half * (2 * panel + 1 + from_centre);
        c[1] = middle + side * t;
        bell(k, c, d);
        sum += weight[place] * d[k] * exp(-fall(a, x, side, t));
    }
    return x * half * sum;
}

double bb__gamma_ratio(int k, double a, double x)
{
    if (!(a > 0) || !(x >= 0) || isinf(a) || isinf(x))
        return (double)NAN;
    if (x == 0)
        return 0;
    if (a <= LARGE && x <= a + 1)
        return by_series(k, a, x);
    return x < a ? by_quadrature(k, a, x, -1) : -by_quadrature(k, a, x, 1);
}

/* Cornish and Fisher's series for the chi-squared distribution (Goldberg and Levine 1946). */
static double large_quantile(double a, double z)
{
    double r = sqrt(a), z2 = z * z;
    double fourth = (3 * z2 * z2 + 7 * z2 - 16) / (810 * a);
    double fifth = z * (9 * z2 * z2 + 256 * z2 - 433) / (38880 * a * r);
    return a + r * z + (z2 - 1) / 3 + z * (z2 - 7) / (36 * r) - fourth + fifth;
}

/* One step of Newton's for log P = log Phi(z), or where z is positive for log Q = log Phi(-z), both
 * concave in v = log x, so that it converges from anywhere. */
static double newton_step(double a, double z, double log_tail, double v)
{
    double x = exp(v), sum, log_below = a * v - x - bb__lgamma(a + 1);
    if (z < 0 || x <= a + 1) {
        sum_series(0, a, x, &sum);
        if (z < 0)
            return (log_below + log(sum) - log_tail) * sum / a;
        double above = 1 - exp(log_below) * sum;
        return (log_tail - log(above)) * above / (a * exp(log_below));
    }
    double ratio = by_quadrature(0, a, x, 1);
    return (log_tail + v - log(a) - log_below - log(ratio)) * ratio / x;
}

double bb__gamma_quantile(double a, double z)
{
    static const double tiny =
        1e-8; /* of such shapes P is x^a / Gamma(a + 1) as far as it varies */
    if (!(a > 0) || isinf(a) || isnan(z))
        return (double)NAN;
    if (a > LARGE)
        return large_quantile(a, z);
    double tail = erfc(fabs(z) / sqrt(2)) / 2;
    double log_share = z < 0 ? log(tail) : log1p(-tail);
    double v = (log_share + bb__lgamma(a + 1)) / a;
    double cube_root = 1 - 1 / (9 * a) + z / (3 * sqrt(a)); /* Wilson and Hilferty 1931 */
    if (a >= 0.5 && cube_root > 0.1)
        v = log(a) + 3 * log(cube_root);
    for (int i = 0; i < 60 && a > tiny && exp(v) > 0; i++) {
        double step = newton_step(a, z, log(tail), v);
        v -= step;
        if (!(fabs(step) > 1e-10))
            break;
    }
    return exp(v);
}

typedef struct draw {
    const bb_array *shapes, *out;
    uint64_t key;
} draw;

static double shape_at(const draw *d, int64_t i)
{
    const void *shapes = d->shapes->data;
    return d->shapes->dtype == BB_F32 ? (double)((const float *)shapes)[i]
                                      : ((const double *)shapes)[i];
}

/* Never 0, so that samples have a logarithm. */
static void store(const draw *d, int64_t i, double x)
{
    if (d->out->dtype == BB_F32)
        ((float *)d->out->data)[i] = x < (double)FLT_MIN ? FLT_MIN : (float)x;
    else
        ((double *)d->out->data)[i] = x < DBL_MIN ? DBL_MIN : x;
}

static void draw_range(void *context, int64_t first, int64_t last)
{
    const draw *d = context;
    for (int64_t i = first; i < last; i++)
        store(d, i, bb__gamma_quantile(shape_at(d, i), bb__normal_at(d->key, (uint64_t)i)));
}

void bb__draw_gamma(const bb_array *shapes, const bb_array *out, uint64_t key, int threads)
{
    enum { PART = 64 }; /* samples that are worth a thread */
    draw d = {shapes, out, key};
    bb_parallel(bb_shape_count(out->shape), PART, threads, draw_range, &d);
}
