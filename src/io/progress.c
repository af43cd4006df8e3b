/* SPDX-License-Identifier: MIT */
/* A progress bar: one line of a terminal, written over in place; nothing on other streams. */
#include <bibun/io.h>

#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { BAR = 24, LINE = 512, NOTE = 128 };

struct bb_progress {
    FILE *stream; /* NULL when it is no terminal */
    char *label;
    int64_t total, done;
    double started, drawn; /* seconds of the monotonic clock */
    bool begun;
    char note[NOTE];
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

bb_progress *bb_progress_new(FILE *stream, const char *label, int64_t total)
{
    if (!label)
        label = "";
    size_t size = strlen(label) + 1;
    bb_progress *p = bb_memory_zeroed(1, sizeof *p);
    char *copy = p ? bb_memory_resize(NULL, size) : NULL;
    if (!copy) {
        bb_memory_release(p);
        return NULL;
    }
    p->label = memcpy(copy, label, size);
    p->stream = stream && isatty(fileno(stream)) ? stream : NULL;
    p->total = total;
    p->started = now();
    return p;
}

static int columns_of(FILE *stream)
{
    struct winsize window;
    bool known = ioctl(fileno(stream), TIOCGWINSZ, &window) == 0 && window.ws_col > 0;
    return known ? window.ws_col : 80;
}

/* "0:07", "12:03" or "2:05:09". */
static void clock_text(char *buffer, size_t size, double seconds)
{
    const double most = 999 * 3600.0;
    long all = (long)(seconds < most ? seconds + 0.5 : most);
    if (all < 3600)
        snprintf(buffer, size, "%ld:%02ld", all / 60, all % 60);
    else
        snprintf(buffer, size, "%ld:%02ld:%02ld", all / 3600, all / 60 % 60, all % 60);
}

static void append(char *line, const char *text)
{
    size_t used = strlen(line);
    snprintf(line + used, LINE - used, "%s", text);
}

/* "[######..................]  25% 250/1000" */
static void append_share(char *line, const bb_progress *p)
{
    char text[96], bar[BAR + 1];
    if (p->total <= 0) {
        snprintf(text, sizeof text, "%lld", (long long)p->done);
        append(line, text);
        return;
    }
    double share = (double)p->done / (double)p->total;
    share = share < 0 ? 0 : share > 1 ? 1 : share;
    memset(bar, '.', BAR);
    memset(bar, '#', (size_t)(share * BAR));
    bar[BAR] = '\0';
    snprintf(text, sizeof text, "[%s] %3d%% %lld/%lld", bar, (int)(share * 100), (long long)p->done,
             (long long)p->total);
    append(line, text);
}

/* Mean rate since the beginning; then the remaining time, or at the end the time it took. */
static void append_pace(char *line, const bb_progress *p, double elapsed, bool last)
{
    char text[64], duration[24];
    double rate = elapsed > 0 ? (double)p->done / elapsed : 0;
    snprintf(text, sizeof text, rate < 100 ? " %.1f/s" : " %.0f/s", rate);
    append(line, text);
    if (!last && !(rate > 0 && p->total > p->done))
        return;
    clock_text(duration, sizeof duration, last ? elapsed : (double)(p->total - p->done) / rate);
    snprintf(text, sizeof text, last ? " in %s" : " %s left", duration);
    append(line, text);
}

/* Cuts the line where the terminal would wrap it, between characters of UTF-8. */
static void cut(char *line, int columns)
{
    size_t end = columns > 1 ? (size_t)columns - 1 : 0;
    if (strlen(line) <= end)
        return;
    while (end > 0 && ((unsigned char)line[end] & 0xC0) == 0x80)
        end--;
    line[end] = '\0';
}

static void draw(bb_progress *p, double time, bool last)
{
    char line[LINE] = "";
    append(line, p->label);
    append(line, p->label[0] ? " " : "");
    append_share(line, p);
    append_pace(line, p, time - p->started, last);
    append(line, p->note[0] ? "  " : "");
    append(line, p->note);
    for (char *c = line; *c; c++)
        *c = (unsigned char)*c < ' ' ? ' ' : *c;
    cut(line, columns_of(p->stream));
    fprintf(p->stream, "\r%s\033[K%s", line, last ? "\n" : ""); /* ESC [K: clear to the end */
    fflush(p->stream);
    p->drawn = time;
    p->begun = true;
}

void bb_progress_update(bb_progress *p, int64_t done, const char *note)
{
    const double pause = 0.1;
    if (!p || !p->stream)
        return;
    double time = now();
    p->done = done;
    snprintf(p->note, sizeof p->note, "%s", note ? note : "");
    if (!p->begun || time - p->drawn >= pause)
        draw(p, time, false);
}

void bb_progress_free(bb_progress *p)
{
    if (!p)
        return;
    if (p->begun)
        draw(p, now(), true);
    bb_memory_release(p->label);
    bb_memory_release(p);
}
