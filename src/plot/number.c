/* SPDX-License-Identifier: MIT */
/* Numbers and words as text: the same bytes in every locale, and whatever the words are, valid
 * UTF-8 without control characters. */
#include "plot_parts.h"

#include <math.h>
#include <string.h>

const char *bb__plot_number(char buffer[BB__NUMBER_TEXT], double value, int digits)
{
    if (!isfinite(value))
        return strcpy(buffer, isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
    snprintf(buffer, BB__NUMBER_TEXT, "%.*g", digits, value == 0 ? 0 : value);
    char *out = buffer;
    for (const char *c = buffer; *c; c++) { /* what the locale has for a point may be many bytes */
        if (strchr("+-0123456789e", *c))
            *out++ = *c;
        else if (out == buffer || out[-1] != '.')
            *out++ = '.';
    }
    *out = '\0';
    return buffer;
}

/* --- UTF-8 ------------------------------------------------------------------------------------ */

/* Shapes of sequences: the bits of the first byte that tell, and the least code point. */
static const struct {
    unsigned char mask, lead;
    int more;
    uint32_t least;
} sequences[] = {
    {0x80, 0x00, 0, 0}, {0xe0, 0xc0, 1, 0x80}, {0xf0, 0xe0, 2, 0x800}, {0xf8, 0xf0, 3, 0x10000}};

static bool is_code(uint32_t code, uint32_t least)
{
    return code >= least && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000) &&
           (code & 0xfffe) != 0xfffe;
}

uint32_t bb__next_code(const char **text)
{
    const unsigned char *byte = (const unsigned char *)*text;
    if (!*byte)
        return 0;
    (*text)++;
    for (size_t i = 0; i < sizeof sequences / sizeof sequences[0]; i++) {
        if ((*byte & sequences[i].mask) != sequences[i].lead)
            continue;
        uint32_t code = *byte & (unsigned char)~sequences[i].mask;
        int k = 1;
        for (; k <= sequences[i].more && (byte[k] & 0xc0) == 0x80; k++)
            code = code << 6 | (byte[k] & 0x3f);
        if (k <= sequences[i].more || !is_code(code, sequences[i].least))
            break;
        *text += sequences[i].more;
        return code < 0x20 || (code >= 0x7f && code < 0xa0) ? ' ' : code;
    }
    return '?';
}

/* Blocks of wide letters, and of marks that stand on the letter before. */
static const struct {
    uint32_t first, last;
    int width;
} widths[] = {{0x300, 0x36f, 0},   {0x1100, 0x115f, 2},   {0x200b, 0x200f, 0},
              {0x2e80, 0xa4cf, 2}, {0xac00, 0xd7a3, 2},   {0xf900, 0xfaff, 2},
              {0xfe00, 0xfe0f, 0}, {0xfe30, 0xfe6f, 2},   {0xff00, 0xff60, 2},
              {0xffe0, 0xffe6, 2}, {0x1f300, 0x1faff, 2}, {0x20000, 0x3fffd, 2}};

int bb__code_width(uint32_t code)
{
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++)
        if (widths[i].first <= code && code <= widths[i].last)
            return widths[i].width;
    return 1;
}

int bb__text_width(const char *text)
{
    int width = 0;
    for (uint32_t code; text && (code = bb__next_code(&text)) != 0;)
        width += bb__code_width(code);
    return width;
}

void bb__put_code(FILE *file, uint32_t code)
{
    int more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    uint32_t lead = sequences[more].lead;
    fputc((int)(lead | code >> (6 * more)), file);
    while (more-- > 0)
        fputc((int)(0x80 | (code >> (6 * more) & 0x3f)), file);
}

void bb__put_text(FILE *file, const char *text)
{
    for (uint32_t code; (code = bb__next_code(&text)) != 0;)
        bb__put_code(file, code);
}
