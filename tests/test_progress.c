/* SPDX-License-Identifier: MIT */
/* The progress bar, seen through a pseudo-terminal, and unseen on a file. */
#define _XOPEN_SOURCE 700
#include <bibun/io.h>
#include <criterion/criterion.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "probe.h"

typedef struct terminal {
    int master;
    FILE *stream;
    char seen[8192];
} terminal;

static terminal terminal_open(unsigned short columns)
{
    terminal t = {.master = posix_openpt(O_RDWR | O_NOCTTY)};
    cr_assert(t.master >= 0 && grantpt(t.master) == 0 && unlockpt(t.master) == 0);
    int slave = open(ptsname(t.master), O_RDWR | O_NOCTTY);
    struct winsize window = {.ws_col = columns};
    cr_assert_eq(ioctl(slave, TIOCSWINSZ, &window), 0);
    t.stream = fdopen(slave, "w");
    cr_assert(t.stream);
    fcntl(t.master, F_SETFL, O_NONBLOCK);
    return t;
}

static const char *terminal_close(terminal *t)
{
    ssize_t got, used = 0;
    while ((got = read(t->master, t->seen + used, sizeof t->seen - 1 - (size_t)used)) > 0)
        used += got;
    t->seen[used] = '\0';
    fclose(t->stream);
    close(t->master);
    return t->seen;
}

static int count(const char *text, const char *part)
{
    int times = 0;
    for (const char *at = text; (at = strstr(at, part)); at++)
        times++;
    return times;
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void wait_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

Test(progress, the_first_line_to_the_letter)
{
    terminal t = terminal_open(0);
    bb_progress *p = bb_progress_new(t.stream, "train", 1000);
    bb_progress_update(p, 0, NULL);
    const char *first = "\rtrain [........................]   0% 0/1000 0.0/s\033[K";
    bb_progress_free(p);
    const char *seen = terminal_close(&t);
    cr_assert_eq(strncmp(seen, first, strlen(first)), 0, "%s", seen);
}

Test(progress, rate_remaining_time_and_a_note)
{
    terminal t = terminal_open(100);
    bb_progress *p = bb_progress_new(t.stream, "train", 1000);
    wait_ms(20);
    bb_progress_update(p, 500, "loss 0.5");
    const char *first = "\rtrain [############............]  50% 500/1000 ";
    bb_progress_free(p);
    const char *seen = terminal_close(&t);
    cr_assert_eq(strncmp(seen, first, strlen(first)), 0, "%s", seen);
    cr_assert(strstr(seen, "/s 0:0") && strstr(seen, " left  loss 0.5\033[K"), "%s", seen);
}

Test(progress, the_last_line_is_complete)
{
    terminal t = terminal_open(100);
    bb_progress *p = bb_progress_new(t.stream, "train", 3);
    bb_progress_update(p, 1, "loss 0.5");
    bb_progress_update(p, 3, "loss\n0.25");
    bb_progress_free(p);
    const char *seen = terminal_close(&t), *last = strrchr(seen, 't');
    while (strncmp(last, "train", 5) != 0)
        last--;
    const char *start = "train [########################] 100% 3/3 ";
    cr_assert_eq(strncmp(last, start, strlen(start)), 0, "%s", seen);
    cr_assert(strstr(last, "/s in 0:0") && strstr(last, "  loss 0.25\033[K\r\n"), "%s", seen);
}

Test(progress, redraws_are_at_most_ten_a_second)
{
    terminal t = terminal_open(100);
    bb_progress *p = bb_progress_new(t.stream, "", 30);
    double started = seconds();
    for (int i = 1; i <= 30; i++) {
        bb_progress_update(p, i, NULL);
        wait_ms(10);
    }
    bb_progress_free(p);
    double most = 10 * (seconds() - started) + 2; /* the first and the last come on top */
    int drawn = count(terminal_close(&t), "\033[K");
    cr_assert(drawn >= 2 && drawn <= most, "%d drawn, at most %g", drawn, most);
}

Test(progress, a_narrow_terminal_is_not_overrun)
{
    terminal t = terminal_open(20);
    bb_progress *p = bb_progress_new(t.stream,
                                     "\xE5\xAD\xA6\xE7\xBF\x92\xE5\xAD\xA6\xE7\xBF\x92"
                                     "\xE5\xAD\xA6\xE7\xBF\x92\xE5\xAD\xA6",
                                     1000);
    bb_progress_update(p, 1, NULL);
    bb_progress_free(p);
    const char *cut = "\r\xE5\xAD\xA6\xE7\xBF\x92\xE5\xAD\xA6\xE7\xBF\x92"
                      "\xE5\xAD\xA6\xE7\xBF\x92\033[K";
    const char *seen = terminal_close(&t);
    cr_assert_eq(strncmp(seen, cut, strlen(cut)), 0, "%s", seen);
}

Test(progress, totals_that_are_none_or_passed)
{
    terminal t = terminal_open(100);
    bb_progress *p = bb_progress_new(t.stream, NULL, 0);
    bb_progress_update(p, 12, NULL);
    bb_progress_free(p);
    p = bb_progress_new(t.stream, "over", 10);
    bb_progress_update(p, 20, NULL);
    bb_progress_free(p);
    const char *seen = terminal_close(&t);
    cr_assert_eq(strncmp(seen, "\r12 ", 4), 0, "%s", seen);
    cr_assert(strstr(seen, "over [########################] 100% 20/10 "), "%s", seen);
}

Test(progress, nothing_is_written_without_an_update)
{
    terminal t = terminal_open(100);
    bb_progress_free(bb_progress_new(t.stream, "train", 10));
    cr_assert_str_eq(terminal_close(&t), "");
}

Test(progress, silent_when_the_stream_is_no_terminal)
{
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size), *file = tmpfile();
    FILE *streams[] = {memory, file, NULL};
    for (int i = 0; i < 3; i++) {
        bb_progress *p = bb_progress_new(streams[i], "train", 10);
        cr_assert(p);
        bb_progress_update(p, 10, "note");
        bb_progress_free(p);
    }
    fflush(memory);
    cr_assert_eq(size, 0);
    cr_assert_eq(ftell(file), 0);
    fclose(memory);
    fclose(file);
    free(text);
}

Test(progress, memory_that_runs_out)
{
    for (long at = 1; at <= 2; at++) {
        probe_begin(at);
        bb_progress *p = bb_progress_new(stderr, "train", 10);
        cr_assert_null(p);
        cr_assert_eq(probe.live, 0);
        bb_progress_update(p, 1, NULL);
        bb_progress_free(p);
        probe_end();
    }
}
