/* SPDX-License-Identifier: MIT */
/* Initialisation: each rule is a fill function and a scale, and depends on shape and key only. */
#include <bibun/nn.h>
#include <bibun/rng.h>

#include <math.h>

static bb_status fill_zeros(bb_tensor *t, double scale, uint64_t key)
{
    (void)t, (void)scale, (void)key;
    return BB_OK;
}

static bb_status fill_constant(bb_tensor *t, double value, uint64_t key)
{
    (void)key;
    for (int64_t i = 0; i < bb_tensor_count(t); i++)
        bb_tensor_set(t, i, value);
    return BB_OK;
}

static bb_status fill_normal(bb_tensor *t, double deviation, uint64_t key)
{
    return bb_tensor_fill_normal(t, 0, deviation, key);
}

static bb_status fill_uniform(bb_tensor *t, double limit, uint64_t key)
{
    return bb_tensor_fill_uniform(t, -limit, limit, key);
}

typedef struct fans {
    double in, out;
} fans;

static fans fans_of(const bb_tensor *t)
{
    bb_shape shape = bb_tensor_shape(t);
    fans fan = {1, 1};
    for (int i = 0; i < shape.ndim - 1; i++)
        fan.in *= (double)shape.dim[i];
    if (shape.ndim > 0)
        fan.out = (double)shape.dim[shape.ndim - 1];
    return fan;
}

static bb_status fill_xavier(bb_tensor *t, double scale, uint64_t key)
{
    fans fan = fans_of(t);
    return fill_normal(t, sqrt(scale / (fan.in + fan.out)), key);
}

static bb_status fill_he(bb_tensor *t, double scale, uint64_t key)
{
    return fill_normal(t, sqrt(scale / fans_of(t).in), key);
}

static bb_status fill_he_filters(bb_tensor *t, double scale, uint64_t key)
{
    bb_shape shape = bb_tensor_shape(t);
    double fan_in = 1;
    for (int i = 1; i < shape.ndim; i++)
        fan_in *= (double)shape.dim[i];
    return fill_normal(t, sqrt(scale / fan_in), key);
}

bb_init bb_init_zeros(void)
{
    return (bb_init){fill_zeros, 0};
}

bb_init bb_init_constant(double value)
{
    return (bb_init){fill_constant, value};
}

bb_init bb_init_normal(double deviation)
{
    return (bb_init){fill_normal, deviation};
}

bb_init bb_init_uniform(double limit)
{
    return (bb_init){fill_uniform, limit};
}

bb_init bb_init_xavier(void)
{
    return (bb_init){fill_xavier, 2};
}

bb_init bb_init_he(void)
{
    return (bb_init){fill_he, 2};
}

bb_init bb_init_he_filters(void)
{
    return (bb_init){fill_he_filters, 2};
}
