/* SPDX-License-Identifier: MIT */
/* The element types of NumPy's files in either byte order. A number is never changed: what its
 * dtype cannot hold is refused. */
#include "npy.h"

#include <stdio.h>
#include <string.h>

bool bb__is_big_endian(void)
{
    const uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, 1);
    return first == 0;
}

static uint64_t load(const uint8_t *bytes, int size, bool big)
{
    uint64_t value = 0;
    for (int i = 0; i < size; i++)
        value = value << 8 | bytes[big ? i : size - 1 - i];
    return value;
}

static int64_t load_signed(const uint8_t *bytes, int size, bool big)
{
    uint64_t sign = (uint64_t)1 << (8 * size - 1);
    uint64_t bits = (load(bytes, size, big) ^ sign) - sign;
    int64_t value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static int64_t decode_same(const uint8_t *bytes, int64_t count, int size, bool big, void *out)
{
    memcpy(out, bytes, (size_t)(count * size));
    if (size == 1 || big == bb__is_big_endian())
        return count;
    uint8_t *element = out;
    for (int64_t i = 0; i < count; i++, element += size)
        for (int k = 0; k < size / 2; k++) {
            uint8_t kept = element[k];
            element[k] = element[size - 1 - k];
            element[size - 1 - k] = kept;
        }
    return count;
}

/* IEEE 754 binary16, of which every number is a float. */
static int64_t decode_half(const uint8_t *bytes, int64_t count, int size, bool big, void *out)
{
    float *numbers = out;
    for (int64_t i = 0; i < count; i++) {
        uint32_t half = (uint32_t)load(bytes + i * size, size, big);
        uint32_t sign = half >> 15, exponent = half >> 10 & 31, fraction = half & 1023;
        float tiny = (float)fraction * 0x1p-24F; /* without the leading 1 */
        uint32_t bits = (exponent == 31 ? 255 : exponent + 112) << 23 | fraction << 13;
        if (exponent == 0)
            memcpy(&bits, &tiny, sizeof bits);
        bits |= sign << 31;
        memcpy(&numbers[i], &bits, sizeof bits);
    }
    return count;
}

static int64_t decode_signed(const uint8_t *bytes, int64_t count, int size, bool big, void *out)
{
    int32_t *numbers = out;
    for (int64_t i = 0; i < count; i++) {
        int64_t value = load_signed(bytes + i * size, size, big);
        if (value < INT32_MIN || value > INT32_MAX)
            return i;
        numbers[i] = (int32_t)value;
    }
    return count;
}

static int64_t decode_unsigned(const uint8_t *bytes, int64_t count, int size, bool big, void *out)
{
    int32_t *numbers = out;
    for (int64_t i = 0; i < count; i++) {
        uint64_t value = load(bytes + i * size, size, big);
        if (value > INT32_MAX)
            return i;
        numbers[i] = (int32_t)value;
    }
    return count;
}

void bb__element_print(const bb__element *e, const uint8_t *bytes, bool big,
                       char text[BB__INTEGER_TEXT])
{
    if (e->decode == decode_signed)
        snprintf(text, BB__INTEGER_TEXT, "%lld", (long long)load_signed(bytes, e->size, big));
    else
        snprintf(text, BB__INTEGER_TEXT, "%llu", (unsigned long long)load(bytes, e->size, big));
}

static const bb__element elements[] = {
    {"f2", BB_F32, 2, decode_half},     {"f4", BB_F32, 4, decode_same},
    {"f8", BB_F64, 8, decode_same},     {"i1", BB_I32, 1, decode_signed},
    {"i2", BB_I32, 2, decode_signed},   {"i4", BB_I32, 4, decode_same},
    {"i8", BB_I32, 8, decode_signed},   {"u1", BB_U8, 1, decode_same},
    {"u2", BB_I32, 2, decode_unsigned}, {"u4", BB_I32, 4, decode_unsigned},
    {"u8", BB_I32, 8, decode_unsigned}, {"b1", BB_U8, 1, decode_same},
};

/* What else NumPy writes, by the letter of its kind. */
static const struct kind {
    char letter;
    const char *name;
} kinds[] = {
    {'O', "Python objects"}, {'S', "strings"}, {'U', "strings"},    {'c', "complex numbers"},
    {'M', "dates"},          {'m', "periods"}, {'V', "structures"},
};

static const bb__element *fail_type(bb__source *s, const char *descr)
{
    for (size_t i = 0; descr[0] && i < sizeof kinds / sizeof kinds[0]; i++)
        if (descr[1] == kinds[i].letter) {
            bb_fail(s->error, BB_BAD_FORMAT, "%s: %s are not read (element type '%s')", s->place,
                    kinds[i].name, descr);
            return NULL;
        }
    bb_fail(s->error, BB_BAD_FORMAT, "%s: unknown element type '%s'", s->place, descr);
    return NULL;
}

const bb__element *bb__element_of(bb__source *s, const char *descr, bool *big_out)
{
    for (size_t i = 0; descr[0] && i < sizeof elements / sizeof elements[0]; i++) {
        const bb__element *e = &elements[i];
        const char *orders = e->size == 1 ? "|<>" : "<>";
        if (strcmp(descr + 1, e->type) == 0 && strchr(orders, descr[0])) {
            *big_out = descr[0] == '>';
            return e;
        }
    }
    return fail_type(s, descr);
}
