/* SPDX-License-Identifier: MIT */
/* Our own elementary functions, by their names of C in <bibun/vector_math.h>: within 4 units in the
 * last place of long double's, and as tiles of ops the same bits at every length, at every
 * instruction set and in place. */
#include <bibun/vector_math.h>

#include <bibun/bibun.h>
#include <bibun/op.h>
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <float.h>
#include <stdlib.h>

enum { RANDOM = 20000, LONGEST = 70, BOUND = 4 };

typedef struct function {
    const char *name;
    float (*f32)(float);
    double (*f64)(double); /* NULL where it is not our own */
    long double (*exact)(long double);
} function;

#define OWN(name)                      \
    static float name##_f32(float x)   \
    {                                  \
        return name(x);                \
    }                                  \
    static double name##_f64(double x) \
    {                                  \
        return name(x);                \
    }
OWN(cosh)
OWN(exp)
OWN(exp2)
OWN(expm1)
OWN(log)
OWN(log1p)
OWN(log2)
OWN(sinh)
OWN(tanh)

/* As the ops have them: their reach is bounded. */
#define OWN_NEAR(name)                                                        \
    static float name##_f32(float x)                                          \
    {                                                                         \
        return fabsf(x) <= BB__NEAR_F32 ? bb__##name##_f32(x) : (name##f)(x); \
    }                                                                         \
    static double name##_f64(double x)                                        \
    {                                                                         \
        return fabs(x) <= BB__NEAR_F64 ? bb__##name##_f64(x) : (name)(x);     \
    }
OWN_NEAR(cos)
OWN_NEAR(sin)

static float erf_f32(float x)
{
    return bb__erf_f32(x);
}

static const function functions[] = {
    {"cosh", cosh_f32, cosh_f64, coshl}, {"exp", exp_f32, exp_f64, expl},
    {"exp2", exp2_f32, exp2_f64, exp2l}, {"expm1", expm1_f32, expm1_f64, expm1l},
    {"log", log_f32, log_f64, logl},     {"log1p", log1p_f32, log1p_f64, log1pl},
    {"log2", log2_f32, log2_f64, log2l}, {"sinh", sinh_f32, sinh_f64, sinhl},
    {"tanh", tanh_f32, tanh_f64, tanhl}, {"sin", sin_f32, sin_f64, sinl},
    {"cos", cos_f32, cos_f64, cosl},     {"erf", erf_f32, NULL, erfl},
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

/* Zeros, ends of types, and where results become 0, subnormal, infinite or another polynomial's. */
static const double special[] = {
    0.0,      -0.0,     INFINITY, -INFINITY, NAN,     1.0,     -1.0,     5e-324,  -5e-324,
    1e-310,   1.5e-45,  -1.5e-45, 1e-40,     FLT_MIN, DBL_MIN, FLT_MAX,  DBL_MAX, -FLT_MAX,
    -DBL_MAX, 1e-20,    0.34658,  -0.34658,  0.70711, 1.41421, -0.29290, 88.7,    88.73,
    89.3,     89.45,    -87.3,    -87.5,     -103.2,  -103.98, -104.5,   -1e5,    709.7,
    709.8,    710.4,    710.5,    -708.3,    -709.5,  -745.1,  -745.2,   -746.5,  127.9,
    128.5,    1023.9,   1024.5,   -126.5,    -149.2,  -150.4,  -1022.5,  -1074.2, -1076.0,
    3.14159,  355.0,    3199.9,   3200.1,    1e6,     1000001, 9.1,      -20.5,   -40.5,
    16777216, 33554432, 9.1e15,   2.2e16,    3.95,    0.99999, -17.0,    6e-8};
enum { SPECIAL = sizeof special / sizeof *special };

/* Special ones, those of usual size, and any bits. */
static double argument(int i, bb_rng *rng)
{
    if (i < SPECIAL)
        return special[i];
    double usual = bb_rng_normal(rng) * (i % 3 ? 1 : 100);
    return i % 4 ? usual : ldexp(usual, (int)bb_rng_below(rng, 260) - 130);
}

/* Units in the last place of a type with so many digits; infinite where signs or NaNs differ. */
static double units(double got, long double exact, int digits, int least)
{
    double largest = digits == FLT_MANT_DIG ? (double)FLT_MAX : DBL_MAX;
    if (isnan(got) || isnan(exact))
        return isnan(got) && isnan(exact) ? 0 : INFINITY;
    if (!signbit(got) != !signbit(exact))
        return INFINITY;
    if (isinf(got) || fabsl(exact) > (long double)largest)
        return fabsl(exact) >= (long double)largest && fabs(got) >= largest ? 0 : INFINITY;
    int exponent = exact == 0 ? least : ilogbl(exact) + 1;
    return (double)(fabsl(got - exact) / ldexpl(1, (exponent < least ? least : exponent) - digits));
}

Test(vector_math, near_long_double)
{
    for (const function *f = functions; f < functions + FUNCTIONS; f++) {
        bb_rng rng = {1, 0};
        for (int i = 0; i < SPECIAL + RANDOM; i++) {
            double x = argument(i, &rng);
            float y = (float)x;
            double d = units(f->f32(y), f->exact(y), FLT_MANT_DIG, FLT_MIN_EXP);
            cr_assert(d <= BOUND, "%s of float %a: %a, %g units", f->name, y, f->f32(y), d);
            d = f->f64 ? units(f->f64(x), f->exact(x), DBL_MANT_DIG, DBL_MIN_EXP) : 0;
            cr_assert(d <= BOUND, "%s of double %a: %a, %g units", f->name, x, f->f64(x), d);
        }
    }
}

static const char *const levels[] = {"base", "avx2", "avx512"};

ParameterizedTestParameters(vector_math, same_bits_at_every_instruction_set)
{
    static int level[] = {0, 1, 2}; /* each is a process, for sets are asked for once */
    return cr_make_param_array(int, level, 3);
}

/* Each length at once in place, so that elements stand at every place of a vector. */
#define CHECK_TILE(T, DTYPE)                                                                      \
    static void check_tile_##T(const char *name, T (*f)(T), const double *arguments, size_t n)    \
    {                                                                                             \
        T x[LONGEST], y[LONGEST];                                                                 \
        for (size_t i = 0; i < n; i++)                                                            \
            x[i] = y[i] = (T)arguments[i];                                                        \
        bb_op_find(name)->map[DTYPE](n, (const void *[]){y}, y, NULL);                            \
        for (size_t i = 0; i < n; i++) {                                                          \
            const T wanted = f(x[i]);                                                             \
            cr_assert(memcmp(&wanted, &y[i], sizeof(T)) == 0 || (isnan(wanted) && isnan(y[i])),   \
                      "%s of %a, %zu of %zu: %a, not %a", name, (double)x[i], i, n, (double)y[i], \
                      (double)wanted);                                                            \
        }                                                                                         \
    }
CHECK_TILE(float, BB_F32)
CHECK_TILE(double, BB_F64)

ParameterizedTest(int *level, vector_math, same_bits_at_every_instruction_set)
{
    cr_assert_eq(setenv("BIBUN_SIMD", levels[*level], 1), 0);
    bb_rng rng = {2, 0};
    double arguments[LONGEST];
    for (int round = 0; round < 300; round++) {
        const size_t n = 1 + (size_t)round % LONGEST;
        for (size_t i = 0; i < n; i++)
            arguments[i] =
                argument(round % 2 ? SPECIAL + (int)i : (int)bb_rng_below(&rng, SPECIAL), &rng);
        for (const function *f = functions; f < functions + FUNCTIONS; f++) {
            check_tile_float(f->name, f->f32, arguments, n);
            if (f->f64)
                check_tile_double(f->name, f->f64, arguments, n);
        }
    }
}
